"""The papers of a case on pages: each as it was filled in, the risk checklist, and an agency's own research.

Who reads which is `hub.cases.papers_shown`'s; what is kept from somebody is as if it were not there.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Final

from fastapi import Response
from pydantic import BaseModel

from hub.accounts.organisations import folded
from hub.cases.case_files import said_of
from hub.cases.case_paper import keep_paper
from hub.cases.child_referral import ChildReferral, still_due
from hub.cases.dash import OF_CHILDREN, QUESTIONS, Dash
from hub.cases.papers_shown import other_cases, papers_shown
from hub.cases.refer import ReferralPaper
from hub.cases.research import Research
from hub.cases.shown import case_shown
from hub.records import papers
from hub.records.cases import HeldCase
from hub.records.papers import KeptPaper, PaperKind
from hub.web.console.asked import Asked, Page, see
from hub.web.console.case_files import called, rows_of_paper
from hub.web.console.drafts import forget, typed_before
from hub.web.console.forms import Form, unsent
from hub.web.console.incoming import area_name
from hub.web.console.language import gettext, mark
from hub.web.console.paper_words import ASKED, BESIDES, CRITERIA, HINTS, answer_in_words

_MORE: Final = "more"
CORRECTED: Final[Mapping[PaperKind, type[BaseModel]]] = {
    PaperKind.dash: Dash,
    PaperKind.research: Research,
    PaperKind.child_referral: ChildReferral,
}
"""What its own organisation corrects. A referral says who people are: that takes another person's word."""
_LACKS: Final = {
    "made": mark("Say whether a referral was made"),
    "date": mark("Give the day on which it was made"),
    "to": mark("Say to whom it was made"),
    "why_not": mark("Say why none was made"),
}


def listed(asked: Asked, held: HeldCase) -> list[dict[str, Any]]:
    """The papers of a case that they read, as its page lists them: those that no other corrects."""
    handle = held.row.handle.hex()
    return [
        {
            "href": f"/cases/{handle}/papers/{one.handle}",
            "kind": called(one.paper),
            "supplier": one.paper.supplier,
            "by": one.paper.by,
            "at": one.paper.at,
            "source": area_name(asked.node, one.paper.source) if one.paper.source else "",
        }
        for one in papers.current(papers_shown(asked.node, asked.acting, held))
    ]


def _show(asked: Asked) -> Response:
    held = case_shown(asked.node, asked.acting, asked.place("case"))
    if held is None:
        return asked.not_found()
    every = papers_shown(asked.node, asked.acting, held)
    found = papers.history(every, asked.place("paper"))
    if not found:
        return asked.not_found()
    others = other_cases(asked.node, asked.acting, found)
    newest = found[0].handle in {one.handle for one in papers.current(every)}
    here = f"/cases/{held.row.handle.hex()}/papers/{found[0].handle}"
    return asked.page(
        "case_paper.html",
        handle=held.row.handle.hex(),
        correct=f"{here}/correct" if newest and _may_correct(asked, found[0]) else "",
        source=area_name(asked.node, found[0].paper.source) if found[0].paper.source else "",
        file=_file(asked, found[0]),
        **_shown(found[0], others),
        before=[_shown(one, others) for one in found[1:]],
    )


def _file(asked: Asked, kept: KeptPaper) -> dict[str, Any] | None:
    """The file that a paper attaches, and where it is given; None where it attaches none."""
    said = said_of(kept.paper) if kept.paper.file else None
    if said is None:
        return None
    return {"quarantined": said.quarantined, "href": f"{asked.request.url.path}/file"}


def _shown(one: KeptPaper, others: Mapping[str, str]) -> dict[str, Any]:
    paper = one.paper
    dash = Dash.model_validate(paper.body) if paper.kind is PaperKind.dash else None
    facts = ReferralPaper.model_validate(paper.body).facts if paper.kind is PaperKind.referral else ()
    return {
        "kind": called(paper),
        "supplier": paper.supplier,
        "by": paper.by,
        "at": paper.at,
        "rows": rows_of_paper(paper, others),
        "dash": dash,
        "facts": [
            (gettext(CRITERIA[fact.criterion]), answer_in_words(fact.ticked), fact.why, fact.differs)
            for fact in facts
        ],
    }


def _dash(asked: Asked) -> Response:
    held = case_shown(asked.node, asked.acting, asked.place("case"))
    return asked.not_found() if held is None else _dash_page(asked, held, _typed(asked, Dash))


def _typed(asked: Asked, model: type[BaseModel]) -> Form[Any]:
    return typed_before(asked, model) or unsent()


def _dash_page(asked: Asked, held: HeldCase, form: Form[Dash], status: int = 200) -> Response:
    questions = [
        {
            "number": one.number,
            "name": one.name,
            "words": gettext(ASKED[one.name]),
            "hint": gettext(HINTS[one.name]) if one.name in HINTS else "",
            "boxes": [(name, gettext(BESIDES[name])) for name in one.boxes],
            "ticks": [{"value": name, "text": gettext(BESIDES[name])} for name in one.ticks],
            "children": one.number in OF_CHILDREN,
        }
        for one in QUESTIONS
    ]
    return asked.page(
        "case_dash.html",
        status,
        form=form,
        handle=held.row.handle.hex(),
        questions=questions,
        action=asked.request.url.path,
    )


def _keep_dash(asked: Asked) -> Response:
    held = case_shown(asked.node, asked.acting, asked.place("case"))
    if held is None:
        return asked.not_found()
    form = asked.form(Dash)
    if form.value is None:
        return _dash_page(asked, held, form, 422)
    return _kept(asked, held, PaperKind.dash, form.value)


