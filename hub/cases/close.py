"""Closing obligations with evidence: all of those named, or none.

What the evidence lacks is said by `hub.consent.evidence`; here it is looked up, kept and put on the record. When
the review of a publication closes, the publication is decided again and its clock starts anew.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field

from hub.audit.events import Action, Refs
from hub.cases.access import CaseRestrictions, restrictions_on
from hub.cases.disclosure_log import put_entries
from hub.cases.publication import PublicationDecisions
from hub.consent.evidence import Closing, OpenObligation, lacking
from hub.errors import InputError, NotFoundError
from hub.node.node import Node
from hub.node.transaction import Transaction
from hub.records import decisions, disclosures
from hub.records.obligations import close_obligation, evidence_of
from hub.store import obligations
from hub.store.obligations import PUBLISH, Activity, ObligationRow


@dataclass
class Closed:
    """What came of closing: nothing is `closed` where anything is `lacking`.

    `not_published`: cases whose publication was reviewed and does not stand any more.
    """

    closed: list[str] = field(default_factory=list)
    lacking: dict[str, tuple[str, ...]] = field(default_factory=dict)
    not_published: int = 0


def close(node: Node, numbers: Sequence[str], closing: Closing) -> Closed:
    """Close these obligations with one piece of evidence, or say exactly what it lacks and store nothing.

    Repeating it is safe. Raises NotFoundError for one that is not open, or hidden from who closes; InputError
    where rows of the record would belong to several matters; UsageError when `staff.toml` is broken.
    """
    hidden = restrictions_on(node, closing.by)
    today = node.today()
    done = Closed()
    with node.write() as tx:
        rows = [_find(tx, hidden, number, closing) for number in dict.fromkeys(numbers)]
        if closing.sharings and len({(row.case_digest, row.matter) for row in rows}) > 1:
            raise InputError(
                "These obligations are about several activities.",
                kept="Nothing.",
                do="Close those of one activity at a time.",
            )
        fresh = [row for row in rows if row.state == "open"]
        for row in fresh:
            lacks = lacking(_open_obligation(tx, row), closing, node.rules, today)
            if lacks:
                done.lacking[row.id] = lacks
        if done.lacking:
            return done
        actor = node.actor(closing.by.name)
        for row in fresh:
            close_obligation(tx, row, closing)
            refs = Refs(obligation=row.id)
            tx.record(Action.obligation_closed, by=actor, about=refs, kind=row.code)
        if fresh and closing.sharings:
            put_entries(tx, Activity(rows[0].case_digest, rows[0].matter), closing.sharings, closing.by.name)
        tx.session.flush()
        done.not_published = _renew(tx, fresh)
        done.closed = [row.id for row in rows]
    return done


def _find(tx: Transaction, restrictions: CaseRestrictions, number: str, closing: Closing) -> ObligationRow:
    row = obligations.get(tx.session, number)
    if row is not None and not restrictions.restricts(row.case_digest):
        same = row.state == "closed" and evidence_of(tx, row) == closing
        if row.state == "open" or same:
            return row
    raise NotFoundError(
        "No such obligation is open here.", kept="Nothing was closed.", do="See `hub obligations list`."
    )


def _open_obligation(tx: Transaction, row: ObligationRow) -> OpenObligation:
    decided = decisions.get(tx, row.decision_id)
    matter = Activity(row.case_digest, row.matter)
    return OpenObligation(
        obligation=decided.decision.obligations[row.place],
        form=decided.form,
        made=decisions.made_on(tx, row.decision_id),
        case_ref=decided.case_ref,
        rows=tuple(one.shared.sharing for one in disclosures.of_matter(tx, matter)),
    )


def _renew(tx: Transaction, rows: Sequence[ObligationRow]) -> int:
    """Decide the publications whose reviews were closed anew, and return how many do not stand any more."""
    reviewed = [row.case_digest for row in rows if (row.matter, row.code) == (PUBLISH, "review")]
    if not reviewed:
        return 0
    deciding = PublicationDecisions(tx.node)
    return sum(not deciding.renew(tx, digest) for digest in reviewed)
