"""Files encrypted to a key that is kept elsewhere, in the age format (age-encryption.org/v1, X25519).

A recipient encrypts and cannot open; the identity opens. Does not know what is in the files (`hub.backup`).
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import BinaryIO, Final

import pyrage
from pyrage import x25519

from hub.errors import AuthenticationError, InputError

PREFIX: Final = "age1"
_IDENTITY: Final = "AGE-SECRET-KEY-"  # pragma: allowlist secret


def new_identity() -> tuple[str, str]:
    """Return a new identity and the recipient that goes with it, as text."""
    identity = x25519.Identity.generate()
    return str(identity), str(identity.to_public())


def is_for(identity: str, recipient: str) -> bool:
    """Whether an identity opens what is encrypted to a recipient."""
    try:
        return str(x25519.Identity.from_str(identity.strip()).to_public()) == recipient.strip()
    except pyrage.IdentityError:
        return False


def require_recipient(text: str) -> str:
    """The recipient as it is used. Raises InputError when it is none."""
    try:
        return str(x25519.Recipient.from_str(text.strip()))
    except pyrage.RecipientError:
        if text.strip().upper().startswith(_IDENTITY):
            raise InputError(
                "That is the key that opens backups, not the recipient that goes with it: it may be seen by others"
                " now, here and in whatever it was typed into.",
                do="Remove it from there, make another by `hub backup-key`, and give the recipient that it prints.",
            ) from None
        raise InputError(
            "That is no recipient of age.",
            do=f"Give one that begins with {PREFIX}, as `hub backup-key` prints it.",
        ) from None


def encrypt(source: BinaryIO, target: BinaryIO, recipients: Sequence[str]) -> None:
    """Encrypt what `source` reads to every recipient. Raises InputError on none, or one that is no recipient."""
    if not recipients:
        raise InputError(
            "Nobody could open it: there is no recipient.",
            do="Make a key with `hub backup-key FILE`, and give its recipient: --recipient, or in node.toml.",
        )
    pyrage.encrypt_io(
        source, target, [x25519.Recipient.from_str(require_recipient(one)) for one in recipients]
    )


def decrypt(source: BinaryIO, target: BinaryIO, identity: str) -> None:
    """Open what `encrypt` wrote.

    Raises InputError when the identity is none, AuthenticationError if it does not open.
    """
    try:
        key = x25519.Identity.from_str(identity.strip())
    except pyrage.IdentityError:
        raise InputError(
            "The file holds no backup key.", do="Give the file that `hub backup-key` made."
        ) from None
    try:
        pyrage.decrypt_io(source, target, [key])
    except (pyrage.DecryptError, OSError) as error:
        raise AuthenticationError("The backup does not open with this key, or it was changed.") from error
