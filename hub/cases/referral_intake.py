"""A referral as the case that an import would give: its people checked as the rows of a file are.

A name that is not known makes no record that anybody is matched by. Stores nothing.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final, NamedTuple

from hub.cases.answers import Name, in_lines
from hub.cases.importing.added import filled
from hub.cases.importing.assemble import CaseIntake, PersonIntake
from hub.cases.importing.rows import parse_row
from hub.cases.referral import IN_WORDS, Referral, postcode_of
from hub.errors import InputError
from hub.node.node import Node
from hub.records.cases import PersonDetails
from hub.values import Person, Role

_MOST_NAMES: Final = 20


class _Row(NamedTuple):
    """Somebody of a referral as the cells of a row, and where the referral has them."""

    where: str
    role: Role
    name: Name
    cells: dict[str, str]


def intake(node: Node, referral: Referral) -> CaseIntake:
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


def victim_of(node: Node, referral: Referral, before: PersonDetails) -> PersonDetails:
    """The victim as a referral says, with what it leaves empty, and the name of before among the other names."""
    said = intake(node, referral).people[0]
    new = filled(
        PersonDetails(person=said.person, address=said.address, safe_to_call=said.safe_to_call), before
    )
    names = dict.fromkeys(new.person.aliases)
    if _name_of(before.person).casefold() != _name_of(new.person).casefold():
        names[_name_of(before.person)] = None
    aliases = tuple(names)[-_MOST_NAMES:]
    return new.model_copy(update={"person": new.person.model_copy(update={"aliases": aliases})})


def _name_of(person: Person) -> str:
    return f"{person.given_names} {person.surname}".strip()


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
