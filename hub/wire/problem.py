"""What a node refuses with: a problem document (RFC 9457), as whoever asked reads it.

Pure. Its words are for people at the refusing node alone; what is done about it depends on its code.
"""

from __future__ import annotations

from typing import Annotated, Final

from pydantic import Field, StringConstraints

from hub.values import LongText, ShortText, Small, Value, Whole
from hub.wire.messages import Token

HEAD_INCONSISTENT: Final = "head_inconsistent"
"""The problem of a head that does not go on from one that was shown before."""
Notice = Annotated[str, StringConstraints(max_length=2_700, pattern=r"^[A-Za-z0-9_-]*$")]


class HeldNotice(Value):
    """What a node signed when it showed a head of its log, as a peer holds it: request, and body (base64url).

    `certificate` is the one that the request came with; empty where it is not kept.
    """

    request: Token
    body: Notice
    certificate: Token = ""


class Problem(Value):
    """A refusal (RFC 9457). Of what is said in words nothing is repeated. `now` is the refuser's time.

    `held`: of a head that does not go on from an earlier one, that one as it was shown.
    """

    type: Annotated[str, StringConstraints(pattern=r"^urn:marac-hub:problem:[a-z_]{1,40}$")]
    title: LongText = ""
    status: Small = 0
    detail: LongText = ""
    fault: ShortText = ""
    supported: tuple[Small, ...] = Field(default=(), max_length=20)
    now: Whole | None = None
    held: HeldNotice | None = None

    @property
    def code(self) -> str:
        """What kind of refusal it is."""
        return self.type.rpartition(":")[2]
