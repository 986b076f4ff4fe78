"""Decisions and results in words, for people at a terminal."""

from __future__ import annotations

import datetime as dt
from pathlib import PurePath

from hub.checks.quoted import quoted
from hub.checks.released import in_words
from hub.cli.output import counted, out, plain
from hub.consent import Decision, Outcome
from hub.consent.telling import DIFFERS, GRAVE, IN_WORDS
from hub.records.check import (
    SHOWN_DIGITS,
    AreaResult,
    AreaStatus,
    Candidate,
    CheckResult,
    DisclosureResult,
    DisclosureStatus,
)
from hub.values import Band, Kind, day_in_words, typed

STATUS = {
    AreaStatus.answered: "answered",
    AreaStatus.not_asked: "was not asked",
    AreaStatus.not_connected: "is not connected",
    AreaStatus.unreachable: "could not be reached",
    AreaStatus.error: "did not answer",
}
_BANDS = {
    Band.strong: "Very likely the same person",
    Band.probable: "Likely the same person",
    Band.possible: "Possibly the same person",
}
RING = {Kind.marac: "Coordinator on duty", Kind.idva: "Idva service"}
IN_PART = "Some of what was asked for was released; the rest was withheld: ask"
NEVER = 'No candidate never means "not known". In danger, call 999 first.'


def show_decision(decision: Decision, *, disclosed: bool = False) -> None:
    """Print a decision on a question or a disclosure, with what is missing and what must be done because of it."""
    out.print(_outcome(decision, disclosed=disclosed))
    for reason in decision.reasons:
        if decision.outcome is not Outcome.permit or reason.code == DIFFERS:
            out.print(plain(f"  - {reason.text}"))
    if decision.missing:
        out.print(plain("Missing: " + ", ".join(decision.missing)))
    for obligation in decision.obligations:
        due = f" by {day_in_words(obligation.due)}" if obligation.due else ""
        out.print(plain(f"  To do{due}: {obligation.text}"))


def _outcome(decision: Decision, *, disclosed: bool) -> str:
    if decision.outcome is Outcome.permit:
        return "This area was told about whom you ask." if disclosed else "[green]You may ask.[/]"
    if decision.outcome is Outcome.refuse:
        return f"[red]You may not {'tell this area' if disclosed else 'ask'}.[/] Nothing was sent."
    if decision.outcome is Outcome.refer:
        return "[yellow]Not sent yet[/]: a person must decide."
    missing = counted(len(decision.missing), "answer is/answers are")
    return f"[yellow]Not sent yet[/]: {missing} missing."


def show_result(result: CheckResult, home: PurePath, page: str = "") -> None:
    """Print a check's result, area by area, with what is typed on that home, or the page, to tell one."""
    for area in result.areas:
        _show_area(area, result.check_id, home, page)
    if result.areas:
        out.print(NEVER)
        out.print(f"Check {result.check_id}, {result.took_ms / 1000:.1f} s.")


def _show_area(area: AreaResult, check_id: str, home: PurePath, page: str) -> None:
    phone = f" Phone: {plain(area.contact)}" if area.contact else ""
    out.print(f"[bold]{plain(area.area)}[/] {STATUS[area.status]}.{phone}")
    if area.note:
        out.print(plain(f"  {area.note}"))
    if area.to_be_asked_by:
        by = f"{area.to_be_asked_by:%H:%M} UTC on {day_in_words(area.to_be_asked_by.date())}"
        out.print(f"  `hub worker` asks it without the name, apart from the others, by {by}.")
    if area.status is AreaStatus.answered and not area.candidates:
        out.print(
            plain(f'  No possible match in what {area.area} shares. This does not mean "not known".'),
        )
    for on in area.told_by_telephone:
        out.print(f"  A manager told them by telephone about whom you ask, on {day_in_words(on)}.")
    for number, candidate in enumerate(area.candidates, 1):
        reasons = "; ".join(candidate.reasons)
        reasons = f" {reasons[:1].upper()}{reasons[1:]}." if reasons else ""
        out.print(f"  [bold]Possible match {number}.[/] {_BANDS[candidate.band]}.{plain(reasons)}")
        if candidate.disclosure.status is DisclosureStatus.not_asked:
            _show_not_told(area, page or _told_by(area, candidate, check_id, home))
        else:
            if candidate.told_on:
                out.print(plain(f"    They were told {told_words(candidate)}."))
            _show_answer(candidate.disclosure, area.area, grave=area.not_told in GRAVE)


def _told_by(area: AreaResult, candidate: Candidate, check_id: str, home: PurePath) -> str:
    which = ("--area", area.node_id, "--handle", candidate.handle[:SHOWN_DIGITS])
    return typed("disclose", home, check_id, *which)


def _show_not_told(area: AreaResult, how: str) -> None:
    """Print how an area is told about whom the check is; where anything stands against that, what it is instead."""
    over_hub = " over the hub" if area.told_by_telephone else ""
    how_to = " To tell them:" if not area.not_told else ""
    out.print(f"    They have not been told about whom you ask{over_hub}.{how_to}")
    if area.not_told is None:
        out.print(plain(f"    {how}"))
    elif area.not_told not in GRAVE:  # Those stand above already, in the place of any advice.
        out.print(f"    {IN_WORDS[area.not_told]}")


def told_words(candidate: Candidate) -> str:
    """When an area was first told about a candidate, and who had it told."""
    by = f" by {candidate.told_by}" if candidate.told_by else ""
    return f"on {day_in_words(candidate.told_on)}{by}" if candidate.told_on else "on a day not recorded"


def _show_answer(answer: DisclosureResult, area: str, *, grave: bool) -> None:
    """Print what an area released about a candidate; its own words as a quotation."""
    if answer.status is DisclosureStatus.answered:
        kinds = " and ".join(kind.value.capitalize() for kind in answer.involvement) or "Unspecified"
        role = answer.role.value if answer.role else "role not given"
        last = _month(answer.last_activity) if answer.last_activity else "not given"
        out.print(f"    Answered: {kinds} involvement, as {role}; last activity {last}.")
        if answer.counter_allegation:
            out.print(
                "    [bold]Possible counter-allegation[/]: victim and perpetrator are the other way round there. "
                "Tell your chair; decide who is at risk before anything more moves."
            )
        if answer.agreement:
            out.print(f"    Their comparison: {plain('; '.join(answer.agreement))}.")
        if answer.summary:
            out.print(plain(f"    {area} writes: {quoted(answer.summary)}"))
        for one in () if grave else answer.ring:
            out.print(plain(f"    {RING[one.kind]}, as they say it: {in_words(one)}."))
        if answer.in_part:
            whom = "your manager" if grave else area
            out.print(plain(f"    {IN_PART} {whom}."))
    elif answer.status is DisclosureStatus.pending:
        out.print("    A person there must decide. Telephone if it is urgent.")
    else:
        out.print('    Not answered. This never means "not known": telephone them.')


def _month(text: str) -> str:
    return f"{dt.date.fromisoformat(f'{text}-01'):%B %Y}"
