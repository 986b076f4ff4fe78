"""Areas run by the container's own start script, without containers: a database server, a TLS proxy, processes."""

from __future__ import annotations

import os
import socket
import ssl
import subprocess
import sys
import threading
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

from tests.cli.running import until

ROOT = Path(__file__).parents[2]
NODE = ROOT / "deploy" / "node"
WAIT_S = 60


def environment(home: Path, node_id: str, database: str, **more: str) -> dict[str, str]:
    """What a container of this area would have in its environment."""
    binaries = Path(sys.executable).parent
    return {
        "PATH": f"{binaries}{os.pathsep}{os.environ['PATH']}",
        "HUB_HOME": str(home),
        "HUB_NODE_ID": node_id,
        "HUB_AREA": node_id.capitalize(),
        "HUB_DATABASE": database,
        "HUB_HOST": "127.0.0.1",
        "HUB_WORKERS": "1",
    } | more


def run_node(command: str, settings: dict[str, str]) -> subprocess.CompletedProcess[str]:
    """Run the start script to its end."""
    return subprocess.run(
        [NODE, command], env=settings, capture_output=True, text=True, check=False, timeout=300
    )


@contextmanager
def serving(settings: dict[str, str], log: Path) -> Iterator[None]:
    """A node served by the start script, healthy; stopped at the end as a container is."""
    with log.open("a") as output:
        process = subprocess.Popen([NODE, "serve"], env=settings, stdout=output, stderr=output)
    try:
        wait_until_healthy(settings, process, log)
        yield
    finally:
        process.terminate()
        process.wait(WAIT_S)


@contextmanager
def worker_of(settings: dict[str, str], log: Path) -> Iterator[subprocess.Popen[bytes]]:
    """A node's worker, run by the start script; stopped at the end as a container is."""
    with log.open("a") as output:
        process = subprocess.Popen([NODE, "worker"], env=settings, stdout=output, stderr=output)
    try:
        yield process
    finally:
        process.terminate()
        assert process.wait(WAIT_S) == 0, log.read_text()


@contextmanager
def console_of(settings: dict[str, str], log: Path) -> Iterator[None]:
    """A node's console, run by the start script, healthy; stopped at the end as a container is."""
    with log.open("a") as output:
        process = subprocess.Popen([NODE, "console"], env=settings, stdout=output, stderr=output)
    try:
        until(lambda: run_node("console-health", settings).returncode == 0, process, log)
        yield
    finally:
        process.terminate()
        process.wait(WAIT_S)


def wait_until_healthy(settings: dict[str, str], process: subprocess.Popen[bytes], log: Path) -> None:
    """Ask as the container's health check does."""
    until(lambda: run_node("health", settings).returncode == 0, process, log)


@contextmanager
def tls_proxy(folder: Path, ports: dict[int, int]) -> Iterator[None]:
    """End TLS on each port with the prepared certificate and pass what comes on to the node behind it."""
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(folder / "proxy" / "certificate.pem", folder / "proxy" / "key.pem")
    listeners = [socket.create_server(("127.0.0.1", port)) for port in ports]
    for listener, target in zip(listeners, ports.values(), strict=True):
        threading.Thread(target=_accept, args=(listener, context, target), daemon=True).start()
    try:
        yield
    finally:
        for listener in listeners:
            listener.shutdown(socket.SHUT_RDWR)
            listener.close()


def _accept(listener: socket.socket, context: ssl.SSLContext, target: int) -> None:
    with suppress(OSError):
        while True:
            plain, _ = listener.accept()
            threading.Thread(target=_serve, args=(plain, context, target), daemon=True).start()


def _serve(plain: socket.socket, context: ssl.SSLContext, target: int) -> None:
    with (
        suppress(OSError),
        context.wrap_socket(plain, server_side=True) as front,
        socket.create_connection(("127.0.0.1", target)) as back,
    ):
        threading.Thread(target=_pump, args=(back, front), daemon=True).start()
        _pump(front, back)


def _pump(source: socket.socket, sink: socket.socket) -> None:
    with suppress(OSError):
        while data := source.recv(65_536):
            sink.sendall(data)
        sink.shutdown(socket.SHUT_WR)
