"""Referring somebody: the case is made, or what is here of it completed, and the referral kept as a paper of it.

By the path of an import, so that publication, exclusions and seals are the same; case and papers in one
transaction, or neither. The same referral sent again adds nothing. Asks no other area. A name or a date of birth
that a case has otherwise already is not changed by a referral: that is a correction.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace
from typing import Any, Final

from hub.accounts.accounts import Acting
from hub.accounts.organisations import folded
from hub.audit.events import OPERATOR
from hub.cases.access import restrictions_on
from hub.cases.attachments import File
from hub.cases.criteria import Fact, Thresholds, established, facts
from hub.cases.here_already import Found, Opens, here_already
from hub.cases.importing.rows import PersonIntake
from hub.cases.importing.run import import_referral
from hub.cases.referral import FORM, Referral, problems
from hub.cases.referral_intake import intake
from hub.cases.repeats import Earlier, Standing, standing, until
from hub.cases.shown import shown_among
from hub.errors import ConflictError, InputError
from hub.node.node import Node
from hub.node.settings import config_file, parse, read_toml
from hub.node.transaction import Reading, Transaction
from hub.records import papers
from hub.records.accounts import AccountRole
from hub.records.cases import HeldCase, HeldPerson, PersonDetails, found_by
from hub.records.papers import Paper, PaperKind
from hub.store.cases import StoredCase
from hub.values import Kind, Person, Requester, Role, ShortText, Value

THRESHOLDS_FILE: Final = "thresholds.toml"


class ReferralPaper(Value):
    """A referral as it is kept: the form and its edition, and the facts beside its criteria on the day it came.

    `thresholds`: the version of the area's thresholds that it was held beside.
    """

    form: str = FORM
    referral: Referral
    facts: tuple[Fact, ...]
    thresholds: str


class Repeat(Value):
    """The case that a referral repeats: when it was last referred, and until when another is a repeat of that."""

    case: str
    case_ref: ShortText
    last: dt.date
    until: dt.date


@dataclass(frozen=True, slots=True)
class Referred:
    """A referral that was kept: its case by reference and handle (hex), and what its criteria come to.

    `added`: papers that are new; none where the same referral was sent before. `completed`: it completed a stub, or
    joined a case that was here. `child_referral`: children may be at risk, and no referral for them was recorded.
    `here_already`: other cases that its people are on; `repeat`: the one that this repeats. `proposal`: nothing was
    added, since the case's victim is called otherwise there: a correction (hex) waits to be approved, with it.
    """

    case_ref: str
    handle: str
    facts: tuple[Fact, ...]
    added: tuple[str, ...]
    completed: bool
    child_referral: bool
    here_already: tuple[Found, ...] = ()
    repeat: Repeat | None = None
    proposal: str = ""


def thresholds_of(node: Node) -> Thresholds:
    """The area's thresholds. Raises UsageError naming file, line and key."""
    path = config_file(node.home, THRESHOLDS_FILE)
    return parse(Thresholds, read_toml(path), path)


