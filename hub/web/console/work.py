"""My work: what waits for whoever is signed in, worst first. Gathers; decides nothing."""

from __future__ import annotations

import datetime as dt
from itertools import islice
from typing import Final

from fastapi import Response

from hub.cases.shown import shown_among
from hub.checks.earlier import EarlierCheck, earlier_checks
from hub.checks.not_yet_asked import not_yet_asked
from hub.checks.rung import to_be_rung
from hub.checks.submissions import waiting_for_manager
from hub.node.node import Node
from hub.records.check import DisclosureStatus
from hub.web.console.asked import Asked, Page
from hub.web.console.incoming import answered, area_name, lines
from hub.web.console.language import gettext, mark
from hub.web.console.obligations import by_case, by_time, when
from hub.web.console.submissions import own_lines
from hub.web.guards import ROUTES
from hub.web.typed.owed import owed, read

COMPLETE_EMERGENCY: Final = "complete_emergency"
_NEWEST: Final = 10
_LOOKED_AT: Final = 50
_CAME: Final = {  # The furthest first.
    DisclosureStatus.answered: mark("%(area)s has answered."),
    DisclosureStatus.not_answered: mark("%(area)s answers nothing here: telephone them."),
    DisclosureStatus.pending: mark("%(area)s has been told; its answer waits for a person there."),
    DisclosureStatus.not_asked: mark("Possible match in %(area)s, which has not been told."),
}
_RESULT: Final = "/checks/{check}"


def _work(asked: Asked) -> Response:
    today = asked.node.today()
    until = today + dt.timedelta(days=asked.node.rules.policy.emergency.days_to_complete)
    found = owed(asked.node, asked.acting, until)
    past, now, _ = by_time(found, today)
    urgent = [one for one in found if one.code == COMPLETE_EMERGENCY]
    return asked.page(
        "work.html",
        requests=lines(asked),
        answered=answered(asked),
        overdue=len(past),
        due=len(now),
        urgent=[(one, when(one)) for one in read(asked.node, urgent)],
        late_cases=by_case(read(asked.node, past[:_NEWEST])),
        due_cases=by_case(read(asked.node, now[:_NEWEST])),
        shown=_NEWEST,
        checks=[(one, _came(asked.node, one)) for one in _asked_lately(asked)],
        unasked=not_yet_asked(asked.node, asked.acting),
        to_ring=_to_ring(asked),
        linked=("GET", _RESULT) in ROUTES,
        put=own_lines(asked),
        before=len(waiting_for_manager(asked.node, asked.acting)) if asked.may("/countersign") else 0,
    )


def _asked_lately(asked: Asked) -> list[EarlierCheck]:
    """The newest checks of the cases that they may open."""
    node, acting = asked.node, asked.acting
    found = list(islice(earlier_checks(node, acting.requester), _LOOKED_AT))
    digests = {one.result.check_id: node.case_digest(one.request.case_ref) for one in found}
    shown = shown_among(node, acting, set(digests.values()))
    return [one for one in found if digests[one.result.check_id] in shown][:_NEWEST]


def _came(node: Node, one: EarlierCheck) -> list[str]:
    """What came of a check so far, area by area, in words that name nobody."""
    words = []
    for area in one.result.areas:
        found = {each.disclosure.status for each in area.candidates}
        status = next((each for each in _CAME if each in found), None)
        if status is not None:
            words.append(gettext(_CAME[status], area=area_name(node, area.node_id)))
    return words


def _to_ring(asked: Asked) -> list[tuple[EarlierCheck, str]]:
    """The checks of the cases that they may open of which areas are still to be rung, and which areas, in words."""
    node, acting = asked.node, asked.acting
    found = list(islice(to_be_rung(node, acting.requester), _LOOKED_AT))
    digests = [node.case_digest(one.request.case_ref) for one, _ in found]
    shown = shown_among(node, acting, set(digests))
    return [
        (one, ", ".join(area_name(node, area) for area in left))
        for (one, left), digest in zip(found, digests, strict=True)
        if digest in shown
    ]


PAGES: Final = (Page("GET", "/work", _work),)
