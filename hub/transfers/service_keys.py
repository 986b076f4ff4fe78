"""The key of the Idva service to which a case went that moved: told to the area that it came from, and heard there.

So the service before can hand over to the one after what neither Marac reads. The key is told once the case was
accepted and passed on to a service here, and again where that is another later. Heard, it has the service that
supported her hand over. Seals and opens nothing (`handover`).
"""

from __future__ import annotations

import datetime as dt
from typing import Final

from hub.audit.events import Action, peer_actor
from hub.cases.first_contact import LATEST_H
from hub.cases.owed import CASE_MOVES, Because, owe, settle
from hub.consent import Obligation
from hub.crypto.encoding import b64, unb64
from hub.crypto.hpke import usable
from hub.crypto.vault import key_id
from hub.errors import ConflictError, InputError
from hub.federation.receipts import Refused
from hub.node.transaction import Reading, Transaction
from hub.records.cases import HeldCase, held_case
from hub.records.idva import every_idva_referral
from hub.records.transfers import HandedOver, Transfer, keep_transfer
from hub.store import cases
from hub.store.obligations import Activity
from hub.transfers.sides import refs
from hub.wire.transfers import ServiceKey, TransferState

HAND_OVER: Final = "hand_over"
_DAYS: Final = LATEST_H // 24


def services_of(tx: Reading, transfer: Transfer) -> list[str]:
    """The Idva services (ids) here that the case of a transfer was passed on to, the last first."""
    row = cases.find(tx.session, bytes.fromhex(transfer.case)) if transfer.case else None
    if row is None:
        return []
    found = [one for one in every_idva_referral(tx) if one.case == row.handle.hex()]
    newest = sorted(found, key=lambda one: one.passed_at, reverse=True)
    return list(dict.fromkeys(one.organisation for one in newest))


def key_of(tx: Reading, service: str, transfer: Transfer) -> bytes:
    """The key (raw) of a service here for what comes to it by a transfer. Raises UsageError."""
    return tx.node.service_sealing(service, transfer.id).public_key().public_bytes_raw()


def to_tell(tx: Reading, transfer: Transfer) -> str:
    """The service (its id) of which the other area is to be told the key; empty where it has it, or none is."""
    if transfer.direction != "in" or transfer.state is not TransferState.accepted or not transfer.told:
        return ""
    last = next(iter(services_of(tx, transfer)), "")
    return last if last != transfer.service_told else ""


def said_key(tx: Reading, transfer: Transfer) -> ServiceKey | None:
    """What is told of it."""
    service = transfer.service_told
    return ServiceKey(key=b64(key_of(tx, service, transfer))) if service else None


def hear(tx: Transaction, transfer: Transfer, said: ServiceKey) -> Refused | None:
    """Take the key that another area told of the service there. Raises InputError for what is no key."""
    if transfer.state is not TransferState.accepted:
        error = ConflictError("This area has no word that the case was accepted.", kept="No key.")
        return Refused(error, "not_accepted")
    key = unb64(said.key)
    if not usable(key):
        raise InputError("The request's field key is no key.")
    if transfer.service_key == said.key:
        return None
    kept = transfer.model_copy(update={"service_key": said.key})
    keep_transfer(tx, kept)
    about = refs(kept).model_copy(update={"key_id": key_id(key)})
    tx.record(Action.service_key_heard, by=peer_actor(kept.peer), about=about)
    owe_handover(tx, kept)
    return None


def may_hand_over(transfer: Transfer) -> bool:
    """Whether there is a service to hand over to that has nothing of it yet."""
    done = transfer.handed_over
    if not transfer.service_key or transfer.state is not TransferState.accepted:
        return False
    return done is None or done.state == "refused" or done.key_id != key_id(unb64(transfer.service_key))


def clients_of(tx: Reading, transfer: Transfer) -> list[tuple[str, HeldCase]]:
    """The clients of Idva services here (by their ids) that the case of a transfer is about. Raises RowsError."""
    row = cases.find(tx.session, bytes.fromhex(transfer.case)) if transfer.case else None
    every = every_idva_referral(tx) if row is not None else ()
    taken = {
        one.client: one.organisation
        for one in every
        if one.client and row is not None and one.case == row.handle.hex()
    }
    rows = cases.of_handles(tx.session, [bytes.fromhex(one) for one in taken])
    return [(taken[one.handle.hex()], held_case(tx, one)) for one in rows]


def owe_handover(tx: Transaction, transfer: Transfer) -> None:
    """Have whichever service supported her hand over, once for each that there is to hand over to."""
    area = tx.node.areas.get(transfer.peer)
    text = (
        f"The client's case with the Marac has moved to {area.area if area else transfer.peer}. Hand over to the"
        " Idva service there within 24 to 48 hours, on the page of the Marac's referral: it alone reads that."
    )
    owed = Obligation(code=HAND_OVER, text=text, due=tx.today + dt.timedelta(days=_DAYS))
    for _, client in clients_of(tx, transfer):
        matter = _matter(client, transfer, transfer.handed_over)
        owe(tx, matter, Because(CASE_MOVES, client.details.case_ref, None), owed)


def settle_handover(tx: Transaction, transfer: Transfer, before: HandedOver | None) -> None:
    """It was handed over: nobody is owed that any more. `before`: what was handed over until now."""
    for _, client in clients_of(tx, transfer):
        settle(tx, _matter(client, transfer, before), HAND_OVER)


def _matter(client: HeldCase, transfer: Transfer, before: HandedOver | None) -> Activity:
    """One for each time that it was handed over, so that whoever tells us keys adds nothing without end."""
    after = f":{before.key_id}" if before else ""
    return Activity(client.row.ref_digest, f"handover:{transfer.id}{after}")