def _research(asked: Asked) -> Response:
    held = case_shown(asked.node, asked.acting, asked.place("case"))
    return asked.not_found() if held is None else _research_page(asked, held, _typed(asked, Research))


def _research_page(
    asked: Asked, held: HeldCase, form: Form[Research], status: int = 200, *, more: bool = False
) -> Response:
    def rows(name: str) -> list[int]:
        there = len(form.rows(name, 0))
        return form.rows(name, there + 1 if more else max(there, 1))

    names = ("afraid_of", "safe_to_talk_to", "not_safe_to_talk_to")
    return asked.page(
        "case_research.html",
        status,
        form=form,
        handle=held.row.handle.hex(),
        action=asked.request.url.path,
        agency=asked.acting.organisation.name,
        rows={name: rows(name) for name in names},
    )


def _keep_research(asked: Asked) -> Response:
    held = case_shown(asked.node, asked.acting, asked.place("case"))
    if held is None:
        return asked.not_found()
    form = asked.form(Research)
    if form.button == _MORE:
        return _research_page(asked, held, Form(typed=form.typed), more=True)
    if form.value is None:
        return _research_page(asked, held, form, 422)
    kept = _kept(asked, held, PaperKind.research, form.value)
    return see(f"/cases/{held.row.handle.hex()}/people") if form.value.wrong else kept


def _child_referral(asked: Asked) -> Response:
    held = case_shown(asked.node, asked.acting, asked.place("case"))
    return asked.not_found() if held is None else _child_page(asked, held, _typed(asked, ChildReferral))


def _child_page(asked: Asked, held: HeldCase, form: Form[ChildReferral], status: int = 200) -> Response:
    return asked.page(
        "case_child_referral.html",
        status,
        form=form,
        handle=held.row.handle.hex(),
        action=asked.request.url.path,
    )


def _keep_child_referral(asked: Asked) -> Response:
    held = case_shown(asked.node, asked.acting, asked.place("case"))
    if held is None:
        return asked.not_found()
    form = asked.form(ChildReferral)
    if form.value is not None and form.value.lacks:
        form = form.with_error(form.value.lacks, gettext(_LACKS[form.value.lacks]))
    if form.value is None:
        return _child_page(asked, held, form, 422)
    return _kept(asked, held, PaperKind.child_referral, form.value)


def children_due(asked: Asked, held: HeldCase) -> bool:
    """Whether nothing was recorded for the children of a case, or of a checklist that speaks of some."""
    every = papers.current(papers_shown(asked.node, asked.acting, held))
    return still_due([one.details.person for one in held.people], [one.paper for one in every])


def _correct(asked: Asked) -> Response:
    found = _to_correct(asked)
    if found is None:
        return asked.not_found()
    held, kept = found
    before = CORRECTED[kept.paper.kind].model_validate(kept.paper.body)
    return _pages_of(asked, held, kept.paper.kind, typed_before(asked, type(before)) or unsent(before))


def _keep_correction(asked: Asked) -> Response:
    found = _to_correct(asked)
    if found is None:
        return asked.not_found()
    held, kept = found
    kind = kept.paper.kind
    form: Form[Any] = asked.form(CORRECTED[kind])
    if kind is PaperKind.research and form.button == _MORE:
        return _research_page(asked, held, Form(typed=form.typed), more=True)
    if kind is PaperKind.child_referral and form.value is not None and form.value.lacks:
        form = form.with_error(form.value.lacks, gettext(_LACKS[form.value.lacks]))
    if form.value is None:
        return _pages_of(asked, held, kind, form, 422)
    return _kept(asked, held, kind, form.value, supersedes=kept.handle)


def _pages_of(asked: Asked, held: HeldCase, kind: PaperKind, form: Form[Any], status: int = 200) -> Response:
    if kind is PaperKind.dash:
        return _dash_page(asked, held, form, status)
    page = _research_page if kind is PaperKind.research else _child_page
    return page(asked, held, form, status)


def _to_correct(asked: Asked) -> tuple[HeldCase, KeptPaper] | None:
    """The newest paper that an address names, where it is their own organisation's and of a kind to correct."""
    held = case_shown(asked.node, asked.acting, asked.place("case"))
    if held is None:
        return None
    every = papers.current(papers_shown(asked.node, asked.acting, held))
    kept = next((one for one in every if one.handle == asked.place("paper")), None)
    return (held, kept) if kept is not None and _may_correct(asked, kept) else None


def _may_correct(asked: Asked, kept: KeptPaper) -> bool:
    own = folded(kept.paper.supplier) == folded(asked.acting.organisation.name)
    return own and kept.paper.kind in CORRECTED


def _kept(
    asked: Asked, held: HeldCase, kind: PaperKind, said: BaseModel, *, supersedes: str = ""
) -> Response:
    keep_paper(asked.node, asked.acting, held, kind, said, supersedes=supersedes)
    forget(asked)
    return see(f"/cases/{held.row.handle.hex()}")


PAGES: Final = (
    Page("GET", "/cases/{case}/papers/{paper}", _show),
    Page("GET", "/cases/{case}/papers/{paper}/correct", _correct),
    Page("POST", "/cases/{case}/papers/{paper}/correct", _keep_correction),
    Page("GET", "/cases/{case}/dash", _dash),
    Page("POST", "/cases/{case}/dash", _keep_dash),
    Page("GET", "/cases/{case}/child-referral", _child_referral),
    Page("POST", "/cases/{case}/child-referral", _keep_child_referral),
    Page("GET", "/cases/{case}/research", _research),
    Page("POST", "/cases/{case}/research", _keep_research),
)
