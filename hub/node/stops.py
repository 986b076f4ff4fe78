"""That the node has stopped, since rows were not as its log says, and that somebody let it go on: kept in its home.

It stands where who writes the database cannot lift it, so that a row put right again, or a restart, lifts nothing.
Does not look at rows (`hub.node.bound`) or say what makes it safe to go on (`hub.cli.audit`).
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from hub.crypto.vault import Vault
from hub.errors import LogError, NotFoundError
from hub.node.vouched import alone, read_vouched, write_vouched
from hub.values import Value

STOPS: Final = "stops.json"


class Stop(Value):
    """That rows were not as the log says: when (seconds since 1970) and what was found, and why it went on."""

    at: int
    found: str
    ended_at: int | None = None
    because: str = ""


class EveryStop(Value):
    """All that there were, the oldest first."""

    stops: tuple[Stop, ...] = ()

    @property
    def open_one(self) -> Stop | None:
        """The one that lasts."""
        return self.stops[-1] if self.stops and self.stops[-1].ended_at is None else None


@dataclass(frozen=True)
class Stops:
    """The stops of one node."""

    file: Path
    vault: Callable[[], Vault]

    def read(self) -> EveryStop:
        """What the file says. Raises StorageError when it is not as the node wrote it."""
        return read_vouched(self.file, self.vault(), EveryStop) or EveryStop()

    def require_none(self) -> None:
        """Raise LogError while the node has stopped, StorageError where that cannot be told."""
        found = self.read().open_one
        if found is not None:
            at = dt.datetime.fromtimestamp(found.at, dt.UTC)
            raise LogError(
                f"This node has stopped: on {at:%d %B %Y at %H:%M} UTC its database was not as its log says.",
                kept="The database as it is: nothing is written on it, no peer is answered, and nobody is asked.",
                do="Ring the other areas. Run `hub audit verify` and call your auditor; then `hub audit resume`.",
            )

    def begin(self, found: str, at: int) -> None:
        """The node stops, unless it has already."""
        with alone(self.file):
            known = self.read()
            if known.open_one is None:
                write_vouched(
                    self.file, self.vault(), EveryStop(stops=(*known.stops, Stop(at=at, found=found)))
                )

    def end(self, because: str, at: int) -> None:
        """It goes on. Raises NotFoundError where it has not stopped."""
        with alone(self.file):
            known = self.read()
            last = known.open_one
            if last is None:
                raise NotFoundError("This node has not stopped.")
            ended = last.model_copy(update={"ended_at": at, "because": because})
            write_vouched(self.file, self.vault(), EveryStop(stops=(*known.stops[:-1], ended)))
