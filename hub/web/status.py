"""For whoever runs the node, on a port of its own that only this machine reaches: readiness, and figures to watch.

The figures are those of `hub.node.status`, in the text format that Prometheus reads. None is about a person.
"""

from __future__ import annotations

import threading
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Final

import uvicorn
from fastapi import FastAPI, Response
from fastapi.responses import JSONResponse, PlainTextResponse

from hub.node.node import Node
from hub.node.status import Status, status_of
from hub.web.logs import log_config

LOOPBACK: Final = "127.0.0.1"


def status_app(node: Node) -> FastAPI:
    """The two addresses: `/readyz`, and `/metrics`."""
    app = FastAPI(title="Cross-Marac hub: status", docs_url=None, redoc_url=None, openapi_url=None)

    @app.get("/readyz")
    def ready() -> Response:
        """Whether the node can answer, and keep what it answers."""
        found = status_of(node)
        content = {
            "status": "ready" if found.ready else "failing",
            "failing": list(found.failing),
            "broken_agreements": list(found.broken_agreements),
            "late": list(found.late),
        }
        return JSONResponse(content, status_code=200 if found.ready else 503)

    @app.get("/metrics")
    def metrics() -> Response:
        """The figures, one a line."""
        return PlainTextResponse("".join(f"{line}\n" for line in figures(status_of(node))))

    return app


def figures(found: Status) -> Iterator[str]:
    """What is measured, as Prometheus reads it. A figure that is not known is left out."""
    yield from _gauge(
        "hub_ready", "1 while the node can answer and keep what it answers", {"": int(found.ready)}
    )
    yield from _gauge("hub_disk_free_bytes", "Room on the disk of the home", {"": found.disk_free_bytes})
    if found.checkpoint_age_s is not None:
        told = "Seconds since the log's head was last signed"
        yield from _gauge("hub_checkpoint_age_seconds", told, {"": found.checkpoint_age_s})
    if found.worker_age_s is not None:
        told = "Seconds since the worker last looked for work"
        yield from _gauge("hub_worker_age_seconds", told, {"": found.worker_age_s})
    yield from _gauge("hub_agreements", "Sharing agreements that are held", {"": found.agreements})
    told = "Files of agreements that cannot be read, on which nothing rests"
    yield from _gauge("hub_agreements_broken", told, {"": len(found.broken_agreements)})
    yield from _gauge(
        "hub_jobs_late", "Jobs last done more than twice their interval ago", {"": len(found.late)}
    )
    states = {f'{{state="{state}"}}': count for state, count in found.deliveries.items()}
    yield from _gauge("hub_deliveries", "What waits to reach a peer, and what was given up", states)
    ages = {f'{{peer="{peer}"}}': age for peer, age in found.copy_age_s.items() if age is not None}
    yield from _gauge(
        "hub_peer_copy_age_seconds", "Seconds since a peer's feed was last brought up to date", ages
    )


def _gauge(name: str, told: str, values: dict[str, int]) -> Iterator[str]:
    yield f"# HELP {name} {told}."
    yield f"# TYPE {name} gauge"
    yield from (f"{name}{labels} {value}" for labels, value in values.items())


@contextmanager
def reporting_status(node: Node, port: int | None) -> Iterator[None]:
    """Serve the status on a port of this machine, in a thread, until the block ends. Without a port, nothing."""
    if port is None:
        yield
        return
    config = uvicorn.Config(
        status_app(node), host=LOOPBACK, port=port, log_config=log_config(), access_log=False
    )
    server = uvicorn.Server(config)
    thread = threading.Thread(target=server.run, name="status", daemon=True)
    thread.start()
    try:
        yield
    finally:
        server.should_exit = True
        thread.join(timeout=10)
