"""A question is about a person on a case of the node that asks, as that has them; an emergency makes its own."""

from __future__ import annotations

import asyncio
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from hub.cases.obligations import list_obligations
from hub.cases.stub import Stub, enter_case
from hub.checks.about import about
from hub.checks.check import check
from hub.errors import ConflictError, InputError
from hub.federation.publish import publish
from hub.federation.sync import sync_all
from hub.records.check import CheckRequest, CheckResult, recorded_check
from hub.sample.stub import sample_stub
from hub.store import cases
from hub.values import Person, Role
from tests.cases.casework import FIRST, who
from tests.cases.casework import emergency as urgent
from tests.federation.nodes import Areas, case, events, hold, question, stranger

HER = stranger(11).model_copy(update={"aliases": ("Newname Elsewhere",), "phone": "01632 960777"})
HIM = stranger(12).model_copy(update={"role": Role.perpetrator})


def ask(areas: Areas, request: CheckRequest) -> CheckResult:
    """Northmoor's question, just as it is given."""

    async def go() -> CheckResult:
        async with areas.client("northmoor") as client:
            return await check(areas["northmoor"], client, request)

    return asyncio.run(go())


def reasons(result: CheckResult) -> set[str]:
    return {one.code for one in result.decision.reasons}


def emergency(**changes: Any) -> CheckRequest:
    form = urgent().model_dump(mode="json") | {"fled_from": []}
    return question(HER, "eastvale", sharing_form=form, **changes)


@pytest.mark.parametrize("how", ["under the agreement", "with her agreement and two signatures"])
def test_an_invented_case_is_refused_and_nobody_is_asked(areas: Areas, how: str) -> None:
    form = question(HER).sharing_form.model_dump(mode="json")
    if how != "under the agreement":
        form |= {
            "protocol": None,
            "signatures": [
                {"role": role, "name": role.title(), "date": "2026-11-01"}
                for role in ("caseworker", "manager")
            ],
        }
    result = ask(areas, question(HER, "eastvale", case_ref="NOPE-79", sharing_form=form, disclose="at_once"))
    assert (result.decision.outcome, reasons(result), result.areas) == ("refuse", {"no_such_case"}, ())
    assert "hub case add" in result.decision.reasons[0].text
    assert areas.network.asked == []


def test_who_is_asked_about_is_as_the_case_has_them(areas: Areas) -> None:
    """Named by as little as tells them apart; every name that the case has of them is asked about."""
    hold(areas["northmoor"], case("NM-1", [HER, HIM], publish=False))
    elsewhere = Person(given_names="Newname", surname="Elsewhere", date_of_birth=HER.date_of_birth)
    hold(areas["eastvale"], case("ev-her", [elsewhere]))
    publish(areas["eastvale"])
    named = Person(ref="p1", role=Role.victim)

    async def go() -> CheckResult:
        async with areas.client("northmoor") as client:
            await sync_all(areas["northmoor"], client)
            request = question(named, "eastvale", related=[Person(role=Role.perpetrator)])
            return await check(areas["northmoor"], client, request)

    result = asyncio.run(go())
    with areas["northmoor"].read() as tx:
        request = recorded_check(tx, result.check_id).request
    assert request.subject == HER.model_copy(update={"ref": "p1"})
    assert request.related == (HIM,)
    assert result.areas[0].candidates


DIFFERING: dict[str, dict[str, Any]] = {
    "given_names": {"given_names": "Otherwise"},
    "surname": {"surname": "Otherwise"},
    "aliases": {"aliases": ("Somebody Else",)},
    "date_of_birth": {"date_of_birth": "1901-01-02"},
    "postcode": {"postcode": "ZZ9 9ZZ"},
    "phone": {"phone": "01632 960999"},
    "nhs_number": {"nhs_number": "9990000018"},
    "role": {"role": Role.child},
}


@pytest.mark.parametrize("field", DIFFERING)
def test_what_is_typed_beside_the_case_and_is_not_its_own_is_refused_without_repeating_it(field: str) -> None:
    request = question(HER.model_copy(update=DIFFERING[field]), "eastvale")
    with pytest.raises(InputError, match=f"subject.{field}") as caught:
        about(request, [HER, HIM])
    typed = "" if field == "role" else "".join(DIFFERING[field][field])
    assert not typed or typed not in str(caught.value)


