"""Referring somebody: the case is made, or what is here of it completed, and the referral kept as a paper of it.

By the path of an import, so that publication, exclusions and seals are the same; case and papers in one
transaction, or neither. The same referral sent again adds nothing. Asks no other area. A name or a date of birth
that a case has otherwise already is not changed by a referral: that is a correction.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any, Final, NamedTuple

from hub.accounts.accounts import Acting
from hub.accounts.organisations import folded
from hub.cases.access import restrictions_on
from hub.cases.answers import Name, in_lines
from hub.cases.criteria import Fact, Thresholds, established, facts
from hub.cases.importing.assemble import CaseIntake, PersonIntake
from hub.cases.importing.rows import parse_row
from hub.cases.importing.run import import_referral
from hub.cases.referral import FORM, IN_WORDS, Referral, postcode_of, problems
from hub.cases.shown import shown_among
from hub.errors import ConflictError, InputError
from hub.node.node import Node
from hub.node.settings import config_file, parse, read_toml
from hub.node.transaction import Transaction
from hub.records import papers
from hub.records.accounts import AccountRole
from hub.records.cases import HeldCase, found_by
from hub.records.papers import Paper, PaperKind
from hub.store.cases import StoredCase
from hub.values import Kind, Requester, Role, Value

THRESHOLDS_FILE: Final = "thresholds.toml"


class ReferralPaper(Value):
    """A referral as it is kept: the form and its edition, and the facts beside its criteria on the day it came.

    `thresholds`: the version of the area's thresholds that it was held beside.
    """

    form: str = FORM
    referral: Referral
    facts: tuple[Fact, ...]
    thresholds: str


@dataclass(frozen=True, slots=True)
class Referred:
    """A referral that was kept: its case by reference and handle (hex), and what its criteria come to.

    `added`: papers that are new; none where the same referral was sent before. `completed`: it completed a stub, or
    joined a case that was here. `child_referral`: children may be at risk, and no referral for them was recorded.
    """

    case_ref: str
    handle: str
    facts: tuple[Fact, ...]
    added: tuple[str, ...]
    completed: bool
    child_referral: bool


class _Row(NamedTuple):
    """Somebody of a referral as the cells of a row, and where the referral has them."""

    where: str
    role: Role
    name: Name
    cells: dict[str, str]


def thresholds_of(node: Node) -> Thresholds:
    """The area's thresholds. Raises UsageError naming file, line and key."""
    path = config_file(node.home, THRESHOLDS_FILE)
    return parse(Thresholds, read_toml(path), path)


def refer(node: Node, referral: Referral, by: Requester | None) -> Referred:
    """Make or complete the case that a referral is about, and keep it with its checklist.

    Raises InputError for what must be put right first, ConflictError where its case has a victim of another name or
    date of birth, UsageError as an import does.
    """
    today, thresholds = node.today(), thresholds_of(node)
    on = referral.date or today
    wrong = problems(referral, today, established=established(referral, thresholds, on))
    if wrong:
        raise InputError(f"{wrong[0].text}.", kept="Nothing.", do=f"Correct {wrong[0].field}.")
    referral = referral.model_copy(update={"case_ref": referral.case_ref or _made_ref(node, referral)})
    held = _there(node, referral.case_ref, by)
    _require_same_victim(held, referral)
    found = facts(referral, thresholds, on)
    added: tuple[str, ...] = ()
    handle = ""

    def put(tx: Transaction, case: StoredCase) -> None:
        nonlocal added, handle
        handle = case.handle.hex()
        new = list(_papers(tx, referral, found, thresholds.version, by))
        before = [one.paper.body for one in papers.of_case(tx, case, PaperKind.referral)]
        same = any(body.get("referral") == new[0].body["referral"] for body in before)
        actor = tx.node.actor(by.name) if by and by.name else "operator"
        added = () if same else papers.put(tx, case, *new, by=actor)

    import_referral(node, _intake(node, referral), by, put)
    return Referred(
        case_ref=referral.case_ref,
        handle=handle,
        facts=found,
        added=added,
        completed=held is not None,
        child_referral=child_referral_due(referral),
    )


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


def _there(node: Node, case_ref: str, by: Requester | None) -> HeldCase | None:
    """The case of that reference, as they find it."""
    restrictions = restrictions_on(node, by)
    with node.read() as tx:
        return restrictions.find(tx, case_ref)


