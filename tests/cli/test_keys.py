"""`hub keys rotate`: what a person and a program are told of a rotation of the feed's keys."""

from __future__ import annotations

from pathlib import Path

from tests.cli.running import inside
from tests.federation.nodes import Areas


def test_keys_of_the_feed_are_rotated_when_nothing_is_named(areas: Areas) -> None:
    node = areas["eastvale"]
    before = node.epoch()
    told = inside("keys", "rotate", node.home, "--json")
    assert told.code == 0
    assert told.json.keys() == {"epoch", "ended", "people", "entries"}
    assert (told.json["ended"], told.json["epoch"]) == (before, node.epoch())


def test_a_person_is_told_in_words(areas: Areas) -> None:
    node = areas["eastvale"]
    told = inside("keys", "rotate", node.home, "--prf")
    assert told.code == 0
    assert f"Epoch {node.epoch()} has begun" in told.out
    assert "can no longer be searched" in " ".join(told.out.split())


def test_every_key_may_be_rotated_at_once(areas: Areas) -> None:
    node = areas["eastvale"]
    told = inside("keys", "rotate", node.home, "--prf", "--signing", "--sealing", "--json")
    assert told.code == 0
    assert told.json.keys() == {"certificate", "epoch", "ended", "people", "entries"}


def test_where_the_root_key_is_kept_apart_it_is_named_how_it_is_brought(home: Path) -> None:
    (home / "keys" / "root.key").unlink()
    for words in (["keys", "rotate", home, "--signing"], ["certify", home]):
        told = inside(*words)
        assert told.code == 2
        assert "The root key is not in" in told.err
        assert "Nothing was changed." in told.err
        assert "--root FILE" in told.err
