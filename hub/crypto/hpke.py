"""Disclosures sealed from node to node by HPKE (RFC 9180), bound to their context and padded.

Pure but for the randomness the library draws. The context (who, to whom, about which check, handle and level)
goes in as HPKE `info`, so a message moved to another context does not open. Does not know what is inside.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.asymmetric.x25519 import X25519PrivateKey, X25519PublicKey
from cryptography.hazmat.primitives.hpke import AEAD, KDF, KEM, Suite

from hub.errors import AuthenticationError, InputError

PrivateKey = X25519PrivateKey  # Named here, so that no other room imports the library.
_SUITE: Final = Suite(KEM.X25519, KDF.HKDF_SHA256, AEAD.AES_256_GCM)
PAD_CLASSES: Final = (4_096, 16_384, 65_536)
PACK_PAD_CLASSES: Final = (*PAD_CLASSES, *(1 << power for power in range(18, 25)))
"""Those of a whole case: up to 16 MiB."""


@dataclass(frozen=True, slots=True)
class SealContext:
    """What a sealed message is bound to. `handle` is hex; `level` is the level asked."""

    message: str
    sender: str
    recipient: str
    key_id: str
    check_id: str
    handle: str
    level: str

    @property
    def info(self) -> bytes:
        """The HPKE `info`: each part preceded by its length."""
        parts = (
            "marac-hub/v1",
            self.message,
            self.sender,
            self.recipient,
            self.key_id,
            self.check_id,
            self.handle,
            self.level,
        )
        encoded = [part.encode() for part in parts]
        return b"".join(len(part).to_bytes(2, "big") + part for part in encoded)


def seal(plain: bytes, to: bytes, context: SealContext, classes: tuple[int, ...] = PAD_CLASSES) -> bytes:
    """Pad to the next size class and seal to a raw X25519 public key. Raises InputError when over the largest."""
    size = next((size for size in classes if len(plain) + 4 <= size), None)
    if size is None:
        raise InputError(f"A sealed message may not be over {classes[-1] // 1024} KiB.")
    padded = len(plain).to_bytes(4, "big") + plain + bytes(size - 4 - len(plain))
    return _SUITE.encrypt(padded, X25519PublicKey.from_public_bytes(to), context.info)


def usable(public: bytes) -> bool:
    """Whether these are the bytes of a key that can be sealed to: not of the few points that give no secret."""
    try:
        _SUITE.encrypt(b"", X25519PublicKey.from_public_bytes(public), b"")
    except ValueError:
        return False
    return True


def unseal(
    sealed: bytes, key: PrivateKey, context: SealContext, classes: tuple[int, ...] = PAD_CLASSES
) -> bytes:
    """Open and unpad. Raises AuthenticationError when made for another key or context, or tampered with."""
    try:
        padded = _SUITE.decrypt(sealed, key, context.info)
    except (InvalidTag, ValueError) as error:
        raise AuthenticationError("A sealed message does not open in this context.") from error
    size = int.from_bytes(padded[:4], "big")
    if len(padded) not in classes or size > len(padded) - 4 or any(padded[4 + size :]):
        raise AuthenticationError("A sealed message is not padded as agreed.")
    return padded[4 : 4 + size]
