"""My work: what waits for whoever is signed in, worst first. Gathers; decides nothing."""

from __future__ import annotations

from itertools import islice
from typing import Final

from fastapi import Response

from hub.cases.obligations import list_obligations
from hub.checks.answer import waiting_requests
from hub.checks.earlier import earlier_checks
from hub.web.console.asked import Asked, Page

_NEWEST: Final = 10


def _work(asked: Asked) -> Response:
    node, me = asked.node, asked.acting.requester
    owed = list_obligations(node, me, node.today())
    return asked.page(
        "work.html",
        requests=waiting_requests(node, me),
        overdue=[one for one in owed if one.overdue_days],
        due=[one for one in owed if not one.overdue_days],
        checks=list(islice(earlier_checks(node, me), _NEWEST)),
    )


PAGES: Final = (Page("GET", "/work", _work),)
