"""A live node has no peer on trial, believes nobody at first sight, and is not served beside its root key."""

from __future__ import annotations

import re

import pytest

from hub.errors import HubError, PeerError, UsageError
from hub.federation.peers import DisabledPeer, every_known, known, remove_peer
from hub.node.certificates import add_certificate, certify_keys, own_certificate
from hub.node.home import current_metadata, require_root_elsewhere
from hub.node.keys import load_root, read_root
from hub.node.node import Node, open_node
from hub.records.check import AreaStatus
from hub.values import Mode
from hub.web.serving import require_complete
from tests.federation.asking import add, ask, sync
from tests.federation.hand import Hand
from tests.federation.nodes import Areas
from tests.federation.problems import assert_problem
from tests.federation.thieves import root_of


def set_mode(node: Node, mode: str) -> None:
    """Write it into node.toml: `mode = ...`, or another line in its place."""
    settings = node.home / "node.toml"
    settings.write_text(re.sub(r'^mode = "\w+"$', mode, settings.read_text(), flags=re.MULTILINE))


def reopened(areas: Areas, node_id: str, mode: str) -> Node:
    node = areas[node_id]
    set_mode(node, mode)
    node.database.close()
    areas.nodes[node_id] = node = open_node(node.home, clock=areas.clock)
    areas.network.serve(node)
    return node


def go_live(areas: Areas, *node_ids: str) -> None:
    """As docs/operations.md has it: the mode, a certificate of it, and the root key away."""
    for node_id in node_ids:
        node = reopened(areas, node_id, 'mode = "live"')
        away = node.home.with_name(f"stick-of-{node_id}")
        (node.home / "keys" / "root.key").rename(away)
        certify_keys(node, read_root(away))


def test_areas_that_went_live_together_ask_each_other(areas: Areas) -> None:
    go_live(areas, "northmoor", "eastvale", "southmere")
    assert own_certificate(areas["eastvale"]).told.mode is Mode.live
    assert {one.status for one in ask(areas).values()} == {AreaStatus.answered}
    assert set(sync(areas).values()) == {""}
    for node in areas.nodes.values():
        require_complete(node)


def test_a_live_node_and_one_on_trial_neither_ask_nor_answer_each_other(areas: Areas) -> None:
    roots = {node_id: root_of(node) for node_id, node in areas.nodes.items()}
    go_live(areas, "northmoor", "southmere")
    told = ask(areas)
    assert told["southmere"].status is AreaStatus.answered
    assert (told["eastvale"].status, told["eastvale"].candidates) == (AreaStatus.error, ())
    assert "is on trial, and this one is live" in told["eastvale"].note
    assert "is on trial" in sync(areas)["eastvale"]
    refusal = Hand(areas, sender="eastvale", to="northmoor").evaluate()
    assert "is on trial" in assert_problem(refusal, 401, "other_mode", "membership")["detail"]
    said = sync(areas, "eastvale")["northmoor"]
    assert "is live, and this one is on trial" in said
    assert "hub certify" in said

    remove_peer(areas["northmoor"], "eastvale")
    with pytest.raises(PeerError, match="on trial"):
        add(areas, "eastvale", roots["eastvale"])
    go_live(areas, "eastvale")
    add(areas, "eastvale", roots["eastvale"])
    assert sync(areas)["eastvale"] == ""


def test_the_mode_is_the_root_keys_word_and_not_a_line_in_a_file(areas: Areas) -> None:
    """Neither a live node that is called one on trial to serve beside its root key, nor the other way round."""
    for node_id, written, certified in (("eastvale", "live", "trial"), ("southmere", "trial", "live")):
        if certified == "live":
            go_live(areas, node_id)
        node = reopened(areas, node_id, f'mode = "{written}"')
        for act in (own_certificate, current_metadata):
            with pytest.raises(UsageError, match=r"says that this node is (live|on trial)") as caught:
                act(node)
            assert f'mode = "{certified}"' in caught.value.do
    assert set(sync(areas, "eastvale").values()) != {""}


def test_a_live_node_believes_no_area_at_first_sight(areas: Areas) -> None:
    """Nor one that it believed so while it was on trial: until its thumbprint was read out."""
    remove_peer(areas["northmoor"], "eastvale")
    heard = root_of(areas["eastvale"])
    areas.nodes["northmoor"].database.close()
    (areas["northmoor"].home / "pins.json").unlink()
    areas.nodes["northmoor"] = open_node(areas["northmoor"].home, clock=areas.clock)
    add(areas, "southmere", root_of(areas["southmere"]))
    add(areas, "eastvale", None)
    assert known(areas["northmoor"], "eastvale").root_thumbprint == heard
    go_live(areas, "northmoor", "eastvale", "southmere")
    disabled = every_known(areas["northmoor"])["eastvale"]
    assert isinstance(disabled, DisabledPeer)
    assert "Nobody has compared the area's thumbprint" in str(disabled.why)
    told = ask(areas)
    assert (told["eastvale"].status, told["southmere"].status) == (AreaStatus.error, AreaStatus.answered)
    refusal = Hand(areas, sender="eastvale", to="northmoor").evaluate()
    assert_problem(refusal, 401, "not_compared", "membership")
    asked = len(areas.network.asked)
    with pytest.raises(UsageError, match="believes no area at first sight"):
        add(areas, "eastvale", None)
    assert len(areas.network.asked) == asked
    add(areas, "eastvale", heard)
    assert ask(areas)["eastvale"].status is AreaStatus.answered


def test_a_live_node_does_not_serve_beside_its_root_key(areas: Areas) -> None:
    node = reopened(areas, "eastvale", 'mode = "live"')
    certify_keys(node, load_root(node.home / "keys"))
    for act in (require_root_elsewhere, require_complete):
        with pytest.raises(UsageError, match="its root key lies beside its other keys") as caught:
            act(node)
        assert "shred -u" in caught.value.do
        assert "--root FILE" in caught.value.do
    (node.home / "keys" / "root.key").rename(node.home.with_name("stick"))
    require_complete(node)


def test_a_node_that_does_not_say_its_mode_is_held_to_be_live(areas: Areas) -> None:
    node = reopened(areas, "eastvale", "# Somebody took the line out.")
    assert node.settings.mode is Mode.live
    with pytest.raises(HubError, match="lies beside its other keys"):
        require_complete(node)


def test_new_keys_of_a_live_node_are_certified_as_a_live_nodes(areas: Areas) -> None:
    node = reopened(areas, "eastvale", 'mode = "live"')
    made = add_certificate(node.home, node.settings, node.keys, load_root(node.home / "keys"), node.now())
    assert made.mode is Mode.live
