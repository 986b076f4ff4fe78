"""Cases: those that somebody may open, one of them, and entering one by its stub.

A case's number and the names on it are in no address. Decides nothing: `hub.cases.shown` says who may open which,
`hub.cases.stub` what is entered.
"""

from __future__ import annotations

from typing import Final

from fastapi import Response

from hub.cases.idva_inbox import of_service
from hub.cases.idva_plan import plan_before
from hub.cases.repeat_decisions import note_found, waiting
from hub.cases.shown import Came, CaseLine, case_shown, lines, of_marac
from hub.cases.stub import enter_case
from hub.checks.disclosure_scheme import due as scheme_due
from hub.checks.heard_elsewhere import heard_elsewhere
from hub.consent.form.fled import NOT_KNOWN, fled_areas
from hub.errors import ConflictError, InputError
from hub.node.node import Node
from hub.records.cases import HeldCase
from hub.records.gists import not_listed
from hub.values import Kind, Role
from hub.web.console.asked import Asked, Page, see
from hub.web.console.came import asked_lines
from hub.web.console.case_papers import children_due, listed
from hub.web.console.forms import Form, unsent
from hub.web.console.heard import in_words
from hub.web.console.incoming import area_name
from hub.web.console.language import gettext, mark
from hub.web.console.papers_asked import lines as papers_lines
from hub.web.console.transfers import moved_from, moves_of
from hub.web.typed.cases import MOST_ROWS, CaseTyped, Search, fled_wrong, same_case, stub_of

MOST: Final = 50
MORE: Final = "more"
REFERRED: Final = "referred"
"""In the address: its referral was sent just now."""


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
        cases=[(one, _came(asked.node, one)) for one in found[:MOST]],
        more=len(found) > MOST,
        may_enter=asked.may("/cases/new"),
        may_refer=asked.may("/referrals/new"),
    )


def _came(node: Node, one: CaseLine) -> str:
    """How a case came, as the list says it."""
    if one.came == "transferred":
        return gettext(mark("moved here from %(area)s"), area=area_name(node, one.came_from))
    if one.came == "referred" and one.came_from:
        return gettext(mark("referral form, from %(agency)s"), agency=one.came_from)
    return gettext(CAME[one.came])


def _show(asked: Asked) -> Response:
    held = case_shown(asked.node, asked.acting, asked.place("case"))
    if held is None:
        return asked.not_found()
    names, handle = dict(areas_of(asked.node)), held.row.handle.hex()
    may_ask, case = asked.may("/cases/{case}/ask"), asked.node.case_digest(held.details.case_ref)
    return asked.page(
        "case.html",
        case=held.details,
        handle=handle,
        people=[(one.details, gettext(_ROLES[one.details.person.role])) for one in held.people],
        fled=[names.get(one, one) for one in fled_areas(held.details.fled_from)],
        fled_known=held.details.fled_from is not None and NOT_KNOWN not in held.details.fled_from,
        sealed=held.kept.sealed,
        moved=moved_from(asked, held),
        referred=REFERRED in asked.request.url.query,
        here=any(one.case == handle for one in waiting(asked.node, asked.acting)) if may_ask else False,
        came_from=area_name(asked.node, held.details.transferred_from),
        may_ask=may_ask,
        may_list=held.details.kind is Kind.marac and of_marac(asked.acting),
        unlisted=not_listed(held.details.meeting_date, held.details.referral_date),
        checks=asked_lines(asked, MOST, lambda one: one.case_digest == case) if may_ask else [],
        most=MOST,
        heard=in_words(asked.node, heard_elsewhere(asked.node, asked.acting, held.row.ref_digest)),
        papers=listed(asked, held),
        scheme_due=scheme_due(asked.node, asked.acting, held),
        asked_papers=papers_lines(asked, held.row.ref_digest.hex()) if may_ask else [],
        moves=moves_of(asked, held) if asked.may("/transfers") else [],
        children_due=children_due(asked, held),
        maracs_plan=_maracs_plan(asked, held),
        words=[
            (gettext(text), f"/cases/{handle}/{path}")
            for path, text in WORDS.items()
            if asked.may(f"/cases/{{case}}/{path}") and path not in _of_no_use(held)
        ],
    )


