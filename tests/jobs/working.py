"""A node's worker as the real command, in a process of its own."""

from __future__ import annotations

import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from hub.node.node import Node, open_node
from hub.store import schedule
from hub.store.schedule import JobRow
from tests.cli.running import HUB, environment, inside


@contextmanager
def working(home: Path, log: Path, *options: str) -> Iterator[subprocess.Popen[bytes]]:
    """A worker on a home, at work or ended; killed when the block ends."""
    with (
        log.open("a") as output,
        subprocess.Popen(
            [HUB, "worker", home, *options], env=environment(), stdout=output, stderr=output
        ) as process,
    ):
        try:
            yield process
        finally:
            process.kill()


def job(node: Node, name: str) -> JobRow:
    """What the node has written down of a job."""
    with node.read() as tx:
        return schedule.every(tx.session).get(name, JobRow(name))


def new_home(folder: Path, node_id: str = "northmoor") -> Path:
    """A node with nobody in it."""
    home = folder / node_id
    made = inside("init", home, "--node-id", node_id, "--area", node_id, "--url", "http://127.0.0.1:1")
    assert made.code == 0, made.err
    return home


@contextmanager
def opened(home: Path) -> Iterator[Node]:
    node = open_node(home)
    try:
        yield node
    finally:
        node.database.close()
