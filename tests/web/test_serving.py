"""How `hub serve` ends: with the true cause, before it listens where it can, and never leaving workers behind."""

from __future__ import annotations

import os
import signal
import socket
import threading
import time
from collections.abc import Callable
from multiprocessing import Pipe
from pathlib import Path
from types import SimpleNamespace

import psutil
import pytest

from hub.node.certificates import CERTIFICATES
from hub.node.keys import COPY
from hub.node.node import CHECKPOINT
from hub.node.pins import PINS
from hub.web.serving import Listening, Workers, listening
from tests.cli.running import Ended, free_port, hub, inside, serving
from tests.web.homes import home_with

WAIT_S = 120  # against a hang
Run = Callable[..., Ended]


@pytest.mark.parametrize(
    ("name", "run"),
    [("policy.toml", hub), ("grounds.toml", inside), ("matching.toml", inside), ("areas.toml", inside)],
)
def test_a_home_with_a_broken_file_is_not_served(tmp_path: Path, name: str, run: Run) -> None:
    home = home_with(tmp_path / "northmoor", 1)
    (home / "config").mkdir(exist_ok=True)
    (home / "config" / name).write_text("version = [")
    done = run("serve", home, "--port", free_port())
    assert done.code == 2
    assert name in done.err
    assert "listen" not in done.err


HEADS = (CHECKPOINT, f"keys/{COPY}")


@pytest.mark.parametrize(
    ("names", "run"),
    [((CERTIFICATES,), inside), ((PINS,), inside), (HEADS, hub)],
    ids=["certificates", "pins", "heads"],
)
def test_a_home_that_has_lost_a_file_is_not_served(tmp_path: Path, names: tuple[str, ...], run: Run) -> None:
    home = home_with(tmp_path / "northmoor", 1)
    for name in names:
        (home / name).write_text("not what it was")
    done = run("serve", home, "--port", free_port())
    assert done.code == 2
    assert "listen" not in done.err


def test_an_answer_does_not_wait_for_its_first_packet_to_be_acknowledged() -> None:
    with listening(Listening("127.0.0.1", 0)) as listener, socket.create_connection(listener.getsockname()):
        accepted, _ = listener.accept()
        with accepted:
            assert accepted.getsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY)


def children(pid: int) -> list[psutil.Process]:
    return [one for one in psutil.Process(pid).children() if one.cmdline()]


def wait_until_ended(processes: list[psutil.Process]) -> None:
    _, alive = psutil.wait_procs(processes, timeout=WAIT_S)
    assert not alive


def test_workers_end_with_the_process_that_started_them_however_that_ends(tmp_path: Path) -> None:
    port = free_port()
    home = home_with(tmp_path / "northmoor", port)
    with serving(home, port, tmp_path / "log", "--workers", "2") as server:
        workers = children(server.pid)
        assert len(workers) >= 2
        os.kill(server.pid, signal.SIGKILL)
        server.wait(timeout=WAIT_S)
        wait_until_ended(workers)
    with serving(home, port, tmp_path / "log"):  # The port is free again.
        pass


@pytest.mark.slow
def test_a_server_whose_workers_cannot_start_ends_with_a_failure(tmp_path: Path) -> None:
    port = free_port()
    home = home_with(tmp_path / "northmoor", port)
    log = tmp_path / "log"
    with serving(home, port, log, "--workers", "2") as server:
        for name in HEADS:
            (home / name).write_text("not what it was")
        for worker in children(server.pid):
            if "spawn_main" in " ".join(worker.cmdline()):
                worker.kill()
        assert server.wait(timeout=WAIT_S) == 2
    assert "The server ended by itself." in log.read_text()
    assert "Traceback" not in log.read_text()


def test_the_parent_keeps_no_end_of_a_pipe_that_is_its_workers_own() -> None:
    """Else it waits for the answer of a worker that has ended, as long as for one that is slow."""
    ours, workers = Pipe()
    supervisor = Workers.__new__(Workers)  # Without the signal handlers of a real one.
    supervisor.should_exit = threading.Event()
    supervisor.should_exit.set()
    supervisor.processes = [SimpleNamespace(child_conn=workers)]  # type: ignore[list-item]
    supervisor.keep_subprocess_alive()
    assert workers.closed
    assert ours.poll(timeout=0)  # The end of it, at once.
    ours.close()


@pytest.mark.parametrize("workers", ["1", "2"])
def test_a_server_that_is_told_to_stop_ends_well(tmp_path: Path, workers: str) -> None:
    port = free_port()
    home = home_with(tmp_path / "northmoor", port)
    log = tmp_path / "log"
    with serving(home, port, log, "--workers", workers) as server:
        time.sleep(0.5)
        server.send_signal(signal.SIGTERM)
        assert server.wait(timeout=WAIT_S) == 0
    assert log.read_text() == ""
