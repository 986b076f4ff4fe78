"""Whoever is excluded from a case gets nothing about anybody in it, under whatever reference, and not why.

Northmoor's Lorna is excluded from the case of a woman whom Eastvale and Southmere know too.
"""

from __future__ import annotations

import asyncio
import re
from pathlib import PurePath
from typing import Any

import httpx2
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from hub.cases.access import restrictions_on
from hub.cases.disclosure_log import read_log
from hub.cases.obligations import list_obligations
from hub.cases.staff import STAFF_FILE
from hub.cases.stub import Stub, enter_case
from hub.checks.check import check
from hub.checks.disclose import disclose
from hub.checks.earlier import earlier_checks, earlier_result
from hub.cli.output import out
from hub.cli.show import show_decision, show_result
from hub.errors import NotFoundError
from hub.federation.client import PeerClient
from hub.federation.publish import publish
from hub.federation.sync import sync_all
from hub.node.node import Node
from hub.records.check import AreaStatus, CandidateRef, CheckResult, DisclosureStatus
from hub.sample.stub import sample_stub
from hub.store import cases
from hub.values import Level, Person, Requester, Role
from tests.cases.casework import FIRST, in_words, who
from tests.cases.casework import emergency as urgent
from tests.federation.nodes import Areas, case, events, hold, log, question, stranger

HER = stranger(21).model_copy(update={"aliases": ("Newname Elsewhere",)})
HIM = stranger(22).model_copy(update={"role": Role.perpetrator})
OTHERS = ("eastvale", "southmere")
LORNA, BEA, MANAGER = who("Lorna Mercer"), who("Bea Other"), who("M. Manager", "manager")
STAFF = '[[exclusion]]\ncase_ref = "CB-101"\nperson = "Lorna Mercer"\n'


@pytest.fixture
def three(areas: Areas) -> Areas:
    """All three know her; Northmoor has her on two cases, and Lorna is excluded from one."""
    northmoor = areas["northmoor"]
    (northmoor.home / STAFF_FILE).write_text(STAFF, encoding="utf-8")
    hold(northmoor, case("CB-101", [HER, HIM], publish=False), case("CB-77", [HER], publish=False))
    for area in OTHERS:
        hold(areas[area], case(f"{area}-her", [HER.model_copy(update={"aliases": ()})]))
        publish(areas[area])

    async def sync() -> None:
        async with areas.client("northmoor") as client:
            await sync_all(northmoor, client)

    asyncio.run(sync())
    areas.network.asked.clear()
    return areas


class Silent(httpx2.AsyncBaseTransport):
    """Areas that are there and do not answer."""

    async def handle_async_request(self, request: httpx2.Request) -> httpx2.Response:
        await asyncio.sleep(60)
        raise AssertionError("nobody waits so long")


def enter(node: Node, ref: str, *people: Person, by: Requester = LORNA) -> None:
    told = sample_stub() | {"case_ref": ref, "by": by.model_dump(mode="json")}
    enter_case(node, Stub.model_validate(told | {"people": [one.model_dump(mode="json") for one in people]}))


def ask_in_vain(areas: Areas, subject: Person, by: Requester = LORNA, **changes: Any) -> CheckResult:
    """A question that waits for nobody's answer: no longer than it must."""
    node = areas["northmoor"]
    as_they_are = node.settings
    object.__setattr__(node, "settings", as_they_are.model_copy(update={"peer_timeout_s": 0.4}))
    try:
        return ask(areas, subject, by, **changes)
    finally:
        object.__setattr__(node, "settings", as_they_are)


def ask(areas: Areas, subject: Person, by: Requester = LORNA, **changes: Any) -> CheckResult:
    asker = by.model_dump(mode="json")
    request = question(subject, *OTHERS, **{"requester": asker, "case_ref": "CB-102", **changes})

    async def go() -> CheckResult:
        async with areas.client("northmoor") as client:
            return await check(areas["northmoor"], client, request)

    return asyncio.run(go())


def owed(node: Node, asker: Requester | None) -> list[tuple[str, str]]:
    return sorted((one.code, one.case_ref) for one in list_obligations(node, asker, FIRST, every=True))


