"""Closing obligations with evidence: all of those named, or none.

What the evidence lacks is said by `hub.consent.closing`; here it is looked up, kept and put on the record. When the
review of a publication closes, the publication is decided again and its clock starts anew.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from dataclasses import dataclass, field

from sqlmodel import Session

from hub.audit.events import Action, Detail, Event, Refs
from hub.cases.importing import Renewing
from hub.cases.told import put
from hub.consent.closing import Closing, Owed, lacking
from hub.errors import InputError, NotFoundError
from hub.insiders import Hidden, hidden_from
from hub.node import Node
from hub.store import decisions, disclosures, obligations
from hub.store.obligations import PUBLISH, Matter, ObligationRow


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
    hidden = hidden_from(node, closing.by)
    today = dt.datetime.fromtimestamp(node.clock(), dt.UTC).date()
    done = Closed()
    with node.write() as (session, record):
        rows = [_find(session, node, hidden, number, closing) for number in dict.fromkeys(numbers)]
        if closing.sharings and len({(row.case_digest, row.matter) for row in rows}) > 1:
            raise InputError(
                "sharings: these obligations are about several matters",
                kept="nothing",
                do="close those of one matter at a time",
            )
        fresh = [row for row in rows if row.state == "open"]
        for row in fresh:
            lacks = lacking(_owed(session, node, row), closing, node.rules, today)
            if lacks:
                done.lacking[row.id] = lacks
        if done.lacking:
            return done
        actor = "user:" + node.user(closing.by.name)
        for row in fresh:
            obligations.close(session, node.keys.vault, node.now(), row, closing)
            refs, detail = Refs(obligation=row.id), Detail(kind=row.code)
            record(Event(action=Action.obligation_closed, actor=actor, refs=refs, detail=detail))
        if fresh and closing.sharings:
            put(session, node, Matter(rows[0].case_digest, rows[0].matter), closing.sharings, closing.by.name)
        session.flush()
        done.not_published = _renew(session, node, fresh)
        done.closed = [row.id for row in rows]
    return done


def _find(session: Session, node: Node, hidden: Hidden, number: str, closing: Closing) -> ObligationRow:
    row = obligations.get(session, number)
    if row is not None and not hidden.hides(row.case_digest):
        same = row.state == "closed" and obligations.closing_of(node.keys.vault, row) == closing
        if row.state == "open" or same:
            return row
    raise NotFoundError("no such obligation is open here", kept="nothing was closed", do="see `hub due`")


def _owed(session: Session, node: Node, row: ObligationRow) -> Owed:
    vault = node.keys.vault
    decided = decisions.get(session, vault, row.decision_id)
    matter = Matter(row.case_digest, row.matter)
    return Owed(
        obligation=decided.decision.obligations[row.place],
        form=decided.form,
        made=decisions.made_on(session, row.decision_id),
        case_ref=decided.case_ref,
        rows=tuple(one.shared.sharing for one in disclosures.of_matter(session, vault, matter)),
    )


def _renew(session: Session, node: Node, rows: Sequence[ObligationRow]) -> int:
    """Decide the publications whose reviews were closed anew; returns how many do not stand any more."""
    reviewed = [row.case_digest for row in rows if (row.matter, row.code) == (PUBLISH, "review")]
    if not reviewed:
        return 0
    renewing = Renewing(node)
    return sum(not renewing.renew(session, digest) for digest in reviewed)
