"""The verifiable oblivious PRF (RFC 9497, ristretto255-SHA512): the only module that touches the library.

Blind, evaluate with a proof, finalise against a pinned public key; evaluate directly for one's own people.
Does not know match-keys, tokens or messages. Whatever a peer sends, the worst outcome is a `PeerError` or
an `InputError`: the library's panics stop here, unprinted.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final, NamedTuple

from voprf import ristretto

from hub.crypto.native import PanicError, quietly
from hub.errors import InputError, PeerError

ELEMENT_BYTES: Final = 32
PROOF_BYTES: Final = 64
OUTPUT_BYTES: Final = 64
SEED_BYTES: Final = 32
MAX_BATCH: Final = 1024
_IDENTITY: Final = bytes(ELEMENT_BYTES)


class Evaluation(NamedTuple):
    """Evaluated elements, concatenated, and one proof for all of them; nothing for no elements."""

    elements: bytes = b""
    proof: bytes = b""


class PrfKey:
    """A holder's PRF key, derived from a 32-byte seed (RFC 9497 DeriveKeyPair). Never leaves the node."""

    STRONG: Final = b"marac-hub/v1/strong"
    WEAK: Final = b"marac-hub/v1/weak"

    def __init__(self, seed: bytes, info: bytes) -> None:
        if len(seed) != SEED_BYTES:
            raise ValueError("a PRF seed is 32 bytes")
        self.seed: Final = seed
        self._evaluator = ristretto.Evaluator.from_seed(seed, info)
        self.public_key: Final[bytes] = self._evaluator.public_key.serialize()

    def output(self, value: bytes) -> bytes:
        """PRF output (64 bytes) for a value the key's owner knows (RFC 9497 Evaluate)."""
        return self._evaluator.evaluate_known_input(value)

    def evaluate(self, elements: Sequence[bytes]) -> Evaluation:
        """Evaluate blinded elements (BlindEvaluate).

        Raises InputError if an element is not a valid, non-identity group element, or the count is not 1..1024.
        """
        if not 1 <= len(elements) <= MAX_BATCH:
            raise InputError(f"Between 1 and {MAX_BATCH} elements can be evaluated at once.")
        try:
            blinded = [_blinded(element) for element in elements]
        except ValueError as error:
            raise InputError("An element is not a ristretto255 group element.") from error
        answer = self._evaluator.evaluate_batch(blinded).serialize()
        return Evaluation(elements=answer[PROOF_BYTES:], proof=answer[:PROOF_BYTES])


class BlindedBatch:
    """Values blinded afresh for one request; finalises the one answer to it."""

    def __init__(self, values: Sequence[bytes]) -> None:
        pairs = [ristretto.Client.blind(value) for value in values]
        self._clients = [client for client, _ in pairs]
        self.elements: Final[tuple[bytes, ...]] = tuple(blinded.serialize() for _, blinded in pairs)

    def finalise(self, evaluated: bytes, proof: bytes, public_key: bytes) -> list[bytes]:
        """Verify the proof under the pinned key and unblind; outputs stand in the order of the values.

        Raises PeerError when the answer is malformed, or was not made with that key from these elements.
        """
        if len(evaluated) != ELEMENT_BYTES * len(self._clients) or len(proof) != PROOF_BYTES:
            raise PeerError("The area's evaluation has the wrong size.")
        if not self._clients:
            raise PeerError("An empty evaluation proves nothing.")
        if _IDENTITY in split(evaluated):
            raise PeerError("The area's evaluation holds the identity element.")
        try:
            output = ristretto.VerifiableBatchOutput.deserialize(proof + evaluated)
            key = ristretto.PublicKey.deserialize(public_key)
            return quietly(lambda: ristretto.Client.finalize_batch(self._clients, output, key))
        except ValueError as error:
            raise PeerError("The area's evaluation cannot be read.") from error
        except PanicError:  # So the library says that a proof does not hold.
            raise PeerError("The area's evaluation was not made with its published key.") from None


def split(joined: bytes) -> list[bytes]:
    """Cut concatenated 32-byte elements apart. Raises InputError when the length does not divide."""
    if len(joined) % ELEMENT_BYTES:
        raise InputError("Elements are 32 bytes each.")
    return [joined[at : at + ELEMENT_BYTES] for at in range(0, len(joined), ELEMENT_BYTES)]


def _blinded(element: bytes) -> ristretto.BlindedInput:
    if len(element) != ELEMENT_BYTES:
        raise ValueError("wrong length")
    return ristretto.BlindedInput.deserialize(element)
