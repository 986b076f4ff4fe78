"""Whose word it is whether a plan is safe: where an Idva service supports the victim, that service's own.

Nobody types it in its place. It was said of a plan: once its actions are others, it does not stand any more.
"""

from __future__ import annotations

from hub.cases.action_plan import ActionPlan, SafetyWord
from hub.errors import InputError
from hub.node.transaction import Reading
from hub.records.idva import every_idva_referral


def with_own_word(tx: Reading, case: str, before: ActionPlan, after: ActionPlan) -> ActionPlan:
    """A plan as it may be kept in place of another. `case`: the handle (hex) of its case.

    Raises InputError where somebody says it for a service that supports the victim.
    """
    said, now = before.safety, after.safety
    if said is not None and said.service and _same(said, now):
        stands = before.actions == after.actions
        return after.model_copy(update={"safety": said if stands else None})
    if now is not None and not now.service and now != said and _supported(tx, case):
        raise InputError(
            "Whether the plan is safe the Idva service says itself, which supports the victim.",
            kept="The plan, as it was.",
            do="Leave it out, and ask the service: it has the plan among its referrals.",
        )
    return after


def _same(said: SafetyWord, now: SafetyWord | None) -> bool:
    """Whether nothing else is said now, by whoever changes something else of the plan."""
    return now is None or (now.safe, now.by, now.risk_it_makes) == (said.safe, said.by, said.risk_it_makes)


def _supported(tx: Reading, case: str) -> bool:
    return any(one.client for one in every_idva_referral(tx) if one.case == case)
