"""What the operator has to be told before it becomes a fault: looked at once a day, told in the worker's log.

A list of questions to the node, each of which gives sentences or none. Mends nothing.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Iterator
from typing import Final

from hub.audit.events import Action, Event
from hub.cases.access import of_no_case
from hub.checks.unusual import unusual
from hub.federation.differences import differences
from hub.federation.heads import alarms
from hub.federation.peers import KnownPeer, every_known
from hub.node.node import Node
from hub.node.revocations import own_warning
from hub.node.status import late_jobs
from hub.store import notices, outbox
from hub.store.audit import DatabaseAudit
from hub.store.outbox import DeliveryState
from hub.values import Mode
from hub.wire.certificates import certificate_warning

BACKUP_DAYS: Final = 2


def warnings_of(node: Node) -> list[str]:
    """Everything to be told now. Raises UsageError, StorageError."""
    return [sentence for question in QUESTIONS for sentence in question(node) if sentence]


def _certificate(node: Node) -> Iterator[str]:
    yield own_warning(node)


def _certificates_of_peers(node: Node) -> Iterator[str]:
    for peer in every_known(node).values():
        if isinstance(peer, KnownPeer):
            yield certificate_warning(f"{peer.area}'s", peer.certificate, node.clock())


def _agreements(node: Node) -> Iterator[str]:
    """What of the agreements cannot be read, and where an area has another version."""
    yield from (f"{one.text} {one.kept}" for one in node.agreements.broken)
    yield from (f"{one.text} {one.kept} {one.do}" for one in differences(node))


def _given_up(node: Node) -> Iterator[str]:
    with node.read() as tx:
        stopped = sum(row.state is not DeliveryState.open for row in outbox.every(tx.session))
    if stopped:
        yield f"Deliveries that are not made and wait for a person: {stopped}. See `hub jobs list`."
    with node.read() as tx:
        unsent = sum(row.state is not DeliveryState.open for row in notices.every(tx.session))
    if unsent:
        yield f"Notices that were given up and wait for a person: {unsent}. See `hub jobs list`."


def _late(node: Node) -> Iterator[str]:
    with node.read() as tx:
        late = late_jobs(tx)
    if others := [name for name in late if name != "warn"]:
        yield f"Last done more than twice their interval ago: {', '.join(others)}. See `hub jobs list`."


def _exclusions(node: Node) -> Iterator[str]:
    yield from (exclusion_of_no_case(ref) for ref in of_no_case(node))


def exclusion_of_no_case(case_ref: str) -> str:
    """What is said of an exclusion that keeps nobody out of anything."""
    return f"An exclusion in staff.toml names the case {case_ref!r}, which is not here: it restricts nobody."


def _backup(node: Node) -> Iterator[str]:
    if node.settings.mode is Mode.live:
        yield backup_warning(node)


def backup_warning(node: Node) -> str:
    """What is said where the last backup, if there is one, was made long ago; else empty."""
    with node.read() as tx:
        last = DatabaseAudit(tx.session).last_of(Action.backup_made)
    if last is None:
        return "No backup of this node was ever made: what is lost now is lost. Run `hub backup`, each night."
    days = (node.now() - int(dt.datetime.fromisoformat(last.at).timestamp())) // 86_400
    if days < BACKUP_DAYS:
        return ""
    return f"The last backup was made {days} days ago: what was done by hand since could be lost. Run `hub backup`."


def _heads(node: Node) -> Iterator[str]:
    yield from alarms(node)


def _unusual(node: Node) -> Iterator[str]:
    yesterday = node.today() - dt.timedelta(days=1)
    if many := sum(one.day >= yesterday for one in unusual(node)):
        yield (
            f"Out of the ordinary in what areas ask each other, today and yesterday: {many}. The data-protection"
            " officer looks into it: `hub audit unusual`, or the page Out of the ordinary."
        )


def _reads(node: Node) -> Iterator[str]:
    """Whether what is kept of who opened a case is complete."""
    yesterday = (node.today() - dt.timedelta(days=1)).isoformat()
    with node.read() as tx:
        kept = [
            Event.model_validate_json(one.body).detail.rejected or 0
            for one in DatabaseAudit(tx.session).of_actions([Action.reads_kept])
            if one.at >= yesterday
        ]
    if unread := sum(kept):
        yield (
            "Who opened which case is not complete: lines of the journal that this node did not write so, today"
            f" and yesterday: {unread}. Somebody wrote into the home, or its disk fails: tell the data-protection"
            " officer."
        )


QUESTIONS: Final[tuple[Callable[[Node], Iterator[str]], ...]] = (
    _certificate,
    _certificates_of_peers,
    _agreements,
    _given_up,
    _late,
    _exclusions,
    _heads,
    _backup,
    _unusual,
    _reads,
)
