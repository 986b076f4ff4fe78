"""What people decide of who is here already: a repeat, another perpetrator, no repeat, or not the same person.

Kept as papers of the case that was referred. Each way in has its case looked for once (`note_found`), among its own
body's cases and whoever enters it, and what is likely then waits for a person; what was found and by whom it may be
seen is apart. A decision is of two cases: it is remembered for both. Where somebody may not open one of the two,
there is neither a finding nor a decision for them. Nothing is decided by a score.
"""

from __future__ import annotations

import datetime as dt
from collections import Counter
from collections.abc import Callable, Collection, Sequence
from dataclasses import dataclass
from typing import Final, NamedTuple

from hub.accounts.accounts import Acting
from hub.accounts.organisations import folded
from hub.cases.access import restrictions_on
from hub.cases.here_already import Found, Opens, OwnCases, search
from hub.cases.kept_out import NOBODY, CaseRestrictions
from hub.cases.listing import list_for
from hub.cases.meeting_days import Listing
from hub.cases.meeting_days import lacking as lacking_of_day
from hub.cases.repeat_papers import (
    PairStands,
    RepeatDecision,
    RepeatPaper,
    every_pair,
    put_repeat,
    repeat_paper,
)
from hub.cases.repeats import Definition, Standing, counts
from hub.cases.shown import asker_of, of_marac, opens
from hub.errors import InputError, NotFoundError
from hub.node.node import Node
from hub.node.transaction import Reading
from hub.records.cases import CaseDetails, HeldCase, held_cases, rests_on
from hub.records.gists import Gist, by_handle, every_gist
from hub.store import cases
from hub.values import Kind, Person, Requester, Role, ShortText, Value

_AT_ONCE: Final = 200
"""Findings kept in one writing, so that nobody else waits long to write."""


class HereAlready(NamedTuple):
    """A case found, and what was decided of it last, if anything. `anew`: who is on one was corrected since."""

    found: Found
    decision: RepeatDecision | None
    anew: bool = False


class Waiting(NamedTuple):
    """A case of which it waits to be decided who is here already: handle (hex), number, and how many others."""

    case: str
    case_ref: str
    others: int


@dataclass(frozen=True)
class Looker:
    """Who looks, and which cases are their organisation's and role's; `opens` None where all are.

    `lists`: whether they may list a case for a meeting, as the Marac's coordinators and managers.
    """

    requester: Requester | None
    opens: Opens | None = None
    lists: bool = True

    @classmethod
    def of(cls, acting: Acting) -> Looker:
        """An account."""
        return cls(asker_of(acting), opens(acting), of_marac(acting))


def here_already_of(
    node: Node, looker: Looker, held: HeldCase, on: dt.date | None = None
) -> list[HereAlready]:
    """Who of a case is here already, and what was decided of it. Raises as `here_already`."""
    day = on or held.details.referral_date
    restrictions = restrictions_on(node, looker.requester)
    found = search(node, restrictions, people_of(held), held.row.ref_digest, looker.opens, day)
    with node.read() as tx:
        pairs = every_pair(tx)
    mine = held.row.handle.hex()
    stand = (pairs.get(frozenset((mine, one.case)), PairStands()) for one in found)
    return [
        HereAlready(one, two.decision, anew=two.waits_on is not None and two.decision is not None)
        for one, two in zip(found, stand, strict=True)
    ]


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
    return _note(node, [handle]).get(handle, ())


def _note(
    node: Node, handles: Sequence[bytes], alive: Callable[[], None] = lambda: None
) -> dict[bytes, tuple[Found, ...]]:
    """The same for many: what they are looked for among is read once. What is likely, by handle."""
    likely: dict[bytes, tuple[Found, ...]] = {}
    came: list[HeldCase] = []
    with node.read() as tx:
        own, everybody = OwnCases.of(node, tx), CaseRestrictions(node, NOBODY, ())
        for handle in handles:
            alive()
            held = _held(tx, handle)
            if held is not None and not held.details.apart:
                likely[handle] = tuple(one for one in _found_among(own, everybody, held) if one.likely)
                came.append(held)
        known = _known(tx)
    unknown = [one for one in came if _new(known, one, likely[one.row.handle])]
    for start in range(0, len(unknown), _AT_ONCE):
        with node.write() as tx:
            known = _known(tx)
            for held in unknown[start : start + _AT_ONCE]:
                new = _new(known, held, likely[held.row.handle])
                if new:
                    put_repeat(tx, held, RepeatPaper(found=tuple(new.values())), None)
                    known |= new.keys()
    return likely


def found_for(node: Node, held: HeldCase) -> tuple[Found, ...]:
    """Who of a case is on others of its own body, whoever may see them. Raises as `here_already`."""
    with node.read() as tx:
        return _found_among(OwnCases.of(node, tx), CaseRestrictions(node, NOBODY, ()), held)


def _found_among(own: OwnCases, everybody: CaseRestrictions, held: HeldCase) -> tuple[Found, ...]:
    body = _own_body(held.details)
    return own.search(everybody, people_of(held), held.row.ref_digest, body, None)


def _known(tx: Reading) -> set[frozenset[str]]:
    """The pairs of cases, by handle, of which one was kept as found with the other, or decided of."""
    return {pair for pair, two in every_pair(tx).items() if two.known}


def _new(
    known: Collection[frozenset[str]], held: HeldCase, found: Sequence[Found]
) -> dict[frozenset[str], str]:
    """The cases found with this one, by pair, that were not known before, from either side."""
    mine = held.row.handle.hex()
    pairs = {frozenset((mine, one.case)): one.case for one in found}
    return {pair: case for pair, case in pairs.items() if pair not in known}


