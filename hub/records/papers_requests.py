"""Papers that areas ask of each other, between memory and the store: how far each is, who did what, and what goes.

A row is held to the log before it is acted on. The person that it is about is kept with it, so that whoever is
restricted from them finds none. Decides and sends nothing (`hub.checks.papers`).
"""

from __future__ import annotations

import datetime as dt
import hashlib
from typing import Final, Literal

from pydantic import Field
from sqlalchemy import RowMapping

from hub.consent import SharingForm
from hub.crypto.vault import Vault
from hub.errors import StorageError
from hub.node.transaction import Reading, Transaction
from hub.records.transfers import ItemMoved
from hub.store import papers_requests as rows
from hub.store.papers_requests import PapersRow
from hub.values import LongText, NodeId, Requester, ShortText, Value
from hub.wire.messages import DisclosureQuestion
from hub.wire.papers import PapersReleased, PapersState, PaperWanted, WhyPapers
from hub.wire.transfers import Permitted

PAPERS_REQUEST: Final = "papers_request"


class PapersStep(Value):
    """What somebody did about it here: who, when (since 1970), and why in their own words, which stay here.

    `basis`: this area's own, of what went.
    """

    state: PapersState
    by: ShortText
    at: int
    reason: LongText = ""
    basis: LongText = ""


class PapersRequest(Value):
    """One of them. `case_ref`, `case` (hex of its digest): of our own case, which asks or is asked about.

    `check_id`: as this node knows the check; `told_as`: as the other does, of ours, where that is something else.
    `question`: what the area that is asked reads, or read. `asked_by`, `form`: who asks and what was decided on
    here, where we ask. `wanted_end`, `opened_at`, `differs`, `told` are the sides of `hub.checks.papers.state`.
    `items`: what went and what stays with whom. `digest`: SHA-256 (hex) of the papers as they were packed.
    `papers`: the handles of those that came, on our case.
    """

    id: str
    direction: Literal["out", "in"]
    peer: NodeId
    case_ref: ShortText
    case: str
    check_id: str
    told_as: str = ""
    handle: str
    question: DisclosureQuestion
    wanted: tuple[PaperWanted, ...]
    why: WhyPapers
    needed_by: dt.date
    until: int
    asked_by: Requester | None = None
    form: SharingForm | None = None
    state: PapersState = PapersState.asked
    wanted_end: Literal[PapersState.withdrawn, PapersState.expired] | None = None
    opened_at: int = 0
    differs: bool = False
    told: bool = True
    items: tuple[ItemMoved, ...] = ()
    permission: Permitted | None = None
    digest: str = ""
    papers: tuple[str, ...] = ()
    steps: tuple[PapersStep, ...] = Field(max_length=100)

    @property
    def asked_at(self) -> int:
        """When it was asked."""
        return self.steps[0].at

    @property
    def open(self) -> bool:
        """Whether it waits to be answered."""
        return self.state is PapersState.asked

    def over(self, now: int) -> bool:
        """Whether its time has passed."""
        return now >= self.until

    def took(self, step: PapersStep, **changes: object) -> PapersRequest:
        """It, after somebody did something."""
        return self.model_copy(update={"state": step.state, **changes, "steps": (*self.steps, step)})


def papers_request_of(tx: Reading, number: str) -> PapersRequest | None:
    """The request of that id (hex). Raises RowsError."""
    try:
        key = bytes.fromhex(number)
    except ValueError:
        return None
    tx.require_as_bound({PAPERS_REQUEST: [(key,)]})
    row = rows.find(tx.session, key)
    return _opened(tx.vault, row) if row else None


def every_papers_request(tx: Reading) -> list[PapersRequest]:
    """All of them, the newest first. Raises RowsError."""
    return sorted(tx.every_row(PAPERS_REQUEST, _of_row), key=lambda one: -one.asked_at)


def papers_requests_of(tx: Reading, case_digest: bytes) -> list[PapersRequest]:
    """Those of a case of ours, the newest first. Raises RowsError."""
    found = rows.of_case(tx.session, case_digest)
    tx.require_as_bound({PAPERS_REQUEST: [(row.id,) for row in found]})
    return sorted((_opened(tx.vault, row) for row in found), key=lambda one: -one.asked_at)


def open_about(tx: Reading, peer: NodeId, check_id: str, handle: str) -> PapersRequest | None:
    """The one of ours that is open about a candidate."""
    key = rows.open_with(tx.session, _open_key(tx.vault, peer, check_id, handle))
    return papers_request_of(tx, key.hex()) if key is not None else None


def keep_papers_request(tx: Transaction, one: PapersRequest, *, new: bool = False) -> None:
    """Keep one as it is now. One at a time is open of ours about a candidate."""
    open_key = None
    if one.open and one.direction == "out":
        open_key = _open_key(tx.vault, one.peer, one.check_id, one.handle)
    row = PapersRow(
        id=bytes.fromhex(one.id),
        open_key=open_key,
        case_digest=bytes.fromhex(one.case),
        state=one.state.value,
        sealed=tx.vault.seal(_place(one.id), one.model_dump_json(exclude_defaults=True).encode()),
    )
    (rows.add if new else rows.replace)(tx.session, row)


def keep_released(tx: Transaction, number: str, packed: bytes) -> None:
    """Keep the papers that go."""
    rows.add_pack(tx.session, bytes.fromhex(number), tx.vault.seal(_pack_place(number), packed))


def released_of(tx: Reading, one: PapersRequest) -> bytes | None:
    """The papers that go, as they were packed; None where they are not kept any more.

    They are bound by the digest in the request's own row. Raises StorageError where they are not those.
    """
    sealed = rows.pack_of(tx.session, bytes.fromhex(one.id))
    if sealed is None:
        return None
    packed = tx.vault.open(_pack_place(one.id), sealed)
    if hashlib.sha256(packed).hexdigest() != one.digest:
        raise StorageError(
            "What goes to another area is not what was packed.",
            kept="Nothing was changed.",
            do="Run `hub audit verify`, and call your auditor.",
        )
    return packed


def drop_released(tx: Transaction, number: str) -> None:
    """Keep the papers that go no more."""
    rows.drop_pack(tx.session, bytes.fromhex(number))


def packed(released: PapersReleased) -> tuple[bytes, str]:
    """The papers as they travel, and their digest."""
    data = released.model_dump_json().encode()
    return data, hashlib.sha256(data).hexdigest()


def _of_row(vault: Vault, row: RowMapping) -> PapersRequest:
    return _opened(vault, PapersRow(**row))


def _opened(vault: Vault, row: PapersRow) -> PapersRequest:
    kept = PapersRequest.model_validate_json(vault.open(_place(row.id.hex()), row.sealed))
    if (row.state, row.case_digest.hex()) != (kept.state.value, kept.case):
        raise StorageError(
            "A request for papers does not stand as what is sealed says.", kept="Nothing was changed."
        )
    return kept


def _open_key(vault: Vault, peer: NodeId, check_id: str, handle: str) -> bytes:
    return vault.lookup("open_papers_request", f"{peer}/{check_id}/{handle}")


def _place(number: str) -> str:
    return f"papers_request/{number}"


def _pack_place(number: str) -> str:
    return f"papers_pack/{number}"