def _require_same_victim(held: HeldCase | None, referral: Referral) -> None:
    """Raise ConflictError where a case, other than a stub, has a victim whom this referral calls otherwise."""
    if held is None or held.details.stub or not referral.victim_name.there:
        return
    name = referral.victim_name
    for one in held.people:
        if one.details.person.role is not Role.victim:
            continue
        given, surname, _, born = found_by(one.details.person)
        same = (str(given).casefold(), str(surname).casefold()) == (
            name.given_names.casefold(),
            name.surname.casefold(),
        )
        if (given or surname) and not (same and (not referral.victim_dob or born == referral.victim_dob)):
            raise ConflictError(
                "The case of this reference has a victim of another name or date of birth.",
                kept="The case, as it was; nothing of this referral.",
                do="Leave the reference out where it is another case. Else correct the case first, which another"
                " person approves.",
            )


def _made_ref(node: Node, referral: Referral) -> str:
    """A reference for a new case: the same for the same referral. It tells nothing, not even how many there are."""
    digest = node.keys.vault.lookup("referral", referral.model_dump_json()).hex()
    return f"R-{(referral.date or node.today()).year}-{digest[:10].upper()}"


def _intake(node: Node, referral: Referral) -> CaseIntake:
    """The case as an import gives it. Raises InputError for a person who cannot be kept."""
    people = tuple(_person(referral, row, place) for place, row in enumerate(_rows(referral)))
    return CaseIntake(
        case_ref=referral.case_ref,
        kind=referral.kind,
        idva_service=referral.idva_service,
        referral_date=referral.date or node.today(),
        meeting_date=None,
        agreement=referral.agreement,
        victim_aware={"yes": True, "no": False}.get(referral.victim_aware),
        criteria=tuple(IN_WORDS[one] for one in referral.criteria),
        sealed=referral.sealed,
        publish=referral.publish,
        people=people,
        not_safe_to_talk_to=in_lines(referral.not_safe_to_talk_to),
        fled_from=referral.fled_from,
        fled_asked=True,
        referring_agency=referral.referring_agency,
        referring_contact=", ".join(filter(None, (referral.contact_names, referral.contact_tel_email)))[:200],
        adds=True,
    )


def _rows(one: Referral) -> Iterator[_Row]:
    """Everybody of a referral whom a case can have: the victim, and who else has a name."""
    safe = {"yes": "yes", "no": "no"}.get(one.tel_safe_to_call, "unknown")
    cells = {
        "aliases": ";".join(one.victim_aliases),
        "date_of_birth": one.victim_dob,
        "address": one.victim_address,
        "postcode": postcode_of(one.victim_address, one.victim_postcode),
        "phone": one.victim_tel,
        "safe_to_call": safe,
        "nhs_number": one.victim_nhs_number,
    }
    yield _Row("victim", Role.victim, one.victim_name, cells)
    for at, man in enumerate(one.perpetrators):
        if man.name.there:
            cells = {"aliases": ";".join(man.aliases), "date_of_birth": man.dob, "address": man.address}
            cells["postcode"] = postcode_of(man.address, man.postcode)
            yield _Row(f"perpetrators[{at}]", Role.perpetrator, man.name, cells)
    for at, child in enumerate(one.children):
        if child.name.there:
            cells = {"date_of_birth": child.dob, "address": child.address}
            cells["postcode"] = postcode_of(child.address, child.postcode)
            yield _Row(f"children[{at}]", Role.child, child.name, cells)


_NO_NAME: Final = "Noname"


def _person(referral: Referral, row: _Row, place: int) -> PersonIntake:
    """Somebody as the row of an import is checked. A name that is not known is none, and makes nobody matched."""
    name = row.name if row.name.there else Name(surname=_NO_NAME)
    cells = row.cells | {
        "case_ref": referral.case_ref,
        "kind": referral.kind.value,
        "idva_service": referral.idva_service,
        "role": row.role.value,
        "given_names": name.given_names,
        "surname": name.surname,
    }
    read = parse_row(cells, place)
    if read.problems or read.person is None:
        wrong = read.problems[0]
        raise InputError(f"{row.where}: {wrong.field} {wrong.reason}.", kept="Nothing.", do="Correct it.")
    if row.name.there:
        return read.person
    nameless = read.person.person.model_copy(update={"surname": ""})
    return PersonIntake(nameless, read.person.address, read.person.safe_to_call, place)
