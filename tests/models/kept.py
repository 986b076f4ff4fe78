"""What a node keeps of what its peers asked and told it, read from its own tables."""

from __future__ import annotations

from sqlmodel import select

from hub.node.node import Node
from hub.records.received import ReceivedDisclosure, open_disclosure
from hub.store.received import DisclosureRow
from hub.store.tables import ReceivedCheck
from hub.store.tables import ReceivedDisclosure as DisclosureTable
from tests.federation.nodes import events

ACTIONS = ("request_received", "answer_sent", "disclosure_received", "transfer_received")


def told(node: Node, peer: str = "northmoor") -> list[ReceivedDisclosure]:
    """What a node keeps of what that peer told it."""
    with node.read() as tx:
        rows = [
            DisclosureRow(*(getattr(row, name) for name in DisclosureRow._fields))
            for row in tx.session.exec(select(DisclosureTable).where(DisclosureTable.peer == peer))
        ]
        return [open_disclosure(tx, row) for row in rows]


def counted(node: Node) -> dict[str, int]:
    """How much a node keeps of what was asked and told of it, whoever asked."""
    with node.read() as tx:
        rows = {
            one.__name__: len(list(tx.session.exec(select(one)))) for one in (ReceivedCheck, DisclosureTable)
        }
    return rows | {action: len(events(node, action)) for action in ACTIONS}
