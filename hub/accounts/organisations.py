"""The bodies whose people have accounts on this node: the agencies of its Marac, and Idva services; who is on duty.

An Idva service's clients are its own: what the Marac sees of them is decided where cases are shown (`hub.cases`).
"""

from __future__ import annotations

import secrets
from typing import Final

from hub.audit.events import Action, Refs
from hub.errors import ConflictError, InputError
from hub.node.transaction import Reading, Transaction
from hub.parsing import hidden_characters
from hub.records.accounts import (
    Account,
    Duty,
    Organisation,
    keep_organisation,
    organisation_of,
    organisations,
)
from hub.values import AgencyKind

ID_BYTES: Final = 16


def every_organisation(tx: Reading) -> list[Organisation]:
    """All of them, by name. Raises RowsError where the log does not vouch for one."""
    return sorted(organisations(tx), key=lambda one: one.name.casefold())


def named(tx: Reading, name: str) -> Organisation | None:
    """The one of that name, however it is spaced and capitalised."""
    return next((one for one in every_organisation(tx) if folded(one.name) == folded(name)), None)


def add_organisation(
    tx: Transaction, name: str, agency_kind: AgencyKind, *, idva_service: bool, by: str
) -> Organisation:
    """Add a body. Raises ConflictError where there is one of that name that is something else."""
    found = named(tx, name)
    if found is not None:
        if (found.agency_kind, found.idva_service) != (agency_kind, idva_service):
            raise ConflictError(
                "There is an organisation of that name of another kind.",
                kept="It is as it was.",
                do="Use another name, or its kind as `hub accounts list` shows it.",
            )
        return found
    new = Organisation(
        id=secrets.token_hex(ID_BYTES), name=name, agency_kind=agency_kind, idva_service=idva_service
    )
    keep_organisation(tx, new)
    tx.record(Action.organisation_added, by=by, about=Refs(organisation=new.id), kind=agency_kind.value)
    return new


def keep_duty(tx: Transaction, organisation: Organisation, worker: str, phone: str, by: Account) -> Duty:
    """Keep who is on duty for a body, as other areas are told. The same said again is kept once.

    Raises InputError for what cannot be shown to another area as it is, RowsError.
    """
    if hidden_characters(worker + phone, "shown"):
        raise InputError(
            "The name or the number has characters that do not print.",
            kept="Who was on duty before.",
            do="Type it again.",
        )
    now = organisation_of(tx, organisation.id)
    duty = Duty(worker=worker, phone=phone, by=by.name, at=tx.now)
    if now.duty is not None and (now.duty.worker, now.duty.phone) == (duty.worker, duty.phone):
        return now.duty
    keep_organisation(tx, now.model_copy(update={"duty": duty}), new=False)
    tx.record(Action.duty_kept, by=tx.node.actor(by.name), about=Refs(organisation=now.id))
    return duty


def folded(text: str) -> str:
    """A name as names are compared: without case, with single spaces."""
    return " ".join(text.split()).casefold()