def alarms(node: Node, asker: Requester | None = MANAGER) -> list[str]:
    return [ref for code, ref in owed(node, asker) if code == "look_into_restricted"]


SPLIT = Person(given_names="Newname", surname="Elsewhere", date_of_birth=HER.date_of_birth[:7])
WRONG_DATE = HER.model_copy(update={"date_of_birth": "1948-02-29", "aliases": ()})
WRONG_DATE_TOO = Person(given_names="Newname", surname="Elsewhere", date_of_birth="1948-02-29")
OTHER_SURNAME = WRONG_DATE.model_copy(
    update={"surname": "Quillfeather", "date_of_birth": HER.date_of_birth[:7]}
)
WAYS: dict[str, tuple[list[Person], Person]] = {
    "as she is": ([HER], HER),
    "by her other name and part of a date": ([SPLIT], SPLIT),
    "the names the other way round": (
        [HER.model_copy(update={"given_names": HER.surname, "surname": HER.given_names})],
        Person(role=Role.victim),
    ),
    "as somebody's child": (
        [stranger(30), HER.model_copy(update={"role": Role.child})],
        Person(role=Role.child),
    ),
    "beside somebody else who is asked about": (
        [stranger(30), HER.model_copy(update={"role": Role.other})],
        Person(role=Role.victim),
    ),
    "with a wholly wrong date": ([WRONG_DATE], WRONG_DATE),
    "by her other name with a wholly wrong date": ([WRONG_DATE_TOO], WRONG_DATE_TOO),
    "by her forename and the month of her birth": ([OTHER_SURNAME], OTHER_SURNAME),
    "by him, as a victim": ([HIM.model_copy(update={"role": Role.victim})], Person(role=Role.victim)),
}


@pytest.mark.parametrize("way", WAYS)
def test_under_whatever_reference_nothing_leaves_the_node_and_a_manager_is_told(
    three: Areas, way: str
) -> None:
    people, named = WAYS[way]
    enter(three["northmoor"], "CB-102", *people)
    result = ask_in_vain(three, named)
    assert result.decision.permitted
    assert {one.status for one in result.areas} == {AreaStatus.unreachable}
    assert all("did not answer in time" in one.note and one.contact for one in result.areas)
    assert three.network.asked == []
    assert alarms(three["northmoor"]) == [
        "CB-101",
        "CB-101",
    ]  # For the case that was entered, and the question.
    assert [alarms(three["northmoor"], asker) for asker in (LORNA, BEA, None)] == [[], [], []]


def test_nobody_else_is_kept_from_her_and_lorna_from_nobody_else(three: Areas) -> None:
    northmoor = three["northmoor"]
    enter(northmoor, "CB-102", HER, by=BEA)
    assert all(one.candidates for one in ask(three, HER, BEA).areas)
    enter(northmoor, "CB-103", stranger(31))
    assert {one.status for one in ask(three, stranger(31), case_ref="CB-103").areas} == {AreaStatus.answered}
    assert alarms(northmoor) == []


@pytest.mark.parametrize("ref", ["CB-101", "CB-77"])
def test_her_cases_read_like_none_and_what_lorna_enters_under_their_references_is_kept_apart(
    three: Areas, ref: str
) -> None:
    northmoor = three["northmoor"]
    before = [one.sealed for one in stored(northmoor)]
    refused = ask(three, HER, case_ref=ref)
    assert [one.code for one in refused.decision.reasons] == ["no_such_case"]
    enter(northmoor, ref, stranger(31))
    assert {one.status for one in ask(three, stranger(31), case_ref=ref).areas} == {AreaStatus.answered}
    assert ("review", ref) in owed(northmoor, LORNA)
    assert read_log(northmoor, LORNA, ref)
    assert [one.sealed for one in stored(northmoor)][: len(before)] == before
    assert all(one.candidates for one in ask(three, HER, BEA, case_ref=ref).areas)
    assert alarms(northmoor)


def stored(node: Node) -> list[cases.StoredCase]:
    with node.read() as tx:
        return cases.every(tx.session)


