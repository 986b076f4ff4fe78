"""A case as it is typed or sent, entered by its stub in the name of an account; and a search for one."""

from __future__ import annotations

from typing import Final, Literal, Protocol

from pydantic import Field

from hub.accounts.accounts import Acting
from hub.cases.shown import case_shown, lines
from hub.cases.stub import Referrer, Stub
from hub.consent.form.fled import NOT_KNOWN, area_written
from hub.matching.written_dates import DateWritten
from hub.node.node import Node
from hub.records.cases import HeldCase
from hub.values import Kind, Person, Role, ShortText, Value
from hub.web.typed.words import mark

_LOOKED_AT: Final = 50
MOST_ROWS: Final = 6


class PersonTyped(Value):
    """Somebody on a case, as typed. `aliases`: other names in full, with a semicolon between them."""

    given_names: ShortText = ""
    surname: ShortText = ""
    aliases: ShortText = ""
    date_of_birth: DateWritten = ""
    postcode: str = Field(default="", max_length=10)

    def person(self, role: Role) -> Person:
        """Them, in their role."""
        others = tuple(name for one in self.aliases.split(";") if (name := one.strip()))
        return Person(role=role, **{**self.model_dump(), "aliases": others})


class FledTyped(Protocol):
    """An answer to whether anyone fled an area, as forms have it."""

    @property
    def fled(self) -> Literal["none", "areas", "not_known"]:
        """Whether anyone did."""

    @property
    def fled_areas(self) -> tuple[str, ...]:
        """Those that were ticked."""

    @property
    def fled_other(self) -> str:
        """Others by name, with a semicolon between them."""


def fled_answer(typed: FledTyped) -> tuple[str, ...]:
    """The answer as cases keep it."""
    if typed.fled == "not_known":
        return (NOT_KNOWN,)
    if typed.fled == "none":
        return ()
    others = (name for one in typed.fled_other.split(";") if (name := one.strip()))
    return (*typed.fled_areas, *others)


class CaseTyped(Value):
    """A stub, as typed."""

    case_ref: ShortText = Field(min_length=1, title=mark("the case's number"))
    agency: ShortText = Field(min_length=1, title=mark("the agency that refers"))
    contact: ShortText = Field(min_length=1, title=mark("whom to ring there"))
    victim: PersonTyped
    perpetrators: tuple[PersonTyped, ...] = Field(default=(), max_length=MOST_ROWS)
    children: tuple[PersonTyped, ...] = Field(default=(), max_length=MOST_ROWS)
    sealed: bool = Field(title=mark("whether anyone here is in hiding, a witness or staff"))
    fled: Literal["none", "areas", "not_known"] = Field(title=mark("whether anyone here fled an area"))
    fled_areas: tuple[ShortText, ...] = Field(default=(), max_length=20)
    fled_other: ShortText = ""

    @property
    def people(self) -> tuple[Person, ...]:
        """Everybody, the victim first."""
        return (
            self.victim.person(Role.victim),
            *(one.person(Role.perpetrator) for one in self.perpetrators),
            *(one.person(Role.child) for one in self.children),
        )

    @property
    def fled_from(self) -> tuple[str, ...]:
        """The answer as cases keep it."""
        return fled_answer(self)


class Search(Value):
    """A part of a case's number."""

    number: ShortText = ""


def fled_wrong(typed: FledTyped) -> str:
    """What is wrong with the answer to who fled; nothing is read into one that says two things."""
    if typed.fled == "areas" and not fled_answer(typed):
        return mark("Say which area anyone here fled")
    if typed.fled != "areas" and (typed.fled_areas or typed.fled_other):
        return mark("You named an area that somebody fled: choose Yes, or take the area away")
    try:
        for one in fled_answer(typed):
            area_written(one)
    except ValueError:
        return mark("Write the names of areas in letters, with a semicolon between them")
    return ""


def stub_of(acting: Acting, typed: CaseTyped) -> Stub:
    """The case as it is entered: in the name of an account, and of its organisation's kind."""
    body = acting.organisation
    return Stub(
        case_ref=typed.case_ref,
        kind=Kind.idva if body.idva_service else Kind.marac,
        idva_service=body.name if body.idva_service else "",
        referrer=Referrer(agency=typed.agency, contact=typed.contact),
        by=acting.requester,
        sealed=typed.sealed,
        fled_from=typed.fled_from,
        people=typed.people,
    )


def same_case(node: Node, acting: Acting, typed: CaseTyped) -> str | None:
    """The address of the case that was just entered: of that number, with these people."""
    for line in lines(node, acting, _LOOKED_AT, typed.case_ref):
        held = case_shown(node, acting, line.handle)
        if held and line.number == typed.case_ref and _names(held) == _names_typed(typed):
            return line.handle
    return None


def _names(held: HeldCase) -> list[tuple[str, str]]:
    return sorted((one.details.person.given_names, one.details.person.surname) for one in held.people)


def _names_typed(typed: CaseTyped) -> list[tuple[str, str]]:
    return sorted((one.given_names, one.surname) for one in typed.people)
