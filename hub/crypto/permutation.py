"""A keyed permutation of 16-byte values: AES-256 of one block, there and back.

For random values of which each key gives another name, found again by whoever holds the key and linked by nobody
else. One block alone: nothing longer is encrypted so. Does not know what the values are.
"""

from __future__ import annotations

from typing import Final

from cryptography.hazmat.primitives.ciphers import Cipher
from cryptography.hazmat.primitives.ciphers.algorithms import AES
from cryptography.hazmat.primitives.ciphers.modes import ECB

BLOCK_BYTES: Final = 16


class Permutation:
    """The permutation of one key of 32 bytes."""

    def __init__(self, key: bytes) -> None:
        # A block cipher on one block is the permutation wanted; modes are for more than one.
        self._cipher = Cipher(AES(key), ECB())  # noqa: S305

    def forth(self, block: bytes) -> bytes:
        """What a value becomes. Raises ValueError unless it has 16 bytes."""
        encryptor = self._cipher.encryptor()
        return encryptor.update(block) + encryptor.finalize()

    def back(self, block: bytes) -> bytes:
        """The value that becomes this one. Raises ValueError unless it has 16 bytes."""
        decryptor = self._cipher.decryptor()
        return decryptor.update(block) + decryptor.finalize()
