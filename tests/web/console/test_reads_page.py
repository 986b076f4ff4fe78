"""Who opened a case, as the data-protection officer reads it: by case, person and day; and what she may be told."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from functools import partial
from pathlib import Path

import pytest

from hub.cases.staff import STAFF_FILE
from hub.checks.opened_cases import cases_of
from hub.node.read_journal import Lines, ReadJournal
from hub.records.accounts import AccountRole
from hub.records.gists import Gist, every_gist
from hub.records.reads import bring_in
from tests.accounts.people import cheap_passwords
from tests.federation.nodes import copied
from tests.web.console.browser import apart
from tests.web.console.signed_in import NAMES, Console

R = AccountRole


@pytest.fixture(scope="module")
def console(tmp_path_factory: pytest.TempPathFactory, sqlite_template: Path) -> Iterator[Console]:
    areas = copied(sqlite_template, tmp_path_factory.mktemp("areas"), lambda _: "sqlite:///hub.sqlite3")
    with cheap_passwords():
        yield apart(partial(Console.of, areas["eastvale"]))
    areas.close()


@pytest.fixture(scope="module")
def tokens(console: Console) -> dict[AccountRole, str]:
    return {role: console.users[role].signed_in() for role in (R.coordinator, R.data_protection_officer)}


@pytest.fixture(scope="module")
def opened(console: Console, tokens: dict[AccountRole, str]) -> list[Gist]:
    """Cases: the coordinator opened the first twice, the second once; and tried one that is not there."""
    with console.node.read() as tx:
        found = list(every_gist(tx))
    handles = [one.row.handle.hex() for one in found]
    for number, handle in enumerate((handles[0], handles[1], "ab" * 16, handles[0])):
        apart(lambda: console.send("GET", f"/cases/{handle}", tokens[R.coordinator]))  # noqa: B023
        if number == 1:
            bring_in(console.node, cases_of)
    return found


def page(console: Console, tokens: dict[AccountRole, str], **typed: str) -> str:
    """What the officer reads, from the search to the end."""
    token = tokens[R.data_protection_officer]
    answer = apart(lambda: console.send("POST" if typed else "GET", "/reads", token, typed))
    assert answer.status_code == 200
    return str(answer.text.split("</form>", 2)[-1])


def test_the_officer_reads_who_opened_what_by_numbers_and_nobodys_name_on_a_case(
    console: Console, tokens: dict[AccountRole, str], opened: list[Gist]
) -> None:
    text = page(console, tokens)
    assert text.count(NAMES[R.coordinator]) >= 4
    assert text.count(opened[0].case_ref) >= 2
    assert opened[1].case_ref in text
    assert "Nothing was shown: it is not there for them" in text


def test_they_find_by_case_by_person_and_by_days(
    console: Console, tokens: dict[AccountRole, str], opened: list[Gist]
) -> None:
    first, second = opened[0].case_ref, opened[1].case_ref
    by_case = page(console, tokens, number=first)
    assert first in by_case
    assert second not in by_case
    assert "Nobody opened any" in page(console, tokens, who="Somebody Else")
    assert "Nobody opened any" in page(console, tokens, since="2020-01-01", until="2020-01-31")
    today = console.node.today().isoformat()
    assert first in page(console, tokens, since=today, until=today, who="underhill")


def test_of_one_case_they_read_what_the_victim_may_be_told(
    console: Console, tokens: dict[AccountRole, str], opened: list[Gist]
) -> None:
    text = page(console, tokens, number=opened[0].case_ref)
    facts = text.split("What the victim may be told")[1].split("<table")[0]
    assert "Eastvale Police, coordinator: A case (2 times)" in " ".join(facts.split())
    assert NAMES[R.coordinator] not in facts
    assert "What the victim may be told" not in page(console, tokens, number=opened[0].case_ref[:-1])


def test_an_officer_who_is_kept_out_of_a_case_reads_what_they_would_without_it(
    console: Console, tokens: dict[AccountRole, str], opened: list[Gist]
) -> None:
    every = page(console, tokens).count(NAMES[R.coordinator])
    kept = (
        f'[[exclusion]]\ncase_ref = "{opened[0].case_ref}"\nperson = "{NAMES[R.data_protection_officer]}"\n'
    )
    (console.node.home / STAFF_FILE).write_text(kept, encoding="utf-8")
    text = page(console, tokens)
    found = page(console, tokens, number=opened[0].case_ref)
    (console.node.home / STAFF_FILE).unlink()
    assert opened[0].case_ref not in text
    assert opened[1].case_ref in text
    assert text.count(NAMES[R.coordinator]) == every - 2, "nor that something was opened"
    assert "Nobody opened any" in found
    assert found == page(console, tokens, number="EV-none").replace("EV-none", opened[0].case_ref)


def test_what_is_brought_in_while_the_page_is_made_is_on_it(
    console: Console,
    tokens: dict[AccountRole, str],
    opened: list[Gist],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """The page is of one moment, which may not begin before it has read the journal."""
    every = ReadJournal.every

    def meanwhile(journal: ReadJournal) -> Iterator[Lines]:
        if threading.current_thread() not in bringing:
            bringing.append(threading.Thread(target=bring_in, args=(console.node, cases_of)))
            bringing[-1].start()
            bringing[-1].join()
        return every(journal)

    bringing = list[threading.Thread]()
    apart(lambda: console.send("GET", f"/cases/{opened[2].row.handle.hex()}", tokens[R.coordinator]))
    monkeypatch.setattr(ReadJournal, "every", meanwhile)
    assert opened[2].case_ref in page(console, tokens)
    assert bringing


def test_lines_that_are_not_as_written_are_told(
    console: Console, tokens: dict[AccountRole, str], opened: list[Gist]
) -> None:
    file = console.node.read_journal.folder / "current"
    written = file.read_bytes()
    lines = written.split(b"\n")
    file.write_bytes(b"\n".join([lines[0], b"A" * len(lines[1]), *lines[2:]]))
    text = page(console, tokens)
    assert "1 line of the journal is not as this node wrote it" in text
