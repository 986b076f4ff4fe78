"""What was decided and still has to reach a peer, kept sealed until it has: the outbox.

A row is written in the transaction of the act itself, so that an act and its delivery are kept together or not at
all. What is sent is fixed then: every try sends the same bytes, unless the peer has given up the key that they are
sealed to. Sends nothing (`hub.jobs`).
"""

from __future__ import annotations

import secrets
from dataclasses import dataclass

from hub.audit.events import NODE, Action, Refs
from hub.node.transaction import Reading, Transaction
from hub.records import notices
from hub.records.notices import Matter, Waits
from hub.store import outbox
from hub.store.outbox import DeliveryRow, DeliveryState
from hub.values import NodeId


@dataclass(frozen=True, slots=True)
class Parcel:
    """What is to be sent: its kind, to which peer, of which act (by random identifiers), and what of it.

    `case_digest`: of the case that it is about, so that whoever is restricted from that does not see it in lists.
    """

    kind: str
    peer: NodeId
    act: str
    content: bytes
    case_digest: bytes | None = None


@dataclass(frozen=True, slots=True)
class Delivery:
    """A parcel in the outbox, opened."""

    row: DeliveryRow
    parcel: Parcel

    @property
    def id(self) -> str:
        """Its number."""
        return self.row.id


def put(tx: Transaction, parcel: Parcel, *, wait_s: int = 0) -> str:
    """Keep a parcel to be sent, and return its number. `wait_s`: whoever calls tries first, for that long."""
    number = secrets.token_hex(16)
    row = DeliveryRow(
        id=number,
        kind=parcel.kind,
        peer=parcel.peer,
        act=parcel.act,
        case_digest=parcel.case_digest,
        state=DeliveryState.open,
        created_at=tx.now,
        next_at=tx.now + wait_s,
        tries=0,
        fault=None,
        sealed=b"",
    )
    outbox.add(tx.session, row._replace(sealed=tx.vault.seal(_place(row), parcel.content)))
    return number


def get(tx: Reading, number: str) -> Delivery | None:
    """A delivery, locked until the transaction ends; None once it was made or cancelled. Raises StorageError."""
    return _opened(tx, outbox.get(tx.session, number))


def of_act(tx: Reading, kind: str, act: str) -> Delivery | None:
    """The delivery of an act that has not been made yet, locked likewise. Raises StorageError."""
    return _opened(tx, outbox.of_act(tx.session, kind, act))


def done(tx: Transaction, number: str) -> None:
    """It was made: nothing of it is kept here."""
    outbox.remove(tx.session, number)


def seal_anew(tx: Transaction, delivery: Delivery, content: bytes) -> Delivery | None:
    """The same delivery of other bytes; None once it was made or cancelled."""
    row = outbox.get(tx.session, delivery.id)
    if row is not None:
        outbox.replace_bytes(tx.session, row.id, tx.vault.seal(_place(row), content))
    return get(tx, delivery.id)


def ask_again(tx: Transaction, number: str) -> None:
    """It arrived and its answer waits for a person there: it is sent again later, to read that."""
    row = outbox.get(tx.session, number)
    if row is not None:
        later = tx.now + tx.node.settings.schedules.ask_again_minutes * 60
        asked = row._replace(state=DeliveryState.open, next_at=later, tries=0, fault=None)
        outbox.change(tx.session, asked)


def put_off(tx: Transaction, number: str, fault: str) -> DeliveryState | None:
    """A try failed: it is made again later, or given up for a person to see. `fault` is told to them."""
    row = outbox.get(tx.session, number)
    if row is None or row.state is not DeliveryState.open:
        return None
    schedules, tries = tx.node.settings.schedules, row.tries + 1
    failed = row._replace(tries=tries, next_at=schedules.retry_at(tx.now, tries), fault=fault)
    if tries >= schedules.give_up_after:
        _stop(tx, failed, DeliveryState.failed)
        return DeliveryState.failed
    outbox.change(tx.session, failed)
    return DeliveryState.open


def lapse(tx: Transaction, number: str, why: str) -> None:
    """What it rests on stands no more: it is not sent, and stays for a person to see."""
    row = outbox.get(tx.session, number)
    if row is not None:
        _stop(tx, row._replace(fault=why), DeliveryState.lapsed)


def reopen(tx: Transaction, row: DeliveryRow, by: str, *, wait_s: int = 0) -> None:
    """Try again what was put off, given up or lapsed, as if for the first time; `wait_s` as in `put`."""
    outbox.change(tx.session, row._replace(state=DeliveryState.open, next_at=tx.now + wait_s, tries=0))
    tx.record(Action.delivery_resumed, by=by, about=_refs(row), kind=row.kind)


def cancel(tx: Transaction, row: DeliveryRow, by: str) -> None:
    """A person says that it shall not be sent, or not again."""
    outbox.remove(tx.session, row.id)
    tx.record(Action.delivery_stopped, by=by, about=_refs(row), kind=row.kind, status="cancelled")


def _stop(tx: Transaction, row: DeliveryRow, state: DeliveryState) -> None:
    outbox.change(tx.session, row._replace(state=state))
    tx.record(Action.delivery_stopped, by=NODE, about=_refs(row), kind=row.kind, status=state.value)
    notices.arises(tx, Matter(waits=Waits.delivery, about=(row.id,)), row.case_digest)


def _refs(row: DeliveryRow) -> Refs:
    return Refs(message=row.id, peer=row.peer)


def _opened(tx: Reading, row: DeliveryRow | None) -> Delivery | None:
    if row is None:
        return None
    content = tx.vault.open(_place(row), row.sealed)
    return Delivery(row, Parcel(row.kind, row.peer, row.act, content, row.case_digest))


def _place(row: DeliveryRow) -> str:
    """Kind, peer and act are bound to the sealed bytes: nobody sends a parcel elsewhere by changing its row."""
    return f"outbox/{row.id}/{row.kind}/{row.peer}/{row.act}"
