"""What programs may do about action plans: read one, add to it, list actions, and report on one; accept none."""

from __future__ import annotations

from hub.cases.plans import PlanOfCase, action_shown, actions_of, change, plan_of, report, reporter_of
from hub.web.api import models
from hub.web.api.acts import Call, absent
from hub.web.typed.plans import ReportTyped


def show_plan(call: Call) -> models.PlanShown:
    """Show the newest plan of a case, what it lacks, and what it sets again."""
    found = plan_of(call.node, call.case, call.acting.requester)
    if found is None:
        raise absent()
    return _shown(found)


def add_to_plan(call: Call) -> models.PlanShown:
    """Add to the plan of a case that is in hand; nothing is accepted by this, and sent twice it is added once."""
    sent: models.PlanSent = call.body
    return _shown(change(call.node, call.case, call.acting.requester, sent.applied_to_all, anew=sent.begin))


def list_actions(call: Call) -> models.Actions:
    """List the actions of accepted plans that are not finished: the agency's own, or all for a coordinator."""
    found = actions_of(call.node, reporter_of(call.acting))
    return models.Actions(
        actions=tuple(
            models.ActionOpen(case_ref=one.case_ref, overdue=one.overdue, action=one.action) for one in found
        )
    )


def report_on_action(call: Call) -> models.ActionOpen:
    """Say what came of an action; the same said again is kept once."""
    said: ReportTyped = call.body
    number, who = call.place("action"), reporter_of(call.acting)
    line = action_shown(call.node, who, number)
    if line is None:
        raise absent()
    call.shows(line.case)
    acting = call.acting
    report(
        call.node, who, number, said.report(acting.organisation.name, acting.account.name, call.node.now())
    )
    line = action_shown(call.node, who, number)
    if line is None:
        raise absent()
    return models.ActionOpen(case_ref=line.case_ref, overdue=line.overdue, action=line.action)


def _shown(found: PlanOfCase) -> models.PlanShown:
    return models.PlanShown(
        plan=found.plan, lacks=found.lacks, set_before=dict(found.before), earlier=found.earlier
    )
