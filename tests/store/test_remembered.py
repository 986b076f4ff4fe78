"""Rows that pages read from memory for a while are those that the log vouches for, and no others."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable

import pytest
from sqlalchemy import RowMapping, Table
from sqlmodel import Session

from hub.cases.close import close
from hub.cases.obligations import list_obligations
from hub.crypto.vault import Vault
from hub.errors import HubError, LogError, RowsError
from hub.node.node import Node, open_node
from hub.node.rereading import read_ageing
from hub.records.obligations import in_state
from hub.store import remembered
from hub.store.guarded import read_table
from hub.store.remembered import Remembered
from tests.audit.acting import HER, OTHER, sql
from tests.cases.casework import FIRST, done, who
from tests.federation.nodes import Areas, case, hold

FOR_S = 60.0
LATER = FIRST + dt.timedelta(days=400)
CHANGED: dict[str, str] = {
    "closed": "UPDATE obligation_record SET state = 'closed', closed_at = 1",
    "put off": "UPDATE obligation_record SET due = '2099-01-01'",
    "of another case": "UPDATE obligation_record SET case_digest = decode('00', 'hex')",
}
GONE_OR_NEW: dict[str, str] = {
    "deleted": "DELETE FROM obligation_record",
    "one more": (
        "INSERT INTO obligation_record (id, decision_id, place, case_digest, matter, code, due, state)"
        " SELECT 'x', decision_id, place, case_digest, matter, code, due, state FROM obligation_record LIMIT 1"
    ),
}


class Watch:
    """A clock that is put forward by hand."""

    now = 0.0

    def __call__(self) -> float:
        return self.now


@pytest.fixture
def watch(stored_areas: Areas) -> Watch:
    """Of a node that has read all, and reads it whole once in a minute."""
    node, watch = stored_areas["northmoor"], Watch()
    hold(node, case("her", [HER]))
    node.__dict__["remembered"] = Remembered(watch)
    node.remembered.for_s = FOR_S
    assert owed(node)
    return watch


def owed(node: Node) -> list[str]:
    return [one.number for one in list_obligations(node, who(), LATER, every=True)]


def statement(node: Node, text: str) -> str:
    """SQLite writes bytes in another way than PostgreSQL."""
    sqlite = node.database.engine.dialect.name == "sqlite"
    return text.replace("decode('00', 'hex')", "x'00'") if sqlite else text


@pytest.mark.parametrize("text", CHANGED.values(), ids=CHANGED)
def test_a_row_changed_meanwhile_is_taken_as_it_was_and_found_within_the_time(
    stored_areas: Areas, watch: Watch, text: str
) -> None:
    node = stored_areas["northmoor"]
    before = owed(node)
    sql(node, statement(node, text))
    watch.now = FOR_S - 1
    assert owed(node) == before
    watch.now = FOR_S
    with pytest.raises(RowsError, match="obligation_record"):
        owed(node)


@pytest.mark.parametrize("text", CHANGED.values(), ids=CHANGED)
def test_nobody_acts_on_a_row_that_was_changed_meanwhile(
    stored_areas: Areas, watch: Watch, text: str
) -> None:
    node = stored_areas["northmoor"]
    number = owed(node)[0]
    sql(node, statement(node, text))
    assert number in owed(node)
    with pytest.raises(HubError):
        close(node, [number], done("It was done."))


@pytest.mark.parametrize("text", [*CHANGED.values(), *GONE_OR_NEW.values()], ids=[*CHANGED, *GONE_OR_NEW])
def test_without_a_time_every_look_finds_it(stored_areas: Areas, watch: Watch, text: str) -> None:
    node = stored_areas["northmoor"]
    node.remembered.for_s = 0
    sql(node, statement(node, text))
    with pytest.raises(RowsError, match="obligation_record"):
        owed(node)


@pytest.mark.parametrize("text", GONE_OR_NEW.values(), ids=GONE_OR_NEW)
def test_a_row_more_or_less_is_found_once_the_log_says_anything_new_of_the_table(
    stored_areas: Areas, watch: Watch, text: str
) -> None:
    node = stored_areas["northmoor"]
    before = owed(node)
    hold(node, case("other", [OTHER]))
    sql(node, statement(node, text))
    with pytest.raises(RowsError, match="obligation_record"):
        owed(node)
    assert before


def test_what_the_log_says_to_be_new_is_compared_when_it_is_read(stored_areas: Areas, watch: Watch) -> None:
    node = stored_areas["northmoor"]
    before = owed(node)
    hold(node, case("other", [OTHER]))
    sql(node, f"{CHANGED['put off']} WHERE id NOT IN ({', '.join(repr(one) for one in before)})")
    with pytest.raises(RowsError, match="obligation_record"):
        owed(node)


WRITTEN: dict[str, Callable[[Node, str], object]] = {
    "new": lambda node, _: hold(node, case("other", [OTHER])),
    "closed": lambda node, number: close(node, [number], done("It was done.")),
}


@pytest.mark.parametrize("act", WRITTEN.values(), ids=WRITTEN)
def test_what_another_process_wrote_is_there_at_once(
    stored_areas: Areas, watch: Watch, act: Callable[[Node, str], object]
) -> None:
    node = stored_areas["northmoor"]
    before = owed(node)
    other = open_node(node.home, clock=stored_areas.clock)
    act(other, before[0])
    expected = owed(other)
    other.database.close()
    assert owed(node) == expected != before


def test_what_an_upgrade_or_a_resumption_believes_is_not_remembered(
    stored_areas: Areas, watch: Watch
) -> None:
    node = stored_areas["northmoor"]
    before = owed(node)
    sql(node, CHANGED["closed"])
    with node.write() as tx:
        tx.believing = True
        assert in_state(tx, "open", None) == ()
    assert owed(node) == before


def test_what_is_the_same_is_made_once(stored_areas: Areas, watch: Watch) -> None:
    node = stored_areas["northmoor"]
    made: list[int] = []

    def count(_: object, row: object) -> object:
        made.append(1)
        return row

    with node.read() as tx:
        first = len(tx.every_row("case_record", count))
    for now in (0.0, FOR_S, 2 * FOR_S):
        watch.now = now
        with node.read() as tx:
            tx.every_row("case_record", count)
    assert len(made) == first
    hold(node, case("other", [OTHER]))
    with node.read() as tx:
        assert len(tx.every_row("case_record", count)) == first + 1
    assert len(made) == first + 1


def test_whoever_looks_at_an_earlier_state_reads_that(stored_areas: Areas, watch: Watch) -> None:
    node = stored_areas["northmoor"]
    with node.read() as earlier:
        count = len(earlier.every_row("obligation_record", _id))
        hold(node, case("other", [OTHER]))
        with node.read() as later:
            assert len(later.every_row("obligation_record", _id)) > count
        assert len(earlier.every_row("obligation_record", _id)) == count
    assert len(owed(node)) > count


def _id(_: Vault, row: RowMapping) -> object:
    return row["id"]


@pytest.fixture
def whole(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """The tables that are read whole, one after the other."""
    read: list[str] = []

    def reading(session: Session, table: Table) -> object:
        read.append(table.name)
        return read_table(session, table)

    monkeypatch.setattr(remembered, "read_table", reading)
    return read


def test_what_is_read_again_beside_whoever_looks_is_read_by_no_look(
    stored_areas: Areas, watch: Watch, whole: list[str]
) -> None:
    node = stored_areas["northmoor"]
    before = owed(node)
    for now in range(0, 10 * int(FOR_S), 10):
        watch.now = float(now)
        read_ageing(node)
        read, whole[:] = list(whole), []
        assert owed(node) == before
        assert whole == []
        assert (read != []) is (now > 0 and now % (FOR_S / 2) == 0)


def test_where_nobody_reads_again_in_time_the_look_does(
    stored_areas: Areas, watch: Watch, whole: list[str]
) -> None:
    node = stored_areas["northmoor"]
    watch.now = FOR_S / 2
    read_ageing(node)
    whole.clear()
    watch.now = FOR_S / 2 + FOR_S
    owed(node)
    assert "obligation_record" in whole


def test_how_old_a_table_is_counts_from_when_its_reading_began(
    stored_areas: Areas, watch: Watch, whole: list[str]
) -> None:
    """Else what was altered while it was read, however slowly, would be believed for longer."""
    node = stored_areas["northmoor"]
    watch.now = FOR_S / 2

    def slowly() -> None:
        watch.now = FOR_S / 2 + 20

    with node.read() as tx:
        tx.read_again("obligation_record", slowly)
    whole.clear()
    watch.now = FOR_S / 2 + FOR_S
    owed(node)
    assert "obligation_record" in whole


@pytest.mark.parametrize("text", [*CHANGED.values(), *GONE_OR_NEW.values()], ids=[*CHANGED, *GONE_OR_NEW])
def test_what_was_altered_is_found_by_whoever_reads_again_and_stops_the_node(
    stored_areas: Areas, watch: Watch, text: str
) -> None:
    node = stored_areas["northmoor"]
    sql(node, statement(node, text))
    watch.now = FOR_S / 2
    with pytest.raises(RowsError, match="obligation_record"):
        read_ageing(node)
    with pytest.raises(LogError, match="has stopped"):
        owed(node)


def test_what_is_written_while_a_table_is_read_again_is_there_at_once(
    stored_areas: Areas, watch: Watch
) -> None:
    node = stored_areas["northmoor"]
    before, looked = owed(node), list[list[str]]()

    def meanwhile() -> None:
        if not looked:
            hold(node, case("other", [OTHER]))
            looked.append(owed(node))

    with node.read() as tx:
        tx.read_again("obligation_record", meanwhile)
    assert owed(node) == looked[0] != before


def test_a_table_is_read_once_however_much_is_made_of_it(
    stored_areas: Areas, watch: Watch, whole: list[str]
) -> None:
    node = stored_areas["northmoor"]
    watch.now = FOR_S
    with node.read() as tx:
        numbers = tx.every_row("case_record", _id)
        assert tx.every_row("case_record", lambda _, row: row["handle"]) != numbers
        assert tx.every_row("case_record", _nothing) == ()
    assert whole == ["case_record"]


def test_what_is_made_of_a_table_is_the_same_value_while_the_table_is(
    stored_areas: Areas, watch: Watch
) -> None:
    node = stored_areas["northmoor"]

    def made() -> object:
        with node.read() as tx:
            return tx.every_row("case_record", _id)

    first = made()
    watch.now = FOR_S / 2
    read_ageing(node)
    assert made() is first
    watch.now = 2 * FOR_S
    assert made() is first
    hold(node, case("other", [OTHER]))
    assert made() != first


def _nothing(_: Vault, row: RowMapping) -> object:
    return None
