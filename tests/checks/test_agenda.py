"""All cases of a meeting are asked about at once: which may, what changed since, and that nobody is asked twice."""

from __future__ import annotations

import asyncio
import datetime as dt
import re
from collections.abc import Iterator
from dataclasses import replace
from typing import Any

import pytest

from hub.cases.refer import refer
from hub.cases.referral import Referral
from hub.cases.staff import STAFF_FILE
from hub.checks import agenda
from hub.checks import check as main_path
from hub.checks.agenda import (
    AgendaLine,
    Alone,
    Asked,
    Asker,
    CaseAsked,
    Changed,
    Confirmed,
    agenda_of,
    ask_about,
    came_of,
    changed_since,
    days_of,
    left_to_ask,
)
from hub.checks.not_yet_asked import not_yet_asked
from hub.node.node import Node, open_node
from hub.records.accounts import AccountRole
from hub.records.gists import every_check
from hub.values import AgencyKind, Person, Requester, RequesterRole, Role
from tests.accounts.people import acting, cheap_passwords
from tests.cases.referring import sample
from tests.federation.nodes import QUOTAS, Areas, case, cases_of, events, hold, question, stranger

DAY = dt.date(2026, 12, 3)
ASH = Requester(
    name="Ash Underhill", role=RequesterRole.coordinator, agency="Police", agency_kind=AgencyKind.police
)
HER = stranger(649)
HIM = stranger(640).model_copy(update={"role": Role.perpetrator})


def listed(node: Node, number: str, *people: Person, **changes: Any) -> None:
    """A case that is heard on the day."""
    said = {"meeting_date": DAY, "fled_from": (), **changes}
    hold(node, replace(case(number, people), **said))


def lines(node: Node, who: Asker | None = None) -> dict[str, AgendaLine]:
    return {one.case.details.case_ref: one for one in agenda_of(node, who or Asker(ASH), DAY)}


def ask_all(areas: Areas, token: str = "first", **given: Any) -> list[CaseAsked]:
    node = areas["northmoor"]
    confirmed = Confirmed(given.get("who", Asker(ASH)), DAY, token)

    async def go() -> list[CaseAsked]:
        async with areas.client("northmoor") as client:
            found = given.get("lines") or list(lines(node).values())
            return [await ask_about(node, client, confirmed, one) for one in found]

    return asyncio.run(go())


def checks(node: Node) -> int:
    with node.read() as tx:
        return len(every_check(tx))


def test_each_case_of_the_meeting_is_asked_about_once_with_a_decision_of_its_own(areas: Areas) -> None:
    node = areas["northmoor"]
    her = cases_of("eastvale")[0][0]
    listed(node, "NM-21", her, HIM)
    listed(node, "NM-22", stranger(641))
    listed(node, "NM-other-day", stranger(642), meeting_date=dt.date(2026, 12, 17))
    assert days_of(node, Asker(ASH)) == {DAY: 2, dt.date(2026, 12, 17): 1}
    done = {one.line.case.details.case_ref: one for one in ask_all(areas)}
    assert {number: len(one.checks) for number, one in done.items()} == {"NM-21": 2, "NM-22": 1}
    decided = [one for one in events(node, "check_decided") if one["detail"]["outcome"] == "permit"]
    assert {one["refs"]["check_id"] for one in decided} == {c for one in done.values() for c in one.checks}
    came = came_of(node, Confirmed(Asker(ASH), DAY, "first"), lines(node).values())
    assert {len(one.checks) for one in came.values()} == {1, 2}
    assert came_of(node, Confirmed(Asker(ASH), DAY, "another"), lines(node).values()) == {}
    assert not any(one.open for one in lines(node).values())
    before = len(areas.network.asked)
    assert not any(one.checks for one in ask_all(areas, "second"))
    assert len(areas.network.asked) == before
    areas.clock.advance(86_400)
    assert all(one.open for one in lines(node).values())


def test_a_confirmation_that_is_sent_twice_asks_nobody_twice(areas: Areas) -> None:
    node = areas["northmoor"]
    listed(node, "NM-23", stranger(643), HIM)
    seen = list(lines(node).values())
    first, second = ask_all(areas, lines=seen), ask_all(areas, lines=seen)
    assert first[0].checks == second[0].checks
    assert checks(node) == 2


def test_one_that_was_killed_half_way_goes_on_with_whoever_is_left(
    areas: Areas, monkeypatch: pytest.MonkeyPatch
) -> None:
    node = areas["northmoor"]
    listed(node, "NM-24", stranger(644), HIM)
    real, asked = main_path.check, list[Person]()

    async def dies(*given: Any, **more: Any) -> Any:
        if asked:
            raise KeyboardInterrupt
        asked.append(given[2].subject)
        return await real(*given, **more)

    with monkeypatch.context() as patch:
        patch.setattr(agenda, "check", dies)
        with pytest.raises(KeyboardInterrupt):
            ask_all(areas)
    assert checks(node) == 1
    (line,) = lines(node).values()
    assert [one.details.person for one in line.left] != asked
    assert len(line.left) == 1
    ask_all(areas)
    assert checks(node) == 2


