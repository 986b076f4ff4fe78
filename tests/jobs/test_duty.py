"""Looking after a served node: what fails is told to the operator and tried again, and holds nothing up."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from hub.errors import StorageError
from hub.jobs import duty
from hub.node.node import CHECKPOINT, Node
from tests.federation.nodes import Clock, new_node

PATIENCE_S = 120  # against a hang


@pytest.fixture
def node(tmp_path: Path) -> Iterator[Node]:
    made = new_node(tmp_path / "northmoor", "northmoor", "sqlite:///hub.sqlite3", Clock())
    yield made
    made.database.close()


async def until(seen: Callable[[], bool], node: Node) -> None:
    """Look after the node until something is seen."""
    task = asyncio.create_task(duty.on_duty(node))
    try:
        async with asyncio.timeout(PATIENCE_S):
            while not seen():
                await asyncio.sleep(0.01)
    finally:
        task.cancel()
        await asyncio.gather(task, return_exceptions=True)


def test_a_job_that_fails_is_told_and_tried_again_and_the_others_go_on(
    node: Node, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    tried: list[None] = []

    def failing(_: Node) -> None:
        tried.append(None)
        raise StorageError("The disk is full.")

    (node.home / CHECKPOINT).unlink()
    monkeypatch.setattr(duty, "escalate", failing)
    monkeypatch.setattr(duty, "ESCALATE_EVERY_S", 0)
    asyncio.run(until(lambda: len(tried) > 1 and (node.home / CHECKPOINT).exists(), node))
    assert "escalation: The disk is full." in caplog.text


def test_a_lock_that_cannot_be_taken_is_told_and_tried_again(
    node: Node, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    (node.home / duty.DUTY_LOCK).mkdir()
    monkeypatch.setattr(duty, "TAKE_OVER_S", 0)
    asyncio.run(until(lambda: caplog.text.count(duty.DUTY_LOCK) > 1, node))
    assert "Is a directory" in caplog.text
