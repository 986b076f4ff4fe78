"""An alleged perpetrator who is known elsewhere asks for the disclosure scheme, and nobody there is named."""

from __future__ import annotations

import asyncio
import json
from collections.abc import Iterator
from functools import partial
from pathlib import Path
from typing import Any

import httpx2
import pytest

from hub.accounts.accounts import acting_as
from hub.accounts.tokens import TokenWanted, make
from hub.cases.arrived import MOVES
from hub.cases.packing import STAYS
from hub.cases.staff import STAFF_FILE
from hub.crypto.one_time import STEP_S
from hub.records.accounts import AccountRole
from hub.records.papers import PaperKind
from hub.records.tokens import TokenScope
from tests.accounts.people import cheap_passwords
from tests.cases.hidden import held
from tests.checks import disclosing
from tests.cli.running import Ended, inside
from tests.federation.nodes import Areas, cases_of, copied
from tests.web.console.browser import apart
from tests.web.console.signed_in import NAMES, Console, normal

R = AccountRole
HER, HIM = cases_of("eastvale")[0][:2]
PROMPT = "Another area knows an alleged perpetrator of this case as one."
SAID = {"considered": "yes", "because": "The police decide under the right to know."}


@pytest.fixture
def areas(tmp_path: Path, sqlite_template: Path) -> Iterator[Areas]:
    made = copied(sqlite_template, tmp_path, lambda _: "sqlite:///hub.sqlite3")
    with cheap_passwords():
        yield made
    made.close()


@pytest.fixture
def console(areas: Areas) -> Console:
    return Console.of(areas["northmoor"], "Police")


def asked(areas: Areas) -> str:
    """Northmoor asks Eastvale about an alleged perpetrator, and is answered under the agreement; the check."""

    def go() -> str:
        check_id = disclosing.asked(areas, HIM).check_id
        disclosing.disclosed(areas, check_id)
        return check_id

    return apart(go)


def page(areas: Areas, console: Console, path: str = "", role: AccountRole = R.coordinator) -> str:
    areas.clock.advance(2 * STEP_S)
    token = apart(console.users[role].signed_in)
    return apart(partial(console.send, "GET", f"{address(console)}{path}", token)).text


def address(console: Console) -> str:
    return f"/cases/{held(console.node, 'NM-1').row.handle.hex()}"


def program(console: Console, role: AccountRole = R.coordinator) -> str:
    with console.node.write() as tx:
        who = acting_as(tx, console.users[role].account)
        scopes = (TokenScope.read, TokenScope.ask)
        return make(tx, who, TokenWanted(program="a program", scopes=scopes))


def command(console: Console, token: str, folder: Path, **said: str) -> Ended:
    (folder / "token").write_text(token)
    (folder / "token").chmod(0o600)
    (folder / "said.json").write_text(json.dumps({"case_ref": "NM-1", **SAID, **said}))
    how = ("--token-file", folder / "token", "--json")
    return inside("case", "disclosure-scheme", console.node.home, folder / "said.json", *how)


def test_s003_r234_a_perpetrator_known_elsewhere_asks_for_the_scheme_until_it_is_considered(
    areas: Areas, console: Console
) -> None:
    check_id = asked(areas)
    token = apart(console.users[R.coordinator].signed_in)
    send = partial(console.send, "POST", f"{address(console)}/disclosure-scheme", token)
    assert PROMPT in page(areas, console)
    result = apart(partial(console.send, "GET", f"/checks/{check_id}", token)).text
    assert f'href="{address(console)}/disclosure-scheme"' in result
    shown = page(areas, console, "/disclosure-scheme")
    for there in (HER.given_names, HER.surname, "eastvale-0", "Eastvale"):
        assert there not in shown
    for lacking in ({"considered": "yes"}, {"because": "B."}, {**SAID, "victim": "Somebody"}):
        assert apart(partial(send, lacking)).status_code == 422
    assert apart(partial(send, {**SAID, "considered": "no"})).status_code == 303
    assert PROMPT in page(areas, console)
    for _ in range(2):
        assert apart(partial(send, SAID)).status_code == 303
    assert PROMPT not in page(areas, console)
    shown = page(areas, console, "/disclosure-scheme")
    assert shown.count(SAID["because"]) == 2
    assert NAMES[R.coordinator] in shown
    asked(areas)
    assert PROMPT in page(areas, console), "another answer came"


