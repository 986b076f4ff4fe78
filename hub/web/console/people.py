"""Who is on a case, corrected: proposed on one page, and decided on another by somebody else, before beside after.

Decides nothing (`hub.cases.corrections`). Names travel in the body alone, and stand in no title.
"""

from __future__ import annotations

from typing import Any, Final

from fastapi import Response

from hub.cases.correction import CorrectionState, PersonChange
from hub.cases.corrections import Corrector, decide, may_decide, propose
from hub.cases.corrections_kept import KeptCorrection, correction_of, corrections_of, waiting_corrections
from hub.cases.papers_shown import papers_shown
from hub.cases.research import Research
from hub.cases.shown import case_shown
from hub.errors import ConflictError, InputError
from hub.records import papers
from hub.records.cases import HeldCase
from hub.records.papers import PaperKind
from hub.values import Person, Role
from hub.web.console.asked import Asked, Page, see
from hub.web.console.drafts import forget, typed_before
from hub.web.console.forms import Form, unsent
from hub.web.console.language import gettext, mark, partial_date
from hub.web.typed.people import MOST_ON_IT, CorrectionDecided, CorrectionTyped, as_they_stand

_MORE: Final = "more"
ROLES: Final = {
    Role.victim: mark("Victim"),
    Role.perpetrator: mark("Alleged perpetrator"),
    Role.child: mark("Child"),
    Role.other: mark("Somebody else"),
}
STATES: Final = {
    CorrectionState.proposed: mark("Waits to be approved"),
    CorrectionState.approved: mark("Approved"),
    CorrectionState.refused: mark("Refused"),
    CorrectionState.withdrawn: mark("Withdrawn"),
}
_SENTENCES: Final = {("answer", "missing"): mark("Choose what you decide")}
_NO_CONNECTION: Final = mark(
    "Say that you have no connection with anyone in this case, or leave it to another"
)


def _case(asked: Asked) -> HeldCase | None:
    return case_shown(asked.node, asked.acting, asked.place("case"))


def _people(asked: Asked) -> Response:
    held = _case(asked)
    if held is None:
        return asked.not_found()
    return _page(asked, held, typed_before(asked, CorrectionTyped) or unsent(as_they_stand(held)))


def _page(
    asked: Asked, held: HeldCase, form: Form[CorrectionTyped], status: int = 200, *, more: bool = False
) -> Response:
    there = len(form.rows("people", 0))
    return asked.page(
        "case_people.html",
        status,
        form=form,
        case=held.details,
        handle=held.row.handle.hex(),
        rows=form.rows("people", min(there + 1 if more else there, MOST_ON_IT)),
        roles=[{"value": one.value, "text": gettext(text)} for one, text in ROLES.items()],
        corrections=[_line(held, one) for one in corrections_of(asked.node, held)],
        found=_found_wrong(asked, held),
    )


def _line(held: HeldCase, one: KeptCorrection) -> dict[str, Any]:
    return {
        "href": f"/cases/{held.row.handle.hex()}/people/{one.handle}",
        "by": one.said.proposer.name,
        "at": one.at,
        "state": gettext(STATES[one.said.state]),
    }


def _found_wrong(asked: Asked, held: HeldCase) -> dict[str, Any] | None:
    """The newest research of their own that says that something of the people is not right, and what."""
    every = papers.current(papers_shown(asked.node, asked.acting, held, PaperKind.research))
    done = {one.said.research for one in corrections_of(asked.node, held)}
    for one in reversed(every):
        said = Research.model_validate(one.paper.body)
        if one.handle not in done and said.wrong:
            return {"research": one.handle, "words": said.wrong}
    return None


def _propose(asked: Asked) -> Response:
    held = _case(asked)
    if held is None:
        return asked.not_found()
    form = asked.form(CorrectionTyped)
    if form.button == _MORE:
        return _page(asked, held, Form(typed=form.typed), more=True)
    typed = form.value
    if typed is None:
        return _page(asked, held, form, 422)
    by = Corrector.of(asked.acting)
    try:
        said = [one.said for one in typed.people]
        number = propose(asked.node, by, held, said, typed.because, typed.research)
    except InputError as error:
        return _page(asked, held, form.with_error("", error.text), 422)
    except ConflictError as error:
        return _page(asked, held, form.with_error("", f"{error.text} {error.do}"), 409)
    forget(asked)
    return see(f"/cases/{held.row.handle.hex()}/people/{number}")


