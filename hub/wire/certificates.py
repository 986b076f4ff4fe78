"""The root key's word for a node's online keys: certificates, and statements that take them back.

A certificate names the root key itself, the signing and the sealing key, and a serial number that rises from one to
the next; it is good for 90 days. A revocation has no end. Pure: keys, tokens and the time in; verified values or
words out. Does not know which root is whose (`hub.node.pins`) or which serial was seen last.
"""

from __future__ import annotations

import datetime as dt
import secrets
from functools import lru_cache
from typing import Annotated, Final, Literal, NamedTuple, TypeVar

from pydantic import Field, StringConstraints

from hub.crypto.encoding import b64, unb64
from hub.crypto.signing import (
    CLOCK_SKEW_S,
    Claims,
    Expected,
    SigningKey,
    public_key,
    read_claims,
    sign,
    thumbprint,
    unverified,
    verify,
)
from hub.values import Mode, day_in_words
from hub.wire.messages import Bytes32, MessageType, PlainText

CERTIFICATE_LIFE_S: Final = 90 * 86_400
REVOCATION_LIFE_S: Final = 100 * 366 * 86_400  # for good
WARNED_BEFORE_S: Final = 30 * 86_400
_QUOTES: Final = frozenset('"`\u00ab\u00bb\u2018\u2019\u201a\u201b\u201c\u201d\u201e\u201f\u2033\u2036\uff02')

Serial = Annotated[int, Field(strict=True, ge=1, lt=2**53)]
Reason = Annotated[PlainText, StringConstraints(min_length=1, max_length=100)]


class OnlineKeys(NamedTuple):
    """The public keys that a certificate is about, raw: signing (Ed25519) and sealing (X25519)."""

    signing: bytes
    sealing: bytes


class _Statement(Claims):
    """What the root key of a node says about it. `root` is that key itself."""

    version: Literal[1]
    root: Bytes32

    @property
    def node_id(self) -> str:
        """The node that it is about."""
        return self.iss

    @property
    def root_thumbprint(self) -> str:
        """The thumbprint of the root key that says it."""
        return thumbprint(public_key(unb64(self.root)))


class Certificate(_Statement):
    """The root key's word for the online keys, from `iat` to `exp`, and for the mode of the node that has them."""

    serial: Serial
    signing: Bytes32
    sealing: Bytes32
    mode: Mode = Mode.trial

    @property
    def keys(self) -> OnlineKeys:
        """The keys that it vouches for."""
        return OnlineKeys(unb64(self.signing), unb64(self.sealing))

    @property
    def signing_kid(self) -> str:
        """The signing key's id."""
        return thumbprint(public_key(self.keys.signing))

    @property
    def last_day(self) -> str:
        """The day on which it ends, in words."""
        return _day(self.exp)

    def ended(self, now: float) -> bool:
        """Whether it is over, give or take the difference of two clocks."""
        return now > self.exp + CLOCK_SKEW_S


class Revocation(_Statement):
    """The root key's word that its certificates up to a serial hold no more; without one, that none does.

    `because` is read by whoever meets what was revoked, in every area.
    """

    up_to: Serial | None
    because: Reason

    @property
    def words(self) -> str:
        """Its reason as a sentence that says whose words they are, where whoever has that root key chose them.

        No digit of it is shown, and no quotation mark: a telephone number in it would be taken for the area's.
        """
        plain = "".join("#" if one.isnumeric() else "'" if one in _QUOTES else one for one in self.because)
        return f'Its words, without digits: "{plain}"'

    @property
    def day(self) -> str:
        """The day on which it was said, in words."""
        return _day(self.iat)

    @property
    def reach(self) -> float:
        """How far it goes: of two by one root key, the one that covers more counts."""
        return float("inf") if self.up_to is None else self.up_to

    def covers(self, certificate: Certificate) -> bool:
        """Whether it takes this certificate back."""
        return (self.node_id, self.root) == (certificate.node_id, certificate.root) and (
            self.up_to is None or certificate.serial <= self.up_to
        )


def next_serial(before: int, now: int) -> int:
    """A serial after this one: the time, which rises also for a node that lost what it knew of earlier ones."""
    return max(before + 1, now)


def certify(root: SigningKey, node_id: str, keys: OnlineKeys, serial: int, now: int, mode: Mode) -> str:
    """A certificate of these keys, for 90 days from now."""
    claims = {
        **_said_by(root, node_id, now, CERTIFICATE_LIFE_S),
        "serial": serial,
        "signing": b64(keys.signing),
        "sealing": b64(keys.sealing),
        "mode": mode.value,
    }
    return sign(root, MessageType.certificate, claims)


def revoke(root: SigningKey, node_id: str, up_to: int | None, because: str, now: int) -> str:
    """A statement that certificates up to this serial, or without one all of the root key's, hold no more."""
    claims = {
        **_said_by(root, node_id, now, REVOCATION_LIFE_S),
        "up_to": up_to,
        "because": because,
    }
    return sign(root, MessageType.revocation, claims)


@lru_cache(maxsize=1_024)
def read_certificate(token: str) -> Certificate:
    """The certificate that the root key named in it signed. Whether it is in force now is not looked at.

    Raises AuthenticationError.
    """
    certificate = _read(Certificate, token, MessageType.certificate, CERTIFICATE_LIFE_S)
    public_key(certificate.keys.signing)
    return certificate


@lru_cache(maxsize=1_024)
def read_revocation(token: str) -> Revocation:
    """The revocation that the root key named in it signed. Raises AuthenticationError."""
    return _read(Revocation, token, MessageType.revocation, REVOCATION_LIFE_S)


def certificate_warning(whose: str, certificate: Certificate, now: float) -> str:
    """What has to be said about a certificate's end, from 30 days before; else nothing. `whose`: "Eastvale's"."""
    if certificate.ended(now):
        return f"{whose} certificate ended on {certificate.last_day}."
    if now > certificate.exp - WARNED_BEFORE_S:
        return f"{whose} certificate ends on {certificate.last_day}."
    return ""


S = TypeVar("S", bound=_Statement)


def _day(at: int) -> str:
    return day_in_words(dt.datetime.fromtimestamp(at, dt.UTC).date())


def _said_by(root: SigningKey, node_id: str, now: int, life_s: int) -> dict[str, object]:
    return {
        "version": 1,
        "iss": node_id,
        "sub": node_id,
        "iat": now,
        "exp": now + life_s,
        "jti": secrets.token_hex(16),
        "root": b64(root.public),
    }


def _read(model: type[S], token: str, typ: MessageType, life_s: int) -> S:
    """A statement that the key named in it signed, whatever the time."""
    claimed = read_claims(model, unverified(token)[1])
    return verify(
        model, token, public_key(unb64(claimed.root)), Expected(typ, claimed.iss, None, life_s), claimed.iat
    )
