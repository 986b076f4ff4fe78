"""Flags: that agencies mark the files of a case's people for twelve months from its meeting, and are told so.

A flag follows from the last meeting that has come: each case heard is flagged until twelve months after, or
longer where somebody with authority says so, for whom, why and until when. Which agencies were told, with its end,
is ticked by a person: nothing leaves by itself. The worker ends a flag at its time; the case and the log stay, and
the case's publication has its own clock. The clock of a repeat runs from the last referral (`repeats`).
"""

from __future__ import annotations

import datetime as dt
from collections import defaultdict
from collections.abc import Callable, Collection, Iterator, Sequence
from functools import partial
from typing import Final, Literal, NamedTuple

from sqlalchemy import RowMapping

from hub.accounts.organisations import every_organisation, folded
from hub.cases.access import restrictions_on
from hub.cases.here_already import search
from hub.cases.kept_out import NOBODY, CaseRestrictions
from hub.cases.repeat_decisions import Looker
from hub.cases.repeats import months_after
from hub.crypto.vault import Vault
from hub.errors import InputError, NotFoundError
from hub.node.node import Node
from hub.node.transaction import Reading, Transaction
from hub.records import papers
from hub.records.gists import Gist, every_gist
from hub.records.hearings import day_of
from hub.records.papers import Paper, PaperKind
from hub.records.transfers import moved_out
from hub.store import cases
from hub.store.cases import StoredCase
from hub.values import Kind, LongText, Person, Requester, ShortText, Value

MONTHS: Final = 12
Reason = Literal["child_protection", "sex_offender", "other"]


class Extension(Value):
    """That a flag stands for longer: until when, why, by whose authority, and who wrote it down on which day."""

    until: dt.date
    reason: Reason
    because: LongText
    authority: ShortText
    by: ShortText = ""
    on: dt.date | None = None


class ToldAgency(Value):
    """That an agency was told of a flag and of its end."""

    agency: ShortText
    until: dt.date
    by: ShortText
    on: dt.date


class SeenAgain(Value):
    """That somebody flagged was seen again: by whom of which agency, when, and what they say."""

    agency: ShortText
    by: ShortText
    on: dt.date
    words: LongText


class FlagPaper(Value):
    """What is kept of a flag beside the meeting that it follows from. `ended`: when the worker ended it."""

    extension: Extension | None = None
    told: tuple[ToldAgency, ...] = ()
    seen: tuple[SeenAgain, ...] = ()
    ended: dt.date | None = None


class Flag(NamedTuple):
    """A flag as it stands: the case's handle (hex) and number, its meeting and end, and what is kept of it."""

    case: str
    case_ref: str
    meeting: dt.date
    until: dt.date
    kept: FlagPaper

    def to_tell(self, agencies: Sequence[str]) -> list[str]:
        """The agencies that were not told of it with this end."""
        told = {folded(one.agency) for one in self.kept.told if one.until == self.until}
        return [one for one in agencies if folded(one) not in told]


class _Kept(NamedTuple):
    """A flag's paper as it was at one time."""

    case_id: int
    number: int
    handle: str
    paper: FlagPaper


def flag_until(meeting: dt.date, kept: FlagPaper) -> dt.date:
    """The last day of a flag: twelve months after the meeting, or longer where somebody said so."""
    until = months_after(meeting, MONTHS)
    return max(until, kept.extension.until) if kept.extension else until


def flags(node: Node, looker: Looker) -> list[Flag]:
    """The flags that stand today, of the cases that somebody may open; the first to end first.

    Raises RowsError, UsageError when `staff.toml` is broken.
    """
    restrictions = restrictions_on(node, looker.requester)
    with node.read() as tx:
        found = [flag for gist, flag in _standing(tx) if _sees(gist, restrictions, looker)]
    return sorted(found, key=lambda one: (one.until, one.case_ref))


def flag_of(node: Node, looker: Looker, case: str) -> Flag | None:
    """The flag of a case by its handle (hex); None where none stands, or none for them."""
    return next((one for one in flags(node, looker) if one.case == case), None)


def agencies_of(node: Node) -> list[str]:
    """The node's agencies, which are told of flags. Raises RowsError."""
    with node.read() as tx:
        return sorted({one.name for one in every_organisation(tx)}, key=folded)


def tell(node: Node, looker: Looker, agency: str, of: Collection[str]) -> int:
    """Keep that an agency was told of the flags of these cases, with their ends; of how many it is new.

    Raises InputError without an agency or a name; what they may not open is left out as if it were not there.
    """
    by = _named(looker)
    if not agency.strip():
        raise InputError("It is not said which agency was told.", kept="Nothing.", do="Say it.")
    wanted = [one for one in flags(node, looker) if one.case in of and one.to_tell([agency])]
    for one in wanted:
        said = ToldAgency(agency=agency.strip(), until=one.until, by=by.name, on=node.today())
        _change(node, one.case, by, partial(_with, "told", said))
    return len(wanted)


def extend(node: Node, looker: Looker, case: str, extension: Extension) -> Flag:
    """Let a flag stand for longer. The agencies are to be told anew.

    Raises NotFoundError where no flag stands for them, InputError without authority or reason, or an earlier end.
    """
    by, found = _named(looker), flag_of(node, looker, case)
    if found is None:
        raise NotFoundError("There is no such flag here.", kept="Nothing was changed.", do="See the flags.")
    for given, what in ((extension.authority, "by whose authority"), (extension.because, "why")):
        if not given.strip():
            raise InputError(f"It is not said {what}.", kept="The flag, as it was.", do="Say it.")
    if extension.until <= months_after(found.meeting, MONTHS):
        raise InputError(
            "It stands until then already.", kept="The flag, as it was.", do="Write a later day."
        )
    said = extension.model_copy(update={"by": by.name, "on": node.today()})
    _change(node, case, by, lambda kept: kept.model_copy(update={"extension": said}))
    return found._replace(until=extension.until, kept=found.kept.model_copy(update={"extension": said}))


