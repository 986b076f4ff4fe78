"""Quotas on evaluated elements: a bucket that refills daily, and a month's sum.

Pure: the state and the time in, the new state or a refusal out. Does not know peers or tables.
"""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass
from typing import Final

from pydantic import Field

from hub.values import Value

_DAY_S = 86_400
MOST: Final = 2**31 - 1  # what a plain column of every database takes


class Quota(Value):
    """How many elements a peer may have evaluated: refilled daily up to a burst, and at most a month's sum."""

    per_day: int = Field(gt=0, le=MOST)
    burst: int = Field(gt=0, le=MOST)
    per_month: int = Field(gt=0, le=MOST)

    def share(self, part: float) -> Quota:
        """A part of it, at least one element."""
        scaled = {name: max(1, int(value * part)) for name, value in self.model_dump().items()}
        return Quota.model_validate(scaled)


@dataclass(frozen=True, slots=True)
class QuotaState:
    """What is left in the bucket at a time (seconds since 1970), and what this month has used."""

    level: float
    level_at: int
    month: str
    month_used: int


@dataclass(frozen=True, slots=True)
class OverQuota:
    """The elements asked are not granted; `retry_after_s` is when they could be."""

    retry_after_s: int


def charge(state: QuotaState | None, quota: Quota, elements: int, now: int) -> QuotaState | OverQuota:
    """Take `elements` from the quota, all of them or none. Without a state the bucket is full."""
    month = dt.datetime.fromtimestamp(now, dt.UTC).strftime("%Y-%m")
    if state is None:
        state = QuotaState(float(quota.burst), now, month, 0)
    elapsed = max(0, now - state.level_at)
    level = min(float(quota.burst), state.level + elapsed * quota.per_day / _DAY_S)
    used = state.month_used if state.month == month else 0
    if used + elements > quota.per_month or elements > quota.burst:
        return OverQuota(_until_next_month(now))
    if elements > level:
        return OverQuota(int((elements - level) * _DAY_S / quota.per_day) + 1)
    return QuotaState(level - elements, max(now, state.level_at), month, used + elements)


def _until_next_month(now: int) -> int:
    day = dt.datetime.fromtimestamp(now, dt.UTC)
    first = (day.replace(day=1, hour=0, minute=0, second=0, microsecond=0) + dt.timedelta(days=32)).replace(
        day=1
    )
    return int((first - day).total_seconds()) + 1
