"""What is typed of who is on duty for a body."""

from __future__ import annotations

from typing import Annotated

from pydantic import Field, StringConstraints

from hub.values import Value
from hub.web.typed.words import mark


class DutyTyped(Value):
    """Who is on duty, and the number to ring them on."""

    worker: Annotated[str, StringConstraints(min_length=1, max_length=80)] = Field(
        title=mark("who is on duty")
    )
    phone: Annotated[str, StringConstraints(min_length=1, max_length=40, pattern=r"[0-9]")] = Field(
        title=mark("the number to ring them on")
    )
