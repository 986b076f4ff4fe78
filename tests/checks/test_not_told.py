"""She is not told on: an area that somebody fled learns nothing about whom is asked, whatever was typed where.

Three real nodes. Northmoor asks about a woman whom both others publish. She fled Eastvale, which Northmoor's list
of areas calls the Vale of Elsewhere. What reached each node is read from the wire and from its own database.
"""

from __future__ import annotations

import asyncio
import re
from collections.abc import Iterable
from itertools import product
from pathlib import Path
from typing import Any

import pytest

from hub.cases.alerts import REVIEW_TELLING
from hub.cases.areas import unknown_among
from hub.cases.disclosure_log import read_log
from hub.cases.seals import Said, decide_likeness, seal_case, shown_likenesses
from hub.cases.staff import STAFF_FILE
from hub.checks.check import check as plain_check
from hub.checks.disclose import disclose_at_once
from hub.checks.earlier import earlier_result
from hub.cli.output import out
from hub.cli.show import show_result
from hub.consent import NotTold
from hub.consent.telling import IN_WORDS
from hub.federation.publish import publish
from hub.federation.sync import sync_all
from hub.node.node import open_node
from hub.records.check import AreaStatus, CheckResult
from hub.store.tables import Peer
from hub.values import Requester
from tests.cases.casework import closed_by_another_alone, reviews, who
from tests.checks.disclosing import asked_later, disclosed
from tests.checks.fled import FORMS, HER, MANAGER, OTHERS, UNANSWERED, asked, her_case, routine, told, urgent
from tests.checks.pending import grounded
from tests.federation.nodes import IMPORTER, Areas, case, events, hold, in_feed, question, stranger

EVERYBODY, ALL_BUT_EASTVALE, NOBODY = {"eastvale", "southmere"}, {"southmere"}, set[str]()
ANSWERS: dict[str, tuple[Any, set[str]]] = {
    "nobody answered": (UNANSWERED, NOBODY),
    "nobody fled": ([], EVERYBODY),
    "by its id": (["eastvale"], ALL_BUT_EASTVALE),
    "by its name": (["Vale of Elsewhere"], ALL_BUT_EASTVALE),
    "by the name it gives itself": (["Eastvale"], ALL_BUT_EASTVALE),
    "in capitals, as a Marac": (["VALE  of ELSEWHERE (MARAC)"], ALL_BUT_EASTVALE),
    "with hyphens": (["vale-of-elsewhere"], ALL_BUT_EASTVALE),
    "in wide letters": (["\uff25\uff21\uff33\uff34\uff36\uff21\uff2c\uff25"], ALL_BUT_EASTVALE),
    "by a name that no area has": (["Blackmoor"], NOBODY),
    "by its name and one that no area has": (["eastvale", "Blackmoor"], NOBODY),
    "in letters of another alphabet": (["E\u0430stvale"], NOBODY),
    "not known": ("not_known", NOBODY),
    "Eastvale, and others not known": (["eastvale", "not_known"], NOBODY),
}


def varied(names: Iterable[str], *others: Iterable[Any]) -> list[Any]:
    """Each name with every variation; all but one of a name's, another one from name to name, are slow."""
    variations = list(product(*others))
    return [
        pytest.param(name, *each, marks=() if at % len(variations) == number else pytest.mark.slow)
        for at, name in enumerate(names)
        for number, each in enumerate(variations)
    ]


@pytest.mark.parametrize(("name", "kind", "how"), varied(ANSWERS, FORMS, ["at once", "by hand"]))
def test_only_areas_that_nobody_fled_are_told(three: Areas, name: str, kind: str, how: str) -> None:
    answer, expected = ANSWERS[name]
    asked(three, FORMS[kind]() | {"fled_from": answer}, how)
    assert told(three) == expected


@pytest.mark.parametrize(("name", "form", "how"), varied(ANSWERS, [UNANSWERED, []], ["at once", "by hand"]))
def test_the_askers_own_case_answers_too(three: Areas, name: str, form: Any, how: str) -> None:
    """It fills a form that is silent; of two answers the more careful one counts."""
    answer, expected = ANSWERS[name]
    if answer is UNANSWERED and form == []:
        expected = EVERYBODY
    hold(three["northmoor"], her_case("NM-1", answer, publish=False))
    asked(three, routine() | {"fled_from": form}, how)
    assert told(three) == expected


