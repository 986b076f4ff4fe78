"""Every address that shows a case leaves who opened it, before it answers."""

from __future__ import annotations

import asyncio
import os
import re
from collections import Counter
from collections.abc import Iterator
from pathlib import Path
from typing import Any, Final

import httpx2
import pytest

from hub.accounts.accounts import acting_as
from hub.accounts.sessions import begin
from hub.accounts.tokens import TokenWanted, make
from hub.cases.staff import STAFF_FILE
from hub.checks.opened_cases import THINGS, cases_of
from hub.errors import StorageError
from hub.node.node import Node
from hub.records.accounts import AccountRole
from hub.records.cases import held_cases
from hub.records.gists import every_gist
from hub.records.reads import Came
from hub.records.tokens import TokenScope
from hub.web import ticks
from hub.web.guards import ROUTES, Reads
from tests.accounts.people import cheap_passwords
from tests.accounts.provider import running
from tests.federation.nodes import Areas, copied
from tests.web.console.examples import NO_PAGES, World
from tests.web.console.opened import events, handles, waiting
from tests.web.console.signed_in import BROWSERS, FORM, NAMES, Console, normal
from tests.web.console.walk import Walk

pytestmark = pytest.mark.first
SHOWING: Final = (Reads.case, Reads.named)
NOT_OF_A_CASE: Final = {"account", "token", "name", "digest", "day", "area", "candidate", "paper", "question"}
"""Parts of addresses that name no case: bodies and people who work here, days, and what stands after a case's or a
check's own part."""


def test_every_address_that_names_a_thing_of_a_case_shows_a_case() -> None:
    """Whoever adds a part of an address says what it names."""
    parts = {part for _, path in ROUTES for part in re.findall(r"\{(\w+)", path)}
    assert parts == THINGS - {"reference"} | NOT_OF_A_CASE
    for (method, path), guard in ROUTES.items():
        if set(re.findall(r"\{(\w+)", path)) & THINGS:
            assert guard.reads in SHOWING, (method, path)
        if guard.open:
            assert guard.reads is Reads.nothing, (method, path)


@pytest.fixture
def walk(tmp_path_factory: pytest.TempPathFactory, sqlite_template: Path) -> Iterator[Walk]:
    areas = copied(sqlite_template, tmp_path_factory.mktemp("areas"), lambda _: "sqlite:///hub.sqlite3")
    with cheap_passwords(), running(areas.clock) as provider:
        yield Walk(World(areas, provider))
    areas.close()


@pytest.mark.slow
def test_every_page_in_every_state_leaves_one_event_where_it_shows_a_case_and_none_where_not(
    walk: Walk,
) -> None:
    """One for each answer, of whoever opened it, and with the case wherever it is of one; a list names nobody."""
    met, named, before = set[str](), set[tuple[str, ...]](), 0
    for example in walk.examples():
        node = walk.world.areas[example.at]
        count = len(waiting(node))
        answer = walk.send(example)
        seen = [one for one in waiting(node)[count:] if one.place == example.route]
        method, path = example.route.split(" ")
        reads = ROUTES[method, path].reads
        shown = answer.status_code < 300 or answer.status_code in (409, 422)
        expected = int(reads is not Reads.nothing and (shown or answer.status_code == 404))
        assert len(seen) == expected, (example.route, answer.status_code)
        who = walk.world.somebody(example)
        for one in seen:
            assert who is not None
            assert one.account == who.account.id
            assert one.came is (Came.shown if shown else Came.refused)
            with node.read() as tx:
                if (
                    shown and reads is Reads.case and "{transfer}" not in path
                ):  # Theirs, until it is accepted.
                    assert cases_of(tx, one), (example.route, one)
        met |= {example.route} if expected else set()
        before += expected
        if shown and reads in (Reads.list, Reads.nothing) and method == "GET":
            named |= {(example.route, *_named(node, answer.text))}
    pages = {
        f"{method} {path}"
        for (method, path), guard in ROUTES.items()
        if guard.reads is not Reads.nothing and not path.startswith("/api/")
    }
    assert {one for one in named if len(one) > 1} == set()
    assert pages - met == NEVER_SHOWN
    assert before > 100


