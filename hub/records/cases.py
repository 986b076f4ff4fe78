"""Case and person records between memory and the store: what is sealed, under which place, and how it reads back.

Does not parse files (`importing`), decide on publication (`publication`) or query (`hub.store`).
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable
from typing import Literal

from hub.consent.form.fled import FledFrom
from hub.crypto.vault import Vault
from hub.values import Kind, Person, ShortText, Value


class CaseDetails(Value):
    """What a node knows of a case beside its people.

    `not_safe_to_talk_to`: the people and agencies whom the victim named so on the Marac referral form.
    `fled_from`: whether anyone here fled an area; None where nobody has answered. `fled_asked`: whether the file
    that it came from asked for that. Those of cases kept by earlier versions did not.
    """

    case_ref: ShortText
    kind: Kind
    idva_service: ShortText = ""
    referral_date: dt.date | None = None
    meeting_date: dt.date | None = None
    agreement: Literal["given", "refused", "not_asked", ""] = ""
    victim_aware: bool | None = None
    criteria: tuple[ShortText, ...] = ()
    not_safe_to_talk_to: tuple[ShortText, ...] = ()
    fled_from: FledFrom | None = None
    fled_asked: bool = False
    sealed: bool = False
    publish: bool | None = None


class PersonDetails(Value):
    """A person with what never leaves the node: address, and whether the phone is safe to call."""

    person: Person
    address: str = ""
    safe_to_call: bool | None = None


def seal_case(vault: Vault, handle: bytes, details: CaseDetails) -> bytes:
    """Seal a case for its row."""
    return vault.seal(f"case_record/{handle.hex()}", details.model_dump_json().encode())


def open_case(vault: Vault, handle: bytes, sealed: bytes) -> CaseDetails:
    """Undo `seal_case`. Raises StorageError."""
    return CaseDetails.model_validate_json(vault.open(f"case_record/{handle.hex()}", sealed))


def seal_person(vault: Vault, handle: bytes, details: PersonDetails) -> bytes:
    """Seal a person for its row."""
    return vault.seal(f"person_record/{handle.hex()}", details.model_dump_json().encode())


def open_person(vault: Vault, handle: bytes, sealed: bytes) -> Person:
    """The person of a row. Raises StorageError."""
    return open_person_details(vault, handle, sealed).person


def open_person_details(vault: Vault, handle: bytes, sealed: bytes) -> PersonDetails:
    """The person of a row, with what never leaves the node. Raises StorageError."""
    return PersonDetails.model_validate_json(vault.open(f"person_record/{handle.hex()}", sealed))


def content_digest(vault: Vault, details: CaseDetails, people: Iterable[PersonDetails]) -> bytes:
    """The keyed digest by which a case that says the same is known again."""
    content = details.model_dump_json() + "".join(one.model_dump_json() for one in people)
    return vault.lookup("content", content)
