"""A second implementation of RFC 9497 (OPRF and VOPRF, ristretto255-SHA512), over libsodium's group.

For tests alone: it checks the library that the hub uses, byte by byte, and runs the vectors that need a given
blind or proof scalar, which that library takes from no one. Written from the RFC and from RFC 9380 (section
5.3.1, expand_message_xmd), names as there. Not constant-time beyond libsodium; never import it from `hub`.
"""

from __future__ import annotations

import hashlib
import sys
from collections.abc import Sequence
from dataclasses import dataclass
from enum import IntEnum
from pathlib import Path

import rbcl  # type: ignore[import-untyped]

# The wrapper unpacks libsodium into a temporary file at every import and leaves it there.
Path(sys.modules["rbcl._sodium"].lib_path).unlink()

SCALAR_BYTES = ELEMENT_BYTES = 32
FIELD_PRIME = 2**255 - 19
IDENTITY = bytes(ELEMENT_BYTES)
ZERO = bytes(SCALAR_BYTES)


class Mode(IntEnum):
    """The protocol variants of RFC 9497 that the hub knows of."""

    OPRF = 0
    VOPRF = 1


class InvalidInput(ValueError):  # noqa: N818 (the RFC's name)
    """RFC 9497 InvalidInputError, DeserializeError and VerifyError in one."""


@dataclass(frozen=True)
class Proof:
    """A DLEQ proof: challenge and response."""

    c: bytes
    s: bytes

    def serialize(self) -> bytes:
        return self.c + self.s


@dataclass(frozen=True)
class Suite:
    """The ciphersuite in one mode; every operation of RFC 9497 sections 2 and 3."""

    mode: Mode

    @property
    def context(self) -> bytes:
        return b"OPRFV1-" + i2osp(self.mode, 1) + b"-ristretto255-SHA512"

    # Section 4.1: the prime-order group and its hash functions.

    def hash_to_group(self, x: bytes) -> bytes:
        return _bytes(
            rbcl.crypto_core_ristretto255_from_hash(expand_message_xmd(x, b"HashToGroup-" + self.context, 64))
        )

    def hash_to_scalar(self, x: bytes, dst: bytes = b"HashToScalar-") -> bytes:
        return _bytes(
            rbcl.crypto_core_ristretto255_scalar_reduce(expand_message_xmd(x, dst + self.context, 64))
        )

    # Section 3.2: keys.

    def derive_key_pair(self, seed: bytes, info: bytes) -> tuple[bytes, bytes]:
        """Secret scalar and public element."""
        for counter in range(256):
            secret = self.hash_to_scalar(seed + prefixed(info) + i2osp(counter, 1), b"DeriveKeyPair")
            if secret != ZERO:
                return secret, _bytes(rbcl.crypto_scalarmult_ristretto255_base(secret))
        raise InvalidInput("DeriveKeyPair")

    # Section 3.3: the online protocol.

    def blind(self, value: bytes, blind: bytes) -> bytes:
        element = self.hash_to_group(value)
        if element == IDENTITY:
            raise InvalidInput("the input hashes to the identity")
        return multiply(blind, element)

    def blind_evaluate(
        self, secret: bytes, blinded: Sequence[bytes], random: bytes
    ) -> tuple[list[bytes], Proof]:
        """Evaluated elements and the proof over all of them (section 3.3.2, batches as in the vectors)."""
        checked = [deserialize_element(element) for element in blinded]
        evaluated = [multiply(secret, element) for element in checked]
        return evaluated, self.generate_proof(secret, checked, evaluated, random)

    def finalize(self, value: bytes, blind: bytes, evaluated: bytes) -> bytes:
        unblinded = multiply(_bytes(rbcl.crypto_core_ristretto255_scalar_invert(blind)), evaluated)
        return _output(value, unblinded)

    def verify_finalize(
        self,
        values: Sequence[bytes],
        blinds: Sequence[bytes],
        evaluated: Sequence[bytes],
        public: bytes,
        proof: bytes,
    ) -> list[bytes]:
        """Outputs, once the proof holds under the public key. Raises InvalidInput otherwise."""
        blinded = [self.blind(value, blind) for value, blind in zip(values, blinds, strict=True)]
        if len(proof) != 2 * SCALAR_BYTES:
            raise InvalidInput("proof length")
        parsed = Proof(deserialize_scalar(proof[:32]), deserialize_scalar(proof[32:]))
        answers = [deserialize_element(element) for element in evaluated]
        if not self.verify_proof(deserialize_element(public), blinded, answers, parsed):
            raise InvalidInput("VerifyError")
        return [self.finalize(*each) for each in zip(values, blinds, answers, strict=True)]

    def evaluate(self, secret: bytes, value: bytes) -> bytes:
        """The PRF's output for a value that the key's owner knows."""
        return _output(value, multiply(secret, self.hash_to_group(value)))

    # Section 2.2: discrete logarithm equivalence proofs.

    def generate_proof(self, k: bytes, c: Sequence[bytes], d: Sequence[bytes], random: bytes) -> Proof:
        public = _bytes(rbcl.crypto_scalarmult_ristretto255_base(k))
        m, _ = self.compute_composites(public, c, d)
        z = multiply(k, m)
        t2 = _bytes(rbcl.crypto_scalarmult_ristretto255_base(random))
        challenge = self._challenge(public, m, z, t2, multiply(random, m))
        product = _bytes(rbcl.crypto_core_ristretto255_scalar_mul(challenge, k))
        return Proof(challenge, _bytes(rbcl.crypto_core_ristretto255_scalar_sub(random, product)))

    def verify_proof(self, public: bytes, c: Sequence[bytes], d: Sequence[bytes], proof: Proof) -> bool:
        m, z = self.compute_composites(public, c, d)
        t2 = add(base(proof.s), multiply_or_identity(proof.c, public))
        t3 = add(multiply_or_identity(proof.s, m), multiply_or_identity(proof.c, z))
        return self._challenge(public, m, z, t2, t3) == proof.c

    def compute_composites(self, b: bytes, c: Sequence[bytes], d: Sequence[bytes]) -> tuple[bytes, bytes]:
        seed = hashlib.sha512(prefixed(b) + prefixed(b"Seed-" + self.context)).digest()
        m = z = IDENTITY
        for i, (c_i, d_i) in enumerate(zip(c, d, strict=True)):
            transcript = prefixed(seed) + i2osp(i, 2) + prefixed(c_i) + prefixed(d_i) + b"Composite"
            weight = self.hash_to_scalar(transcript)
            m, z = add(multiply(weight, c_i), m), add(multiply(weight, d_i), z)
        return m, z

    def _challenge(self, *elements: bytes) -> bytes:
        return self.hash_to_scalar(b"".join(prefixed(element) for element in elements) + b"Challenge")


