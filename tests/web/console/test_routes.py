"""Every address of the console, and what each role, and nobody, gets there: written here once more, and walked."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from starlette.routing import Route

from hub.accounts.sessions import SignedIn, begin, find
from hub.records.accounts import AccountRole
from hub.web.console import app as console_app
from hub.web.guards import OPEN, ROUTES
from tests.accounts.people import cheap_passwords
from tests.federation.nodes import copied
from tests.web.console.routes import BEHIND, EXPECTED, LETTERS, address
from tests.web.console.signed_in import BROWSERS, Console, normal


@pytest.fixture(scope="module")
def console(tmp_path_factory: pytest.TempPathFactory, sqlite_template: Path) -> Iterator[Console]:
    areas = copied(sqlite_template, tmp_path_factory.mktemp("areas"), lambda _: "sqlite:///hub.sqlite3")
    with cheap_passwords():
        yield Console.of(areas["eastvale"])
    areas.close()


@pytest.fixture(scope="module")
def tokens(console: Console) -> dict[AccountRole, str]:
    return {role: person.signed_in() for role, person in console.users.items()}


def test_the_table_is_what_is_written_here() -> None:
    said = {
        f"{method} {path}": "open"
        if guard.open
        else "".join(letter for letter, role in LETTERS.items() if role in guard.roles)
        + ("!" if guard.fresh else "")
        + (f" {guard.program}" if guard.program else "")
        for (method, path), guard in ROUTES.items()
    }
    assert said == EXPECTED


def test_the_console_has_these_addresses_and_no_other(console: Console) -> None:
    def walk(routes: object) -> Iterator[str]:
        assert isinstance(routes, list)
        for route in routes:
            if isinstance(route, Route):
                yield from (f"{method} {route.path}" for method in (route.methods or set()) - {"HEAD"})
            else:
                yield from walk(route.original_router.routes)

    assert sorted(walk(console.app.router.routes)) == sorted(EXPECTED)


def test_it_does_not_start_with_an_address_that_is_not_in_the_table(
    console: Console, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(console_app, "ROUTES", {**ROUTES, ("GET", "/else"): OPEN})
    with pytest.raises(RuntimeError, match="/else"):
        console_app.create_console(console.node)


@pytest.mark.parametrize("route", BEHIND)
@pytest.mark.parametrize("token", ["", "x" * 43], ids=["no cookie", "a made-up cookie"])
def test_nobody_is_sent_to_sign_in(console: Console, route: str, token: str) -> None:
    answer = console.send(*address(route), token)
    assert (answer.status_code, answer.headers["location"]) == (303, "/sign-in")
    assert not answer.content


@pytest.mark.parametrize("route", BEHIND)
@pytest.mark.parametrize("letter", LETTERS)
def test_each_role_gets_what_is_written_here(
    console: Console, tokens: dict[AccountRole, str], route: str, letter: str
) -> None:
    """Whoever may not gets the very page of an address that there is not."""
    role = LETTERS[letter]
    token = _session_of(console, role) if route == "POST /sign-out" else tokens[role]
    answer = console.send(*address(route), token)
    nowhere = console.send("GET", "/nowhere/at/all", tokens[LETTERS[letter]])
    assert nowhere.status_code == 404
    alike = normal(answer.text) == normal(nowhere.text)
    if letter in EXPECTED[route] and "{" not in route:
        assert answer.status_code in (200, 303, 403 if route == "POST /confirm" else 422)
        assert not alike
    elif letter in EXPECTED[route]:  # What is not there, by somebody who may open the address.
        assert (answer.status_code, alike) == (404, True)
    else:
        assert (answer.status_code, alike) == (404, True)


def _session_of(console: Console, role: AccountRole) -> str:
    """One more session of somebody's, which may end."""
    with console.node.write() as tx:
        return begin(tx, console.users[role].account)


def test_who_sent_a_form_after_their_session_was_over_reads_that_it_was_not_done(console: Console) -> None:
    answer = console.send("POST", "/cases/new", "x" * 43, {"case_ref": "NM-1"})
    assert (answer.status_code, answer.headers["location"]) == (303, "/sign-in?ended")
    assert "was not done" in console.send("GET", "/sign-in?ended").text
    assert "was not done" not in console.send("GET", "/sign-in").text
    assert console.send("POST", "/sign-out", form={"button": "x"}).headers["location"] == "/sign-in"


def test_who_signs_with_nothing_filled_in_goes_on_at_that_page_once_they_showed_who_they_are(
    console: Console, tokens: dict[AccountRole, str], monkeypatch: pytest.MonkeyPatch
) -> None:
    token, path = tokens[AccountRole.manager], f"/countersign/{'ab' * 8}"
    monkeypatch.setattr(SignedIn, "fresh", lambda *_: False)
    assert console.send("POST", path, token).headers["location"] == "/confirm"
    session = find(console.node, token)
    assert session is not None
    assert session.draft_of == path


@pytest.mark.parametrize("route", [one for one in EXPECTED if one.startswith("POST")])
@pytest.mark.parametrize(
    "headers",
    [
        {},
        {"Sec-Fetch-Site": "cross-site", "Origin": "https://evil.example"},
        {"Origin": "https://evil.example"},
    ],
    ids=["neither header", "another site", "another origin"],
)
def test_what_another_sites_page_sends_does_nothing(
    console: Console, tokens: dict[AccountRole, str], route: str, headers: dict[str, str]
) -> None:
    answer = console.send(*address(route), tokens[AccountRole.manager], headers=headers)
    assert answer.status_code == 403


def test_nothing_can_be_framed_or_kept(console: Console, tokens: dict[AccountRole, str]) -> None:
    for path in ("/", "/sign-in", "/nowhere", "/accounts"):
        answer = console.send("GET", path, tokens[AccountRole.manager])
        assert "frame-ancestors 'none'" in answer.headers["content-security-policy"]
        assert answer.headers["cache-control"] == "no-store"


def test_a_form_needs_what_browsers_send(console: Console) -> None:
    answer = console.send("POST", "/sign-in", form={"sign_in": "x"}, headers=BROWSERS)
    assert answer.status_code == 403
