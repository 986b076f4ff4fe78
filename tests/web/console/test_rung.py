"""Areas that gave no answer are rung: the box on the result page, what is kept, and the work that waits for it."""

from __future__ import annotations

import asyncio
import re
from collections.abc import Iterator
from functools import partial
from io import BytesIO
from typing import Final

import pytest
from playwright.sync_api import BrowserContext, expect
from pypdf import PdfReader

from hub.accounts.accounts import acting_as, every_account
from hub.cases.access import restrictions_on
from hub.cases.flight import keep_answer
from hub.cases.staff import STAFF_FILE
from hub.checks.check import check
from hub.checks.earlier import earlier_result
from hub.checks.rung import to_be_rung
from hub.crypto.one_time import STEP_S
from hub.node.node import Node
from hub.records.accounts import AccountRole
from hub.records.check import CheckRequest, CheckResult, RecordedCheck, add_check, recorded_check
from tests.federation.nodes import IMPORTER, Areas, cases_of, entered, events, question
from tests.web.console.browser import apart, served, violations_with_scripts, width
from tests.web.console.signed_in import NAMES, Console, normal, sign_in_on_page

HER: Final = cases_of("eastvale")[0][0]
R = AccountRole


@pytest.fixture(scope="module")
def console(areas: Areas) -> Console:
    """Northmoor's, whose neighbour Southmere is down."""
    del areas.network.hosts["southmere"]
    return Console.of(areas["northmoor"], "Police")


@pytest.fixture(scope="module")
def node(console: Console) -> Node:
    return console.node


@pytest.fixture(scope="module")
def url(console: Console) -> Iterator[str]:
    with served(console.app) as address:
        yield address


def asked(areas: Areas, ref: str) -> CheckResult:
    """A question of Northmoor's to two areas, of which one does not answer."""
    request = entered(areas["northmoor"], question(HER, "eastvale", "southmere", case_ref=ref))
    return apart(lambda: asked_as(areas, request))


def asked_as(areas: Areas, request: CheckRequest) -> CheckResult:
    async def go() -> CheckResult:
        async with areas.client("northmoor") as client:
            return await check(areas["northmoor"], client, request)

    return asyncio.run(go())


def kept(node: Node, check_id: str) -> RecordedCheck:
    with node.read() as tx:
        return recorded_check(tx, check_id)


def token(areas: Areas, console: Console, role: AccountRole = R.coordinator) -> str:
    areas.clock.advance(2 * STEP_S)
    return apart(console.users[role].signed_in)


def left(node: Node) -> dict[str, tuple[str, ...]]:
    """By check, the areas that are still to be rung."""
    with node.read() as tx:
        ash = next(one for one in every_account(tx) if one.name == NAMES[R.coordinator])
        acting = acting_as(tx, ash)
    return {one.check_id: areas for one, areas in to_be_rung(node, acting, 50)}


def test_what_was_said_on_the_telephone_is_written_beside_the_number(
    areas: Areas, console: Console, node: Node, url: str, person: BrowserContext
) -> None:
    ref = f"NM-{len(events(node, 'check_decided'))}"
    check_id = asked(areas, ref).check_id
    assert left(node) == {check_id: ("southmere",)}
    page = person.new_page()
    page.set_viewport_size({"width": 320, "height": 640})
    areas.clock.advance(2 * STEP_S)
    sign_in_on_page(page, url, console.users[R.coordinator])
    page.goto(url + "/work")
    waits = page.get_by_role("listitem").filter(has_text="No answer yet from: Southmere")
    expect(waits).to_contain_text("To ring")
    waits.get_by_role("link").click()
    assert page.get_by_text("I rang: Eastvale").count() == 0
    page.get_by_role("button", name="Record the call").click()
    expect(page.get_by_role("alert")).to_contain_text("Write whom you rang")
    assert violations_with_scripts(page) == []
    assert width(page) <= 320
    page.get_by_label("Whom did you ring?").fill("Dana <b>Holt</b>")
    page.get_by_label("What was said?").fill("She asks at the meeting on Tuesday.")
    page.get_by_role("button", name="Record the call").click()
    expect(page.get_by_text("Ash Underhill rang Dana <b>Holt</b> at")).to_be_visible()
    expect(page.get_by_text("She asks at the meeting on Tuesday.")).to_be_visible()
    assert violations_with_scripts(page) == []
    assert width(page) <= 320
    page.goto(url + "/work")
    expect(page.get_by_text("Nobody has to be rung.")).to_be_visible()
    assert left(node) == {}
    event = events(node, "area_rung")[-1]
    assert event["refs"] == {"check_id": check_id, "peer": "southmere"}
    assert event["actor"] == node.actor(NAMES[R.coordinator])
    shown = earlier_result(node, IMPORTER, check_id).areas
    assert [len(one.rung_at) for one in sorted(shown, key=lambda one: one.node_id)] == [0, 1]


