"""The certificate of a check, as a real PDF, held against what is stored; from the pages that lead to it."""

from __future__ import annotations

import asyncio
import json
import re
import secrets
from collections.abc import Iterator
from io import BytesIO
from typing import Any, Final

import pytest
from playwright.sync_api import Browser, BrowserContext, Page
from pypdf import PdfReader

from hub.cases.staff import STAFF_FILE
from hub.checks.check import check
from hub.consent import Outcome
from hub.crypto.one_time import STEP_S
from hub.crypto.signing import unverified
from hub.node.node import Node
from hub.records.accounts import AccountRole
from hub.records.check import CheckRequest, CheckResult, receipts_of, recorded_check
from hub.store import feeds
from hub.values import Person
from hub.web.console.app import create_console
from hub.web.console.certificate import FILE_NAME
from hub.web.console.language import moment
from tests.accounts.people import User, user
from tests.federation.nodes import Areas, cases_of, entered, question, stranger
from tests.web.console.browser import apart, served
from tests.web.console.signed_in import normal, sign_in_on_page

KNOWN: Final = cases_of("eastvale")[0][0]


@pytest.fixture(scope="module")
def node(areas: Areas) -> Node:
    return areas["northmoor"]


@pytest.fixture(scope="module")
def manager(node: Node) -> User:
    return user(node, "Mo Ashdown", AccountRole.manager, organisation="Police")


@pytest.fixture(scope="module")
def url(node: Node, manager: User) -> Iterator[str]:
    with served(create_console(node)) as address:
        yield address


@pytest.fixture(params=["scripts", "no scripts"])
def person(
    request: pytest.FixtureRequest, browser: Browser, areas: Areas, url: str, manager: User
) -> Iterator[BrowserContext]:
    made = browser.new_context(locale="en-GB", java_script_enabled=request.param == "scripts")
    areas.clock.advance(2 * STEP_S)
    sign_in_on_page(made.new_page(), url, manager)
    yield made
    made.close()


def asked(areas: Areas, whom: Person, ref: str, **changes: Any) -> CheckResult:
    """Northmoor's question about somebody on a case of that reference."""
    northmoor = areas["northmoor"]

    async def go(request: CheckRequest) -> CheckResult:
        async with areas.client("northmoor") as client:
            return await check(northmoor, client, request)

    request = entered(northmoor, question(whom, case_ref=ref, **changes))
    return apart(lambda: asyncio.run(go(request)))


def text_of(pdf: bytes) -> str:
    """All text of a PDF but its spaces: long digests are broken."""
    return re.sub(r"\s", "", "".join(page.extract_text() for page in PdfReader(BytesIO(pdf)).pages))


def squeezed(text: str) -> str:
    return re.sub(r"\s", "", text)


def test_it_says_what_is_stored_of_areas_state_and_receipts_and_no_name(
    node: Node, areas: Areas, person: BrowserContext, url: str
) -> None:
    ref = f"NM-{secrets.token_hex(4)}"
    result = asked(areas, KNOWN, ref)
    page = person.pages[0]
    page.goto(f"{url}/work")
    with page.expect_download() as coming:
        page.get_by_role("link", name=re.compile(f"Certificate.*{ref}")).click()
    assert coming.value.suggested_filename == FILE_NAME
    pdf = coming.value.path().read_bytes()
    text = text_of(pdf)
    with node.read() as tx:
        kept, signed = recorded_check(tx, result.check_id), receipts_of(tx, result.check_id)
    assert {peer for peer, _ in signed} == {"eastvale", "southmere"}
    for peer, token in signed:
        header, payload = map(json.loads, unverified(token)[:2])
        state = kept.published[peer]
        said = (header["kid"], payload["request"], payload["sha256"], payload["receipt"]["log_head"])
        for part in (*said, state.digest, f"epoch {state.epoch} up to line {state.feed_at}"):
            assert squeezed(part) in text
        assert state.digest == manifest_digest(areas, peer)
    for words in (
        ref,
        result.check_id,
        "A. Coordinator, Police",
        "Printed by Mo Ashdown",
        "Possible match 1",
        "Not connected",
        "They were not told about whom is asked",
        'None of this means "not known"',
    ):
        assert squeezed(words) in text
    for area in result.areas:
        assert area.area in text
        assert squeezed(area.contact) not in text
    assert KNOWN.surname not in text
    assert KNOWN.surname.encode() not in pdf


def manifest_digest(areas: Areas, peer: str) -> str:
    """The digest of what a peer publishes, by its own database."""
    with areas[peer].read() as tx:
        state = feeds.state(tx.session)
    assert state
    return state.digest.hex()


def test_it_is_there_where_nobody_was_found_and_where_nobody_was_asked(
    node: Node, areas: Areas, manager: User, url: str, page: Page
) -> None:
    areas.clock.advance(2 * STEP_S)
    sign_in_on_page(page, url, manager)
    none = asked(areas, stranger(71), "NM-NONE")
    page.goto(f"{url}/checks/{none.check_id}")
    address = page.get_by_role("link", name="Certificate of this check (PDF)").get_attribute("href") or ""
    assert "NM-NONE" not in address
    answer = page.request.get(url + address)
    assert answer.headers["content-type"] == "application/pdf"
    assert "no-store" in answer.headers["cache-control"]
    assert squeezed('No possible match in what they share: not the same as "not known".') in text_of(
        answer.body()
    )
    form = question(stranger(72)).sharing_form.model_dump(mode="json")
    refused = asked(areas, stranger(72), "NM-NO", sharing_form=form | {"protocol": None})
    assert refused.decision.outcome is not Outcome.permit
    text = text_of(page.request.get(f"{url}/checks/{refused.check_id}/certificate").body())
    assert squeezed("Nobody was asked") in text
    assert squeezed(refused.decision.reasons[0].text) in text


def test_an_area_she_fled_that_is_asked_later_is_said_with_by_when(
    areas: Areas, manager: User, url: str, page: Page
) -> None:
    areas.clock.advance(2 * STEP_S)
    sign_in_on_page(page, url, manager)
    form = question(stranger(73)).sharing_form.model_dump(mode="json") | {"fled_from": ["eastvale"]}
    result = asked(areas, stranger(73), "NM-LATER", sharing_form=form, ask_fled_areas=True)
    (by,) = (one.to_be_asked_by for one in result.areas if one.to_be_asked_by)
    said = f"It is asked by the hub without the name, apart from the others, by {moment(by)}. Look here then."
    page.goto(f"{url}/checks/{result.check_id}")
    assert page.get_by_text(said).count() == 1
    text = text_of(page.request.get(f"{url}/checks/{result.check_id}/certificate").body())
    assert squeezed(said) in text


def test_whoever_is_restricted_gets_the_page_of_what_is_not_there(
    node: Node, areas: Areas, manager: User, url: str, page: Page
) -> None:
    result = asked(areas, stranger(73), "NM-HIDDEN")
    areas.clock.advance(2 * STEP_S)
    sign_in_on_page(page, url, manager)
    staff = node.home / STAFF_FILE
    staff.write_text('[[exclusion]]\ncase_ref = "NM-HIDDEN"\nperson = "Mo Ashdown"\n', encoding="utf-8")
    try:
        there = page.request.get(f"{url}/checks/{result.check_id}/certificate")
        absent = page.request.get(f"{url}/checks/{'ab' * 16}/certificate")
        assert (there.status, absent.status) == (404, 404)
        assert normal(there.text()) == normal(absent.text())
    finally:
        staff.unlink()
