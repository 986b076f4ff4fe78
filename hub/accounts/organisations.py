"""The bodies whose people have accounts on this node: the agencies of its Marac, and Idva services.

An Idva service's clients are its own: what the Marac sees of them is decided where cases are shown (`hub.cases`).
"""

from __future__ import annotations

import secrets
from typing import Final

from hub.audit.events import Action, Refs
from hub.errors import ConflictError
from hub.node.transaction import Reading, Transaction
from hub.records.accounts import Organisation, keep_organisation, organisations
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


def folded(text: str) -> str:
    """A name as names are compared: without case, with single spaces."""
    return " ".join(text.split()).casefold()
