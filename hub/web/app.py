"""The FastAPI application of one node."""

from __future__ import annotations

import asyncio
import os
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress
from pathlib import Path

from fastapi import FastAPI

from hub import __version__
from hub.audit.events import NODE, Action
from hub.jobs.duty import on_duty
from hub.jobs.watch import watch_log
from hub.node.home import advance_audit_checkpoint, current_metadata
from hub.node.node import Node, open_node
from hub.web.federation import federation_routes
from hub.web.problems import problem_handlers

HOME_VARIABLE = "HUB_HOME"


def create_app(node: Node) -> FastAPI:
    """The node's application: federation routes and a health probe; no documentation pages are exposed."""

    @asynccontextmanager
    async def lifespan(_: FastAPI) -> AsyncIterator[None]:
        with node.write() as tx:
            tx.record(Action.node_started, by=NODE)
        tasks = [asyncio.create_task(on_duty(node)), asyncio.create_task(watch_log(node))]
        yield
        for task in tasks:
            task.cancel()
            with suppress(asyncio.CancelledError):
                await task
        advance_audit_checkpoint(node)

    app = FastAPI(
        title="Cross-Marac hub",
        version=__version__,
        lifespan=lifespan,
        docs_url=None,
        redoc_url=None,
        openapi_url=None,
    )

    def metadata() -> str:
        node.require_intact()
        return current_metadata(node)

    app.include_router(federation_routes(node, metadata))
    problem_handlers(app)

    @app.get("/healthz")
    def health() -> dict[str, str]:
        """Whether the node answers: its database does, and its audit log is as it was signed for."""
        node.require_intact()
        return {"status": "ok"}

    return app


def app_from_environment() -> FastAPI:
    """For uvicorn's workers: the application of the node at `$HUB_HOME`."""
    return create_app(open_node(Path(os.environ[HOME_VARIABLE])))
