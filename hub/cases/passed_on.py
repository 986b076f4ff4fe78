"""Passing a Marac's case on to the area's Idva service, as it comes in: each one, with her agreement or without.

"All cases ... must be referred to the Idva service" (SafeLives, Toolkit for Marac representatives): whoever refers
need not think of it. It goes to the service that the case names or, where the node has one alone, to that; never
to one that she named as not safe to talk to, nor where it stays open which: then a coordinator says which. Says
nothing to her, and leaves the area nowhere.
"""

from __future__ import annotations

import datetime as dt
import os
from collections.abc import Iterable, Iterator
from typing import NamedTuple

from hub.accounts.organisations import every_organisation, folded
from hub.audit.events import NODE, Action, Refs
from hub.cases.first_contact import begins
from hub.node.transaction import Reading, Transaction
from hub.records.accounts import Organisation
from hub.records.cases import CaseDetails
from hub.records.gists import to_be_heard
from hub.records.idva import IdvaReferral, every_idva_referral, keep_idva_referral
from hub.values import Kind

_ID_BYTES = 16


class CameIn(NamedTuple):
    """A case as it is kept now, by its handle (hex), and as it was before; None where it is new."""

    handle: str
    details: CaseDetails
    before: CaseDetails | None


def services(tx: Reading) -> list[Organisation]:
    """The Idva services of the node, by name. Raises RowsError."""
    return [one for one in every_organisation(tx) if one.idva_service]


def service_for(every: Iterable[Organisation], details: CaseDetails) -> Organisation | None:
    """The service that a case is passed on to by itself; None where somebody has to say which."""
    there = list(every)
    unsafe = {folded(one) for one in details.not_safe_to_talk_to}
    named = [one for one in there if folded(one.name) == folded(details.idva_service)]
    found = named or there
    return found[0] if len(found) == 1 and folded(found[0].name) not in unsafe else None


def pass_on(tx: Transaction, came: Iterable[CameIn]) -> None:
    """Pass on those that are referred by this, within the transaction that keeps them, once they are kept."""
    referred = [one for one in came if _is_referred(one, tx.today)]
    there = services(tx) if referred else []
    if not there:
        return
    waiting = {(one.case, one.organisation) for one in every_idva_referral(tx) if one.open}
    for one in referred:
        service = service_for(there, one.details)
        if service is not None and (one.handle, service.id) not in waiting:
            put(tx, one.handle, one.details, service)


def put(
    tx: Transaction, handle: str, details: CaseDetails, service: Organisation, by: str = NODE
) -> IdvaReferral:
    """Pass a case on to a service. `by`: whose act the log says it is."""
    moved = bool(details.transferred_from)
    one = IdvaReferral(
        id=os.urandom(_ID_BYTES).hex(),
        case=handle,
        organisation=service.id,
        why="transfer" if moved else "referral",
        since=tx.now if moved else begins(details.referral_date, tx.now),
        passed_at=tx.now,
    )
    tx.record(Action.idva_referred, by=by, about=Refs(case=handle, organisation=service.id))
    keep_idva_referral(tx, one, new=True)
    return one


def _is_referred(one: CameIn, today: dt.date) -> bool:
    """Whether it is a referral to the Marac that is still to be heard: a new case, or one referred again."""
    now, before = one.details, one.before
    if now.kind is not Kind.marac or now.apart:
        return False
    if before is None:
        return bool(now.transferred_from) or to_be_heard(now.meeting_date, now.referral_date, today)
    if before.referral_date is None or now.referral_date is None:
        return False
    return now.referral_date > before.referral_date and to_be_heard(
        now.meeting_date, now.referral_date, today
    )


def newest(every: Iterable[IdvaReferral]) -> Iterator[IdvaReferral]:
    """Of each case and service, the one that was passed on last."""
    last: dict[tuple[str, str], IdvaReferral] = {}
    for one in sorted(every, key=lambda one: one.passed_at):
        last[one.case, one.organisation] = one
    yield from last.values()