def test_an_emergency_of_hers_reads_no_otherwise(three: Areas) -> None:
    form = urgent().model_dump(mode="json") | {"fled_from": []}
    result = ask_in_vain(three, HER, case_ref="", sharing_form=form, disclose="at_once")
    assert result.decision.permitted
    assert {one.status for one in result.areas} == {AreaStatus.unreachable}
    assert three.network.asked == []
    assert len(alarms(three["northmoor"])) == 1


# The same as what others get.


class Path:
    """What the client of a node does, whoever is asked: what is worked out, signed and sent where."""

    def __init__(self, patch: pytest.MonkeyPatch) -> None:
        self.steps: list[str] = []
        beside, send = PeerClient.beside, PeerClient._send

        async def worked(client: PeerClient, work: Any, *args: Any, **kwargs: Any) -> Any:
            self.steps.append(f"work {work.__name__}")
            return await beside(client, work, *args, **kwargs)

        async def sent(client: PeerClient, method: str, url: str, body: bytes, headers: Any) -> Any:
            self.steps.append(f"{method} {url} {len(body)} {sorted(headers)}")
            return await send(client, method, url, body, headers)

        patch.setattr(PeerClient, "beside", worked)
        patch.setattr(PeerClient, "_send", sent)

    def taken(self) -> list[str]:
        steps, self.steps = sorted(self.steps), []
        return steps


def shown(result: CheckResult) -> str:
    """What is printed, without what is new in every answer."""
    with out.capture() as caught:
        show_decision(result.decision)
        show_result(result, PurePath("HOME"))
    return re.sub(r"Check [0-9a-f]+, [0-9.]+ s", "Check", caught.get())


@pytest.fixture
def path(monkeypatch: pytest.MonkeyPatch) -> Path:
    return Path(monkeypatch)


def test_it_reads_and_is_recorded_like_areas_that_do_not_answer(three: Areas, path: Path) -> None:
    northmoor = three["northmoor"]
    enter(northmoor, "CB-102", HER)
    enter(northmoor, "CB-104", HER, by=BEA)

    def afterwards(asker: Requester, ref: str, result: CheckResult) -> list[Any]:
        """What the asker can see, and what the log counts."""
        listed = [one.result.areas for one in earlier_checks(northmoor, asker, ref)]
        again = earlier_result(northmoor, asker, result.check_id).areas
        with pytest.raises(NotFoundError) as told:
            tell(asker, result)
        codes = sorted(code for code, of in owed(northmoor, asker) if of == ref)
        return [
            shown(result),
            listed,
            again,
            str(told.value),
            codes,
            in_words(read_log(northmoor, asker, ref)),
        ]

    def tell(asker: Requester, result: CheckResult) -> None:
        async def go() -> None:
            async with three.client("northmoor") as client:
                target = CandidateRef(result.check_id, "eastvale")
                await disclose(northmoor, client, target, Level.involvement, asker)

        asyncio.run(go())

    began = len(log(northmoor))
    restricted = ask_in_vain(three, HER, sharing_form=form_by(LORNA))
    steps, actions = path.taken(), [one.action for one in log(northmoor)[began:]]
    for area in OTHERS:
        three.network.hosts[area] = Silent()
    began = len(log(northmoor))
    unreachable = ask_in_vain(three, HER, BEA, case_ref="CB-104", sharing_form=form_by(BEA))
    assert path.taken() == steps
    assert steps
    assert [one.action for one in log(northmoor)[began:]] == actions
    assert afterwards(LORNA, "CB-102", restricted) == afterwards(BEA, "CB-104", unreachable)
    decided = events(northmoor, "check_decided")
    assert [one["detail"].get("reasons") for one in decided] == [["restricted_person"], None]


def form_by(asker: Requester) -> dict[str, Any]:
    form: dict[str, Any] = question(HER).sharing_form.model_dump(mode="json")
    return form | {"requester": asker.model_dump(mode="json")}


