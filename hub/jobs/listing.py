"""What the node does by itself, as people see it: what waits or failed, each job's last run and next, the worker.

Somebody restricted from a case sees nothing that waits of it. Also what a person may say about it: try again, or do
not send it.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

from hub.cases.access import restrictions_on
from hub.errors import NotFoundError, UsageError
from hub.node.node import Node
from hub.records import notices as told
from hub.records import outbox as parcels
from hub.store import notices, outbox, schedule
from hub.store.notices import NoticeRow
from hub.store.outbox import DeliveryRow
from hub.store.schedule import WORKER, JobRow
from hub.values import Requester

LATE_S: Final = 180
"""A worker looks for work each minute; one that has not for so long does not run."""
SHOWN_DIGITS: Final = 8


@dataclass(frozen=True, slots=True)
class WorkerState:
    """When a worker last looked for work, and how many deliveries are overdue since."""

    seen_at: int | None
    running: bool
    overdue: int


def worker_state(node: Node) -> WorkerState:
    """Whether a worker runs for this node, and what waits if none does. Raises StorageError."""
    with node.read() as tx:
        row = schedule.every(tx.session).get(WORKER)
        overdue = len(outbox.due(tx.session, tx.now))
        seen_at = row.ended_at if row else None
        return WorkerState(seen_at, seen_at is not None and tx.now - seen_at <= LATE_S, overdue)


def deliveries(node: Node, asker: Requester | None) -> list[DeliveryRow]:
    """What waits or was given up, the oldest first. Raises UsageError when `staff.toml` is broken."""
    hidden = restrictions_on(node, asker)
    with node.read() as tx:
        rows = outbox.every(tx.session)
    return [row for row in rows if row.case_digest is None or not hidden.restricts(row.case_digest)]


def waiting_notices(node: Node, asker: Requester | None) -> list[NoticeRow]:
    """The notices that are not sent yet or were given up, the oldest first. Raises as `deliveries`."""
    hidden = restrictions_on(node, asker)
    with node.read() as tx:
        rows = notices.every(tx.session)
    return [row for row in rows if row.case_digest is None or not hidden.restricts(row.case_digest)]


def jobs(node: Node) -> list[JobRow]:
    """Each job, in the order of their names."""
    with node.read() as tx:
        return [row for name, row in schedule.every(tx.session).items() if name != WORKER]


def retry(node: Node, asker: Requester | None, name: str | None, by: str) -> list[str]:
    """Have a delivery, notice or job tried with the worker's next look, or (None) all that failed; returns which.

    Raises NotFoundError.
    """
    rows: list[DeliveryRow | NoticeRow] = [*deliveries(node, asker), *waiting_notices(node, asker)]
    failing = [row for row in jobs(node) if row.failing_since is not None]
    if name is not None:
        failing = [row for row in jobs(node) if row.name == name and row.next_at is not None]
        rows = [] if failing else [_named(rows, name)]
    with node.write() as tx:
        for job in failing:
            schedule.put(tx.session, job._replace(next_at=tx.now))
        for one in rows:
            if (row := outbox.get(tx.session, one.id)) is not None:
                parcels.reopen(tx, row, by)
            elif (notice := notices.get(tx.session, one.id)) is not None:
                told.reopen(tx, notice)
    return [job.name for job in failing] + [row.id for row in rows]


def cancel(node: Node, asker: Requester | None, name: str, by: str) -> None:
    """Take a delivery out of the outbox, or a notice; a try under way is not called back. Raises NotFoundError.

    A broken `staff.toml` stops nobody from it.
    """
    try:
        rows: list[DeliveryRow | NoticeRow] = [*deliveries(node, asker), *waiting_notices(node, asker)]
    except UsageError:
        with node.read() as tx:
            rows = [*outbox.every(tx.session), *notices.every(tx.session)]
    number = _named(rows, name).id
    with node.write() as tx:
        if (row := outbox.get(tx.session, number)) is not None:
            parcels.cancel(tx, row, by)
        else:
            told.drop(tx, [number])


def _named(rows: Sequence[DeliveryRow | NoticeRow], name: str) -> DeliveryRow | NoticeRow:
    """The delivery or notice of that number, complete or by its first digits."""
    found = [row for row in rows if len(name) >= SHOWN_DIGITS and row.id.startswith(name)]
    if len(found) != 1:
        raise NotFoundError("Nothing of that name waits here.", do="See `hub jobs list`.")
    return found[0]
