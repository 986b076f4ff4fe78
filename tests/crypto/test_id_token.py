"""An ID token holds where a key of the provider's signed it, of somebody, for us, to this question and of now."""

from __future__ import annotations

import base64
import hashlib
import json
from typing import Any, Final

import pytest
from joserfc import jws, jwt
from joserfc.jwk import ECKey, Key, KeySet, OctKey, OKPKey, RSAKey

from hub.crypto.id_token import Wanted, read_id_token
from hub.errors import AuthenticationError

NOW: Final = 1_800_000_000
LEEWAY_S: Final = 60
ACCESS: Final = "an access token"
HASHED: Final = base64.urlsafe_b64encode(hashlib.sha256(ACCESS.encode()).digest()[:16]).rstrip(b"=").decode()
WANTED: Final = Wanted("https://id.example.org", "hub", "the nonce", ACCESS)
CLAIMS: Final[dict[str, Any]] = {
    "iss": "https://id.example.org",
    "aud": "hub",
    "sub": "subject-1",
    "nonce": "the nonce",
    "at_hash": HASHED,
    "iat": NOW,
    "exp": NOW + 300,
}
RSA: Final = RSAKey.generate_key(2048, {"kid": "rsa"})
KEYS: Final[dict[str, Key]] = {
    **dict.fromkeys(("RS256", "RS384", "RS512", "PS256", "PS384", "PS512"), RSA),
    "ES256": ECKey.generate_key("P-256", {"kid": "p-256"}),
    "ES384": ECKey.generate_key("P-384", {"kid": "p-384"}),
    "ES512": ECKey.generate_key("P-521", {"kid": "p-521"}),
    "EdDSA": OKPKey.generate_key("Ed25519", {"kid": "ed"}),
}
SHARED: Final = OctKey.generate_key(512, {"kid": "shared"})


def signed(algorithm: str = "RS256", key: Key = RSA, **claims: Any) -> str:
    said = {name: value for name, value in (CLAIMS | claims).items() if value is not None}
    return jwt.encode({"alg": algorithm, "kid": key.kid}, said, key, algorithms=[algorithm])


def published(*keys: Key) -> bytes:
    return json.dumps(KeySet(list(keys)).as_dict(private=False)).encode()


def read(token: str, keys: bytes | None = None, wanted: Wanted = WANTED) -> Any:
    return read_id_token(token, published(RSA) if keys is None else keys, wanted, NOW)


@pytest.mark.filterwarnings("ignore:EdDSA is deprecated")  # A name of before; providers use it.
@pytest.mark.parametrize("algorithm", KEYS)
def test_a_signature_by_a_private_key_of_the_providers_holds(algorithm: str) -> None:
    key = KEYS[algorithm]
    hashed = {"at_hash": None}
    assert read(signed(algorithm, key, **hashed), published(key))["sub"] == "subject-1"


@pytest.mark.parametrize("algorithm", ["HS256", "HS384", "HS512"])
def test_what_a_shared_secret_signed_does_not_hold_though_the_provider_publishes_it(algorithm: str) -> None:
    keys = json.dumps({"keys": [SHARED.as_dict(private=True)]}).encode()
    with pytest.raises(AuthenticationError, match="does not hold"):
        read(signed(algorithm, SHARED, at_hash=None), keys)


def test_what_nobody_signed_or_another_key_of_that_name_did_does_not_hold() -> None:
    head, body, signature = signed().split(".")
    none = base64.urlsafe_b64encode(b'{"alg":"none"}').rstrip(b"=").decode()
    other = RSAKey.generate_key(2048, {"kid": "rsa"})
    for token in (
        f"{none}.{body}.",
        f"{head}.{body}.",
        f"{head}.{body}.{'A' * len(signature)}",
        signed(key=other),
    ):
        with pytest.raises(AuthenticationError, match="does not hold"):
            read(token)


@pytest.mark.parametrize(
    "claims",
    [
        *({name: None} for name in ("iss", "aud", "sub", "nonce", "iat", "exp")),
        {"iss": "https://id.example.org/"},
        {"iss": ["https://id.example.org"]},
        {"aud": "hub-2"},
        {"aud": "hub-2", "azp": "hub"},
        {"aud": []},
        {"aud": ["other", "hub"]},
        {"aud": ["other", "hub"], "azp": "other"},
        {"azp": "other"},
        {"sub": ""},
        {"nonce": "another"},
        {"nonce": ""},
        {"at_hash": HASHED[::-1]},
        {"exp": NOW - LEEWAY_S - 1},
        {"exp": "never"},
        {"iat": NOW + LEEWAY_S + 1},
        {"iat": "now"},
        {"nbf": NOW + LEEWAY_S + 1},
    ],
    ids=str,
)
def test_a_claim_that_is_missing_or_anothers_does_not_hold(claims: dict[str, Any]) -> None:
    with pytest.raises(AuthenticationError, match="does not hold"):
        read(signed(**claims))


@pytest.mark.parametrize(
    "claims",
    [
        {},
        {"aud": ["hub"]},
        {"aud": ["other", "hub"], "azp": "hub"},
        {"azp": "hub"},
        {"exp": NOW - LEEWAY_S + 1},
        {"iat": NOW + LEEWAY_S - 1},
        {"at_hash": None},
    ],
    ids=str,
)
def test_what_is_right_holds_and_clocks_may_differ_by_a_minute(claims: dict[str, Any]) -> None:
    assert read(signed(**claims))["sub"] == "subject-1"


DEEP: Final = b'{"keys":' * 2_000
UNREADABLE: Final = (
    b"",
    b"null",
    b"[]",
    b"{}",
    b"\xff",
    b'{"keys": 1}',
    b'{"keys": [null]}',
    b'{"keys": [{"kty": "no"}]}',
    b'{"keys": [{"kty": ["RSA"]}]}',
    b'{"keys": [{"kty": "RSA", "n": "", "e": ""}]}',
    b'{"keys": [{"kty": "EC", "crv": "x", "x": "a", "y": "b"}]}',
    DEEP,
)


@pytest.mark.parametrize("keys", UNREADABLE, ids=lambda one: one[:40].decode(errors="replace"))
def test_keys_that_cannot_be_read_are_none(keys: bytes) -> None:
    with pytest.raises(AuthenticationError):
        read(signed(), keys)


@pytest.mark.parametrize(
    "payload", [b"[]", b"null", b"1", b"{}", b"\xff", DEEP], ids=lambda one: str(one[:9])
)
def test_what_says_nothing_is_refused_though_the_provider_signed_it(payload: bytes) -> None:
    with pytest.raises(AuthenticationError):
        read(jws.serialize_compact({"alg": "RS256", "kid": "rsa"}, payload, RSA))


@pytest.mark.parametrize("token", ["", ".", "..", "a.b.c", "a.b.c.d.e", "\x00", "é.é.é", "W10.W10.W10"])
def test_what_is_no_token_is_refused_as_such(token: str) -> None:
    with pytest.raises(AuthenticationError):
        read(token)
