"""What is not there, and what is kept from an account, at every address: the same bytes, at the same tick."""

from __future__ import annotations

import asyncio
import base64
import re
import secrets
from collections.abc import Iterator, Mapping
from itertools import cycle
from typing import Any, Final

import httpx2
import pytest

from hub.accounts.accounts import acting_as
from hub.cases.shown import case_shown
from hub.cases.staff import STAFF_FILE
from hub.records.accounts import AccountRole
from hub.records.idva import every_idva_referral
from hub.sample.referral import sample_referral
from hub.transfers.decided import Offer
from hub.transfers.offer import offer_case
from hub.web import ticks
from hub.web.api.addresses import ADDRESSES, MOST_BYTES
from hub.web.guards import PERSON, ROUTES
from hub.wire.transfers import Permitted
from tests.cases.planning import accepted, action
from tests.cases.scanning import PDF, scanned, scanner
from tests.checks.disclosing import asked, disclosed
from tests.web.api.conftest import Programs
from tests.web.api.sent import entered, question, stub

PLACES: Final = ("{case}", "{check}", "{action}", "{referral}", "{request}", "{transfer}", "{paper}")
DAY: Final = "2026-12-03"
"""A meeting: its address is a list's."""
TOLD_OF: Final = "eastvale-0"
"""The case that another area was told of, under an agreement."""
READ_BY_ADDRESS: Final = [
    (method, path.removeprefix("/api/v1"))
    for (method, path), guard in ROUTES.items()
    if path.startswith("/api/") and guard.program not in ("", PERSON) and "{" in path.replace("{day}", "")
]
OTHERS: Final = [
    (method, path.removeprefix("/api/v1"))
    for (method, path), guard in ROUTES.items()
    if path.startswith("/api/") and guard.program not in ("", PERSON) and "{" not in path.replace("{day}", "")
]


@pytest.fixture(scope="module")
def tokens(programs: Programs) -> Iterator[str]:
    """Several of the coordinator's, in turn: one alone would be used too often."""
    return cycle([programs.token(AccountRole.coordinator) for _ in range(12)])


@pytest.fixture
def ash(tokens: Iterator[str]) -> str:
    return next(tokens)


@pytest.fixture(scope="module")
def ida(programs: Programs) -> str:
    return programs.token(AccountRole.idva)


@pytest.fixture(scope="module")
def held(programs: Programs, tokens: Iterator[str], ida: str) -> dict[str, Mapping[str, str]]:
    """By why the coordinator does not read it: what stands in each place of an address, and its number."""
    ash = next(tokens)
    ours, theirs = entered(programs, ash), entered(programs, ida)
    put = programs.send("POST", f"/cases/{ours['case']}/questions", ash, question(ours))
    check = put.json()["checks"][0]["check_id"]
    number = planned(programs, ours["case"], ash)
    disclosed(programs.areas, asked(programs.areas).check_id)
    (told,) = programs.send("GET", "/requests", ash).json()["answered"]
    assert told["case_ref"] == TOLD_OF
    return {
        "excluded": {
            "{case}": ours["case"],
            "{check}": check,
            "{action}": number,
            "{referral}": passed_on(programs, ours["case"]),
            "{request}": told["request"],
            "{transfer}": moving(programs, ours["case_ref"], ash),
            "{paper}": attached(programs, ours["case"], ash),
            "ref": ours["case_ref"],
        },
        "of a service": {
            "{case}": theirs["case"],
            "{check}": "cd" * 16,
            "{action}": "cd" * 8,
            "{referral}": "cd" * 16,
            "{request}": "cd" * 16,
            "{transfer}": "cd" * 16,
            "{paper}": "cd" * 16,
            "ref": theirs["case_ref"],
        },
        "not there": dict.fromkeys(PLACES, "ab" * 16) | {"{action}": "ab" * 8, "ref": "EV-none"},
        "no id": dict.fromkeys(PLACES, "no-id") | {"ref": "EV-none"},
    }


