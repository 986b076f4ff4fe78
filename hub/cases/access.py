"""Who may know of which cases and of whom in them, and what the engine has to know of who asks.

What an exclusion keeps somebody out of is `kept_out`. Decides nothing about a question: `hub.consent` does, with
the Context made here.
"""

from __future__ import annotations

from collections.abc import Callable

from hub.accounts.accounts import has_accounts
from hub.cases.areas import known_areas
from hub.cases.elsewhere import said_of
from hub.cases.kept_out import NOBODY, CaseRestrictions, by_reference, folded_ref
from hub.cases.staff import staff_at, staff_list
from hub.consent import Context, Exclusion, Staff, conflicts_of_interest, is_excluded
from hub.matching import may_be_called
from hub.node.node import Node
from hub.records.cases import (
    CaseDetails,
    HeldCase,
)
from hub.records.check import CheckRequest, RecordedCheck, recorded_check, unknown_check
from hub.records.gists import every_gist
from hub.values import Person, Requester


def of_no_case(node: Node) -> list[str]:
    """The references that exclusions name and no case has here, as they stand in the list. Raises UsageError."""
    with node.read() as tx:
        held = {folded_ref(one.case_ref) for one in by_reference(every_gist(tx), bool)}
    named = dict.fromkeys(one.case_ref for one in staff_list(node).exclusion)
    return [ref for ref in named if folded_ref(ref) and folded_ref(ref) not in held]


def restrictions_on(node: Node, requester: Requester | None) -> CaseRestrictions:
    """What is restricted for this person. Who does not say who they are is restricted with everyone.

    Where tables are remembered it is made once while the list and the cases stay as they are, since a page asks
    many times; and anew once it is as old as a table may get, so that what it rests on is compared again. Raises
    UsageError when `staff.toml` is broken.
    """
    with node.read() as tx:
        staff = staff_at(tx)
        every = every_gist(tx) if node.remembered.for_s > 0 else None

    def made() -> CaseRestrictions:
        user = node.user(requester.name) if requester is not None and requester.name else NOBODY
        return CaseRestrictions(node, user, staff.against(requester), every)

    if every is None:
        return made()
    return node.derived.get(("restricted", requester), (staff, every, node.remembered.period()), made)


def context_of(
    node: Node,
    request: CheckRequest,
    *,
    tells: bool,
    made: CaseDetails | None = None,
    opens: Callable[[CaseDetails], bool] | None = None,
) -> Context:
    """Return what the engine must know of this asker and of the case as they find it. `made`: one made in the act.

    `opens`: which cases are their organisation's and role's; another reads like none.
    Raises UsageError when `staff.toml` is broken.
    """
    known = staff_list(node)
    asker = known.listed(request.requester.name)
    colleagues = [one.person for one in known.staff if one is not asker]
    asked = (request.subject, *request.related)
    with node.read() as tx:
        areas = known_areas(tx)
        restrictions = restrictions_on(node, request.requester)
        held = None if made else restrictions.find(tx, request.case_ref)
        if held is not None and opens is not None and not opens(held.details):
            held = None
        # Who is restricted from somebody asks nobody, and must not learn that there is anything.
        kept_out = restrictions.any and restrictions.concern(asked)
        elsewhere = said_of(tx, asked, restrictions.restricts, kept_out=kept_out, own=held)
    own = held.details if held else made
    return Context(
        case_ref=request.case_ref,
        case_linked=own is not None or not request.case_ref,
        case_made=made is not None,
        tells=tells,
        at_once=request.disclose == "at_once",
        recipient_known=True,
        not_safe_to_talk_to=(*(own.not_safe_to_talk_to if own else ()), *elsewhere.not_safe),
        staff=known.as_excluded(request.requester),
        managers=tuple(one.name for one in known.staff if one.manager),
        insider=conflicts_of_interest(
            asker.person if asker else _named(request.requester.name), colleagues, asked
        ),
        areas=areas,
        case_fled_from=own.fled_from if own else None,
        fled_elsewhere=elsewhere.fled_from,
        sealed=elsewhere.sealed,
        agreements=node.agreements.held,
        area=node.node_id,
        signed_by=() if has_accounts(node) else None,
        receiver_in_case=receiver_in_case(node, request),
    )


def receiver_in_case(node: Node, request: CheckRequest) -> bool:
    """Whether who is named to receive it is, or may be, on the case or asked about, or is kept out of the case."""
    receiver = request.sharing_form.recipient.person
    if not receiver:
        return False
    with node.read() as tx:
        held = restrictions_on(node, request.requester).find(tx, request.case_ref)
    people = (request.subject, *request.related, *(held.ever if held else ()))
    names = {name for one in people for name in (f"{one.given_names} {one.surname}", *one.aliases)}
    if held is not None and is_excluded(Staff(receiver), exclusions_from(node, held)):
        return True
    return any(may_be_called(receiver, one) for one in names)


def exclusions_from(node: Node, held: HeldCase) -> tuple[Exclusion, ...]:
    """The exclusions from one of our cases and whoever is in it, whichever area asks.

    Its people are held against each, also where it names the case: else that would take less time. Raises
    UsageError when `staff.toml` is broken.
    """
    people = [one.details.person for one in held.people]
    every = staff_list(node).exclusion
    of_theirs = [CaseRestrictions(node, NOBODY, (one,)).concern(people) for one in every]
    named = ("", folded_ref(held.details.case_ref))
    return tuple(
        one.who
        for one, theirs in zip(every, of_theirs, strict=True)
        if theirs or folded_ref(one.case_ref) in named
    )


def check_for(node: Node, asker: Requester | None, check_id: str) -> RecordedCheck:
    """A check of ours, for somebody who may know of its case.

    Raises NotFoundError: one that is hidden reads like one that does not exist; UsageError when `staff.toml` is
    broken; RowsError.
    """
    with node.read() as tx:
        tx.require_as_bound({"check_record": [(check_id,)]})
        kept = recorded_check(tx, check_id)
    if restrictions_on(node, asker).hide(kept):
        raise unknown_check()
    return kept


def _named(name: str) -> Person:
    given, _, surname = name.strip().rpartition(" ")
    return Person(given_names=given, surname=surname)
