"""Who is on a case as somebody types it who corrects that, and what a person decides of a correction."""

from __future__ import annotations

from typing import Literal

from pydantic import Field

from hub.cases.correction import PersonSaid, Record
from hub.records.cases import HeldCase
from hub.values import LongText, Role, ShortText, Value
from hub.web.typed.cases import PersonTyped
from hub.web.typed.words import mark

MOST_ON_IT = 40


class PersonOnCase(PersonTyped):
    """Somebody, as they are to stand on the case. `record`: whom of those there; empty for somebody new.

    `leaves`: they are not, and were not, part of it.
    """

    record: Record = ""
    role: Role = Field(title=mark("what part they have in the case"))
    leaves: bool = False

    @property
    def said(self) -> PersonSaid:
        """Them, as a correction has them."""
        others = tuple(name for one in self.aliases.split(";") if (name := one.strip()))
        return PersonSaid.model_validate(self.model_dump() | {"aliases": others})


class CorrectionTyped(Value):
    """A correction: everybody as they are to stand on the case, and why. `research`: by which paper it was seen."""

    people: tuple[PersonOnCase, ...] = Field(default=(), max_length=MOST_ON_IT)
    because: LongText = Field(min_length=1, title=mark("why it is corrected"))
    research: ShortText = ""


class CorrectionDecided(Value):
    """What somebody decides of a correction; `no_connection`: as whoever approves says of themselves."""

    answer: Literal["approve", "refuse", "withdraw"] = Field(title=mark("what you decide"))
    no_connection: bool = False
    words: LongText = ""


def as_they_stand(held: HeldCase) -> dict[str, object]:
    """Everybody on a case, as the fields of a correction have them."""
    return {
        "people": [
            {
                "record": one.handle.hex(),
                "role": one.details.person.role.value,
                "given_names": one.details.person.given_names,
                "surname": one.details.person.surname,
                "aliases": "; ".join(one.details.person.aliases),
                "date_of_birth": one.details.person.date_of_birth,
            }
            for one in held.people
        ]
    }