def refer(
    node: Node,
    referral: Referral,
    by: Requester | None,
    opens: Opens | None = None,
    files: Sequence[File] = (),
) -> Referred:
    """Make or complete the case that a referral is about, and keep it with its checklist.

    `opens`: which cases are of whoever refers; None where all are. `files`: attached to it. Raises InputError for
    what must be put right first, ConflictError where its case has a victim of another name or date of birth,
    UsageError as an import does.
    """
    thresholds = thresholds_of(node)
    on = require_complete(node, referral, thresholds)
    referral = referral.model_copy(update={"case_ref": referral.case_ref or _made_ref(node, referral)})
    held = there(node, referral.case_ref, by)
    if held is not None and otherwise_called(held, referral) is not None:
        raise otherwise_there()
    case = intake(node, referral)
    people = tuple(one.person for one in case.people)
    others = here_already(node, by, people, referral.case_ref, opens=opens, on=on)
    repeat = _of_same_case(node, held, referral, people, on) or _of_another(others)
    found = facts(referral, thresholds, on, repeat is not None)
    added: tuple[str, ...] = ()
    handle = ""

    def put(tx: Transaction, row: StoredCase) -> None:
        nonlocal added, handle
        handle = row.handle.hex()
        new = list(_papers(tx, referral, found, thresholds.version, by))
        actor = tx.node.actor(by.name) if by and by.name else OPERATOR
        attached = [one.paper(new[0].by, tx.now, new[0].supplier) for one in files]
        added = () if _sent_before(tx, row, referral) else papers.put(tx, row, *new, *attached, by=actor)

    import_referral(node, case, by, put)
    return Referred(
        case_ref=referral.case_ref,
        handle=handle,
        facts=found,
        added=added,
        completed=held is not None,
        child_referral=child_referral_due(referral),
        here_already=others,
        repeat=repeat,
    )


def require_complete(node: Node, referral: Referral, thresholds: Thresholds) -> dt.date:
    """The day of a referral that lacks nothing. Raises InputError for what must be put right first."""
    on = referral.date or node.today()
    wrong = problems(referral, node.today(), established=established(referral, thresholds, on))
    if wrong:
        raise InputError(f"{wrong[0].text}.", kept="Nothing.", do=f"Correct {wrong[0].field}.")
    return on


def add_approved(
    node: Node,
    referral: Referral,
    people: tuple[Requester, Requester],
    victim: PersonDetails,
    beside: Callable[[Transaction, StoredCase], Paper],
) -> None:
    """Add a referral to its case, whose victim is as `victim` from then on, with the paper that goes `beside` it.

    `people`: who sent it, and who approves it. Raises as `import_referral`, and what `beside` does.
    """
    sender, approver = people
    thresholds = thresholds_of(node)
    found = facts(referral, thresholds, referral.date or node.today(), repeat=False)
    case = intake(node, referral)
    _, *others = case.people
    first = PersonIntake(victim.person, victim.address, victim.safe_to_call, 0)

    def add(tx: Transaction, row: StoredCase) -> None:
        new = _papers(tx, referral, found, thresholds.version, sender)
        papers.put(tx, row, beside(tx, row), *new, by=tx.node.actor(approver.name))

    import_referral(node, replace(case, people=(first, *others)), approver, add)


def _sent_before(tx: Reading, row: StoredCase, referral: Referral) -> bool:
    """Whether the very same referral is on a case."""
    told = referral.model_copy(update={"dash": None}).model_dump(mode="json")
    every = papers.of_case(tx, row, PaperKind.referral)
    return any(one.paper.body.get("referral") == told for one in every)


def _of_same_case(
    node: Node, held: HeldCase | None, referral: Referral, people: Sequence[Person], on: dt.date
) -> Repeat | None:
    """Whether it repeats the last referral of its own case, by the same victim and a same perpetrator."""
    if held is None or held.details.stub or held.details.referral_date is None:
        return None
    with node.read() as tx:
        if _sent_before(tx, held.row, referral):
            return None
    there = {found_by(one.details.person) for one in held.people if _is_perpetrator(one.details.person)}
    same = sum(found_by(one) in there for one in people if _is_perpetrator(one))
    last = held.details.referral_date
    if (
        standing(Earlier(victim=True, part=True, perpetrators=same, referred=(last,)), on)
        is not Standing.repeat
    ):
        return None
    return Repeat(case=held.row.handle.hex(), case_ref=referral.case_ref, last=last, until=until(last))


def _is_perpetrator(person: Person) -> bool:
    return person.role is Role.perpetrator


def _of_another(found: Sequence[Found]) -> Repeat | None:
    """The likeliest of the cases here that it repeats."""
    for one in found:
        if one.standing is Standing.repeat and one.likely and one.last and one.repeat_until:
            return Repeat(case=one.case, case_ref=one.case_ref, last=one.last, until=one.repeat_until)
    return None


