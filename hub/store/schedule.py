"""Queries on what the node does at its times: when it was last done, when it is next, and since when it fails."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Final, NamedTuple

from sqlalchemy import delete
from sqlmodel import Session, col, select

from hub.store.tables import ScheduledJob

WORKER: Final = "worker"
"""No job: the row by which everybody sees when the worker last looked for work."""


class JobRow(NamedTuple):
    """A job as it is kept; see `hub.store.tables.jobs.ScheduledJob`."""

    name: str
    next_at: int | None = None
    ended_at: int | None = None
    done_at: int | None = None
    failing_since: int | None = None
    tries: int = 0
    fault: str | None = None

    def due(self, now: int, interval_s: int | None, retry_most_s: int) -> bool:
        """Whether it is to be done. A row that no node writes puts nothing off: what is due is safe to do again.

        None waits longer than its interval, or after a fault the longest wait. Of one that recurs there is a next.
        """
        if self.next_at is None:
            return interval_s is not None or self.done_at is None
        if self.next_at <= now or self.next_at > now + max(interval_s or 0, retry_most_s):
            return True
        return self.done_at is not None and self.done_at > now

    def late(self, now: int, interval_s: int) -> bool:
        """Whether it was last done twice its interval ago, or its row says what cannot be."""
        last = self.done_at or self.failing_since or self.next_at
        return last is None or last > now or last + 2 * interval_s < now


def every(session: Session) -> dict[str, JobRow]:
    """All jobs by name."""
    rows = session.exec(select(ScheduledJob).order_by(col(ScheduledJob.name)))
    return {row.name: JobRow(*(getattr(row, name) for name in JobRow._fields)) for row in rows}


def put(session: Session, row: JobRow) -> None:
    """Keep a job, in place of what was kept of it."""
    session.merge(ScheduledJob(**row._asdict()))


def remove(session: Session, names: Iterable[str]) -> None:
    """Forget jobs."""
    session.execute(delete(ScheduledJob).where(col(ScheduledJob.name).in_(list(names))))
