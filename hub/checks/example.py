"""Examples for this node of what commands read from files, to be completed: a question, evidence, disclosures.

What a person has to answer is left open, so that nothing is said of anybody that nobody said. Asks nobody.
"""

from __future__ import annotations

from typing import Any, Final

from hub.accounts.accounts import has_accounts
from hub.node.node import Node
from hub.sample.question import sharing_form
from hub.store import peers
from hub.values import AgencyKind, Purpose

CASE_REF: Final = "YOUR-CASE-REFERENCE"


def example_question(node: Node) -> dict[str, Any]:
    """A CheckRequest as JSON: complete but for the case and what only a person can answer. Raises UsageError.

    Where people have accounts it does not say who asks: the account does.
    """
    today = node.today()
    agreed = [
        one
        for one in node.agreements.held
        if Purpose.referred_elsewhere in one.purposes and not one.why_not_on(today)
    ]
    question: dict[str, Any] = {
        "purpose": Purpose.referred_elsewhere.value,
        "case_ref": CASE_REF,
        "requester": _somebody(node),
        "subject": {"role": "victim"},
        "areas": areas_to_ask(node),
        "disclose": "ask_first",
        "level": "involvement",
    }
    form = sharing_form(question, today, grounded=bool(agreed), ref=agreed[0].ref if agreed else "")
    unasked = {"agreement": None, "capacity": "not_assessed", "aware": False, "only_self_at_risk": None}
    form["subjects"][0] |= unasked
    form |= {"necessity": "", "fled_from": None, "conflicts": {"declared": None, "details": ""}}
    if has_accounts(node):
        del question["requester"], form["requester"]
    return {**question, "sharing_form": form}


def example_evidence(node: Node) -> dict[str, Any]:
    """What closes an obligation, as JSON: complete but for who did what; where people have accounts, for what."""
    by = {} if has_accounts(node) else {"by": _somebody(node)}
    return {**by, "on": node.today().isoformat(), "text": ""}


def example_entries(node: Node) -> dict[str, Any]:
    """Rows for the disclosure log, as JSON: complete but for the case and what was disclosed."""
    row = {"agency": "", "person": "", "method": "telephone", "authority": "", "response": "", "told": True}
    sharings = [{"date": node.today().isoformat(), **row}]
    return {"case_ref": CASE_REF, "check_id": "", "by": _somebody(node), "sharings": sharings}


def _somebody(node: Node) -> dict[str, Any]:
    kind = (node.settings.agency_kind or AgencyKind.council).value
    return {"name": "", "role": "coordinator", "agency": node.settings.agency, "agency_kind": kind}


def areas_to_ask(node: Node) -> list[str] | str:
    """The node's neighbours, or else every area that it knows; "neighbours" where it knows none yet."""
    own = node.areas.get(node.node_id)
    if own is not None and own.neighbours:
        return list(own.neighbours)
    with node.read() as tx:
        known = {row.node_id for row in peers.every(tx.session)}
    known |= {one.node_id for one in node.areas.area}
    return sorted(known - {node.node_id}) or "neighbours"
