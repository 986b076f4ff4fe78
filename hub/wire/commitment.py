"""What a question commits to before anybody is named: its subject, in one part in the case. Pure.

Salted, so that it says nothing; whoever is told later sees by it that they are told of the one who was asked about.
"""

from __future__ import annotations

import hashlib
from typing import Final

import rfc8785

from hub.values import Person

_NAMED: Final = frozenset({"given_names", "surname", "aliases", "date_of_birth"})


def commitment(subject: Person, salt: bytes) -> bytes:
    """A salted commitment (32 bytes) to the names and date of birth of a check's subject, and to their part."""
    plain = rfc8785.dumps(subject.model_dump(mode="json", include={*_NAMED, "role"}))
    return hashlib.sha256(b"marac-hub/v1/commitment\x00" + salt + plain).digest()


def commitment_without_role(subject: Person, salt: bytes) -> bytes:
    """The same, as checks were asked before it was to their part too."""
    plain = rfc8785.dumps(subject.model_dump(mode="json", include=set(_NAMED)))
    return hashlib.sha256(b"marac-hub/v1/commitment\x00" + salt + plain).digest()


def subject_of(person: Person) -> Person:
    """All of a person that ever travels in a disclosure: names, aliases, date of birth, part in the case."""
    return Person(
        role=person.role,
        given_names=person.given_names,
        surname=person.surname,
        aliases=person.aliases,
        date_of_birth=person.date_of_birth,
    )
