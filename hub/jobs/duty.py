"""Looking after a node while it is served: one of its processes signs the log's head and escalates what is overdue.

The process that holds the lock in the home is on duty; when it ends, however that is, another takes over. What
fails is reported to the operator and tried again the next time.
"""

from __future__ import annotations

import asyncio
import fcntl
import logging
from collections.abc import Callable
from typing import Final, TextIO

from starlette.concurrency import run_in_threadpool

from hub.cases.obligations import escalate
from hub.errors import HubError
from hub.node.home import advance_audit_checkpoint
from hub.node.node import Node

CHECKPOINT_EVERY_S: Final = 60
ESCALATE_EVERY_S: Final = 3600
DUTY_LOCK: Final = "duty.lock"
TAKE_OVER_S: Final = 5
logger = logging.getLogger("hub")


async def on_duty(node: Node) -> None:
    """Look after the node in one of its processes alone: the one that holds the lock, and when it ends, another."""
    while True:
        try:
            with (node.home / DUTY_LOCK).open("a") as lock:
                if _locked(lock):
                    await asyncio.gather(
                        _every(CHECKPOINT_EVERY_S, sign, node, "audit checkpoint"),
                        _every(ESCALATE_EVERY_S, escalate, node, "escalation"),
                    )
        except OSError as error:
            logger.error("%s: %s", DUTY_LOCK, error.strerror)
        await asyncio.sleep(TAKE_OVER_S)


def sign(node: Node) -> None:
    """Sign the log's head, and tell the operator what was lost of the one before."""
    for lost in advance_audit_checkpoint(node):
        logger.warning("audit checkpoint: %s", lost)


def _locked(lock: TextIO) -> bool:
    """Whether this process holds the lock now. The system lets go of it with the process, however that ends."""
    try:
        fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        return False
    return True


async def _every(seconds: int, act: Callable[[Node], object], node: Node, name: str) -> None:
    """Do something periodically; what fails is reported to the operator, and tried again the next time."""
    while True:
        try:
            await run_in_threadpool(act, node)
        except HubError as error:
            logger.error("%s: %s", name, error)
        await asyncio.sleep(seconds)
