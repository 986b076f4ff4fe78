"""`hub worker`: what a node does by itself, until it is stopped."""

from __future__ import annotations

import logging.config
import os
import signal
import sys
import threading
from typing import Annotated

import typer

from hub.cli.options import Home, opened
from hub.cli.output import EXIT_DONE
from hub.node.home import require_root_elsewhere
from hub.web.logs import log_config


def worker(
    home: Home,
    peers: Annotated[
        list[str] | None,
        typer.Option(
            "--peer",
            metavar="URL[#THUMBPRINT]",
            help="Another node to trust, tried until it answers; more than one may be given.",
            show_default=False,
        ),
    ] = None,
) -> None:
    """Deliver, publish, sync and keep time for a node until stopped."""
    stopping = threading.Event()
    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, lambda *_: stopping.set())
    logging.config.dictConfig(log_config("INFO"))
    status = EXIT_DONE
    try:
        with opened(home) as node:
            # Only this command needs the engine, which takes long to import.
            from hub.jobs.schedule import WantedPeer
            from hub.jobs.worker import Worker

            require_root_elsewhere(node)
            Worker(node, [WantedPeer.parse(one) for one in peers or ()], stopping).run()
    except typer.Exit as end:
        status = end.exit_code
    sys.stderr.flush()
    os._exit(status)  # A thread that still waits for a peer holds nobody up: what it was at is done again.
