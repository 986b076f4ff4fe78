"""Who is at work on a home: its servers, its worker, and whoever brings it back from a backup, by locks in it.

The system lets go of a lock with its process, however that ends. Says nothing about processes without one: commands
that do one thing and end.
"""

from __future__ import annotations

import fcntl
import os
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path
from typing import IO, Final

from hub.errors import ConflictError

WORKER: Final = "worker.lock"
SERVERS: Final = "serve.lock"
_LONG: Final = {SERVERS: "`hub serve`", WORKER: "`hub worker`"}


@contextmanager
def working(home: Path) -> Iterator[None]:
    """Be the home's one worker. Raises ConflictError when there is one."""
    with (home / WORKER).open("a+") as lock:
        if not _held(lock, fcntl.LOCK_EX):
            raise ConflictError(
                f"A worker is at work on this home already: process {_process(lock)}.",
                kept="It goes on.",
                do="One is enough. Stop it before you start another.",
            )
        _sign(lock)
        yield


@contextmanager
def serving(home: Path) -> Iterator[None]:
    """Serve the home, perhaps beside other servers of it. Raises ConflictError while it is being brought back."""
    with (home / SERVERS).open("a+") as lock:
        if not _held(lock, fcntl.LOCK_SH):
            raise ConflictError(
                "This home is being brought back from a backup.",
                kept="That goes on.",
                do="Start the server when it has ended.",
            )
        _sign(lock)
        yield


@contextmanager
def stopped(home: Path) -> Iterator[None]:
    """Keep servers and workers off a home, if there is one. Raises ConflictError naming those that are at work."""
    with ExitStack() as stack:
        locks = {
            what: stack.enter_context((home / name).open("a+"))
            for name, what in _LONG.items()
            if home.is_dir()
        }
        at_work = [
            f"{what} (process {_process(lock)})"
            for what, lock in locks.items()
            if not _held(lock, fcntl.LOCK_EX)
        ]
        if at_work:
            raise ConflictError(
                f"At work on this home: {' and '.join(at_work)}.",
                kept="Nothing was changed.",
                do="Stop it, and what would start it again, such as its service; then run this again.",
            )
        yield


def _held(lock: IO[str], how: int) -> bool:
    try:
        fcntl.flock(lock, how | fcntl.LOCK_NB)
    except BlockingIOError:
        return False
    return True


def _process(lock: IO[str]) -> str:
    lock.seek(0)
    return lock.read().strip() or "unknown"


def _sign(lock: IO[str]) -> None:
    """Leave the number of this process for people, in the place of that of before."""
    lock.truncate(0)
    lock.write(f"{os.getpid()}\n")
    lock.flush()
