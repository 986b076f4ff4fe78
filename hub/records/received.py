"""What peers asked of this node, opened and sealed here: their checks, and their disclosures with our answers.

Does not decide what is answered (`hub.checks.answer`).
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from typing import Literal, NamedTuple

from sqlalchemy import RowMapping

from hub.crypto.encoding import unb64
from hub.crypto.vault import Vault
from hub.node.transaction import Reading, Transaction
from hub.records.bodies import ExchangeName
from hub.records.hearings import Hearing
from hub.store import received
from hub.store.received import AnswerRow, CheckRow, DisclosureId, DisclosureRow, disclosure_row
from hub.values import Level, LongText, NodeId, Person, ShortText, Value, Whole
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


class Item(StrEnum):
    """One thing of a case of ours that an answer can hold. Those compared: how theirs agrees with ours."""

    marac_involvement = "marac_involvement"
    coordinator_contact = "coordinator_contact"
    idva_involvement = "idva_involvement"
    idva_contact = "idva_contact"
    role = "role"
    last_activity = "last_activity"
    forename_compared = "forename_compared"
    surname_compared = "surname_compared"
    date_of_birth_compared = "date_of_birth_compared"
    referral_date = "referral_date"
    criteria = "criteria"


class HolderWord(Value):
    """What a person here said to a request that waited: who, in which office, when (since 1970), and why.

    `basis`: this area's own for what goes. `permission`: who allowed it to leave, where that is asked for.
    `released` and `withheld`: what went by it, item by item, and what stayed; earlier versions kept neither. To
    ring first decides nothing.
    """

    by: ShortText
    office: ShortText
    at: Whole
    answer: Literal["release", "release_part", "withhold", "not_same", "ring_first"]
    because: LongText
    basis: LongText = ""
    permission: LongText = ""
    released: tuple[Item, ...] = ()
    withheld: tuple[Item, ...] = ()

    @property
    def releases(self) -> bool:
        """Whether anything goes by it."""
        return self.answer in ("release", "release_part")

    def alike(self, other: HolderWord) -> bool:
        """Whether somebody said the very same, whenever, and whatever came of it."""
        came = {"at": other.at, "withheld": other.withheld}
        if self.answer != "release_part":
            came["released"] = other.released
        return self.model_copy(update=came) == other


class RecordedDisclosure(Value):
    """What was asked and what was answered, as the holder keeps it, with the request that was answered first.

    Earlier versions kept no request. `words`: what people here said to it, oldest first. `hearing`: what either
    area said since of later hearings.
    """

    question: DisclosureQuestion
    disclosure: Disclosure
    request: SignedRequest | None = None
    words: tuple[HolderWord, ...] = ()
    hearing: Hearing = Hearing()


class HolderCase(NamedTuple):
    """Our decision on a disclosure and the case it is about, where there is one; `waits`: for a person here."""

    decision_id: int | None = None
    case_digest: bytes | None = None
    waits: bool = False


@dataclass(frozen=True, slots=True)
class ReceivedDisclosure:
    """A disclosure that a peer asked, and the answer that it reads so far, also while a person here looks at it.

    `came_at` is in seconds since 1970.
    """

    key: DisclosureKey
    case: HolderCase
    recorded: RecordedDisclosure
    came_at: int


def add_check(
    tx: Transaction, peer: NodeId, request: EvaluationRequest, epoch: int | None, signed: SignedRequest
) -> None:
    """Keep a peer's check as it signed it. `epoch` is the one whose handles it now has."""
    row = CheckRow(
        check_id=request.check_id,
        peer=peer,
        received_at=tx.now,
        purpose="",
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
    return _opened(tx.vault, row)


def disclosure(tx: Reading, key: DisclosureKey) -> ReceivedDisclosure | None:
    """A disclosure that was asked before. Raises StorageError."""
    row = received.disclosure(tx.session, key.row)
    return _opened(tx.vault, row) if row else None


def waiting(tx: Reading) -> list[ReceivedDisclosure]:
    """The disclosures that wait for a person, oldest first, once it is sure that none is missing.

    Raises RowsError, StorageError.
    """
    rows = [row for row in tx.every_row("received_disclosure", _row) if row.pending]
    return [_opened(tx.vault, row) for row in sorted(rows, key=lambda row: row.received_at)]


class HeardOfUs(NamedTuple):
    """What a peer that asked about somebody on a case of ours said since of its later hearings."""

    peer: NodeId
    case_digest: bytes
    subject: Person
    hearing: Hearing


def every_heard(tx: Reading) -> tuple[HeardOfUs, ...]:
    """All of that. Raises RowsError, StorageError."""
    return tx.every_row("received_disclosure", _heard)


def _heard(vault: Vault, values: RowMapping) -> HeardOfUs | None:
    one = _opened(vault, disclosure_row(values))
    if one.recorded.hearing.heard is None or one.case.case_digest is None:
        return None
    return HeardOfUs(one.key.peer, one.case.case_digest, one.recorded.question.subject, one.recorded.hearing)


def _row(_: Vault, values: RowMapping) -> DisclosureRow:
    return disclosure_row(values)


def of_case(tx: Reading, case_digest: bytes) -> list[ReceivedDisclosure]:
    """The disclosures that were asked about a case, the newest first. Raises RowsError, StorageError."""
    rows = received.disclosures_of_case(tx.session, case_digest)
    tx.require_as_bound(
        {"received_disclosure": [(row.check_id, row.peer, row.handle, row.level) for row in rows]}
    )
    return [_opened(tx.vault, row) for row in rows]


def every_key(tx: Reading) -> list[DisclosureKey]:
    """What each disclosure about a case of ours is about, the newest first."""
    return [
        DisclosureKey(one.peer, one.check_id, one.handle, Level(one.level))
        for one in received.disclosure_ids(tx.session)
    ]


def put_disclosure(
    tx: Transaction,
    key: DisclosureKey,
    recorded: RecordedDisclosure,
    case: HolderCase,
    came_at: int | None = None,
) -> None:
    """Keep a disclosure with its answer, in place of what was kept of it. `came_at`: now, where it is not said."""
    row = DisclosureRow(
        check_id=key.check_id,
        peer=key.peer,
        handle=key.handle,
        level=key.level.value,
        received_at=tx.now if came_at is None else came_at,
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


def _opened(vault: Vault, row: DisclosureRow) -> ReceivedDisclosure:
    key = DisclosureKey(row.peer, row.check_id, row.handle, Level(row.level))
    recorded = RecordedDisclosure.model_validate_json(vault.open(_place(key), row.sealed))
    case = HolderCase(row.decision_id, row.case_digest, row.pending)
    return ReceivedDisclosure(key, case, recorded, row.received_at)


def _place(key: DisclosureKey) -> str:
    return f"received_disclosure/{key.peer}/{key.check_id}/{key.handle.hex()}/{key.level}"
