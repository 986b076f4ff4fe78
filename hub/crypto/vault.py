"""The vault: seals fields at rest under the node's storage key, vouches for what stands open, makes pseudonyms.

Each derived key has a label of its own, and each field is bound to the place it stands in. Does not know what is
sealed (`hub.records`) or where the key comes from (`hub.node.keys`).
"""

from __future__ import annotations

import hashlib
import hmac
import os
from typing import Final

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

from hub.crypto.permutation import Permutation
from hub.errors import StorageError


class Vault:
    """Seals identity fields at rest and makes keyed digests, each bound to the place it stands in."""

    def __init__(self, key: bytes) -> None:
        self._cipher = AESGCM(hmac.digest(key, b"marac-hub/v1/field", hashlib.sha256))
        self._lookup = hmac.digest(key, b"marac-hub/v1/lookup", hashlib.sha256)
        self._vouch = hmac.digest(key, b"marac-hub/v1/vouch", hashlib.sha256)
        self._told = hmac.digest(key, b"marac-hub/v1/told", hashlib.sha256)
        self._permuted = hmac.digest(key, b"marac-hub/v1/permuted", hashlib.sha256)
        self.pseudonym_key: Final = hmac.digest(key, b"marac-hub/v1/pseudonym", hashlib.sha256)
        self.key_id: Final = hmac.digest(key, b"marac-hub/v1/vault-id", hashlib.sha256).hex()[:16]

    def seal(self, place: str, plain: bytes) -> bytes:
        """Encrypt a field. `place` (table and row) is authenticated, so a field moved elsewhere fails."""
        nonce = os.urandom(12)
        return nonce + self._cipher.encrypt(nonce, plain, place.encode())

    def open(self, place: str, sealed: bytes) -> bytes:
        """Decrypt a field. Raises StorageError when key, place or bytes are not the ones it was sealed with."""
        try:
            return self._cipher.decrypt(sealed[:12], sealed[12:], place.encode())
        except (InvalidTag, ValueError) as error:
            raise StorageError(
                "A stored field cannot be decrypted.",
                kept="Nothing was changed.",
                do="Check that keys and database belong together; restore both from the same day.",
            ) from error

    def vouch(self, place: str, data: bytes) -> bytes:
        """A keyed digest (32 bytes) of what stands in the open in a place, by which a change of it is found."""
        return hmac.digest(self._vouch, len(place).to_bytes(2, "big") + place.encode() + data, hashlib.sha256)

    def lookup(self, kind: str, value: str) -> bytes:
        """A keyed digest (32 bytes) by which a value can be found again without being stored."""
        return hmac.digest(self._lookup, f"{kind}\x00{value}".encode(), hashlib.sha256)

    def told(self, kind: str, peer: str, local: str) -> str:
        """What one peer is given (32 hex digits) for an identifier that stays here. No two peers can link theirs.

        The same for the same peer, kind and identifier, for as long as the node has its storage key.
        """
        parts = [part.encode() for part in (kind, peer, local)]
        said = b"".join(len(part).to_bytes(2, "big") + part for part in parts)
        return hmac.digest(self._told, said, hashlib.sha256).hex()[:32]

    def permutation(self, purpose: str) -> Permutation:
        """The permutation of random 16-byte values for one purpose, which nobody links to that for another."""
        return Permutation(hmac.digest(self._permuted, purpose.encode(), hashlib.sha256))


def key_id(public: bytes) -> str:
    """A short public name of a public key: 16 hex digits of its SHA-256."""
    return hashlib.sha256(b"marac-hub/v1/key-id\x00" + public).hexdigest()[:16]
