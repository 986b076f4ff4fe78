"""The worker of a node: looks each minute for what is due, and has it done. One for each home.

It may be killed at any moment: what was under way is done again by the next one. Does not know what there is to do
(`schedule`, `deliveries`) or how tasks run side by side (`engine`).
"""

from __future__ import annotations

import asyncio
import logging
import threading
from collections.abc import Sequence
from dataclasses import replace
from typing import Final

from hub.audit.events import NODE
from hub.errors import HubError, unforeseen
from hub.federation.client import PeerClient
from hub.jobs import deliveries, notices, schedule
from hub.jobs.engine import Engine
from hub.jobs.schedule import Run, Stopped, WantedPeer
from hub.node.at_work import WORKER, working
from hub.node.node import Node

LOOK_EVERY_S: Final = 60
GRACE_S: Final = 5
logger = logging.getLogger("hub.jobs")


class Worker:
    """Does what a node does by itself until `stopping` is set."""

    def __init__(self, node: Node, wanted: Sequence[WantedPeer], stopping: threading.Event) -> None:
        self._node = replace(node, acts_as=NODE)
        self._wanted = wanted
        self._stopping = stopping

    def run(self) -> None:
        """Work until told to stop. Raises ConflictError when another worker has this home, StorageError."""
        with working(self._node.home):
            engine = Engine(self._node, self._work)
            engine.start()
            logger.info("the worker of %s is at work", self._node.node_id)
            try:
                while not self._stopping.is_set():
                    self._look(engine)
                    self._stopping.wait(LOOK_EVERY_S)
            finally:
                self._stopping.set()
                engine.stop(GRACE_S)
            logger.info("the worker of %s has stopped", self._node.node_id)

    def _look(self, engine: Engine) -> None:
        """Put everything to the engine whose time has come. A database that fails is looked at again."""
        node = self._node
        try:
            tasks = [*schedule.due(node, schedule.jobs_of(node, self._wanted)), *deliveries.due(node)]
            tasks += notices.due(node)
        except HubError as error:
            logger.error("looking for work: %s", error)
            return
        engine.submit(tasks)
        (node.home / WORKER).touch()  # By its age a supervisor sees that the worker works.

    def _work(self, name: str) -> None:
        """Do one task, in a thread of the engine. Nothing is raised: the engine keeps what is."""
        try:
            if name.startswith(notices.PREFIX):
                notices.attempt(self._node, name.removeprefix(notices.PREFIX))
                return
            job = schedule.jobs_of(self._node, self._wanted).get(name)
            if job is not None:
                schedule.do(job, Run(self._node, self._alive))
            else:
                asyncio.run(self._deliver(name))
        except Exception as error:  # noqa: BLE001 - its text may hold personal data
            logger.error("%s: %s", name, error if isinstance(error, HubError) else unforeseen(error))

    async def _deliver(self, number: str) -> None:
        async with PeerClient(self._node) as client:
            await deliveries.attempt(self._node, client, number)

    def _alive(self) -> None:
        if self._stopping.is_set():
            raise Stopped
