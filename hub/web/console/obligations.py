"""What is owed: due and overdue, by case and day, and one of it at a time to be closed with evidence.

Whose it is to see is `hub.cases`'s to say, and so is what the evidence lacks. What is signed by closing it asks
again who signs.
"""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Sequence
from itertools import groupby
from typing import Annotated, Any, Final, NamedTuple, TypeVar

from fastapi import Response
from pydantic import Field

from hub.cases.close import ToClose, close, look_at
from hub.cases.obligations import ListedObligation, rows_owed
from hub.cases.shown import address_of, case_shown, shown_among
from hub.consent.evidence import RECORD, Closing, DisclosureLogEntry
from hub.errors import NotFoundError
from hub.matching.written_dates import DayWritten
from hub.records.obligations import ObligationRow
from hub.values import LongText, Role, Value
from hub.web.console.asked import Asked, Page, see
from hub.web.console.drafts import ask_anew, forget, typed_before
from hub.web.console.forms import Form, unsent
from hub.web.console.language import day, gettext, mark, moment, ngettext, short_day
from hub.web.typed.owed import AHEAD, TOGETHER, owed, read

A_PAGE: Final = 25
_DIGITS: Final = 6
_HOUR_S: Final = 3_600
Due = TypeVar("Due", ListedObligation, ObligationRow)
_TELLS_HER: Final = frozenset({"notify_client", "tell_victim_of_plan"})
_SIGNED: Final = frozenset({"countersign", "review_unsealing", "review_telling"})
_PARTS: Final = {
    "person": mark("Write whom you told at %(agency)s"),
    "method": mark("Write how %(agency)s was told"),
    "authority": mark("Write on what legal authority %(agency)s was told"),
    "response": mark("Write what %(agency)s answered, or that nothing came"),
}
_LACKS: Final = {
    "text": ("text", mark("Write what was done, or why not")),
    "on: not before the decision": ("on", mark("Check the day: it is before the decision")),
    "on: not after today": ("on", mark("Check the day: it is after today")),
    "by.role: a manager": ("", mark("A manager does this")),
    "by.name: another person than the caseworker": (
        "",
        mark("Another manager than the caseworker does this"),
    ),
    "form": (
        "",
        mark("The completed form is needed: complete the sharing form"),
    ),
}


class Done(Value):
    """What a person typed who closes an obligation."""

    on: DayWritten = Field(title=mark("the day"))
    text: LongText = Field(default="", title=mark("what was done"))
    sharings: Annotated[tuple[DisclosureLogEntry, ...], Field(max_length=200)] = ()


class Recipient(NamedTuple):
    """A row of the disclosure log that lacks parts, as the form asks for them. `at`: its number in the form."""

    at: int
    agency: str
    date: dt.date
    parts: tuple[str, ...]


def to_do(asked: Asked, case_ref: str) -> list[tuple[ListedObligation, str]]:
    """What is owed of a case in the next two weeks, each with how late it is."""
    node, case = asked.node, asked.node.case_digest(case_ref)
    own = owed(node, asked.acting, node.today() + AHEAD, case)
    return [(one, when(one)) for one in read(node, own)]


def when(one: ListedObligation) -> str:
    """How late something is, in words; nothing where it is not."""
    if one.late_s:
        hours = one.late_s // _HOUR_S
        return (
            ngettext("%(num)d hour overdue", "%(num)d hours overdue", hours)
            if hours
            else gettext(mark("overdue"))
        )
    late = 0 if one.due_at else one.overdue_days
    return ngettext("%(num)d day overdue", "%(num)d days overdue", late) if late else ""


def by_case(found: Sequence[ListedObligation]) -> list[tuple[str, list[tuple[ListedObligation, str]]]]:
    """What is owed by case, the longest overdue case first."""
    order = list(dict.fromkeys(one.case_ref for one in found))
    ordered = sorted(found, key=lambda one: order.index(one.case_ref))
    return [
        (case, [(one, when(one)) for one in group])
        for case, group in groupby(ordered, key=lambda one: one.case_ref)
    ]


