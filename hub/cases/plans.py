"""The action plans of a case as they are kept: begun, completed, accepted, and reported on by their agencies.

A plan is a paper of its case: each change is a new one that supersedes it, so that what was planned when stays. A
case has one plan in hand at a time; the next begins with the review of the last accepted one, and of a plan that
came from another area; the first of a repeat with that of the plans of the cases that it repeats, as far as who
plans may know of them. What a plan lacks is said by `action_plan`. Tells no agency anything.
"""

from __future__ import annotations

import datetime as dt
from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass
from types import MappingProxyType
from typing import Final, NamedTuple

from hub.accounts.accounts import Acting
from hub.accounts.organisations import folded
from hub.cases.access import restrictions_on
from hub.cases.action_plan import (
    MOST_ACTIONS,
    Action,
    ActionPlan,
    Lack,
    Outcome,
    Report,
    SetBefore,
    lacking,
    report_lacks,
    set_before,
    wrong_action,
)
from hub.cases.kept_out import CaseRestrictions
from hub.cases.kept_plans import KeptPlan, Plans, as_they_stand, kept_plan, plans_of_case
from hub.cases.owed import PLANNED, Because, owe
from hub.cases.repeat_decisions import repeated_by
from hub.cases.services_word import with_own_word
from hub.cases.shown import asker_of
from hub.consent import Obligation
from hub.errors import ConflictError, InputError, NotFoundError
from hub.node.node import Node
from hub.node.transaction import Reading, Transaction
from hub.records import papers
from hub.records.accounts import AccountRole
from hub.records.cases import HeldCase
from hub.records.gists import Gist, every_gist
from hub.records.papers import Paper, PaperKind
from hub.records.transfers import moved_to
from hub.store import cases
from hub.store.cases import StoredCase
from hub.store.obligations import Activity
from hub.values import Kind, Requester

TELL_VICTIM_OF_PLAN: Final = "tell_victim_of_plan"
TELL_DAYS: Final = 2
"""CHOICE: how soon after the plan is accepted the victim is told of it, where that is safe."""


@dataclass(frozen=True, slots=True)
class PlanOfCase:
    """The newest plan of a case: the handle (hex) of its paper, what it lacks, and what it sets again.

    `earlier`: the last accepted plan before it, with what its agencies have reported by now, and the plans that
    came from other areas since; of the first plan of a repeat, the actions of the last accepted plans of the cases
    that it repeats too. `of_cases`: the numbers of those cases, by action.
    """

    handle: str
    plan: ActionPlan
    earlier: ActionPlan | None
    lacks: tuple[Lack, ...]
    before: Mapping[str, SetBefore]
    of_cases: Mapping[str, str]


def plan_of(node: Node, held: HeldCase, by: Requester | None) -> PlanOfCase | None:
    """The newest plan of a case, as somebody may know of it; None where it has none.

    Raises RowsError, StorageError, UsageError when `staff.toml` is broken.
    """
    with node.read() as tx:
        return _newest(tx, held.row, by)


def begin(node: Node, held: HeldCase, by: Requester) -> str:
    """Begin a plan, and return its handle (hex). One that is in hand is returned as it is.

    Raises RowsError, StorageError.
    """
    return change(node, held, by, lambda plan, _: plan, anew=True).handle


Made = Callable[[ActionPlan, ActionPlan | None], ActionPlan]
"""A plan as it is to be, of the plan as it is and the one before it."""


