"""Case and person records between memory and the store: what is sealed, under which place, and how it reads back.

Says whose people may be matched by what is sealed. Does not parse files or decide on publication (`hub.cases`), nor
query (`hub.store`).
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from hashlib import blake2b
from typing import Final, Literal

from pydantic import TypeAdapter

from hub.consent import SharingForm
from hub.consent.coverage import named
from hub.consent.form.fled import FledFrom
from hub.crypto.vault import Vault
from hub.errors import StorageError
from hub.node.transaction import Reading
from hub.records import decisions
from hub.records.words import FledWord, NotSafeWord, SealWord
from hub.store import cases
from hub.store.cases import StoredCase, StoredPerson
from hub.store.feeds import PersonRow
from hub.store.verify import RowKeys
from hub.values import Kind, Person, Purpose, ShortText, Value

SEARCH: Final = 2
"""How hidden people are looked for on other cases.

Since 2 also those of cases that say that somebody fled an area, and whoever was on a case before.
"""


class CaseDetails(Value):
    """What a node knows of a case beside its people.

    `not_safe_to_talk_to`: the people and agencies whom the victim named so on the Marac referral form.
    `fled_from`: whether anyone here fled an area; None where nobody has answered. `fled_asked`: whether the file
    that it came from asked for that. Those of cases kept by earlier versions did not.
    `agreement` is the victim's; `sharing_agreement` the reference of the one that the case is published under,
    where it was named.
    `stub`: how its stub was entered, until its referral is imported; `referring_*`: whose referral that is.
    `entered_by`: who entered it (pseudonym), where they were restricted from somebody on it: it is shown to them.
    `apart`: for whom it is kept apart (pseudonym), since there may be another of this reference that they are
    restricted from. Nobody on it is published.
    `transferred_from`: the node id of the area that it was accepted from; `disclosed_on`: the day on which she
    disclosed there, from which the six weeks run.
    `meeting_date`: of its last meeting or the next one; `heard`: the earlier ones at which it was heard, in order.
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
    sharing_agreement: ShortText = ""
    stub: Literal["", "entered", "emergency"] = ""
    referring_agency: ShortText = ""
    referring_contact: ShortText = ""
    entered_by: ShortText = ""
    apart: ShortText = ""
    transferred_from: ShortText = ""
    disclosed_on: dt.date | None = None
    heard: tuple[dt.date, ...] = ()

    @property
    def hides(self) -> bool:
        """Whether it says what hides its people wherever they are: sealed, or that somebody fled, or may have."""
        return self.sealed or bool(self.fled_from)

    def heard_last(self, today: dt.date) -> dt.date | None:
        """The day of the last meeting that has come: never one that it is only listed for."""
        return last_come((*self.heard, self.meeting_date), today)


def last_come(days: Iterable[dt.date | None], today: dt.date) -> dt.date | None:
    """The last of some days that has come."""
    return max((one for one in days if one is not None and one <= today), default=None)


class Likeness(Value):
    """That somebody of a case is, or may be, a person whom another hides: record and case handles, in hex.

    `sealed_case`: that case; it is sealed, or says that somebody fled an area, or may have.
    `certain`: by the comparison in the clear. `decided`: what a person decided, who, why and when (seconds since
    1970; 0 where an earlier version kept it).
    """

    id: str
    person: str
    sealed_case: str
    sealed_person: str
    certain: bool
    decided: Literal["same", "not_same", ""] = ""
    by: ShortText = ""
    because: str = ""
    at: int = 0

    @property
    def pair(self) -> tuple[str, str]:
        """The two records."""
        return self.person, self.sealed_person

    @property
    def seals(self) -> bool:
        """Whether the case is sealed for it: also while nobody has decided."""
        return self.decided != "not_same"

    @property
    def same(self) -> bool:
        """Whether they are taken for one person."""
        return self.decided == "same" or (self.certain and not self.decided)

    @property
    def waits(self) -> bool:
        """Whether a person has to decide."""
        return not (self.certain or self.decided)


