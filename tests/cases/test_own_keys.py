"""The match-keys of the node's own people: kept sealed with each case, and never needed for what is found."""

from __future__ import annotations

from pathlib import Path

import pytest
from sqlalchemy import delete, update
from sqlmodel import col, select

from hub.cases import own_keys as module
from hub.cases.here_already import here_already
from hub.cases.own_keys import keep_own_keys, own_keys
from hub.matching import match_keys
from hub.node.node import Node, open_node
from hub.records.cases import open_person
from hub.records.person_keys import keys_in, keys_of
from hub.store.tables import PersonKeys, PersonRecord
from hub.values import Person, Role
from tests.federation.nodes import IMPORTER, Areas, case, hold, stranger

ROOT = Path(__file__).resolve().parents[2]
HER, HIM = stranger(301), stranger(302).model_copy(update={"role": Role.perpetrator})


@pytest.fixture
def node(areas: Areas) -> Node:
    node = areas["eastvale"]
    hold(node, case("OLD-1", (HER, HIM)), case("OLD-2", (stranger(303), stranger(304))))
    return node


def anew(node: Node) -> Node:
    """As a process that has just begun."""
    return open_node(node.home)


def found(node: Node) -> set[str]:
    return {one.case_ref for one in here_already(node, IMPORTER, (HER, HIM), "NEW-1")}


def rows(node: Node) -> dict[bytes, bytes]:
    with node.read() as tx:
        return {one.handle: one.sealed for one in tx.session.exec(select(PersonKeys))}


def people(node: Node) -> dict[bytes, Person]:
    with node.read() as tx:
        every = tx.session.exec(select(PersonRecord).where(~col(PersonRecord.retired)))
        return {one.handle: open_person(tx.vault, one.handle, one.sealed) for one in every}


def works_out_nobody(monkeypatch: pytest.MonkeyPatch) -> None:
    def never(*_: object) -> None:
        raise AssertionError("match-keys were worked out")

    monkeypatch.setattr(module, "keys_of", never)


def test_they_are_kept_with_the_case_and_a_fresh_process_works_out_nobodys(
    node: Node, monkeypatch: pytest.MonkeyPatch
) -> None:
    with node.read() as tx:
        records = tx.session.exec(select(PersonRecord).where(~col(PersonRecord.retired)))
        kept = keys_in(tx, {one.handle: one.sealed for one in records})
    assert kept == {handle: keys_of(one, node.matching) for handle, one in people(node).items()} != {}
    works_out_nobody(monkeypatch)
    assert found(anew(node)) == {"OLD-1"}


def test_whoever_has_none_is_found_and_the_worker_keeps_them(
    node: Node, monkeypatch: pytest.MonkeyPatch
) -> None:
    """As after an upgrade from a version that kept none."""
    with node.write() as tx:
        tx.session.execute(delete(PersonKeys))
    assert found(anew(node)) == {"OLD-1"}
    monkeypatch.setattr(module, "_PORTION", 3)
    keep_own_keys(anew(node))
    assert rows(node).keys() == people(node).keys()
    works_out_nobody(monkeypatch)
    assert found(anew(node)) == {"OLD-1"}


def test_other_settings_make_them_anew(node: Node, monkeypatch: pytest.MonkeyPatch) -> None:
    before, settings = rows(node), node.home / "config" / "matching.toml"
    text = (ROOT / "config" / "matching.toml").read_text(encoding="utf-8")
    settings.write_text(text.replace("most = 100", "most = 90"), encoding="utf-8")
    fresh = anew(node)
    assert found(fresh) == {"OLD-1"}
    keep_own_keys(fresh)
    assert all(rows(node)[handle] != sealed for handle, sealed in before.items())
    works_out_nobody(monkeypatch)
    assert found(anew(node)) == {"OLD-1"}


def test_whatever_is_done_to_them_in_the_database_hides_nobody(node: Node) -> None:
    """Those of somebody else in their place, an earlier database's, or rubbish."""
    every = rows(node)
    moved = dict(zip(every, [*list(every.values())[1:], b"rubbish"], strict=True))
    with node.write() as tx:
        for handle, sealed in moved.items():
            tx.session.execute(
                update(PersonKeys).where(col(PersonKeys.handle) == handle).values(sealed=sealed)
            )
    assert found(anew(node)) == {"OLD-1"}


def test_those_of_before_she_moved_hide_nobody_where_she_lives_now(node: Node) -> None:
    """Put back by whoever writes the database."""
    married = HER.model_copy(update={"surname": "Quillfeather", "aliases": (), "postcode": "EV2 7RR"})
    asked = married.model_copy(update={"date_of_birth": HER.date_of_birth[:4]})
    hold(node, case("OLD-1", (HER.model_copy(update={"postcode": "EV1 4QX"}), HIM)))
    before = rows(node)
    hold(node, case("OLD-1", (HER.model_copy(update={"postcode": "EV2 7RR"}), HIM)))
    assert rows(node).keys() == before.keys()
    with node.write() as tx:
        for handle, sealed in before.items():
            tx.session.execute(
                update(PersonKeys).where(col(PersonKeys.handle) == handle).values(sealed=sealed)
            )
    assert {one.case_ref for one in here_already(anew(node), IMPORTER, (asked,), "NEW-1")} == {"OLD-1"}


def test_whoever_is_taken_off_a_case_has_none_any_more(node: Node) -> None:
    before = rows(node)
    hold(node, case("OLD-1", (HER.model_copy(update={"surname": "Quillfeather"}), HIM)))
    assert rows(node).keys() == people(node).keys() != before.keys()


def test_a_stolen_database_shows_of_nobody_whose_name_they_share(node: Node) -> None:
    """Two records of the same names have nothing in common, and nearly all are of one size."""
    hold(
        node,
        case("OLD-3", (HER, HIM)),
        case("OLD-4", (HER.model_copy(update={"aliases": ("Mary-Ann Featherstonehaugh",)}),)),
    )
    every = rows(node)
    assert len(set(every.values())) == len(every)
    assert len({len(one) for one in every.values()}) == 1


def test_what_is_sorted_is_found_as_what_was_only_read(node: Node, monkeypatch: pytest.MonkeyPatch) -> None:
    hold(node, *(case(f"MORE-{number}", (stranger(310 + number), HER)) for number in range(12)))
    monkeypatch.setattr(module, "_AT_ONCE", 2)
    fresh, asked = anew(node), [match_keys(one, node.matching) for one in (HER, HIM, stranger(999))]
    slow = [
        {
            handle: {key for key in keys if key in match_keys(one, node.matching)}
            for handle, one in people(node).items()
            if set(keys) & set(match_keys(one, node.matching))
        }
        for keys in asked
    ]
    assert len(slow[0]) >= 13
    for look in range(24):
        if look == 20:
            hold(node, case("LATE", (stranger(350),)))
        with fresh.read() as tx:
            met = own_keys(tx).having(asked)
        assert [{handle: set(keys) for handle, keys in some.items()} for some in met] == slow
