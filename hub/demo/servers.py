"""The demonstration's servers: real ones, in processes of their own, on loopback."""

from __future__ import annotations

import os
import runpy
import socket
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from multiprocessing import get_context
from multiprocessing.context import SpawnProcess
from pathlib import Path
from typing import Final

import httpx2

from hub.errors import PeerError
from hub.node.node import Node
from hub.processes import end_with_parent

_START_S: Final = 120.0


@contextmanager
def serving(node: Node, url: str = "", command: str = "serve") -> Iterator[SpawnProcess]:
    """A server of the node in a process of its own, until the block ends or this process is gone.

    `url`: where, if not where its peers reach it. `command`: which of `hub serve` and `hub console`.
    """
    port = (url or node.settings.url).rsplit(":", 1)[1]
    server = get_context("spawn").Process(target=_serve, args=(command, str(node.home), port))
    server.start()
    try:
        yield server
    finally:
        server.terminate()
        server.join(timeout=10)
        server.kill()


def _serve(command: str, home: str, port: str) -> None:
    end_with_parent()
    with Path(os.devnull).open("wb") as nothing:
        os.dup2(nothing.fileno(), 1)
    os.environ["NO_PROXY"] = "127.0.0.1,localhost"  # Loopback never goes through a proxy.
    sys.argv = ["hub", command, home, "--port", port]
    runpy.run_module("hub", run_name="__main__")


def wait_until_up(node: Node, server: SpawnProcess, url: str = "") -> None:
    """Wait until the server answers. Raises PeerError when it ends, or does not within two minutes."""
    deadline = time.monotonic() + _START_S
    while time.monotonic() < deadline and server.is_alive():
        try:
            if (
                httpx2.get((url or node.settings.url) + "/healthz", timeout=2, trust_env=False).status_code
                == 200
            ):
                return
        except httpx2.HTTPError:
            time.sleep(0.1)
    raise PeerError(f"{node.settings.area}'s server did not start.", do="See its messages above.")


def free_port() -> int:
    """A port that nobody listens on just now."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
        return port
