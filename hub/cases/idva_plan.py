"""The plan of a Marac's case before the Idva service that supports the victim, and its word whether it is safe.

The service reads the actions of the plan in hand, and no other paper of the Marac's. In its own name it says if
they are as safe as they can be, and later follows the key elements up with the victim.
"""

from __future__ import annotations

from collections import defaultdict
from typing import NamedTuple

from hub.accounts.accounts import Acting
from hub.cases import plans
from hub.cases.action_plan import ActionPlan, SafetyWord
from hub.cases.idva_inbox import ReferralLine, marac_case, of_service
from hub.cases.kept_plans import KeptPlan, as_they_stand, kept_plan
from hub.errors import ConflictError, NotFoundError
from hub.node.node import Node
from hub.records.cases import HeldCase
from hub.records.gists import by_handle


class PlanBefore(NamedTuple):
    """A plan before a service: of which referral, the handle (hex) of its paper, and the plan."""

    line: ReferralLine
    held: HeldCase
    handle: str
    plan: ActionPlan


def plan_before(node: Node, acting: Acting, number: str) -> PlanBefore | None:
    """The newest plan of somebody whom the service has taken on; None where there is none, or none for them."""
    line = next((one for one in of_service(node, acting) if one.referral.id == number), None)
    if line is None or not line.referral.client:
        return None
    with node.read() as tx:
        held = marac_case(tx, line.referral)
    found = plans.plan_of(node, held, acting.requester)
    return PlanBefore(line, held, found.handle, found.plan) if found else None


def waiting_for_word(node: Node, acting: Acting) -> list[ReferralLine]:
    """The clients of somebody's service whose Marac's plan is in hand, and on which it has not said its word.

    Raises as `of_service`.
    """
    lines = [one for one in of_service(node, acting) if one.referral.client]
    if not lines:
        return []
    every = defaultdict[int | None, list[KeptPlan]](list)
    with node.read() as tx:
        cases = by_handle(tx)
        for one in tx.every_row("case_paper", kept_plan):
            if not one.source:
                every[one.case_id].append(one)

    def waits(line: ReferralLine) -> bool:
        newest = as_they_stand(every[cases[line.referral.case].row.id])[-1:]
        return any(
            one.plan.actions
            and not one.plan.accepted_by
            and not (one.plan.safety and one.plan.safety.service)
            for one in newest
        )

    return [one for one in lines if waits(one)]


def say_safe(node: Node, acting: Acting, number: str, seen: str, *, safe: bool, risk: str = "") -> None:
    """Say in the name of the service whether the plan that was looked at is safe. Said twice it is said once.

    Raises NotFoundError where there is no such plan for them, ConflictError where it was changed or accepted.
    """
    there = plan_before(node, acting, number)
    if there is None:
        raise NotFoundError(
            "There is no such plan here.", kept="Nothing was changed.", do="See the referrals."
        )
    word = SafetyWord(
        safe=safe,
        by=acting.account.name,
        risk_it_makes=risk,
        service=acting.organisation.name,
    )
    if there.plan.safety == word:
        return
    if there.handle != seen or there.plan.accepted_by:
        raise _changed()

    def said(plan: ActionPlan, _: ActionPlan | None) -> ActionPlan:
        if plan != there.plan:
            raise _changed()
        return plan.model_copy(update={"safety": word})

    plans.change(node, there.held, acting.requester, said)


def _changed() -> ConflictError:
    return ConflictError(
        "The plan was changed or accepted meanwhile.",
        kept="The plan, as it is now.",
        do="Look at it again, and say it then.",
    )
