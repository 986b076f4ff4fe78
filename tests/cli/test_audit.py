"""`hub audit verify` on a log that was tampered with by hand, in the table itself."""

from __future__ import annotations

import json
import shutil
import sqlite3
from contextlib import closing
from datetime import UTC, datetime
from pathlib import Path

import pytest

from hub.audit.chain import Entry, head_after, link
from hub.audit.events import Action, Event
from hub.crypto.encoding import b64
from hub.crypto.signing import PrivateKey, SigningKey
from hub.sample.referrals import Row
from tests.cli.bulk import referrals
from tests.cli.conftest import make
from tests.cli.running import hub, inside, write_csv

ANOTHER = SigningKey.of(PrivateKey.generate())

DONE_TO_IT = {
    "altered": (["UPDATE audit_entry SET body = replace(body, '12', '11') WHERE seq = 2"], 2),
    "removed": (["DELETE FROM audit_entry WHERE seq >= 3"], 3),
    "inserted": (
        ["INSERT INTO audit_entry SELECT max(seq) + 1, at, action, body, prev, hash, mark FROM audit_entry"],
        4,
    ),
    "reordered": (
        [
            "UPDATE audit_entry SET seq = 99 WHERE seq = 2",
            "UPDATE audit_entry SET seq = 2 WHERE seq = 3",
            "UPDATE audit_entry SET seq = 3 WHERE seq = 99",
        ],
        2,
    ),
}


@pytest.fixture
def used(home: Path, tmp_path: Path, rows: list[Row]) -> Path:
    """A node whose log has three entries: made, imported, published."""
    assert inside("import", home, write_csv(tmp_path / "rows.csv", rows)).code == 0
    assert inside("publish", home).code == 0
    return home


@pytest.mark.parametrize(("statements", "seq"), DONE_TO_IT.values(), ids=DONE_TO_IT)
def test_the_entry_is_named_and_the_status_is_1(used: Path, statements: list[str], seq: int) -> None:
    assert inside("audit", "verify", used, "--json").json["verified"]
    connection = sqlite3.connect(used / "hub.sqlite3")
    for statement in statements:
        assert connection.execute(statement).rowcount > 0
    connection.commit()
    connection.close()
    done = inside("audit", "verify", used, "--json")
    assert (done.code, done.json["verified"], done.json["seq"]) == (1, False, seq)


def test_people_read_which_entry_and_what_to_do(used: Path) -> None:
    connection = sqlite3.connect(used / "hub.sqlite3")
    connection.execute("UPDATE audit_entry SET at = '2026-01-01T00:00:00Z' WHERE seq = 2")
    connection.commit()
    connection.close()
    done = hub("audit", "verify", used)
    assert done.code == 1
    assert "Entry 2 was altered" in done.out + done.err
    assert "call your auditor" in done.out + done.err


@pytest.fixture
def outside(used: Path, tmp_path: Path) -> list[object]:
    """What an outsider has: a copy of the database, the signed head, the public key; none of the node's own."""
    folder = tmp_path / "auditor"
    folder.mkdir()
    shutil.copy(used / "hub.sqlite3", folder)
    (folder / "head.txt").write_text((used / "audit-checkpoint.txt").read_text())
    (certificate,) = inside("keys", "list", used, "--json").json["certificates"]
    (folder / "keys.txt").write_text(_line(certificate["signing_key_id"], certificate["signing"]))
    return _options(folder)


def _line(key_id: str, key: str) -> str:
    return f"signing key {key_id}: {key}\n"


def _options(folder: Path) -> list[object]:
    database = f"sqlite:///{folder / 'hub.sqlite3'}"
    files = ["--checkpoint", folder / "head.txt", "--public-key", folder / "keys.txt"]
    return ["audit", "verify", "--database", database, *files, "--json"]


def test_the_keys_are_taken_as_they_are_printed(used: Path, outside: list[object], tmp_path: Path) -> None:
    printed = inside("keys", "list", used).out
    (tmp_path / "auditor" / "keys.txt").write_text(printed)
    assert "signing key" in printed
    assert inside(*outside).json["verified"]
    (tmp_path / "auditor" / "keys.txt").write_text(printed.replace("signing key", "key"))
    assert inside(*outside).code == 2


