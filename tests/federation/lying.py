"""Eastvale lies to Northmoor, which asks about somebody whom Southmere holds."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable
from typing import TypeVar

from hub.records.check import AreaResult, AreaStatus, CheckResult
from hub.wire.messages import EVALUATIONS_PATH
from tests.federation.nodes import Areas, check, events, one_name, question
from tests.federation.peer_simulator import (
    Lie,
    Peer,
)

T = TypeVar("T")
DEEP = "[" * 20_000


def run(work: Awaitable[T]) -> T:
    """What it comes to."""

    async def go() -> T:
        return await work

    return asyncio.run(go())


def lying(areas: Areas, *lies: Lie, path: str = EVALUATIONS_PATH) -> Peer:
    """Put a liar in Eastvale's place."""
    peer = Peer(areas["eastvale"])
    peer.lie(path, *lies)
    areas.network.hosts["eastvale"] = peer
    return peer


async def ask(areas: Areas, *asked: str) -> CheckResult:
    """Ask about somebody whom Southmere holds."""
    async with areas.client("northmoor") as client:
        subject = one_name("southmere")
        return await check(
            areas["northmoor"], client, question(subject, *(asked or ("eastvale", "southmere")))
        )


def assert_contained(areas: Areas, result: CheckResult, status: AreaStatus = AreaStatus.error) -> AreaResult:
    """Eastvale is reported as at fault and nothing more; Southmere answered; both are on the record."""
    liar, honest = result.areas
    assert (liar.node_id, liar.status, liar.candidates) == ("eastvale", status, ())
    assert "does not mean that nobody is known there" in liar.note
    assert "phone" in liar.note
    assert liar.contact.startswith("01632")
    assert (honest.node_id, honest.status, len(honest.candidates)) == ("southmere", AreaStatus.answered, 1)
    for action, who in (("peer_fault", "eastvale"), ("answer_received", "southmere")):
        recorded = [one["refs"] for one in events(areas["northmoor"], action)]
        assert [one["peer"] for one in recorded if one["check_id"] == result.check_id] == [who]
    return liar
