"""Keeping a decision with what it leaves: its obligations, and the record of what the hub shares by it.

Called inside the transaction of the act itself, before anything leaves the node. Writes no event of its own: at a
holder, a receipt shows how long the log is, and must not tell a known person from an unknown one. Does not list or
close anything (`owed`, `closing`).
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable
from typing import Final

from sqlmodel import Session

from hub.consent import Decision, SharingForm
from hub.consent.closing import Sharing, authority_of, unrecorded
from hub.node import Node
from hub.store import decisions, disclosures, obligations
from hub.store.decisions import Decided
from hub.store.disclosures import Shared
from hub.store.obligations import Arisen, Matter
from hub.values import Level, NodeId

BLIND: Final = "hub: blind question; the area is not told about whom"
TOLD: Final = "hub: name, aliases and date of birth, sealed to the area's node"
ANSWERED: Final = "hub: answer sealed to the asking area's node"


def keep(
    session: Session,
    node: Node,
    matter: str,
    decided: Decided,
    rows: Iterable[Shared] = (),
    *,
    again: bool = False,
) -> int:
    """Keep a decision and, where it permits, what it leaves; returns its number.

    What a matter still owes is owed once. `again`: everyone whom the act tells was told before, so that nothing
    that was done already is owed anew. `rows`: what the hub shares by this decision.
    """
    vault = node.keys.vault
    number = decisions.add(session, vault, node.now(), decided)
    if decided.decision.permitted:
        case = Matter(vault.lookup("case_ref", decided.case_ref), matter)
        owed = obligations.owed_already(session, case, closed_too=again)
        fresh = tuple(
            obligations.Item(place, one)
            for place, one in enumerate(decided.decision.obligations)
            if one.code not in owed
        )
        obligations.add(session, [Arisen(case, number, fresh)])
        earlier = {row.shared.act for row in disclosures.of_matter(session, vault, case)}
        for shared in rows:
            if shared.act not in earlier:
                disclosures.add(session, vault, node.now(), case, shared)
        session.flush()
        settle(session, node, case)
    return number


def settle(session: Session, node: Node, matter: Matter) -> None:
    """Close what the record itself is the evidence for: the recipients, and a holder's answer."""
    vault = node.keys.vault
    rows = [row.shared.sharing for row in disclosures.of_matter(session, vault, matter)]
    for row in obligations.open_in(session, matter, ("record_recipients", "record_answer")):
        form = decisions.get(session, vault, row.decision_id).form
        done = bool(rows) if row.code == "record_answer" else not unrecorded(form, rows)
        if done:
            obligations.close(session, vault, node.now(), row, None)


def asked(area: str, node_id: NodeId, decision: Decision, on: dt.date) -> Shared:
    """An area that is asked blindly."""
    sharing = Sharing(date=on, agency=area, method=BLIND, authority=authority_of(decision), told=False)
    return Shared(sharing=sharing, node_id=node_id)


def told(agency: str, node_id: NodeId, decision: Decision, on: dt.date, about: tuple[str, Level]) -> Shared:
    """An area that is told about whom we ask. `about`: the candidate's handle, and the level asked for."""
    sharing = Sharing(
        date=on,
        agency=agency,
        person=f"whoever answers for the node {node_id}",
        method=TOLD,
        authority=authority_of(decision),
    )
    return Shared(sharing=sharing, node_id=node_id, handle=about[0], level=about[1])


def answered(
    form: SharingForm, peer: NodeId, decision: Decision, on: dt.date, about: tuple[str, str]
) -> Shared:
    """An asking area that is answered, by the form that it sent. `about`: our handle, and who decided here."""
    handle, decider = about
    sharing = Sharing(
        date=on,
        agency=form.requester.agency or peer,
        person=form.requester.name or f"whoever asks for the node {peer}",
        method=f"{ANSWERED}; decided by {decider}"[:200],
        authority=authority_of(decision),
        response=f"answered: {decision.level}",
    )
    return Shared(sharing=sharing, node_id=peer, handle=handle, level=decision.level)


def respond(session: Session, node: Node, matter: tuple[str, str], act: Shared, response: str) -> None:
    """Put an area's answer into the row of the act that it answers. `matter`: its name and the case's reference."""
    vault = node.keys.vault
    name, case_ref = matter
    for row in disclosures.of_matter(session, vault, Matter(vault.lookup("case_ref", case_ref), name)):
        if row.shared.act == act.act:
            sharing = row.shared.sharing.model_copy(update={"response": response})
            disclosures.change(session, vault, row.number, row.shared.model_copy(update={"sharing": sharing}))