def change(node: Node, held: HeldCase, by: Requester, made: Made, *, anew: bool = False) -> PlanOfCase:
    """Change the newest plan of a case, and keep what it was. `anew`: of one that is begun, where none is in hand.

    To an accepted one actions may be added, and no more. Raises NotFoundError without a plan; ConflictError where
    it is accepted, or for a new one of a case that has moved; InputError for what cannot stand in it, and what
    `made` raises; RowsError, StorageError.
    """
    with node.write() as tx:
        every = plans_of_case(tx, held.row)
        if anew and (every.last is None or every.last.plan.accepted_by):
            _require_here(tx, held)
            before = _before(tx, held.row, every, None, by)
            begun = ActionPlan(meeting_date=held.details.meeting_date)
            plan = with_own_word(tx, held.row.handle.hex(), begun, made(begun, before.plan))
            return _found(_put(tx, held.row, plan, by, ""), plan, before)
        newest = _required(tx, held.row, by)
        plan = made(newest.plan, newest.earlier)
        plan = with_own_word(tx, held.row.handle.hex(), newest.plan, plan)
        if newest.plan.accepted_by:
            _require_added(newest.plan, plan)
        if plan == newest.plan:
            return newest
        before = _Before(newest.earlier, newest.of_cases)
        return _found(_put(tx, held.row, plan, by, newest.handle), plan, before)


def _require_here(tx: Reading, held: HeldCase) -> None:
    if (area := moved_to(tx, held.row.ref_digest)) is not None:
        raise ConflictError(
            f"This case has moved to the area {area}, which plans for her: no new plan is begun here.",
            kept="The plan of this area, as it was. Its actions go on.",
            do="Tell that area: telephone its coordinator.",
        )


def accept(node: Node, held: HeldCase, by: Requester, seen: str) -> None:
    """Accept the plan that was looked at. Done twice it is done once.

    Raises NotFoundError without a plan, ConflictError where it was changed meanwhile, InputError with what it
    lacks; RowsError, StorageError.
    """
    with node.write() as tx:
        newest = _required(tx, held.row, by)
        if newest.plan.accepted_by:
            return
        if newest.handle != seen:
            raise ConflictError(
                "The plan was changed meanwhile.",
                kept="The plan, as it is now.",
                do="Look at it again, and accept it then.",
            )
        if newest.lacks:
            raise InputError(
                f"The plan is not complete. {newest.lacks[0].text}",
                kept="The plan, as it was.",
                do="Complete it, and accept it then.",
            )
        accepted = newest.plan.model_copy(update={"accepted_by": by.name, "accepted_on": tx.today})
        handle = _put(tx, held.row, accepted, by, newest.handle)
        if accepted.tells_victim and held.details.kind is Kind.marac:
            _owe_her_word(tx, held, accepted, handle, by)


def _owe_her_word(tx: Transaction, held: HeldCase, plan: ActionPlan, handle: str, by: Requester) -> None:
    """Whoever is named tells her of it, where that is safe, and says when and how, or why it was not."""
    text = (
        f"{plan.tells_victim} tells the victim of the plan, where that is safe, and never where he may hear or read"
        " it. Close this by saying when and how she was told, or why it was not safe."
    )
    owed = Obligation(code=TELL_VICTIM_OF_PLAN, text=text, due=tx.today + dt.timedelta(days=TELL_DAYS))
    owe(
        tx, Activity(held.row.ref_digest, f"plan:{handle}"), Because(PLANNED, held.details.case_ref, by), owed
    )


class Reporter(NamedTuple):
    """Who says what came of actions: as exclusions know them, their agency, and for whom they speak.

    `coordinates`: for every agency of the Marac. `service`: for an Idva service, whose clients' plans are its own.
    """

    asker: Requester | None
    agency: str = ""
    coordinates: bool = True
    service: bool = False

    def reports_on(self, action: Action) -> bool:
        """Whether it is theirs to say what came of an action: their agency's, or any as a Marac's coordinator."""
        own = folded(self.agency)
        return self.coordinates or own in {folded(one) for one in (action.agency, *action.with_agencies)}

    def meets(self, case: Gist) -> bool:
        """Whether a case is discussed where they sit: a Marac's by its agencies, a service's client by its own."""
        if case.kind is Kind.marac and not case.idva_service:
            return True
        return self.service and folded(case.idva_service) == folded(self.agency)


def reporter_of(acting: Acting) -> Reporter:
    """Whoever is signed in, as they report."""
    service = acting.organisation.idva_service
    coordinates = acting.account.role in (AccountRole.coordinator, AccountRole.manager) and not service
    return Reporter(asker_of(acting), acting.organisation.name, coordinates, service)


