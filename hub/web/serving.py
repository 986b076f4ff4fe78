"""Serving a node: one process or several on one socket, which end with their parent, and say how they ended.

All that can be wrong with the home is found before anything listens. Does not answer requests (`hub.web.app`).
"""

from __future__ import annotations

import logging
import os
import socket
import sys
from dataclasses import dataclass
from pathlib import Path
from typing import Final

import uvicorn
from fastapi import FastAPI
from uvicorn.config import STARTUP_FAILURE
from uvicorn.supervisors import Multiprocess

from hub.errors import HubError, UsageError
from hub.node.at_work import serving
from hub.node.home import advance_audit_checkpoint, current_metadata, require_root_elsewhere
from hub.node.node import Node, open_node
from hub.processes import end_with_parent
from hub.web.app import create_app
from hub.web.connections import BoundedConfig, affordable
from hub.web.logs import log_config
from hub.web.status import reporting_status

HOME_VARIABLE: Final = "HUB_SERVED_HOME"
# A worker that does not answer its supervisor this long is replaced. Starting on a busy machine takes many seconds.
WORKER_ANSWERS_S: Final = 60
KEEP_ALIVE_S: Final = 30


@dataclass(frozen=True, slots=True)
class Listening:
    """Where to listen, and with how many processes."""

    host: str
    port: int
    workers: int = 1


class ServerFailedError(HubError):
    """The server ended by itself."""

    code = "server_failed"


def serve(node: Node, at: Listening) -> None:
    """Serve a node until it is told to stop. Raises UsageError, ConflictError, ServerFailedError."""
    require_complete(node)
    with (
        serving(node.home),
        listening(at) as listener,
        reporting_status(node, node.settings.server.status_port),
    ):
        if at.workers == 1:
            serve_alone(node, listener, create_app(node))
        else:
            _serve_together(node, listener, at.workers)


def require_complete(node: Node) -> None:
    """Read all that a served node reads of its home, and sign for its log.

    Raises UsageError where it is live and its root key is there, UsageError or StorageError naming the file at
    fault, or what `advance_audit_checkpoint` does.
    """
    require_root_elsewhere(node)
    _ = node.matching, node.rules, node.areas, current_metadata(node)
    advance_audit_checkpoint(node)


def worker_app() -> FastAPI:
    """For a worker process: the application of the home that its parent serves."""
    end_with_parent()
    try:
        return create_app(open_node(Path(os.environ[HOME_VARIABLE])))
    except HubError as error:  # Another worker would fail the same way: the server is to end.
        logging.getLogger("hub").error("A worker cannot start. %s", error)
        sys.exit(STARTUP_FAILURE)


def serve_alone(node: Node, listener: socket.socket, app: FastAPI) -> None:
    """Serve an application in this process until it is told to stop. Raises ServerFailedError."""
    server = uvicorn.Server(_config(node, app))
    try:
        server.run(sockets=[listener])
    except (
        KeyboardInterrupt
    ):  # The server has stopped by then: the signal that told it to is raised once more.
        return
    except SystemExit as end:
        raise _failed() from end
    if not server.started:
        raise _failed()


def _serve_together(node: Node, listener: socket.socket, workers: int) -> None:
    """Let workers serve, each with a database and keys of its own; one that dies is replaced."""
    os.environ[HOME_VARIABLE] = str(node.home)
    supervisor = Workers(_config(node, "hub.web.serving:worker_app", workers=workers), sockets=[listener])
    supervisor.run()
    if any(one.exitcode == STARTUP_FAILURE for one in supervisor.processes):
        raise _failed()


class Workers(Multiprocess):
    """Worker processes, of which one that ends while it starts is seen to at once.

    The parent holds both ends of the pipe by which a worker answers, and would wait on a dead one as on a slow one.
    """

    def keep_subprocess_alive(self) -> None:
        """Look at each, without the end that is the worker's own."""
        for one in self.processes:
            one.child_conn.close()
        super().keep_subprocess_alive()


def _config(node: Node, app: FastAPI | str, *, workers: int = 1) -> BoundedConfig:
    limits = node.settings.server
    return BoundedConfig(
        app,
        most_connections=affordable(limits.connections),
        complete_in_s=limits.request_s,
        factory=isinstance(app, str),
        workers=workers,
        ws="none",
        timeout_keep_alive=KEEP_ALIVE_S,
        timeout_worker_healthcheck=WORKER_ANSWERS_S,
        timeout_graceful_shutdown=int(limits.request_s),
        forwarded_allow_ips=list(limits.trusted_proxies),
        log_config=log_config(),
        access_log=False,
        server_header=False,
    )


def listening(at: Listening) -> socket.socket:
    """A socket that listens there. Raises UsageError."""
    try:
        family = socket.AF_INET6 if ":" in at.host else socket.AF_INET
        listener = socket.create_server((at.host, at.port), family=family, backlog=2_048)
        # What it accepts inherits this, which asyncio sets on sockets of its own alone: without it an answer whose
        # head and body are two packets waits 40 ms for the caller's acknowledgement.
        listener.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
    except (OSError, OverflowError) as error:
        why = getattr(error, "strerror", None) or "that is no address"
        raise UsageError(
            f"The server could not listen on {at.host}:{at.port}: {why.lower()}.",
            do="End what listens there already, or give another --host or --port.",
        ) from error
    listener.set_inheritable(True)
    return listener


def _failed() -> ServerFailedError:
    return ServerFailedError(
        "The server ended by itself.",
        kept="Everything that was answered.",
        do="See its messages above; correct that, and start it again.",
    )
