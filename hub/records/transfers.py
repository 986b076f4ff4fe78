"""Cases that move between areas, between memory and the store: how far each is, who did what, and what moves by it.

A transfer's row is held to the log before it is acted on. Of one that was offered to us the people are kept with
it, so that whoever is restricted from one of them finds none. Decides and sends nothing (`hub.transfers`).
"""

from __future__ import annotations

import hashlib
from typing import Final, Literal

from pydantic import Field
from sqlalchemy import RowMapping

from hub.consent import SharingForm
from hub.crypto.vault import Vault
from hub.errors import NotFoundError, StorageError
from hub.node.transaction import Reading, Transaction
from hub.store import transfers
from hub.store.transfers import TransferRow
from hub.values import LongText, NodeId, Person, Requester, ShortText, Value
from hub.wire.transfers import DeclineCode, Pack, Permitted, TransferState

TRANSFER: Final = "transfer"


class TransferStep(Value):
    """What somebody did about it here: who, when (since 1970), and why in their own words, which stay here."""

    state: TransferState
    by: ShortText
    at: int
    reason: LongText = ""


class ItemMoved(Value):
    """An item of it by its kind and title, whose it is, and who is to be asked for it where it does not move."""

    kind: ShortText
    title: ShortText = ""
    supplier: ShortText
    held_by: ShortText = ""


class SignedMessage(Value):
    """What the other area signed: its token, the certificate of its key, and the body that the token is for."""

    token: str
    certificate: str
    body: str


class HandedOver(Value):
    """What the Idva service here handed over: which service, when, to the key of which name, and if it is there."""

    service: str
    at: int
    key_id: str
    state: Literal["waits", "arrived", "refused"] = "waits"


class Transfer(Value):
    """One of them. `case_ref`, `case` (hex of its digest): of our own case; until it is accepted the other area's.

    `wanted`, `code`, `differs`, `told` are the sides of `hub.transfers.state`. `word`: the other area's signed word
    that it accepted. `digest`: SHA-256 (hex) of the pack. `form`: what was decided on here, for one that we offer.
    `service_key`: of the Idva service there, raw, in base64; `handed_over`: what the service here gave over to it.
    `service_told`: of one that they offer, the id of the service here of which they were told the key.
    One that was withdrawn before it came has no more than its end.
    """

    id: str
    direction: Literal["out", "in"]
    peer: NodeId
    case_ref: ShortText
    case: str = ""
    people: tuple[Person, ...] = ()
    items: tuple[ItemMoved, ...] = ()
    permission: Permitted | None = None
    reason: LongText = ""
    offered_by: Requester | None = None
    until: int = 0
    digest: str = ""
    state: TransferState = TransferState.offered
    wanted: Literal[TransferState.withdrawn, TransferState.expired] | None = None
    code: DeclineCode | None = None
    differs: bool = False
    told: bool = True
    word: SignedMessage | None = None
    form: SharingForm | None = None
    service_key: str = ""
    service_told: str = ""
    handed_over: HandedOver | None = None
    steps: tuple[TransferStep, ...] = Field(max_length=100)

    @property
    def since(self) -> int:
        """When it came to be as far as it is."""
        return next(one.at for one in self.steps if one.state is self.state)

    @property
    def open(self) -> bool:
        """Whether it waits to be accepted or declined."""
        return self.state is TransferState.offered

    def over(self, now: int) -> bool:
        """Whether its time has passed."""
        return now >= self.until

    def took(self, step: TransferStep, **changes: object) -> Transfer:
        """It, after somebody did something."""
        steps = (*self.steps, step)
        return self.model_copy(update={"state": step.state, **changes, "steps": steps})


def transfer_of(tx: Reading, number: str) -> Transfer | None:
    """The transfer of that id (hex). Raises RowsError."""
    try:
        key = bytes.fromhex(number)
    except ValueError:
        return None
    tx.require_as_bound({TRANSFER: [(key,)]})
    row = transfers.find(tx.session, key)
    return _opened(tx.vault, row) if row else None


def every_transfer(tx: Reading) -> list[Transfer]:
    """All of them, the newest first. Raises RowsError."""
    return sorted(tx.every_row(TRANSFER, _of_row), key=lambda one: -one.steps[0].at)


