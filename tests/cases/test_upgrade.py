"""A home of before a case that says that somebody fled hid her other records: they are hidden when it is opened."""

from __future__ import annotations

import re
import tarfile
from collections.abc import Iterator
from pathlib import Path
from typing import Final

import pytest

from hub.cases import upgrade
from hub.cases.seals import shown_likenesses
from hub.cases.upgrade import bring_up_to_date
from hub.federation.publish import publish
from hub.federation.rotate_keys import rotate
from hub.node.node import Node, open_node
from hub.node.settings import load_settings
from hub.node.upgrade import UpgradingError
from hub.store import snapshot
from hub.store.database import Database
from tests.cases.hidden import AS_ALIAS, LIKELY, PERPETRATOR, VICTIM, WHO, held
from tests.cli.running import inside
from tests.federation.nodes import Clock, events, in_feed, log, stranger
from tests.federation.publishing import HER, SISTER

BEFORE: Final = Path(__file__).parents[1] / "frozen" / "before-fled-hides.tar.xz"
SHOWN: Final = (AS_ALIAS, VICTIM, LIKELY, PERPETRATOR, SISTER)


def unpacked(folder: Path) -> Path:
    with tarfile.open(BEFORE) as tar:
        tar.extractall(folder, filter="data")
    home = folder / "eastvale"
    home.chmod(0o700)
    for key in (home / "keys").iterdir():
        key.chmod(0o600)
    return home


@pytest.fixture(params=["sqlite", "postgresql"])
def home(request: pytest.FixtureRequest, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The home as it was left, on either kind of database."""
    made = unpacked(tmp_path)
    if request.param == "postgresql":
        monkeypatch.setattr(snapshot, "LEFT_OUT", frozenset())
        address = request.getfixturevalue("postgresql")(
            f"before_{tmp_path.name}".replace("-", "_").lower(), ""
        )
        source, target = Database(f"sqlite:///{made / 'hub.sqlite3'}"), Database(address, create=True)
        for each in (source, target):
            each.migrate()
        snapshot.copy_database(source, target)
        for each in (source, target):
            each.close()
        settings = made / "node.toml"
        settings.write_text(re.sub(r"(?m)^database = .*$", f'database = "{address}"', settings.read_text()))
        assert load_settings(made).database == address
    return made


def test_the_first_command_that_writes_does_it_and_says_so(tmp_path: Path) -> None:
    home = unpacked(tmp_path)
    listed = inside("seals", "list", home, "--json")
    assert listed.json == {"seals": []}, "reading does not"
    done = inside("publish", home, "--json")
    assert (done.code, done.json["people"]) == (0, 1)
    assert "left the feed" in done.err
    again = inside("publish", home, "--json")
    assert (again.code, again.err) == (0, "")


@pytest.fixture
def node(home: Path) -> Iterator[Node]:
    opened = open_node(home, clock=Clock())
    yield opened
    opened.database.close()


def test_her_other_records_are_hidden_and_nobody_is_published_before(node: Node) -> None:
    assert all(in_feed(node, one) for one in SHOWN), "as that version left it"
    for act in (publish, rotate):
        with pytest.raises(UpgradingError):
            act(node)
    assert bring_up_to_date(node)
    assert not any(in_feed(node, one) for one in (HER, *SHOWN))
    assert in_feed(node, stranger(80)), "who is nobody's"
    refs = "hers", "other", "likely", "sister", "sisters"
    assert all(held(node, ref).row.sealed_case for ref in refs)
    assert {(one.case_ref, one.person) for one in shown_likenesses(node, WHO)} == {("likely", LIKELY)}
    assert publish(node).added == 0
    after = len(log(node))
    assert not bring_up_to_date(node), "nothing is done twice"
    assert len(log(node)) == after
    assert [one["detail"]["cases"] for one in events(node, "hidden_searched")] == [2]


def test_it_goes_on_where_it_was_interrupted(node: Node, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(upgrade, "BATCH", 1)

    def interrupt(done: int, every: int) -> None:
        assert (done, every) == (1, 2)
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        bring_up_to_date(node, interrupt)
    assert 0 < sum(in_feed(node, one) for one in SHOWN) < len(SHOWN)
    with pytest.raises(UpgradingError):
        publish(node)
    told: list[tuple[int, int]] = []
    assert bring_up_to_date(node, lambda done, every: told.append((done, every)))
    assert told == [(1, 1)]
    assert not any(in_feed(node, one) for one in SHOWN)
    assert publish(node).added == 0
