"""Decisions and results in words, for people at a terminal."""

from __future__ import annotations

from hub.cli.output import out, plain
from hub.consent import Decision, Outcome
from hub.records.check import SHOWN_DIGITS, AreaResult, AreaStatus, Candidate, CheckResult, DisclosureStatus

_OUTCOMES = {
    Outcome.permit: "[green]Permitted[/]",
    Outcome.refuse: "[red]Refused[/]",
    Outcome.incomplete: "[yellow]Incomplete[/]: nobody was asked",
    Outcome.refer: "[yellow]A person must decide[/]: nobody was asked",
}
_STATUS = {
    AreaStatus.answered: "answered",
    AreaStatus.not_connected: "is not connected",
    AreaStatus.unreachable: "could not be reached",
    AreaStatus.error: "failed",
}
NEVER = 'No candidate never means "not known". In danger, call 999 first.'


def show_decision(decision: Decision) -> None:
    """Print a decision with what is missing and what must be done because of it."""
    out.print(_OUTCOMES[decision.outcome])
    if decision.outcome is not Outcome.permit:
        for reason in decision.reasons:
            out.print(plain(f"  - {reason.text} ({reason.source})"))
    if decision.missing:
        out.print(plain("Missing: " + ", ".join(decision.missing)))
    for one in decision.obligations:
        due = f" by {one.due}" if one.due else ""
        out.print(plain(f"  To do{due}: {one.text}"))


def show_result(result: CheckResult) -> None:
    """Print a check's result, area by area."""
    for area in result.areas:
        _show_area(area)
    if result.areas:
        out.print(NEVER)
        out.print(f"Check {result.check_id}, {result.took_ms / 1000:.1f} s.")


def _show_area(area: AreaResult) -> None:
    out.print(f"[bold]{plain(area.area)}[/] {_STATUS[area.status]}. Phone: {plain(area.contact)}")
    if area.note:
        out.print(plain(f"  {area.note}"))
    if area.status is AreaStatus.answered and not area.candidates:
        out.print("  Nobody met.")
    for candidate in area.candidates:
        _show_candidate(candidate)


def _show_candidate(candidate: Candidate) -> None:
    out.print(f"  [bold]{candidate.band}[/]: {plain('; '.join(candidate.reasons))}")
    told = candidate.disclosure
    if told.status is DisclosureStatus.answered:
        kinds = " and ".join(kind.value.capitalize() for kind in told.involvement)
        role = told.role.value if told.role else "role not told"
        last = plain(told.last_activity or "not told")
        out.print(f"    Answered: {kinds} involvement, as {role}; last activity {last}.")
        if told.counter_allegation:
            out.print(
                "    [bold]Possible counter-allegation[/]: victim and perpetrator are the other way round there. "
                "Tell both chairs; decide who is at risk before anything more moves."
            )
        if told.agreement:
            out.print(f"    Their comparison: {plain('; '.join(told.agreement))}.")
        if told.summary:
            out.print(plain(f"    {told.summary}"))
    elif told.status is DisclosureStatus.pending:
        out.print("    A person there must decide. Telephone if it is urgent.")
    elif told.status is DisclosureStatus.not_answered:
        out.print('    Not answered. This never means "not known": telephone them.')
    else:
        out.print(
            f"    They have not been told about whom you ask: `hub disclose` tells them "
            f"(candidate {candidate.handle[:SHOWN_DIGITS]})."
        )
