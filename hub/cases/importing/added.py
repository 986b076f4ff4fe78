"""A referral more of a case that has one already: what it adds, and what stays.

Pure. Who is on the case stays on it, whatever a second agency knows of them; where both know somebody by the same
name and date of birth, what the newer referral says of them counts, and what it leaves empty stays.
"""

from __future__ import annotations

from hub.records.cases import CaseDetails, HeldCase, PersonDetails, found_by
from hub.values import Role


def with_referral(
    new: CaseDetails, people: tuple[PersonDetails, ...], earlier: HeldCase
) -> tuple[CaseDetails, tuple[PersonDetails, ...]]:
    """A case and its people with a referral more."""
    before = earlier.details
    stays = {
        "idva_service": new.idva_service or before.idva_service,
        "referral_date": max(filter(None, (new.referral_date, before.referral_date)), default=None),
        "agreement": new.agreement or before.agreement,
        "victim_aware": before.victim_aware if new.victim_aware is None else new.victim_aware,
        "criteria": tuple(dict.fromkeys((*before.criteria, *new.criteria))),
    }
    return new.model_copy(update=stays), _joined(people, tuple(one.details for one in earlier.people))


def _joined(new: tuple[PersonDetails, ...], before: tuple[PersonDetails, ...]) -> tuple[PersonDetails, ...]:
    known = {_known_as(one): one for one in before}
    found = [filled(one, known.pop(_known_as(one), None)) for one in new]
    left = list(known.values())
    if not any(_named(one) for one in found if one.person.role is Role.victim):  # Not known by this one.
        found = [one for one in found if one.person.role is not Role.victim]
    elif any(one.person.role is Role.victim for one in found):
        left = [one for one in left if one.person.role is not Role.victim]
    return tuple(sorted((*found, *left), key=lambda one: one.person.role is not Role.victim))


def _named(one: PersonDetails) -> bool:
    return bool(one.person.given_names or one.person.surname)


def _known_as(one: PersonDetails) -> tuple[object, ...]:
    given, surname, _, born = found_by(one.person)
    return one.person.role, str(given).casefold(), str(surname).casefold(), born


def filled(new: PersonDetails, before: PersonDetails | None) -> PersonDetails:
    """Somebody as the newer referral says, with what it leaves empty."""
    if before is None:
        return new
    person, old = new.person, before.person
    merged = person.model_copy(
        update={
            "aliases": tuple(dict.fromkeys((*old.aliases, *person.aliases))),
            "postcode": person.postcode or old.postcode,
            "phone": person.phone or old.phone,
            "nhs_number": person.nhs_number or old.nhs_number,
        }
    )
    return PersonDetails(
        person=merged,
        address=new.address or before.address,
        safe_to_call=new.safe_to_call if person.phone else before.safe_to_call,
    )