def test_a_victim_known_elsewhere_asks_for_no_scheme(areas: Areas, console: Console) -> None:
    check_id = apart(lambda: disclosing.asked(areas)).check_id
    apart(lambda: disclosing.disclosed(areas, check_id))
    assert PROMPT not in page(areas, console)


def test_a_program_and_a_command_record_it_too(areas: Areas, console: Console, tmp_path: Path) -> None:
    asked(areas)
    token = program(console)
    bearer = {"Authorization": f"Bearer {token}"}
    read = partial(console.send, "GET", f"/api/v1{address(console)}/disclosure-scheme", headers=bearer)
    assert apart(read).json() == {"due": True, "recorded": []}
    assert command(console, token, tmp_path, considered="no").json["due"] is True
    assert command(console, token, tmp_path).json == {"case_ref": "NM-1", "considered": "yes", "due": False}
    given = apart(read).json()
    assert (given["due"], [one["considered"] for one in given["recorded"]]) == (False, ["yes", "no"])
    assert {one["by"] for one in given["recorded"]} == {NAMES[R.coordinator]}
    said = {"considered": "no", "because": "The police have told her already."}
    recorded = apart(partial(sent, console, f"/api/v1{address(console)}/disclosure-scheme", bearer, said))
    assert recorded.status_code == 200, recorded.text
    newest = recorded.json()["recorded"][0]
    assert {name: newest[name] for name in said} == said
    assert apart(read).json() == recorded.json()


def sent(console: Console, path: str, headers: dict[str, str], said: object) -> httpx2.Response:
    """What a program gets that sends JSON."""

    async def go() -> httpx2.Response:
        transport = httpx2.ASGITransport(app=console.app)
        async with httpx2.AsyncClient(transport=transport, base_url="http://console") as client:
            return await client.post(path, json=said, headers=headers)

    return asyncio.run(go())


def test_whoever_is_kept_out_of_the_case_finds_no_scheme(
    areas: Areas, console: Console, tmp_path: Path
) -> None:
    asked(areas)
    token = program(console)
    there = address(console)
    staff = console.node.home / STAFF_FILE
    staff.write_text(f'[[exclusion]]\ncase_ref = "NM-1"\nperson = "{NAMES[R.coordinator]}"\n')
    kept_out = command(console, token, tmp_path)
    nowhere = command(console, token, tmp_path, case_ref="NM-NONE")
    assert (kept_out.code, kept_out.out, kept_out.err) == (nowhere.code, nowhere.out, nowhere.err)
    areas.clock.advance(2 * STEP_S)
    cookie = apart(console.users[R.coordinator].signed_in)
    get = partial(console.send, "GET", token=cookie)
    absent = apart(lambda: get(f"/cases/{'ab' * 16}/disclosure-scheme"))
    found = apart(lambda: get(f"{there}/disclosure-scheme"))
    assert (found.status_code, normal(found.text)) == (absent.status_code, normal(absent.text))
    staff.unlink()
    bearer = {"Authorization": f"Bearer {token}"}
    shown = console_json(console, there, bearer)
    assert shown == {"due": True, "recorded": []}


def console_json(console: Console, there: str, bearer: dict[str, str]) -> Any:
    path = f"/api/v1{there}/disclosure-scheme"
    return apart(lambda: console.send("GET", path, headers=bearer)).json()


def test_it_stays_here_when_the_case_moves() -> None:
    assert PaperKind.disclosure_scheme in STAYS
    assert PaperKind.disclosure_scheme not in MOVES