@pytest.fixture
def kept_from(
    programs: Programs, held: dict[str, Mapping[str, str]]
) -> Iterator[dict[str, Mapping[str, str]]]:
    """Those, while the coordinator, and the data-protection officer, are excluded from the first."""
    roles = (AccountRole.coordinator, AccountRole.data_protection_officer)
    names = [programs.console.users[role].account.name for role in roles]
    staff = programs.console.node.home / STAFF_FILE
    refs = (held["excluded"]["ref"], TOLD_OF)
    kept = (f'[[exclusion]]\ncase_ref = "{ref}"\nperson = "{name}"\n' for ref in refs for name in names)
    staff.write_text("".join(kept), encoding="utf-8")
    yield held
    staff.unlink()


def another(programs: Programs, token: str) -> str:
    """Another case that the coordinator is excluded from: its number."""
    ref: str = entered(programs, token)["case_ref"]
    name = programs.console.users[AccountRole.coordinator].account.name
    staff = programs.console.node.home / STAFF_FILE
    more = f'[[exclusion]]\ncase_ref = "{ref}"\nperson = "{name}"\n'
    staff.write_text(staff.read_text(encoding="utf-8") + more, encoding="utf-8")
    return ref


def number_of(places: Mapping[str, str]) -> str:
    """The number to enter a case under: a new one, where there is to be none of it."""
    return places["ref"] if places["ref"] != "EV-none" else f"EV-{secrets.token_hex(4)}"


def attached(programs: Programs, case: str, token: str) -> str:
    """A file of that case that everybody who opens it is given: its paper."""
    node = programs.console.node
    with scanner() as address:
        scanned(node, address)
        sent = {"what": "other", "name": "a.pdf", "data": base64.b64encode(PDF).decode()}
        done = programs.send("POST", f"/cases/{case}/files", token, sent).json()
        scanned(node, "")
    assert programs.send("GET", f"/cases/{case}/papers/{done['paper']}/file", token).status_code == 200
    return str(done["paper"])


def passed_on(programs: Programs, case: str) -> str:
    """The referral of that case to the Idva service: its id."""
    with programs.console.node.read() as tx:
        return next(one.id for one in every_idva_referral(tx) if one.case == case)


def planned(programs: Programs, case: str, token: str) -> str:
    """An action of a plan of that case, which is accepted: its id."""
    console = programs.console
    with console.node.read() as tx:
        acting = acting_as(tx, console.users[AccountRole.coordinator].account)
    held = case_shown(console.node, acting, case)
    assert held is not None
    number = secrets.token_hex(8)
    accepted(console.node, held, acting.requester, action(int(number, 16)))
    open_ = programs.send("GET", "/actions", token).json()["actions"]
    assert number in {one["action"]["id"] for one in open_}
    return number


def moving(programs: Programs, ref: str, token: str) -> str:
    """A transfer of that case, which is offered to another area: its id."""
    node = programs.console.node
    permission = Permitted(by="Marac Chair", date=node.today())
    offer = Offer(case_ref=ref, to="northmoor", permission=permission, reason="She has moved there for good.")
    with node.read() as tx:
        manager = acting_as(tx, programs.console.users[AccountRole.manager].account)
    made = offer_case(node, offer, manager.requester, manager.account.name)
    assert made.transfer, made.decision
    found = programs.send("GET", f"/transfers/{made.transfer.id}", token).json()
    assert (found["case_ref"], found["state"]) == (ref, "offered")
    assert found in programs.send("GET", "/transfers", token).json()["transfers"]
    return made.transfer.id


def filled(path: str, places: Mapping[str, str]) -> str:
    for name in PLACES:
        path = path.replace(name, places[name])
    assert "{" not in path, "a place of an address that this test does not know"
    return path


def headers(answer: httpx2.Response) -> list[tuple[str, str]]:
    return sorted(
        (name, re.sub(r"nonce-[^']+", "nonce", text)) for name, text in answer.headers.multi_items()
    )


BODIES: Final = {(one.method, one.path): one.sent for one in ADDRESSES}


