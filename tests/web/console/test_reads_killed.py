"""A console that is killed in the middle of its work has kept who read whatever it answered."""

from __future__ import annotations

import signal
import subprocess
import threading
import time
from collections import Counter
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Final

import httpx2
import pytest

from hub.checks.opened_cases import cases_of
from hub.node.node import open_node
from hub.records.accounts import AccountRole
from hub.records.reads import bring_in
from tests.accounts.people import cheap_passwords
from tests.cli.running import free_port, serving
from tests.federation.nodes import copied
from tests.web.console.opened import events, handles
from tests.web.console.signed_in import Console

pytestmark = pytest.mark.first
READERS: Final = 4


def test_a_console_killed_in_the_middle_of_its_work_has_kept_whatever_it_answered(
    tmp_path: Path, sqlite_template: Path
) -> None:
    """The real command, by SIGKILL, while several read, and while what they opened is brought in."""
    made = copied(sqlite_template, tmp_path, lambda _: "sqlite:///hub.sqlite3", ["eastvale"])
    home, found = made["eastvale"].home, handles(made["eastvale"])
    made.close()
    node = open_node(home)  # By the clock of this machine, as the console will be.
    with cheap_passwords():
        token = Console.of(node).users[AccountRole.coordinator].signed_in()
    node.database.close()
    answered, sent = Counter[str](), Counter[str]()
    port, log = free_port(), tmp_path / "log"
    for _ in range(2):
        with serving(home, port, log, command="console") as process:
            _killed_while_read(home, port, (token, found), answered, sent, process)
    node = open_node(home)
    try:
        bring_in(node, cases_of)
        kept = Counter(handle for one in events(node) for kind, handle in one.things if kind == "case")
    finally:
        node.database.close()
    assert sum(answered.values()) > 40
    for handle in found:
        assert answered[handle] <= kept[handle] <= sent[handle]


def _killed_while_read(
    home: Path,
    port: int,
    reads: tuple[str, list[str]],
    answered: Counter[str],
    sent: Counter[str],
    process: subprocess.Popen[bytes],
) -> None:
    token, found = reads
    lock, stop = threading.Lock(), threading.Event()

    def read(number: int) -> None:
        cookie = {"Cookie": f"__Host-eastvale={token}"}
        with httpx2.Client(base_url=f"http://127.0.0.1:{port}", timeout=30, trust_env=False) as client:
            for turn in range(10_000):
                if stop.is_set():
                    return
                handle = found[(number + turn) % len(found)]
                with lock:
                    sent[handle] += 1
                try:
                    status = client.get(f"/cases/{handle}", headers=cookie).status_code
                except httpx2.TransportError:
                    continue
                with lock:
                    answered[handle] += status == 200

    def bring() -> None:
        node = open_node(home)
        while not stop.is_set():
            bring_in(node, cases_of)
            time.sleep(0.3)
        node.database.close()

    before = sum(answered.values())
    with ThreadPoolExecutor(READERS + 1) as pool:
        waiting = [pool.submit(read, number) for number in range(READERS)] + [pool.submit(bring)]
        ends = time.monotonic() + 60
        while sum(answered.values()) < before + 25 and time.monotonic() < ends:
            time.sleep(0.01)
        process.send_signal(signal.SIGKILL)
        stop.set()
        for one in waiting:
            one.result()
