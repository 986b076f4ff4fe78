"""What a peer seals, to a node's key or under a reference: opened, unpadded and read as the program does.

An input says which content it is, and what stands in it; `padded` chooses its padding too. First check: it opens,
its padding is as agreed, and it reads as what its message says.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from random import Random
from typing import Final

from cryptography.hazmat.primitives.asymmetric.x25519 import X25519PrivateKey, X25519PublicKey
from cryptography.hazmat.primitives.hpke import AEAD, KDF, KEM, Suite

from hub.crypto import hpke
from hub.crypto.hpke import PACK_PAD_CLASSES, PAD_CLASSES, SealContext
from hub.wire.channel import ASKED_BYTES, GIVEN_BYTES, Question, Reference
from hub.wire.messages import encode
from hub.wire.tokens import FeedContext, Label, open_label, seal_entry, token
from tests.fuzz.changing import Json, Kinds, bytes_changed, kind_of
from tests.fuzz.judge import Seen, Target, require_same
from tests.fuzz.made import made
from tests.fuzz.targets.wire import MESSAGES, read

KEY: Final = X25519PrivateKey.from_private_bytes(bytes(range(32)))
TO: Final = KEY.public_key().public_bytes_raw()
CONTEXT: Final = SealContext(
    "disclosure", "northmoor", "eastvale", "0" * 16, "ab" * 16, "cd" * 16, "involvement"
)
CONTENTS: Final = (
    "disclosure question", "disclosure", "offer", "word", "ask back", "papers ask", "papers word",
    "papers released", "papers withdrawn", "hearing said",
)  # fmt: skip
LONG: Final = ("offer", "papers released")
CHANNEL: Final[Mapping[str, int]] = {"asked for": ASKED_BYTES, "given": GIVEN_BYTES}
REFERENCE: Final = Reference.typed("ABCD EFGH jkmn-pqrs TUVW-XYZ2")
FEED: Final = FeedContext("eastvale", "0" * 16, 3)
OUTPUT: Final = bytes(range(64))


def _content(kind: str, plain: bytes, seen: Seen) -> None:
    classes = PACK_PAD_CLASSES if kind in LONG else PAD_CLASSES
    opened = hpke.unseal(hpke.seal(plain, TO, CONTEXT, classes), KEY, CONTEXT, classes)
    require_same(plain, opened)
    value = read(kind, opened)
    seen.past = True
    again = hpke.unseal(hpke.seal(encode(value), TO, CONTEXT, classes), KEY, CONTEXT, classes)
    require_same(value, read(kind, again))


def _padded(_: str, padded: bytes, seen: Seen) -> None:
    suite = Suite(KEM.X25519, KDF.HKDF_SHA256, AEAD.AES_256_GCM)
    sealed = suite.encrypt(padded, X25519PublicKey.from_public_bytes(TO), CONTEXT.info)
    opened = hpke.unseal(sealed, KEY, CONTEXT)
    seen.past = True
    read("disclosure question", opened)


def _raw(_: str, sealed: bytes, seen: Seen) -> None:
    hpke.unseal(sealed, KEY, CONTEXT)


def _in_channel(kind: str, plain: bytes, seen: Seen) -> None:
    size = CHANNEL[kind]
    opened = REFERENCE.open("asked", REFERENCE.seal("asked", plain, size))
    require_same(plain, opened)
    value = read(kind, opened or b"")
    seen.past = True
    require_same(value, read(kind, encode(value)))


def _typed(_: str, text: bytes, seen: Seen) -> None:
    reference = Reference.typed(text.decode("utf-8", "replace"))
    seen.past = True
    require_same(reference, Reference.typed(reference.text))
    reference.open("asked", text)


def _packed(_: str, packed: bytes, seen: Seen) -> None:
    question = Question.unpacked(packed)
    seen.past = True
    require_same(packed[:16] + b"\x00" + packed[17:], question.packed)  # The byte between is not read.


def _label(_: str, sealed: bytes, seen: Seen) -> None:
    open_label(OUTPUT, FEED, 2, (token(OUTPUT, FEED, 2), sealed))
    seen.past = True


READERS: Final[Mapping[str, Callable[[str, bytes, Seen], None]]] = {
    **dict.fromkeys(CONTENTS, _content),
    **dict.fromkeys(CHANNEL, _in_channel),
    "padded": _padded,
    "raw": _raw,
    "reference": _typed,
    "packed": _packed,
    "label": _label,
}
_DOCUMENTS: Final = (*CONTENTS, *CHANNEL)


def _attempt(data: bytes, seen: Seen) -> None:
    kind, body = kind_of(data)
    if reader := READERS.get(kind):
        reader(kind, body, seen)


def _seeds() -> dict[str, list[bytes]]:
    plain = {name: [json.dumps(made(MESSAGES[name])).encode()] for name in _DOCUMENTS}
    question = plain["disclosure question"][0]
    frame = len(question).to_bytes(4, "big") + question
    label = Label(bytes(16), bytes(range(16)), 7)
    return plain | {
        "padded": [frame + bytes(PAD_CLASSES[0] - len(frame))],
        "raw": [hpke.seal(question, TO, CONTEXT)],
        "reference": [REFERENCE.text.encode(), b"ABCD EFGH jkmn-pqrs TUVW-XYZ2"],
        "packed": [Question(bytes(16), bytes(ASKED_BYTES)).packed],
        "label": [seal_entry(OUTPUT, FEED, 2, label)[1]],
    }


class _Change(Kinds):
    """Documents by their fields, what is not one byte by byte."""

    def __init__(self, seeds: dict[str, list[bytes]]) -> None:
        models = [MESSAGES[name] for name in _DOCUMENTS]
        self.documents = Json([one for name in _DOCUMENTS for one in seeds[name]], models, wild=15)
        super().__init__(seeds, self._changed)

    def _changed(self, body: bytes, chance: Random) -> bytes:
        return (self.documents if body[:1] == b"{" else bytes_changed)(body, chance)


def target() -> Target:
    """Sealed contents."""
    seeds = _seeds()
    change = _Change(seeds)
    return Target(
        "sealed", "it opens, and reads as its message says", change.all, _attempt, change, longest=70_000
    )


TARGETS: Final = (target(),)
