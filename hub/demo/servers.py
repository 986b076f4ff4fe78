"""The demonstration's servers: real ones, in processes of their own, on loopback."""

from __future__ import annotations

import os
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Final

import httpx2

from hub.errors import PeerError
from hub.node.node import Node

_START_S: Final = 120.0


@contextmanager
def serving(node: Node) -> Iterator[subprocess.Popen[bytes]]:
    """A server of the node in a process of its own, until the block ends."""
    port = node.settings.url.rsplit(":", 1)[1]
    command = [sys.executable, "-P", "-m", "hub", "serve", str(node.home), "--port", port]
    with subprocess.Popen(  # noqa: S603 - our own program
        command, stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL, env=_environment()
    ) as server:
        try:
            yield server
        finally:
            server.terminate()
            try:
                server.wait(timeout=10)
            except subprocess.TimeoutExpired:
                server.kill()


def _environment() -> dict[str, str]:
    # Loopback never goes through a proxy.
    return {**os.environ, "NO_PROXY": "127.0.0.1,localhost"}


def wait_until_up(node: Node, server: subprocess.Popen[bytes]) -> None:
    """Wait until the server answers. Raises PeerError when it ends, or does not within two minutes."""
    deadline = time.monotonic() + _START_S
    while time.monotonic() < deadline and server.poll() is None:
        try:
            if httpx2.get(node.settings.url + "/healthz", timeout=2, trust_env=False).status_code == 200:
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
