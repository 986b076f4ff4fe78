"""Keys derived from a uniform secret, and small values sealed under one: HKDF-Expand and AES-256-GCM.

The secret is taken for uniform (an OPRF output), so HKDF's extract step is skipped (RFC 5869, section 3.3). Does
not know what is derived or sealed (`hub.wire.tokens`).
"""

from __future__ import annotations

import os
from typing import Final

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDFExpand

from hub.errors import AuthenticationError

KEY_BYTES: Final = 32
NONCE_BYTES: Final = 12
TAG_BYTES: Final = 16


def derive(secret: bytes, info: bytes, size: int = KEY_BYTES) -> bytes:
    """Return `size` bytes derived from a uniform secret for the purpose that `info` names."""
    return HKDFExpand(SHA256(), size, info).derive(secret)


def seal(key: bytes, plain: bytes, bound: bytes) -> bytes:
    """Return a fresh nonce and the ciphertext of `plain`, bound to `bound`."""
    nonce = os.urandom(NONCE_BYTES)
    return nonce + AESGCM(key).encrypt(nonce, plain, bound)


def unseal(key: bytes, sealed: bytes, bound: bytes) -> bytes:
    """Undo `seal`. Raises AuthenticationError when key, binding or bytes are not the ones it was sealed with."""
    try:
        return AESGCM(key).decrypt(sealed[:NONCE_BYTES], sealed[NONCE_BYTES:], bound)
    except (InvalidTag, ValueError) as error:
        raise AuthenticationError("A sealed value does not open.") from error
