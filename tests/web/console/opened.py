"""What a node kept of who opened what, and the cases that it has: no tests."""

from __future__ import annotations

from hub.checks.opened_cases import cases_of
from hub.node.node import Node
from hub.records.gists import every_gist
from hub.records.reads import ReadEvent, ReadEvents, read_since


def events(node: Node) -> tuple[ReadEvent, ...]:
    with node.read() as tx:
        found: ReadEvents = read_since(tx, 0, cases_of)
    assert not found.unread
    return found.events


def waiting(node: Node) -> list[ReadEvent]:
    """What is not brought in yet."""
    found = node.read_journal.every()
    return [ReadEvent.model_validate_json(line) for one in found for line in one.lines]


def handles(node: Node) -> list[str]:
    with node.read() as tx:
        return [one.row.handle.hex() for one in every_gist(tx)]