def test_an_area_that_she_fled_is_not_even_asked_without_a_tick_that_says_so(three: Areas) -> None:
    form = routine() | {"fled_from": ["Vale of Elsewhere"]}
    result = asked(three, form, "not")
    found = {area.node_id: area for area in result.areas}
    assert (found["eastvale"].status, found["eastvale"].not_told) == (AreaStatus.not_asked, NotTold.fled)
    assert (
        found["eastvale"].note
        == "Somebody fled this area, as this case or another here says: ask your manager."
    )
    assert found["eastvale"].contact == "01632 960102"
    assert (found["southmere"].status, found["southmere"].not_told) == (AreaStatus.answered, None)
    assert {host for host, _ in three.network.asked} == {"southmere"}
    assert not events(three["eastvale"], "request_received")

    check_id = asked(three, form, "at once", ask_fled_areas=True).check_id
    asked_later(three)
    ticked = {area.node_id: area for area in earlier_result(three["northmoor"], None, check_id).areas}
    assert (ticked["eastvale"].status, ticked["eastvale"].not_told) == (AreaStatus.answered, NotTold.fled)
    assert ticked["eastvale"].candidates
    assert (
        ticked["eastvale"].note
        == "Somebody fled this area, as this case or another here says: ask your manager."
    )
    assert told(three) == {"southmere"}


def test_a_manager_who_decides_for_that_area_may_tell_it_by_hand_and_never_at_once(three: Areas) -> None:
    form = grounded(
        recipient={},
        fled_from=["Vale of Elsewhere"],
        consultations=[
            {
                "kind": "internal",
                "who": "M. Manager",
                "date": "2026-11-01",
                "decided": "share",
                "area": "Vale of Elsewhere",
            }
        ],
    )
    result = asked(three, form, "at once", ask_fled_areas=True)
    asked_later(three)
    assert told(three) == set()
    staff = three["northmoor"].home / STAFF_FILE
    for none in (MANAGER.replace("M.", "Rita"), MANAGER.replace("true", "false")):
        staff.write_text(
            none, encoding="utf-8"
        )  # Whoever is named in the form, the node knows no such manager.
        _, decision = disclosed(three, result.check_id, area="eastvale")
        assert [one.code for one in decision.reasons] == ["fled_area"]
    assert told(three) == set()
    staff.write_text(MANAGER, encoding="utf-8")
    disclosed(three, result.check_id, area="eastvale")
    disclosed(three, result.check_id, area="southmere")
    assert told(three) == EVERYBODY
    node, ada = three["northmoor"], who("Ada Worker")
    disclosed(three, result.check_id, area="eastvale")
    (review,) = reviews(node, ada, REVIEW_TELLING)
    assert "Vale of Elsewhere was told" in review.text
    assert "M. Manager" in review.text
    closed_by_another_alone(
        node,
        review.number,
        who("M. Manager", role="manager"),
        "by.name: another person than who decided to tell",
    )
    disclosed(three, result.check_id, area="eastvale")
    assert reviews(node, ada, REVIEW_TELLING) == [], "of one telling there is one"


# Another case of this node says it, whatever is said where the question comes from.


@pytest.mark.parametrize("how", ["at once", "by hand"])
@pytest.mark.parametrize("kind", FORMS)
def test_an_area_that_she_fled_by_another_case_is_not_told(three: Areas, kind: str, how: str) -> None:
    hold(three["northmoor"], her_case("CB-200", ["Vale of Elsewhere"]))
    hold(three["northmoor"], her_case("CB-200", []))  # No file takes the area away.
    asked(three, FORMS[kind]() | {"fled_from": []}, how, case_ref="CB-300")
    assert told(three) == ALL_BUT_EASTVALE


@pytest.mark.parametrize("how", ["at once", "by hand"])
def test_nobody_is_told_of_who_is_on_a_sealed_case_here_but_by_a_managers_decision(
    three: Areas, how: str
) -> None:
    hold(three["northmoor"], her_case("CB-200", [], sealed=True))
    result = asked(three, routine(), how, case_ref="CB-300")
    assert told(three) == set()
    assert {one.not_told for one in result.areas} == {NotTold.sealed}


@pytest.mark.parametrize("how", ["at once", "by hand"])
@pytest.mark.parametrize("sealed", [False, True])
def test_a_file_with_other_people_takes_off_nobody_what_her_case_said_of_her(
    three: Areas, sealed: bool, how: str
) -> None:
    northmoor = three["northmoor"]
    hold(northmoor, her_case("CB-200", [] if sealed else ["Vale of Elsewhere"]))
    if sealed:
        seal_case(northmoor, "CB-200", Said(IMPORTER, "She asked for it."))
    hold(northmoor, case("CB-200", [stranger(55)], fled_asked=True, fled_from=(), sealed=False))
    asked(three, routine(), how, case_ref="CB-300")
    assert told(three) == (NOBODY if sealed else ALL_BUT_EASTVALE)


