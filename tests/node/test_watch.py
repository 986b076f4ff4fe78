"""The watch over the log of a node that runs: what breaks it stops the node, and what is mended lets it go on."""

from __future__ import annotations

import pytest

from hub.audit.events import OPERATOR, Action
from hub.errors import LogError, StorageError
from hub.node.home import advance_audit_checkpoint
from hub.node.keys import COPY
from hub.node.node import CHECKPOINT, Node
from tests.federation.hand import Hand
from tests.federation.nodes import Areas, log


def sql(node: Node, statement: str) -> None:
    """What somebody does who can write to the database."""
    with node.database.engine.execution_options(hub_write=True).begin() as connection:
        connection.exec_driver_sql(statement)


def write(node: Node) -> None:
    with node.write() as tx:
        tx.record(Action.check_recorded, by=OPERATOR)


def test_what_is_removed_up_to_the_signed_head_stops_the_next_answer(stored_areas: Areas) -> None:
    hand = Hand(stored_areas)
    node = hand.holder
    assert hand.evaluate().status_code == 200
    advance_audit_checkpoint(node)
    before = len(log(node))
    sql(node, f"DELETE FROM audit_entry WHERE seq > {before - 2}")
    for answer in (hand.evaluate(), hand.send("GET", "/federation/v1/feed")):
        assert answer.status_code == 503
        assert answer.json()["type"].endswith("audit_log")
    assert len(log(node)) == before - 2, "nothing is written on it"


def test_what_is_altered_since_stops_the_node_once_it_is_seen(areas: Areas) -> None:
    hand = Hand(areas)
    node = hand.holder
    advance_audit_checkpoint(node)
    write(node)
    seq = log(node)[-1].seq
    sql(node, f"UPDATE audit_entry SET at = 'x' || at WHERE seq = {seq}")
    with pytest.raises(LogError, match=f"Entry {seq} was altered"):
        node.look_at_log()
    with pytest.raises(LogError, match="not intact"):
        write(node)
    with pytest.raises(LogError, match="not intact"):
        node.require_intact()
    assert hand.evaluate().status_code == 503
    sql(node, f"UPDATE audit_entry SET at = substr(at, 2) WHERE seq = {seq}")
    node.look_at_log()
    assert hand.evaluate().status_code == 200


def test_heads_that_are_lost_under_a_running_node_stop_it(areas: Areas) -> None:
    node = areas["northmoor"]
    write(node)
    (node.home / CHECKPOINT).unlink()
    write(node)
    (node.home / "keys" / COPY).write_text("nothing of the kind")
    with pytest.raises(LogError, match="No signed head"):
        write(node)


def test_a_file_that_is_gone_under_a_running_node_stops_it(areas: Areas) -> None:
    node = areas["northmoor"]
    (node.home / "hub.sqlite3").unlink()
    with pytest.raises(StorageError, match="database is missing"):
        write(node)