class ActionLine(NamedTuple):
    """An action that somebody may report on: the case's handle (hex) and number, and whether it is overdue."""

    case: str
    case_ref: str
    action: Action
    overdue: bool


def actions_of(node: Node, who: Reporter) -> list[ActionLine]:
    """The actions of accepted plans that they report on: their agency's, or every one for a Marac's coordinators.

    Those with nothing final reported, the first due first. None of a case that they are restricted from, nor of
    another body's. Raises UsageError when `staff.toml` is broken, RowsError, StorageError.
    """
    with node.read() as tx:
        found = [one for one in _lines(tx, who) if one.action.outcome in (None, Outcome.not_done)]
    return sorted(found, key=lambda one: (one.action.due, one.case_ref, one.action.id))


def action_shown(node: Node, who: Reporter, number: str) -> ActionLine | None:
    """The action of an accepted plan that they may report on; None where there is none, or none for them."""
    with node.read() as tx:
        return next((one for one in _lines(tx, who) if one.action.id == number), None)


def report(node: Node, who: Reporter, number: str, said: Report) -> None:
    """Keep what an agency says of its action. The same said again is kept once.

    Raises NotFoundError where they have no such action, InputError where it is not said why it was not done;
    RowsError, StorageError.
    """
    if report_lacks(said.outcome, said.because, said.worked):
        raise InputError("Say why it was not done.", kept="Nothing was changed.", do="Give the reason.")
    line = action_shown(node, who, number)
    if line is None:
        raise _no_action()
    with node.write() as tx:
        row = _row(tx, line.case)
        last = next((one for one in reversed(plans_of_case(tx, row).own) if one.plan.accepted_by), None)
        action = last.plan.action(number) if last else None
        if last is None or action is None:
            raise _no_action()
        if [one.model_copy(update={"at": said.at}) for one in action.reports[-1:]] == [said]:
            return
        reported = action.model_copy(update={"reports": (*action.reports, said)})
        actions = tuple(reported if one.id == number else one for one in last.plan.actions)
        _put(tx, row, last.plan.model_copy(update={"actions": actions}), said, last.handle)


def _no_action() -> NotFoundError:
    return NotFoundError("There is no such action here.", kept="Nothing was changed.", do="See Actions.")


def _row(tx: Reading, handle: str) -> StoredCase:
    (row,) = cases.of_handles(tx.session, [bytes.fromhex(handle)])
    tx.require_as_bound({"case_record": [(row.id,)]})
    return row


class _Before(NamedTuple):
    """What is reviewed before a plan stands, and of which case's number each action is where that is another's."""

    plan: ActionPlan | None
    of_cases: Mapping[str, str] = MappingProxyType({})


def _before(
    tx: Reading, row: StoredCase, plans: Plans, newest: KeptPlan | None, by: Requester | None
) -> _Before:
    """The case's own last plan before that one, or (None) before the next, and what came from other areas since.

    For its first one, the last accepted plans of the cases that it repeats too: of a case that `by` is restricted
    from there is nothing, as if nobody had decided of it.
    """
    last, came = plans.last_before(newest), plans.came_before(newest)
    if last is not None and not came:
        return _Before(last.plan)
    actions, of_cases = dict[str, Action](), dict[str, str]()
    if last is None:
        restrictions = restrictions_on(tx.node, by)
        for other in repeated_by(tx, row.handle.hex()):
            if other.apart_for or restrictions.restricts(other.row.ref_digest):
                continue
            for one in _last_accepted(plans_of_case(tx, other.row)):
                actions[one.id], of_cases[one.id] = one, other.case_ref
    for kept in [*([last] if last else []), *came]:
        for one in kept.plan.actions:
            actions.setdefault(one.id, one)
    if not actions:
        return _Before(None)
    return _Before(ActionPlan(actions=tuple(actions.values())[:MOST_ACTIONS]), of_cases)


