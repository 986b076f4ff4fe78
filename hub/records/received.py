"""What peers asked of this node, opened and sealed here: their checks, and their disclosures with our answers.

Does not decide what is answered (`hub.checks.answer`).
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import NamedTuple

from hub.crypto.encoding import unb64
from hub.crypto.vault import Vault
from hub.node.transaction import Reading, Transaction
from hub.records.bodies import ExchangeName
from hub.store import received
from hub.store.received import AnswerRow, CheckRow, DisclosureId, DisclosureRow
from hub.values import Level, NodeId, Value
from hub.wire.messages import Disclosure, DisclosureQuestion, EvaluationRequest


@dataclass(frozen=True, slots=True)
class DisclosureKey:
    """What a disclosure is about: one handle matched in one check of one peer, at one level."""

    peer: NodeId
    check_id: str
    handle: bytes
    level: Level

    @property
    def row(self) -> DisclosureId:
        """What its row is found by."""
        return DisclosureId(self.check_id, self.peer, self.handle, self.level)

    @property
    def name(self) -> ExchangeName:
        """What both nodes call it."""
        return ExchangeName(self.check_id, self.handle.hex(), self.level)

    @property
    def activity(self) -> str:
        """What obligations and log entries of it belong to; a check of our own has no peer in its name."""
        return f"{self.peer}:{self.check_id}"


class SignedRequest(Value):
    """A peer's request as it came: its signature (JWT) over the digest of the body, the certificate of that key.

    Whoever has the peer's root key sees by it that the peer asked this, whatever it says later.
    """

    signed: str
    certificate: str
    body: str


class RecordedDisclosure(Value):
    """What was asked and what was answered, as the holder keeps it, with the request that was answered first.

    Earlier versions kept no request.
    """

    question: DisclosureQuestion
    disclosure: Disclosure
    request: SignedRequest | None = None


class HolderCase(NamedTuple):
    """Our decision on a disclosure and the case it is about, where there is one; `waits`: for a person here."""

    decision_id: int | None = None
    case_digest: bytes | None = None
    waits: bool = False


@dataclass(frozen=True, slots=True)
class ReceivedDisclosure:
    """A disclosure that a peer asked, and the answer that it reads so far, also while a person here looks at it."""

    key: DisclosureKey
    case: HolderCase
    recorded: RecordedDisclosure


def add_check(
    tx: Transaction, peer: NodeId, request: EvaluationRequest, epoch: int | None, signed: SignedRequest
) -> None:
    """Keep a peer's check as it signed it. `epoch` is the one whose handles it now has."""
    row = CheckRow(
        check_id=request.check_id,
        peer=peer,
        received_at=tx.now,
        purpose=request.purpose.value,
        commitment=unb64(request.commitment),
        asked=tx.vault.seal(f"received_check/{request.check_id}", signed.model_dump_json().encode()),
        epoch=epoch,
    )
    received.add_check(tx.session, row)


def open_check(tx: Reading, row: CheckRow) -> SignedRequest:
    """What a peer signed when it asked a check. Raises StorageError."""
    return SignedRequest.model_validate_json(tx.vault.open(f"received_check/{row.check_id}", row.asked))


def open_disclosure(tx: Reading, row: DisclosureRow) -> ReceivedDisclosure:
    """A disclosure that was asked. Raises StorageError."""
    return _opened(tx, row)


def disclosure(tx: Reading, key: DisclosureKey) -> ReceivedDisclosure | None:
    """A disclosure that was asked before. Raises StorageError."""
    row = received.disclosure(tx.session, key.row)
    return _opened(tx, row) if row else None


def waiting(tx: Reading) -> list[ReceivedDisclosure]:
    """The disclosures that wait for a person, oldest first, once it is sure that none is missing.

    Raises RowsError, StorageError.
    """
    tx.require_tables_as_bound("received_disclosure")
    return [_opened(tx, row) for row in received.pending_disclosures(tx.session)]


def put_disclosure(
    tx: Transaction, key: DisclosureKey, recorded: RecordedDisclosure, case: HolderCase
) -> None:
    """Keep a disclosure with its answer, in place of what was kept of it."""
    row = DisclosureRow(
        check_id=key.check_id,
        peer=key.peer,
        handle=key.handle,
        level=key.level.value,
        received_at=tx.now,
        pending=case.waits,
        decision_id=case.decision_id,
        case_digest=case.case_digest,
        sealed=tx.vault.seal(_place(key), recorded.model_dump_json().encode()),
    )
    received.put_disclosure(tx.session, row)


def seal_answer(vault: Vault, row: AnswerRow, answer: bytes) -> AnswerRow:
    """The row with our answer to a peer's request, bound to peer, key and request."""
    return row._replace(answer=vault.seal(_answer_place(row), answer))


def open_answer(vault: Vault, row: AnswerRow) -> AnswerRow:
    """The row with its answer opened. Raises StorageError when it is not as this node kept it."""
    sealed = row.answer
    return row if sealed is None else row._replace(answer=vault.open(_answer_place(row), sealed))


def _answer_place(row: AnswerRow) -> str:
    return f"idempotent_answer/{row.peer}/{row.key}/{row.request_digest}"


def _opened(tx: Reading, row: DisclosureRow) -> ReceivedDisclosure:
    key = DisclosureKey(row.peer, row.check_id, row.handle, Level(row.level))
    recorded = RecordedDisclosure.model_validate_json(tx.vault.open(_place(key), row.sealed))
    return ReceivedDisclosure(key, HolderCase(row.decision_id, row.case_digest, row.pending), recorded)


def _place(key: DisclosureKey) -> str:
    return f"received_disclosure/{key.peer}/{key.check_id}/{key.handle.hex()}/{key.level}"