def test_what_others_asked_about_her_is_not_shown_to_lorna_under_any_reference(three: Areas) -> None:
    northmoor = three["northmoor"]
    enter(northmoor, "CB-105", HER, by=BEA)
    result = ask(three, HER, BEA, case_ref="CB-105")
    assert len(list(earlier_checks(northmoor, BEA))) == 1
    assert list(earlier_checks(northmoor, LORNA)) == []
    with pytest.raises(NotFoundError, match="No such check"):
        earlier_result(northmoor, LORNA, result.check_id)
    assert "CB-105" not in str(owed(northmoor, LORNA))
    with pytest.raises(NotFoundError):
        read_log(northmoor, LORNA, "CB-105")


def test_a_holder_does_not_answer_who_is_excluded_from_her_by_another_of_its_cases(three: Areas) -> None:
    northmoor, eastvale = three["northmoor"], three["eastvale"]
    enter(northmoor, "CB-106", HER, by=BEA)
    hold(eastvale, case("ev-other", [HER], publish=False))

    def answer() -> DisclosureStatus:
        result = ask(three, HER, BEA, case_ref="CB-106", sharing_form=form_by(BEA))

        async def tell() -> CheckResult:
            async with three.client("northmoor") as client:
                target = CandidateRef(result.check_id, "eastvale")
                return (await disclose(northmoor, client, target, Level.involvement, BEA))[0]

        after = asyncio.run(tell())
        (area,) = [one for one in after.areas if one.node_id == "eastvale"]
        return area.candidates[0].disclosure.status

    assert answer() is DisclosureStatus.answered
    staff = '[[exclusion]]\ncase_ref = "ev-other"\nperson = "Bea Other"\n'
    (eastvale.home / STAFF_FILE).write_text(staff, encoding="utf-8")
    assert answer() is DisclosureStatus.not_answered


NAMES = [(HER.given_names, HER.surname), (HER.surname, HER.given_names), ("Newname", "Elsewhere")]


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], max_examples=60, deadline=None)
@given(st.data())
def test_she_is_known_again_by_any_name_in_any_order_and_part_of_a_date(
    three: Areas, data: st.DataObject
) -> None:
    restrictions = restrictions_on(three["northmoor"], LORNA)
    given_names, surname = data.draw(st.sampled_from(NAMES), "name")
    more = data.draw(st.permutations(["Somebody Quite-Different", f"{given_names} {surname}"]), "aliases")
    her = Person(
        role=data.draw(st.sampled_from(list(Role)), "role"),
        given_names=data.draw(st.sampled_from([given_names, given_names.upper(), "Zebedee"]), "given"),
        surname=surname,
        aliases=tuple(more),
        date_of_birth=HER.date_of_birth[: data.draw(st.sampled_from([0, 4, 7, 10]), "date")],
    )
    around = data.draw(st.permutations([her, stranger(40), stranger(41)]), "people")
    assert restrictions.concern(around)
    assert not restrictions.concern([stranger(40), stranger(41)])
    assert not restrictions_on(three["northmoor"], BEA).concern(around)


def test_whoever_a_question_could_meet_is_held_to_be_her(three: Areas) -> None:
    """Of any woman: by her right name with any date, and by one of her names and a part of her date."""
    northmoor = three["northmoor"]
    women = {f"CB-{seed}": stranger(seed) for seed in range(200, 240)}
    hold(northmoor, *(case(ref, [woman], publish=False) for ref, woman in women.items()))
    excluded = "".join(f'[[exclusion]]\ncase_ref = "{ref}"\nperson = "Nobody {ref}"\n' for ref in women)
    (northmoor.home / STAFF_FILE).write_text(excluded, encoding="utf-8")
    for ref, woman in women.items():
        restrictions = restrictions_on(northmoor, who(f"Nobody {ref}"))
        for told in (
            {"date_of_birth": "1948-02-29"},
            {"surname": "Quillfeather", "date_of_birth": woman.date_of_birth[:7]},
            {"given_names": "Zebedee", "date_of_birth": woman.date_of_birth[:7]},
        ):
            asked = woman.model_copy(update={"aliases": (), **told})
            assert restrictions.concern([stranger(31), asked]), told
            with northmoor.read() as tx:
                assert restrictions.concerned(tx, [asked], "CB-new"), told
        assert not restrictions.concern([stranger(31)])
