"""When a node does by itself what it does by itself: `[schedules]` of `node.toml`, and the arithmetic of it.

Reads no clock. Times of day are UTC. Whatever is tried again is spread, so that nodes which failed together do not
come back together.
"""

from __future__ import annotations

import datetime as dt
import random
from typing import Annotated, Final

from pydantic import Field

from hub.values import Value

Minutes = Annotated[int, Field(ge=1, le=7 * 24 * 60)]
FIRST_RETRY_S: Final = 60
_DAY_S: Final = 86_400
_spread = random.SystemRandom()


class Schedules(Value):
    """How often the worker does what, in minutes.

    `show_head_minutes`: each peer is shown the newest signed head of our log, whatever was done or not.
    `envelope_minutes`: each peer is sent an envelope, with something in it or not.
    `hearings_minutes`: areas that hold a case to be the same say the days of later hearings.
    `reads_minutes`: who opened what is brought into the database, whether anybody did or not.
    `ask_again_minutes`: a disclosure that waits for a person at its holder. `retry_most_minutes`: between two tries
    of what goes on failing. `give_up_after`: tries of a delivery; by default about three days.
    """

    checkpoint_minutes: Minutes = 1
    publish_minutes: Minutes = 15
    sync_minutes: Minutes = 15
    escalate_minutes: Minutes = 60
    casework_minutes: Minutes = 60
    reads_minutes: Minutes = 60
    show_head_minutes: Minutes = 60
    envelope_minutes: Minutes = 60
    hearings_minutes: Minutes = 24 * 60
    warn_minutes: Minutes = 24 * 60
    audit_minutes: Minutes = 24 * 60
    reconcile_minutes: Minutes = 24 * 60
    ask_again_minutes: Minutes = 60
    rotate_at: dt.time = dt.time(1, 30)
    rotate_within_minutes: Annotated[int, Field(ge=0, le=12 * 60)] = 180
    retry_most_minutes: Minutes = 60
    give_up_after: Annotated[int, Field(ge=1, le=10_000)] = 100

    def interval_s(self, job: str) -> int | None:
        """How often a job is done, by its name, such as `sync:eastvale`; None for one that is done once."""
        minutes = {
            "checkpoint": self.checkpoint_minutes,
            "publish": self.publish_minutes,
            "sync": self.sync_minutes,
            "show": self.show_head_minutes,
            "warn": self.warn_minutes,
            "audit": self.audit_minutes,
            "reconcile": self.reconcile_minutes,
            "envelopes": self.envelope_minutes,
            "exchange": self.envelope_minutes,
            "hearings": self.hearings_minutes,
            "escalate": self.escalate_minutes,
            "casework": self.casework_minutes,
            "reads": self.reads_minutes,
        }.get(job.partition(":")[0])
        return None if minutes is None else minutes * 60

    def next_at(self, job: str, now: int) -> int | None:
        """When a job that was done now is due again; None for one that is done once."""
        interval_s = self.interval_s(job)
        return None if interval_s is None else now + interval_s

    def retry_at(self, now: int, tries: int) -> int:
        """When to try again what failed so many times in a row: after about twice the last wait, up to the most."""
        doubled = FIRST_RETRY_S << min(tries - 1, 20)
        longest = min(doubled, self.retry_most_minutes * 60)
        return now + round(longest * _spread.uniform(0.5, 1))

    def tonight(self, now: int) -> int:
        """When the next night's work is due: within its hours, another moment each night and at each node."""
        at = self.rotate_at.hour * 3600 + self.rotate_at.minute * 60 + self.rotate_at.second
        begins = now - now % _DAY_S + at
        if begins <= now:
            begins += _DAY_S
        return begins + round(_spread.uniform(0, self.rotate_within_minutes * 60))
