"""Running `hub` in tests: as a real process where the process is the point, inside this one where speed is."""

from __future__ import annotations

import csv
import json
import os
import signal
import socket
import sqlite3
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any, Final

import httpx2
from typer.testing import CliRunner

from hub.audit.events import Action
from hub.cli.app import app
from hub.node.authorities import trusted
from hub.node.node import open_node
from hub.store.audit import DatabaseAudit
from tests.statements import compile_once

compile_once()

HUB: Final = Path(sys.executable).with_name("hub")
WAIT_S: Final = 600
TIMEOUT_S: Final = 1_800  # against a hang; no test asserts a time


@dataclass(frozen=True)
class Ended:
    """How a command ended."""

    code: int
    out: str
    err: str

    @property
    def json(self) -> Any:
        """Standard output as exactly one JSON document."""
        return json.loads(self.out)

    @property
    def error(self) -> dict[str, str]:
        """The error document, complete: what happened, what was kept, what to do."""
        error: dict[str, str] = self.json["error"]
        assert error.keys() >= {"code", "text", "kept", "do"}
        assert error["text"]
        assert error["do"]
        return error

    def at(self, home: Path) -> Ended:
        """The same of a home of any name."""
        return Ended(self.code, self.out.replace(str(home), "HOME"), self.err.replace(str(home), "HOME"))


def until(
    seen: Callable[[], object],
    process: subprocess.Popen[Any] | None = None,
    log: Path | None = None,
    *,
    every_s: float = 0.1,
) -> None:
    """Wait until something is seen, however busy the machine; before that, the process must not have ended."""
    deadline = time.monotonic() + WAIT_S
    while not seen():
        said = log.read_text() if log else ""
        assert process is None or process.poll() is None, said or process.communicate()
        assert time.monotonic() < deadline, said
        time.sleep(every_s)


def environment(**more: str) -> dict[str, str]:
    """Loopback never goes through a proxy."""
    return {**os.environ, "NO_PROXY": "127.0.0.1,localhost", **more}


def hub(*arguments: object, env: Mapping[str, str] | None = None, **options: Any) -> Ended:
    """The real command, to its end."""
    done = subprocess.run(
        [HUB, *map(str, arguments)],
        env=environment(**(env or {})),
        capture_output=True,
        text=True,
        check=False,
        **{"timeout": TIMEOUT_S} | options,
    )
    assert "Traceback" not in done.stderr
    return Ended(done.returncode, done.stdout, done.stderr)


def inside(*arguments: object, said: str = "") -> Ended:
    """The same command within this process; `said` is its standard input."""
    done = CliRunner().invoke(app, [str(one) for one in arguments], input=said)
    return Ended(done.exit_code, done.stdout, done.stderr)


def imported(home: Path, file: Path, *options: str) -> Ended:
    """What `hub import` says of a file, as JSON."""
    return inside("import", home, file, "--json", *options)


def answer_interrupts() -> None:
    """As a terminal starts a process: what a shell runs in its background ignores Ctrl-C, and hands that on."""
    signal.signal(signal.SIGINT, signal.SIG_DFL)


@contextmanager
def started(*arguments: object, **options: Any) -> Iterator[subprocess.Popen[str]]:
    """The real command, running, in a process group of its own as a terminal would give it."""
    with subprocess.Popen(
        [HUB, *map(str, arguments)],
        env=environment(),
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        start_new_session=True,
        preexec_fn=answer_interrupts,
        **options,
    ) as process:
        try:
            yield process
        finally:
            process.kill()


@contextmanager
def serving(
    home: Path, port: int, log: Path, *options: str, command: str = "serve"
) -> Iterator[subprocess.Popen[bytes]]:
    """A node served by the real command, or its console, healthy."""
    with (
        log.open("a") as output,
        subprocess.Popen(
            [HUB, command, home, "--port", str(port), *options],
            env=environment(),
            stdout=output,
            stderr=output,
        ) as server,
    ):
        try:
            until(lambda: _healthy(port), server, log)
            yield server
        finally:
            server.terminate()


def _healthy(port: int) -> bool:
    try:
        return (
            httpx2.get(
                f"http://127.0.0.1:{port}/healthz", timeout=2, trust_env=False, verify=trusted()
            ).status_code
            == 200
        )
    except httpx2.HTTPError:
        return False


def free_port() -> int:
    """A port that nobody listens on just now."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
        return port


def write_csv(path: Path, rows: Sequence[Mapping[str, str]]) -> Path:
    """An import file of these rows."""
    with path.open("w", encoding="utf-8", newline="") as file:
        writer = csv.DictWriter(file, list(rows[0]))
        writer.writeheader()
        writer.writerows(rows)
    return path


def actions(home: Path) -> list[Action]:
    """What a node's log says was done."""
    node = open_node(home)
    with node.read() as tx:
        found = [Action(entry.action) for entry in DatabaseAudit(tx.session).after(0)]
    node.database.close()
    return found


def live_entries(home: Path) -> int:
    """How many entries a node's feed has that are somebody's and not withdrawn."""
    return len(query(home, "SELECT 1 FROM feed_entry WHERE label IS NOT NULL AND person_id IS NOT NULL"))


def query(home: Path, statement: str) -> list[Any]:
    """What a node's database says, behind the program's back."""
    connection = sqlite3.connect(home / "hub.sqlite3", timeout=30)
    try:
        return connection.execute(statement).fetchall()
    finally:
        connection.close()


def count(home: Path, table: str) -> int:
    """How many rows a table of a node has."""
    return int(query(home, f"SELECT count(*) FROM {table}")[0][0])


@contextmanager
def answering(body: bytes, status: int = 200) -> Iterator[str]:
    """A server that answers everything with this; gives its address."""

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            self.send_response(status)
            self.end_headers()
            self.wfile.write(body)

        def log_message(self, *_: object) -> None:
            """Keep quiet."""

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    thread = threading.Thread(target=server.serve_forever)
    thread.start()
    try:
        yield f"http://127.0.0.1:{server.server_address[1]}"
    finally:
        server.shutdown()
        thread.join()
        server.server_close()
