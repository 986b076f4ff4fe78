"""My work says what was asked about whom and what came, what waits, and where a second person is wanted."""

from __future__ import annotations

import html
import re
from collections.abc import Iterator
from pathlib import Path

import pytest

from hub.accounts.accounts import acting_as
from hub.cases.idva_inbox import of_service, take_on
from hub.cases.idva_plan import plan_before, say_safe
from hub.cases.plans import change
from hub.cases.shown import case_shown, lines
from hub.checks.dismissals import dismiss_with_reason
from hub.crypto.one_time import STEP_S
from hub.node.node import Node
from hub.records.accounts import AccountRole
from hub.records.check import CandidateRef
from hub.values import Requester
from tests.accounts.people import cheap_passwords
from tests.cases.idvas import referred
from tests.cases.planning import accepted, action
from tests.checks import disclosing, pending
from tests.checks.signing import CASEWORKER
from tests.federation.nodes import Areas, cases_of, copied
from tests.web.console.browser import apart
from tests.web.console.signed_in import Console

R = AccountRole


@pytest.fixture(scope="module")
def areas(tmp_path_factory: pytest.TempPathFactory, sqlite_template: Path) -> Iterator[Areas]:
    made = copied(sqlite_template, tmp_path_factory.mktemp("areas"), lambda _: "sqlite:///hub.sqlite3")
    with cheap_passwords():
        yield made
    made.close()


@pytest.fixture(scope="module")
def console(areas: Areas) -> Console:
    return Console.of(areas["northmoor"], "Police")


def parts(console: Console, areas: Areas, role: AccountRole = R.coordinator) -> dict[str, str]:
    """The page in words, by the heading that each part stands under."""
    areas.clock.advance(2 * STEP_S)
    token = apart(console.users[role].signed_in)
    page = apart(lambda: console.send("GET", "/work", token)).text
    page = page[page.index("<h1") :]
    found = re.split(r"<h2[^>]*>(.*?)</h2>", page)
    texts = [" ".join(html.unescape(re.sub(r"<[^>]+>", " ", one)).split()) for one in found]
    return {"": texts[0]} | dict(zip(texts[1::2], texts[2::2], strict=True))


def test_what_came_is_said_of_each_question_by_whom_it_is_about(areas: Areas, console: Console) -> None:
    his = cases_of("eastvale")[0][1]
    told = disclosing.asked(areas)
    disclosing.disclosed(areas, told.check_id)
    disclosing.asked(areas, his)
    disclosing.asked(
        areas, sharing_form=pending.grounded(necessity="")
    )  # Nobody was asked: an answer is missing.
    page = parts(console, areas)
    asked = page["Asked lately"]
    assert asked.count("Asked at") == 2
    assert asked.count("Nobody was asked at") == 1
    assert asked.count("(PDF) : Case NM-1: alleged perpetrator") == 1
    assert "Possible match in Eastvale, which has not been told." in asked
    assert page["Replies that came"].count("Eastvale has answered.") == 1
    assert ": victim" in page["Replies that came"]
    pending.told(areas, pending.asked(areas, number=900, asks={"signatures": CASEWORKER}))
    page = parts(console, areas)
    assert "its answer waits for a person there" in page["Replies not yet complete"]
    assert "1 replies not yet complete" in page[""]


def test_a_doubted_match_waits_for_a_second_person_and_not_for_the_first(
    areas: Areas, console: Console
) -> None:
    found = disclosing.asked(areas, cases_of("eastvale")[1][0])
    one = found.areas[0].candidates[0]
    first = acting(console, R.coordinator)
    target = CandidateRef(found.check_id, "eastvale", one.handle)
    assert not dismiss_with_reason(console.node, target, first, "Born another year.")
    assert "A second person is wanted" not in parts(console, areas)
    assert found.case_ref in parts(console, areas, R.manager)["A second person is wanted"]
    assert dismiss_with_reason(console.node, target, acting(console, R.manager), "So it is.")
    assert "A second person is wanted" not in parts(console, areas, R.manager)


def test_actions_that_are_overdue_are_counted(areas: Areas, console: Console) -> None:
    node = console.node
    late = action(1, due=node.today().replace(year=node.today().year - 1))
    with node.read() as tx:
        who = acting_as(tx, console.users[R.coordinator].account)
    held = case_shown(node, who, lines(node, who, 1)[0].handle)
    assert held is not None
    accepted(node, held, who.requester, late, action(2, "Mark the file"))
    assert "1 action of a plan is overdue" in " ".join(parts(console, areas).values())


def acting(console: Console, role: AccountRole) -> Requester:
    node: Node = console.node
    with node.read() as tx:
        return acting_as(tx, console.users[role].account).requester


def test_an_idva_finds_the_plan_that_waits_for_the_word_of_the_service_wherever_it_works(
    areas: Areas, console: Console
) -> None:
    node = console.node
    done = referred(node, case_ref="NM-word")
    with node.read() as tx:
        who, marac = (acting_as(tx, console.users[role].account) for role in (R.idva, R.coordinator))
    number = next(one.referral.id for one in of_service(node, who) if one.number == "NM-word")
    client = take_on(node, who, number)
    held = case_shown(node, marac, done.handle)
    assert held is not None
    change(
        node,
        held,
        marac.requester,
        lambda plan, _: plan.model_copy(update={"actions": (action(3),)}),
        anew=True,
    )
    there, waits = (
        f'href="/idva-referrals/{number}/plan"',
        "The Marac's plans that wait for your service's word",
    )
    areas.clock.advance(2 * STEP_S)
    idva = apart(console.users[R.idva].signed_in)
    token = apart(console.users[R.coordinator].signed_in)

    def page(path: str, token: str) -> str:
        return html.unescape(apart(lambda: console.send("GET", path, token)).text)

    for path in ("/work", "/idva-referrals", f"/cases/{client}"):
        assert there in page(path, idva), path
    assert waits in page("/work", idva)
    assert apart(lambda: console.send("GET", f"/cases/{done.handle}/plan", idva)).status_code == 404
    assert "says it itself, among its Idva referrals" in page(f"/cases/{done.handle}/plan", token)
    assert "not here. Ask it, and leave" in page(f"/cases/{done.handle}/plan/whole", token)
    seen = plan_before(node, who, number)
    assert seen is not None
    say_safe(node, who, number, seen.handle, safe=True)
    assert waits not in page("/work", idva)
    assert there not in page("/idva-referrals", idva)
    assert waits not in page("/work", token)