@pytest.mark.parametrize(("method", "path"), READ_BY_ADDRESS)
def test_each_address_answers_alike(
    programs: Programs,
    ash: str,
    kept_from: dict[str, Mapping[str, str]],
    monkeypatch: pytest.MonkeyPatch,
    method: str,
    path: str,
) -> None:
    """However long it took to find out: they are answered at one tick."""
    waited: list[float] = []

    async def noted(seconds: float) -> None:
        waited.append(seconds)

    monkeypatch.setattr(ticks, "sleep", noted)
    at_tick, answers = {}, {}
    tick_s = programs.console.node.settings.server.tick_s
    for at, (why, places) in enumerate(kept_from.items()):
        begun, spent = 1_000.0 + at, 0.05 * tick_s * (at + 1)
        times = iter((begun, begun + spent))
        monkeypatch.setattr(ticks, "clock", lambda times=times: next(times))
        answers[why] = programs.send(method, filled(path, places), ash, BODIES[method, path])
        at_tick[why] = round(spent + waited.pop(), 6)
        assert not waited
    assert {one.status_code for one in answers.values()} == {404}
    assert len({one.content for one in answers.values()}) == 1
    assert len({str(headers(one)) for one in answers.values()}) == 1
    assert set(at_tick.values()) == {tick_s}


@pytest.mark.parametrize(("method", "path"), OTHERS)
def test_each_list_says_nothing_of_it(
    programs: Programs, ash: str, kept_from: dict[str, Mapping[str, str]], method: str, path: str
) -> None:
    shown = []
    if path == "/reads":
        ash = programs.token(AccountRole.data_protection_officer)
    enters = (method, path) in (("POST", "/cases"), ("POST", "/referrals"))
    if enters:  # Under the number of another, so that nothing more stands under the first.
        kept_from = kept_from | {"excluded": {**kept_from["excluded"], "ref": another(programs, ash)}}
    for places in kept_from.values():
        sent: dict[tuple[str, str], Any] = {
            ("POST", "/cases/search"): {"number": places["ref"]},
            ("POST", "/reads"): {"number": places["ref"]},
            ("POST", "/cases"): stub(case_ref=number_of(places)),
            ("POST", "/referrals"): sample_referral() | {"case_ref": number_of(places)},
            ("POST", "/duty"): BODIES["POST", "/duty"],
            ("POST", "/agenda/{day}"): {
                "cases": [places["{case}"]],
                "knows_nobody": True,
                "once": "one-agenda",
            },
        }
        if enters and places["{check}"] == "cd" * 16:
            continue  # Numbers are one each on a node: that one is taken says no more than that.
        answer = programs.send(method, path.replace("{day}", DAY), ash, sent.get((method, path)))
        assert answer.status_code in (200, 201)
        for one in kept_from.values():
            assert one["{case}"] not in answer.text
            assert one["{action}"] not in answer.text
            assert one["{request}"] not in answer.text
            assert one["{transfer}"] not in answer.text
        if not enters:
            assert not any(one["ref"] in answer.text for one in kept_from.values())
            shown.append(answer.content)
    assert len(set(shown)) <= 1


def test_a_request_without_end_is_read_no_further_than_it_may_be_long(programs: Programs) -> None:
    """Whoever sends it: before it is looked who they are."""
    read: list[int] = []

    async def endless() -> dict[str, Any]:
        read.append(10_000)
        assert sum(read) <= MOST_BYTES + 10_000, "It is read on and on."
        return {"type": "http.request", "body": b" " * 10_000, "more_body": True}

    sent: list[dict[str, Any]] = []

    async def take(message: Any) -> None:
        sent.append(message)

    scope = {
        "type": "http",
        "asgi": {"version": "3.0"},
        "http_version": "1.1",
        "method": "POST",
        "path": "/api/v1/cases",
        "raw_path": b"/api/v1/cases",
        "query_string": b"",
        "headers": [(b"host", b"console"), (b"sec-fetch-site", b"same-origin")],
        "client": ("192.0.2.1", 1),
        "server": ("console", 80),
        "scheme": "http",
    }

    async def go() -> None:
        await programs.console.app(scope, endless, take)

    asyncio.run(go())
    assert sent[0]["status"] == 422
    assert sum(read) > MOST_BYTES
