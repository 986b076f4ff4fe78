"""What each agency can bring to a meeting and offer to do: prompts, from `agency_prompts.toml`.

Prompts only: nothing is ticked off by them, and no agency is left out that is not on the list. An area has its own
copy in its home's `config/`.
"""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

from pydantic import Field, StringConstraints, model_validator

from hub.node.settings import config_file, parse, read_toml
from hub.values import ShortText, Value

Prompt = Annotated[str, StringConstraints(min_length=1, max_length=300)]


class Agency(Value):
    """An agency by a key that stays and its name: what it may know, and what it may offer to do."""

    key: Annotated[str, StringConstraints(pattern=r"^[a-z][a-z0-9_]{0,59}$")]
    name: Annotated[str, StringConstraints(min_length=1, max_length=200)]
    information: Annotated[tuple[Prompt, ...], Field(min_length=1, max_length=50)]
    actions: Annotated[tuple[Prompt, ...], Field(min_length=1, max_length=50)]


class AgencyPrompts(Value):
    """The prompts of every agency, dated, with their source."""

    version: ShortText
    source: ShortText
    agency: Annotated[tuple[Agency, ...], Field(min_length=1, max_length=100)]

    @model_validator(mode="after")
    def _each_once(self) -> AgencyPrompts:
        keys = [one.key for one in self.agency]
        if twice := {key for key in keys if keys.count(key) > 1}:
            raise ValueError(f"{min(twice)} stands in it twice")
        return self


def load_prompts(home: Path | None) -> AgencyPrompts:
    """The prompts that the node of that home uses. Raises UsageError naming file, line and key."""
    path = config_file(home, "agency_prompts.toml")
    return parse(AgencyPrompts, read_toml(path), path)