@pytest.mark.parametrize("how", ["at once", "by hand"])
def test_of_who_is_named_alike_it_is_not_known_until_a_manager_has_decided(three: Areas, how: str) -> None:
    """A wholly wrong date of birth on the case that says so is no reason to tell the area that she fled."""
    northmoor = three["northmoor"]
    namesake = HER.model_copy(update={"date_of_birth": "1932-01-01"})
    hold(northmoor, case("NM-1", [HER]), case("CB-200", [namesake], fled_asked=True, fled_from=("eastvale",)))
    result = asked(three, routine(), how)
    assert told(three) == NOBODY
    assert {one.not_told for one in result.areas} == {NotTold.not_known}
    manager = Said(IMPORTER.model_copy(update={"name": "M. Manager"}), "Another woman.")
    (waiting,) = shown_likenesses(northmoor, manager.by)
    decide_likeness(northmoor, waiting.likeness.id, manager, same=False)
    asked(three, routine(), how)
    assert told(three) == EVERYBODY


def test_who_may_not_see_why_reads_that_it_is_not_known_and_tells_nobody(three: Areas) -> None:
    northmoor, other = three["northmoor"], stranger(12)
    hold(
        northmoor, case("X", [other]), case("CB-200", [HER, other], fled_asked=True, fled_from=("eastvale",))
    )
    staff = '[[exclusion]]\ncase_ref = "X"\nperson = "A. Coordinator"\n'
    (northmoor.home / STAFF_FILE).write_text(staff, encoding="utf-8")
    result = asked(three, routine(), "at once", case_ref="CB-300")
    assert told(three) == set()
    assert {one.not_told for one in result.areas} == {NotTold.not_known}


def test_two_cases_of_hers_that_one_of_them_hides_are_not_sealed(three: Areas) -> None:
    hold(three["northmoor"], case("NM-1", [HER]), her_case("CB-200", ["Vale of Elsewhere"]))
    asked(three, routine(), "at once")
    assert told(three) == ALL_BUT_EASTVALE


UNSAFE = ("PC Smith, Vale of Elsewhere",)


@pytest.mark.parametrize("how", ["at once", "by hand"])
def test_whom_she_named_as_not_safe_to_talk_to_counts_on_every_case_and_after_any_file(
    three: Areas, how: str
) -> None:
    hold(three["northmoor"], case("CB-200", [HER], not_safe_to_talk_to=UNSAFE))
    hold(three["northmoor"], case("CB-200", [HER]))  # No file takes it away.
    result = asked(three, routine(), how, case_ref="CB-300")
    assert told(three) == ALL_BUT_EASTVALE
    assert {one.not_told for one in result.areas} == {NotTold.not_safe, None}


# What is kept with the case, and the last words that are printed.


def test_an_answer_is_kept_with_the_case_and_fills_the_next_question(three: Areas) -> None:
    northmoor = three["northmoor"]
    hold(northmoor, case("NM-1", [HER], fled_from=None))
    publish(northmoor)
    assert in_feed(northmoor, HER)
    asked(three, routine() | {"fled_from": ["Vale of Elsewhere"]}, "not")
    assert not in_feed(northmoor, HER)  # Who fled is not published.
    assert [one["actor"] for one in events(northmoor, "flight_answered")] == [
        northmoor.actor("A. Coordinator")
    ]
    asked(three, routine() | {"fled_from": UNANSWERED}, "at once")
    assert told(three) == ALL_BUT_EASTVALE
    asked(three, routine() | {"fled_from": []}, "at once")  # Of two answers the more careful one stays.
    asked(three, routine() | {"fled_from": UNANSWERED}, "at once")
    assert told(three) == ALL_BUT_EASTVALE
    assert len(events(northmoor, "flight_answered")) == 1


def test_what_an_emergency_answers_is_kept_with_the_case_that_it_makes(three: Areas) -> None:
    northmoor = three["northmoor"]
    hold(northmoor, case("old", [HER]))
    publish(northmoor)
    assert in_feed(northmoor, HER)
    form = urgent() | {"fled_from": ["Vale of Elsewhere"]}
    made = asked_as_it_is(three, form, case_ref="")
    assert not in_feed(northmoor, HER), "who fled is not published, on whatever case"
    asked_as_it_is(three, routine() | {"fled_from": UNANSWERED}, case_ref=made.case_ref, disclose="at_once")
    assert told(three) == ALL_BUT_EASTVALE


def asked_as_it_is(areas: Areas, form: dict[str, Any], **changes: Any) -> CheckResult:
    northmoor = areas["northmoor"]

    async def go() -> CheckResult:
        async with areas.client("northmoor") as client:
            request = question(HER, *OTHERS, sharing_form=form, **changes)
            return await disclose_at_once(
                northmoor, client, request, await plain_check(northmoor, client, request)
            )

    return asyncio.run(go())


