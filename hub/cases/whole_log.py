"""The disclosure log across cases, as somebody may read it: what went out and came in, on what basis, who decided.

Whatever concerns a case that they may not know of is absent. A data-protection officer reads no name of a person:
not who was told, not what people wrote by hand, and staff by their pseudonyms. Changes nothing.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Collection, Iterator
from dataclasses import dataclass, replace
from enum import StrEnum
from itertools import islice
from typing import Final

from hub.accounts.accounts import Acting
from hub.accounts.organisations import folded
from hub.cases.access import restrictions_on
from hub.cases.shown import asker_of, overseen_among
from hub.errors import NotFoundError
from hub.node.node import Node
from hub.node.transaction import Reading
from hub.records.accounts import AccountRole
from hub.records.check import RecordedCheck, recorded_check
from hub.records.disclosures import HUB, DisclosureLogRow, cases_with_any, newest
from hub.records.gists import every_gist
from hub.records.recording import ANSWERED, BLIND

PSEUDONYM_DIGITS: Final = 8


class Way(StrEnum):
    """What kind of sharing a row is."""

    asked = "asked"
    named = "named"
    answered = "answered"
    by_hand = "by_hand"


@dataclass(frozen=True, slots=True)
class LogLine:
    """A row as somebody reads it.

    `case`: the handle (hex) that addresses name it by, where it is held. `node_id`: the area, where it went through
    the hub. `decided_by`: who asked, told, answered or recorded it. `came`: what came back, or empty.
    """

    date: dt.date
    case_ref: str
    case: str
    node_id: str
    agency: str
    person: str
    way: Way
    basis: str
    decided_by: str
    came: str


def log_lines(node: Node, acting: Acting, most: int, containing: str = "") -> list[LogLine]:
    """The newest rows that they may read, of cases whose number contains a text. Raises UsageError, RowsError."""
    with node.read() as tx:
        there = cases_with_any(tx)
    shown = overseen_among(node, acting, there)
    without_names = acting.account.role is AccountRole.data_protection_officer
    with node.read() as tx:
        found = _lines(tx, acting, shown, folded(containing))
        lines = (_nameless(tx, line) if without_names else line for line in found)
        return list(islice(lines, most))


def _lines(tx: Reading, acting: Acting, shown: Collection[bytes], wanted: str) -> Iterator[LogLine]:
    restrictions = restrictions_on(tx.node, asker_of(acting))
    held = {one.row.ref_digest: one for one in every_gist(tx) if one.row.ref_digest in shown}
    for digest, row in newest(tx, shown):
        kept = _check(tx, row.matter)
        case = held.get(digest)
        ref = case.case_ref if case else kept.request.case_ref if kept else ""
        if wanted not in folded(ref) or (kept is not None and restrictions.hide(kept)):
            continue
        yield _line(row, kept, ref, case.row.handle.hex() if case else "")


def _check(tx: Reading, matter: str) -> RecordedCheck | None:
    """The check of ours that a row is of; None of a peer's question, or what a person recorded of none."""
    if not matter or ":" in matter:
        return None
    try:
        return recorded_check(tx, matter)
    except NotFoundError:
        return None


def _line(row: DisclosureLogRow, kept: RecordedCheck | None, ref: str, case: str) -> LogLine:
    shared, entry = row.shared, row.shared.sharing
    return LogLine(
        date=entry.date,
        case_ref=ref,
        case=case,
        node_id=shared.node_id,
        agency=entry.agency,
        person=entry.person,
        way=_way(row),
        basis=entry.authority,
        decided_by=shared.by if shared.by != HUB else _decider(row, kept),
        came=entry.response,
    )


def _way(row: DisclosureLogRow) -> Way:
    if row.shared.by != HUB:
        return Way.by_hand
    method = row.shared.sharing.method
    if method.startswith(ANSWERED):
        return Way.answered
    return Way.asked if method == BLIND else Way.named


def _decider(row: DisclosureLogRow, kept: RecordedCheck | None) -> str:
    """Who had it asked or told, by the check; who answered, by the row itself."""
    if kept is None:
        return row.shared.sharing.method.partition("; decided by ")[2]
    candidates = (one for area in kept.result.areas for one in area.candidates)
    told = next((one.told_by for one in candidates if one.handle == row.shared.handle and one.told_by), "")
    return told or kept.request.requester.name


def _nameless(tx: Reading, line: LogLine) -> LogLine:
    """The same without the name of any person: what people wrote by hand may have one anywhere."""
    by_hand = line.way is Way.by_hand
    return replace(
        line,
        case="",
        person="",
        agency="",
        basis="" if by_hand else line.basis,
        decided_by=tx.node.user(line.decided_by)[:PSEUDONYM_DIGITS] if line.decided_by else "",
        came="recorded" if line.came else "",
    )
