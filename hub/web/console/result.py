"""The result of a question, by area: possible matches, what was not found, and whom to telephone.

What agrees, differs or is not recorded stands before any word of likelihood; nothing reads "not known". Of an area
that is not to be told there is no button. Asks and tells nobody.
"""

from __future__ import annotations

import re
import secrets
from collections.abc import Iterable
from dataclasses import dataclass, field, replace
from typing import Any, Final
from urllib.parse import urlencode

from fastapi import Response

from hub.cases.shown import check_shown
from hub.checks.earlier import earlier_result, telling_today
from hub.checks.once_more import asked_once_more, once_more_id, to_ask_once_more
from hub.checks.quoted import quoted, without_numbers
from hub.checks.released import in_words
from hub.checks.submissions import A_MANAGERS, Shown, about_check
from hub.checks.telephones import by_area
from hub.checks.telling import marked, without_number
from hub.consent.telling import GRAVE, IN_WORDS, Telling
from hub.matching.reasons import Comparison, comparison
from hub.records.check import (
    AreaResult,
    AreaStatus,
    Candidate,
    DisclosureResult,
    DisclosureStatus,
    DismissedWord,
    RecordedCheck,
    Rung,
)
from hub.values import Band, Kind, Role
from hub.web.console.asked import Asked, Page
from hub.web.console.language import gettext, mark, moment, partial_date
from hub.web.console.obligations import to_do
from hub.web.console.submission_words import ROLES, state_in_words

BANDS: Final = {
    Band.strong: mark("Very likely the same person"),
    Band.probable: mark("Likely the same person"),
    Band.possible: mark("Possibly the same person"),
}
_KINDS: Final = {Kind.marac: mark("Marac"), Kind.idva: mark("Idva service")}
_RING: Final = {
    Kind.marac: mark("Coordinator on duty: %(whom)s."),
    Kind.idva: mark("Idva service: %(whom)s."),
}
_GROUPS: Final = (
    (AreaStatus.error, mark("Did not answer")),
    (AreaStatus.unreachable, mark("Could not be reached")),
    (AreaStatus.not_connected, mark("Not connected")),
    (AreaStatus.not_asked, mark("Not asked")),
)
_NOT_REACHED: Final = mark(
    "Its hub could not be reached, so it did not answer. This does not mean that nobody is known there: telephone"
    " it. Your support desk can find out why."
)
_MOST: Final = 20
_ID: Final = re.compile("[0-9a-f]{32}")


@dataclass(frozen=True)
class Match:
    """A candidate as a page shows it: its number in the list, and what was compared, in words."""

    number: int
    candidate: Candidate
    likelihood: str
    agrees: list[str]
    differs: list[str]
    not_recorded: list[str]
    beside: list[str]
    answer: str
    quotation: str
    ring: list[str]
    told: bool
    may_look_again: bool
    knows: bool
    word: DismissedWord | None = None

    @property
    def dismissed(self) -> bool:
        """Whether it counts as not the same person: of one that is very likely, two people said so."""
        said = self.word
        return said is not None and (self.candidate.band is not Band.strong or bool(said.agreed_by))


@dataclass(frozen=True)
class ShownArea:
    """An area as a page shows it. `number`: whom to telephone, empty where that is not safe. `warning`: why not.

    `once_more`: who asked may ask it once more; `asked_again`: the check that did so. `put`: what was put before a
    manager about telling it, and what has become of it; `called`: it was told by telephone. `waits`: no answer of
    it is kept yet. `rings`: somebody rings it; `rung`: what was said then. `later`: that it is asked by itself.
    """

    area: AreaResult
    number: str
    warning: str
    matches: list[Match]
    dismissed: list[Match]
    rung: tuple[Rung, ...] = ()
    waits: bool = False
    rings: bool = False
    put: tuple[tuple[Shown, str], ...] = ()
    once_more: bool = False
    asked_again: str = ""
    later: str = ""

    @property
    def called(self) -> bool:
        """Whether a manager told it by telephone."""
        return any(one.submission.call is not None for one, _ in self.put)

    @property
    def ask_manager(self) -> bool:
        """Whether telling it is for a manager alone."""
        return self.area.not_told in A_MANAGERS

    @property
    def may_tell(self) -> bool:
        """Whether telling it is offered."""
        return self.area.not_told is None


