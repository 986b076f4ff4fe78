"""Processes that must not outlive the one that started them, because of the keys they hold. Starts none itself."""

from __future__ import annotations

import os
from multiprocessing import parent_process
from threading import Thread


def end_with_parent() -> None:
    """Have this process end when the one that started it is gone, however that ended. Call it first of all."""
    Thread(target=_wait_and_end, name="end with parent", daemon=True).start()


def _wait_and_end() -> None:
    if (parent := parent_process()) is not None:
        parent.join()
        os._exit(1)
