"""The FastAPI application of one node."""

from __future__ import annotations

import asyncio
import logging
import os
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from pathlib import Path

from fastapi import FastAPI
from starlette.concurrency import run_in_threadpool

from hub import __version__
from hub.audit.events import NODE, Action, Event
from hub.cases.obligations import escalate
from hub.errors import HubError
from hub.node.home import advance_audit_checkpoint, current_metadata
from hub.node.node import Node, open_node
from hub.web.federation import federation_routes
from hub.web.problems import problem_handlers

HOME_VARIABLE = "HUB_HOME"
CHECKPOINT_EVERY_S = 60
ESCALATE_EVERY_S = 3600
logger = logging.getLogger("hub")


def create_app(node: Node) -> FastAPI:
    """The node's application: federation routes and a health probe; no documentation pages are exposed."""

    @asynccontextmanager
    async def lifespan(_: FastAPI) -> AsyncIterator[None]:
        with node.write() as (_session, record):
            record(Event(action=Action.node_started, actor=NODE))
        tasks = [
            asyncio.create_task(
                _every(CHECKPOINT_EVERY_S, advance_audit_checkpoint, node, "audit checkpoint")
            ),
            asyncio.create_task(_every(ESCALATE_EVERY_S, escalate, node, "escalation")),
        ]
        yield
        for task in tasks:
            task.cancel()
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
        with node.database.read() as session:
            session.connection().exec_driver_sql("SELECT 1")
        return {"status": "ok"}

    return app


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
