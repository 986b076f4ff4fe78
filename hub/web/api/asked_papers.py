"""What programs may do about papers of earlier cases: ask for them, and list what was asked; release none."""

from __future__ import annotations

import asyncio
import datetime as dt
from typing import Final

from hub.cases.shown import check_shown
from hub.checks.papers.ask import ask_papers
from hub.checks.papers.deliver import deliver_first
from hub.checks.papers.listing import PapersLine, papers_request_shown, papers_requests_shown
from hub.checks.papers.wanted import Wanted
from hub.errors import InputError
from hub.web.api import models
from hub.web.api.acts import Call, absent

WANTED: Final = {
    "area": "eastvale",
    "handle": "9a9aaf0b",
    "wanted": ["plan", "minutes"],
    "why": "on_agenda",
    "needed_by": "3 December 2026",
}
PAPERS: Final = {
    "page": "/papers/8f14e45fceea167a5a36dedd4bea2543",
    "direction": "out",
    "area": "eastvale",
    "case_ref": "NM-2026-0412",
    "state": "asked",
    "wanted": ["plan", "minutes"],
    "why": "on_agenda",
    "needed_by": "2026-12-03",
    "opened_at": None,
    "late": False,
    "items": [],
}
LISTED: Final = {"papers": [PAPERS]}
"""What the description of the interface gives as examples."""


def list_papers(call: Call) -> models.PapersRequests:
    """List what was asked of other areas, and what they ask, for papers of earlier cases."""
    found = papers_requests_shown(call.node, call.acting)
    return models.PapersRequests(papers=tuple(map(_listed, found)))


def ask_for_papers(call: Call) -> models.PapersListed:
    """Ask an area for papers, once it has answered that it knows the person; sent twice, it is asked once."""
    if check_shown(call.node, call.acting, call.place("check")) is None:
        raise absent()
    sent: models.PapersWanted = call.body
    wanted = Wanted.model_validate({"check_id": call.place("check"), **sent.model_dump()})
    made = ask_papers(call.node, wanted, call.acting.requester)
    if made.request is None:
        raise InputError(
            f"They were not asked. {' '.join(one.text for one in made.decision.reasons)}".strip(),
            kept="Nothing was sent; the decision is recorded.",
            do="Ask your manager, who signs it in the console.",
        )

    async def go() -> None:
        async with call.client(call.node) as client:
            await deliver_first(call.node, client, made.delivery)

    asyncio.run(go())
    line = papers_request_shown(call.node, call.acting, made.request.id)
    if line is None:
        raise absent()
    return _listed(line)


def _listed(line: PapersLine) -> models.PapersListed:
    one = line.request
    return models.PapersListed(
        page=f"/papers/{one.id}",
        direction=one.direction,
        area=one.peer,
        case_ref=one.case_ref,
        state=one.state,
        wanted=one.wanted,
        why=one.why,
        needed_by=one.needed_by,
        opened_at=dt.datetime.fromtimestamp(one.opened_at, dt.UTC) if one.opened_at else None,
        late=line.late,
        items=one.items,
    )
