"""A peer is who the pins say, not who the database says."""

from __future__ import annotations

import shutil
from collections.abc import Callable
from pathlib import Path

import pytest
from sqlalchemy import text

from hub.errors import NotFoundError, PeerError, StorageError
from hub.federation.peers import (
    DisabledPeer,
    KnownPeer,
    every_known,
    known,
    remove_peer,
    take_over_pins,
)
from hub.federation.rotate_keys import rotate
from hub.node.certificates import CERTIFICATES
from hub.node.home import current_metadata
from hub.node.node import Node, open_node
from hub.node.pins import PINS
from hub.records.check import AreaStatus
from tests.federation.asking import add, ask, sync
from tests.federation.hand import Hand
from tests.federation.nodes import Areas, new_node
from tests.federation.thieves import root_of

DAY = 86_400


def tamper(node: Node, statement: str, **values: object) -> None:
    """Change the database behind the program's back."""
    with node.database.write() as session:
        session.connection().execute(text(statement), values)


def back_an_epoch(areas: Areas, node_id: str, kept: Path) -> None:
    """The node as it was before its last rotation, database and keys; the certificate is still in force."""
    areas[node_id].database.close()
    shutil.rmtree(areas[node_id].home)
    shutil.copytree(kept, areas[node_id].home)
    areas.nodes[node_id] = open_node(areas[node_id].home, clock=areas.clock)
    areas.network.serve(areas[node_id])


def test_epochs_only_rise_whatever_the_database_says(areas: Areas, tmp_path: Path) -> None:
    """A peer that shows an earlier epoch is refused, and it is said what mends it; a rotation there does."""
    northmoor = areas["northmoor"]
    kept = Path(shutil.copytree(areas["eastvale"].home, tmp_path / "kept"))
    areas.clock.advance(DAY)
    rotate(areas["eastvale"])
    assert sync(areas)["eastvale"] == ""
    back_an_epoch(areas, "eastvale", kept)
    for step in ("as it is", "the database rolled back", "removed and added again"):
        if "database" in step:
            first = current_metadata(areas["eastvale"])
            tamper(
                northmoor,
                "UPDATE peer SET epoch = 1, signed_metadata = :said WHERE node_id = 'eastvale'",
                said=first,
            )
        if "removed" in step:
            remove_peer(northmoor, "eastvale")
            with pytest.raises(PeerError, match="went back to an earlier state") as caught:
                add(areas, "eastvale", root_of(areas["eastvale"]))
            assert "hub keys rotate" in caught.value.do
            break
        assert "went back to an earlier state" in sync(areas)["eastvale"]
        refused = ask(areas, "eastvale")["eastvale"]
        assert (refused.status, refused.candidates) == (AreaStatus.error, ())
    areas.clock.advance(60)
    rotate(areas["eastvale"])
    add(areas, "eastvale", root_of(areas["eastvale"]))
    assert sync(areas)["eastvale"] == ""
    assert ask(areas, "eastvale")["eastvale"].status is AreaStatus.answered


def of_another_node(areas: Areas, folder: Path) -> dict[str, str]:
    """What a thief would write in the place of what Eastvale said of itself."""
    evil = new_node(folder / "evil", "eastvale", "sqlite:///hub.sqlite3", areas.clock)
    return {"root": root_of(evil), "said": current_metadata(evil)}


TAMPERINGS: dict[str, str] = {
    "root and metadata": "root_thumbprint = :root, signed_metadata = :said",
    "metadata alone": "signed_metadata = :said",
    "metadata that nobody signed": "signed_metadata = 'a.b.c'",
    "another area's": "signed_metadata = (SELECT signed_metadata FROM peer WHERE node_id = 'southmere')",
    "the address": "url = 'https://evil'",
    "the row is gone": "node_id = 'westhaven'",
}


