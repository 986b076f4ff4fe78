"""Whether an area was told about different people for one candidate: a true record is one person's.

By which checks it was told of a candidate is kept for each when it is told. Alerts a manager, and refuses nothing.
"""

from __future__ import annotations

from typing import Final

from hub.cases.alerts import alert_of_candidate
from hub.errors import NotFoundError
from hub.matching import confirm
from hub.node.transaction import Transaction
from hub.records.check import SHOWN_DIGITS, CandidateRef, recorded_check
from hub.store.checks import put_told, told_by
from hub.values import Person

_MOST: Final = 20


def alert_if_told_of_others(tx: Transaction, about: CandidateRef, subject: Person) -> bool:
    """Have a manager look into it where that area was told of the same candidate about somebody else before.

    Keeps that it is told now. Raises RowsError where what is kept of that is not as it was written.
    """
    handle = about.handle or ""
    key = about.area, bytes.fromhex(handle)
    tx.require_as_bound({"told_candidate": [key]})
    before = [one for one in told_by(tx.session, *key) if one != about.check_id]
    put_told(tx.session, *key, [*before, about.check_id][-_MOST:])
    others = [one for one in before if not _same(tx, one, subject)]
    if not others:
        return False
    return alert_of_candidate(tx, about.area, handle[:SHOWN_DIGITS], [*others, about.check_id])


def _same(tx: Transaction, check_id: str, subject: Person) -> bool:
    try:
        before = recorded_check(tx, check_id).request.subject
    except NotFoundError:
        return True  # Nothing is known of it any more.
    return confirm(before, subject, tx.node.matching).passes