FLED = "Somebody fled this area, as this case or another here says: ask your manager."
WORDS: dict[str, tuple[Any, str, str]] = {
    "nobody fled": ([], "hub disclose HOME", "hub disclose HOME"),
    "an area": (["Vale of Elsewhere"], FLED, "hub disclose HOME"),
    "not known": ("not_known", IN_WORDS[NotTold.not_known], IN_WORDS[NotTold.not_known]),
    "no area that is known": (["Blackmoor"], "ask your manager", "ask your manager"),
    "nobody answered": (UNANSWERED, "answer it there, and ask again", "answer it there, and ask again"),
}


HOME = Path("HOME")


def printed(show: Any, *given: Any) -> str:
    with out.capture() as caught:
        show(*given)
    return caught.get()


@pytest.mark.parametrize(("name", "kind"), varied(WORDS, FORMS))
def test_the_last_words_on_each_area_are_those_of_the_answer(three: Areas, name: str, kind: str) -> None:
    """In the result of the question, shown again, and after an attempt to tell: no command tells where none may."""
    answer, eastvale, southmere = WORDS[name]
    northmoor = three["northmoor"]
    who = Requester.model_validate(routine()["requester"])
    check_id = asked(three, FORMS[kind]() | {"fled_from": answer}, "not", ask_fled_areas=True).check_id
    asked_later(three)
    result = earlier_result(northmoor, who, check_id)
    again = earlier_result(northmoor, who, result.check_id)
    shown = [printed(show_result, result, HOME), printed(show_result, again, HOME)]
    if name != "nobody fled":
        for area in OTHERS if name != "an area" else ("eastvale",):
            after, decision = disclosed(three, result.check_id, area=area)
            assert not decision.permitted
            shown.append(printed(show_result, after, HOME))
    for text in shown:
        first, second = (
            text.split("Southmere", 1) if text.index("Southmere") > text.index("Vale") else ("", "")
        )
        assert eastvale in first
        assert southmere in second
        assert ("hub disclose" in first) is (eastvale == "hub disclose HOME")
        assert ("hub disclose" in second) is (southmere == "hub disclose HOME")
        assert "01632 960102" in first
        assert "01632 960103" in second
    log = [row.shared.sharing for row in read_log(northmoor, who, "NM-1")]
    assert [(row.agency, row.told) for row in log] == [("Eastvale", False), ("Southmere", False)]


# What an area calls itself is its own word.

BLACKMOOR = "Blackmoor"


def calls_itself(areas: Areas, area: str, name: str) -> None:
    """Another name in an area's own settings, that the others fetch with its next metadata."""
    before = areas[area]
    file = before.home / "node.toml"
    renamed = re.sub(r"(?m)^area = .*$", f'area = "{name}"', file.read_text(encoding="utf-8"))
    file.write_text(renamed, encoding="utf-8")
    before.database.close()
    areas.nodes[area] = open_node(before.home, clock=areas.clock)
    areas.network.serve(areas[area])

    async def sync() -> None:
        async with areas.client("northmoor") as client:
            assert all(not one.error for one in await sync_all(areas["northmoor"], client))

    asyncio.run(sync())


def not_told(areas: Areas, how: str) -> dict[str, NotTold | None]:
    result = asked(areas, routine() | {"fled_from": []}, how)
    return {area.node_id: area.not_told for area in result.areas}


@pytest.mark.parametrize("how", ["at once", "by hand"])
def test_an_area_that_takes_the_name_of_the_one_she_fled_is_not_told_and_no_other_is(
    three: Areas, how: str
) -> None:
    """She fled a town by a name that this node does not know: it may be any of them, whoever takes that name."""
    hold(three["northmoor"], her_case("NM-1", [BLACKMOOR]))
    assert not_told(three, how) == dict.fromkeys(OTHERS, NotTold.area_unknown)
    calls_itself(three, "southmere", BLACKMOOR)
    assert not_told(three, how) == {"eastvale": NotTold.area_unknown, "southmere": NotTold.fled}
    assert told(three) == set()
    with three["northmoor"].read() as tx:
        assert unknown_among(tx, (BLACKMOOR, "southmere", "Southmere", "Vale of Elsewhere")) == [BLACKMOOR]


def test_no_name_in_a_peers_row_of_the_database_counts(three: Areas) -> None:
    hold(three["northmoor"], her_case("NM-1", [BLACKMOOR]))
    with three["northmoor"].database.write() as session:
        session.get_one(Peer, "southmere").area = BLACKMOOR
    assert not_told(three, "at once") == dict.fromkeys(OTHERS, NotTold.area_unknown)
    assert told(three) == set()
