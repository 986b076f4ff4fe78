"""Areas that the tests of a module share: made once, and honest again after each test."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from hub.audit.chain import Verified
from hub.audit.log import verify_log
from hub.federation.publish import publish
from hub.store.audit import DatabaseAudit
from tests.federation.hand import Hand
from tests.federation.nodes import Areas, case, copied, hold, stranger
from tests.federation.peer_simulator import Peer


@pytest.fixture(scope="module")
def nodes(tmp_path_factory: pytest.TempPathFactory, sqlite_template: Path) -> Iterator[Areas]:
    """The areas of a module's tests; in the end Northmoor's log holds."""
    made = copied(sqlite_template, tmp_path_factory.mktemp("areas"), lambda _: "sqlite:///hub.sqlite3")
    yield made
    with made["northmoor"].read() as tx:
        assert isinstance(verify_log(DatabaseAudit(tx.session), "northmoor"), Verified)
    made.close()


@pytest.fixture
def shared(nodes: Areas) -> Iterator[Areas]:
    """The module's areas, all of them honest again after each test."""
    settings = nodes["northmoor"].settings
    yield nodes
    object.__setattr__(nodes["northmoor"], "settings", settings)
    for node in nodes.nodes.values():
        nodes.network.serve(node)


@pytest.fixture
def eastvale(areas: Areas) -> Peer:
    """Eastvale, honest until told otherwise; it has published one person since Northmoor last looked."""
    peer = Peer(areas["eastvale"])
    areas.network.hosts["eastvale"] = peer
    hold(areas["eastvale"], case("new", [stranger(50)]))
    publish(areas["eastvale"])
    return peer


@pytest.fixture
def hand(nodes: Areas) -> Hand:
    """Northmoor's hand; tests that use it leave the nodes as they were."""
    return Hand(nodes)