@dataclass
class ShownCheck:
    """One question's result, in the order in which it is read. `areas`: all of them, in the order asked."""

    check_id: str
    role: str
    perpetrator: bool
    possible: list[ShownArea] = field(default_factory=list)
    none: list[ShownArea] = field(default_factory=list)
    waiting: list[ShownArea] = field(default_factory=list)
    groups: list[tuple[str, list[ShownArea]]] = field(default_factory=list)
    reasons: list[str] = field(default_factory=list)
    areas: list[ShownArea] = field(default_factory=list)

    @property
    def to_ring(self) -> list[ShownArea]:
        """The areas that gave no answer, of which somebody writes down what was said on the telephone."""
        return [one for one in (*self.waiting, *self.areas) if one.rings]


def _show(asked: Asked) -> Response:
    ids = dict.fromkeys((asked.place("check"), *asked.request.query_params.getlist("also")[:_MOST]))
    kept = [(one, check_shown(asked.node, asked.acting, one)) for one in ids]
    first = kept[0][1]
    if first is None:
        return asked.not_found()
    shown = [shown_check(asked, one, found.kept) for one, found in kept if found is not None]
    return asked.page(
        "result.html",
        checks=shown,
        case_ref=first.kept.request.case_ref,
        case=first.case,
        once_token=secrets.token_hex(16),
        to_do=to_do(asked, first.kept.request.case_ref),
        beside={one.check_id: beside([other for other in ids if other != one.check_id]) for one in shown},
    )


def beside(check_ids: Iterable[str]) -> str:
    """What an address of a check has of those that were asked beside it; nothing but ids."""
    also = [("also", one) for one in check_ids if _ID.fullmatch(one)]
    return f"?{urlencode(also)}" if also else ""


def shown_check(asked: Asked, check_id: str, kept: RecordedCheck) -> ShownCheck:
    """What a page shows of a check that they may see."""
    result = earlier_result(asked.node, asked.acting.requester, check_id)
    role = kept.request.subject.role
    shown = ShownCheck(check_id, gettext(ROLES[role]), role is Role.perpetrator)
    if not result.decision.permitted:
        shown.reasons = [one.text for one in result.decision.reasons]
        return shown
    put = about_check(asked.node, asked.acting, check_id)
    areas = shown.areas = [_again(asked, kept, _area(one, kept, put)) for one in result.areas]
    answered = [one for one in areas if one.area.status is AreaStatus.answered]
    shown.possible = [one for one in answered if one.matches or one.dismissed]
    shown.none = [one for one in answered if not one.matches and not one.dismissed]
    if not areas:
        lines, telling = by_area(asked.node.home, kept.request.areas), telling_today(asked.node, kept)
        silent = [_waiting(node_id, line, telling) for node_id, line in lines.items()]
        shown.waiting = [
            _again(asked, kept, replace(one, waits=True, rings=one.area.not_told not in GRAVE))
            for one in (_area(area, kept, put) for area in silent)
        ]
    for status, title in _GROUPS:
        if there := [one for one in areas if one.area.status is status]:
            shown.groups.append((gettext(title), there))
    return shown


def _again(asked: Asked, kept: RecordedCheck, one: ShownArea) -> ShownArea:
    """An area that gave no answer, with what there is of asking it once more."""
    if one.area.status is AreaStatus.answered:
        return one
    node, check_id, area = asked.node, kept.result.check_id, one.area.node_id
    if asked_once_more(node, check_id, area) is not None:
        return replace(one, asked_again=once_more_id(node, check_id, area))
    return replace(one, once_more=area in to_ask_once_more(node, asked.acting.requester, kept))


