"""The FastAPI application of one node."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress
from typing import Final

from anyio import CapacityLimiter, fail_after, to_thread
from fastapi import FastAPI

from hub import __version__
from hub.audit.events import NODE, Action
from hub.cases.alerts import alert_of_area
from hub.errors import StorageError
from hub.federation.tally import Tally
from hub.jobs.watch import watch_log
from hub.node.home import advance_audit_checkpoint, current_metadata
from hub.node.node import Node
from hub.node.revocations import own_warning
from hub.web.federation import federation_routes
from hub.web.limits import Allowances, LimitRate
from hub.web.problems import problem_handlers
from hub.web.worker import WorkerWatch

HEALTH_S: Final = 5
logger = logging.getLogger("hub")


def create_app(node: Node) -> FastAPI:
    """The node's application: federation routes and a health probe; no documentation pages are exposed."""

    @asynccontextmanager
    async def lifespan(_: FastAPI) -> AsyncIterator[None]:
        with node.write() as tx:
            tx.record(Action.node_started, by=NODE)
        if warning := own_warning(node):
            logger.warning("%s", warning)
        watching = asyncio.create_task(watch_log(node, tally.tell))
        yield
        watching.cancel()
        with suppress(asyncio.CancelledError):
            await watching
        tally.tell(all_of_them=True)
        advance_audit_checkpoint(node)

    limits, tally = node.settings.server, Tally(node, alert_of_area)
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

    app.include_router(federation_routes(node, metadata, tally))
    problem_handlers(app)

    app.add_middleware(LimitRate, allowances=Allowances(limits.per_second, limits.burst))
    probe = CapacityLimiter(1)  # A thread of its own: a probe waits behind no question.
    worker = WorkerWatch(node)

    def look() -> dict[str, str | None]:
        node.require_intact()
        certificate = own_warning(node) or None
        return {"mode": node.settings.mode.value, "certificate": certificate, **worker.look()}

    @app.get("/healthz")
    async def health() -> dict[str, str | None]:
        """Whether the node answers: its database does, its log is as it was signed for.

        With its mode, what has to be said of its certificate, and its worker's state.
        """
        try:
            with fail_after(HEALTH_S):
                found = await to_thread.run_sync(look, limiter=probe, abandon_on_cancel=True)
        except TimeoutError as error:
            raise StorageError("The database does not answer in time.", do="Look at its log.") from error
        return {"status": "ok", **found}

    return app