def _last_accepted(plans: Plans) -> Iterator[Action]:
    """The actions of a case's last accepted plan, and of those that came from other areas since."""
    accepted = [one for one in plans.own if one.plan.accepted_by]
    in_hand = plans.own[-1] if plans.own and not plans.own[-1].plan.accepted_by else None
    for kept in [*accepted[-1:], *plans.came_before(in_hand)]:
        yield from kept.plan.actions


def _newest(tx: Reading, row: StoredCase, by: Requester | None) -> PlanOfCase | None:
    plans = plans_of_case(tx, row)
    if plans.last is None:
        return None
    return _found(plans.last.handle, plans.last.plan, _before(tx, row, plans, plans.last, by))


def _found(handle: str, plan: ActionPlan, before: _Before) -> PlanOfCase:
    earlier = before.plan
    lacks, again = lacking(plan, earlier), set_before(plan, earlier)
    return PlanOfCase(handle, plan, earlier, lacks, again, before.of_cases)


def _required(tx: Reading, row: StoredCase, by: Requester) -> PlanOfCase:
    newest = _newest(tx, row, by)
    if newest is None:
        raise _no_plan()
    return newest


def _no_plan() -> NotFoundError:
    return NotFoundError("This case has no plan yet.", kept="Nothing was changed.", do="Begin one.")


def _require_added(before: ActionPlan, after: ActionPlan) -> None:
    """Raise ConflictError unless an accepted plan only gained actions; InputError for one that cannot stand."""
    kept = after.model_copy(update={"actions": after.actions[: len(before.actions)]})
    if kept != before:
        raise ConflictError(
            "The plan is accepted: what stands in it stays.",
            kept="The plan, as it is.",
            do="Add an action, report on one, or begin the next plan.",
        )
    for one in after.actions[len(before.actions) :]:
        if lack := wrong_action(after, one):
            raise InputError(lack.text, kept="The plan, as it is.", do="Correct the action.")


def _put(tx: Transaction, row: StoredCase, plan: ActionPlan, by: Requester | Report, supersedes: str) -> str:
    name = by.by if isinstance(by, Report) else by.name
    paper = Paper(
        kind=PaperKind.plan,
        body=plan.model_dump(mode="json", exclude_defaults=True),
        by=name,
        at=tx.now,
        supplier=by.agency,
        may_follow="yes",  # It is the meeting's, which permits that the case moves.
        supersedes=supersedes,
    )
    (handle,) = papers.put(tx, row, paper, by=tx.node.actor(name))
    return handle


def _lines(tx: Reading, who: Reporter) -> tuple[ActionLine, ...]:
    """Every action of the last accepted plan of each case that is theirs to report on."""
    restrictions = restrictions_on(tx.node, who.asker)
    kept, every = tx.every_row("case_paper", kept_plan), every_gist(tx)
    return tx.node.derived.get(
        ("actions", who, tx.today),
        (kept, every, restrictions),
        lambda: tuple(_lines_of(kept, every, restrictions, who, tx.today)),
    )


def _lines_of(
    kept: Iterable[KeptPlan],
    cases: Iterable[Gist],
    restrictions: CaseRestrictions,
    who: Reporter,
    today: dt.date,
) -> list[ActionLine]:
    plans, accepted = defaultdict[int, list[KeptPlan]](list), dict[int, ActionPlan]()
    for one in kept:
        if not one.source:
            plans[one.case_id].append(one)
    for case_id, every in plans.items():
        if found := [one.plan for one in as_they_stand(every) if one.plan.accepted_by]:
            accepted[case_id] = found[-1]
    return [
        ActionLine(case.row.handle.hex(), case.case_ref, action, action.is_overdue(today))
        for case in cases
        if (plan := accepted.get(case.row.id)) is not None
        and who.meets(case)
        and not case.apart_for
        and not restrictions.restricts(case.row.ref_digest)
        for action in plan.actions
        if who.reports_on(action)
    ]
