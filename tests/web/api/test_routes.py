"""Every address of programs, as every role, with every kind of token, and with none: what the table says."""

from __future__ import annotations

import pytest

from hub.accounts.accounts import disable
from hub.accounts.tokens import take_back
from hub.records.accounts import AccountRole
from hub.records.tokens import TokenScope, token_id
from hub.web.api import app as api_app
from hub.web.console.app import create_console
from tests.web.api.conftest import Programs, problem
from tests.web.console.routes import EXPECTED, LETTERS, PROGRAMS, address


def parts(route: str) -> tuple[str, str]:
    method, path = address(route)
    return method, path.removeprefix("/api/v1")


@pytest.fixture(scope="module")
def cookie(programs: Programs) -> dict[str, str]:
    """What the browser of a manager sends who is signed in."""
    signed_in = programs.console.users[AccountRole.manager].signed_in()
    return {
        "Cookie": f"__Host-{programs.console.node.node_id}={signed_in}",
        "Sec-Fetch-Site": "same-origin",
    }


@pytest.mark.parametrize("route", PROGRAMS)
def test_nobody_gets_no_more_than_that_a_token_is_needed(
    programs: Programs, cookie: dict[str, str], route: str
) -> None:
    method, path = parts(route)
    answers = [
        programs.send(method, path, "x" * 43),
        programs.send(method, path, headers={"Sec-Fetch-Site": "same-origin"}),
        programs.send(method, path, headers=cookie),
        programs.send(method, "/nowhere", "x" * 43),
    ]
    assert {problem(one) for one in answers} == {(401, "no_token")}
    assert {one.headers["www-authenticate"] for one in answers} == {"Bearer"}
    assert len({one.content for one in answers}) == 1


@pytest.mark.parametrize("route", PROGRAMS)
@pytest.mark.parametrize("letter", LETTERS)
def test_each_role_gets_what_is_written_there(
    programs: Programs,
    tokens: dict[AccountRole, str],
    route: str,
    letter: str,
) -> None:
    letters, kind = EXPECTED[route].split(" ")
    method, path = parts(route)
    token = tokens[LETTERS[letter]]
    answer = programs.send(method, path, token, {})
    nowhere = programs.send("GET", "/nowhere", token)
    assert problem(nowhere) == (404, "not_found")
    if letter not in letters:
        assert (answer.status_code, answer.content) == (404, nowhere.content)
    elif kind == "person":
        assert problem(answer) == (403, "not_allowed")
        assert "signs in to the console" in answer.json()["detail"]
    elif method == "POST":
        assert answer.status_code in (200, 422)
    elif "{" in route:
        assert (answer.status_code, answer.content) == (404, nowhere.content)
    else:
        assert answer.status_code == 200


@pytest.mark.parametrize("route", [one for one in PROGRAMS if not EXPECTED[one].endswith("person")])
def test_a_token_for_the_other_thing_is_told_so(programs: Programs, route: str) -> None:
    letters, wanted = EXPECTED[route].split(" ")
    other = TokenScope.read if wanted == "ask" else TokenScope.ask
    role = AccountRole.coordinator if "c" in letters else AccountRole.data_protection_officer
    token = programs.token(role, (other,))
    answer = programs.send(*parts(route), token, {})
    assert problem(answer) == (403, "not_allowed")
    assert f"lacks the scope {wanted}" in answer.json()["detail"]
    with programs.console.node.write() as tx:
        take_back(tx, token_id(token).hex(), programs.console.users[role].account)


def test_a_browser_does_not_act_by_a_token_that_stands_beside_its_cookie(
    programs: Programs, tokens: dict[AccountRole, str]
) -> None:
    headers = {"Cookie": "a=b", "Origin": "https://evil.example", "Sec-Fetch-Site": "cross-site"}
    answer = programs.send("POST", "/cases", tokens[AccountRole.coordinator], {}, headers)
    assert answer.status_code == 403


def test_a_program_that_asks_too_often_is_told_to_wait(
    programs: Programs, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(api_app, "BURST", 2)
    monkeypatch.setattr(api_app, "PER_SECOND", 0.0)
    console = programs.console
    old, console.app = console.app, create_console(console.node)
    try:
        token, other = programs.token(AccountRole.coordinator), programs.token(AccountRole.manager)
        got = [programs.send("GET", "/requests", token).status_code for _ in range(3)]
        assert got == [200, 200, 429]
        answer = programs.send("GET", "/requests", token)
        assert problem(answer) == (429, "quota")
        assert answer.headers["retry-after"] == "1"
        assert programs.send("GET", "/requests", other).status_code == 200
    finally:
        console.app = old


def test_a_disabled_accounts_token_does_nothing_more(programs: Programs) -> None:
    token = programs.token(AccountRole.representative)
    assert programs.send("GET", "/cases", token).status_code == 200
    with programs.console.node.write() as tx:
        disable(tx, programs.console.users[AccountRole.representative].account, None)
    assert programs.send("GET", "/cases", token).status_code == 401
