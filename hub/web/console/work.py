"""My work: what waits for whoever is signed in, worst first. Gathers; decides nothing."""

from __future__ import annotations

import datetime as dt
from itertools import islice
from typing import Final

from fastapi import Response

from hub.cases.repeat_decisions import waiting
from hub.cases.shown import checks_shown
from hub.checks.not_yet_asked import not_yet_asked
from hub.checks.rung import to_be_rung
from hub.checks.submissions import waiting_for_manager
from hub.node.node import Node
from hub.records.check import DisclosureStatus
from hub.records.gists import CheckGist
from hub.web.console.asked import Asked, Page
from hub.web.console.incoming import answered, area_name, lines
from hub.web.console.language import gettext, mark
from hub.web.console.obligations import by_case, by_time, when
from hub.web.console.submissions import own_lines
from hub.web.guards import ROUTES
from hub.web.typed.owed import owed, read

COMPLETE_EMERGENCY: Final = "complete_emergency"
_NEWEST: Final = 10
_MOST_TO_RING: Final = 50
_CAME: Final = {  # The furthest first.
    DisclosureStatus.answered: mark("%(area)s has answered."),
    DisclosureStatus.not_answered: mark("%(area)s answers nothing here: telephone them."),
    DisclosureStatus.pending: mark("%(area)s has been told; its answer waits for a person there."),
    DisclosureStatus.not_asked: mark("Possible match in %(area)s, which has not been told."),
}
_RESULT: Final = "/checks/{check}"


def _work(asked: Asked) -> Response:
    node, acting = asked.node, asked.acting
    today = node.today()
    until = today + dt.timedelta(days=node.rules.policy.emergency.days_to_complete)
    found = owed(node, acting, until)
    past, now, _ = by_time(found, today)
    urgent = [one for one in found if one.code == COMPLETE_EMERGENCY]
    return asked.page(
        "work.html",
        requests=lines(asked),
        answered=answered(asked),
        overdue=len(past),
        due=len(now),
        urgent=[(one, when(one)) for one in read(node, urgent)],
        late_cases=by_case(read(node, past[:_NEWEST])),
        due_cases=by_case(read(node, now[:_NEWEST])),
        shown=_NEWEST,
        checks=[(one, _came(node, one)) for one in islice(checks_shown(node, acting), _NEWEST)],
        here=waiting(node, acting),
        unasked=not_yet_asked(node, acting, _NEWEST + 1),
        to_ring=_to_ring(asked),
        linked=("GET", _RESULT) in ROUTES,
        put=own_lines(asked),
        before=len(waiting_for_manager(node, acting)) if asked.may("/countersign") else 0,
    )


def _came(node: Node, one: CheckGist) -> list[str]:
    """What came of a check so far, area by area, in words that name nobody."""
    furthest = ((area, next(each for each in _CAME if each in statuses)) for area, statuses in one.came)
    return [gettext(_CAME[status], area=area_name(node, area)) for area, status in furthest]


def _to_ring(asked: Asked) -> list[tuple[CheckGist, str]]:
    """The checks of which areas are still to be rung, and which areas, in words."""
    node = asked.node
    found = to_be_rung(node, asked.acting, _MOST_TO_RING)
    return [(one, ", ".join(area_name(node, area) for area in left)) for one, left in found]


PAGES: Final = (Page("GET", "/work", _work),)
