"""Passwords: argon2id, at the cost that RFC 9106 recommends where memory is scarce (64 MiB, three passes).

Does not say which passwords are good enough (`hub.accounts`). Pure but for randomness.
"""

from __future__ import annotations

from functools import cache

from argon2 import PasswordHasher
from argon2.exceptions import InvalidHashError, VerificationError

_HASHER = PasswordHasher()


def hash_password(password: str) -> str:
    """The hash of a password, with its salt and its parameters. About a tenth of a second, and 64 MiB."""
    return _HASHER.hash(password)


def is_password(kept: str, password: str) -> bool:
    """Whether it is the password of which `kept` is the hash. As much work where there is none: ""."""
    try:
        return _HASHER.verify(kept or _of_nobody(), password) and bool(kept)
    except (VerificationError, InvalidHashError):
        return False


@cache
def _of_nobody() -> str:
    return _HASHER.hash("nobody has this password")