def test_a_certificate_says_that_it_was_rung_and_not_what_was_said(
    areas: Areas, console: Console, node: Node
) -> None:
    check_id = asked(areas, "NM-paper").check_id
    cookie = token(areas, console)
    said = {"whom": "Nell Longstaffe", "said": "Longstaffe is not known there.", "once": "1f" * 16}
    sent = apart(lambda: console.send("POST", f"/checks/{check_id}/southmere/rung", cookie, said))
    assert sent.headers["location"] == f"/checks/{check_id}"
    pdf = apart(lambda: console.send("GET", f"/checks/{check_id}/certificate", cookie)).content
    text = re.sub(r"\s", "", "".join(page.extract_text() for page in PdfReader(BytesIO(pdf)).pages))
    assert "Rung" in text
    assert f"by{NAMES[R.coordinator]}".replace(" ", "") in text
    assert "Longstaffe" not in text


def test_an_area_that_is_back_is_asked_again_by_one_press_of_who_asked(
    areas: Areas, console: Console, node: Node
) -> None:
    mine = NAMES[R.coordinator]
    request = entered(node, question(HER, "eastvale", "southmere", case_ref="NM-again"))
    asker = request.requester.model_copy(update={"name": mine})
    form = request.sharing_form.requester.model_copy(update={"name": mine})
    sharing = request.sharing_form.model_copy(update={"requester": form})
    request = request.model_copy(update={"requester": asker, "sharing_form": sharing})
    check_id = apart(lambda: asked_as(areas, request)).check_id
    cookie = token(areas, console)
    page = apart(partial(console.send, "GET", f"/checks/{check_id}", cookie)).text
    there = f"/checks/{check_id}/southmere/again"
    assert page.count("/again") == page.count(f'action="{there}"') == 1
    colleague = token(areas, console, R.manager)
    assert "/again" not in apart(partial(console.send, "GET", f"/checks/{check_id}", colleague)).text
    assert apart(partial(console.send, "POST", there, colleague, {})).status_code == 404
    assert (
        apart(partial(console.send, "POST", f"/checks/{check_id}/eastvale/again", cookie, {})).status_code
        == 404
    )
    assert left(node)[check_id] == ("southmere",)
    to = [apart(partial(console.send, "POST", there, cookie, {})).headers["location"] for _ in range(2)]
    assert to[0] == to[1]
    assert to[0].endswith(f"?also={check_id}")
    again = to[0].partition("?")[0].rpartition("/")[2]
    assert left(node).keys() & {check_id, again} == {again}
    page = apart(partial(console.send, "GET", to[0], cookie)).text
    assert f'href="/checks/{again}?also={check_id}"' in page
    assert there not in page


def test_a_form_sent_twice_is_one_call_and_another_is_another(
    areas: Areas, console: Console, node: Node
) -> None:
    check_id = asked(areas, "NM-twice").check_id
    cookie = token(areas, console)
    there = f"/checks/{check_id}/southmere/rung"
    for once, told in (("1f" * 16, "No reply."), ("1f" * 16, "No reply."), ("2f" * 16, "They ring back.")):
        form = {"whom": "The duty desk", "said": told, "once": once}
        assert apart(partial(console.send, "POST", there, cookie, form)).status_code == 303
    assert [one.said for one in kept(node, check_id).rung["southmere"]] == ["No reply.", "They ring back."]


