"""What a peer signs: tokens as text, and tokens over any header and claims, signed with a key that is known.

Root and signing key are the tests' own, so that most get past the signature; an input says who signs it. First
check: the token is one, of the type that is looked for, and its signature holds.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from random import Random
from typing import Any, Final

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from cryptography.hazmat.primitives.asymmetric.x25519 import X25519PrivateKey

from hub.crypto.encoding import b64
from hub.crypto.signing import Expected, SigningKey, digest, public_key, read_claims, unverified, verify
from hub.errors import AuthenticationError, HubError
from hub.federation.client import REQUEST_LIFE_S
from hub.values import Mode
from hub.wire.certificates import (
    Certificate,
    OnlineKeys,
    Revocation,
    certificate_warning,
    certify,
    read_certificate,
    read_revocation,
    revoke,
)
from hub.wire.messages import AnswerClaims, Manifest, MessageType, Metadata, RequestClaims
from hub.wire.metadata import METADATA_LIFE_S, read_metadata, verify_metadata
from tests.federation.mutations import text_of
from tests.fuzz.changing import AFRESH, Json
from tests.fuzz.judge import MARK, Seen, Target, require_same
from tests.fuzz.made import made
from tests.vectors.build import OURS

NOW: Final = 1_793_613_600
ROOT: Final = SigningKey.of(Ed25519PrivateKey.from_private_bytes(bytes(range(32))))
SIGNING: Final = SigningKey.of(Ed25519PrivateKey.from_private_bytes(bytes(range(1, 33))))
OTHER: Final = SigningKey.of(Ed25519PrivateKey.from_private_bytes(bytes(range(2, 34))))
KEYS: Final = {"root": ROOT, "signing": SIGNING, "other": OTHER}
SEALING: Final = X25519PrivateKey.from_private_bytes(bytes(range(3, 35))).public_key().public_bytes_raw()


def signed(said: Mapping[str, Any]) -> str:
    """A token as an input describes it: `jose` and `claims`, and `by` whom; in `inner` a certificate within."""
    claims = said.get("claims")
    if isinstance(claims, dict) and isinstance(said.get("inner"), dict):
        claims = claims | {"certificate": signed(said["inner"])}
    key = KEYS.get(str(said.get("by")), OTHER)
    parts = (text_of(said.get("jose")), text_of(claims))
    head, body = (b64(part.encode("utf-8", "surrogatepass")) for part in parts)
    return f"{head}.{body}.{b64(key.private.sign(f'{head}.{body}'.encode()))}"


def _metadata(token: str) -> None:
    identity = read_metadata(token)
    require_same(
        identity.metadata, type(identity.metadata).model_validate_json(identity.metadata.model_dump_json())
    )
    verify_metadata(token, NOW)


def _certificate(token: str) -> None:
    one = read_certificate(token)
    one.signing_kid, one.root_thumbprint, one.last_day, one.ended(NOW)
    certificate_warning("Eastvale's", one, NOW)


def _revocation(token: str) -> None:
    one = read_revocation(token)
    one.words, one.day, one.reach, one.root_thumbprint  # noqa: B018 - what is asked of each


def _of(model: Any, typ: MessageType, audience: str | None) -> Callable[[str], None]:
    def read(token: str) -> None:
        claimed = read_claims(model, unverified(token)[1])
        expected = Expected(typ, claimed.iss, audience, REQUEST_LIFE_S)
        claims = verify(model, token, public_key(SIGNING.public), expected, NOW)
        require_same(claims, model.model_validate_json(claims.model_dump_json()))

    return read


READERS: Final[Mapping[str, Callable[[str], None]]] = {
    "metadata": _metadata,
    "certificate": _certificate,
    "revocation": _revocation,
    "request": _of(RequestClaims, MessageType.disclosure, "eastvale"),
    "answer": _of(AnswerClaims, MessageType.answer, "eastvale"),
    "manifest": _of(Manifest, MessageType.manifest, None),
}


def _attempt(data: bytes, seen: Seen) -> None:
    if not data.startswith(b"{"):
        for reader in READERS.values():
            _tried(reader, data.decode("latin-1"), seen)
        return
    try:
        said = json.loads(data)
    except (ValueError, RecursionError):
        return
    kind = said.get("kind") if isinstance(said, dict) else None
    if isinstance(kind, str) and kind in READERS:
        _tried(READERS[kind], signed(said), seen)


def _tried(reader: Callable[[str], None], token: str, seen: Seen) -> None:
    try:
        reader(token)
    except HubError as error:
        seen.past |= "signature does not verify" not in str(error) and _holds(token)
        raise
    seen.past = True


def _holds(token: str) -> bool:
    """Whether any of our keys signed it, whatever it says."""
    try:
        signature = unverified(token)[2]
    except AuthenticationError:
        return False
    for key in KEYS.values():
        try:
            key.private.public_key().verify(signature, token.rpartition(".")[0].encode())
        except Exception:  # noqa: BLE001 - the library's own
            continue
        return True
    return False


def _seeds() -> list[bytes]:
    keys = OnlineKeys(SIGNING.public, SEALING)
    inner = _described("certificate", certify(ROOT, "northmoor", keys, NOW, NOW, Mode.trial), "root")
    said = {"iss": "northmoor", "sub": "northmoor", "iat": NOW, "exp": NOW + 60, "jti": "00" * 16}
    addressed = said | {"aud": "eastvale"}
    from hub.wire.messages import Metadata

    metadata = made(Metadata) | said | {"exp": NOW + METADATA_LIFE_S, "area": MARK}
    request = addressed | {
        "htm": "POST",
        "htu": "https://eastvale/federation/v1/disclosures",
        "sha256": digest(b""),
    }
    receipt = {
        "holder": "northmoor",
        "enquirer": "eastvale",
        "check_id": "ab" * 16,
        "log_size": 7,
        "log_head": "cd" * 32,
    }
    answer = addressed | {"request": digest(b""), "sha256": digest(b""), "receipt": receipt}

    def by_us(kind: str, typ: MessageType, claims: Mapping[str, Any]) -> dict[str, Any]:
        return {"kind": kind, "by": "signing", "jose": _jose(SIGNING, typ), "claims": dict(claims)}

    return [
        json.dumps(one).encode()
        for one in (
            by_us("metadata", MessageType.metadata, metadata) | {"inner": inner},
            inner,
            _described("revocation", revoke(ROOT, "northmoor", NOW, f"Stolen: {MARK}", NOW), "root"),
            by_us("request", MessageType.disclosure, request),
            by_us("answer", MessageType.answer, answer),
            by_us("manifest", MessageType.manifest, made(Manifest) | said),
        )
    ] + [json.loads(OURS.read_text(encoding="utf-8"))["jwt"]["token"].encode()]


def _jose(key: SigningKey, typ: MessageType) -> dict[str, str]:
    return {"alg": "EdDSA", "typ": typ.value, "kid": key.kid}


def _described(kind: str, token: str, by: str) -> dict[str, Any]:
    head, claims, _ = unverified(token)
    return {"kind": kind, "by": by, "jose": json.loads(head), "claims": json.loads(claims)}


def target() -> Target:
    """Tokens."""
    seeds = _seeds()
    documents = [one for one in seeds if one.startswith(b"{")]
    models = (Metadata, RequestClaims, AnswerClaims, Manifest, Certificate, Revocation)
    change = Json(documents, models, wild=25)

    def afresh(data: bytes, chance: Random) -> bytes:
        return change(chance.choice(documents) if chance.randrange(100) < AFRESH else data, chance)

    return Target(
        "signed", "a token with a signature of a key that is known", lambda: seeds, _attempt, afresh
    )


TARGETS: Final = (target(),)
