"""What the paper of a case says: for each matter the form that was decided on, its obligations with what closed
them, and the record of disclosures; and the rows of the record that belong to no matter.

Reads alone. Who is kept out of a case is told that there is no such case. Not here: laying it out (`hub.pdf`).
"""

from __future__ import annotations

from collections.abc import Mapping
from itertools import groupby

from sqlmodel import Session

from hub.cases.disclosure_log import require
from hub.consent import SharingForm
from hub.consent.evidence import Sharing
from hub.errors import NotFoundError
from hub.node.node import Node
from hub.pdf.sharing_form import Filed, Settled
from hub.store import checks, decisions, disclosures, obligations
from hub.store.obligations import ObligationRow
from hub.values import Person, Requester


def papers_of(
    node: Node, asker: Requester | None, case_ref: str
) -> tuple[tuple[Filed, ...], tuple[Sharing, ...]]:
    """The forms of a case, oldest first, and the rows told outside of any. Raises NotFoundError as `record_of`."""
    vault = node.keys.vault
    digest = vault.lookup("case_ref", case_ref)
    with node.database.read() as session:
        require(session, node, asker, digest)
        rows = disclosures.of_case(session, vault, digest)
        owed = sorted(
            obligations.of_case(session, digest), key=lambda row: (row.matter, row.decision_id, row.place)
        )
        matters = {name: list(group) for name, group in groupby(owed, key=lambda row: row.matter)}
        papers = []
        for name, group in sorted(matters.items(), key=lambda one: one[1][0].decision_id):
            record = tuple(row.shared.sharing for row in rows if row.matter == name)
            papers.append(_filed(session, node, group, record))
        rest = tuple(row.shared.sharing for row in rows if row.matter not in matters)
    return tuple(papers), rest


def _filed(session: Session, node: Node, owed: list[ObligationRow], record: tuple[Sharing, ...]) -> Filed:
    """One matter: the decision that its newest review is of, and everything that the matter owes or owed."""
    vault = node.keys.vault
    decision_id = max(owed, key=lambda row: (row.code == "review", row.decision_id)).decision_id
    decided = decisions.get(session, vault, decision_id)
    settled = [
        Settled(
            decisions.get(session, vault, row.decision_id).decision.obligations[row.place],
            closed=row.state == "closed",
            closing=obligations.closing_of(vault, row),
        )
        for row in owed
    ]
    return Filed(
        form=_completed(settled) or decided.form,
        decision=decided.decision,
        on=decisions.made_on(session, decision_id),
        people=_people(session, node, owed[0].matter),
        record=record,
        owed=tuple(settled),
    )


def _completed(settled: list[Settled]) -> SharingForm | None:
    """The form that was completed after an emergency: it takes the place of the half-filled one."""
    emergencies = [one for one in settled if one.obligation.code == "complete_emergency"]
    return next((one.closing.form for one in emergencies if one.closing is not None), None)


def _people(session: Session, node: Node, matter: str) -> Mapping[str, Person]:
    """Those whom a question of ours was about, by their refs; other matters name nobody."""
    try:
        request = checks.get(session, node.keys.vault, matter).request
    except NotFoundError:
        return {}
    return {one.ref: one for one in (request.subject, *request.related) if one.ref}