def look_anew(node: Node, handle: bytes, before: Sequence[Found]) -> None:
    """Look for a case again of which it was corrected who is on it; `before`: where it was found until then.

    A case that it is found on otherwise than when somebody decided is to be decided anew; what was found or decided
    of one that it is not found on any more counts no longer. Raises as `here_already`.
    """
    with node.read() as tx:
        held = _held(tx, handle)
    if held is None or held.details.apart:
        return
    mine, was = held.row.handle.hex(), {one.case: one for one in before}
    now = {one.case: one for one in found_for(node, held)}
    with node.write() as tx:
        pairs = every_pair(tx)
        known = [
            other for pair, two in pairs.items() if two.known and mine in pair for other in pair - {mine}
        ]
        ended = tuple(other for other in known if other in was and other not in now)
        again = tuple(
            other
            for other in known
            if pairs[frozenset((mine, other))].decision
            and other in now
            and (other not in was or _stands_on(was[other]) != _stands_on(now[other]))
        )
        if again or ended:
            put_repeat(tx, held, RepeatPaper(again=again, ended=ended), None)
    note_found(node, handle)


def _stands_on(found: Found) -> tuple[object, ...]:
    """What a decision about a case found rests on."""
    perpetrators = (len(found.same_perpetrators), len(found.other_perpetrators))
    return found.standing, found.likely, found.part, *perpetrators


def note_entered(node: Node, requester: Requester | None, case_ref: str) -> None:
    """Look for the case of that reference, as somebody finds it, who has just entered it."""
    restrictions = restrictions_on(node, requester)
    with node.read() as tx:
        held = restrictions.find(tx, case_ref)
    if held is not None:
        note_found(node, held.row.handle)


def note_current(node: Node, alive: Callable[[], None] = lambda: None) -> None:
    """Look for each case that has still to be heard, whichever way it came in.

    What was heard already, as in a file of earlier years, is not put before anybody again. `alive` is called for
    each.
    """
    with node.read() as tx:
        due = [one for one in every_gist(tx) if not one.apart and one.to_be_heard(node.today())]
    _note(node, [one.row.handle for one in due], alive)


def repeated_by(tx: Reading, case: str) -> list[Gist]:
    """The cases of which somebody decided that a case (its handle, hex) is a repeat; the oldest first.

    For whoever plans for it: who may know of each is for the caller to ask. Raises RowsError.
    """
    others = {
        one.other
        for pair, one in ((pair, two.decision) for pair, two in every_pair(tx).items())
        if one is not None and one.decided == "repeat" and case in pair and one.other != case
    }
    return [one for one in every_gist(tx) if one.row.handle.hex() in others]


def decide(node: Node, looker: Looker, held: HeldCase, decision: RepeatDecision) -> RepeatDecision:
    """Keep what somebody decided of a case that is here already. The same again is kept once.

    Taken off its day since, the case is listed for it again. Raises NotFoundError where they may open no such
    other case, InputError for what is missing; RowsError.
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
    kept_already = other.decision == said
    if kept_already and said.meeting in (None, held.details.meeting_date):
        return said
    if lack := lacking_of_meeting(held, looker, said, node.today()):
        raise InputError(lack, kept="Nothing was changed.", do="Correct the day, or leave it out.")

    kept, by = RepeatPaper(decision=said), looker.requester
    if said.meeting is None:
        with node.write() as tx:
            put_repeat(tx, held, kept, by)
    else:
        day = Listing(day=said.meeting)
        list_for(node, held, by, day, lambda tx: () if kept_already else (repeat_paper(tx, held, kept, by),))
    return said


def lacking_of_meeting(held: HeldCase, looker: Looker, decision: RepeatDecision, today: dt.date) -> str:
    """Why a case cannot be listed for the meeting of a decision, in a sentence; nothing where it can be."""
    if decision.meeting is None or decision.meeting == held.details.meeting_date:
        return ""
    if not looker.lists:
        return "A coordinator of the Marac lists a case for its meeting."
    lack = lacking_of_day(held.details, Listing(day=decision.meeting), today)
    if lack is None:
        return ""
    if lack.field == "before":
        return "It was listed for a day that has come: list it again on its own page."
    return "That day has passed: list it for a meeting to come." if lack.field == "heard" else lack.text


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
        gists, pairs = by_handle(tx), every_pair(tx)

    def sees(gist: Gist | None) -> bool:
        if gist is None or (may is not None and not may(gist)):
            return False
        if gist.apart_for:
            return gist.apart_for == restrictions.user
        return not restrictions.restricts(gist.row.ref_digest)

    left, mine = Counter[int](), dict[int, Gist]()
    for pair, two in pairs.items():
        if two.waits_on is None:
            continue
        both = [gists.get(handle) for handle in pair]
        if all(map(sees, both)):
            left[two.waits_on] += 1
            mine.update({one.row.id: one for one in both if one is not None})
    found = ((mine[case], others) for case, others in sorted(left.items(), reverse=True))
    return [Waiting(gist.row.handle.hex(), gist.case_ref, others) for gist, others in found]


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
        gists, pairs = by_handle(tx), every_pair(tx)

    def sees(handle: str) -> bool:
        gist = gists.get(handle)
        if gist is None or gist.apart_for or (looker.opens is not None and not looker.opens(gist)):
            return False
        return not restrictions.restricts(gist.row.ref_digest)

    shown = {pair: two.decision for pair, two in pairs.items() if two.decision and all(map(sees, pair))}
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
