"""Signed messages between nodes: Ed25519 JWTs whose `typ` names the message, and key thumbprints.

Pure: keys, claims and the time come in; a token or verified claims go out. The JWT library's defaults accept
more than the protocol does, so the algorithm, `typ`, `kid`, the life-time, the single audience and the presence
of every claim are checked here. Does not know peers, replay memory or HTTP.
"""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass
from functools import lru_cache
from typing import Any, Final

import jwt
import rfc8785
from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey

from hub.crypto.encoding import b64, unb64
from hub.errors import AuthenticationError
from hub.parsing import JsonError, read_json

# Named here, so that no other room imports the library.
PrivateKey = Ed25519PrivateKey
PublicKey = Ed25519PublicKey

ALGORITHM: Final = "EdDSA"
CLOCK_SKEW_S: Final = 30


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


def header(token: str) -> dict[str, Any]:
    """The unverified header, to choose the key by `kid`. Raises AuthenticationError."""
    try:
        return dict(jwt.get_unverified_header(token))
    except (jwt.PyJWTError, RecursionError) as error:
        raise AuthenticationError("A signed message cannot be read.") from error


@dataclass(frozen=True, slots=True)
class Expected:
    """What a verifier demands of a token: its type, issuer, audience (if any) and longest life in seconds."""

    typ: str
    issuer: str
    audience: str | None
    max_life_s: int


def verify(token: str, key: PublicKey, expected: Expected, now: float) -> dict[str, Any]:
    """Verify a JWT completely and return its claims. Raises AuthenticationError saying which check failed.

    `now` is seconds since 1970. A token is good from `iat` to `exp`, give or take 30 s of clock difference.
    """
    head = header(token)
    if head.get("typ") != expected.typ or head.get("alg") != ALGORITHM or head.get("kid") != thumbprint(key):
        raise AuthenticationError("A signed message has another type, algorithm or key than expected.")
    try:
        decoded = jwt.decode_complete(
            token,
            key,
            algorithms=[ALGORITHM],
            options={"verify_aud": False, "verify_exp": False, "verify_iat": False, "verify_nbf": False},
        )
    except (jwt.PyJWTError, RecursionError) as error:
        raise AuthenticationError("A signature does not verify.") from error
    for part in token.split("."):
        unb64(part)  # Refuses other spellings, which the library accepts.
    try:
        for part in token.split(".")[:2]:
            read_json(
                unb64(part)
            )  # Refuses, for one, a name twice, which two readers could read differently.
    except JsonError as error:
        raise AuthenticationError("A signed message cannot be read.") from error
    claims: dict[str, Any] = decoded["payload"]
    _check_claims(claims, expected, now)
    return claims


def _check_claims(claims: dict[str, Any], expected: Expected, now: float) -> None:
    issued, expires = claims.get("iat"), claims.get("exp")
    if not (isinstance(issued, int) and isinstance(expires, int) and 0 < issued < 2**53):
        raise AuthenticationError("A signed message lacks its times.")
    if not issued <= expires <= issued + expected.max_life_s:
        raise AuthenticationError("A signed message claims too long a life.")
    if not issued - CLOCK_SKEW_S <= now <= expires + CLOCK_SKEW_S:
        raise AuthenticationError("A signed message is stale or from the future; check both clocks.")
    if claims.get("iss") != expected.issuer or claims.get("sub") != expected.issuer:
        raise AuthenticationError("A signed message is from another node.")
    if claims.get("aud") != expected.audience:
        raise AuthenticationError("A signed message is meant for another node.")
    jti = claims.get("jti")
    if not isinstance(jti, str) or not 16 <= len(jti) <= 64:
        raise AuthenticationError("A signed message lacks its identifier.")


def digest(data: bytes) -> str:
    """SHA-256 in base64url, as messages carry it."""
    return b64(hashlib.sha256(data).digest())


def request_digest(method: str, path: str, idempotency_key: str, body: bytes) -> str:
    """Digest of a complete request, which its answer must repeat."""
    parts = (method.encode(), path.encode(), idempotency_key.encode(), hashlib.sha256(body).digest())
    framed = b"".join(len(part).to_bytes(4, "big") + part for part in parts)
    return b64(hashlib.sha256(b"marac-hub/v1/request\x00" + framed).digest())