ALONE = {
    "sealed": ({"sealed": True}, Alone.sealed),
    "fled": ({"fled_from": ("eastvale",)}, Alone.fled),
    "nobody said whether anyone fled": ({"fled_from": None}, Alone.fled_not_known),
    "refused": ({"agreement": "refused"}, Alone.refused),
    "nobody wrote what was said": ({"agreement": ""}, Alone.not_said),
}


@pytest.mark.parametrize(("changes", "why"), ALONE.values(), ids=ALONE)
def test_a_case_that_needs_an_answer_of_its_own_drops_out_and_nobody_is_asked(
    areas: Areas, changes: dict[str, Any], why: Alone
) -> None:
    node = areas["northmoor"]
    listed(node, "NM-25", stranger(645), **changes)
    assert lines(node)["NM-25"].alone is why
    before = len(areas.network.asked)
    assert [one.checks for one in ask_all(areas)] == [()]
    assert (len(areas.network.asked), checks(node)) == (before, 0)


def test_somebody_kept_out_of_a_case_finds_an_agenda_without_it(areas: Areas) -> None:
    node = areas["northmoor"]
    listed(node, "NM-26", stranger(646))
    (node.home / STAFF_FILE).write_text('[[exclusion]]\ncase_ref = "NM-26"\nperson = "Ash Underhill"\n')
    assert lines(node) == {}
    assert days_of(node, Asker(ASH)) == {}


def test_what_has_changed_since_the_last_question_is_said(areas: Areas) -> None:
    subject = stranger(647)
    asked = Asked(((10, question(subject)),))
    renamed = subject.model_copy(update={"aliases": ("Nell Longstaffe",)})
    assert changed_since(asked, [subject], None) == ()
    assert changed_since(asked, [renamed], 9) == (Changed.new_name,)
    assert changed_since(asked, [subject, HIM], 11) == (Changed.new_person, Changed.new_referral)
    assert changed_since(Asked(), [renamed], 11) == ()


def test_whoever_has_a_new_name_or_was_referred_again_today_is_asked_about_again_today(areas: Areas) -> None:
    node = areas["northmoor"]
    listed(node, "NM-27", stranger(648))
    (held,) = lines(node)["NM-27"].case.people
    asked = Asked(((10, question(held.details.person)),))
    assert left_to_ask(asked, [held], 5, None) == ()
    assert left_to_ask(asked, [held], 11, None) == (held,)
    assert left_to_ask(asked, [held], 5, 11) == (held,)


def test_a_referral_of_a_case_that_was_asked_about_makes_it_not_yet_asked(areas: Areas) -> None:
    node = areas["northmoor"]
    listed(node, "NM-28", HER)
    with cheap_passwords():
        ash = acting(node, AccountRole.coordinator, "Police")
    assert [one.number for one in not_yet_asked(node, ash, 9)] == ["NM-28"]
    ask_all(areas)
    assert not_yet_asked(node, ash, 9) == []
    areas.clock.advance(60)
    victim = {"given_names": HER.given_names, "surname": HER.surname, "not_known": False}
    sent = sample(case_ref="NM-28", victim_name=victim, victim_dob=HER.date_of_birth)
    refer(node, Referral.model_validate(sent), ash.requester, None)
    assert [one.number for one in not_yet_asked(node, ash, 9)] == ["NM-28"]
    assert Changed.new_referral in lines(node)["NM-28"].changed


@pytest.fixture
def with_default_quotas(areas: Areas) -> Iterator[Areas]:
    """Eastvale charges what a node charges that nobody has set."""
    settings = areas["eastvale"].home / "node.toml"
    settings.write_text(settings.read_text().replace(re.sub(r"\n\[feeds\](.|\n)*", "\n", QUOTAS), ""))
    node = open_node(areas["eastvale"].home, clock=areas.clock)
    assert node.settings.quotas.strong.burst < 100_000
    areas.network.serve(node)
    yield areas
    node.database.close()


def test_twenty_cases_fit_into_the_quota_of_one_neighbour(with_default_quotas: Areas) -> None:
    areas = with_default_quotas
    node = areas["northmoor"]
    for number in range(20):
        him = stranger(700 + number).model_copy(update={"role": Role.perpetrator})
        listed(node, f"NM-{700 + number}", stranger(660 + number), him)
    done = ask_all(areas)
    assert len(done) == 20
    assert not any(one.stopped for one in done)
    with node.read() as tx:
        ids = {check for one in done for check in one.checks}
        answered = [one for one in every_check(tx) if one.check_id in ids and one.answered]
    assert len(answered) == 40
    assert events(areas["eastvale"], "quota_refused") == []
    asked = [
        one["detail"] for one in events(areas["eastvale"], "request_received") if "elements" in one["detail"]
    ]
    assert len(asked) == 40
    used = sum(one["weak_elements"] for one in asked)
    assert used > 1_500  # More than the burst of weak keys that was enough for one question at a time.
