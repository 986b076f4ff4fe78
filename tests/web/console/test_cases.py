"""Cases on pages: entered without defaults, once, and absent for whoever may not know of them."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path

import httpx2
import pytest

from hub.cases.changes import carry_out
from hub.cases.proposals import Proposal
from hub.cases.publication import PublicationDecisions
from hub.cases.refer import refer
from hub.cases.referral import Referral
from hub.cases.staff import STAFF_FILE
from hub.records.accounts import AccountRole
from hub.records.cases import CaseDetails, PersonDetails
from hub.values import Kind
from tests.accounts.people import cheap_passwords
from tests.cases.referring import sample
from tests.federation.nodes import IMPORTER, case, copied, hold, stranger
from tests.web.console.offered import filled
from tests.web.console.signed_in import Console

HOSTILE = '=1+1"><script>alert(1)</script>'
VICTIM = {"given_names": "Dorothea", "surname": "Quillfeather", "date_of_birth": "4 July 1991"}


@pytest.fixture(scope="module")
def console(tmp_path_factory: pytest.TempPathFactory, sqlite_template: Path) -> Iterator[Console]:
    areas = copied(sqlite_template, tmp_path_factory.mktemp("areas"), lambda _: "sqlite:///hub.sqlite3")
    with cheap_passwords():
        yield Console.of(areas["eastvale"])
    areas.close()


@pytest.fixture(scope="module")
def tokens(console: Console) -> dict[AccountRole, str]:
    return {role: person.signed_in() for role, person in console.users.items()}


def typed(number: str, **changes: str) -> dict[str, str]:
    form = {
        "case_ref": number,
        "agency": "Eastvale Police",
        "contact": "Duty desk",
        "sealed": "no",
        "fled": "none",
    }
    return {**form, **{f"victim.{name}": text for name, text in VICTIM.items()}, **changes}


@pytest.mark.parametrize("missing", ["case_ref", "agency", "contact", "sealed", "fled"])
def test_what_has_no_default_must_be_answered(
    console: Console, tokens: dict[AccountRole, str], missing: str
) -> None:
    form = {name: text for name, text in typed("EV-missing").items() if name != missing}
    answer = console.send("POST", "/cases/new", tokens[AccountRole.coordinator], form)
    assert answer.status_code == 422
    assert "Quillfeather" in answer.text
    assert "EV-missing" not in console.send("GET", "/cases", tokens[AccountRole.coordinator]).text


def test_sent_twice_it_is_entered_once_and_another_of_its_number_is_refused(
    console: Console, tokens: dict[AccountRole, str]
) -> None:
    token = tokens[AccountRole.coordinator]
    first = console.send("POST", "/cases/new", token, typed("EV-twice"))
    again = console.send("POST", "/cases/new", token, typed("EV-twice"))
    assert (first.status_code, again.status_code) == (303, 303)
    assert first.headers["location"] == again.headers["location"]
    other = console.send("POST", "/cases/new", token, typed("EV-twice", **{"victim.surname": "Somebody"}))
    assert other.status_code == 409
    assert "already" in other.text


def case_page(entered: httpx2.Response) -> str:
    """The page of a case that was entered, also where whether it is here already is asked first."""
    return entered.headers["location"].removesuffix("/here-already")


def test_the_list_says_truly_how_each_case_came(console: Console, tokens: dict[AccountRole, str]) -> None:
    token, node = tokens[AccountRole.coordinator], console.node
    console.send("POST", "/cases/new", token, typed("CAME-1"))
    hold(node, case("CAME-2", [stranger(41)]))
    moved = CaseDetails(case_ref="CAME-3", kind=Kind.marac, transferred_from="southmere")
    there = Proposal(moved, (PersonDetails(person=stranger(42)),), None)
    carry_out(PublicationDecisions(node), lambda _: [there], lambda *_: None)
    told = sample(case_ref="CAME-4", referring_agency="Eastvale Council")
    refer(node, Referral.model_validate(told), IMPORTER)
    page = console.send("POST", "/cases", token, {"number": "CAME-"}).text
    came = dict(re.findall(r">(CAME-\d)</a></td>.*?<td[^>]*>Marac</td>\s*<td[^>]*>([^<]*)</td>", page, re.S))
    assert came == {
        "CAME-1": "entered here; referral not imported yet",
        "CAME-2": "imported from a file",
        "CAME-3": "moved here from Southmere",
        "CAME-4": "referral form, from Eastvale Council",
    }


def test_what_is_typed_is_text_wherever_it_is_shown(console: Console, tokens: dict[AccountRole, str]) -> None:
    token = tokens[AccountRole.coordinator]
    entered = console.send("POST", "/cases/new", token, typed("EV-html", agency=HOSTILE, contact=HOSTILE))
    assert entered.status_code == 303
    shown = console.send("GET", case_page(entered), token).text
    assert "<script>alert" not in shown
    assert "&lt;script&gt;alert(1)" in shown


def test_a_field_that_the_form_does_not_have_is_refused(
    console: Console, tokens: dict[AccountRole, str]
) -> None:
    form = typed("EV-mass", kind="idva", stub="", entered_by="x")
    answer = console.send("POST", "/cases/new", tokens[AccountRole.coordinator], form)
    assert answer.status_code == 422
    assert "EV-mass" not in console.send("GET", "/cases", tokens[AccountRole.coordinator]).text


def test_another_services_client_and_an_excluded_case_are_the_page_of_no_case(
    console: Console, tokens: dict[AccountRole, str]
) -> None:
    """Identical but for the nonce, for whoever may not know of it."""
    theirs = console.send("POST", "/cases/new", tokens[AccountRole.idva], typed("IDVA-1")).headers["location"]
    ours = console.send("POST", "/cases/new", tokens[AccountRole.coordinator], typed("EV-9")).headers[
        "location"
    ]
    name = console.users[AccountRole.coordinator].account.name
    text = f'[[exclusion]]\ncase_ref = "EV-9"\nperson = "{name}"\n'
    (console.node.home / STAFF_FILE).write_text(text, encoding="utf-8")
    try:
        token = tokens[AccountRole.coordinator]
        pages = [console.send("GET", path, token) for path in (theirs, ours, "/cases/" + "ab" * 16)]
        assert {one.status_code for one in pages} == {404}
        assert len({re.sub('nonce="[^"]+"', "", one.text) for one in pages}) == 1
        found = console.send("POST", "/cases", token, {"number": "EV-9"})
        assert "/cases/" + ours.rsplit("/", 1)[1] not in found.text
        assert console.send("GET", ours, tokens[AccountRole.manager]).status_code == 200
        assert console.send("GET", theirs, tokens[AccountRole.idva]).status_code == 200
    finally:
        (console.node.home / STAFF_FILE).unlink()


def test_an_area_that_somebody_fled_is_kept_and_named(
    console: Console, tokens: dict[AccountRole, str]
) -> None:
    token = tokens[AccountRole.coordinator]
    asked = console.send("POST", "/cases/new", token, typed("EV-fled", fled="areas"))
    assert asked.status_code == 422
    for written in ("<b>", "?", "n/a", "Vale; 12 ="):
        form = typed("EV-fled", fled="areas", fled_other=written)
        refused = console.send("POST", "/cases/new", token, form)
        assert refused.status_code == 422, written
        assert "names of areas" in refused.text
    for answer in ("none", "not_known"):
        form = typed("EV-fled", fled=answer, fled_other="Vale of Elsewhere")
        assert console.send("POST", "/cases/new", token, form).status_code == 422
    form = typed("EV-fled", fled="areas", fled_other="Vale of Elsewhere")
    entered = console.send("POST", "/cases/new", token, form)
    shown = console.send("GET", case_page(entered), token).text
    assert "fled Vale of Elsewhere" in shown
    assert "ask your manager" in shown


def test_s003_r219_r248_a_case_is_found_by_its_number_by_whoever_may_open_it_and_by_nobody_else(
    console: Console, tokens: dict[AccountRole, str]
) -> None:
    hold(console.node, case("EV-found", (stranger(95),), referring_agency="Southmere Council"))
    found = {}
    for role in (AccountRole.coordinator, AccountRole.representative):
        page = console.send("GET", "/cases", tokens[role]).text
        sent = console.send("POST", "/cases", tokens[role], filled(page, {"number": "EV-found"}))
        found[role] = re.findall(r'href="/cases/[0-9a-f]{32}">(EV-found)<', sent.text)
        assert sent.status_code == 200
    assert found == {AccountRole.coordinator: ["EV-found"], AccountRole.representative: []}
