"""The engine under the worker: it runs tasks side by side and goes on with those that a crash left half done.

The one module that knows DBOS. A task is a name; what is to be done under it stands in the node's own database,
which is the truth. The engine's file in the home holds names alone, sealed, and may be removed while no worker
runs: everything is put in again from the node's database. It stands in the home, not in that database, because the
engine unpickles what its tables say is a pickle: who writes them runs code here.
"""

from __future__ import annotations

import json
import logging
from collections.abc import Callable, Iterable
from typing import Any, Final

from dbos import DBOS, DBOSConfig, Serializer, SetEnqueueOptions, SetWorkflowID
from sqlalchemy.exc import DBAPIError

from hub.crypto.vault import Vault
from hub.errors import StorageError
from hub.jobs.task import Task
from hub.node.node import Node
from hub.records.tasks import open_task, seal_task

DATABASE: Final = "jobs.sqlite3"
VERSION: Final = "1"
"""Of what tasks are, not of the program: a new release goes on with what the old one left."""

OWN: Final = "own"
PEERS: Final = "peers"
OWN_AT_ONCE: Final = 4
PEERS_AT_ONCE: Final = 32
LANE_AT_ONCE: Final = 4
UNFINISHED: Final = ("ENQUEUED", "PENDING", "DELAYED")
logger = logging.getLogger("hub.jobs")


class Engine:
    """Runs `work` for each task submitted to it. One in a process."""

    def __init__(self, node: Node, work: Callable[[str], None]) -> None:
        path = node.home / DATABASE
        path.touch(0o600)
        told = logging.getLogger("dbos")
        told.addHandler(_Told())
        told.propagate = False  # Else it prints in a way of its own, tracebacks and all.
        config = DBOSConfig(
            name="marac-hub",
            system_database_url=f"sqlite:///{path}",
            executor_id=node.node_id,
            application_version=VERSION,
            serializer=_Sealing(node.keys.vault),
            log_level="WARNING",
            scheduler_polling_interval_sec=3600.0,  # It has no schedules of its own.
            use_listen_notify=False,
        )

        @DBOS.workflow(name="task")
        def task(name: str) -> None:
            work(name)

        self._task = task
        DBOS(config=config)

    def start(self) -> None:
        """Begin, with what was under way when the engine before this one ended. Raises StorageError."""
        try:
            DBOS.launch()
        except DBAPIError as error:
            raise StorageError(
                f"{DATABASE} in the node's home cannot be used.",
                kept="The node's own database, where everything stands that is to be done.",
                do=f"Make room on the disk; if {DATABASE} is damaged, remove it and start the worker again.",
            ) from error
        DBOS.register_queue(OWN, partition_concurrency=1, worker_concurrency=OWN_AT_ONCE)
        DBOS.register_queue(PEERS, partition_concurrency=LANE_AT_ONCE, worker_concurrency=PEERS_AT_ONCE)

    def submit(self, tasks: Iterable[Task]) -> None:
        """Have these done, but for those that are in hand already."""
        known = DBOS.list_workflows(load_input=False, load_output=False)
        DBOS.delete_workflows([one.workflow_id for one in known if one.status not in UNFINISHED])
        in_hand = {one.workflow_id for one in known if one.status in UNFINISHED}
        for task in tasks:
            if task.name not in in_hand:
                with SetWorkflowID(task.name), SetEnqueueOptions(queue_partition_key=task.lane):
                    DBOS.enqueue_workflow(OWN if task.own else PEERS, self._task, task.name)

    def stop(self, grace_s: int) -> None:
        """Take up nothing new, and wait so long for what is in hand; what does not end then is done again later."""
        DBOS.destroy(workflow_completion_timeout_sec=grace_s)


class _Told(logging.Handler):
    """What the engine says, in our own log and on one line."""

    def emit(self, record: logging.LogRecord) -> None:
        raised = record.exc_info[0] if record.exc_info else None
        words = record.getMessage().splitlines()[0] + (f" {raised.__name__}" if raised else "")
        logger.log(record.levelno, "engine: %s", words)


class _Sealing(Serializer):
    """Names in the engine's file are sealed; nothing but JSON is ever made of what stands there."""

    def __init__(self, vault: Vault) -> None:
        self._vault = vault

    def name(self) -> str:
        return "sealed"

    def serialize(self, data: Any) -> str:
        plain = json.dumps(data, default=lambda one: type(one).__name__)
        return seal_task(self._vault, plain.encode())

    def deserialize(self, serialized_data: str) -> Any:
        return json.loads(open_task(self._vault, serialized_data))
