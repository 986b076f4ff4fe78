"""A sealed channel between two managers, version 1: the reference that opens it, and the envelopes it goes in.

The reference is read aloud over the telephone and typed. What the one manager asks and the other gives is sealed
under keys made of it, so that no node opens it by the keys that it has. Nodes exchange envelopes by the clock,
every one as long as any other, with something in it or not, and none with anything in it that was in another. What
is asked has no field for anything that somebody types about where she is. Pure; does not know who may
(`hub.transfers.channel`).
"""

from __future__ import annotations

import hashlib
import hmac
import os
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
_OVER: Final = derived.NONCE_BYTES + derived.TAG_BYTES
_FRAME: Final = _OVER + 4
KEPT_GIVEN_BYTES: Final = GIVEN_BYTES - _OVER
"""Of what is given as the node there keeps it: it is sealed once more, anew, each time that it is sent."""
MOST_GIVEN: Final = KEPT_GIVEN_BYTES - _FRAME
"""The most that goes through a channel, in bytes: the plan and the papers that are written, and no scan."""


class EnvelopeMessage(Value):
    """What a node sends by the clock; `sealed` opens to a slot and what is asked, or to noise."""

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


class Says(StrEnum):
    """What an envelope says to the node there once its manager has given: give it, or that it is held."""

    asks = "asks"
    holds = "holds"


@dataclass(frozen=True, slots=True)
class Post:
    """By which a node sends what its manager gave, without the reference: it knows an envelope that asks for it.

    The key is made of the reference and opens nothing that was asked or given. The node there has it from the
    moment that its manager gives until the other holds it, and not before.
    """

    key: bytes

    def slot(self, says: Says, asked: bytes, *bound: str) -> bytes:
        """The slot of an envelope with this in it: another each time, as what is asked is sealed anew each time."""
        info = b"marac-hub/v1/channel/slot" + _bound(says.value, *bound) + asked
        return derived.derive(self.key, info, SLOT_BYTES)

    def said(self, question: Question, *bound: str) -> Says | None:
        """What an envelope says under this key; None where it is another's, or empty."""
        slots = {says: self.slot(says, question.asked, *bound) for says in Says}
        return next((says for says, slot in slots.items() if hmac.compare_digest(slot, question.slot)), None)

    def sealed(self, given: bytes, *bound: str) -> bytes:
        """What was given, as it is sent: sealed anew each time."""
        return derived.seal(self._back, given, _bound(*bound))

    def opened(self, sent: bytes, *bound: str) -> bytes | None:
        """Undo `sealed`; None for noise."""
        try:
            return derived.unseal(self._back, sent, _bound(*bound))
        except AuthenticationError:
            return None

    @property
    def _back(self) -> bytes:
        return derived.derive(self.key, b"marac-hub/v1/channel/back")


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
    def place(self) -> bytes:
        """By which its envelope is found where its call is logged. It is never sent, and tells nothing of it."""
        return self._derived("slot", SLOT_BYTES)

    @property
    def post(self) -> Post:
        """By which what is given is sent."""
        return Post(self._derived("post"))

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
    """What is in an envelope that is sent: its slot, and what is asked; or noise."""

    slot: bytes
    asked: bytes

    @classmethod
    def empty(cls) -> Question:
        """Noise."""
        return cls(os.urandom(SLOT_BYTES), os.urandom(ASKED_BYTES))

    @classmethod
    def put(cls, reference: Reference, says: Says, asked: AskedFor, *bound: str) -> Question:
        """One that is asked by. Raises InputError where it is too long."""
        sealed = reference.seal("asked", asked.model_dump_json().encode(), ASKED_BYTES, *bound)
        return cls(reference.post.slot(says, sealed, *bound), sealed)

    @property
    def packed(self) -> bytes:
        """As it is sealed: always as long. The byte between is nothing."""
        return self.slot + b"\x00" + self.asked

    @classmethod
    def unpacked(cls, packed: bytes) -> Question:
        """Raises AuthenticationError on what is not as long.

        By the byte between, nodes of before said whether they hold the answer: it is not read.
        """
        if len(packed) != SLOT_BYTES + 1 + ASKED_BYTES or packed[SLOT_BYTES] > 1:
            raise AuthenticationError("An envelope is not as agreed.")
        return cls(packed[:SLOT_BYTES], packed[SLOT_BYTES + 1 :])


def envelope_context(sender: NodeId, recipient: NodeId, key_id: str, way: str) -> SealContext:
    """What an envelope is bound to: who sends it to whom. `way`: "there" or "back"."""
    return SealContext("envelope", sender, recipient, key_id, "", "", way)


def digest_of(asked: AskedFor) -> str:
    """By which what is given names what was asked, SHA-256 in hex."""
    return hashlib.sha256(asked.model_dump_json().encode()).hexdigest()
