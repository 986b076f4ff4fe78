"""What two areas say to each other about a case that moves with her, version 1.

What goes back to the area that she leaves is a state and, where it was declined, a code: these messages have no
field for anything that somebody typed there. What the Idva service of one area hands over to that of the other
goes sealed to a key of that service, within what is sealed to the node. Pure, as `messages`; does not know what
either side does with it (`hub.transfers`).
"""

from __future__ import annotations

from enum import StrEnum
from typing import Annotated, Final, Literal

from pydantic import Field, StringConstraints, model_validator

from hub.crypto.hpke import PACK_PAD_CLASSES, SealContext
from hub.values import Kind, Value
from hub.wire.messages import VERSION, Bytes32, CanonicalBase64, Hex16, KeyName, letters
from hub.wire.told import Body, Day, Moment, Prose, Readable, TheirPerson, TheirRequester

TRANSFERS_PATH: Final = "/federation/v1/transfers"
MAX_SEALED_BYTES: Final = 32 + PACK_PAD_CLASSES[-1] + 16
MAX_TRANSFER_BODY: Final = letters(MAX_SEALED_BYTES) + 4_096
HANDOVER_PAD_CLASSES: Final = PACK_PAD_CLASSES[:4]
"""Up to 256 KiB: more than the longest handover takes, whatever its letters."""
MAX_HANDOVER_BYTES: Final = 32 + HANDOVER_PAD_CLASSES[-1] + 16
SealedPack = Annotated[str, StringConstraints(max_length=letters(MAX_SEALED_BYTES)), CanonicalBase64]


class TransferState(StrEnum):
    """How far a transfer is. All but the first are ends."""

    offered = "offered"
    accepted = "accepted"
    declined = "declined"
    withdrawn = "withdrawn"
    expired = "expired"


class DeclineCode(StrEnum):
    """Why it was declined: all that the area that offered it is ever told of the reason."""

    wrong_area = "wrong_area"
    wrong_person = "wrong_person"
    duplicate = "duplicate"


class MessageKind(StrEnum):
    """An offer with its pack; the word of whoever was offered it; whoever offered wants it back.

    Once it is accepted: the key of the Idva service there, and what the one before hands over to it.
    """

    offer = "offer"
    word = "word"
    ask_back = "ask_back"
    service_key = "service_key"  # pragma: allowlist secret
    handover = "handover"


class TransferMessage(Value):
    """One message about a transfer; `sealed` opens, by its kind, to one of the models below."""

    version: Literal[1] = VERSION
    transfer_id: Hex16
    kind: MessageKind
    key_id: KeyName
    sealed: SealedPack


class Word(Value):
    """What the area that was offered a case says of it. Of the reason for declining, the code alone."""

    state: TransferState
    code: DeclineCode | None = None

    @model_validator(mode="after")
    def _why_where_declined(self) -> Word:
        if (self.state is TransferState.declined) != (self.code is not None):
            raise ValueError("a code stands with what was declined, and with nothing else")
        return self


class AskBack(Value):
    """The area that offered a case wants it back, or its time is over."""

    to: Literal[TransferState.withdrawn, TransferState.expired]


class ServiceKey(Value):
    """A key (X25519, raw) of the Idva service to which a case went that was accepted. It does not say which.

    The name of a service can say where she is.
    """

    key: Bytes32


class Handover(Value):
    """What one Idva service hands over to another: sealed to the key of that name, which no node's key opens."""

    key_id: KeyName
    sealed: Annotated[
        str, StringConstraints(min_length=1, max_length=letters(MAX_HANDOVER_BYTES)), CanonicalBase64
    ]


class HandoverWords(Value):
    """What the service alone reads: what is handed over, by whom, and whom to ring there.

    `agreed`: whether the client agreed that it is; `because`: why it is all the same, where she did not.
    """

    service: Readable
    by: Readable
    phone: Readable = ""
    at: Moment
    agreed: Literal["yes", "not_asked", "refused"]
    because: Annotated[Prose, StringConstraints(max_length=2_000)] = ""
    words: Annotated[Prose, StringConstraints(min_length=1)]


def handover_context(sender: str, recipient: str, key_id: str, transfer_id: str) -> SealContext:
    """What a handover is bound to: the areas, the service's key, and the transfer."""
    return SealContext("handover", sender, recipient, key_id, transfer_id, "", "")


class TransferAnswer(Value):
    """The answer to each message: how far the transfer is for whoever answers."""

    version: Literal[1] = VERSION
    transfer_id: Hex16
    word: Word


class PackedItem(Value):
    """One item of a pack. Without a body it stays with its supplier, who is to be asked: `held_by`.

    `by`, `at`: who wrote it, and when (seconds since 1970). `file`: what is attached, in base64. `may_follow`: what
    its supplier said of a further move.
    """

    kind: Readable
    title: Readable = ""
    supplier: Readable
    held_by: Readable = ""
    by: Readable = ""
    at: Moment = 0
    may_follow: Literal["yes", "ask", "no"] = "ask"
    body: Body = Field(default_factory=dict)
    file: Annotated[str, StringConstraints(max_length=MAX_SEALED_BYTES)] = ""


class PackedPerson(Value):
    """Somebody of the case, as the area that she leaves has them."""

    person: TheirPerson
    address: Annotated[Prose, StringConstraints(max_length=2_000)] = ""
    safe_to_call: bool | None = None


class Permitted(Value):
    """Who gave the meeting's permission that the case moves, and on which day."""

    by: Readable
    date: Day


class Pack(Value):
    """A case as it moves: its people, what is known of it, its items, and what it was decided on.

    `disclosed_on`: the day on which she disclosed, so that the six weeks run on. `until`: how long the offer stands
    (seconds since 1970). `form`: what the area that offers it decided on, as it may be read.
    """

    case_ref: Readable
    kind: Literal[Kind.marac] = Kind.marac
    referral_date: Day | None = None
    meeting_date: Day | None = None
    disclosed_on: Day | None = None
    agreement: Literal["given", "refused", "not_asked", ""] = ""
    victim_aware: bool | None = None
    criteria: Annotated[tuple[Readable, ...], Field(max_length=50)] = ()
    not_safe_to_talk_to: Annotated[tuple[Readable, ...], Field(max_length=50)] = ()
    fled_from: Annotated[tuple[Readable, ...], Field(max_length=50)] = ()
    sealed: bool
    people: Annotated[tuple[PackedPerson, ...], Field(min_length=1, max_length=50)]
    items: Annotated[tuple[PackedItem, ...], Field(max_length=200)] = ()
    offered_by: TheirRequester
    permission: Permitted
    reason: Prose
    until: Moment
