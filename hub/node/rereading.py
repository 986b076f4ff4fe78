"""Reading again, beside whoever looks, the tables that a node remembers: so that no page waits for whole tables.

It reads a table once what is known of it is half as old as it may get. Whoever looks judges by themselves whether
what is known is young enough, and else reads (`hub.store.remembered`): where this falls behind or ends, pages are
slower, and believe nothing for longer. What is not as the log says stops the node, as in any look.
"""

from __future__ import annotations

import logging
import time
from collections.abc import Callable
from threading import Event, Thread
from typing import Final

from hub.errors import HubError
from hub.node.node import Node

LOOK_EVERY_S: Final = 1.0
REST_S: Final = 0.02
"""Between some hundred rows it gives way to whoever waits for a page."""
logger = logging.getLogger("hub")


class Rereading:
    """The thread that does it, from `begin` to `end`."""

    def __init__(self, node: Node) -> None:
        self._node = node
        self._ended = Event()
        self._thread = Thread(target=self._run, name="rereading", daemon=True)

    def begin(self) -> None:
        """Begin."""
        self._thread.start()

    def end(self) -> None:
        """Come to an end, in the middle of a table where it is in one."""
        self._ended.set()
        self._thread.join()

    def _run(self) -> None:
        while not self._ended.wait(LOOK_EVERY_S):
            try:
                read_ageing(self._node, self._rest)
            except _EndedError:
                return
            except Exception as error:  # Pages read by themselves meanwhile; the next look may do.
                logger.error(
                    "Reading tables again failed. %s", error, exc_info=not isinstance(error, HubError)
                )
                self._ended.wait(self._node.remembered.for_s / 2)

    def _rest(self) -> None:
        if self._ended.is_set():
            raise _EndedError
        time.sleep(REST_S)


class _EndedError(Exception):
    """The thread is to end."""


def read_ageing(node: Node, rest: Callable[[], None] = lambda: None) -> None:
    """Read again each table that was last read whole half as long ago as may be.

    Raises RowsError, and then stops the node; LogError, ConflictError, StorageError.
    """
    for table in node.remembered.ageing(node.remembered.for_s / 2):
        with node.read() as tx:
            tx.read_again(table, rest)
