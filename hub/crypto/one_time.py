"""The second factor: codes by the clock (RFC 6238); and random codes, for an invitation or a lost telephone.

Does not keep what was used (`hub.accounts`). Pure but for randomness.
"""

from __future__ import annotations

import base64
import hmac
import secrets
from typing import Final

import pyotp

STEP_S: Final = 30
# pragma: allowlist nextline secret
_LETTERS: Final = "abcdefghjkmnpqrstuvwxyz23456789"
"""None that is read as another."""


def new_secret() -> str:
    """A new secret of 160 bits, in base 32, as authenticator apps take it."""
    return base64.b32encode(secrets.token_bytes(20)).decode()


def code_at(secret: str, now: int) -> str:
    """The code that an app shows at a time."""
    return pyotp.TOTP(secret).at(now)


def step_of(secret: str, code: str, now: int, *, after: int) -> int | None:
    """The time step whose code this is: this one, the one before or the next. None where it is none of these.

    `after`: the last step whose code was used. None is used again, nor one from before it.
    """
    totp, present = pyotp.TOTP(secret), now // STEP_S
    given = "".join(code.split())
    found = None
    for step in (present - 1, present, present + 1):
        if hmac.compare_digest(totp.at(step * STEP_S).encode(), given.encode()) and step > after:
            found = step
    return found


def address_for_app(secret: str, sign_in: str, issuer: str) -> str:
    """The `otpauth:` address that an authenticator app reads from a picture."""
    return pyotp.TOTP(secret).provisioning_uri(name=sign_in, issuer_name=issuer)


def new_code(groups: int) -> str:
    """A random code to be typed once: so many groups of four letters, of nearly 20 bits each."""
    return "-".join("".join(secrets.choice(_LETTERS) for _ in range(4)) for _ in range(groups))


def as_typed(code: str) -> str:
    """A code as it was made, however it was typed."""
    letters = "".join(one for one in code.casefold() if one.isalnum())
    return "-".join(letters[at : at + 4] for at in range(0, len(letters), 4))