@pytest.mark.parametrize("change", TAMPERINGS.values(), ids=TAMPERINGS)
def test_a_peer_that_the_database_alone_changed_is_disabled_and_named(
    stored_areas: Areas, tmp_path: Path, change: str
) -> None:
    areas = stored_areas
    northmoor = areas["northmoor"]
    if "westhaven" in change:
        tamper(northmoor, "DELETE FROM peer_entry")
        tamper(northmoor, "UPDATE peer SET feed_id = NULL")
        tamper(northmoor, "DELETE FROM peer_feed")
    written = of_another_node(areas, tmp_path)
    named = {name: value for name, value in written.items() if f":{name}" in change}
    tamper(northmoor, f"UPDATE peer SET {change} WHERE node_id = 'eastvale'", **named)
    every = every_known(northmoor)
    disabled = every["eastvale"]
    assert isinstance(disabled, DisabledPeer)
    assert (disabled.area, disabled.contact) == ("Eastvale", "no phone route recorded")
    assert "Find out who wrote into the database" in disabled.why.do
    assert isinstance(every["southmere"], KnownPeer)

    heard = len(areas.network.asked)
    told = ask(areas)
    assert told["southmere"].status is AreaStatus.answered
    assert (told["eastvale"].status, told["eastvale"].candidates) == (AreaStatus.error, ())
    assert "eastvale" not in {host for host, _ in areas.network.asked[heard:]}
    assert "evil" not in {host for host, _ in areas.network.asked}
    errors = sync(areas)
    assert "database" in errors["eastvale"]
    assert errors["southmere"] == ""
    if "westhaven" in change or "url" in change or "root_thumbprint =" in change:
        assert Hand(areas, sender="eastvale", to="northmoor").evaluate().status_code == 500

    # What the words say to do.
    remove_peer(northmoor, "eastvale")
    if "westhaven" in change:
        remove_peer(northmoor, "westhaven")
    add(areas, "eastvale", root_of(areas["eastvale"]))
    assert set(sync(areas).values()) == {""}
    assert ask(areas, "eastvale")["eastvale"].status is AreaStatus.answered


def test_a_peer_that_was_removed_does_not_come_back_by_the_database(areas: Areas, tmp_path: Path) -> None:
    northmoor = areas["northmoor"]
    with northmoor.database.read() as session:
        row = (
            session.connection()
            .execute(text("SELECT * FROM peer WHERE node_id = 'eastvale'"))
            .mappings()
            .one()
        )
    remove_peer(northmoor, "eastvale")
    kept = {**row, "feed_id": None}
    columns, places = ", ".join(kept), ", ".join(f":{name}" for name in kept)
    tamper(northmoor, f"INSERT INTO peer ({columns}) VALUES ({places})", **kept)
    with pytest.raises(StorageError, match="a peer that nobody added here"):
        known(northmoor, "eastvale")
    assert Hand(areas, sender="eastvale", to="northmoor").evaluate().status_code == 500


EDITS: dict[str, Callable[[Path], object]] = {
    "gone": lambda path: path.unlink(),
    "edited": lambda path: path.write_text(path.read_text().replace("https://eastvale", "https://evil")),
    "of no kind": lambda path: path.write_text("[]"),
    "cut short": lambda path: path.write_text(path.read_text()[:200]),
    "another file's": lambda path: path.write_bytes(path.with_name(CERTIFICATES).read_bytes()),
}


@pytest.mark.parametrize("edit", EDITS)
def test_without_its_pins_a_node_believes_nobody_and_says_what_to_do(areas: Areas, edit: str) -> None:
    northmoor = areas["northmoor"]
    EDITS[edit](northmoor.home / PINS)
    heard = len(areas.network.asked)
    for result in ask(areas).values():
        assert (result.status, result.candidates) == (AreaStatus.error, ())
        assert PINS in result.note
    assert areas.network.asked[heard:] == []
    assert all(PINS in error for error in sync(areas).values())
    assert Hand(areas, sender="eastvale", to="northmoor").evaluate().status_code == 500
    with pytest.raises(StorageError, match=PINS):  # At first sight nobody is believed either.
        add(areas, "eastvale", None)
    assert take_over_pins(northmoor) == 0
    if edit == "gone":
        add(areas, "eastvale", root_of(areas["eastvale"]))
        assert ask(areas, "eastvale")["eastvale"].status is AreaStatus.answered
        assert isinstance(every_known(northmoor)["southmere"], DisabledPeer)


def test_a_crash_between_pin_and_database_leaves_what_can_be_done_again(
    areas: Areas, monkeypatch: pytest.MonkeyPatch
) -> None:
    northmoor = areas["northmoor"]

    def crash(*_: object) -> None:
        raise KeyboardInterrupt

    with monkeypatch.context() as patch:
        patch.setattr("hub.store.peers.remove", crash)
        with pytest.raises(KeyboardInterrupt):
            remove_peer(northmoor, "eastvale")
    assert isinstance(every_known(northmoor)["eastvale"], DisabledPeer)  # It is trusted no more.
    remove_peer(northmoor, "eastvale")
    assert "eastvale" not in every_known(northmoor)

    with monkeypatch.context() as patch:
        patch.setattr("hub.store.peers.pin", crash)
        with pytest.raises(KeyboardInterrupt):
            add(areas, "eastvale", root_of(areas["eastvale"]))
    assert isinstance(every_known(northmoor)["eastvale"], DisabledPeer)
    add(areas, "eastvale", root_of(areas["eastvale"]))
    assert isinstance(every_known(northmoor)["eastvale"], KnownPeer)
    remove_peer(northmoor, "eastvale")
    with pytest.raises(NotFoundError):
        remove_peer(northmoor, "eastvale")