def i2osp(number: int, length: int) -> bytes:
    """RFC 8017: an integer as big-endian octets."""
    return int(number).to_bytes(length, "big")


def prefixed(data: bytes) -> bytes:
    """Data after its length in two octets."""
    return i2osp(len(data), 2) + data


def expand_message_xmd(message: bytes, dst: bytes, length: int) -> bytes:
    """RFC 9380 section 5.3.1 with SHA-512 (128-byte blocks, 64-byte output)."""
    if len(dst) > 255:
        raise InvalidInput("DST too long")
    dst_prime = dst + i2osp(len(dst), 1)
    b_0 = hashlib.sha512(bytes(128) + message + i2osp(length, 2) + b"\x00" + dst_prime).digest()
    blocks = [hashlib.sha512(b_0 + b"\x01" + dst_prime).digest()]
    while 64 * len(blocks) < length:
        mixed = bytes(x ^ y for x, y in zip(b_0, blocks[-1], strict=True))
        blocks.append(hashlib.sha512(mixed + i2osp(len(blocks) + 1, 1) + dst_prime).digest())
    return b"".join(blocks)[:length]


def deserialize_element(data: bytes) -> bytes:
    """The element itself, if it is canonical and not the identity. Raises InvalidInput."""
    # RFC 9496 section 4.3.1 wants the field element below p; libsodium 1.0.18 overlooks the top bit.
    canonical = len(data) == ELEMENT_BYTES and int.from_bytes(data, "little") < FIELD_PRIME
    if not canonical or data == IDENTITY or not rbcl.crypto_core_ristretto255_is_valid_point(data):
        raise InvalidInput("element")
    return data


def deserialize_scalar(data: bytes) -> bytes:
    """The scalar itself, if it is below the group's order. Raises InvalidInput."""
    if rbcl.crypto_core_ristretto255_scalar_reduce(data + bytes(32)) != data:
        raise InvalidInput("scalar")
    return data


def multiply(scalar: bytes, element: bytes) -> bytes:
    """A scalar multiple, which must not be the identity (libsodium refuses that)."""
    return _bytes(rbcl.crypto_scalarmult_ristretto255(scalar, element))


def multiply_or_identity(scalar: bytes, element: bytes) -> bytes:
    """A scalar multiple where a verifier may meet zero or the identity."""
    return IDENTITY if scalar == ZERO or element == IDENTITY else multiply(scalar, element)


def base(scalar: bytes) -> bytes:
    """A multiple of the generator, zero included."""
    return IDENTITY if scalar == ZERO else _bytes(rbcl.crypto_scalarmult_ristretto255_base(scalar))


def add(p: bytes, q: bytes) -> bytes:
    """The sum of two elements."""
    return _bytes(rbcl.crypto_core_ristretto255_add(p, q))


def random_scalar() -> bytes:
    """A uniform scalar other than zero."""
    return _bytes(rbcl.crypto_core_ristretto255_scalar_random())


def _output(value: bytes, element: bytes) -> bytes:
    return hashlib.sha512(prefixed(value) + prefixed(element) + b"Finalize").digest()


def _bytes(data: object) -> bytes:
    assert isinstance(data, bytes)
    return data
