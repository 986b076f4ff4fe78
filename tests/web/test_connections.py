"""Strangers who open connections and say nothing, or half of something, hold up nobody."""

from __future__ import annotations

import resource
import socket
import time
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path

import httpx2
import pytest

from hub.web.connections import KEPT_FREE, affordable
from tests.cli.running import free_port, serving
from tests.web.homes import home_with

LIMITS = """
[server]
connections = 16
request_s = 1.0
"""
HALF = {
    "nothing": b"",
    "half a header": b"POST /federation/v1/evaluations HTTP/1.1\r\nHost: x\r\nX-Sl",
    "half a body": b"POST /federation/v1/evaluations HTTP/1.1\r\nHost: x\r\nMarac-Version: 1\r\n"
    b"Content-Length: 100\r\n\r\nhalf",
}
WAIT_S = 60  # against a hang


@contextmanager
def served(folder: Path, limits: str) -> Iterator[int]:
    port = free_port()
    with serving(home_with(folder / "northmoor", port, limits), port, folder / "log"):
        yield port
    assert "Traceback" not in (folder / "log").read_text()


@pytest.fixture(scope="module")
def brisk(tmp_path_factory: pytest.TempPathFactory) -> Iterator[int]:
    """The port of a server that waits a second for a request."""
    with served(tmp_path_factory.mktemp("brisk"), LIMITS) as port:
        yield port


@pytest.fixture(scope="module")
def patient(tmp_path_factory: pytest.TempPathFactory) -> Iterator[int]:
    """The port of a server that waits for minutes."""
    limits = LIMITS.replace("request_s = 1.0", "request_s = 300.0")
    with served(tmp_path_factory.mktemp("patient"), limits) as port:
        yield port


def opened(port: int, said: bytes) -> socket.socket:
    connection = socket.create_connection(("127.0.0.1", port), timeout=WAIT_S)
    connection.sendall(said)
    return connection


def hung_up(connection: socket.socket) -> bool:
    """Whether the server closed it; what it may have answered first is read over."""
    try:
        while connection.recv(4096):
            pass
    except ConnectionResetError:
        pass
    return True


def healthy(port: int) -> bool:
    try:
        return (
            httpx2.get(f"http://127.0.0.1:{port}/healthz", timeout=WAIT_S, trust_env=False).status_code == 200
        )
    except httpx2.HTTPError:
        return False


def test_a_request_that_is_not_complete_in_time_is_hung_up_on(brisk: int) -> None:
    with ExitStack() as stack:
        held = [stack.enter_context(opened(brisk, said)) for said in HALF.values()]
        assert all(hung_up(connection) for connection in held)
    assert healthy(brisk)


def test_a_long_request_over_a_slow_line_is_read_beyond_its_deadline_while_it_comes(brisk: int) -> None:
    piece = bytes(64 * 1024)
    head = f"POST /federation/v1/evaluations HTTP/1.1\r\nHost: x\r\nContent-Length: {10 * len(piece)}\r\n\r\n"
    with opened(brisk, head.encode()) as connection:
        for _ in range(10):  # Two and a half times as long as a request may take that says nothing.
            time.sleep(0.25)
            connection.sendall(piece)
        assert connection.recv(4096).startswith(b"HTTP/1.1 4")


@pytest.mark.parametrize("said", HALF.values(), ids=HALF)
def test_more_connections_than_there_may_be_keep_nobody_out(patient: int, said: bytes) -> None:
    with ExitStack() as stack:
        held = [stack.enter_context(opened(patient, said)) for _ in range(60)]
        assert healthy(patient)
        assert hung_up(held[0])  # The one that waited longest gave way.


def test_a_connection_that_is_used_is_kept_beyond_the_deadline_of_one_request(brisk: int) -> None:
    request = b"GET /healthz HTTP/1.1\r\nHost: x\r\n\r\n"
    with opened(brisk, request) as connection:
        for _ in range(3):
            answer = b""
            while not answer.endswith(b"}"):  # Head and body may come apart.
                piece = connection.recv(4096)
                assert piece, answer
                answer += piece
            assert answer.startswith(b"HTTP/1.1 200")
            time.sleep(0.7)
            connection.sendall(request)


def test_no_more_connections_are_taken_than_the_system_gives_files_for() -> None:
    before = resource.getrlimit(resource.RLIMIT_NOFILE)
    assert affordable(8) == 8
    resource.setrlimit(resource.RLIMIT_NOFILE, (200, before[1]))
    try:
        wanted = 300
        assert affordable(wanted) == wanted
        assert resource.getrlimit(resource.RLIMIT_NOFILE)[0] == wanted + KEPT_FREE
    finally:
        resource.setrlimit(resource.RLIMIT_NOFILE, before)