def _found(asked: Asked) -> tuple[HeldCase, KeptCorrection] | None:
    held = _case(asked)
    kept = correction_of(asked.node, held, asked.place("correction")) if held is not None else None
    return (held, kept) if held is not None and kept is not None else None


def _one(asked: Asked) -> Response:
    found = _found(asked)
    if found is None:
        return asked.not_found()
    return _shown(asked, *found, typed_before(asked, CorrectionDecided) or unsent())


def _shown(
    asked: Asked, held: HeldCase, kept: KeptCorrection, form: Form[CorrectionDecided], status: int = 200
) -> Response:
    by, said = Corrector.of(asked.acting), kept.said
    return asked.page(
        "correction.html",
        status,
        form=form,
        handle=held.row.handle.hex(),
        case=held.details,
        said=said,
        state=gettext(STATES[said.state]),
        at=kept.at,
        changes=[_side_by_side(one) for one in said.changes],
        own=said.open and said.account == asked.acting.account.id,
        decides=said.open and may_decide(asked.node, by, held, said),
    )


def _side_by_side(change: PersonChange) -> dict[str, Any]:
    before, after = _cells(change.before), _cells(change.after)
    return {
        "title": gettext(_title(change)),
        "rows": [
            (label, was, becomes, was != becomes)
            for (label, was), (_, becomes) in zip(before, after, strict=True)
        ],
    }


def _title(change: PersonChange) -> str:
    if change.before is None:
        return mark("Somebody is added")
    return (
        mark("Somebody is not part of this case") if change.after is None else mark("Somebody is corrected")
    )


def _cells(person: Person | None) -> list[tuple[str, str]]:
    """What says who somebody is, in words; nothing where nobody is there."""
    told = person or Person()
    name = f"{told.given_names} {told.surname}".strip()
    nothing = gettext(mark("not known"))
    cells = [
        (gettext(mark("Name")), name or nothing),
        (gettext(mark("Other names")), "; ".join(told.aliases) or gettext(mark("none recorded"))),
        (gettext(mark("Date of birth")), partial_date(told.date_of_birth) or nothing),
        (gettext(mark("Part in the case")), gettext(ROLES[told.role])),
    ]
    return cells if person is not None else [(label, gettext(mark("not on the case"))) for label, _ in cells]


def _decide(asked: Asked) -> Response:
    found = _found(asked)
    if found is None:
        return asked.not_found()
    held, kept = found
    form = asked.form(CorrectionDecided, _SENTENCES)
    said = form.value
    if said is not None and said.answer == "approve" and not said.no_connection:
        form = form.with_error("no_connection", gettext(_NO_CONNECTION))
    if said is None or form.value is None:
        return _shown(asked, held, kept, form, 422)
    try:
        decide(asked.node, Corrector.of(asked.acting), held, kept.handle, said.answer, said.words)
    except InputError as error:
        return _shown(asked, held, kept, form.with_error("words", error.text.rstrip(".")), 422)
    except ConflictError as error:
        now = _found(asked) or found
        return _shown(asked, *now, form.with_error("", f"{error.text} {error.do}".strip()), 409)
    forget(asked)
    if said.answer == "approve" and asked.may("/cases/{case}/here-already"):
        return see(f"/cases/{held.row.handle.hex()}/here-already")
    return see(f"/cases/{held.row.handle.hex()}/people/{kept.handle}")


def _waiting(asked: Asked) -> Response:
    return asked.page("corrections.html", corrections=waiting_corrections(asked.node, asked.acting))


PAGES: Final = (
    Page("GET", "/corrections", _waiting),
    Page("GET", "/cases/{case}/people", _people),
    Page("POST", "/cases/{case}/people", _propose),
    Page("GET", "/cases/{case}/people/{correction}", _one),
    Page("POST", "/cases/{case}/people/{correction}", _decide),
)
