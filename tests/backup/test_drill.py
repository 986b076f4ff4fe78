"""The drill of docs/operations.md: back up a node that works, lose it, bring it back, go on."""

from __future__ import annotations

import asyncio
import shutil
import sqlite3
from contextlib import closing
from pathlib import Path
from threading import Thread
from typing import Any

import pytest

from hub.backup.archive import read_archive
from hub.backup.finish import finish
from hub.backup.make import backup
from hub.backup.restore import Source, restore
from hub.cases.seals import Said
from hub.cases.staff import STAFF_FILE
from hub.crypto import age
from hub.errors import (
    AuthenticationError,
    ConflictError,
    HubError,
    InputError,
    LogError,
    NotFoundError,
    UsageError,
)
from hub.federation.publish import publish
from hub.federation.rotate_keys import rotate
from hub.node.home import advance_audit_checkpoint
from hub.node.keys import NODE_KEY
from hub.node.node import CHECKPOINT, Node, open_node
from hub.node.prf_keys import PRF_FOLDER, MissingKeysError
from hub.records.check import CheckResult
from hub.records.restorations import RestoringError
from hub.store import cases
from hub.values import AgencyKind, Requester, RequesterRole
from tests.federation.hand import Hand
from tests.federation.nodes import Areas, case, cases_of, check, hold, log, question
from tests.federation.problems import assert_problem

IDENTITY, RECIPIENT = age.new_identity()
WHY = "The disk of the machine failed."
MANAGER = '[[staff]]\ngiven_names = "Ada"\nsurname = "Coordinator"\nmanager = true\n'
ADA = Said(
    Requester(name="Ada Coordinator", role=RequesterRole.coordinator, agency_kind=AgencyKind.council),
    "Nobody worked that night.",
)


@pytest.fixture
def places(tmp_path: Path) -> tuple[Path, Path]:
    """Two folders, as on two machines."""
    for name in ("backups", "safe"):
        (tmp_path / name).mkdir()
    return tmp_path / "backups", tmp_path / "safe"


def held(node: Node) -> dict[str, int]:
    with node.read() as tx:
        return cases.counts(tx.session)


def made(node: Node, places: tuple[Path, Path]) -> Source:
    done = backup(node, places[0], [RECIPIENT], keys_to=places[1])
    return Source(done.home, done.keys, IDENTITY)


def asked(areas: Areas) -> CheckResult:
    async def go() -> CheckResult:
        async with areas.client("northmoor") as client:
            return await check(areas["northmoor"], client, question(cases_of("eastvale")[0][0], "eastvale"))

    return asyncio.run(go())


def test_a_node_that_was_lost_with_its_keys_comes_back_and_goes_on(
    stored_areas: Areas, places: tuple[Path, Path], empty_database: Any
) -> None:
    areas = stored_areas
    node = areas["eastvale"]
    (node.home / STAFF_FILE).write_text(MANAGER, encoding="utf-8")
    before, entries = held(node), len(log(node))
    source = made(node, places)
    node.database.close()
    lost = node.home.rename(node.home.with_name("lost"))
    shutil.rmtree(lost)

    address = empty_database("restored")  # of either kind, whatever it was
    done = restore(node.home, Source(source.backup, source.keys, IDENTITY, address), WHY)
    assert (done.node_id, done.lost, done.put_aside) == ("eastvale", None, None)

    areas.nodes["eastvale"] = back = open_node(node.home, clock=areas.clock)
    areas.network.serve(back)
    assert held(back) == before
    assert [entry.action for entry in log(back)[entries:]] == ["backup_made", "restored"]
    assert asked(areas).areas[0].status != "answered"
    finish(back, "waived", "Nothing was imported since.", without_knowing=ADA)
    rotate(back)
    assert asked(areas).areas[0].candidates


def test_until_what_happened_since_is_known_nothing_is_published_and_nobody_answered(
    areas: Areas, places: tuple[Path, Path]
) -> None:
    node = areas["eastvale"]
    source = made(node, places)
    node.database.close()
    restore(node.home, source, WHY)
    areas.nodes["eastvale"] = back = open_node(node.home, clock=areas.clock)
    areas.network.serve(back)
    for act in (publish, rotate):
        with pytest.raises(RestoringError):
            act(back)
    for path in ("/federation/v1/feed",):
        assert_problem(Hand(areas).send("GET", path), 503, "restoring", "local")
    with pytest.raises(ConflictError, match="Northmoor could not be asked what they hold"):
        finish(back, "imported", "The file of Monday was imported again.", unheard=["Northmoor"])
    finish(back, "imported", "The file of Monday was imported again.")
    with pytest.raises(NotFoundError):
        finish(back, "imported", "Twice.")
    with pytest.raises(MissingKeysError, match="prf-keys"):
        publish(back)
    assert rotate(back).people
    assert Hand(areas).send("GET", "/federation/v1/feed").status_code == 200


def test_what_was_lost_since_is_counted_and_the_home_as_it_was_is_kept(
    areas: Areas, places: tuple[Path, Path]
) -> None:
    node = areas["eastvale"]
    source = made(node, places)
    hold(node, case("later", cases_of("northmoor")[0]))
    advance_audit_checkpoint(node)
    later = held(node)
    node.database.close()
    done = restore(node.home, source, WHY)
    assert done.lost is not None
    assert done.lost.size > done.head.size
    assert done.put_aside is not None
    aside = open_node(done.put_aside, clock=areas.clock)
    assert held(aside) == later
    aside.database.close()


