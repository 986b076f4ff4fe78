"""Whether an area was told about different people for one candidate: a true record is one person's.

Reads what this node put on the record when it told. Alerts a manager, and refuses nothing.
"""

from __future__ import annotations

from typing import Final

from hub.audit.events import Action, Event
from hub.cases.alerts import alert_of_candidate
from hub.errors import NotFoundError
from hub.matching import confirm
from hub.node.transaction import Transaction
from hub.records.check import SHOWN_DIGITS, CandidateRef, recorded_check
from hub.store.audit import DatabaseAudit
from hub.values import Person

_MOST: Final = 20


def alert_if_told_of_others(tx: Transaction, about: CandidateRef, subject: Person) -> bool:
    """Have a manager look into it where that area was told of the same candidate about somebody else before."""
    others = [one for one in _checks_told(tx, about) if not _same(tx, one, subject)]
    if not others:
        return False
    return alert_of_candidate(tx, about.area, (about.handle or "")[:SHOWN_DIGITS], [*others, about.check_id])


def _checks_told(tx: Transaction, about: CandidateRef) -> list[str]:
    """The other checks by which an area was told of this candidate, the newest few."""
    handle, found = about.handle or "", dict[str, None]()
    for entry in DatabaseAudit(tx.session).of_actions([Action.disclosure_sent]):
        if handle in entry.body:
            refs = Event.model_validate_json(entry.body).refs
            if (refs.handle, refs.peer) == (handle, about.area) and refs.check_id not in (
                None,
                about.check_id,
            ):
                found[refs.check_id or ""] = None
    return list(found)[-_MOST:]


def _same(tx: Transaction, check_id: str, subject: Person) -> bool:
    try:
        before = recorded_check(tx, check_id).request.subject
    except NotFoundError:
        return True  # Nothing is known of it any more.
    return confirm(before, subject, tx.node.matching).passes