NEVER_SHOWN: Final = NO_PAGES - {f"{method} {path}" for method, path in ROUTES if "/api/" in path} - {
    "GET /healthz",
    "GET /static/{digest}/{name:path}",
} | {"GET /obligations/{number}/form"}
"""What no example opens, for it is no page; and an address that sends on to the first question."""


def _named(node: Node, text: str) -> set[str]:
    """The surnames of people on cases here that a page has."""
    with node.read() as tx:
        held = held_cases(tx, [one.row for one in every_gist(tx)])
    surnames = {person.details.person.surname for case in held for person in case.people}
    return {one for one in surnames if len(one) > 3 and re.search(rf"\b{re.escape(one)}\b", text)}


@pytest.fixture(scope="module")
def areas(tmp_path_factory: pytest.TempPathFactory, sqlite_template: Path) -> Iterator[Areas]:
    made = copied(sqlite_template, tmp_path_factory.mktemp("areas"), lambda _: "sqlite:///hub.sqlite3")
    with cheap_passwords():
        yield made
    made.close()


@pytest.fixture(scope="module")
def console(areas: Areas) -> Console:
    return Console.of(areas["eastvale"])


@pytest.fixture(scope="module")
def token(console: Console) -> str:
    """The coordinator's session."""
    return console.users[AccountRole.coordinator].signed_in()


def test_whoever_tries_what_is_kept_from_them_leaves_the_same_as_of_what_is_not_there(
    console: Console, token: str
) -> None:
    node, who = console.node, console.users[AccountRole.coordinator]
    handle = handles(node)[0]
    with node.read() as tx:
        (ref,) = [one.case_ref for one in every_gist(tx) if one.row.handle.hex() == handle]
    kept = f'[[exclusion]]\ncase_ref = "{ref}"\nperson = "{NAMES[AccountRole.coordinator]}"\n'
    (node.home / STAFF_FILE).write_text(kept, encoding="utf-8")
    count = len(events(node))
    answers = [console.send("GET", f"/cases/{one}", token) for one in (handle, "ab" * 16)]
    (node.home / STAFF_FILE).unlink()
    assert [one.status_code for one in answers] == [404, 404]
    assert normal(answers[0].text) == normal(answers[1].text)
    excluded, absent = events(node)[count:]
    assert [excluded.came, absent.came] == [Came.refused, Came.refused]
    assert (
        (excluded.account, excluded.place)
        == (absent.account, absent.place)
        == (who.account.id, "GET /cases/{case}")
    )
    assert (len(excluded.cases), absent.cases) == (1, ())
    assert len(excluded.model_dump_json()) - len(excluded.cases[0]) - 2 == len(absent.model_dump_json())


def test_of_an_address_nothing_is_kept_but_what_may_be_an_id(console: Console, token: str) -> None:
    console.send("GET", "/cases/Dorothea%20Quillfeather", token)
    assert events(console.node)[-1].things == (("case", ""),)