def seen_again(node: Node, by: Requester, person: Person, words: str) -> None:
    """Keep with each flagged case on which somebody likely is that an agency saw them again.

    Whoever says it learns nothing of whether there is any: what a repeat is they read either way. Raises InputError
    where nothing is said.
    """
    if not words.strip():
        raise InputError("It is not said what was seen.", kept="Nothing.", do="Say it in a few words.")
    found = search(node, CaseRestrictions(node, NOBODY, ()), [person], b"", _of_marac, None)
    likely = {one.case for one in found if one.likely}
    with node.read() as tx:
        flagged = [flag.case for _, flag in _standing(tx) if flag.case in likely]
    said = SeenAgain(agency=by.agency, by=by.name, on=node.today(), words=words)
    for case in flagged:
        _change(node, case, by, partial(_with, "seen", said))


def _with(name: str, said: Value, kept: FlagPaper) -> FlagPaper:
    there = getattr(kept, name)
    return kept if said in there else kept.model_copy(update={name: (*there, said)})


def end_flags(node: Node, alive: Callable[[], None] = lambda: None) -> int:
    """End the flags whose time is over, and keep the day; how many there were. The case and its papers stay."""
    today = node.today()
    with node.read() as tx:
        kept = _newest(tx)
        met = {one.row.id: (one, day) for one, day in _heard(tx)}
    over = [met[key][0] for key, one in kept.items() if key in met and _over(met[key][1], one.paper, today)]
    for gist in over:
        alive()
        _change(node, gist.row.handle.hex(), None, lambda one: one.model_copy(update={"ended": today}))
    return len(over)


def _over(met: dt.date, paper: FlagPaper, today: dt.date) -> bool:
    """Whether its time is over, and that is not kept yet: a further hearing begins it anew."""
    until = flag_until(met, paper)
    return until < today and (paper.ended is None or paper.ended <= until)


def _of_marac(gist: Gist) -> bool:
    return gist.kind is Kind.marac


def _named(looker: Looker) -> Requester:
    if looker.requester is None or not looker.requester.name:
        raise InputError("It is not said who says so.", kept="Nothing was changed.", do="Say it.")
    return looker.requester


def _standing(tx: Reading) -> list[tuple[Gist, Flag]]:
    """Every flag that stands today, with its case."""
    kept, found = _newest(tx), []
    for gist, met in _heard(tx):
        if gist.kind is not Kind.marac:
            continue
        paper = kept[gist.row.id].paper if gist.row.id in kept else FlagPaper()
        until = flag_until(met, paper)
        if until >= tx.today:
            found.append((gist, Flag(gist.row.handle.hex(), gist.case_ref, met, until, paper)))
    return found


def _heard(tx: Reading) -> Iterator[tuple[Gist, dt.date]]:
    """Every case that was heard, with the day of the last meeting that has come.

    Of one that moved to another area no day after that counts: it is not heard here any more.
    """
    moved = moved_out(tx)
    for gist in every_gist(tx):
        since = moved.get(gist.row.ref_digest)
        met = gist.heard_last(tx.today if since is None else min(tx.today, day_of(since)))
        if met is not None:
            yield gist, met


def _sees(gist: Gist, restrictions: CaseRestrictions, looker: Looker) -> bool:
    if looker.opens is not None and not looker.opens(gist):
        return False
    if gist.apart_for:
        return gist.apart_for == restrictions.user
    return not restrictions.restricts(gist.row.ref_digest)


def _newest(tx: Reading) -> dict[int, _Kept]:
    """What is kept last of each case's flag, by the case's number."""
    every = defaultdict[int, list[_Kept]](list)
    for one in tx.every_row("case_paper", _kept):
        every[one.case_id].append(one)
    return {case_id: max(some, key=lambda one: one.number) for case_id, some in every.items()}


def _kept(vault: Vault, values: RowMapping) -> _Kept | None:
    if values["kind"] != PaperKind.flag.value:
        return None
    kept = papers.opened(vault, values)
    return _Kept(values["case_id"], kept.number, kept.handle, FlagPaper.model_validate(kept.paper.body))


def _change(node: Node, case: str, by: Requester | None, made: Callable[[FlagPaper], FlagPaper]) -> None:
    with node.write() as tx:
        row = _row(tx, case)
        last = papers.current(papers.of_case(tx, row, PaperKind.flag))[-1:]
        before = FlagPaper.model_validate(last[0].paper.body) if last else FlagPaper()
        after = made(before)
        if after == before:
            return
        paper = Paper(
            kind=PaperKind.flag,
            body=after.model_dump(mode="json", exclude_defaults=True),
            by=by.name if by else "",
            at=tx.now,
            supplier=by.agency if by else tx.node.settings.agency,
            may_follow="yes",
            supersedes=last[0].handle if last else "",
        )
        if by is None:
            papers.put(tx, row, paper)
        else:
            papers.put(tx, row, paper, by=tx.node.actor(by.name))


def _row(tx: Transaction, case: str) -> StoredCase:
    (row,) = cases.of_handles(tx.session, [bytes.fromhex(case)])
    tx.require_as_bound({"case_record": [(row.id,)]})
    return row