class KeptCase(Value):
    """A case as it is sealed: what it says, the publication decision made on that, and a digest of its people.

    `decision` and `people` (hex) are empty in a case that was kept before they were. `likenesses`: who of its
    people is, or may be, hidden by another case. `searched`: how its hidden people were last looked for on others,
    0 for not at all; earlier versions wrote whether they were.
    `former`: who was on it before, by the names and dates of then. Whoever is excluded from the case stays
    restricted from them.
    """

    details: CaseDetails
    decision: str = ""
    people: str = ""
    likenesses: tuple[Likeness, ...] = ()
    searched: int = 0
    words: tuple[SealWord, ...] = ()
    fled_words: tuple[FledWord, ...] = ()
    not_safe_words: tuple[NotSafeWord, ...] = ()
    former: tuple[Person, ...] = ()

    @property
    def sealed(self) -> bool:
        """Whether it is sealed: by what was said of it, or for somebody on it who is sealed elsewhere."""
        return self.details.sealed or any(one.seals for one in self.likenesses)

    @property
    def hidden(self) -> bool:
        """Whether nobody on it may be published: it is sealed, or says that somebody fled an area, or may have."""
        return self.sealed or self.details.hides

    @property
    def searched_as_now(self) -> bool:
        """Whether whoever it hides was looked for on others as is done now."""
        return self.searched >= SEARCH

    @property
    def sealed_by_hand(self) -> bool:
        """Whether the last word that a person spoke about its seal is that it is sealed."""
        return bool(self.words) and self.words[-1].sealed


class PersonDetails(Value):
    """A person with what never leaves the node: address, and whether the phone is safe to call."""

    person: Person
    address: str = ""
    safe_to_call: bool | None = None


@dataclass(frozen=True, slots=True)
class HeldPerson:
    """One of the people of a case in store, opened."""

    number: int
    handle: bytes
    details: PersonDetails


@dataclass(frozen=True, slots=True)
class HeldCase:
    """A case in store, opened, with its people; `people_digest` (hex) is that of the records found."""

    row: StoredCase
    kept: KeptCase
    people: tuple[HeldPerson, ...]
    people_digest: str

    @property
    def details(self) -> CaseDetails:
        """What it says."""
        return self.kept.details

    @property
    def ever(self) -> tuple[Person, ...]:
        """Everybody who is on it, or ever was."""
        return tuple(person for _, person in self.everyone)

    @property
    def everyone(self) -> tuple[tuple[bytes, Person], ...]:
        """Everybody who is on it, by the handle of the record, and who ever was, by one made of their names."""
        now = ((one.handle, one.details.person) for one in self.people)
        return (*now, *((former_handle(self.row.handle, one), one) for one in self.kept.former))


def former_handle(case: bytes, person: Person) -> bytes:
    """A handle for somebody who was on a case, by the case's own: the same for the same names and date."""
    return blake2b(person.model_dump_json().encode(), key=case, digest_size=16).digest()


def as_asked(person: Person) -> Person:
    """Somebody by what a question could meet them by, and no more."""
    return Person(
        role=person.role,
        given_names=person.given_names,
        surname=person.surname,
        aliases=person.aliases,
        date_of_birth=person.date_of_birth,
    )


def found_by(person: Person) -> tuple[object, ...]:
    """What a person's tokens are made of."""
    return person.given_names, person.surname, person.aliases, person.date_of_birth


_BODY: TypeAdapter[KeptCase | CaseDetails] = TypeAdapter(KeptCase | CaseDetails)


def case_digest(tx: Reading, details: CaseDetails) -> bytes:
    """The keyed digest by which a case is found again, by whoever may find it."""
    return digest_for(tx.vault, details.case_ref, details.apart)


def digest_for(vault: Vault, case_ref: str, apart: str) -> bytes:
    """The digest of a reference, or of a case of that reference which is kept apart for somebody."""
    if apart:
        return vault.lookup("case_ref_apart", f"{apart}/{case_ref}")
    return vault.lookup("case_ref", case_ref)


def seal_case(vault: Vault, handle: bytes, kept: KeptCase) -> bytes:
    """Seal a case for its row."""
    return vault.seal(f"case_record/{handle.hex()}", kept.model_dump_json().encode())


def open_case(vault: Vault, handle: bytes, sealed: bytes) -> CaseDetails:
    """What a case says. Raises StorageError."""
    return open_kept(vault, handle, sealed).details


def open_kept(vault: Vault, handle: bytes, sealed: bytes) -> KeptCase:
    """A case as it is sealed. Raises StorageError."""
    body = _BODY.validate_json(vault.open(f"case_record/{handle.hex()}", sealed))
    return body if isinstance(body, KeptCase) else KeptCase(details=body)


def seal_person(vault: Vault, handle: bytes, details: PersonDetails) -> bytes:
    """Seal a person for its row."""
    return vault.seal(f"person_record/{handle.hex()}", details.model_dump_json().encode())


def open_person(vault: Vault, handle: bytes, sealed: bytes) -> Person:
    """The person of a row. Raises StorageError."""
    return open_person_details(vault, handle, sealed).person


def open_person_details(vault: Vault, handle: bytes, sealed: bytes) -> PersonDetails:
    """The person of a row, with what never leaves the node. Raises StorageError."""
    return PersonDetails.model_validate_json(vault.open(f"person_record/{handle.hex()}", sealed))