def test_nothing_is_written_of_an_area_that_answered_or_was_not_asked_or_by_somebody_restricted(
    areas: Areas, console: Console, node: Node
) -> None:
    check_id = asked(areas, "NM-none").check_id
    form = {"whom": "The duty desk", "said": "Nothing.", "once": "3f" * 16}
    cookie = token(areas, console)
    nowhere = f"/checks/{'ab' * 16}/southmere/rung"
    staff = node.home / STAFF_FILE

    def same(there: str) -> None:
        for method in ("GET", "POST"):
            got, none = (apart(partial(console.send, method, at, cookie, form)) for at in (there, nowhere))
            assert (got.status_code, normal(got.text)) == (404, normal(none.text))

    same(f"/checks/{check_id}/eastvale/rung")
    same(f"/checks/{check_id}/westhaven/rung")
    staff.write_text(f'[[exclusion]]\ncase_ref = "NM-none"\nperson = "{NAMES[R.coordinator]}"\n')
    try:
        same(f"/checks/{check_id}/southmere/rung")
        page = apart(lambda: console.send("GET", "/work", cookie)).text
        assert "NM-none" not in page
    finally:
        staff.unlink()
    assert kept(node, check_id).rung == {}
    assert check_id in left(node)


def test_of_a_check_that_was_interrupted_every_area_is_rung(
    areas: Areas, console: Console, node: Node
) -> None:
    done = kept(node, asked(areas, "NM-broken").check_id)
    check_id = "4f" * 16
    result = done.result.model_copy(update={"check_id": check_id, "areas": ()})
    with node.write() as tx:
        add_check(tx, done.model_copy(update={"result": result}))
    assert left(node)[check_id] == ("eastvale", "southmere")
    cookie = token(areas, console)
    for area in ("eastvale", "southmere"):
        form = {"whom": "The duty desk", "said": f"{area} has nothing to say.", "once": "5f" * 16}
        there = f"/checks/{check_id}/{area}/rung"
        assert apart(partial(console.send, "POST", there, cookie, form)).status_code == 303
    assert check_id not in left(node)
    page = apart(partial(console.send, "GET", f"/checks/{check_id}", cookie)).text
    assert "eastvale has nothing to say." in page
    pdf = apart(partial(console.send, "GET", f"/checks/{check_id}/certificate", cookie)).content
    text = re.sub(r"\s", "", "".join(page.extract_text() for page in PdfReader(BytesIO(pdf)).pages))
    assert "Noansweriskept" in text
    assert "Couldnotbereached" not in text


def test_nobody_is_asked_to_ring_an_area_that_somebody_fled(
    areas: Areas, console: Console, node: Node
) -> None:
    """By whatever number they have: it is their manager's to decide, also where the check broke off."""
    done, broken = kept(node, asked(areas, "NM-fled").check_id), "6f" * 16
    result = done.result.model_copy(update={"check_id": broken, "areas": ()})
    with node.write() as tx:
        add_check(tx, done.model_copy(update={"result": result}))
    cookie, southmere = token(areas, console), node.areas.get("southmere")
    assert southmere is not None

    def page(check_id: str) -> str:
        return apart(partial(console.send, "GET", f"/checks/{check_id}", cookie)).text

    both = (done.result.check_id, broken)
    assert all("southmere" in left(node)[one] for one in both)
    assert all(southmere.contact.phone in page(one) for one in both)
    keep_answer(node, restrictions_on(node, IMPORTER), "NM-fled", ("southmere",), "operator")
    for check_id in both:
        assert "southmere" not in left(node).get(check_id, ())
        there, text = f"/checks/{check_id}/southmere/rung", page(check_id)
        assert southmere.contact.phone not in text
        assert "Somebody fled this area, as this case or another here says: ask your manager." in text
        assert there not in text
        form = {"whom": "The duty desk", "said": "They are told.", "once": "7f" * 16}
        for method in ("GET", "POST"):
            assert apart(partial(console.send, method, there, cookie, form)).status_code == 404
        assert kept(node, check_id).rung == {}
    assert left(node)[broken] == ("eastvale",)
