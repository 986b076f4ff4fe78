"""How a node is, in a few facts: for health probes and for whoever runs it. No fact is about a person.

Looks, and changes nothing. Does not say what to do.
"""

from __future__ import annotations

import shutil
from dataclasses import dataclass, field

from hub.errors import HubError
from hub.node.node import CHECKPOINT, Node
from hub.node.transaction import Reading
from hub.store import outbox, peers, schedule
from hub.store.outbox import DeliveryState


@dataclass(frozen=True, slots=True)
class Status:
    """What a look at a node found.

    `failing`: the codes of what keeps it from working, none where it is ready. Ages are in seconds, by peer for the
    copies of feeds; None where there is none yet. `deliveries`: how many wait, by state. `agreements`: how many are
    held; `broken_agreements` says which files are none, and why. `late`: the jobs whose last success is older than
    twice their interval.
    """

    failing: tuple[str, ...] = ()
    checkpoint_age_s: int | None = None
    disk_free_bytes: int = 0
    copy_age_s: dict[str, int | None] = field(default_factory=dict)
    worker_age_s: int | None = None
    deliveries: dict[str, int] = field(default_factory=dict)
    agreements: int = 0
    broken_agreements: tuple[str, ...] = ()
    late: tuple[str, ...] = ()

    @property
    def ready(self) -> bool:
        """Whether it can answer and keep what it answers."""
        return not self.failing


def status_of(node: Node) -> Status:
    """Look at everything: the database is written to, and the change taken back."""
    failing: list[str] = []
    ages: dict[str, int | None] = {}
    late: list[str] = []
    worker_age, deliveries = None, dict.fromkeys((state.value for state in DeliveryState), 0)
    try:
        node.require_intact()
        _try_to_write(node)
        with node.read() as tx:
            for row in peers.every(tx.session):
                ages[row.node_id] = None if row.synced_at is None else tx.now - row.synced_at
            looked_at = schedule.every(tx.session).get(schedule.WORKER, schedule.JobRow("")).ended_at
            worker_age = None if looked_at is None else tx.now - looked_at
            late = late_jobs(tx)
            for delivery in outbox.every(tx.session):
                deliveries[delivery.state.value] += 1
    except HubError as error:
        failing.append(error.code)
    free = shutil.disk_usage(node.home).free
    agreements = node.agreements
    broken = tuple(one.text for one in agreements.broken)
    age = _age_of_checkpoint(node)
    held = len(agreements.held)
    return Status(tuple(failing), age, free, ages, worker_age, deliveries, held, broken, tuple(late))


def late_jobs(tx: Reading) -> list[str]:
    """The names of the jobs whose last success is older than twice their interval, or cannot be."""
    times = tx.node.settings.schedules
    found = [(row, times.interval_s(name)) for name, row in schedule.every(tx.session).items()]
    return [row.name for row, interval_s in found if interval_s and row.late(tx.now, interval_s)]


class _TakenBack(Exception):  # noqa: N818 - no failure: it ends a transaction that is to leave nothing
    """Ends the transaction of a look."""


def _try_to_write(node: Node) -> None:
    """Raises StorageError where a transaction cannot be begun and written in."""
    try:
        with node.write() as tx:
            tx.hold_others_off()
            raise _TakenBack
    except _TakenBack:
        pass


def _age_of_checkpoint(node: Node) -> int | None:
    try:
        return max(0, node.now() - int((node.home / CHECKPOINT).stat().st_mtime))
    except OSError:
        return None
