"""Asking a virus scanner (clamd) about some bytes, by its INSTREAM command. What it cannot say counts as no answer.

Source: clamd(8): a length in four bytes before each part, and a length of zero after the last. Keeps nothing.
"""

from __future__ import annotations

import socket
from contextlib import closing
from typing import Final

from hub.errors import ScannerError

_PART: Final = 64 * 1024
_TIMEOUT_S: Final = 30.0
_MOST_ANSWER: Final = 4_096


def harmless(address: str, data: bytes) -> bool:
    """Whether the scanner finds nothing in a file. `address`: "unix:/run/clamd.sock", or "host:port".

    Raises ScannerError where it does not answer, or says neither.
    """
    try:
        with closing(_connected(address)) as line:
            line.sendall(b"zINSTREAM\0")
            for at in range(0, len(data), _PART):
                part = data[at : at + _PART]
                line.sendall(len(part).to_bytes(4, "big") + part)
            line.sendall(bytes(4))
            said = _answer(line)
    except (OSError, ValueError) as error:
        raise _no_answer() from error
    if said.endswith(b": OK"):
        return True
    if said.endswith(b" FOUND"):
        return False
    raise _no_answer()


def _connected(address: str) -> socket.socket:
    if address.startswith("unix:"):
        line = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
        line.settimeout(_TIMEOUT_S)
        line.connect(address.removeprefix("unix:"))
        return line
    host, _, port = address.rpartition(":")
    return socket.create_connection((host, int(port)), timeout=_TIMEOUT_S)


def _answer(line: socket.socket) -> bytes:
    said = b""
    while len(said) < _MOST_ANSWER and (part := line.recv(1_024)):
        said += part
    return said.strip(b"\0\n ")


def _no_answer() -> ScannerError:
    return ScannerError(
        "The virus scanner does not answer, so no file is taken.",
        kept="Nothing of the file.",
        do="Have your operator see to clamd (`[attachments]` in node.toml), then attach it again.",
    )