def people_digest(vault: Vault, people: Iterable[PersonDetails]) -> str:
    """The keyed digest (hex) of the people of a case, in any order, as they are sealed with it."""
    return _digest(vault, (one.model_dump_json().encode() for one in people))


def _digest(vault: Vault, bodies: Iterable[bytes]) -> str:
    return vault.lookup("people", "\n".join(sorted(body.decode() for body in bodies))).hex()


def held_cases(tx: Reading, rows: Sequence[StoredCase]) -> list[HeldCase]:
    """These cases, opened, with their people. Raises StorageError."""
    people = cases.people_of_each(tx.session, [row.id for row in rows])
    return [_held(tx.vault, row, people[row.id]) for row in rows]


def named_people(tx: Reading, rows: Sequence[StoredCase]) -> list[HeldCase]:
    """Cases that the log vouches for, opened, with exactly the people whom they name.

    A case names its people, so they need no look at the log but where they are others, or it names none yet.
    Raises RowsError, StorageError.
    """
    try:
        held = held_cases(tx, rows)
    except StorageError:
        tx.require_tables_as_bound("person_record")
        raise
    if any(one.kept.people != one.people_digest for one in held):
        tx.require_tables_as_bound("person_record")
    return held


def held_case(tx: Reading, row: StoredCase) -> HeldCase:
    """A case, opened, with its people. Raises StorageError."""
    return held_cases(tx, [row])[0]


def _held(vault: Vault, row: StoredCase, people: Iterable[StoredPerson]) -> HeldCase:
    found, bodies = list[HeldPerson](), list[bytes]()
    for number, handle, sealed in people:
        body = vault.open(f"person_record/{handle.hex()}", sealed)
        bodies.append(body)
        found.append(HeldPerson(number, handle, PersonDetails.model_validate_json(body)))
    return HeldCase(row, open_kept(vault, row.handle, row.sealed), tuple(found), _digest(vault, bodies))


def may_be_matched(tx: Reading, held: HeldCase) -> bool:
    """Whether a case's people may be matched, by its sealed records. The plain columns can only narrow that.

    The case names its decision and its people, so none from elsewhere stands in for them. An earlier state of all
    of them together is for the audit log to find (`rests_on`). Raises StorageError.
    """
    row, kept = held.row, held.kept
    if row.decision_id is None:
        return False
    named = decisions.named(tx, row.decision_id)  # Whatever else there is: it takes as long.
    narrowed = row.sealed_case or not row.may_publish
    withheld = kept.hidden or kept.details.stub or kept.details.apart or kept.details.publish is False
    return (
        not (narrowed or withheld)
        and named.recorded.decision.permitted
        and named.recorded.form.purpose is Purpose.publish
        and stands(tx, named.recorded.form)
        and named.recorded.case_ref == kept.details.case_ref
        and kept.decision in ("", named.name)
        and kept.people in ("", held.people_digest)
    )


def stands(tx: Reading, form: SharingForm) -> bool:
    """Whether the agreement that a publication was decided under is held and in force today."""
    agreement = named(form.protocol, tx.node.agreements.held)
    return (
        agreement is not None and Purpose.publish in agreement.purposes and not agreement.why_not_on(tx.today)
    )


def rests_on(held: Iterable[HeldCase]) -> RowKeys:
    """The rows by which it is said whether these cases' people may be matched."""
    every = list(held)
    return {
        "case_record": [(one.row.id,) for one in every],
        "person_record": [(person.number,) for one in every for person in one.people],
        "decision_record": [(one.row.decision_id,) for one in every if one.row.decision_id is not None],
    }


@dataclass(frozen=True, slots=True)
class Matchable:
    """Of people whose columns say that they may be matched: those whose sealed records say so too.

    `refused` counts the cases whose records do not.
    """

    rows: tuple[PersonRow, ...]
    people: dict[int, Person]
    refused: int


def matchable(tx: Reading, rows: Sequence[PersonRow]) -> Matchable:
    """Who of these people may be matched, opened, by number. Raises RowsError: nobody is added on other rows."""
    stored = cases.of_handles(tx.session, [row.case_handle for row in rows])
    members = cases.people_of_each(tx.session, [row.id for row in stored])
    people, permitting, refused = dict[int, Person](), list[HeldCase](), 0
    for row in stored:
        try:
            held = _held(tx.vault, row, members[row.id])
            permitted = may_be_matched(tx, held)
        except StorageError:  # Not sealed under these keys, or for another place; or its decision is gone.
            permitted = False
        if permitted:
            permitting.append(held)
            people |= {one.number: one.details.person for one in held.people}
        refused += not permitted
    tx.require_as_bound(rests_on(permitting))
    wanted = tuple(row for row in rows if row.person_id in people)
    return Matchable(wanted, {row.person_id: people[row.person_id] for row in wanted}, refused)
