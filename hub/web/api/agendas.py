"""What programs may do about the cases of a meeting: read how they stand, and ask by one confirmation."""

from __future__ import annotations

import asyncio
import datetime as dt

from hub.checks.agenda import AgendaLine, Asker, CaseAsked, Confirmed, agenda_of, ask_about
from hub.web.api import models
from hub.web.api.acts import Call, absent


def show_agenda(call: Call) -> models.Agenda:
    """Show the cases of a meeting: when each was last asked about, what changed, and which are asked singly."""
    day = _day(call)
    lines = agenda_of(call.node, Asker.of(call.acting), day)
    return models.Agenda(day=day, cases=tuple(_line(one) for one in lines))


def ask_agenda(call: Call) -> models.AgendaAsked:
    """Ask other areas about cases of a meeting, by one confirmation; each question is decided on its own."""
    day, sent = _day(call), call.body
    confirmed = Confirmed(Asker.of(call.acting), day, sent.once)
    wanted = [one for one in agenda_of(call.node, confirmed.who, day) if one.handle in sent.cases]

    async def go() -> list[CaseAsked]:
        async with call.client(call.node) as client:
            return [await ask_about(call.node, client, confirmed, one) for one in wanted if one.open]

    return models.AgendaAsked(
        cases=tuple(
            models.CaseAsked(case=one.line.handle, checks=one.checks, stopped=one.stopped)
            for one in asyncio.run(go())
        )
    )


def _day(call: Call) -> dt.date:
    try:
        return dt.date.fromisoformat(call.place("day"))
    except ValueError:
        raise absent() from None


def _line(one: AgendaLine) -> models.AgendaCase:
    at = one.last_asked
    return models.AgendaCase(
        case=one.handle,
        case_ref=one.case.details.case_ref,
        last_asked=dt.datetime.fromtimestamp(at, dt.UTC).strftime("%Y-%m-%dT%H:%M:%SZ") if at else None,
        changed=one.changed,
        people=len(one.left),
        alone=one.alone,
    )
