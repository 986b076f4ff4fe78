"""The papers of who is here already, as they are kept: what was found, decided, to be decided anew, or is no more.

Each is of two cases, and stands on one of them; read together they say how the two stand. What is kept of a pair
counts from both sides. Finds and decides nothing (`repeat_decisions`).
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Collection, Iterable, Iterator, Mapping
from typing import Annotated, Literal, NamedTuple

from pydantic import Field
from sqlalchemy import RowMapping

from hub.cases.repeats import Definition, Happened
from hub.crypto.vault import Vault
from hub.node.transaction import Reading, Transaction
from hub.records import papers
from hub.records.cases import HeldCase
from hub.records.gists import Gist, every_gist
from hub.records.papers import Paper, PaperKind
from hub.values import LongText, Requester, ShortText, Value

Decided = Literal["repeat", "same_victim", "no_repeat", "not_same"]
Pair = frozenset[str]
"""Two cases, by their handles (hex)."""


class ProfessionalsMeeting(Value):
    """A meeting of professionals, where the Marac has no time for complex needs; its coordinator administers it.

    `with_whom`: whether the victim or the perpetrator is there, where that is safe, appropriate and necessary.
    """

    wanted: Literal["yes", "no"]
    called_by: ShortText = ""
    led_by: ShortText = ""
    with_whom: Literal["", "nobody", "victim", "perpetrator"] = ""


class RepeatDecision(Value):
    """What somebody decided of a case that is here already. `other`: its handle (hex).

    `no_repeat`: the same people, and no repeat, such as after more than twelve months. `because`: needed where it
    is not the same person, and where a repeat is called so against the definition. `threshold`: how the repeat
    threshold is met, and `done_since`: what the agency that refers again has done, as it presents the case.
    `meeting`: the next meeting, for which a repeat is listed.
    """

    other: Annotated[str, Field(pattern=r"^[0-9a-f]{32}$")]
    decided: Decided
    because: LongText = ""
    definition: Definition = Definition.any_abuse
    happened: tuple[Happened, ...] = ()
    happened_on: dt.date | None = None
    disclosed_to: ShortText = ""
    threshold: LongText = ""
    done_since: LongText = ""
    meeting: dt.date | None = None
    professionals: ProfessionalsMeeting | None = None
    by: ShortText = ""
    on: dt.date | None = None


class RepeatPaper(Value):
    """What is kept, of other cases by their handles (hex): those found when one came in, or a decision about one.

    `again`: which are to be decided anew, since it was corrected who is on this case; `ended`: on which nobody of
    it is any more, so that what was found or decided of the two counts no longer.
    """

    found: tuple[str, ...] = ()
    decision: RepeatDecision | None = None
    again: tuple[str, ...] = ()
    ended: tuple[str, ...] = ()

    @property
    def named(self) -> tuple[str, ...]:
        """The other cases that it is of."""
        decided = (self.decision.other,) if self.decision else ()
        return (*decided, *self.found, *self.again, *self.ended)

    def only(self, cases: Collection[str]) -> RepeatPaper:
        """It as far as it is of those cases."""
        decided = self.decision is not None and self.decision.other in cases
        lists = (self.found, self.again, self.ended)
        found, again, ended = (tuple(one for one in each if one in cases) for each in lists)
        return RepeatPaper(found=found, decision=self.decision if decided else None, again=again, ended=ended)


class PairStands(NamedTuple):
    """How two cases stand: what was decided last; and on which case (its number in the store) it waits."""

    decision: RepeatDecision | None = None
    waits_on: int | None = None

    @property
    def known(self) -> bool:
        """Whether somebody decides of it, or has decided."""
        return self.decision is not None or self.waits_on is not None


class _Kept(NamedTuple):
    """A paper of it, with when it was written, the number of its case, and its own there."""

    at: int
    case_id: int
    number: int
    paper: RepeatPaper


def every_pair(tx: Reading) -> Mapping[Pair, PairStands]:
    """How each two cases stand of which anything was kept. Raises RowsError."""
    gists, papers = every_gist(tx), tx.every_row("case_paper", _kept)
    return tx.node.derived.get("every pair", (gists, papers), lambda: _pairs(gists, papers))


def _pairs(gists: Iterable[Gist], papers: Iterable[_Kept]) -> dict[Pair, PairStands]:
    handles = {one.row.id: one.row.handle.hex() for one in gists}
    found = dict[Pair, PairStands]()
    for one in sorted((one for one in papers if one.case_id in handles), key=_in_order):
        for pair, stands in _said(one, handles[one.case_id], found):
            found[pair] = stands
    return found


def _in_order(one: _Kept) -> tuple[int, int, int, int]:
    """In time; of one moment what was found comes first, and what a correction changed last."""
    paper = one.paper
    rank = 2 if paper.again or paper.ended else 1 if paper.decision else 0
    return one.at, rank, one.case_id, one.number


def _said(one: _Kept, mine: str, before: dict[Pair, PairStands]) -> Iterator[tuple[Pair, PairStands]]:
    paper = one.paper
    for other in paper.found:
        pair = frozenset((mine, other))
        if not before.get(pair, PairStands()).known:
            yield pair, PairStands(waits_on=one.case_id)
    if paper.decision is not None:
        yield frozenset((mine, paper.decision.other)), PairStands(paper.decision)
    for other in paper.again:
        pair = frozenset((mine, other))
        yield pair, before.get(pair, PairStands())._replace(waits_on=one.case_id)
    for other in paper.ended:
        yield frozenset((mine, other)), PairStands()


def repeat_paper(tx: Transaction, held: HeldCase, said: RepeatPaper, by: Requester | None) -> Paper:
    """One of a case, to be added to it."""
    return Paper(
        kind=PaperKind.repeat,
        body=said.model_dump(mode="json", exclude_defaults=True),
        by=by.name if by else "",
        at=tx.now,
        supplier=(by.agency if by else "") or held.details.idva_service or tx.node.settings.agency,
        may_follow="no",
    )


def put_repeat(tx: Transaction, held: HeldCase, said: RepeatPaper, by: Requester | None) -> None:
    """Keep one on a case. Raises RowsError."""
    paper = repeat_paper(tx, held, said, by)
    if by is None:
        papers.put(tx, held.row, paper)
    else:
        papers.put(tx, held.row, paper, by=tx.node.actor(by.name))


def _kept(vault: Vault, values: RowMapping) -> _Kept | None:
    if values["kind"] != PaperKind.repeat.value:
        return None
    paper = papers.opened(vault, values).paper
    return _Kept(paper.at, values["case_id"], values["number"], RepeatPaper.model_validate(paper.body))
