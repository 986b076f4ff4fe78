"""A sealed channel between two managers, version 1: the reference that opens it, and the envelopes it goes in.

The reference is read aloud over the telephone and typed. What the one manager asks and the other gives is sealed
under keys made of it, so that no node opens it by the keys that it has. Nodes exchange envelopes by the clock,
every one as long as any other, with something in it or not. What is asked has no field for anything
that somebody types about where she is. Pure; does not know who may (`hub.transfers.channel`).
"""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from enum import StrEnum
from typing import Annotated, Final, Literal

from pydantic import Field

from hub.crypto import derived
from hub.crypto.hpke import SealContext
from hub.crypto.one_time import as_typed, new_code
from hub.errors import AuthenticationError, InputError
from hub.values import NodeId, Value
from hub.wire.messages import VERSION, Hex32, KeyName, Sealed
from hub.wire.told import Born, Day, Readable
from hub.wire.transfers import PackedItem, Permitted

ENVELOPES_PATH: Final = "/federation/v1/envelopes"
GROUPS: Final = 6
"""Of a reference: groups of four letters, of nearly 20 bits each."""
SLOT_BYTES: Final = 16
CALL_BYTES: Final = 8_192
ASKED_BYTES: Final = 4_096
GIVEN_BYTES: Final = 60 * 1_024
_FRAME: Final = derived.NONCE_BYTES + derived.TAG_BYTES + 4
MOST_GIVEN: Final = GIVEN_BYTES - _FRAME
"""The most that goes through a channel, in bytes: the plan and the papers that are written, and no scan."""


class EnvelopeMessage(Value):
    """What a node sends by the clock; `sealed` opens to a slot, whether the answer is held, and what is asked."""

    version: Literal[1] = VERSION
    key_id: KeyName
    sealed: Sealed


class EnvelopeAnswer(Value):
    """What comes back: `sealed` opens to what was given, or to noise."""

    version: Literal[1] = VERSION
    key_id: KeyName
    sealed: Sealed


class AskedFor(Value):
    """Whose plan is asked for, by whom, and of which manager there. Where she is has no field here."""

    of: Readable
    by: Readable
    agency: Readable
    given_names: Readable
    surname: Readable
    date_of_birth: Born


class NotGiven(StrEnum):
    """Why nothing is given: all that is said of it. The rest is said over the telephone."""

    no_case = "no_case"
    not_permitted = "not_permitted"


class Given(Value):
    """What the old area's manager gives: the papers that they ticked, by whose permission; or why nothing.

    `asked`: SHA-256 (hex) of what was asked.
    """

    asked: Hex32
    by: Readable
    agency: Readable = ""
    refused: NotGiven | None = None
    referral_date: Day | None = None
    meeting_date: Day | None = None
    disclosed_on: Day | None = None
    not_safe_to_talk_to: Annotated[tuple[Readable, ...], Field(max_length=50)] = ()
    permission: Permitted | None = None
    items: Annotated[tuple[PackedItem, ...], Field(max_length=200)] = ()


@dataclass(frozen=True, slots=True)
class Reference:
    """What is read aloud: it names the envelope, and makes the keys of what is in it."""

    text: str

    @classmethod
    def new(cls) -> Reference:
        """A new one, of about 118 bits."""
        return cls(new_code(GROUPS))

    @classmethod
    def typed(cls, text: str) -> Reference:
        """One as it was made, however it was typed. Raises InputError where it is too short to be one."""
        made = as_typed(text)
        if len(made.replace("-", "")) != 4 * GROUPS:
            raise InputError(
                f"That is no reference: one has {GROUPS} groups of four letters.",
                kept="Nothing was done.",
                do="Have it read out once more.",
            )
        return cls(made)

    @property
    def slot(self) -> bytes:
        """By which its envelope is found. It tells nothing of the reference."""
        return self._derived("slot", SLOT_BYTES)

    def seal(self, part: str, plain: bytes, size: int, *bound: str) -> bytes:
        """Seal a part, as long as any other of its kind. Raises InputError where it is too long."""
        if len(plain) > size - _FRAME:
            raise InputError(
                f"That is too long for a channel: more than {(size - _FRAME) // 1_024} KiB.",
                kept="Nothing of it was sent.",
                do="Leave papers out, and say over the telephone who holds them.",
            )
        padded = len(plain).to_bytes(4, "big") + plain + bytes(size - _FRAME - len(plain))
        return derived.seal(self._derived(part), padded, _bound(part, *bound))

    def open(self, part: str, sealed: bytes, *bound: str) -> bytes | None:
        """Open a part; None where nothing was sealed under this reference and binding."""
        try:
            padded = derived.unseal(self._derived(part), sealed, _bound(part, *bound))
        except AuthenticationError:
            return None
        return padded[4 : 4 + int.from_bytes(padded[:4], "big")]

    def _derived(self, part: str, size: int = derived.KEY_BYTES) -> bytes:
        secret = hashlib.sha256(b"marac-hub/v1/channel\x00" + self.text.encode()).digest()
        return derived.derive(secret, b"marac-hub/v1/channel/" + part.encode(), size)


def _bound(*parts: str) -> bytes:
    encoded = [part.encode() for part in parts]
    return b"".join(len(part).to_bytes(2, "big") + part for part in encoded)


@dataclass(frozen=True, slots=True)
class Question:
    """What is in an envelope that is sent: its slot, whether the answer is held, and what is asked."""

    slot: bytes
    held: bool
    asked: bytes

    @property
    def packed(self) -> bytes:
        """As it is sealed: always as long."""
        return self.slot + bytes([self.held]) + self.asked

    @classmethod
    def unpacked(cls, packed: bytes) -> Question:
        """Raises AuthenticationError on what is not as long."""
        if len(packed) != SLOT_BYTES + 1 + ASKED_BYTES or packed[SLOT_BYTES] > 1:
            raise AuthenticationError("An envelope is not as agreed.")
        return cls(packed[:SLOT_BYTES], packed[SLOT_BYTES] == 1, packed[SLOT_BYTES + 1 :])


def envelope_context(sender: NodeId, recipient: NodeId, key_id: str, way: str) -> SealContext:
    """What an envelope is bound to: who sends it to whom. `way`: "there" or "back"."""
    return SealContext("envelope", sender, recipient, key_id, "", "", way)


def digest_of(asked: AskedFor) -> str:
    """By which what is given names what was asked, SHA-256 in hex."""
    return hashlib.sha256(asked.model_dump_json().encode()).hexdigest()