def test_an_older_database_alone_is_still_refused(areas: Areas, places: tuple[Path, Path]) -> None:
    node = areas["eastvale"]
    older = node.home / "older.sqlite3"
    with closing(sqlite3.connect(node.home / "hub.sqlite3")) as database:
        database.execute("VACUUM INTO ?", (str(older),))
    made(node, places)
    advance_audit_checkpoint(node)
    node.database.close()
    for left in node.home.glob("hub.sqlite3*"):
        left.unlink()
    older.rename(node.home / "hub.sqlite3")
    with pytest.raises(LogError):
        open_node(node.home, clock=areas.clock)


def test_a_backup_holds_no_key_and_nothing_that_can_be_read(areas: Areas, places: tuple[Path, Path]) -> None:
    node = areas["eastvale"]
    source = made(node, places)
    data = source.backup.read_bytes()
    assert data.startswith(b"age-encryption.org/v1")
    surname = cases_of("eastvale")[1][0].surname.encode()
    assert len(surname) > 6, "fewer letters may stand there by chance"
    assert surname not in data
    opened = places[0] / "opened"
    opened.mkdir()
    contents = read_archive(source.backup, IDENTITY, opened)
    assert not [
        name
        for name in contents.files
        if NODE_KEY in name or name.startswith("home/keys") or PRF_FOLDER in name
    ]
    key = (node.home / "keys" / NODE_KEY).read_bytes()
    for file in filter(Path.is_file, opened.rglob("*")):
        assert key not in file.read_bytes()
        assert surname not in file.read_bytes()


@pytest.mark.parametrize(
    ("broken", "error"),
    [
        ("changed", HubError),
        ("cut", HubError),
        ("another key", AuthenticationError),
        ("no key", InputError),
        ("the keys in its place", InputError),
        ("no file", UsageError),
        ("no keys", UsageError),
        ("no reason", UsageError),
    ],
)
def test_what_cannot_be_brought_back_leaves_everything_as_it_was(
    areas: Areas, places: tuple[Path, Path], broken: str, error: type[HubError]
) -> None:
    node = areas["eastvale"]
    source = made(node, places)
    assert source.keys is not None
    data = bytearray(source.backup.read_bytes())
    if broken == "changed":
        data[len(data) // 2] ^= 1
    if broken == "cut":
        del data[len(data) // 2 :]
    source.backup.write_bytes(bytes(data))
    identity = {"another key": age.new_identity()[0], "no key": "not a key"}.get(broken, IDENTITY)
    backed_up = source.keys if broken == "the keys in its place" else source.backup
    if broken == "no file":
        backed_up = backed_up.with_name("another.home.age")
    keys = None if broken == "no keys" else source.keys
    home = node.home
    node.database.close()
    if broken == "no keys":
        shutil.rmtree(home / "keys")
    before = {path.name for path in home.parent.iterdir()}
    with pytest.raises(error):
        restore(home, Source(backed_up, keys, identity), "" if broken == "no reason" else WHY)
    assert {path.name for path in home.parent.iterdir()} == before
    if broken != "no keys":
        open_node(home, clock=areas.clock).database.close()


def test_a_home_in_a_folder_that_begins_with_a_dot_is_backed_up_like_any_other(
    areas: Areas, places: tuple[Path, Path], tmp_path: Path
) -> None:
    areas["eastvale"].database.close()
    hidden = tmp_path / ".hub.sqlite3"
    hidden.mkdir()
    node = open_node(areas["eastvale"].home.rename(hidden / "eastvale"), clock=areas.clock)
    source = made(node, places)
    node.database.close()
    restore(tmp_path / "copy", source, WHY)
    names = {path.name for path in (tmp_path / "copy").iterdir()}
    assert {path.name for path in node.home.iterdir() if "lock" not in path.name} <= names | {
        "keys",
        "prf-keys",
    }


def test_the_keys_do_not_lie_beside_what_they_open(areas: Areas, places: tuple[Path, Path]) -> None:
    with pytest.raises(UsageError):
        backup(areas["eastvale"], places[0], [RECIPIENT], keys_to=places[0])
    with pytest.raises(InputError):
        backup(areas["eastvale"], places[0], [])
    with pytest.raises(UsageError):
        backup(areas["eastvale"], places[0] / "nowhere", [RECIPIENT])
    assert not list(places[0].iterdir())


def test_a_backup_taken_while_the_node_works_is_of_one_moment(
    areas: Areas, places: tuple[Path, Path]
) -> None:
    """Its log ends at the head that it is signed for, whatever was written meanwhile."""
    node = areas["eastvale"]
    people = cases_of("northmoor")[0]

    def write() -> None:
        for at in range(30):
            hold(node, case(f"later-{at}", people))

    writer = Thread(target=write)
    writer.start()
    sources = [made(node, places)]
    for _ in range(4):
        areas.clock.advance(1)
        sources.append(made(node, places))
    writer.join()
    for at, source in enumerate(sources):
        done = restore(node.home.with_name(f"copy-{at}"), source, WHY)
        assert (node.home.with_name(f"copy-{at}") / CHECKPOINT).exists()
        assert done.head.size <= len(log(node))