def _waiting(node_id: str, line: str, telling: Telling) -> AreaResult:
    """An area of which no answer is kept yet, by its line of telephones."""
    name, _, number = line.partition(": ")
    area = AreaResult(node_id=node_id, area=name, status=AreaStatus.unreachable, contact=number)
    return marked(area, telling)


def _area(area: AreaResult, kept: RecordedCheck, put: Iterable[Shown]) -> ShownArea:
    grave = area.not_told in GRAVE
    area = without_number(area)
    if area.status is AreaStatus.unreachable and area.note:
        area = area.model_copy(update={"note": gettext(_NOT_REACHED)})
    asks = gettext(mark("your manager")) if grave else area.area
    matches = [_match(number, one, kept, asks) for number, one in enumerate(area.candidates, 1)]
    before = [_match(number, one, kept, asks) for number, one in enumerate(area.set_aside, 1 + len(matches))]
    return ShownArea(
        area=area.model_copy(update={"note": ""}) if grave else area,
        number="" if grave else area.contact,
        warning=IN_WORDS[area.not_told] if area.not_told else "",
        matches=[one for one in matches if not one.dismissed],
        dismissed=[*(one for one in matches if one.dismissed), *before],
        rung=kept.rung.get(area.node_id, ()),
        rings=not grave and any(one.silent and one.node_id == area.node_id for one in kept.result.areas),
        put=tuple((one, state_in_words(one.state)) for one in put if one.submission.area == area.node_id),
        later=_later(area),
    )


def _later(area: AreaResult) -> str:
    """That an area was not asked with the others, and is by itself; until then nothing of it is known."""
    if area.to_be_asked_by is None:
        return ""
    said = mark(
        "It is asked by the hub without the name, apart from the others, by %(moment)s. Look here then."
    )
    return gettext(said, moment=moment(area.to_be_asked_by))


def _match(number: int, candidate: Candidate, kept: RecordedCheck, asks: str) -> Match:
    told: dict[Comparison, list[str]] = {one: [] for one in Comparison}
    for text in candidate.reasons:
        told[comparison(text)].append(text[:1].upper() + text[1:])
    answer = candidate.disclosure
    return Match(
        number=number,
        candidate=candidate,
        likelihood=gettext(BANDS[candidate.band]),
        agrees=told[Comparison.agrees],
        differs=told[Comparison.differs],
        not_recorded=told[Comparison.not_recorded],
        beside=told[Comparison.beside],
        answer=_answer(answer, asks),
        quotation=quoted(without_numbers(answer.summary)) if answer.summary else "",
        ring=[gettext(_RING[each.kind], whom=in_words(each)) for each in answer.ring],
        told=answer.status is not DisclosureStatus.not_asked,
        may_look_again=answer.status in (DisclosureStatus.pending, DisclosureStatus.not_answered),
        knows=answer.status is DisclosureStatus.answered,
        word=kept.dismissed.get(candidate.handle),
    )


def _answer(answer: DisclosureResult, asks: str) -> str:
    """What the area released, in a sentence or two. `asks`: whom to ask for what it withheld."""
    if answer.status is DisclosureStatus.not_asked:
        return ""
    if answer.status is DisclosureStatus.pending:
        return gettext(mark("They have been told. Their answer waits for a person there."))
    if answer.status is DisclosureStatus.not_answered:
        return gettext(mark('They answer nothing here. This does not mean "not known": telephone them.'))
    kinds: Any = " and ".join(gettext(_KINDS[one]) for one in answer.involvement)
    kinds = kinds or gettext(mark("Unspecified"))
    role: Any = gettext(ROLES[answer.role]) if answer.role else gettext(mark("part not given"))
    last = partial_date(answer.last_activity) if answer.last_activity else gettext(mark("not given"))
    said = gettext(
        mark("%(kinds)s involvement, as %(role)s; last activity %(last)s."), kinds=kinds, role=role, last=last
    )
    if not answer.in_part:
        return said
    rest = gettext(
        mark("Some of what was asked for was released; the rest was withheld: ask %(whom)s."), whom=asks
    )
    return f"{said} {rest}"


PAGES: Final = (Page("GET", "/checks/{check}", _show),)
