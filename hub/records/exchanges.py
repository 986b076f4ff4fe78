"""What passed between this node and one peer in a span of days, as the node's own audit log has it.

Checks and disclosures by what both nodes know them by, and how many there were each day. Compares nothing
(`hub.checks.reconcile`).
"""

from __future__ import annotations

import datetime as dt
from collections import defaultdict
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Final

from hub.audit.events import Action, Event
from hub.node.transaction import Reading
from hub.store.audit import DatabaseAudit
from hub.values import NodeId

SETS: Final[Mapping[str, str]] = {
    Action.request_sent: "asked",
    Action.answer_received: "got",
    Action.answer_sent: "answered",
    Action.disclosure_sent: "told",
    Action.disclosure_recorded: "read",
    Action.disclosure_answered: "heard",
    Action.acknowledgement_sent: "acknowledges",
    Action.acknowledgement_received: "acknowledged",
}
"""Of which set the event of an action makes its check or disclosure a member."""
COUNTED: Final = ("asked", "answered", "told", "heard")


@dataclass
class Exchanges:
    """One side of what passed. `days` counts by day and set; `elements` what was evaluated for the peer, by day."""

    asked: set[str] = field(default_factory=set)
    got: set[str] = field(default_factory=set)
    answered: set[str] = field(default_factory=set)
    told: set[str] = field(default_factory=set)
    read: set[str] = field(default_factory=set)
    heard: set[str] = field(default_factory=set)
    acknowledges: set[str] = field(default_factory=set)
    acknowledged: set[str] = field(default_factory=set)
    days: dict[str, dict[str, int]] = field(default_factory=dict)


def exchanges_with(tx: Reading, peer: NodeId, first: dt.date, last: dt.date) -> Exchanges:
    """Our side of what passed on these days, both included."""
    found = Exchanges()
    of_day: dict[tuple[str, str], set[str]] = defaultdict(set)
    elements: dict[str, int] = defaultdict(int)
    until = last + dt.timedelta(days=1)
    for entry in DatabaseAudit(tx.session).with_peer(peer, SETS, first.isoformat(), until.isoformat()):
        name = SETS[entry.action]
        event = Event.model_validate_json(entry.body)
        refs, detail, day = event.refs, event.detail, entry.at[:10]
        if refs.peer != peer or refs.check_id is None:
            continue
        check = refs.told_as or refs.check_id
        member = f"{check}/{refs.handle}" if refs.handle else check
        getattr(found, name).add(member)
        of_day[day, name].add(member)
        if detail.outcome == "evaluated":
            elements[day] += (detail.elements or 0) + (detail.weak_elements or 0)
    for at in range((last - first).days + 1):
        day = (first + dt.timedelta(days=at)).isoformat()
        counts = {name: len(of_day[day, name]) for name in COUNTED}
        found.days[day] = {**counts, "elements": elements[day]}
    return found
