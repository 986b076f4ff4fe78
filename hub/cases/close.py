"""Closing obligations with evidence: all of those named, or none.

What the evidence lacks is said by `hub.consent.evidence`; here it is looked up, kept and put on the record. When
the review of a publication closes, the publication is decided again and its clock starts anew.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field, replace

from hub.audit.events import Action, Refs
from hub.cases.access import restrictions_on
from hub.cases.alerts import for_managers
from hub.cases.changes import carry_out
from hub.cases.disclosure_log import put_entries
from hub.cases.kept_out import CaseRestrictions
from hub.cases.proposals import Proposal, as_it_is
from hub.cases.publication import PublicationDecisions
from hub.consent import Context, Decision, SharingForm
from hub.consent.evidence import Closing, OpenObligation, decided_when_calm, lacking
from hub.errors import InputError, NotFoundError
from hub.node.node import Node
from hub.node.transaction import Reading, Transaction
from hub.records import decisions, disclosures
from hub.records.cases import held_cases
from hub.records.obligations import close_obligation, due_at, evidence_of
from hub.store import cases, obligations
from hub.store.obligations import PUBLISH, Activity, ObligationRow
from hub.values import Requester


@dataclass
class Closed:
    """What came of closing: nothing is `closed` where anything is `lacking`.

    `not_published`: cases whose publication was reviewed and does not stand any more: their people left the feed.
    """

    closed: list[str] = field(default_factory=list)
    lacking: dict[str, tuple[str, ...]] = field(default_factory=dict)
    not_published: int = 0


def close(node: Node, numbers: Sequence[str], closing: Closing) -> Closed:
    """Close these obligations with one piece of evidence, or say exactly what it lacks and store nothing.

    Repeating it is safe. Raises NotFoundError for one that is not open, or hidden from who closes; InputError
    where rows of the record would belong to several matters; UsageError when `staff.toml` is broken.
    """
    act = _Close(tuple(dict.fromkeys(numbers)), closing, restrictions_on(node, closing.by))
    with node.read() as tx:
        if lacks := act.lacking(tx):
            return Closed(lacking=lacks)
    changes = carry_out(PublicationDecisions(node), act.reviewed, lambda tx, _: act.write(tx))
    return Closed(closed=list(act.numbers), not_published=sum(not one.decision.permitted for one in changes))


@dataclass(frozen=True, slots=True)
class ToClose:
    """An obligation as whoever may close it finds it. `lacks`: what still lacks where nothing more is said.

    `closing`: the evidence that a person closed it with; `done`: it is closed, by that or by the hub's own record.
    `due_at`: the hour by which it is due, where it is due by the hour.
    """

    number: str
    case_digest: bytes
    open: OpenObligation
    lacks: tuple[str, ...]
    done: bool
    closing: Closing | None
    due_at: int | None = None


def look_at(node: Node, number: str, by: Requester) -> ToClose | None:
    """An obligation of that number; None where there is none, or none for them.

    Raises UsageError when `staff.toml` is broken, RowsError, StorageError.
    """
    hidden = restrictions_on(node, by)
    nothing = Closing(by=by, on=node.today())
    with node.read() as tx:
        tx.require_as_bound({"obligation_record": [(number,)]})
        row = obligations.get(tx.session, number)
        if row is None or hidden.restricts(row.case_digest) or not for_managers(row.code, by):
            return None
        tx.require_as_bound({"decision_record": [(row.decision_id,)]})
        found, closing = _open_obligation(tx, row), evidence_of(tx, row)
        until = due_at(row.code, row.due, decisions.made_at(tx, [row.decision_id])[row.decision_id])
        lacks, done = _lacks(tx, row, nothing), row.state != "open"
        return ToClose(number, row.case_digest, found, lacks, done, closing, until)


def completing(node: Node, found: ToClose, form: SharingForm) -> Decision:
    """What is decided on a form that would complete an emergency's. Closes nothing."""
    return decided_when_calm(found.open, form, node.rules, node.today(), _known(node))


@dataclass(frozen=True, slots=True)
class _Close:
    """Obligations to close with one piece of evidence, by somebody who must not know of some cases."""

    numbers: tuple[str, ...]
    closing: Closing
    hidden: CaseRestrictions

    def lacking(self, tx: Reading) -> dict[str, tuple[str, ...]]:
        """What the evidence lacks, by number. Raises NotFoundError, InputError."""
        rows = self._rows(tx)
        if self.closing.sharings and len({(row.case_digest, row.matter) for row in rows}) > 1:
            raise InputError(
                "These obligations are about several activities.",
                kept="Nothing.",
                do="Close those of one activity at a time.",
            )
        return {row.id: lacks for row in _open(rows) if (lacks := _lacks(tx, row, self.closing))}

    def reviewed(self, tx: Reading) -> list[Proposal]:
        """The cases whose publications are decided anew since their reviews are closed."""
        digests = [
            row.case_digest for row in _open(self._rows(tx)) if (row.matter, row.code) == (PUBLISH, "review")
        ]
        found = [cases.find(tx.session, digest) for digest in digests]
        held = held_cases(tx, [row for row in found if row is not None])
        return [replace(as_it_is(one), anew=True) for one in held]

    def write(self, tx: Transaction) -> None:
        """Close them."""
        closing, rows = self.closing, self._rows(tx)
        actor = tx.node.actor(closing.by.name)
        for row in _open(rows):
            close_obligation(tx, row, closing)
            refs = Refs(obligation=row.id)
            tx.record(Action.obligation_closed, by=actor, about=refs, kind=row.code)
        if _open(rows) and closing.sharings:
            put_entries(tx, Activity(rows[0].case_digest, rows[0].matter), closing.sharings, closing.by.name)

    def _rows(self, tx: Reading) -> list[ObligationRow]:
        return [_find(tx, self.hidden, number, self.closing) for number in self.numbers]


def _lacks(tx: Reading, row: ObligationRow, closing: Closing) -> tuple[str, ...]:
    return lacking(_open_obligation(tx, row), closing, tx.node.rules, tx.today, _known(tx.node))


def _known(node: Node) -> Context:
    """What the node knows that decides on a completed form."""
    return Context(agreements=node.agreements.held, area=node.node_id)


def _open(rows: Sequence[ObligationRow]) -> list[ObligationRow]:
    return [row for row in rows if row.state == "open"]


def _find(tx: Reading, restrictions: CaseRestrictions, number: str, closing: Closing) -> ObligationRow:
    row = obligations.get(tx.session, number)
    if row is not None and not restrictions.restricts(row.case_digest):
        same = row.state == "closed" and evidence_of(tx, row) == closing
        if row.state == "open" or same:
            return row
    raise not_open()


def not_open() -> NotFoundError:
    """The error for an obligation that is not open, or not for who closes."""
    return NotFoundError(
        "No such obligation is open here.", kept="Nothing was closed.", do="See `hub obligations list`."
    )


def _open_obligation(tx: Reading, row: ObligationRow) -> OpenObligation:
    decided = decisions.get(tx, row.decision_id)
    matter = Activity(row.case_digest, row.matter)
    return OpenObligation(
        obligation=decided.decision.obligations[row.place],
        form=decided.form,
        made=decisions.made_on(tx, row.decision_id),
        case_ref=decided.case_ref,
        rows=tuple(one.shared.sharing for one in disclosures.of_matter(tx, matter)),
    )