def test_where_it_cannot_be_written_down_nothing_is_shown_and_the_page_says_whom_to_ring(
    console: Console, token: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    node = console.node
    handle = handles(node)[0]

    def full(*_: object) -> int:
        raise OSError(28, "No space left on device")

    with monkeypatch.context() as patch:
        patch.setattr(os, "pwrite", full)
        shown, absent = (console.send("GET", f"/cases/{one}", token) for one in (handle, "ab" * 16))
        nothing = console.send("GET", "/duty", token)
    for one in (shown, absent):
        assert one.status_code == StorageError.status
        assert "Who opens this cannot be written down" in one.text
        assert "Ring whoever runs this node" in one.text
        assert handle not in one.text
    assert normal(shown.text) == normal(absent.text)
    assert nothing.status_code == 200
    assert console.send("GET", f"/cases/{handle}", token).status_code == 200


def test_a_program_leaves_it_too(console: Console) -> None:
    node, who = console.node, console.users[AccountRole.coordinator]
    token = token_of(console, AccountRole.coordinator)
    (handle, *_) = handles(node)
    count = len(events(node))
    for path in (f"/cases/{handle}", "/cases", "/cases/" + "ab" * 16, "/duty"):
        console.send("GET", f"/api/v1{path}", headers={"Authorization": f"Bearer {token}"})
    found = events(node)[count:]
    assert [(one.place, one.came) for one in found] == [
        ("GET /api/v1/cases/{case}", Came.shown),
        ("GET /api/v1/cases", Came.shown),
        ("GET /api/v1/cases/{case}", Came.refused),
    ]
    assert {one.account for one in found} == {who.account.id}
    assert [len(one.cases) for one in found] == [1, 0, 0]


def written(node: Node) -> int:
    """How many lines the file in use has; of one without a head, none."""
    file = node.read_journal.folder / "current"
    return max(0, file.read_bytes().count(b"\n") - 1) if file.exists() else 0


class Watched:
    """A console, and how many events there were as each answer's first byte left."""

    def __init__(self, console: Console) -> None:
        self.console, self.had = console, list[int]()

    async def __call__(self, scope: Any, receive: Any, send: Any) -> None:
        async def sending(message: Any) -> None:
            if message["type"] == "http.response.start":
                self.had.append(written(self.console.node))
            await send(message)

        await self.console.app(scope, receive, sending)

    def send(self, method: str, path: str, cookie: str, token: str) -> int:
        """What comes of an address with nothing filled in: the status."""
        program = path.startswith("/api/")
        headers = {"Authorization": f"Bearer {token}"} if program else {**BROWSERS, **FORM}
        headers |= {} if program else {"Cookie": f"__Host-{self.console.node.node_id}={cookie}"}

        async def go() -> int:
            transport = httpx2.ASGITransport(app=self, raise_app_exceptions=False)
            async with httpx2.AsyncClient(transport=transport, base_url="http://console") as client:
                content = b"{}" if program and method == "POST" else b""
                return (await client.request(method, path, content=content, headers=headers)).status_code

        return asyncio.run(go())


@pytest.mark.parametrize("may", [True, False], ids=["who may", "who may not"])
def test_each_address_leaves_one_event_before_its_answer_where_it_shows_a_case_and_else_none(
    console: Console, monkeypatch: pytest.MonkeyPatch, may: bool
) -> None:
    """Each once, with nothing filled in, by who may open it and by who may not, of a case that is there."""
    monkeypatch.setattr(ticks, "sleep", at_once)
    node, watched, handle = console.node, Watched(console), handles(console.node)[0]
    signed_in = {role: (session_of(console, role), token_of(console, role)) for role in console.users}
    expected, begun = list[tuple[str, str, Came, bool]](), written(node)
    for (method, path), guard in ROUTES.items():
        role = next((one for one in AccountRole if guard.admits(one) is may), None)
        if guard.open or role is None or path == "/sign-out":
            continue
        before = written(node)
        place = re.sub(r"\{[^}]*\}", "ab" * 16, path.replace("{case}", handle))
        status = watched.send(method, place, *signed_in[role])
        shown = status < 300 or (status in (409, 422) and not path.startswith("/api/"))
        one = int(guard.reads is not Reads.nothing and (shown or status == 404))
        assert (written(node) - before, watched.had.pop() - before) == (one, one), (method, path, status)
        assert may or status == 404
        if one:
            came = Came.shown if shown else Came.refused
            expected.append((console.users[role].account.id, f"{method} {path}", came, "{case}" in path))
    seen = waiting(node)[begun:]
    assert [(one.account, one.place, one.came, ("case", handle) in one.things) for one in seen] == expected
    counts = Counter(came for _, _, came, _ in expected)
    assert set(counts) == ({Came.shown, Came.refused} if may else {Came.refused})
    assert min(counts.values()) > 40


def session_of(console: Console, role: AccountRole) -> str:
    """A new cookie of somebody in a role, who has just shown who they are."""
    with console.node.write() as tx:
        return begin(tx, console.users[role].account)


async def at_once(_: float) -> None:
    """No tick is waited for."""


def token_of(console: Console, role: AccountRole) -> str:
    """A program's token of somebody in a role, for everything."""
    with console.node.write() as tx:
        acting = acting_as(tx, console.users[role].account)
        return make(tx, acting, TokenWanted(program="p", scopes=tuple(TokenScope)))
