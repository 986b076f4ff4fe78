"""A page does as much for whoever is kept out of a case as for whoever is kept out of nothing; no work twice."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any, Final

import pytest
from sqlalchemy import event

from hub.cases import access, kept_out
from hub.cases.staff import STAFF_FILE
from hub.crypto.one_time import STEP_S
from hub.errors import ConflictError
from hub.node import transaction
from hub.node.node import Node
from hub.records.accounts import AccountRole
from hub.store import remembered
from hub.web.console.app import REMEMBER_S
from tests.accounts.people import cheap_passwords
from tests.checks import disclosing
from tests.federation.nodes import Areas, case, copied, hold, stranger
from tests.web.console.browser import apart
from tests.web.console.signed_in import NAMES, Console

EXCLUDED = '[[exclusion]]\ncase_ref = "NM-31"\nperson = "{}"\n'
NOBODY_HERE = "Somebody Else"
PAGES = ("/work", "/cases", "/obligations", "/requests", "/cases/{case}", "/cases/{case}/ask")


@pytest.fixture(scope="module")
def areas(tmp_path_factory: pytest.TempPathFactory, sqlite_template: Path) -> Iterator[Areas]:
    made = copied(sqlite_template, tmp_path_factory.mktemp("areas"), lambda _: "sqlite:///hub.sqlite3")
    with cheap_passwords():
        yield made
    made.close()


@pytest.fixture(scope="module")
def node(areas: Areas) -> Node:
    node = areas["northmoor"]
    disclosing.asked(areas)
    hold(node, *(case(f"NM-{at}", [stranger(at)]) for at in range(30, 40)))
    node.remembered.for_s = REMEMBER_S
    return node


@pytest.fixture(scope="module")
def console(node: Node) -> Console:
    return Console.of(node, "Police")


class Seen:
    """What a page did: its statements to the database, and what it worked out anew."""

    def __init__(self, console: Console, areas: Areas, monkeypatch: pytest.MonkeyPatch) -> None:
        self.console = console
        self.statements: list[str] = []
        self.anew: list[str] = []
        areas.clock.advance(2 * STEP_S)
        self._token = apart(console.users[AccountRole.coordinator].signed_in)
        event.listen(console.node.database.engine, "before_cursor_execute", self._statement)
        for module, name in (
            (remembered, "read_table"),
            (access, "CaseRestrictions"),
            (kept_out, "match_keys"),
            (kept_out, "named_people"),
        ):
            monkeypatch.setattr(module, name, self._counted(name, getattr(module, name)))

    def _statement(self, *given: object) -> None:
        self.statements.append(re.sub(r"\(\?(, \?)*\)", "(?)", str(given[2])))

    def _counted(self, name: str, real: object) -> object:
        def counted(*given: object) -> object:
            self.anew.append(name)
            return real(*given)  # type: ignore[operator]

        return counted

    def page(self, path: str) -> str:
        """A page's text; what was seen before is forgotten."""
        self.statements.clear()
        self.anew.clear()
        answer = apart(lambda: self.console.send("GET", path, self._token))
        assert answer.status_code == 200, path
        return str(answer.text)


@pytest.fixture
def seen(console: Console, areas: Areas, monkeypatch: pytest.MonkeyPatch) -> Iterator[Seen]:
    seen = Seen(console, areas, monkeypatch)
    yield seen
    event.remove(console.node.database.engine, "before_cursor_execute", seen._statement)


@pytest.mark.parametrize("page", PAGES)
def test_a_page_asks_the_database_the_same_for_whoever_is_kept_out_and_works_out_nothing_again(
    node: Node, seen: Seen, page: str
) -> None:
    asked: dict[str, list[str]] = {}
    handle = re.findall(r"/cases/([0-9a-f]{32})", seen.page("/cases"))[0]
    path = page.replace("{case}", handle)
    for name in (NOBODY_HERE, NAMES[AccountRole.coordinator]):
        (node.home / STAFF_FILE).write_text(EXCLUDED.format(name), encoding="utf-8")
        text = seen.page(path)
        assert name == NOBODY_HERE or "NM-31" not in text
        seen.page(path)
        assert seen.anew == []
        asked[name] = list(seen.statements)
    assert asked[NOBODY_HERE]
    assert asked[NOBODY_HERE] == asked[NAMES[AccountRole.coordinator]]


def test_an_exclusion_counts_with_the_next_page_and_so_does_its_end(node: Node, seen: Seen) -> None:
    mine = EXCLUDED.format(NAMES[AccountRole.coordinator])
    for text in ("", mine, "", mine):
        (node.home / STAFF_FILE).write_text(text, encoding="utf-8")
        assert ("NM-31" in seen.page("/cases")) is (text == "")


FEW: Final = 4
"""Who asks is looked up, what is asked of each list is read, and a page is one look beside."""


@pytest.mark.parametrize("page", PAGES)
def test_a_page_is_of_one_moment(node: Node, seen: Seen, page: str) -> None:
    handle = re.findall(r"/cases/([0-9a-f]{32})", seen.page("/cases"))[0]
    path = page.replace("{case}", handle)
    seen.page(path)
    begun = list[object]()
    note = begun.append
    event.listen(node.database.engine, "begin", note)
    seen.page(path)
    event.remove(node.database.engine, "begin", note)
    assert 0 < len(begun) <= FEW


def test_where_others_write_too_much_for_one_moment_a_page_looks_anew(
    node: Node, seen: Seen, monkeypatch: pytest.MonkeyPatch
) -> None:
    every, overtaken = transaction.Reading.every_row, list[str]()

    def once_overtaken(self: transaction.Reading, table: str, make: Any) -> Any:
        if getattr(node._looks, "shared", None) is not None:
            overtaken.append(table)
            raise ConflictError("The log was written on faster than it could be read.")
        return every(self, table, make)

    monkeypatch.setattr(transaction.Reading, "every_row", once_overtaken)
    assert "NM-32" in seen.page("/cases")
    assert len(overtaken) == 1