def transfers_of(tx: Reading, case_digest: bytes) -> list[Transfer]:
    """Those of a case of ours, the newest first. Raises RowsError."""
    rows = transfers.of_case(tx.session, case_digest)
    tx.require_as_bound({TRANSFER: [(row.id,) for row in rows]})
    return sorted((_opened(tx.vault, row) for row in rows), key=lambda one: -one.steps[0].at)


def moved_to(tx: Reading, case_digest: bytes) -> NodeId | None:
    """The area that a case of ours has moved to, unless it came back since. Raises RowsError."""
    done = (one for one in transfers_of(tx, case_digest) if one.state is TransferState.accepted)
    last = max(done, key=lambda one: one.since, default=None)
    return last.peer if last is not None and last.direction == "out" else None


def moved_out(tx: Reading) -> dict[bytes, int]:
    """When each case of ours that has moved to another area, and not back since, did, by its digest."""
    done = (one for one in every_transfer(tx) if one.state is TransferState.accepted and one.case)
    last = {one.case: one for one in sorted(done, key=lambda one: one.since)}
    return {bytes.fromhex(case): one.since for case, one in last.items() if one.direction == "out"}


def open_of(tx: Reading, case_digest: bytes, peer: NodeId) -> bool:
    """Whether one of that case to that area is open."""
    return transfers.is_open(tx.session, _open_key(tx.vault, case_digest.hex(), peer))


def keep_transfer(tx: Transaction, transfer: Transfer, *, new: bool = False) -> None:
    """Keep one as it is now. One at a time is open of a case of ours to an area."""
    row = TransferRow(
        id=bytes.fromhex(transfer.id),
        open_key=(
            _open_key(tx.vault, transfer.case, transfer.peer)
            if transfer.open and transfer.direction == "out"
            else None
        ),
        case_digest=bytes.fromhex(transfer.case) or None,
        state=transfer.state.value,
        sealed=tx.vault.seal(_place(transfer.id), transfer.model_dump_json(exclude_defaults=True).encode()),
    )
    (transfers.add if new else transfers.replace)(tx.session, row)


def keep_pack(tx: Transaction, number: str, packed: bytes) -> None:
    """Keep what moves by it."""
    transfers.add_pack(tx.session, bytes.fromhex(number), tx.vault.seal(_pack_place(number), packed))


def packed_of(tx: Reading, transfer: Transfer) -> bytes | None:
    """What moves by it, as it was packed; None where it is not kept any more.

    Its row is bound by the digest in the transfer's own. Raises StorageError where it is not that.
    """
    sealed = transfers.pack_of(tx.session, bytes.fromhex(transfer.id))
    if sealed is None:
        return None
    packed = tx.vault.open(_pack_place(transfer.id), sealed)
    if hashlib.sha256(packed).hexdigest() != transfer.digest:
        raise StorageError(
            "What moves by a transfer is not what was packed.",
            kept="Nothing was changed.",
            do="Run `hub audit verify`, and call your auditor.",
        )
    return packed


def pack_of(tx: Reading, transfer: Transfer) -> Pack:
    """What moves by it. Raises NotFoundError where it is not kept any more, StorageError."""
    packed = packed_of(tx, transfer)
    if packed is None:
        raise NotFoundError("What moves by this transfer is not kept here any more.")
    return Pack.model_validate_json(packed)


def drop_pack(tx: Transaction, number: str) -> None:
    """Keep what moves by it no more."""
    transfers.drop_pack(tx.session, bytes.fromhex(number))


def _of_row(vault: Vault, row: RowMapping) -> Transfer:
    return _opened(vault, TransferRow(**row))


def _opened(vault: Vault, row: TransferRow) -> Transfer:
    kept = Transfer.model_validate_json(vault.open(_place(row.id.hex()), row.sealed))
    if (row.state, (row.case_digest or b"").hex()) != (kept.state.value, kept.case):
        raise StorageError("A transfer does not stand as what is sealed says.", kept="Nothing was changed.")
    return kept


def _open_key(vault: Vault, case: str, peer: NodeId) -> bytes:
    return vault.lookup("open_transfer", f"{case}/{peer}")


def _place(number: str) -> str:
    return f"transfer/{number}"


def _pack_place(number: str) -> str:
    return f"transfer_pack/{number}"
