"""What an import did, in figures that betray nothing of a case that is restricted for whoever imports.

Such a case is stored like any other, and counts as one that was not there before. Stores nothing.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Final

from hub.cases.changes import CaseChange
from hub.cases.importing.assemble import CaseIntake, Rejected, Withheld

NOT_PLACED: Final = "does not tell which case this row may seal, so none was sealed for it: put the row right"


@dataclass
class Imported:
    """What an import did, in rows (people). `unchanged` were there already, the same; all are kept.

    `withdrawn` counts the people whom this import took out of the feed. Of the cases that were in store, `sealed`
    became sealed, `unsealed` are not any longer, and `still_sealed` stay so since the file does not say.
    `not_placed` has the rows that may seal a case and do not tell which.
    """

    imported: int = 0
    unchanged: int = 0
    not_published: int = 0
    withdrawn: int = 0
    sealed: int = 0
    unsealed: int = 0
    still_sealed: int = 0
    not_placed: list[int] = field(default_factory=list)
    rejected: list[Rejected] = field(default_factory=list)

    def count(self, said: CaseIntake, change: CaseChange) -> None:
        """Count a case that may be known of."""
        people = len(change.people)
        if change.unchanged:
            self.unchanged += people
        else:
            self.imported += people
        self.not_published += 0 if change.decision.permitted else people
        self.withdrawn += len(change.shown)
        if change.earlier is not None:
            was, is_now = change.earlier.details.sealed, change.details.sealed
            self.sealed += is_now and not was
            self.unsealed += was and not is_now
            self.still_sealed += was and said.sealed is None

    def count_restricted(self, change: CaseChange, *, published: bool) -> None:
        """Count a case that must not be known of: as if it were new. `published`: whether it would be then."""
        self.imported += len(change.people)
        self.not_published += 0 if published else len(change.people)

    def count_withheld(self, said: Withheld, change: CaseChange | None) -> None:
        """Count what a case comes to of which nothing else is kept; None where there is none to know of."""
        if change is None:
            self.not_placed += said.doubtful
            self.rejected += [Rejected(row, "case_ref", NOT_PLACED) for row in said.doubtful]
            return
        self.withdrawn += len(change.shown)
        if not change.unchanged:
            self.sealed += said.sealed
