"""Plans of test cases: an action, a plan that lacks nothing, and one that was accepted."""

from __future__ import annotations

import datetime as dt

from hub.cases.action_plan import Action, ActionPlan, Addresses, Approach, SafetyWord
from hub.cases.plans import accept, begin, change, plan_of
from hub.node.node import Node
from hub.records.cases import HeldCase
from hub.values import Requester

DAY = dt.date(2026, 12, 3)


def action(number: int, what: str = "Brief the patrols on the address", **changed: object) -> Action:
    """An action about the perpetrator, of the police."""
    said: dict[str, object] = {
        "id": f"{number:016x}",
        "what": what,
        "agency": "Eastvale Police",
        "volunteered_by": "Sergeant Lowe",
        "due": DAY,
        "risk": "Followed home",
        "achieves": "Patrols know whom to look for",
        "addresses": Addresses.perpetrator,
        "approach": Approach.disrupt,
    }
    return Action.model_validate(said | changed)


def plan(*actions: Action, **changed: object) -> ActionPlan:
    """A plan that lacks nothing, where there was none before it."""
    said: dict[str, object] = {
        "actions": actions or (action(1),),
        "tells_victim": "The Idva",
        "safety": SafetyWord(safe=True, by="The Idva"),
    }
    return ActionPlan.model_validate(said | changed)


def accepted(node: Node, held: HeldCase, by: Requester, *actions: Action) -> ActionPlan:
    """The plan of a case, accepted with these actions."""
    begin(node, held, by)
    made = change(node, held, by, lambda *_: plan(*actions))
    accept(node, held, by, made.handle)
    found = plan_of(node, held, by)
    assert found is not None
    return found.plan
