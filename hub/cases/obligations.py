"""What is owed: the list of obligations that somebody may see, and the escalation of those past their day.

Somebody restricted from a case sees none of its obligations, and nothing by which to count them. Overdue ones are
escalated on the record, once each; nothing ever waits for them. Does not
create (`hub.records.recording`) or close (`close`).
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

from hub.audit.events import NODE, Action, Refs
from hub.cases.access import restrictions_on
from hub.cases.alerts import for_managers
from hub.consent.evidence import Closing
from hub.node.node import Node
from hub.node.transaction import Reading, Transaction
from hub.records import decisions
from hub.records.decisions import DecisionGist
from hub.records.obligations import COMPLETE_EMERGENCY, due_at, evidence_of, in_state
from hub.store import obligations
from hub.store.obligations import ObligationRow
from hub.values import Requester

BATCH: Final = 200


@dataclass(frozen=True, slots=True)
class ListedObligation:
    """One obligation as people see it. `overdue_days` is counted to the day asked about.

    `owner`: who reviews what was decided or, where that is not said, who asked. `case_digest`: of the case.
    `due_at`: the hour by which an emergency's form is due, and `late_s`: for how long it has been since.
    """

    number: str
    code: str
    text: str
    case_ref: str
    purpose: str
    due: dt.date | None
    overdue_days: int
    escalated: bool
    closing: Closing | None = None
    owner: str = ""
    case_digest: bytes = b""
    due_at: int | None = None
    late_s: int = 0


def list_obligations(
    node: Node, asker: Requester | None, on: dt.date, *, every: bool = False, closed: bool = False
) -> list[ListedObligation]:
    """Those due by that day, the longest overdue first; `every` open one, or the `closed` with their evidence.

    Raises UsageError when `staff.toml` is broken, StorageError.
    """
    return opened(node, rows_owed(node, asker, on, every=every, closed=closed), on)


def rows_owed(
    node: Node, asker: Requester | None, on: dt.date, *, every: bool = False, closed: bool = False
) -> tuple[ObligationRow, ...]:
    """As `list_obligations`, without opening what they are about: for counting, and for a part of a long list."""
    hidden = restrictions_on(node, asker)
    state, last = "closed" if closed else "open", None if every or closed else on
    with node.read() as tx:
        found = in_state(tx, state, last)

    def theirs() -> tuple[ObligationRow, ...]:
        return tuple(
            row for row in found if not hidden.restricts(row.case_digest) and for_managers(row.code, asker)
        )

    return node.derived.get(("owed", asker, state, last), (found, hidden), theirs)


def opened(node: Node, rows: Sequence[ObligationRow], on: dt.date) -> list[ListedObligation]:
    """These as people see them. Raises RowsError, StorageError."""
    with node.read() as tx:
        read = decisions.gists(tx, {row.decision_id for row in rows})
        made = decisions.made_at(tx, {row.decision_id for row in rows if row.code == COMPLETE_EMERGENCY})
        return [_listed(tx, row, read[row.decision_id], on, made.get(row.decision_id, 0)) for row in rows]


def _listed(
    tx: Reading, row: ObligationRow, decided: DecisionGist, on: dt.date, made_at: int
) -> ListedObligation:
    late = (on - row.due).days if row.due and row.state == "open" else 0
    until = due_at(row.code, row.due, made_at)
    return ListedObligation(
        number=row.id,
        code=row.code,
        text=decided.owed[row.place],
        case_ref=decided.case_ref,
        purpose=decided.purpose,
        due=row.due,
        overdue_days=max(0, late),
        escalated=row.escalated_at is not None,
        closing=evidence_of(tx, row),
        owner=decided.owner,
        case_digest=row.case_digest,
        due_at=until,
        late_s=max(0, tx.now - until) if until is not None and row.state == "open" else 0,
    )


def escalate(node: Node) -> int:
    """Mark what is past its day, or its hour, as escalated, each with an event, and return how many. Repeatable."""
    today = node.today()
    done = 0
    while True:
        with node.write() as tx:
            tx.hold_others_off()  # First, as elsewhere: two who each hold what the other needs wait for ever.
            tx.require_tables_as_bound("obligation_record")
            rows = [*obligations.to_escalate(tx.session, today, BATCH), *_past_the_hour(tx)]
            obligations.escalate(tx.session, [row.id for row in rows], tx.now)
            for row in rows:
                refs = Refs(obligation=row.id)
                tx.record(Action.obligation_escalated, by=NODE, about=refs, kind=row.code)
        done += len(rows)
        if len(rows) < BATCH:
            return done


def _past_the_hour(tx: Transaction) -> list[ObligationRow]:
    """Emergencies' forms that are due today and were to be complete by now."""
    rows = obligations.to_escalate_on(tx.session, COMPLETE_EMERGENCY, tx.today)
    made = decisions.made_at(tx, {row.decision_id for row in rows})
    return [row for row in rows if (due_at(row.code, row.due, made[row.decision_id]) or tx.now) < tx.now]
