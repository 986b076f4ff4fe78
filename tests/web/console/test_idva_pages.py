"""The Idva service on its own pages, from the referral that comes by itself to its word on the plan."""

from __future__ import annotations

import html
import re
from itertools import count
from typing import Final

import pytest

from hub.accounts.accounts import Acting, acting_as
from hub.cases.plans import begin, change
from hub.cases.refer import refer
from hub.cases.referral import Referral
from hub.cases.shown import case_shown, lines
from hub.crypto.one_time import STEP_S
from hub.records.accounts import AccountRole
from tests.cases.planning import action, plan
from tests.cases.referring import sample
from tests.federation.nodes import IMPORTER, Areas
from tests.web.console.offered import filled, said
from tests.web.console.signed_in import Console

R = AccountRole
_NUMBERS: Final = count(1)
WISHES: Final = "She fears that he waits at the school."


@pytest.fixture(scope="module")
def console(areas: Areas) -> Console:
    """Of a node with an Idva service."""
    return Console.of(areas["northmoor"], "Northmoor Police")


@pytest.fixture
def ref(console: Console) -> str:
    """The number of a case of somebody who has not agreed, and whom no Idva has reached."""
    number = f"NM-idva-{next(_NUMBERS)}"
    told = sample(case_ref=number, idva_service="Haven", consent_given="no")
    refer(console.node, Referral.model_validate(told), IMPORTER)
    return number


@pytest.fixture
def ida(areas: Areas, console: Console) -> str:
    return signed_in(areas, console, R.idva)


def signed_in(areas: Areas, console: Console, role: AccountRole) -> str:
    """Some time after whoever did before: a code is used once."""
    areas.clock.advance(2 * STEP_S)
    return console.users[role].signed_in()


def acting(console: Console, role: AccountRole) -> Acting:
    with console.node.read() as tx:
        return acting_as(tx, console.users[role].account)


def line_of(console: Console, who: str, ref: str) -> str:
    """What the list of referrals says of a case."""
    page = console.send("GET", "/idva-referrals", who).text
    return next((line for line in page.split("<li>") if f">Case {ref}<" in line), "")


def referral(console: Console, ida: str, ref: str) -> str:
    """Where the referral is, as the service's list leads there."""
    (there,) = re.findall(r'href="(/idva-referrals/[0-9a-f]{32})"', line_of(console, ida, ref))
    return str(there)


def record(console: Console, ida: str, ref: str, **typed: str) -> str:
    """What the referral's page says once something is recorded on it."""
    there = referral(console, ida, ref)
    form = filled(console.send("GET", there, ida).text, typed)
    assert console.send("POST", there, ida, form).status_code == 303
    return html.unescape(console.send("GET", there, ida).text)


def test_s003_r202_r203_a_referral_comes_by_itself_and_is_late_after_48_hours_until_she_is_reached(
    areas: Areas, console: Console, ida: str, ref: str
) -> None:
    assert referral(console, ida, ref)
    areas.clock.advance(49 * 3_600)
    late = signed_in(areas, console, R.idva)
    assert "Overdue" in line_of(console, late, ref)
    coordinator = signed_in(areas, console, R.coordinator)
    assert "Overdue" in line_of(console, coordinator, ref)
    assert f">Case {ref}<" in console.send("GET", "/work", coordinator).text
    assert "not reached" in record(console, late, ref, act="not_reached")
    said_now = re.findall(r"<strong>(Contacted[^<]*)</strong>", record(console, late, ref, act="reached"))
    assert [("yes" in one, "49 hours" in one) for one in said_now] == [(True, True)]
    assert "Overdue" not in line_of(console, late, ref)


def test_s003_r204_to_r206_the_service_takes_her_on_keeps_what_she_fears_and_says_whether_the_plan_is_safe(
    areas: Areas, console: Console, ida: str, ref: str
) -> None:
    taken = record(console, ida, ref, act="take_on")
    (client,) = set(re.findall(r'href="(/cases/[0-9a-f]{32})"', taken))
    record(console, ida, ref, act="reached", words=WISHES)
    shown = console.send("GET", str(client), ida).text
    papers = re.findall(r'href="(/cases/[0-9a-f]{32}/papers/[0-9a-f]{32})"', shown)
    assert any(WISHES in console.send("GET", one, ida).text for one in papers)

    who = acting(console, R.coordinator)
    held = case_shown(console.node, who, lines(console.node, who, 1, ref)[0].handle)
    assert held is not None
    begin(console.node, held, who.requester)
    change(console.node, held, who.requester, lambda *_: plan(action(1, "Change the locks"), safety=None))
    there = f"{referral(console, ida, ref)}/plan"
    page = console.send("GET", there, ida).text
    assert dict(said(page))["What"] == "Change the locks"
    unsafe = filled(page, {"safe": "no", "risk_it_makes": "A letter comes to the home."})
    assert console.send("POST", there, ida, unsafe).status_code == 303
    ash = signed_in(areas, console, R.coordinator)
    plan_page = html.unescape(console.send("GET", f"/cases/{held.row.handle.hex()}/plan", ash).text)
    assert dict(said(plan_page))["As safe as it can be?"] == "No, says Ida Fairweather"
    assert "A letter comes to the home." in plan_page


def test_card_r2_what_the_client_says_aloud_is_kept_with_its_basis(
    console: Console, ida: str, ref: str
) -> None:
    taken = record(console, ida, ref, act="take_on")
    (client,) = set(re.findall(r'href="(/cases/[0-9a-f]{32})"', taken))
    there = f"{client}/prior-contact"
    page = console.send("GET", there, ida).text
    assert "Read aloud" in page
    form = filled(page, {"alone": "yes", "said": "not_now"})
    done = console.send("POST", there, ida, form)
    assert "Nothing was asked" in (done.text or console.send("GET", done.headers["location"], ida).text)
    again = html.unescape(console.send("GET", there, ida).text)
    assert "What was said last" in again
    assert "Ida Fairweather" in again.split("What was said last")[1]


def test_s000_r9_who_is_on_duty_is_written_down_for_other_areas(console: Console, ida: str) -> None:
    page = console.send("GET", "/duty", ida).text
    assert "Nobody is written down yet" in page
    form = filled(page, {"worker": "Ida Fairweather", "phone": "01632 960 123"})
    assert console.send("POST", "/duty", ida, form).status_code == 303
    kept = html.unescape(console.send("GET", "/duty", ida).text)
    assert "Kept by Ida Fairweather" in kept
    assert 'value="01632 960 123"' in kept
