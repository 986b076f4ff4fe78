"""Listing a case for a meeting: its day, kept with who said so and why, beside every day before it.

The agenda, the flag and what other areas read of later hearings follow from the day that the case has. What may be
said of it is `meeting_days`'. Asks nobody and tells nobody.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Sequence
from typing import Literal

from hub.audit.events import Action, Refs
from hub.cases.changes import CaseChange, carry_out
from hub.cases.meeting_days import Days, Listing, after, days_of, lacking
from hub.cases.proposals import Proposal, as_it_is
from hub.cases.publication import PublicationDecisions
from hub.errors import ConflictError, InputError
from hub.node.node import Node
from hub.node.transaction import Reading, Transaction
from hub.records import papers
from hub.records.cases import CaseDetails, HeldCase, held_case, rests_on
from hub.records.papers import Paper, PaperKind
from hub.records.transfers import moved_to
from hub.store import cases
from hub.values import Requester, Value

Done = Literal["listed", "moved", "further", "taken_off"]


class ListedPaper(Value):
    """What was said of the day of a case's meeting: what became of it, the day before, and what was said."""

    done: Done
    was: dt.date | None = None
    said: Listing


def list_for(
    node: Node,
    held: HeldCase,
    by: Requester | None,
    said: Listing,
    beside: Callable[[Transaction], tuple[Paper, ...]] = lambda _: (),
) -> Days:
    """List a case for a meeting, move it to another, or take it off the list; gives the days that it has then.

    What is so already is left. `beside`: papers added to it in the same transaction. Raises InputError for what it
    lacks or where nobody says it, ConflictError where the case is gone or has moved to another area; RowsError.
    """
    if by is None or not by.name.strip():
        raise InputError("It is not said who lists it.", kept="Nothing was changed.", do="Say it.")
    now = held.details

    def propose(tx: Reading) -> list[Proposal]:
        nonlocal now
        there = _there(tx, held.row.handle)
        now = there.details
        if lack := lacking(now, said, tx.today):
            raise InputError(
                lack.text, kept="The day of its meeting, as it was.", do="Say it, and send it again."
            )
        days = after(now, said, tx.today)
        if days == days_of(now):
            return []
        if said.day is not None:
            _require_here(tx, there)
        return [as_it_is(there, meeting_date=days.meeting, heard=days.heard)]

    def then(tx: Transaction, changes: Sequence[CaseChange]) -> None:
        if changes:
            about = Refs(case=held.row.handle.hex())
            tx.record(
                Action.case_listed, by=node.actor(by.name), about=about, kind=_done(now, said, tx.today)
            )

    def keep(tx: Transaction) -> None:
        listed = () if after(now, said, tx.today) == days_of(now) else (_paper(tx, now, by, said),)
        if every := (*beside(tx), *listed):
            papers.put(tx, held.row, *every, by=node.actor(by.name))

    carry_out(PublicationDecisions(node), propose, then, keep)
    return after(now, said, node.today())


def _there(tx: Reading, handle: bytes) -> HeldCase:
    rows = cases.of_handles(tx.session, [handle])
    if not rows:
        raise ConflictError("The case is not here any more.", kept="Nothing.", do="Look for it again.")
    there = held_case(tx, rows[0])
    tx.require_as_bound(rests_on([there]))
    return there


def _require_here(tx: Reading, there: HeldCase) -> None:
    if (area := moved_to(tx, there.row.ref_digest)) is not None:
        raise ConflictError(
            f"This case has moved to the area {area}, whose Marac hears it: it is listed for no meeting here.",
            kept="The day of its meeting, as it was.",
            do="Tell that area: telephone its coordinator.",
        )


def _paper(tx: Transaction, before: CaseDetails, by: Requester, said: Listing) -> Paper:
    told = ListedPaper(done=_done(before, said, tx.today), was=before.meeting_date, said=said)
    return Paper(
        kind=PaperKind.listing,
        body=told.model_dump(mode="json", exclude_defaults=True),
        by=by.name,
        at=tx.now,
        supplier=by.agency or tx.node.settings.agency,
        may_follow="no",
    )


def _done(before: CaseDetails, said: Listing, today: dt.date) -> Done:
    if said.day is None:
        return "taken_off"
    if before.meeting_date is None:
        return "listed"
    return "further" if len(after(before, said, today).heard) > len(before.heard) else "moved"


def listings_of(tx: Reading, held: HeldCase) -> list[tuple[Paper, ListedPaper]]:
    """What was said of the day of a case's meeting, the newest first. Raises RowsError."""
    every = papers.of_case(tx, held.row, PaperKind.listing)
    return [(one.paper, ListedPaper.model_validate(one.paper.body)) for one in reversed(every)]


def days_by_people(tx: Reading, held: HeldCase) -> frozenset[dt.date]:
    """The days that people here have listed a case for, and those that they took it from. Raises RowsError."""
    said = [one for _, one in listings_of(tx, held)]
    return frozenset(day for one in said for day in (one.was, one.said.day) if day is not None)
