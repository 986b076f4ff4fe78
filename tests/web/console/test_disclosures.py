"""The disclosure log across cases: what somebody may know of, and for an officer without names."""

from __future__ import annotations

from collections.abc import Iterator
from functools import partial
from pathlib import Path
from typing import Final

import pytest
from playwright.sync_api import Browser

from hub.cases.disclosure_log import AddedEntries, add_entries
from hub.cases.staff import STAFF_FILE
from hub.cases.stub import Referrer, Stub, enter_case
from hub.consent.evidence import DisclosureLogEntry
from hub.node.node import Node
from hub.records.accounts import AccountRole
from hub.values import Kind
from tests.accounts.people import cheap_passwords
from tests.cases.casework import CASE, KNOWN, asked, tell_area, who
from tests.federation.nodes import IMPORTER, Areas, copied
from tests.web.console.browser import apart, served, violations, width
from tests.web.console.signed_in import Console, normal, sign_in_on_page

OTHER: Final = "NM-OTHER"
BY_HAND: Final = "Dilys Quarrendon of Exampleshire housing"


@pytest.fixture(scope="module")
def areas(tmp_path_factory: pytest.TempPathFactory, sqlite_template: Path) -> Iterator[Areas]:
    """Northmoor asked, told Eastvale, and wrote down what it told somebody by telephone."""
    made = copied(sqlite_template, tmp_path_factory.mktemp("areas"), lambda _: "sqlite:///hub.sqlite3")
    with cheap_passwords():
        apart(lambda: tell_area(made, asked(made, KNOWN)))
        entry = DisclosureLogEntry(
            date=made["northmoor"].today(),
            agency=BY_HAND,
            person="Dilys Quarrendon",
            method="telephone",
            authority="said by Dilys Quarrendon",
        )
        added = AddedEntries(case_ref=CASE, by=who(), sharings=(entry,))
        assert add_entries(made["northmoor"], added) == ()
        yield made
    made.close()


@pytest.fixture(scope="module")
def consoles(areas: Areas) -> dict[str, Console]:
    return {name: apart(partial(Console.of, areas[name])) for name in ("northmoor", "eastvale")}


@pytest.fixture(scope="module")
def tokens(consoles: dict[str, Console]) -> dict[tuple[str, AccountRole], str]:
    return {
        (name, role): one.signed_in()
        for name, console in consoles.items()
        for role, one in console.users.items()
    }


Tokens = dict[tuple[str, AccountRole], str]


def text_of(consoles: dict[str, Console], tokens: Tokens, name: str, role: AccountRole) -> str:
    answer = apart(lambda: consoles[name].send("GET", "/disclosures", tokens[name, role]))
    assert answer.status_code == 200
    return answer.text


def test_both_sides_read_what_they_shared_with_its_basis_and_who_decided(
    consoles: dict[str, Console], tokens: Tokens
) -> None:
    ours = text_of(consoles, tokens, "northmoor", AccountRole.coordinator)
    for words in (
        "We asked, without giving the name",
        "We gave the name and the date of birth",
        "covers asking whether a person is known to another area",
        "A. Coordinator",
        BY_HAND,
        "answered",
        f">{CASE}</a>",
    ):
        assert words in ours
    theirs = text_of(consoles, tokens, "eastvale", AccountRole.manager)
    assert "We answered what they asked" in theirs
    assert "Northmoor" in theirs
    assert KNOWN.surname not in ours + theirs


def test_an_officer_reads_every_row_and_no_name(consoles: dict[str, Console], tokens: Tokens) -> None:
    officer = text_of(consoles, tokens, "northmoor", AccountRole.data_protection_officer)
    manager = text_of(consoles, tokens, "northmoor", AccountRole.manager)
    assert officer.count('<tr class="govuk-table__row">') == manager.count('<tr class="govuk-table__row">')
    for name in ("Coordinator", "Quarrendon", BY_HAND, KNOWN.surname, "whoever answers"):
        assert name not in officer.split("<main")[1]
    assert consoles["northmoor"].node.user("A. Coordinator")[:8] in officer
    assert "covers asking whether a person is known to another area" in officer
    assert CASE in officer


def test_an_idva_service_reads_nothing_of_the_maracs_cases(
    consoles: dict[str, Console], tokens: Tokens
) -> None:
    text = text_of(consoles, tokens, "northmoor", AccountRole.idva)
    assert "Nothing that you may read is recorded." in text
    assert CASE not in text


@pytest.mark.parametrize("role", [AccountRole.coordinator, AccountRole.data_protection_officer])
def test_of_a_case_that_they_are_restricted_from_there_is_no_row_and_no_count(
    areas: Areas, consoles: dict[str, Console], tokens: Tokens, role: AccountRole
) -> None:
    node: Node = areas["northmoor"]
    name = consoles["northmoor"].users[role].account.name
    staff = node.home / STAFF_FILE
    staff.write_text(f'[[exclusion]]\ncase_ref = "{CASE}"\nperson = "{name}"\n', encoding="utf-8")
    token = tokens["northmoor", role]
    send = consoles["northmoor"].send
    try:
        found = apart(lambda: send("POST", "/disclosures", token, {"number": CASE}))
        absent = apart(lambda: send("POST", "/disclosures", token, {"number": "ZZ-9"}))
    finally:
        staff.unlink()
    assert normal(found.text.replace(CASE, "ZZ-9")) == normal(absent.text)
    there = apart(lambda: send("POST", "/disclosures", token, {"number": CASE.lower()}))
    assert CASE in there.text.split("<table")[1]


def test_of_whom_they_are_restricted_from_by_another_case_there_is_no_row_either(
    areas: Areas, consoles: dict[str, Console], tokens: Tokens
) -> None:
    """She is on a case that somebody is excluded from; what was asked about her from this one is not theirs."""
    node = areas["northmoor"]
    role = AccountRole.coordinator
    name = consoles["northmoor"].users[role].account.name
    stub = Stub(
        case_ref=OTHER,
        kind=Kind.marac,
        sealed=False,
        fled_from=(),
        referrer=Referrer(agency="Police", contact="The duty desk"),
        by=IMPORTER,
        people=(KNOWN,),
    )
    enter_case(node, stub)
    staff = node.home / STAFF_FILE
    before = text_of(consoles, tokens, "northmoor", role)
    staff.write_text(f'[[exclusion]]\ncase_ref = "{OTHER}"\nperson = "{name}"\n', encoding="utf-8")
    try:
        after = text_of(consoles, tokens, "northmoor", role)
    finally:
        staff.unlink()
    assert "We asked, without giving the name" in before
    assert "We asked, without giving the name" not in after
    assert "We gave the name and the date of birth" not in after


@pytest.mark.parametrize("scripts", [True, False])
def test_the_page_is_whole_with_and_without_scripts_and_on_a_small_screen(
    areas: Areas, consoles: dict[str, Console], browser: Browser, scripts: bool
) -> None:
    context = browser.new_context(locale="en-GB", java_script_enabled=scripts)
    page = context.new_page()
    areas.clock.advance(120)
    with served(consoles["northmoor"].app) as url:
        sign_in_on_page(page, url, consoles["northmoor"].users[AccountRole.data_protection_officer])
        page.get_by_role("link", name="Disclosures").click()
        page.get_by_label("Find by number of the case").fill(CASE)
        page.get_by_role("button", name="Find").click()
        assert page.get_by_role("row").count() == 4
        assert CASE not in page.url + page.title()
        page.set_viewport_size({"width": 320, "height": 640})
        assert width(page) <= 320
        assert not scripts or violations(page) == []
    context.close()
