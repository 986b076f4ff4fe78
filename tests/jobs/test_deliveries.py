"""One try of what waits: when it is made, and that whatever goes wrong is put off and told, and stays its own."""

from __future__ import annotations

import asyncio
from types import MappingProxyType

import pytest

from hub.errors import LogError
from hub.federation.client import PeerClient
from hub.jobs import deliveries
from hub.node.node import Node
from hub.records import outbox as parcels
from hub.records.outbox import Delivery, Parcel
from hub.store import outbox
from hub.store.outbox import DeliveryRow, DeliveryState
from tests.federation.nodes import Areas, events


def put(node: Node, peer: str = "eastvale") -> str:
    """Something of a kind of the test's own waits for a peer."""
    with node.write() as tx:
        return parcels.put(tx, Parcel("test", peer, "an act", b"words"))


def row(node: Node, number: str) -> DeliveryRow | None:
    with node.read() as tx:
        return outbox.get(tx.session, number)


def attempt(areas: Areas, number: str) -> None:
    async def go() -> None:
        async with areas.client("northmoor") as client:
            await deliveries.attempt(areas["northmoor"], client, number)

    asyncio.run(go())


@pytest.fixture
def tried(monkeypatch: pytest.MonkeyPatch) -> list[bytes]:
    """A handler for kind "test", as another module would add it; what it was given."""
    seen: list[bytes] = []

    async def handler(node: Node, _: PeerClient, delivery: Delivery) -> None:
        seen.append(delivery.parcel.content)
        if len(seen) == 1:
            raise ValueError("Alice Example")
        with node.write() as tx:
            parcels.done(tx, delivery.id)

    monkeypatch.setattr(deliveries, "HANDLERS", MappingProxyType({"test": handler}))
    return seen


def test_a_try_that_fails_is_put_off_and_told_without_its_text(
    stored_areas: Areas, tried: list[bytes], caplog: pytest.LogCaptureFixture
) -> None:
    node = stored_areas["northmoor"]
    number = put(node)
    assert [task.name for task in deliveries.due(node)] == [number]
    attempt(stored_areas, number)
    assert tried == [b"words"]
    kept = row(node, number)
    assert kept is not None
    assert (kept.tries, kept.state) == (1, DeliveryState.open)
    assert (kept.fault or "").startswith("An unexpected fault: ValueError")
    assert "Alice" not in caplog.text + str(kept.fault)
    assert deliveries.due(node) == []
    attempt(stored_areas, number)
    assert len(tried) == 1, "its time has not come"
    stored_areas.clock.advance(60)
    attempt(stored_areas, number)
    attempt(stored_areas, number)
    assert len(tried) == 2
    assert row(node, number) is None


def test_what_is_given_up_is_told_as_an_error(
    areas: Areas, tried: list[bytes], caplog: pytest.LogCaptureFixture
) -> None:
    node = areas["northmoor"]
    number = put(node)
    with node.write() as tx:
        for _ in range(98):
            parcels.put_off(tx, number, "The area cannot be reached.")
    areas.clock.advance(3600)
    tried.clear()
    attempt(areas, number)
    assert [one.levelname for one in caplog.records] == ["WARNING"]
    tried.clear()
    areas.clock.advance(3600)
    attempt(areas, number)
    assert [one.levelname for one in caplog.records] == ["WARNING", "ERROR"]
    assert "waits for a person" in caplog.text
    assert deliveries.due(node) == []
    assert len(events(node, "delivery_stopped")) == 1


def test_a_row_that_somebody_changed_is_not_sent_and_stops_the_node(areas: Areas, tried: list[bytes]) -> None:
    node = areas["northmoor"]
    number = put(node)
    with node.write() as tx:
        tx.session.connection().exec_driver_sql("UPDATE outbox SET peer = 'southmere'")
    with pytest.raises(LogError, match="This node has stopped"):
        attempt(areas, number)
    assert tried == []
    assert node.log.stops.read().stops[0].found.startswith("The database is not as its log says. outbox")
