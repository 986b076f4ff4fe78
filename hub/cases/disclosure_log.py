"""The record of disclosures of a case: reading it, and adding what people told by other ways than the hub.

What the hub shares it writes there itself (`keeping`). A row is never changed, only completed. Who is kept out of
a case is told that there is no such case.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable
from typing import Annotated

from pydantic import Field

from hub.audit.events import Action
from hub.cases.access import hidden_from
from hub.consent import SharingForm
from hub.consent.evidence import Sharing, completed, completes, unrecorded
from hub.consent.form.vocabulary import answered
from hub.errors import NotFoundError
from hub.node.node import Node
from hub.node.transaction import Reading, Transaction
from hub.records import disclosures
from hub.records.disclosures import Row, Shared
from hub.records.keep import settle
from hub.store import cases, obligations
from hub.store.obligations import Matter
from hub.values import Requester, ShortText, Value


class Told(Value):
    """Rows that a person adds to a case's record. `check_id` ties them to a check of ours, and so to its review."""

    case_ref: ShortText
    check_id: ShortText = ""
    by: Requester
    sharings: Annotated[tuple[Sharing, ...], Field(min_length=1, max_length=200)]


def record_of(node: Node, asker: Requester | None, case_ref: str) -> list[Row]:
    """The record of a case, oldest first.

    Raises NotFoundError where there is none that the asker may know of, UsageError when `staff.toml` is broken.
    """
    digest = node.keys.vault.lookup("case_ref", case_ref)
    with node.read() as tx:
        require(tx, asker, digest)
        return disclosures.of_case(tx, digest)


def tell(node: Node, told: Told) -> tuple[str, ...]:
    """Add the rows, whole, or return what they lack and add nothing. Repeating it adds nothing twice.

    Raises NotFoundError where there is no such case, or no such check in it, that this person may know of;
    UsageError when `staff.toml` is broken.
    """
    matter = Matter(node.keys.vault.lookup("case_ref", told.case_ref), told.check_id)
    with node.write() as tx:
        require(tx, told.by, matter.case_digest)
        if told.check_id and not obligations.owed_already(tx.session, matter, closed_too=True):
            raise NotFoundError("no such check in this case", kept="nothing", do="see `hub disclosures`")
        lacks = _lacking(told, node.today())
        if not lacks and put(tx, matter, told.sharings, told.by.name):
            tx.session.flush()
            settle(tx, matter)
            actor = "user:" + node.user(told.by.name)
            tx.record(Action.sharing_recorded, by=actor, entries=len(told.sharings))
    return lacks


def put(tx: Transaction, matter: Matter, sharings: Iterable[Sharing], by: str) -> bool:
    """Add rows to a matter's record, or complete those that are there; returns whether anything was new."""
    changed = False
    for new in sharings:
        rows = disclosures.of_matter(tx, matter)
        earlier = next((row for row in rows if completes(row.shared.sharing, new)), None)
        if earlier is None:
            disclosures.add(tx, matter, [Shared(sharing=new, by=by)])
            changed = True
            continue
        whole = completed(earlier.shared.sharing, new)
        if whole != earlier.shared.sharing:
            shared = earlier.shared.model_copy(update={"sharing": whole})
            disclosures.change(tx, earlier.number, shared)
            changed = True
    return changed


def _lacking(told: Told, today: dt.date) -> tuple[str, ...]:
    found = [] if answered(told.by.name) else ["by.name"]
    for row in told.sharings:
        found += unrecorded(SharingForm(), [row])
        if row.date > today:
            found.append(f"sharings[{row.agency}].date: not after today")
    return tuple(dict.fromkeys(found))


def require(tx: Reading, asker: Requester | None, digest: bytes) -> None:
    """Raises NotFoundError where there is no such case that the asker may know of, UsageError as `hidden_from`."""
    known = cases.find(tx.session, digest) is not None or obligations.known_case(tx.session, digest)
    if not known or hidden_from(tx.node, asker).hides(digest):
        raise NotFoundError("there is no such case here", kept="nothing", do="check the case reference")
