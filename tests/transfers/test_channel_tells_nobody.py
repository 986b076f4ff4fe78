"""After a channel was used the old area's node holds, says and prints what it would without it, but for noise."""

from __future__ import annotations

from collections import Counter
from pathlib import Path

import pytest

from hub.node.node import Node
from hub.transfers.channel import answering
from hub.wire.channel import Reference
from tests.federation.nodes import Areas
from tests.transfers.moving import NEW, OLD, OWN_ADDRESS, REF
from tests.transfers.nothing_back import everything, listening, rows_opened
from tests.transfers.ringing import (
    NEW_ADDRESS,
    NEW_MANAGER,
    SAID,
    THERE,
    Pair,
    carried,
    ready,
    tick,
    twin_of,
)

WORDS = (NEW_MANAGER, NEW_ADDRESS, "9 High Row", THERE, SAID, "Marac Chair", "what was tried before decides")


@pytest.fixture
def pair(areas: Areas) -> Pair:
    return ready(areas)


def test_nothing_at_the_old_area_says_that_a_manager_asked(pair: Pair, tmp_path: Path) -> None:
    """Nor who asked, from where, of whom, or that anybody did: in no value, log, export, answer, list or backup."""
    areas = pair.areas
    with listening(areas[OLD], areas.network.hosts) as at_old:
        channel = carried(pair)
    new, old = everything(areas[NEW], tmp_path / "new"), everything(areas[OLD], tmp_path / "old", at_old)
    for text in (NEW_MANAGER, NEW_ADDRESS, THERE, SAID):
        assert new.search(text), text
    assert {one.where for one in old.search(OWN_ADDRESS)} >= {"person_record.sealed"}
    assert old.search(*WORDS, channel.reference, channel.id) == []


def test_a_node_whose_channel_was_used_is_like_one_whose_was_not(pair: Pair, tmp_path: Path) -> None:
    """Each row that is opened, each entry of the log and each thing printed is the same, or noise as long."""
    twin = twin_of(pair, tmp_path / "twin")
    carried(pair)
    for _ in range(3):
        tick(twin)
    used, unused = (by_place(one[OLD], tmp_path / str(at)) for at, one in enumerate((pair.areas, twin)))
    assert used == unused
    assert {"envelope.sealed", "audit_entry.body", "command doctor"} <= used.keys()


NOISE = ("envelope.sealed", "arrived.sealed", "seen_message.jti")
FILES = ("file ", "backup ")


def by_place(node: Node, folder: Path) -> dict[str, Counter[bytes]]:
    """What stands where; of what is random how long it is; of files which there are."""
    places: dict[str, Counter[bytes]] = {}
    for where, value in everything(node, folder).values:
        value = value.replace(bytes(node.home), b"HOME")
        if where.startswith(FILES):
            value = b""
        elif where in NOISE:
            value = str(len(value)).encode()
        places.setdefault(where, Counter())[value] += 1
    return places


def test_with_the_reference_the_named_manager_finds_it(pair: Pair) -> None:
    """What no key of the node opens is there all the same: the search looks at what holds it."""
    channel = carried(pair)
    seen = answering.see(pair.areas[OLD], pair.old_acting, Reference(channel.reference))
    assert (seen.logged.peer, seen.logged.other, seen.logged.case_ref) == (NEW, NEW_MANAGER, REF)
    place = Reference(channel.reference).place
    frames = [value for where, value in rows_opened(pair.areas[OLD]) if where == "envelope.sealed"]
    assert sum(place in value for value in frames) == 1
