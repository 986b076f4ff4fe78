"""The disclosure log of a case: reading it, and adding what people disclosed by other ways than the hub.

What the hub shares it writes there itself (`hub.records.recording`). A row is never changed, only
completed. To somebody restricted from a case it is said that there is no such case.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable
from typing import Annotated, NamedTuple

from pydantic import Field

from hub.audit.events import Action
from hub.cases.access import restrictions_on
from hub.cases.areas import known_areas
from hub.cases.elsewhere import said_of
from hub.consent import SharingForm
from hub.consent.areas import Area
from hub.consent.evidence import DisclosureLogEntry, completed, completes, unrecorded
from hub.consent.form.fled import fled_areas
from hub.consent.form.vocabulary import answered
from hub.errors import NotFoundError
from hub.node.node import Node
from hub.node.transaction import Reading, Transaction
from hub.records import disclosures
from hub.records.disclosures import DisclosureLogRow, LoggedDisclosure
from hub.records.recording import close_evidenced
from hub.store import cases, obligations
from hub.store.obligations import Activity
from hub.values import Requester, ShortText, Value


class AddedEntries(Value):
    """Rows that a person adds to a case's disclosure log. `check_id` ties them to a check and its review."""

    case_ref: ShortText
    check_id: ShortText = ""
    by: Requester
    sharings: Annotated[tuple[DisclosureLogEntry, ...], Field(min_length=1, max_length=200)]


def no_such_case() -> NotFoundError:
    """The error for a case that is not there, or not for who asks."""
    return NotFoundError("There is no such case here.", kept="Nothing.", do="Check the case reference.")


def read_log(node: Node, asker: Requester | None, case_ref: str) -> list[DisclosureLogRow]:
    """The disclosure log of a case, oldest first.

    Raises NotFoundError where there is none that the asker may know of, UsageError when `staff.toml` is broken.
    """
    with node.read() as tx:
        return disclosures.of_case(tx, require_case(tx, asker, case_ref))


def add_entries(node: Node, added: AddedEntries) -> tuple[str, ...]:
    """Add all of the rows, or return what they lack and add nothing. Repeating it adds nothing twice.

    Raises NotFoundError where there is no such case, or no such check in it, that this person may know of;
    UsageError when `staff.toml` is broken.
    """
    with node.write() as tx:
        matter = Activity(require_case(tx, added.by, added.case_ref), added.check_id)
        if added.check_id and not obligations.codes_of(tx.session, matter, closed_too=True):
            raise NotFoundError(
                "No such check in this case.", kept="Nothing.", do="See `hub disclosures list`."
            )
        lacks = _lacking(added, node.today())
        if not lacks and put_entries(tx, matter, added.sharings, added.by.name):
            tx.session.flush()
            close_evidenced(tx, matter)
            actor = node.actor(added.by.name)
            tx.record(Action.sharing_recorded, by=actor, entries=len(added.sharings))
    return lacks


class Warned(NamedTuple):
    """Whom of the rows nobody was to tell, as they are written there: named as not safe, or of an area fled."""

    not_safe: tuple[str, ...] = ()
    fled: tuple[str, ...] = ()


def warned_of(node: Node, added: AddedEntries) -> Warned:
    """The agencies and people of rows whom the victim named as not safe to talk to, or whose area somebody fled.

    By every case here of the same people that this person may know of. Of a case that they may not know of, none.
    Raises UsageError when `staff.toml` is broken.
    """
    restrictions = restrictions_on(node, added.by)
    with node.read() as tx:
        held = restrictions.find(tx, added.case_ref)
        if held is None:
            return Warned()
        people = [one.details.person for one in held.people]
        kept_out = restrictions.any and restrictions.concern(people)
        said = said_of(tx, people, restrictions.restricts, kept_out=kept_out)
        areas = known_areas(tx)
    texts = dict.fromkeys(text for row in added.sharings for text in (row.agency, row.person) if text)
    told = {text: Area(names=(text,)) for text in texts}
    entries = fled_areas(said.fled_from)
    fled = [*entries, *(name for one in areas if any(map(one.is_called, entries)) for name in one.called)]
    return Warned(
        tuple(text for text, area in told.items() if any(area.stands_in(one) for one in said.not_safe)),
        tuple(text for text, area in told.items() if any(area.has_in_name(one) for one in fled)),
    )


def put_entries(tx: Transaction, matter: Activity, sharings: Iterable[DisclosureLogEntry], by: str) -> bool:
    """Add rows to a matter's record, or complete those that are there, and return whether anything was new."""
    changed = False
    for new in sharings:
        rows = disclosures.of_matter(tx, matter)
        earlier = next((row for row in rows if completes(row.shared.sharing, new)), None)
        if earlier is None:
            disclosures.add(tx, matter, [LoggedDisclosure(sharing=new, by=by)])
            changed = True
            continue
        whole = completed(earlier.shared.sharing, new)
        if whole != earlier.shared.sharing:
            shared = earlier.shared.model_copy(update={"sharing": whole})
            disclosures.change(tx, earlier.number, shared)
            changed = True
    return changed


def _lacking(added: AddedEntries, today: dt.date) -> tuple[str, ...]:
    found = [] if answered(added.by.name) else ["by.name"]
    for row in added.sharings:
        found += unrecorded(SharingForm(), [row])
        if row.date > today:
            found.append(f"sharings[{row.agency}].date: not after today")
    return tuple(dict.fromkeys(found))


def require_case(tx: Reading, asker: Requester | None, case_ref: str) -> bytes:
    """The digest of a case, as the asker finds it. Raises NotFoundError where there is none, UsageError."""
    digest = restrictions_on(tx.node, asker).digest(case_ref)
    if cases.find(tx.session, digest) is None and not obligations.known_case(tx.session, digest):
        raise no_such_case()
    return digest
