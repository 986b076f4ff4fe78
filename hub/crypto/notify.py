"""The token by which GOV.UK Notify knows one of its services: HS256 over the service's id and the time.

Pure. As Notify's API documentation says: `iss` is the service, `iat` the time, the secret is the API key's last
part. Does not send anything (`hub.jobs.carriers`).
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Final

import jwt

from hub.errors import UsageError

_UUID: Final = r"[0-9a-fA-F]{8}(?:-[0-9a-fA-F]{4}){3}-[0-9a-fA-F]{12}"
_KEY: Final = re.compile(rf".+-({_UUID})-({_UUID})")


@dataclass(frozen=True)
class NotifyKey:
    """An API key: of which service, and its secret."""

    service: str
    secret: str

    @classmethod
    def parse(cls, text: str) -> NotifyKey:
        """From the key as Notify shows it once: a name, the service's id and the secret. Raises UsageError."""
        found = _KEY.fullmatch(text.strip())
        if found is None:
            raise UsageError(
                "The file of GOV.UK Notify's API key holds none.",
                do="Put the key into it as Notify shows it when it is made: NAME-SERVICE-SECRET.",
            )
        return cls(found[1], found[2])

    def __repr__(self) -> str:
        """Without the secret."""
        return f"NotifyKey({self.service!r})"

    def token(self, now: int) -> str:
        """A token for one request at that time, in seconds since 1970."""
        return jwt.encode({"iss": self.service, "iat": now}, self.secret, algorithm="HS256")