def _list(asked: Asked) -> Response:
    today = asked.node.today()
    every = owed(asked.node, asked.acting, today + AHEAD)
    pages = max(1, -(-len(every) // A_PAGE))
    page = min(max(1, _number(asked.request.query_params.get("page", ""))), pages)
    found = read(asked.node, every[(page - 1) * A_PAGE : page * A_PAGE])
    titles = (gettext("Overdue"), gettext("Due today"), gettext("Due in the next two weeks"))
    groups = zip(titles, by_time(found, today), by_time(every, today), strict=True)
    return asked.page(
        "obligations.html",
        groups=[(title, by_case(some), len(of)) for title, some, of in groups],
        page=page,
        pages=pages,
    )


def by_time(found: Sequence[Due], today: dt.date) -> tuple[list[Due], list[Due], list[Due]]:
    """Those past their day, those due today, and those due later."""
    dated = [(one, one.due) for one in found if one.due]
    return (
        [one for one, due in dated if due < today],
        [one for one, due in dated if due == today],
        [one for one, due in dated if due > today],
    )


def _number(text: str) -> int:
    return int(text) if text.isascii() and text.isdigit() and len(text) < _DIGITS else 1


def found_by(asked: Asked) -> ToClose | None:
    """The obligation of the address, where they may open its case."""
    acting = asked.acting
    found = look_at(asked.node, asked.place("number"), acting.requester)
    if found is None or found.case_digest not in shown_among(asked.node, acting, {found.case_digest}):
        return None
    return found


def _one(asked: Asked) -> Response:
    found = found_by(asked)
    if found is None:
        return asked.not_found()
    return _shown(asked, found, typed_before(asked, Done) or unsent({"on": short_day(asked.node.today())}))


def _close(asked: Asked) -> Response:
    found = found_by(asked)
    if found is None:
        return asked.not_found()
    form = asked.form(Done)
    if form.value is None:
        return _shown(asked, found, form, 422)
    if found.open.obligation.code in _SIGNED and (anew := ask_anew(asked)) is not None:
        return anew
    said = form.value
    closing = Closing(by=asked.acting.requester, on=said.on, text=said.text, sharings=said.sharings)
    forget(asked)
    if not found.done:
        try:
            lacking = close(asked.node, _numbers(asked, found), closing).lacking
        except NotFoundError:  # Somebody closed it meanwhile.
            lacking = {}
        if lacking:
            return _shown(asked, found, _with_lacks(found, form, lacking.get(found.number, ())), 422)
    now = found_by(asked)
    if now is None:
        return asked.not_found()
    return (
        see(asked.request.url.path)
        if now.closing == closing
        else _shown(asked, now, unsent(), 409, stale=True)
    )


def _numbers(asked: Asked, found: ToClose) -> list[str]:
    """The number, and those of the same that are done with it."""
    if found.open.obligation.code not in TOGETHER:
        return [found.number]
    every = rows_owed(asked.node, asked.acting.requester, asked.node.today() + AHEAD)
    same = (found.case_digest, found.open.obligation.code)
    return [found.number, *(one.id for one in every if (one.case_digest, one.code) == same)]


def _lack(text: str) -> tuple[str, str]:
    """The agency and the part of a row that evidence lacks; empty where it is something else."""
    row = re.fullmatch(r"sharings\[(.*)\](?:\.(\w+))?", text, re.DOTALL)
    return (row[1], row[2] or "") if row else ("", "")


def recipients(found: ToClose) -> list[Recipient]:
    """The rows of the disclosure log that the evidence has to complete."""
    wanted: dict[str, set[str]] = {}
    for agency, part in map(_lack, found.lacks):
        if agency:
            wanted.setdefault(agency, set()).update({part} if part else RECORD)
    rows: list[Recipient] = []
    for agency, parts in wanted.items():
        of = [one for one in found.open.rows if one.told and " ".join(one.agency.split()) == agency]
        date = of[0].date if of else found.open.made
        order = (*RECORD, "response")
        rows.append(Recipient(len(rows), agency, date, tuple(one for one in order if one in parts)))
    return rows


def _with_lacks(found: ToClose, form: Form[Done], lacks: Sequence[str]) -> Form[Done]:
    at = {one.agency: one.at for one in recipients(found)}
    for text in lacks or ("",):
        agency, part = _lack(text)
        if agency in at:
            sentence = gettext(_PARTS.get(part, mark("Write whom you told at %(agency)s")), agency=agency)
            form = form.with_error(f"sharings.{at[agency]}.{part or 'person'}", sentence)
        else:
            name, sentence = _LACKS.get(text, ("", text or mark("Close those of one check at a time")))
            form = form.with_error(name, gettext(sentence))
    return form


def _shown(
    asked: Asked, found: ToClose, form: Form[Any], status: int = 200, *, stale: bool = False
) -> Response:
    owing = found.open.obligation
    return asked.page(
        "obligation.html",
        status,
        form=form,
        stale=stale,
        text=owing.text,
        due=moment(found.due_at) if found.due_at else day(owing.due) if owing.due else "",
        case=found.open.case_ref,
        opens=address_of(asked.node, found.case_digest),
        made=found.open.made,
        owner=found.open.form.review.owner or found.open.form.requester.name,
        recipients=recipients(found),
        done=found.done,
        closing=found.closing,
        signed=owing.code in _SIGNED,
        by_form="form" in found.lacks,
        whom=_whom(asked, found),
    )


class Whom(NamedTuple):
    """A victim who is to be told: by name, by which telephone where it is safe to call, and who must not learn."""

    name: str
    telephone: str
    not_safe: tuple[str, ...]
    idva_service: str


def _whom(asked: Asked, found: ToClose) -> list[Whom]:
    """Who is told of what was shared, or of the plan: the victims of its case, and nobody else on it."""
    if found.open.obligation.code not in _TELLS_HER:
        return []
    handle = address_of(asked.node, found.case_digest)
    held = case_shown(asked.node, asked.acting, handle) if handle else None
    if held is None:
        return []
    victims = (one.details for one in held.people if one.details.person.role is Role.victim)
    return [
        Whom(
            name=f"{one.person.given_names} {one.person.surname}".strip(),
            telephone=one.person.phone if one.safe_to_call else "",
            not_safe=held.details.not_safe_to_talk_to,
            idva_service=held.details.idva_service,
        )
        for one in victims
    ]


PAGES: Final = (
    Page("GET", "/obligations", _list),
    Page("GET", "/obligations/{number}", _one),
    Page("POST", "/obligations/{number}", _close),
)
