"""Whom a disclosure is about: the person here behind its handle, and what our cases say against telling.

Where it is about nobody here it is looked into as if it were about somebody else, of whom nothing is said: so it
takes as long, does as much, and fails in the same way. Where a part in the case was committed to, that counts, and
not the form's word. Decides nothing (`hub.checks.answer`).
"""

from __future__ import annotations

import secrets
from dataclasses import dataclass
from typing import Final

from hub.cases.areas import known_areas
from hub.cases.elsewhere import Elsewhere, said_of
from hub.consent import Lacks, SharingForm, Telling, parse_form
from hub.consent.form.fled import most_careful
from hub.consent.telling import NotTold
from hub.crypto import encoding
from hub.errors import HubError
from hub.federation.handles import LabelHandles
from hub.node.transaction import Reading
from hub.records.cases import (
    HeldCase,
    PersonDetails,
    held_case,
    may_be_matched,
    open_person_details,
    rests_on,
)
from hub.records.received import DisclosureKey
from hub.store import feeds, received
from hub.values import Role
from hub.wire.commitment import commitment, commitment_without_role
from hub.wire.messages import DisclosureQuestion

_NO_EPOCH: Final = 0
_NO_COMMITMENT: Final = bytes(32)


@dataclass(frozen=True, slots=True)
class Meant:
    """Who is meant, on which case of ours; or, where the question `lacks` something, somebody who is not.

    `said`: what every case of ours says of her, of who is asked about, and of who else is on this one but those
    accused. `against`: what stands against telling that area. `published`: whether the case may be matched.
    """

    lacks: Lacks | None
    form: SharingForm
    person: PersonDetails
    held: HeldCase
    said: Elsewhere
    against: tuple[NotTold, ...]
    published: bool


def meant(tx: Reading, key: DisclosureKey, question: DisclosureQuestion) -> Meant | None:
    """Whom it is about; None where nobody at all is held here. Raises RowsError, StorageError."""
    check = received.check(tx.session, key.peer, key.check_id)
    own = LabelHandles(tx.vault, check.epoch if check else _NO_EPOCH).person_record(key.handle)
    found = feeds.person_at(tx.session, own)
    to_role = check is None or check.commits_to_role
    made = commitment if to_role else commitment_without_role
    committed = made(question.subject, encoding.unb64(question.salt))
    same = secrets.compare_digest(committed, check.commitment if check else _NO_COMMITMENT)
    form = _form(question, question.subject.role if to_role else None)
    if found is None:
        return None
    row, case_row = found
    lacks = Lacks.check if not same else Lacks.form if form is None else None
    if check is None or row.handle != own:
        lacks = Lacks.person
    person = open_person_details(tx.vault, row.handle, row.sealed)
    held = held_case(tx, case_row)
    tx.require_as_bound(rests_on([held]))
    others = (one.details.person for one in held.people)
    people = (person.person, question.subject, *(one for one in others if one.role is not Role.perpetrator))
    said = said_of(tx, people, lambda _: False, own=held)
    return Meant(
        lacks=lacks,
        form=form or SharingForm(),
        person=person,
        held=held,
        said=said,
        against=_against(tx, held, said, key.peer),
        published=may_be_matched(tx, held),
    )


def _form(question: DisclosureQuestion, role: Role | None) -> SharingForm | None:
    """The form, of its subject in the part in the case that was committed to, where one was."""
    try:
        form = parse_form(question.excerpt)
    except HubError:
        return None
    if role is None:
        return form
    first = tuple(one.model_copy(update={"role": role}) for one in form.subjects[:1])
    return form.model_copy(update={"subjects": first + form.subjects[1:]})


def _against(tx: Reading, held: HeldCase, said: Elsewhere, peer: str) -> tuple[NotTold, ...]:
    """What our cases say against telling that area."""
    fled_from = most_careful(held.details.fled_from, said.fled_from or None)
    not_safe = (*held.details.not_safe_to_talk_to, *said.not_safe)
    telling = Telling(fled_from, not_safe, known_areas(tx))
    return telling.against(telling.area(peer))
