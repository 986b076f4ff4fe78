"""Signed messages between nodes: Ed25519 JWTs whose `typ` names the message, and key thumbprints.

Pure: keys, claims and the time come in; a token or verified claims go out. The JWT library's defaults accept
more than the protocol does, so the algorithm, `typ`, `kid`, the life-time, the single audience and every claim
are checked here, by the model of the message. Does not know peers, replay memory or HTTP.
"""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass
from functools import lru_cache
from typing import Annotated, Any, Final, Literal, TypeVar

import jwt
import rfc8785
from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey
from pydantic import StringConstraints, ValidationError

from hub.crypto.encoding import b64, unb64
from hub.errors import AuthenticationError, ClockError
from hub.parsing import JsonError, first_field, read_json
from hub.values import NodeId, Second, ShortText, Value

# Named here, so that no other room imports the library.
PrivateKey = Ed25519PrivateKey
PublicKey = Ed25519PublicKey

ALGORITHM: Final = "EdDSA"
CLOCK_SKEW_S: Final = 30
MAX_TOKEN_BYTES: Final = 64 * 1024


@dataclass(frozen=True)
class SigningKey:
    """A node's signing key with its id (RFC 7638 thumbprint)."""

    private: PrivateKey
    kid: str

    @classmethod
    def of(cls, private: PrivateKey) -> SigningKey:
        """Wrap a private key and work out its thumbprint."""
        return cls(private, thumbprint(private.public_key()))

    @property
    def public(self) -> bytes:
        """The raw 32-byte public key."""
        return self.private.public_key().public_bytes_raw()


def thumbprint(key: PublicKey) -> str:
    """RFC 7638 thumbprint (SHA-256, base64url) of an Ed25519 public key."""
    return _thumbprint(key.public_bytes_raw())


@lru_cache(maxsize=1_024)  # Every message names its key by it.
def _thumbprint(raw: bytes) -> str:
    return digest(rfc8785.dumps({"crv": "Ed25519", "kty": "OKP", "x": b64(raw)}))


def public_key(raw: bytes) -> PublicKey:
    """An Ed25519 public key from its 32 raw bytes. Raises AuthenticationError."""
    try:
        return PublicKey.from_public_bytes(raw)
    except ValueError as error:
        raise AuthenticationError("A public key cannot be read.") from error


def check_signature(key: PublicKey, signature: bytes, signed: bytes) -> None:
    """Check a bare Ed25519 signature. Raises AuthenticationError."""
    try:
        key.verify(signature, signed)
    except InvalidSignature as error:
        raise AuthenticationError("A signature does not verify.") from error


def sign(key: SigningKey, typ: str, claims: Mapping[str, Any]) -> str:
    """A compact JWT over `claims`, its header naming message type and key."""
    return jwt.encode(dict(claims), key.private, algorithm=ALGORITHM, headers={"typ": typ, "kid": key.kid})


class Claims(Value):
    """What every signed message says: from whom, for how long, and its identifier."""

    iss: NodeId
    sub: NodeId
    iat: Second
    exp: Second
    jti: Annotated[str, StringConstraints(pattern=r"^[A-Za-z0-9_-]{16,64}$")]


class AddressedClaims(Claims):
    """What a signed message to one node says."""

    aud: NodeId


C = TypeVar("C", bound=Claims)


class _Header(Value):
    alg: Literal["EdDSA"]
    typ: ShortText
    kid: ShortText


@dataclass(frozen=True, slots=True)
class Expected:
    """What a verifier demands of a token: its type, issuer, audience (if any) and longest life in seconds."""

    typ: str
    issuer: str
    audience: str | None
    max_life_s: int


def verify(model: type[C], token: str, key: PublicKey, expected: Expected, now: float) -> C:
    """Verify a JWT completely and return its claims. Raises AuthenticationError saying which check failed.

    `now` is seconds since 1970. A token is good from `iat` to `exp`, give or take 30 s of clock difference. That is
    looked at last: a ClockError says that all else holds, and what the difference is.
    """
    head, payload = _parts(token)
    if head.typ != expected.typ or head.kid != thumbprint(key):
        raise AuthenticationError("A signed message has another type or key than expected.")
    try:
        jwt.decode_complete(
            token,
            key,
            algorithms=[ALGORITHM],
            options={"verify_aud": False, "verify_exp": False, "verify_iat": False, "verify_nbf": False},
        )
    except (jwt.PyJWTError, RecursionError) as error:
        raise AuthenticationError("A signature does not verify.") from error
    claims = read_claims(model, payload)
    _check_claims(claims, expected, now)
    return claims


def _parts(token: str) -> tuple[_Header, bytes]:
    """The header and the claims' bytes, in their one spelling, unverified. Raises AuthenticationError."""
    header, payload, _ = unverified(token)
    try:
        read_json(header)  # Refuses, for one, a name twice, which two readers could read differently.
        return _Header.model_validate_json(header), payload
    except (JsonError, ValidationError) as error:
        raise AuthenticationError("A signed message has no header as agreed.") from error


def unverified(token: str) -> tuple[bytes, bytes, bytes]:
    """The three parts of a token, unverified: header, claims and signature. Raises AuthenticationError."""
    parts = token.split(".") if len(token) <= MAX_TOKEN_BYTES else []
    if len(parts) != 3:
        raise AuthenticationError("A signed message cannot be read.")
    header, payload, signature = map(unb64, parts)  # Refuses other spellings, which the library accepts.
    return header, payload, signature


def read_claims(model: type[C], payload: bytes) -> C:
    """The claims of a token's second part. Raises AuthenticationError naming the field, never its value."""
    try:
        read_json(payload)
        return model.model_validate_json(payload)
    except (JsonError, ValidationError) as error:
        raise AuthenticationError(f"A signed message is malformed at {first_field(error)}.") from None


def _check_claims(claims: Claims, expected: Expected, now: float) -> None:
    if (claims.iss, claims.sub) != (expected.issuer, expected.issuer):
        raise AuthenticationError("A signed message is from another node.")
    if (claims.aud if isinstance(claims, AddressedClaims) else None) != expected.audience:
        raise AuthenticationError("A signed message is meant for another node.")
    if not claims.iat <= claims.exp <= claims.iat + expected.max_life_s:
        raise AuthenticationError("A signed message claims too long a life.")
    require_in_time(claims, now)


def require_in_time(claims: Claims, now: float) -> None:
    """Raise ClockError unless a message is good at this time, give or take 30 s of clock difference."""
    if not claims.iat - CLOCK_SKEW_S <= now <= claims.exp + CLOCK_SKEW_S:
        raise ClockError(sent_at=claims.iat, now=now)


def digest(data: bytes) -> str:
    """SHA-256 in base64url, as messages carry it."""
    return b64(hashlib.sha256(data).digest())


def request_digest(method: str, path: str, idempotency_key: str, body: bytes) -> str:
    """Digest of a complete request, which its answer must repeat."""
    parts = (method.encode(), path.encode(), idempotency_key.encode(), hashlib.sha256(body).digest())
    framed = b"".join(len(part).to_bytes(4, "big") + part for part in parts)
    return b64(hashlib.sha256(b"marac-hub/v1/request\x00" + framed).digest())
