"""My work: what waits for whoever is signed in, worst first. Gathers; decides nothing."""

from __future__ import annotations

import datetime as dt
from typing import Final

from fastapi import Response

from hub.cases.corrections_kept import waiting_corrections
from hub.cases.not_yet_listed import not_yet_listed
from hub.cases.plans import actions_of, reporter_of
from hub.cases.repeat_decisions import waiting
from hub.checks.heard_elsewhere import lately as lately_heard
from hub.checks.not_yet_asked import not_yet_asked
from hub.checks.rung import to_be_rung
from hub.checks.submissions import waiting_for_manager
from hub.checks.unattended import unattended
from hub.records.gists import CheckGist
from hub.web.console.asked import Asked, Page
from hub.web.console.came import RESULT, lately
from hub.web.console.heard import in_words
from hub.web.console.idva_referrals import first_contacts, plans_to_say
from hub.web.console.incoming import answered, area_name, lines
from hub.web.console.obligations import by_case, by_time, when
from hub.web.console.papers_asked import waiting as papers_waiting
from hub.web.console.submissions import own_lines
from hub.web.console.transfers import waiting as transfers_waiting
from hub.web.guards import ROUTES
from hub.web.typed.owed import owed, read

COMPLETE_EMERGENCY: Final = "complete_emergency"
_NEWEST: Final = 10
_MOST_TO_RING: Final = 50


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
        unattended=unattended(asked.node, asked.acting),
        answered=answered(asked),
        heard=in_words(asked.node, lately_heard(asked.node, asked.acting)),
        overdue=len(past),
        due=len(now),
        urgent=[(one, when(one)) for one in read(node, urgent)],
        late_cases=by_case(read(node, past[:_NEWEST])),
        due_cases=by_case(read(node, now[:_NEWEST])),
        shown=_NEWEST,
        lately=lately(asked, _NEWEST),
        late_actions=sum(one.overdue for one in actions_of(node, reporter_of(acting))),
        here=waiting(node, acting),
        moving=transfers_waiting(asked),
        first_contacts=first_contacts(asked, _NEWEST),
        plans_to_say=plans_to_say(asked),
        corrections=waiting_corrections(node, acting),
        papers=papers_waiting(asked),
        unasked=not_yet_asked(node, acting, _NEWEST + 1),
        unlisted=not_yet_listed(node, acting, _NEWEST + 1),
        to_ring=_to_ring(asked),
        linked=("GET", RESULT) in ROUTES,
        put=own_lines(asked),
        before=len(waiting_for_manager(node, acting)) if asked.may("/countersign") else 0,
    )


def _to_ring(asked: Asked) -> list[tuple[CheckGist, str]]:
    """The checks of which areas are still to be rung, and which areas, in words."""
    node = asked.node
    found = to_be_rung(node, asked.acting, _MOST_TO_RING)
    return [(one, ", ".join(area_name(node, area) for area in left)) for one, left in found]


PAGES: Final = (Page("GET", "/work", _work),)