def test_of_two_who_fit_neither_is_taken() -> None:
    twins = [stranger(at).model_copy(update={"role": Role.child}) for at in (3, 4)]
    with pytest.raises(InputError, match="several people"):
        about(question(Person(role=Role.child), "eastvale"), [HER, *twins])
    one = about(
        question(Person(role=Role.child, given_names=twins[1].given_names), "eastvale"), [HER, *twins]
    )
    assert one.subject == twins[1]


@given(st.data())
def test_whatever_of_the_record_is_typed_gives_the_whole_record(data: st.DataObject) -> None:
    typed: dict[str, Any] = {"role": HER.role}
    for name in ("given_names", "surname", "aliases", "phone"):
        if data.draw(st.booleans(), name):
            typed[name] = getattr(HER, name)
    typed["date_of_birth"] = HER.date_of_birth[: data.draw(st.sampled_from([0, 4, 7, 10]))]
    if data.draw(st.booleans(), "by another name"):
        typed |= {"given_names": " newname", "surname": "ELSEWHERE "}
    assert about(question(Person(**typed), "eastvale"), [HIM, HER]).subject == HER


# An emergency makes its own case.


def test_an_emergency_makes_its_own_case_to_be_completed_by_its_referral(areas: Areas) -> None:
    northmoor = areas["northmoor"]
    result = ask(areas, emergency(case_ref=""))
    assert result.decision.permitted, result.decision
    assert result.case_ref.startswith("EMERGENCY-20261102-")
    assert result.areas[0].status == "answered"
    with northmoor.read() as tx:
        stored = cases.find(tx.session, tx.case_digest(result.case_ref))
    assert stored
    assert not stored.may_publish
    (event,) = events(northmoor, "case_entered")
    assert event["detail"] == {"cases": 1, "persons": 1, "emergency": True}

    def to_complete() -> list[str]:
        owed = list_obligations(northmoor, who(), FIRST, every=True)
        return [one.case_ref for one in owed if one.code == "complete_case"]

    assert to_complete() == [result.case_ref]
    again = ask(areas, emergency(case_ref=result.case_ref))
    assert again.decision.permitted
    assert len(events(northmoor, "case_entered")) == 1
    assert to_complete() == [result.case_ref]
    hold(northmoor, case(result.case_ref, [HER]))
    assert to_complete() == []
    with northmoor.read() as tx:
        stored = cases.find(tx.session, tx.case_digest(result.case_ref))
    assert stored
    assert stored.may_publish


def test_an_emergency_that_is_not_permitted_makes_nothing(areas: Areas) -> None:
    form = urgent().model_dump(mode="json") | {"signatures": []}
    result = ask(areas, question(HER, "eastvale", case_ref="", sharing_form=form))
    assert not result.decision.permitted
    assert events(areas["northmoor"], "case_entered") == []


# A case is entered by its stub.


def stub(**changes: Any) -> Stub:
    return Stub.model_validate(sample_stub() | changes)


def test_a_case_is_entered_and_asked_about_and_nobody_on_it_is_published(areas: Areas) -> None:
    northmoor = areas["northmoor"]
    told = stub()
    before = publish(northmoor).people
    enter_case(northmoor, told)
    (event,) = events(northmoor, "case_entered")
    assert event["actor"] == northmoor.actor(told.by.name)
    assert event["detail"] == {"cases": 1, "persons": len(told.people)}
    assert publish(northmoor).people == before
    result = ask(areas, question(Person(role=Role.victim), "eastvale", case_ref=told.case_ref))
    assert result.areas[0].status == "answered"
    with pytest.raises(ConflictError, match="already"):
        enter_case(northmoor, told)
    assert len(events(northmoor, "case_entered")) == 1


@pytest.mark.parametrize(
    ("changes", "field"),
    [
        ({"people": [{"role": "victim", "surname": "Unknown"}]}, "people.0..surname"),
        ({"people": [{"role": "victim", "surname": "Fern", "date_of_birth": "1990-02-30"}]}, "date_of_birth"),
        ({"people": [{"role": "perpetrator", "surname": "Fern"}]}, "role"),
        ({"people": [{"role": "victim", "surname": "=Fern"}]}, "surname"),
        ({"by": sample_stub()["by"] | {"name": ""}}, "by.name"),
    ],
)
def test_a_stub_that_cannot_be_kept_is_refused_whole(
    areas: Areas, changes: dict[str, Any], field: str
) -> None:
    with pytest.raises(InputError, match=field):
        enter_case(areas["northmoor"], stub(**changes))
    assert events(areas["northmoor"], "case_entered") == []