def _run(database: Path, *statements: str) -> None:
    with closing(sqlite3.connect(database)) as connection:
        for statement in statements:
            assert connection.execute(statement).rowcount > 0
        connection.commit()


def test_of_a_home_it_is_said_whether_all_holds_and_not_how_much_there_is(
    used: Path, outside: list[object], tmp_path: Path
) -> None:
    """Whoever is restricted from somebody would read from it what an alarm writes."""
    words, before = inside("audit", "verify", used).out, inside("audit", "verify", used, "--json").json
    assert words == "Every entry is as it was written.\nEvery row is as the log says.\n"
    assert inside("import", used, referrals(tmp_path / "more.csv", 3)).code == 0
    after = inside("audit", "verify", used, "--json").json
    assert inside("audit", "verify", used).out == words
    assert before.pop("head") != after.pop("head")
    assert before == after == {"verified": True, "witnessed": True, "found": [], "lost": []}
    assert {"entries", "rows", "unwitnessed", "unwitnessed_rows"} <= set(inside(*outside).json)


def test_an_outsider_verifies_without_keys_and_writes_nothing(outside: list[object], tmp_path: Path) -> None:
    folder = tmp_path / "auditor"
    before = {path.name: path.read_bytes() for path in folder.iterdir()}
    folder.chmod(0o500)
    done = inside(*outside)
    folder.chmod(0o700)
    assert (done.code, done.json["verified"], done.json["unwitnessed"]) == (0, True, 0)
    assert done.json["rows"] > 10
    assert {path.name: path.read_bytes() for path in folder.iterdir()} == before
    _run(
        folder / "hub.sqlite3",
        "DELETE FROM obligation_record WHERE id = (SELECT min(id) FROM obligation_record)",
    )
    done = inside(*outside)
    assert (done.code, done.json["verified"]) == (1, False)
    assert [(one["table"], one["what"]) for one in done.json["found"]] == [("obligation_record", "removed")]


def test_a_node_that_is_at_work_is_verified_beside_it(
    used: Path, outside: list[object], tmp_path: Path
) -> None:
    with closing(sqlite3.connect(used / "hub.sqlite3")) as at_work:
        at_work.execute("BEGIN IMMEDIATE")
        at_work.execute("UPDATE feed_state SET people = people")
        live = [
            f"sqlite:///{used / 'hub.sqlite3'}" if "auditor" in str(one) and "sqlite" in str(one) else one
            for one in outside
        ]
        assert inside(*live).code == 0
        at_work.rollback()


def test_a_newer_head_that_a_peer_kept_shows_what_was_cut_since(
    used: Path, outside: list[object], tmp_path: Path
) -> None:
    assert inside("import", used, referrals(tmp_path / "more.csv", 1)).code == 0
    peers = tmp_path / "peers.txt"
    peers.write_text((used / "audit-checkpoint.txt").read_text())
    assert inside(*outside).code == 0, "the day's own head alone does not know better"
    done = inside(*outside, "--checkpoint", peers)
    assert (done.code, done.json["seq"], done.json["what"]) == (1, 4, "removed")


@pytest.mark.parametrize(
    ("file", "text", "said"),
    [
        ("head.txt", "nothing", "--checkpoint: head.txt is no signed head"),
        ("head.txt", None, "--checkpoint: head.txt is missing"),
        ("keys.txt", None, "--public-key: keys.txt is missing"),
        ("keys.txt", "", "--public-key: keys.txt has no public key"),
        ("keys.txt", "AAAA\n", "--public-key: keys.txt has no public key"),
        ("keys.txt", "A" * 43 + "\n", "--public-key: keys.txt has a key without its id"),
        ("keys.txt", f"signing key {'B' * 43}: {'A' * 43}\n", "not the one of the id beside it"),
        ("keys.txt", _line(ANOTHER.kid, b64(ANOTHER.public)), "head.txt does not hold under the keys in"),
        ("hub.sqlite3", None, "--database: The node's database is missing"),
        ("hub.sqlite3", "", "--database: The node's database is empty"),
        ("hub.sqlite3", "no database at all " * 99, "--database: "),
    ],
)
def test_what_an_outsider_cannot_use_is_said(
    outside: list[object], tmp_path: Path, file: str, text: str | None, said: str
) -> None:
    given = tmp_path / "auditor" / file
    given.unlink()
    if text is not None:
        given.write_text(text)
    done = inside(*outside)
    assert done.code == 2
    assert said in done.json["error"]["text"]
    assert given.exists() == (text is not None)