def for_account(node: Node, acting: Acting, referral: Referral) -> Referral:
    """A referral as an account may send it: a representative or an Idva service in its own body's name alone.

    Raises InputError for another. Whether a case that they may not open is there at all, they are not told.
    """
    body, agency = acting.organisation, referral.referring_agency
    refers = acting.account.role is AccountRole.representative
    if (body.idva_service or refers) and folded(agency) != folded(body.name):
        raise InputError(
            "This account refers in the name of its own organisation alone.",
            kept="Nothing.",
            do=f"Write referring_agency `{body.name}`.",
        )
    if body.idva_service:
        return referral.model_copy(update={"idva_service": body.name})
    if referral.kind is not Kind.marac:
        raise InputError("A Marac's account refers to the Marac.", kept="Nothing.", do="Write kind `marac`.")
    if refers and referral.case_ref and not _opens(node, acting, referral.case_ref):
        raise InputError(
            "The reference is none of a case of your agency.",
            kept="Nothing.",
            do="Leave case_ref out: the referral gets a number of its own.",
        )
    return referral


def _opens(node: Node, acting: Acting, case_ref: str) -> bool:
    digest = node.case_digest(case_ref)
    return digest in shown_among(node, acting, [digest])


def child_referral_due(referral: Referral) -> bool:
    """Whether children are, or may be, at risk and nobody says that a referral to safeguard them was made."""
    dash = referral.dash
    if dash is not None and dash.child_referral_made == "yes":
        return False
    return bool(referral.children) or (dash is not None and dash.speaks_of_children)


def _papers(
    tx: Transaction, referral: Referral, found: tuple[Fact, ...], version: str, by: Requester | None
) -> Iterator[Paper]:
    common: dict[str, Any] = {
        "by": by.name if by and by.name else referral.contact_names,
        "at": tx.now,
        "supplier": referral.referring_agency,
    }
    alone = referral.model_copy(update={"dash": None})
    body = ReferralPaper(referral=alone, facts=found, thresholds=version)
    yield Paper(kind=PaperKind.referral, body=body.model_dump(mode="json"), **common)
    if referral.dash is not None:
        yield Paper(kind=PaperKind.dash, body=referral.dash.model_dump(mode="json"), **common)


def there(node: Node, case_ref: str, by: Requester | None) -> HeldCase | None:
    """The case of that reference, as they find it. Raises UsageError, StorageError."""
    restrictions = restrictions_on(node, by)
    with node.read() as tx:
        return restrictions.find(tx, case_ref)


def otherwise_called(held: HeldCase, referral: Referral) -> HeldPerson | None:
    """The victim of a case, other than a stub, whom a referral to it calls otherwise; None where there is none."""
    name = referral.victim_name
    if held.details.stub or not name.there:
        return None
    wanted = (name.given_names.casefold(), name.surname.casefold())
    for one in held.people:
        if one.details.person.role is not Role.victim:
            continue
        given, surname, _, born = found_by(one.details.person)
        same = (str(given).casefold(), str(surname).casefold()) == wanted
        if (given or surname) and not (same and (not referral.victim_dob or born == referral.victim_dob)):
            return one
    return None


def otherwise_there() -> ConflictError:
    """The error for a referral to a case whose victim is called otherwise there."""
    return ConflictError(
        "The case of this reference has a victim of another name or date of birth.",
        kept="The case, as it was; nothing of this referral.",
        do="Leave the reference out where it is another case. Else send it again: it is proposed as a correction.",
    )


def _made_ref(node: Node, referral: Referral) -> str:
    """A reference for a new case: the same for the same referral. It tells nothing, not even how many there are."""
    digest = node.keys.vault.lookup("referral", referral.model_dump_json()).hex()
    return f"R-{(referral.date or node.today()).year}-{digest[:10].upper()}"
