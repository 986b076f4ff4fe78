"""What people decide of who is here already: a repeat, another perpetrator, no repeat, or not the same person.

Kept as papers of the case that was referred. Each way in has its case looked for once (`note_found`), among its own
body's cases and whoever enters it, and what is likely then waits for a person; what was found and by whom it may be
seen is apart. A decision is of two cases: it is remembered for both. Where somebody may not open one of the two,
there is neither a finding nor a decision for them. Nothing is decided by a score.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Annotated, Final, Literal, NamedTuple

from pydantic import Field
from sqlalchemy import RowMapping

from hub.accounts.accounts import Acting
from hub.accounts.organisations import folded
from hub.cases.access import NOBODY, CaseRestrictions, restrictions_on
from hub.cases.here_already import Found, Opens, search
from hub.cases.repeats import Definition, Happened, Standing, counts
from hub.cases.shown import asker_of, opens
from hub.crypto.vault import Vault
from hub.errors import InputError, NotFoundError
from hub.node.node import Node
from hub.node.transaction import Reading, Transaction
from hub.records import papers
from hub.records.cases import CaseDetails, HeldCase, held_cases, rests_on
from hub.records.gists import Gist, every_gist
from hub.records.papers import Paper, PaperKind
from hub.store import cases
from hub.values import Kind, LongText, Person, Requester, Role, ShortText, Value

Decided = Literal["repeat", "same_victim", "no_repeat", "not_same"]


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
    """What is kept: the cases found when one came in, by their handles (hex), or a decision about one."""

    found: tuple[str, ...] = ()
    decision: RepeatDecision | None = None


class _Kept(NamedTuple):
    """A paper of it, with the number of its case."""

    case_id: int
    number: int
    paper: RepeatPaper


class HereAlready(NamedTuple):
    """A case found, and what was decided of it last, if anything."""

    found: Found
    decision: RepeatDecision | None


class Waiting(NamedTuple):
    """A case of which it waits to be decided who is here already: handle (hex), number, and how many others."""

    case: str
    case_ref: str
    others: int


@dataclass(frozen=True)
class Looker:
    """Who looks, and which cases are their organisation's and role's; `opens` None where all are."""

    requester: Requester | None
    opens: Opens | None = None

    @classmethod
    def of(cls, acting: Acting) -> Looker:
        """An account."""
        return cls(asker_of(acting), opens(acting))


def here_already_of(
    node: Node, looker: Looker, held: HeldCase, on: dt.date | None = None
) -> list[HereAlready]:
    """Who of a case is here already, and what was decided of it. Raises as `here_already`."""
    day = on or held.details.referral_date
    restrictions = restrictions_on(node, looker.requester)
    found = search(node, restrictions, people_of(held), held.row.ref_digest, looker.opens, day)
    with node.read() as tx:
        decisions = _decisions(tx)
    return [HereAlready(one, decisions.get(frozenset((held.row.handle.hex(), one.case)))) for one in found]


def here_already_at(node: Node, looker: Looker, case_ref: str) -> list[HereAlready]:
    """The same, of the case of a reference as they find it; nothing where they find none."""
    restrictions = restrictions_on(node, looker.requester)
    with node.read() as tx:
        held = restrictions.find(tx, case_ref)
    return here_already_of(node, looker, held) if held is not None else []


def note_found(node: Node, handle: bytes) -> tuple[Found, ...]:
    """Look for a case that came in among its body's own, and keep what is likely and new, to be decided.

    Done again it keeps nothing twice. Of a case that is kept apart for somebody nobody is told anything. Raises as
    `here_already`.
    """
    with node.read() as tx:
        held = _held(tx, handle)
    if held is None or held.details.apart:
        return ()
    mine, everybody = held.row.handle.hex(), CaseRestrictions(node, NOBODY, ())
    found = search(node, everybody, people_of(held), held.row.ref_digest, _own_body(held.details), None)
    likely = tuple(one for one in found if one.likely)
    with node.read() as tx:
        if not _new(tx, mine, likely):
            return likely
    with node.write() as tx:
        if new := _new(tx, mine, likely):
            _put(tx, held, RepeatPaper(found=new), None)
    return likely


def _new(tx: Reading, mine: str, found: Sequence[Found]) -> tuple[str, ...]:
    """The cases found that were not kept as found, or decided of, with this one before, from either side."""
    handles = {one.row.id: one.row.handle.hex() for one in every_gist(tx)}
    known = {
        frozenset((handles[one.case_id], other))
        for one in _every(tx)
        if one.case_id in handles
        for other in one.paper.found
    }
    known |= _decisions(tx).keys()
    return tuple(one.case for one in found if frozenset((mine, one.case)) not in known)


def note_entered(node: Node, requester: Requester | None, case_ref: str) -> None:
    """Look for the case of that reference, as somebody finds it, who has just entered it."""
    restrictions = restrictions_on(node, requester)
    with node.read() as tx:
        held = restrictions.find(tx, case_ref)
    if held is not None:
        note_found(node, held.row.handle)


def note_current(node: Node, alive: Callable[[], None] = lambda: None) -> None:
    """Look for each case that has still to be heard, whichever way it came in.

    What was heard already, as in a file of earlier years, is not put before anybody again.
    """
    with node.read() as tx:
        every = [one for one in every_gist(tx) if not one.apart]
    for gist in every:
        if gist.to_be_heard(node.today()):
            alive()
            note_found(node, gist.row.handle)


def repeated_by(tx: Reading, case: str) -> list[Gist]:
    """The cases of which somebody decided that a case (its handle, hex) is a repeat; the oldest first.

    For whoever plans for it: who may know of each is for the caller to ask. Raises RowsError.
    """
    others = {
        one.other
        for pair, one in _decisions(tx).items()
        if one.decided == "repeat" and case in pair and one.other != case
    }
    return [one for one in every_gist(tx) if one.row.handle.hex() in others]


def decide(node: Node, looker: Looker, held: HeldCase, decision: RepeatDecision) -> RepeatDecision:
    """Keep what somebody decided of a case that is here already. The same again is kept once.

    Raises NotFoundError where they may open no such other case, InputError for what is missing; RowsError.
    """
    if looker.requester is None or not looker.requester.name:
        raise InputError("It is not said who decides.", kept="Nothing was changed.", do="Say it.")
    other = next(
        (one for one in here_already_of(node, looker, held) if one.found.case == decision.other), None
    )
    if other is None:
        raise NotFoundError("There is no such case here.", kept="Nothing was changed.", do="Look again.")
    decision = decision.model_copy(update={"definition": Definition(node.settings.repeat_definition)})
    if lack := lacking(decision, other.found):
        raise InputError(lack, kept="Nothing was changed.", do="Say it, and decide again.")
    said = decision.model_copy(update={"by": looker.requester.name, "on": node.today()})
    if other.decision == said:
        return said
    with node.write() as tx:
        _put(tx, held, RepeatPaper(decision=said), looker.requester)
    return said


def lacking(decision: RepeatDecision, found: Found) -> str:
    """What a decision lacks, in a sentence; nothing where it can stand."""
    because = decision.because.strip()
    if decision.decided == "not_same":
        return "" if because else "Say why it is not the same person."
    if decision.decided != "repeat":
        return ""
    if not decision.happened:
        return "Say what happened since."
    if because:
        return ""
    if not counts(decision.happened, decision.definition):
        return "What happened is no repeat by this definition: say why it is one all the same."
    if found.standing not in (Standing.repeat, Standing.undated):
        return "It is no repeat by the definition, by date or people: say why it is one all the same."
    return ""


def waiting(node: Node, acting: Acting) -> list[Waiting]:
    """The cases that somebody may open, of which it waits to be decided who is here already; the newest first.

    Raises RowsError, UsageError when `staff.toml` is broken.
    """
    restrictions = restrictions_on(node, asker_of(acting))
    return _waiting(node, restrictions, opens(acting))


def waiting_for(node: Node, looker: Looker) -> list[Waiting]:
    """The same, for whoever looks at a command."""
    return _waiting(node, restrictions_on(node, looker.requester), looker.opens)


def _waiting(node: Node, restrictions: CaseRestrictions, may: Opens | None) -> list[Waiting]:
    with node.read() as tx:
        gists = {one.row.id: one for one in every_gist(tx)}
        by_handle = {one.row.handle.hex(): one for one in gists.values()}
        decisions, every = _decisions(tx), _every(tx)

    def sees(gist: Gist | None) -> bool:
        if gist is None or (may is not None and not may(gist)):
            return False
        if gist.apart_for:
            return gist.apart_for == restrictions.user
        return not restrictions.restricts(gist.row.ref_digest)

    found = []
    for one in sorted(every, key=lambda kept: -kept.case_id):
        mine = gists.get(one.case_id)
        if mine is None or not one.paper.found or not sees(mine):
            continue
        handle = mine.row.handle.hex()
        left = [
            other
            for other in one.paper.found
            if frozenset((handle, other)) not in decisions and sees(by_handle.get(other))
        ]
        if left:
            found.append(Waiting(handle, mine.case_ref, len(left)))
    return found


class Figures(Value):
    """How many repeats there were, and how they were met, for a Marac's governance; counts of no person.

    `repeats`: decided to be; `listed`: with a next meeting; `waiting`: to be decided. `often`: cases referred back
    three times or more, to be audited, by their references.
    """

    repeats: int
    listed: int
    other_perpetrator: int
    not_same: int
    waiting: int
    often: tuple[ShortText, ...]


OFTEN: Final = 3


def figures(node: Node, looker: Looker) -> Figures:
    """The figures of those cases that somebody may open. Raises as `waiting`."""
    restrictions = restrictions_on(node, looker.requester)
    with node.read() as tx:
        gists = {one.row.handle.hex(): one for one in every_gist(tx)}
        decisions = _decisions(tx)

    def sees(handle: str) -> bool:
        gist = gists.get(handle)
        if gist is None or gist.apart_for or (looker.opens is not None and not looker.opens(gist)):
            return False
        return not restrictions.restricts(gist.row.ref_digest)

    shown = {pair: one for pair, one in decisions.items() if all(map(sees, pair))}
    repeats = [(pair, one) for pair, one in shown.items() if one.decided == "repeat"]
    back: dict[str, int] = {}
    for pair, _ in repeats:
        for handle in pair:
            back[handle] = back.get(handle, 0) + 1
    often = sorted(gists[handle].case_ref for handle, times in back.items() if times >= OFTEN)
    return Figures(
        repeats=len(repeats),
        listed=sum(one.meeting is not None for _, one in repeats),
        other_perpetrator=sum(one.decided == "same_victim" for one in shown.values()),
        not_same=sum(one.decided == "not_same" for one in shown.values()),
        waiting=sum(one.others for one in waiting_for(node, looker)),
        often=tuple(often),
    )


def people_of(held: HeldCase) -> list[Person]:
    """Everybody on a case, the victim first."""
    people = [one.details.person for one in held.people]
    return sorted(people, key=lambda one: one.role is not Role.victim)


def _own_body(details: CaseDetails) -> Opens:
    own = folded(details.idva_service)
    if details.kind is Kind.marac:
        return lambda case: case.kind is Kind.marac
    return lambda case: case.kind is details.kind and folded(case.idva_service) == own


def _held(tx: Reading, handle: bytes) -> HeldCase | None:
    found = held_cases(tx, cases.of_handles(tx.session, [handle]))
    tx.require_as_bound(rests_on(found))
    return found[0] if found else None


def _papers(tx: Reading, held: HeldCase) -> list[papers.KeptPaper]:
    return papers.of_case(tx, held.row, PaperKind.repeat)


def _every(tx: Reading) -> list[_Kept]:
    return [one for one in tx.every_row("case_paper", _kept) if one is not None]


def _kept(vault: Vault, values: RowMapping) -> _Kept | None:
    if values["kind"] != PaperKind.repeat.value:
        return None
    body = papers.opened(vault, values).paper.body
    return _Kept(values["case_id"], values["number"], RepeatPaper.model_validate(body))


def _decisions(tx: Reading) -> dict[frozenset[str], RepeatDecision]:
    """What was decided last of two cases, by their handles."""
    handles = {one.row.id: one.row.handle.hex() for one in every_gist(tx)}
    found: dict[frozenset[str], RepeatDecision] = {}
    for one in sorted(_every(tx), key=lambda kept: kept.number):
        if one.paper.decision is not None and one.case_id in handles:
            found[frozenset((handles[one.case_id], one.paper.decision.other))] = one.paper.decision
    return found


def _put(tx: Transaction, held: HeldCase, said: RepeatPaper, by: Requester | None) -> None:
    paper = Paper(
        kind=PaperKind.repeat,
        body=said.model_dump(mode="json", exclude_defaults=True),
        by=by.name if by else "",
        at=tx.now,
        supplier=(by.agency if by else "") or held.details.idva_service or tx.node.settings.agency,
        may_follow="no",
    )
    if by is None:
        papers.put(tx, held.row, paper)
    else:
        papers.put(tx, held.row, paper, by=tx.node.actor(by.name))
