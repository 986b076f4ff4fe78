"""What an import did, in figures that betray nothing of a case that is restricted for whoever imports.

What they import as such a case is kept apart, and is what counts. Stores nothing.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Mapping
from dataclasses import dataclass, field
from typing import Final

from hub.cases.changes import CaseChange
from hub.cases.hidden_for import Counts, HiddenFor, counted_once
from hub.cases.importing.assemble import CaseIntake, Rejected, Withheld
from hub.consent import Decision, why_not_published
from hub.records.cases import Likeness

NOT_PLACED: Final = "does not tell which case this row may seal, so none was sealed for it: put the row right"


@dataclass
class Imported:
    """What an import did, in rows (people). `unchanged` were there already, the same; all are kept.

    `withdrawn` counts the people whom this import took out of the feed. Of the cases that were in store, `sealed`
    became sealed, `unsealed` are not any longer, and `still_sealed` stay so since the file does not say;
    `sealed_by_hand` stay so whatever the file says. `unread` has the rows that could not be read, for which alone
    their cases are sealed.
    `same_people` are records found to be of somebody whom another case hides, `waiting` those that may be, by why.
    `because` says why people are not published, and of how many. `not_placed` has the rows that may seal a case and
    do not tell which.
    """

    imported: int = 0
    unchanged: int = 0
    not_published: int = 0
    withdrawn: int = 0
    same_people: Counts = field(default_factory=Counter)
    waiting: Counts = field(default_factory=Counter)
    sealed: int = 0
    unsealed: int = 0
    still_sealed: int = 0
    sealed_by_hand: int = 0
    unread: list[int] = field(default_factory=list)
    not_placed: list[int] = field(default_factory=list)
    rejected: list[Rejected] = field(default_factory=list)
    because: Counter[str] = field(default_factory=Counter)

    def count(self, said: CaseIntake, change: CaseChange, decision: Decision, *, withdrawn: int) -> None:
        """Count a case that may be known of, and what may be told of its publication."""
        people = len(change.people)
        if change.unchanged:
            self.unchanged += people
        else:
            self.imported += people
        self._count_unpublished(decision, people)
        self.withdrawn += withdrawn
        self.unread += said.unread
        if change.earlier is not None:
            was, is_now = change.earlier.details.sealed, change.details.sealed
            self.sealed += is_now and not was
            self.unsealed += was and not is_now
            by_hand = change.earlier.kept.sealed_by_hand
            self.still_sealed += was and said.sealed is None and not by_hand
            self.sealed_by_hand += by_hand and not said.sealed

    def count_found(self, found: Collection[Likeness], why: Mapping[str, HiddenFor]) -> None:
        """Count who on a case is found to be, or maybe, somebody hidden; `why` by the hiding case's handle."""
        self.same_people += counted_once((one for one in found if one.same), why)
        self.waiting += counted_once((one for one in found if one.waits), why)

    def _count_unpublished(self, decision: Decision, people: int) -> None:
        if not decision.permitted:
            self.not_published += people
            self.because[why_not_published(decision)] += people

    def count_withheld(self, said: Withheld, change: CaseChange | None) -> None:
        """Count what a case comes to of which nothing else is kept; None where there is none to know of."""
        if change is None:
            self.not_placed += said.doubtful
            self.rejected += [Rejected(row, "case_ref", NOT_PLACED) for row in said.doubtful]
            return
        self.withdrawn += len(change.shown)
        self.unread += said.unread
        if not change.unchanged:
            self.sealed += said.sealed
