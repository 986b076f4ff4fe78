"""The FastAPI application of one node."""

from __future__ import annotations

import asyncio
import fcntl
import logging
import os
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager, suppress
from pathlib import Path
from typing import TextIO

from fastapi import FastAPI
from starlette.concurrency import run_in_threadpool

from hub import __version__
from hub.audit.events import NODE, Action
from hub.cases.obligations import escalate
from hub.errors import HubError
from hub.node.home import advance_audit_checkpoint, current_metadata
from hub.node.node import Node, open_node
from hub.web.federation import federation_routes
from hub.web.problems import problem_handlers

HOME_VARIABLE = "HUB_HOME"
CHECKPOINT_EVERY_S = 60
ESCALATE_EVERY_S = 3600
DUTY_LOCK = "duty.lock"
TAKE_OVER_S = 5
logger = logging.getLogger("hub")


def create_app(node: Node) -> FastAPI:
    """The node's application: federation routes and a health probe; no documentation pages are exposed."""

    @asynccontextmanager
    async def lifespan(_: FastAPI) -> AsyncIterator[None]:
        with node.write() as tx:
            tx.record(Action.node_started, by=NODE)
        duty = asyncio.create_task(_on_duty(node))
        yield
        duty.cancel()
        with suppress(asyncio.CancelledError):
            await duty
        advance_audit_checkpoint(node)

    app = FastAPI(
        title="Cross-Marac hub",
        version=__version__,
        lifespan=lifespan,
        docs_url=None,
        redoc_url=None,
        openapi_url=None,
    )
    app.include_router(federation_routes(node, lambda: current_metadata(node)))
    problem_handlers(app)

    @app.get("/healthz")
    def health() -> dict[str, str]:
        """Whether the node and its database answer."""
        with node.read() as tx:
            tx.session.connection().exec_driver_sql("SELECT 1")
        return {"status": "ok"}

    return app


async def _on_duty(node: Node) -> None:
    """Look after the node in one of its processes alone: the one that holds the lock, and when it ends, another."""
    while True:
        try:
            with (node.home / DUTY_LOCK).open("a") as lock:
                if _locked(lock):
                    await asyncio.gather(
                        _every(CHECKPOINT_EVERY_S, advance_audit_checkpoint, node, "audit checkpoint"),
                        _every(ESCALATE_EVERY_S, escalate, node, "escalation"),
                    )
        except OSError as error:
            logger.error("%s: %s", DUTY_LOCK, error.strerror)
        await asyncio.sleep(TAKE_OVER_S)


def _locked(lock: TextIO) -> bool:
    """Whether this process holds the lock now. The system lets go of it with the process, however that ends."""
    try:
        fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        return False
    return True


async def _every(seconds: int, act: Callable[[Node], object], node: Node, name: str) -> None:
    """Do something now and then on; what fails is told to the operator, and tried again the next time."""
    while True:
        try:
            await run_in_threadpool(act, node)
        except HubError as error:
            logger.error("%s: %s", name, error)
        await asyncio.sleep(seconds)


def app_from_environment() -> FastAPI:
    """For uvicorn's workers: the application of the node at `$HUB_HOME`."""
    return create_app(open_node(Path(os.environ[HOME_VARIABLE])))
