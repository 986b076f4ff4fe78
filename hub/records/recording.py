"""Keeping a decision with what it leaves: its obligations, and the record of what the hub shares by it.

Called inside the transaction of the act itself, before anything leaves the node. Writes no event of its own: at a
holder, a receipt shows how long the log is, and must not distinguish a known person from an unknown one. Does not
list or close anything (`hub.cases.obligations`, `hub.cases.close`).
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable
from typing import Final

from hub.consent import Decision, SharingForm
from hub.consent.evidence import DisclosureLogEntry, authority_of, unrecorded
from hub.node.transaction import Transaction
from hub.records import decisions, disclosures
from hub.records.decisions import RecordedDecision
from hub.records.disclosures import Act, LoggedDisclosure
from hub.records.obligations import Item, NewObligations, add_obligations, close_obligation
from hub.store import obligations
from hub.store.obligations import Activity
from hub.values import Level, NodeId

EVIDENCED: Final = ("record_recipients", "record_answer")
BLIND: Final = "hub: asked without giving the name"
DISCLOSED: Final = "hub: name, aliases and date of birth, sealed to the area's node"
ANSWERED: Final = "hub: answer sealed to the asking area's node"


def record_decision(
    tx: Transaction,
    case: Activity,
    decided: RecordedDecision,
    rows: Iterable[LoggedDisclosure] = (),
    *,
    again: bool = False,
) -> int:
    """Keep a decision and, where it permits, what it leaves, and return its number.

    An obligation that is open for an activity is not added again. `again`: everyone to whom the act discloses knew
    before, so that nothing that was done already is owed anew. `rows`: what the hub shares by this decision.
    """
    number = decisions.add(tx, decided).number
    if not decided.decision.permitted:
        return number
    earlier = [row.shared for row in disclosures.of_matter(tx, case)]
    done = {one.act for one in earlier}
    new = [one for one in rows if one.act not in done]
    disclosures.add(tx, case, new)
    record = [one.sharing for one in (*earlier, *new)]
    owed = obligations.codes_of(tx.session, case, closed_too=again)
    fresh = tuple(
        Item(place, one, closed=_evidenced(one.code, decided.form, record))
        for place, one in enumerate(decided.decision.obligations)
        if one.code not in owed
    )
    add_obligations(tx, [NewObligations(case, number, fresh)])
    if owed & set(EVIDENCED):
        close_evidenced(tx, case)
    return number


def close_evidenced(tx: Transaction, matter: Activity) -> None:
    """Close what the record itself is the evidence for: the recipients, and a holder's answer."""
    record = [row.shared.sharing for row in disclosures.of_matter(tx, matter)]
    for row in obligations.open_in(tx.session, matter, EVIDENCED):
        if _evidenced(row.code, decisions.get(tx, row.decision_id).form, record):
            close_obligation(tx, row, None)


def _evidenced(code: str, form: SharingForm, record: list[DisclosureLogEntry]) -> bool:
    """Whether the record of the matter is all the evidence that an obligation needs."""
    if code == "record_answer":
        return bool(record)
    return code == "record_recipients" and not unrecorded(form, record)


def asked_entry(area: str, node_id: NodeId, decision: Decision, on: dt.date) -> LoggedDisclosure:
    """Return the entry for an area that is asked without giving the name."""
    sharing = DisclosureLogEntry(
        date=on, agency=area, method=BLIND, authority=authority_of(decision), told=False
    )
    return LoggedDisclosure(sharing=sharing, node_id=node_id)


def disclosed_entry(
    agency: str, node_id: NodeId, decision: Decision, on: dt.date, *, handle: str, level: Level
) -> LoggedDisclosure:
    """Return the entry for an area that learns the name: of which candidate, and at what level."""
    sharing = DisclosureLogEntry(
        date=on,
        agency=agency,
        person=f"whoever answers for {node_id}",
        method=DISCLOSED,
        authority=authority_of(decision),
    )
    return LoggedDisclosure(sharing=sharing, node_id=node_id, handle=handle, level=level)


def answered_entry(
    form: SharingForm, peer: NodeId, decision: Decision, on: dt.date, *, handle: str, decider: str
) -> LoggedDisclosure:
    """Return the entry for an answered area, by its form: about our handle, by who decided here."""
    sharing = DisclosureLogEntry(
        date=on,
        agency=form.requester.agency or peer,
        person=form.requester.name or f"whoever asks for {peer}",
        method=f"{ANSWERED}; decided by {decider}"[:200],
        authority=authority_of(decision),
        response=f"answered: {decision.level}",
    )
    return LoggedDisclosure(sharing=sharing, node_id=peer, handle=handle, level=decision.level)


def record_response(tx: Transaction, activity: Activity, act: Act, response: str) -> None:
    """Put an area's answer into the row of the act that it answers."""
    for row in disclosures.of_matter(tx, activity):
        if row.shared.act == act:
            disclosures.change(tx, row.number, row.shared.responded(response))
