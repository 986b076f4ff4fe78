"""A plan is begun, reviewed, completed, accepted once, and reported on by whose action it is; on both databases."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator

import pytest
from sqlmodel import select

from hub.accounts.accounts import Acting, acting_as
from hub.cases.action_plan import Action, ActionPlan, FailureReason, Outcome, Report, ReviewedAction
from hub.cases.close import close
from hub.cases.obligations import ListedObligation, list_obligations
from hub.cases.plans import (
    TELL_VICTIM_OF_PLAN,
    PlanOfCase,
    accept,
    action_shown,
    actions_of,
    begin,
    change,
    plan_of,
    report,
    reporter_of,
)
from hub.cases.repeat_decisions import Looker, decide
from hub.cases.repeat_papers import RepeatDecision
from hub.cases.repeats import Happened
from hub.cases.shown import case_shown, lines
from hub.cases.staff import STAFF_FILE
from hub.cases.stub import Referrer, Stub, enter_case
from hub.consent.evidence import Closing
from hub.errors import ConflictError, InputError, NotFoundError, RowsError
from hub.node.node import Node
from hub.records.accounts import AccountRole
from hub.records.cases import HeldCase
from hub.store.tables import CasePaper
from hub.values import Kind
from tests.accounts.people import cheap_passwords, user
from tests.cases.planning import accepted, action, plan
from tests.federation.nodes import IMPORTER, Areas, events, stranger

R = AccountRole


@pytest.fixture
def node(stored_areas: Areas) -> Iterator[Node]:
    """A node with a case of the Marac and a client of an Idva service."""
    made = stored_areas["eastvale"]
    for number, kind, service in (
        ("M-1", Kind.marac, ""),
        ("M-2", Kind.marac, ""),
        ("I-1", Kind.idva, "Haven"),
    ):
        stub = Stub(
            case_ref=number,
            kind=kind,
            idva_service=service,
            referrer=Referrer(agency="Eastvale Council", contact="The duty desk"),
            by=IMPORTER,
            sealed=False,
            fled_from=(),
            people=(stranger(ord(number[0]) + ord(number[2])),),
        )
        enter_case(made, stub)
    with cheap_passwords():
        yield made


def acting(node: Node, role: AccountRole, organisation: str, *, idva_service: bool = False) -> Acting:
    name = f"{role.value.replace('_', ' ')} of {organisation}".title()
    account = user(node, name, role, organisation=organisation, idva_service=idva_service).account
    with node.read() as tx:
        return acting_as(tx, account)


@pytest.fixture
def who(node: Node) -> Acting:
    return acting(node, R.coordinator, "Eastvale Police")


def held(node: Node, who: Acting, number: str = "M-1") -> HeldCase:
    handle = next(one.handle for one in lines(node, who, 9, number))
    found = case_shown(node, who, handle)
    assert found is not None
    return found


def standing(node: Node, case: HeldCase) -> PlanOfCase:
    found = plan_of(node, case, IMPORTER)
    assert found is not None
    return found


def said(outcome: Outcome = Outcome.done, because: str = "", at: int = 5) -> Report:
    made = {
        "outcome": outcome,
        "because": because,
        "agency": "Eastvale Police",
        "by": "Sergeant Lowe",
        "at": at,
    }
    return Report.model_validate(made)


def test_a_plan_is_accepted_when_it_lacks_nothing_and_once(node: Node, who: Acting) -> None:
    case, by = held(node, who), who.requester
    assert plan_of(node, case, IMPORTER) is None
    with pytest.raises(NotFoundError, match="no plan yet"):
        change(node, case, by, lambda one, _: one)
    assert begin(node, case, by) == begin(node, case, by)
    begun = plan_of(node, case, IMPORTER)
    assert begun is not None
    with pytest.raises(InputError, match="not complete"):
        accept(node, case, by, begun.handle)
    made = change(node, case, by, lambda *_: plan())
    with pytest.raises(ConflictError, match="changed meanwhile"):
        accept(node, case, by, begun.handle)
    accept(node, case, by, made.handle)
    accept(node, case, by, made.handle)
    kept = standing(node, case).plan
    assert (kept.accepted_by, kept.accepted_on) == (by.name, node.today())
    assert [one["detail"]["kind"] for one in events(node, "paper_kept")] == ["plan"] * 3


def test_whoever_is_named_owes_it_that_she_is_told_and_says_how_or_why_not(node: Node, who: Acting) -> None:
    """Once for each plan that is accepted; and it is not done because somebody says so without a word."""

    def owed() -> list[ListedObligation]:
        every = list_obligations(node, by, node.today() + dt.timedelta(days=3), every=True)
        return [one for one in every if one.code == TELL_VICTIM_OF_PLAN]

    case, by = held(node, who), who.requester
    begin(node, case, by)
    assert owed() == []
    made = change(node, case, by, lambda *_: plan(tells_victim="Ines Grant, the Idva"))
    for _ in range(2):
        accept(node, case, by, made.handle)
    (one,) = owed()
    assert one.text.startswith("Ines Grant, the Idva tells the victim of the plan, where that is safe")
    assert one.due == node.today() + dt.timedelta(days=2)
    said = Closing(by=by, on=node.today())
    assert close(node, [one.number], said).lacking == {one.number: ("text",)}
    assert owed() == [one]
    why = said.model_copy(
        update={"text": "Not safe yet: he has her telephone. On the 5th, at her workplace."}
    )
    assert close(node, [one.number], why).closed == [one.number]
    assert owed() == []


def test_what_stands_in_an_accepted_plan_stays_and_actions_may_be_added(node: Node, who: Acting) -> None:
    case, by = held(node, who), who.requester
    before = accepted(node, case, by, action(1))
    for wrong in (plan(action(2)), before.model_copy(update={"tells_victim": "Nobody"})):
        with pytest.raises(ConflictError, match="accepted"):
            change(node, case, by, lambda *_, to=wrong: to)

    def adding(one: Action) -> ActionPlan:
        return before.model_copy(update={"actions": (*before.actions, one)})

    with pytest.raises(InputError, match="divert"):
        change(node, case, by, lambda *_: adding(action(2, approach=None)))
    made = change(node, case, by, lambda *_: adding(action(2, "Mark the file")))
    assert [one.what for one in made.plan.actions][1:] == ["Mark the file"]


def test_the_first_plan_of_a_repeat_waits_for_the_review_of_the_plan_of_the_case_that_it_repeats(
    node: Node, who: Acting
) -> None:
    earlier, by = held(node, who, "M-1"), who.requester
    accepted(node, earlier, by, action(1))
    referrer = Referrer(agency="Eastvale Council", contact="The duty desk")
    stub = {"case_ref": "M-3", "kind": Kind.marac, "referrer": referrer, "by": IMPORTER, "sealed": False}
    people = tuple(one.details.person for one in earlier.people)
    enter_case(node, Stub.model_validate({**stub, "fled_from": (), "people": people}))
    again = held(node, who, "M-3")
    said = {"other": earlier.row.handle.hex(), "decided": "repeat", "happened": (Happened.threats,)}
    decide(node, Looker.of(who), again, RepeatDecision(**said, because="The same man."))
    begin(node, again, by)
    made = change(node, again, by, lambda *_: plan(action(2)))
    assert made.lacks[0].code == "not_reviewed"
    assert made.before[action(2).id].action == action(1).id
    assert made.of_cases == {action(1).id: "M-1"}
    with pytest.raises(InputError, match="was not reviewed"):
        accept(node, again, by, made.handle)
    assert plan_of(node, earlier, by).earlier is None  # type: ignore[union-attr]
    (node.home / STAFF_FILE).write_text(f'[[exclusion]]\ncase_ref = "M-1"\nperson = "{by.name}"\n')
    kept_out = plan_of(node, again, by)
    assert kept_out is not None
    assert (kept_out.earlier, kept_out.before, kept_out.of_cases) == (None, {}, {})


def test_the_next_plan_waits_for_the_review_of_each_action_of_the_last(node: Node, who: Acting) -> None:
    case, by = held(node, who), who.requester
    first = accepted(node, case, by, action(1), action(2, "Change the locks"))
    begin(node, case, by)
    again = change(node, case, by, lambda *_: plan(action(3)))
    assert again.earlier == first
    assert [one.code for one in again.lacks][:2] == ["not_reviewed", "not_reviewed"]
    assert set(again.before) == {action(3).id}
    with pytest.raises(InputError, match="not complete"):
        accept(node, case, by, again.handle)
    lines_of = tuple(
        ReviewedAction(action=one.id, outcome=Outcome.not_done, worked="no", still_needed=True)
        for one in first.actions
    )
    reviewed = {"reviewed": lines_of, "reasons": dict.fromkeys(FailureReason, "The Idva goes with her")}
    made = change(node, case, by, lambda one, _: one.model_copy(update=reviewed))
    assert made.lacks == ()
    assert made.before[action(3).id].worked == "no"
    accept(node, case, by, made.handle)
    last = standing(node, case)
    assert last.plan.accepted_by
    assert last.earlier == first


def test_an_agency_reports_on_its_own_actions_and_finds_no_other(node: Node, who: Acting) -> None:
    case = held(node, who)
    housing = action(2, "Change the locks", agency="Eastvale Housing", with_agencies=("Eastvale Council",))
    accepted(node, case, who.requester, action(1), housing)
    officer = acting(node, R.representative, "EASTVALE HOUSING")
    assert [one.action.id for one in actions_of(node, reporter_of(officer))] == [housing.id]
    assert [
        one.action.id
        for one in actions_of(node, reporter_of(acting(node, R.representative, "Eastvale Council")))
    ] == [housing.id]
    assert [one.case_ref for one in actions_of(node, reporter_of(who))] == ["M-1", "M-1"]
    assert actions_of(node, reporter_of(acting(node, R.idva, "Haven", idva_service=True))) == []
    with pytest.raises(NotFoundError):
        report(node, reporter_of(officer), action(1).id, said())
    with pytest.raises(InputError, match="why"):
        report(node, reporter_of(officer), housing.id, said(Outcome.impossible))
    report(node, reporter_of(officer), housing.id, said(Outcome.not_done, "No locksmith"))
    report(node, reporter_of(officer), housing.id, said(Outcome.not_done, "No locksmith", at=6))
    assert len(actions_of(node, reporter_of(officer))) == 1
    report(node, reporter_of(officer), housing.id, said(at=7))
    assert actions_of(node, reporter_of(officer)) == []
    shown = action_shown(node, reporter_of(officer), housing.id)
    assert shown is not None
    assert [one.outcome for one in shown.action.reports] == [Outcome.not_done, Outcome.done]


def test_reports_on_the_last_plan_go_on_while_the_next_is_made(node: Node, who: Acting) -> None:
    case, by = held(node, who), who.requester
    accepted(node, case, by, action(1))
    begin(node, case, by)
    change(node, case, by, lambda *_: plan(action(9, "Something else")))
    assert [one.action.id for one in actions_of(node, reporter_of(who))] == [action(1).id]
    report(node, reporter_of(who), action(1).id, said())
    found = plan_of(node, case, IMPORTER)
    assert found is not None
    assert found.earlier is not None
    assert found.earlier.actions[0].outcome is Outcome.done
    assert found.plan.actions[0].what == "Something else"


def test_nobody_finds_an_action_of_a_case_that_they_are_excluded_from(node: Node, who: Acting) -> None:
    accepted(node, held(node, who), who.requester, action(1))
    officer = acting(node, R.representative, "Eastvale Police")
    assert len(actions_of(node, reporter_of(officer))) == 1
    text = f'[[exclusion]]\ncase_ref = "M-1"\nperson = "{officer.account.name}"\n'
    (node.home / STAFF_FILE).write_text(text, encoding="utf-8")
    assert actions_of(node, reporter_of(officer)) == []
    assert action_shown(node, reporter_of(officer), action(1).id) is None
    with pytest.raises(NotFoundError):
        report(node, reporter_of(officer), action(1).id, said())


def test_what_is_overdue_is_said_so(node: Node, who: Acting) -> None:
    late = node.today() - dt.timedelta(days=1)
    accepted(node, held(node, who), who.requester, action(1), action(2, "Mark the file", due=late))
    assert [(one.action.id, one.overdue) for one in actions_of(node, reporter_of(who))] == [
        (action(2).id, True),
        (action(1).id, False),
    ]


@pytest.mark.parametrize("of_one", [True, False])
def test_a_plan_that_somebody_changed_in_the_database_is_none(node: Node, who: Acting, of_one: bool) -> None:
    case = held(node, who)
    accepted(node, case, who.requester, action(1))
    with node.database.write() as session:
        rows = session.exec(select(CasePaper)).all()
        rows[-1].sealed = rows[0].sealed
        session.add(rows[-1])
    with pytest.raises(RowsError):
        _ = plan_of(node, case, IMPORTER) if of_one else actions_of(node, reporter_of(who))