def _maracs_plan(asked: Asked, held: HeldCase) -> str:
    """Where the service whose client's case this is reads the Marac's plan, and says whether it is safe."""
    if held.details.kind is not Kind.idva:
        return ""
    handle = held.row.handle.hex()
    node, acting = asked.node, asked.acting
    own = (one.referral.id for one in of_service(node, acting) if one.referral.client == handle)
    return next((f"/idva-referrals/{one}/plan" for one in own if plan_before(node, acting, one)), "")


def _of_no_use(held: HeldCase) -> set[str]:
    """What is not to be said of a case as it stands."""
    said = {
        "seal": not held.kept.sealed_by_hand,
        "unseal": held.details.sealed,
        "safe": bool(held.details.not_safe_to_talk_to),
        "idva": held.details.kind is Kind.marac,
        "prior-contact": held.details.kind is Kind.idva,
    }
    return {path for path, of_use in said.items() if not of_use}


def _new(asked: Asked) -> Response:
    return _form_page(asked, unsent())


def _form_page(asked: Asked, form: Form[CaseTyped], status: int = 200, *, more: bool = False) -> Response:
    def rows(name: str) -> list[int]:
        there = len(form.rows(name, 0))
        return form.rows(name, min(there + 1 if more else max(there, 1), MOST_ROWS))

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
        form = form.with_error("fled", gettext(wrong))
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
    if there is None:
        return see("/cases")
    note_found(asked.node, bytes.fromhex(there))
    here = any(one.case == there for one in waiting(asked.node, asked.acting))
    return see(f"/cases/{there}/here-already" if here else f"/cases/{there}")


def areas_of(node: Node) -> list[tuple[str, str]]:
    """The areas that somebody may have fled, by node id and name."""
    return sorted(((one.node_id, one.area) for one in node.areas.area), key=lambda one: one[1].casefold())


_ROLES: Final = {
    Role.victim: mark("Victim"),
    Role.perpetrator: mark("Alleged perpetrator"),
    Role.child: mark("Child"),
    Role.other: mark("Somebody else"),
}

CAME: Final[dict[Came, str]] = {
    "entered": mark("entered here; referral not imported yet"),
    "emergency": mark("entered in an emergency; referral not imported yet"),
    "referred": mark("referral form"),
    "imported": mark("imported from a file"),
}
"""How a case came, but for one that moved here."""

WORDS: Final = {
    "here-already": mark("Here already?"),
    "people": mark("Correct who is on it"),
    "file": mark("Attach a file"),
    "dash": mark("Complete a risk checklist"),
    "research": mark("Enter your agency's research"),
    "child-referral": mark("Record a referral to safeguard children"),
    "disclosure-scheme": mark("Record whether the disclosure scheme was considered"),
    "plan": mark("Action plan"),
    "prior-contact": mark("Ask the client about earlier contact"),
    "idva": mark("Idva service: referral and first contact"),
    "seal": mark("Seal this case"),
    "unseal": mark("Take the seal back"),
    "fled": mark("Say who fled an area"),
    "safe": mark("Say that somebody is safe to talk to"),
    "told": mark("Record that somebody was told"),
    "moved": mark("Say that the victim has moved to another area"),
    "transfer": mark("Offer it to another area"),
    "channel": mark("Ask the area that the victim fled"),
}
"""What somebody may say of a case, each on a page of its own."""

PAGES: Final = (
    Page("GET", "/cases", _list),
    Page("POST", "/cases", _search),
    Page("GET", "/cases/new", _new),
    Page("POST", "/cases/new", _enter),
    Page("GET", "/cases/{case}", _show),
)
