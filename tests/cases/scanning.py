"""A virus scanner as clamd speaks, and files that it looks at."""

from __future__ import annotations

import socketserver
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from typing import ClassVar

from hub.node.node import Node
from hub.node.settings import AttachmentSettings

PDF = b"%PDF-1.7\n1 0 obj\n<<>>\nendobj\ntrailer\n<<>>\n%%EOF\n"
HARM = b"%PDF-1.7 harm-of-this-test"


class _Clamd(socketserver.BaseRequestHandler):
    """A scanner as clamd speaks: it finds harm in what says so."""

    says: ClassVar[bytes] = b""

    def handle(self) -> None:
        read = self.request.makefile("rb").read
        assert read(10) == b"zINSTREAM\0"
        data = b""
        while length := int.from_bytes(read(4), "big"):
            data += read(length)
        found = b"stream: Harm-1 FOUND\0" if b"harm-of-this-test" in data else b"stream: OK\0"
        self.request.sendall(self.says or found)


@contextmanager
def scanner(says: bytes = b"") -> Iterator[str]:
    _Clamd.says = says
    with socketserver.ThreadingTCPServer(("127.0.0.1", 0), _Clamd) as server:
        threading.Thread(target=server.serve_forever, daemon=True).start()
        yield f"127.0.0.1:{server.server_address[1]}"
        server.shutdown()


def scanned(node: Node, clamd: str) -> Node:
    settings = node.settings.model_copy(update={"attachments": AttachmentSettings(clamd=clamd)})
    object.__setattr__(node, "settings", settings)
    return node
