"""Publishing while something changes: who changes, and what then happens to her case."""

from __future__ import annotations

import dataclasses
from collections.abc import Callable, Iterator
from contextlib import contextmanager

from sqlalchemy import Connection, event

from hub.cases.changes import carry_out, find_case
from hub.cases.proposals import Proposal, as_it_is
from hub.cases.publication import PublicationDecisions
from hub.federation.publish import Published, publish
from hub.node.node import Node
from hub.node.transaction import Reading
from hub.store import feeds
from tests.federation.nodes import case, hold, stranger

HER, SISTER = stranger(61), stranger(62)


def publish_while(node: Node, act: Callable[[], object]) -> Published:
    """Publish, and act when it has read whom it publishes and computes."""
    acts = [act]

    def progress(_done: int, _every: int) -> None:
        if acts:
            acts.pop()()

    return publish(node, progress)


def lines(node: Node) -> int:
    """How many lines the feed has; their numbers may leave some out."""
    with node.read() as tx:
        state = feeds.state(tx.session)
        assert state
        return len(feeds.page(tx.session, feeds.Place(state.epoch, 0), state.last_seq, 1_000_000))


def seal(node: Node) -> None:
    hold(node, case("her", [HER], sealed=True))


def replace(node: Node) -> None:
    hold(node, case("her", [SISTER]))


def review(node: Node) -> None:
    """As a review does that ends her publication: the case stays as it is."""
    file = node.home / "agreements" / "agreement.toml"
    text = file.read_text()
    file.unlink()

    def her(tx: Reading) -> list[Proposal]:
        held = find_case(tx, "her")
        assert held
        return [dataclasses.replace(as_it_is(held), anew=True)]

    (change,) = carry_out(PublicationDecisions(node), her, lambda _tx, _changes: None)
    file.write_text(text)
    assert change.ends


@contextmanager
def statements_of_writes(node: Node) -> Iterator[list[str]]:
    """What is asked of the database in write transactions."""
    asked: list[str] = []

    def heard(connection: Connection, _cursor: object, statement: str, *_: object) -> None:
        if connection.get_execution_options().get("hub_write"):
            asked.append(statement)

    event.listen(node.database.engine, "before_cursor_execute", heard)
    try:
        yield asked
    finally:
        event.remove(node.database.engine, "before_cursor_execute", heard)
