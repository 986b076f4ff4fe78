"""Cases: those that somebody may open, one of them, and entering one by its stub.

A case's number and the names on it are in no address. Decides nothing: `hub.cases.shown` says who may open which,
`hub.cases.stub` what is entered.
"""

from __future__ import annotations

from typing import Final, Literal, Protocol

from fastapi import Response
from pydantic import Field

from hub.accounts.accounts import Acting
from hub.cases.shown import case_shown, lines
from hub.cases.stub import Referrer, Stub, enter_case
from hub.consent.form.fled import NOT_KNOWN, area_written, fled_areas
from hub.errors import ConflictError, InputError
from hub.matching.written_dates import DateWritten
from hub.node.node import Node
from hub.records.cases import HeldCase
from hub.values import Kind, Person, Role, ShortText, Value
from hub.web.console.asked import Asked, Page, see
from hub.web.console.forms import Form, unsent
from hub.web.console.language import gettext, mark

MOST: Final = 50
MORE: Final = "more"
_MOST_ROWS: Final = 6


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
    perpetrators: tuple[PersonTyped, ...] = Field(default=(), max_length=_MOST_ROWS)
    children: tuple[PersonTyped, ...] = Field(default=(), max_length=_MOST_ROWS)
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


def _list(asked: Asked) -> Response:
    return _listed(asked, unsent())


def _search(asked: Asked) -> Response:
    return _listed(asked, asked.form(Search))


def _listed(asked: Asked, form: Form[Search]) -> Response:
    wrong = bool(form.errors)
    found = [] if wrong else lines(asked.node, asked.acting, MOST + 1, form.text("number"))
    return asked.page(
        "cases.html",
        422 if wrong else 200,
        form=form,
        cases=found[:MOST],
        more=len(found) > MOST,
        may_enter=asked.may("/cases/new"),
    )


def _show(asked: Asked) -> Response:
    held = case_shown(asked.node, asked.acting, asked.place("case"))
    if held is None:
        return asked.not_found()
    names, handle = dict(areas_of(asked.node)), held.row.handle.hex()
    return asked.page(
        "case.html",
        case=held.details,
        handle=handle,
        people=[(one.details, gettext(_ROLES[one.details.person.role])) for one in held.people],
        fled=[names.get(one, one) for one in fled_areas(held.details.fled_from)],
        fled_known=held.details.fled_from is not None and NOT_KNOWN not in held.details.fled_from,
        sealed=held.kept.sealed,
        may_ask=asked.may("/cases/{case}/ask"),
        words=[
            (gettext(text), f"/cases/{handle}/{path}")
            for path, text in WORDS.items()
            if asked.may(f"/cases/{{case}}/{path}") and path not in _of_no_use(held)
        ],
    )


def _of_no_use(held: HeldCase) -> set[str]:
    """What is not to be said of a case as it stands."""
    said = {
        "seal": not held.kept.sealed_by_hand,
        "unseal": held.details.sealed,
        "safe": bool(held.details.not_safe_to_talk_to),
    }
    return {path for path, of_use in said.items() if not of_use}


def _new(asked: Asked) -> Response:
    return _form_page(asked, unsent())


def _form_page(asked: Asked, form: Form[CaseTyped], status: int = 200, *, more: bool = False) -> Response:
    def rows(name: str) -> list[int]:
        there = len(form.rows(name, 0))
        return form.rows(name, min(there + 1 if more else max(there, 1), _MOST_ROWS))

    return asked.page(
        "case_new.html",
        status,
        form=form,
        perpetrators=rows("perpetrators"),
        children=rows("children"),
        areas=areas_of(asked.node),
    )


def _enter(asked: Asked) -> Response:
    form = asked.form(CaseTyped)
    if form.button == MORE:
        return _form_page(asked, Form(typed=form.typed), more=True)
    typed = form.value
    if typed is not None and (wrong := fled_wrong(typed)):
        form = form.with_error("fled", wrong)
    if typed is None or form.value is None:
        return _form_page(asked, form, 422)
    try:
        stub = stub_of(asked.acting, typed)
        enter_case(asked.node, stub)
    except ConflictError:
        there = same_case(asked.node, asked.acting, typed)
        if there is not None:  # It was sent twice.
            return see(f"/cases/{there}")
        taken = gettext("There is a case of this number here already. Find it under Cases")
        return _form_page(asked, form.with_error("case_ref", taken), 409)
    except InputError as error:
        return _form_page(asked, form.with_error("", error.text), 422)
    there = same_case(asked.node, asked.acting, typed)
    return see(f"/cases/{there}" if there else "/cases")


def fled_wrong(typed: FledTyped) -> str:
    """What is wrong with the answer to who fled; nothing is read into one that says two things."""
    if typed.fled == "areas" and not fled_answer(typed):
        return gettext("Say which area anyone here fled")
    if typed.fled != "areas" and (typed.fled_areas or typed.fled_other):
        return gettext("You named an area that somebody fled: choose Yes, or take the area away")
    try:
        for one in fled_answer(typed):
            area_written(one)
    except ValueError:
        return gettext("Write the names of areas in letters, with a semicolon between them")
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
    for line in lines(node, acting, MOST, typed.case_ref):
        held = case_shown(node, acting, line.handle)
        if held and line.number == typed.case_ref and _names(held) == _names_typed(typed):
            return line.handle
    return None


def _names(held: HeldCase) -> list[tuple[str, str]]:
    return sorted((one.details.person.given_names, one.details.person.surname) for one in held.people)


def _names_typed(typed: CaseTyped) -> list[tuple[str, str]]:
    return sorted((one.given_names, one.surname) for one in typed.people)


def areas_of(node: Node) -> list[tuple[str, str]]:
    """The areas that somebody may have fled, by node id and name."""
    return sorted(((one.node_id, one.area) for one in node.areas.area), key=lambda one: one[1].casefold())


_ROLES: Final = {
    Role.victim: mark("Victim"),
    Role.perpetrator: mark("Alleged perpetrator"),
    Role.child: mark("Child"),
    Role.other: mark("Somebody else"),
}

WORDS: Final = {
    "seal": mark("Seal this case"),
    "unseal": mark("Take the seal back"),
    "fled": mark("Say who fled an area"),
    "safe": mark("Say that somebody is safe to talk to"),
    "told": mark("Record that somebody was told"),
}
"""What somebody may say of a case, each on a page of its own."""

PAGES: Final = (
    Page("GET", "/cases", _list),
    Page("POST", "/cases", _search),
    Page("GET", "/cases/new", _new),
    Page("POST", "/cases/new", _enter),
    Page("GET", "/cases/{case}", _show),
)
