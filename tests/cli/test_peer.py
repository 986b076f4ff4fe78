"""`hub peer`: a node is pinned by its root key; what is no node, or another one, is not."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest

from hub.crypto.groups import in_groups
from hub.node import keys
from hub.node.home import current_metadata
from hub.node.node import open_node
from tests.cli.conftest import Pair, make
from tests.cli.running import actions, answering, hub, inside


def test_a_node_is_pinned_by_the_thumbprint_that_was_heard_by_telephone(pair: Pair, home: Path) -> None:
    heard = in_groups(keys.load_root(pair.knowing / "keys").kid)
    done = hub("peer", "add", home, pair.knowing_url, "--thumbprint", heard)
    assert done.code == 0
    assert heard in done.out
    assert "compare" not in done.out
    (listed,) = inside("peer", "list", home, "--json").json["peers"]
    assert listed.keys() >= {"node_id", "area", "url", "thumbprint", "contact", "synced", "epoch", "people"}
    assert (listed["node_id"], listed["thumbprint"], listed["synced"]) == ("eastvale", heard, False)


def test_without_a_thumbprint_the_one_found_is_shown_to_be_compared(pair: Pair, home: Path) -> None:
    done = inside("peer", "add", home, pair.knowing_url)
    assert done.code == 0
    assert in_groups(keys.load_root(pair.knowing / "keys").kid) in done.out
    assert "telephone the area and compare" in done.out


def test_an_impostor_is_refused_and_nothing_is_sent_to_it(pair: Pair, home: Path) -> None:
    before = actions(pair.knowing)
    other = in_groups(keys.load_root(home / "keys").kid)
    done = inside("peer", "add", home, pair.knowing_url, "--thumbprint", other)
    assert done.code == 2
    assert "another root key" in done.err
    assert "Nothing was sent to it" in done.err
    assert inside("peer", "list", home, "--json").json["peers"] == []
    assert actions(pair.knowing) == before


def test_an_impostor_in_the_place_of_a_pinned_peer_is_refused(pair: Pair, tmp_path: Path) -> None:
    """Another node of the same name, at an address of its own: a pin is not changed without a thumbprint."""
    node = open_node(make(tmp_path / "impostor", "eastvale"))
    metadata = current_metadata(node)
    node.database.close()
    before = inside("peer", "list", pair.asking, "--json").json
    with answering(metadata.encode()) as url:
        done = inside("peer", "add", pair.asking, url)
    assert done.code == 1
    assert "pinned with another root key" in done.err
    assert inside("peer", "list", pair.asking, "--json").json == before


NOT_NODES = {
    "a page": (b"<html>Welcome</html>", 200),
    "nothing": (b"", 200),
    "not found": (b"{}", 404),
    "three parts": (b"e30.e30.e30", 200),
    "very long": (b"x" * 5_000_000, 200),
    "binary": (bytes(range(256)), 200),
}


@pytest.mark.parametrize(("body", "status"), NOT_NODES.values(), ids=NOT_NODES)
def test_what_is_no_node_is_refused(home: Path, body: bytes, status: int) -> None:
    with answering(body, status) as url:
        done = inside("peer", "add", home, url)
    assert done.code == 2
    assert "Error:" in done.err
    assert "unexpected fault" not in done.err
    assert inside("peer", "list", home, "--json").json["peers"] == []


@pytest.mark.parametrize(
    "url", ["http://127.0.0.1:9", "not an address", "http://", "ftp://x.example", "file:///etc"]
)
def test_an_address_where_nobody_answers_is_said(home: Path, url: str) -> None:
    done = inside("peer", "add", home, url)
    assert done.code == 2
    assert "unexpected fault" not in done.err
    assert inside("peer", "list", home, "--json").json["peers"] == []


def test_a_node_cannot_be_its_own_peer(home: Path) -> None:
    node = open_node(home)
    metadata = current_metadata(node)
    node.database.close()
    with answering(metadata.encode()) as url:
        done = inside("peer", "add", home, url)
    assert (done.code, "its own peer" in done.err) == (2, True)


def test_what_a_peer_calls_itself_is_no_markup(home: Path, tmp_path: Path) -> None:
    """Its area and its phone route are its own text."""
    node = open_node(make(tmp_path / "eastvale", "eastvale"))
    contact = node.settings.contact.model_copy(update={"phone": "[/] [bold"})
    shouting = node.settings.model_copy(update={"area": "[red]East[/][link=x]vale", "contact": contact})
    metadata = current_metadata(replace(node, settings=shouting))
    node.database.close()
    with answering(metadata.encode()) as url:
        added = inside("peer", "add", home, url)
    assert added.code == 0, added.err
    for said in (added.out, inside("peer", "list", home).out):
        assert "[red]East[/][link=x]vale" in said


def test_no_peers_is_said(home: Path) -> None:
    for command in ("peer list", "sync"):
        done = inside(*command.split(), home)
        assert (done.code, "hub peer add" in done.out) == (0, True)


@pytest.mark.parametrize("url", ["http://[", "https://[northmoor", "northmoor"])
def test_an_address_that_is_none_is_said(home: Path, url: str) -> None:
    done = inside("peer", "add", home, url)
    assert done.code == 2
    assert "The area's address is not https" in done.err
