"""What a peer says of itself is believed only signed by the keys that its root certified, fresh and whole."""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any

import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from hypothesis import given, settings
from hypothesis import strategies as st

from hub.crypto.encoding import b64
from hub.crypto.signing import SigningKey
from hub.errors import PeerError
from hub.node.certificates import online_keys
from hub.node.keys import load_root
from hub.values import Mode
from hub.wire.certificates import certify
from hub.wire.messages import METADATA_PATH
from hub.wire.metadata import verify_metadata
from tests.federation.lying_feed import assert_refused, keeping, sync
from tests.federation.nodes import (
    START,
    Areas,
)
from tests.federation.peer_simulator import (
    Asked,
    Lie,
    Peer,
    Told,
    compact,
    parts,
    plain,
)

STRANGER = SigningKey.of(Ed25519PrivateKey.generate())


def metadata_is(change: Callable[[Peer, dict[str, Any]], str]) -> Lie:
    def lie(peer: Peer, asked: Asked, told: Told) -> Told:
        return Told(200, change(peer, parts(told.body.decode())[1]).encode(), told.headers)

    return lie


def signed_anew(peer: Peer, claims: dict[str, Any], key: SigningKey | None = None, **header: Any) -> str:
    used = key or peer.node.keys.signing
    head = {"alg": "EdDSA", "typ": "marac-node+jwt", "kid": used.kid, **header}
    return compact(json.dumps(head), json.dumps(claims), used)


def certified(peer: Peer, root: SigningKey, name: str) -> str:
    return certify(root, name, online_keys(peer.node.keys), int(START), int(START), Mode.trial)


def of_another_root(peer: Peer, claims: dict[str, Any]) -> str:
    return signed_anew(peer, {**claims, "certificate": certified(peer, STRANGER, "eastvale")})


def of_another_name(peer: Peer, claims: dict[str, Any]) -> str:
    certificate = certified(peer, load_root(peer.node.home / "keys"), "southmere")
    return signed_anew(peer, {**claims, "iss": "southmere", "sub": "southmere", "certificate": certificate})


def of_an_uncertified_key(peer: Peer, claims: dict[str, Any]) -> str:
    return signed_anew(peer, claims, STRANGER)


def of_a_key_certified_by_itself(peer: Peer, claims: dict[str, Any]) -> str:
    """The root key's public half stands in the certificate, which another key signed."""
    head, said = parts(claims["certificate"])
    return signed_anew(peer, {**claims, "certificate": compact(json.dumps(head), json.dumps(said), STRANGER)})


def with_keys(**changed: str) -> Lie:
    return metadata_is(
        lambda peer, claims: signed_anew(peer, {**claims, "keys": {**claims["keys"], **changed}})
    )


def with_claims(**changed: Any) -> Lie:
    return metadata_is(lambda peer, claims: signed_anew(peer, {**claims, **changed}))


def quotas(per_day: float) -> dict[str, Any]:
    honest = {"per_day": 1, "burst": 1, "per_month": 1}
    return {"strong": {**honest, "per_day": per_day}, "weak": honest}


METADATA: dict[str, Lie] = {
    "of another root": metadata_is(of_another_root),
    "of another area": metadata_is(of_another_name),
    "of a key that the root did not certify": metadata_is(of_an_uncertified_key),
    "of a key that certifies itself": metadata_is(of_a_key_certified_by_itself),
    "of another type": metadata_is(lambda peer, claims: signed_anew(peer, claims, typ="marac-manifest+jwt")),
    "with another certificate": with_claims(certificate="a.b.c"),
    "good for a year": with_claims(exp=2_000_000_000),
    "for one reader": with_claims(aud="northmoor"),
    "with a claim too many": with_claims(admin=True),
    "with a quota without end": with_claims(quotas=quotas(float("inf"))),
    "with a quota that is no number": with_claims(quotas=quotas(float("nan"))),
    "with a quota beyond number": with_claims(quotas=quotas(2**80)),
    "with a quota of less than nothing": with_claims(quotas=quotas(-1)),
    "with a version beyond number": with_claims(versions=[2**80]),
    "with a name in half a letter": with_claims(area="\ud800"),
    "with a name of a nought": with_claims(area="East\0vale"),
    "with an identifier of a nought": with_claims(jti="\0" * 20),
    "with no certificate": with_claims(certificate=""),
    "with a key that is none": with_keys(prf=b64(bytes(31))),
    "with a key that is not base64": with_keys(prf="%%%"),
    "not a token": plain(200, b"hello"),
    "nothing": plain(200, b""),
    "not there": plain(404, b"{}"),
    "in no encoding": plain(200, b"\xff\xfe\xfd"),
}


@pytest.mark.parametrize("name", METADATA)
def test_metadata_that_do_not_hold_are_a_fault(areas: Areas, eastvale: Peer, name: str) -> None:
    assert_refused(areas, eastvale, lambda: eastvale.lie(METADATA_PATH, METADATA[name]))


def test_an_old_directory_is_a_fault(areas: Areas, eastvale: Peer) -> None:
    """Yesterday's metadata, still within its day, may name a key given up since."""
    kept: list[Told] = []
    eastvale.lie(METADATA_PATH, keeping(kept))
    assert sync(areas) == ""
    areas.clock.advance(3_600)
    assert sync(areas) == ""
    eastvale.lie(METADATA_PATH, lambda peer, asked, told: kept[0])
    areas.clock.advance(3_600)
    assert "older" in sync(areas)
    eastvale.lies.clear()
    assert sync(areas) == ""


@given(
    text=st.text(max_size=60) | st.binary(max_size=60).map(lambda raw: f"{b64(raw)}.{b64(raw)}.{b64(raw)}")
)
@settings(max_examples=200)
def test_whatever_stands_for_metadata_is_a_peer_fault(text: str) -> None:
    with pytest.raises(PeerError):
        verify_metadata(text, 1_793_613_600)
