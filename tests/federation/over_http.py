"""Real HTTP between the nodes of a test: each served on a port of this machine, where its peers pin it.

The servers run in threads of the test's own process, so that its clock is theirs. `Line` is a proxy in front of a
node that loses answers on their way.
"""

from __future__ import annotations

import asyncio
import http.client
import socket
import threading
from collections.abc import Callable, Iterator, Mapping
from contextlib import ExitStack, contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any, Final

import uvicorn

from hub.federation.client import PeerClient
from hub.federation.peers import add_peer
from hub.node.keys import load_root
from hub.node.node import Node, open_node
from hub.web.app import create_app
from tests.federation.nodes import Areas

HOST: Final = "127.0.0.1"
Application = Callable[..., Any]


@contextmanager
def serving(app: Application, listener: socket.socket) -> Iterator[None]:
    """An application, served until the block ends."""
    config = uvicorn.Config(app, ws="none", log_config=None, timeout_graceful_shutdown=5)
    server = uvicorn.Server(config)
    thread = threading.Thread(target=server.run, kwargs={"sockets": [listener]})
    thread.start()
    try:
        while not server.started:
            assert thread.is_alive()
        yield
    finally:
        server.should_exit = True
        thread.join()


@contextmanager
def over_http(
    areas: Areas,
    instead: Mapping[str, Callable[[Node], Application]] | None = None,
    **between: Callable[[int], Line],
) -> Iterator[dict[str, Line]]:
    """Serve every node of a test, and pin each to the others anew; gives the lines that stand in front of some.

    `instead`: what makes the application of a node of that id in the place of its own. `between`: what makes the
    line before one, from the port that the node itself is served at.
    """
    lines = {}
    areas.network = None  # type: ignore[assignment] # Clients open connections of their own.
    with ExitStack() as stack:
        listeners = {node_id: socket.create_server((HOST, 0)) for node_id in areas.nodes}
        for node_id, listener in listeners.items():
            port = listener.getsockname()[1]
            if node_id in between:
                lines[node_id] = between[node_id](port)
                port = stack.enter_context(lines[node_id].open())
            areas.nodes[node_id] = _moved(areas[node_id], f"http://{HOST}:{port}")
        for node_id, listener in listeners.items():
            made = (instead or {}).get(node_id, create_app)(areas[node_id])
            stack.enter_context(serving(made, listener))
        asyncio.run(_introduce(areas))
        yield lines


def _moved(node: Node, url: str) -> Node:
    """The same node at another address."""
    node.database.close()
    settings = node.home / "node.toml"
    text = settings.read_text()
    settings.write_text(text.replace(f'url = "{node.settings.url}"', f'url = "{url}"'))
    return open_node(node.home, clock=node.clock)


async def _introduce(areas: Areas) -> None:
    for node in areas.nodes.values():
        async with PeerClient(node) as client:
            for other in areas.nodes.values():
                if other is not node:
                    await add_peer(node, client, other.settings.url, load_root(other.home / "keys").kid)


class Line:
    """A proxy before a node. `loses` says of each answer (path, how many came there before) whether it is lost."""

    def __init__(self, port: int, loses: Callable[[str, int], bool]) -> None:
        self.port = port
        self.loses = loses
        self.carried: dict[str, int] = {}

    @contextmanager
    def open(self) -> Iterator[int]:
        """Carry what comes until the block ends; gives the port."""
        line = self

        class Carrier(BaseHTTPRequestHandler):
            protocol_version = "HTTP/1.1"

            def do_GET(self) -> None:
                self.carry()

            def do_POST(self) -> None:
                self.carry()

            def carry(self) -> None:
                body = self.rfile.read(int(self.headers.get("Content-Length", 0)))
                there = http.client.HTTPConnection(HOST, line.port)
                there.request(self.command, self.path, body or None, dict(self.headers))
                answer = there.getresponse()
                content = answer.read()
                there.close()
                before = line.carried.get(self.path, 0)
                line.carried[self.path] = before + 1
                self.close_connection = True
                if line.loses(self.path, before):
                    return
                self.send_response(answer.status)
                for name, value in answer.getheaders():
                    if name.lower() not in ("date", "server", "connection"):
                        self.send_header(name, value)
                self.send_header("Connection", "close")
                self.end_headers()
                self.wfile.write(content)

            def log_message(self, *_: object) -> None:
                """Keep quiet."""

        class Server(ThreadingHTTPServer):
            def handle_error(self, request: Any, client_address: Any) -> None:
                """A connection that breaks is what a line is for."""

        server = Server((HOST, 0), Carrier)
        thread = threading.Thread(target=server.serve_forever)
        thread.start()
        try:
            yield server.server_port
        finally:
            server.shutdown()
            thread.join()
            server.server_close()