def test_a_private_key_is_not_taken_for_a_public_one(
    used: Path, outside: list[object], tmp_path: Path
) -> None:
    """Neither a file of keys, nor the one key out of it; and nothing of it is repeated."""
    given = tmp_path / "auditor" / "keys.txt"
    online, printed = (used / "keys" / "node.key").read_text(), given.read_text()
    signing, bare = json.loads(online)["signing"], (used / "keys" / "root.key").read_text()
    key_id = printed.split()[2].removesuffix(":")
    for text, said in (
        (online, "has a private key"),
        (_line(key_id, signing), "has a private key"),
        (signing, "has a key without its id"),
        (printed + bare, "has a key without its id"),  # Beside the right one, which would verify the head.
    ):
        given.write_text(text)
        done = inside(*outside)
        assert done.code == 2
        assert said in done.json["error"]["text"]
        assert "estroy this copy" in done.json["error"]["do"]
        assert signing not in done.out
        assert bare not in done.out
    root = tmp_path / "auditor" / "root.key"
    shutil.copy(used / "keys" / "root.key", root)
    done = inside(*outside[:-2], root, "--json")
    assert "root.key is or has a private key" in done.json["error"]["text"]


def test_another_nodes_database_or_head_is_no_tampering(outside: list[object], tmp_path: Path) -> None:
    other = make(tmp_path / "southmere", "southmere")
    folder = tmp_path / "auditor"
    mine = (folder / "hub.sqlite3").read_bytes()
    shutil.copy(other / "hub.sqlite3", folder)
    done = inside(*outside)
    assert done.code == 2
    assert "does not begin as northmoor's, of which head.txt is a head" in done.json["error"]["text"]
    (folder / "hub.sqlite3").write_bytes(mine)
    done = inside(*outside, "--checkpoint", other / "audit-checkpoint.txt")
    assert done.code == 2
    assert "is a head of southmere's log" in done.json["error"]["text"]


def test_a_log_without_its_first_entry_is_tampering_still(outside: list[object], tmp_path: Path) -> None:
    _run(tmp_path / "auditor" / "hub.sqlite3", "DELETE FROM audit_entry WHERE seq = 1")
    done = inside(*outside)
    assert (done.code, done.json["seq"], done.json["what"]) == (1, 1, "removed")


def test_a_home_and_a_database_at_once_are_refused(used: Path, outside: list[object]) -> None:
    assert inside(*outside, used).code == 2
    assert inside("audit", "verify").code == 2
    assert inside(*outside[:4], "--json").code == 2


def test_a_database_of_another_version_is_not_migrated(outside: list[object], tmp_path: Path) -> None:
    _run(tmp_path / "auditor" / "hub.sqlite3", "UPDATE alembic_version SET version_num = '0001'")
    done = inside(*outside)
    assert done.code == 2
    assert "another version" in done.json["error"]["text"]


def test_what_somebody_else_appends_is_never_signed_for(used: Path) -> None:
    """A perfect link of the chain, which binds a row that they changed: they lack the node's mark."""
    with closing(sqlite3.connect(used / "hub.sqlite3")) as connection:
        row = connection.execute("SELECT * FROM audit_entry ORDER BY seq DESC LIMIT 1").fetchone()
        last = Entry(*row)
        forged = link(
            head_after(last),
            datetime(2026, 11, 5, tzinfo=UTC),
            Event(action=Action.case_imported, actor="node"),
        )
        values = (forged.seq, forged.at, forged.action, forged.body, forged.prev, forged.hash, last.mark)
        connection.execute("INSERT INTO audit_entry VALUES (?, ?, ?, ?, ?, ?, ?)", values)
        connection.commit()
    assert not inside("audit", "verify", used, "--json").json["witnessed"]
    signed = (used / "audit-checkpoint.txt").read_text()
    done = inside("publish", used)
    assert done.code == 2
    assert f"Entry {forged.seq} was written by somebody who does not have this node's keys" in done.err
    assert (used / "audit-checkpoint.txt").read_text() == signed
