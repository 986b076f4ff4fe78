"""The recorded vectors are still what the hub makes, and an independent reading of the formats gives the same."""

from __future__ import annotations

import base64
import hashlib
import hmac
import json
from typing import Any

import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

from tests.crypto.sodium_twin import Mode, Suite
from tests.vectors.build import OURS, build

RECORDED: dict[str, Any] = json.loads(OURS.read_text(encoding="utf-8"))
BUILT = build()


@pytest.mark.parametrize("part", sorted({*RECORDED, *BUILT}))
def test_nothing_has_drifted(part: str) -> None:
    """If this is meant: read `tests/vectors/build.py`, then run `python -m tests.vectors.build`."""
    assert BUILT.get(part) == RECORDED.get(part)


# The same bytes from the standard library and other libraries, read from the formats' description alone.


def framed(*parts: bytes) -> bytes:
    return b"".join(len(part).to_bytes(2, "big") + part for part in parts)


def expand(key: bytes, info: bytes, size: int) -> bytes:
    """HKDF-Expand with SHA-256 (RFC 5869, section 2.3), for at most one block."""
    return hmac.digest(key, info + b"\x01", hashlib.sha256)[:size]


def unpadded(text: str) -> bytes:
    return base64.urlsafe_b64decode(text + "=" * (-len(text) % 4))


@pytest.mark.parametrize(
    ("name", "info"), [("strong", b"marac-hub/v1/strong"), ("weak", b"marac-hub/v1/weak")]
)
def test_outputs_are_those_of_the_twin(name: str, info: bytes) -> None:
    recorded = {key: value for key, value in RECORDED["prf"][name].items() if key != "key_id"}
    seed, public, value, output = (
        bytes.fromhex(recorded[key]) for key in ("seed", "public_key", "input", "output")
    )
    twin = Suite(Mode.VOPRF)
    secret, twins_public = twin.derive_key_pair(seed, info)
    assert twins_public == public
    assert twin.evaluate(secret, value) == output
    assert (
        hashlib.sha256(b"marac-hub/v1/key-id\x00" + public).hexdigest()[:16]
        == RECORDED["prf"][name]["key_id"]
    )


def test_tokens_and_the_label_come_from_their_description() -> None:
    entries, output = RECORDED["entries"], bytes.fromhex(RECORDED["prf"]["strong"]["output"])
    epoch = entries["epoch"].to_bytes(8, "big")

    def info(purpose: bytes, index: int) -> bytes:
        names = entries["node_id"].encode(), entries["key_id"].encode()
        return framed(b"marac-hub/v1", purpose, *names, epoch, index.to_bytes(4, "big"))

    assert [expand(output, info(b"token", at), 16).hex() for at in range(4)] == entries["tokens"]
    label = entries["label"]
    sealed, made = bytes.fromhex(label["label"]), bytes.fromhex(label["token"])
    assert sealed[:12].hex() == label["nonce"]
    cipher = AESGCM(expand(output, info(b"label", label["index"]), 32))
    opened = cipher.decrypt(sealed[:12], sealed[12:], made + epoch)
    assert opened.hex() == label["case_handle"] + label["person_handle"] + f"{label['completeness']:02x}"


def test_the_seal_context_comes_from_its_description() -> None:
    context = RECORDED["seal_context"]
    names = ("message", "sender", "recipient", "key_id", "check_id", "handle", "level")
    assert framed(b"marac-hub/v1", *(context[name].encode() for name in names)).hex() == context["hpke_info"]


def test_the_sealed_channel_comes_from_its_description() -> None:
    """From the reference that is read out alone: the nodes of both managers, of any version, find one place."""
    channel = RECORDED["channel"]
    secret = hashlib.sha256(b"marac-hub/v1/channel\x00" + channel["reference"].encode()).digest()
    assert expand(secret, b"marac-hub/v1/channel/slot", 16).hex() == channel["place"]
    post = expand(secret, b"marac-hub/v1/channel/post", 32)
    assert post.hex() == channel["post"]
    nonce, sealed = bytes.fromhex(channel["nonce"]), {}
    for part, told in channel["parts"].items():
        plain, size = told["plain"].encode(), told["size"]
        padded = (len(plain).to_bytes(4, "big") + plain).ljust(size - 12 - 16, b"\x00")
        cipher = AESGCM(expand(secret, b"marac-hub/v1/channel/" + part.encode(), 32))
        bound = framed(part.encode(), *(name.encode() for name in told["bound"]))
        sealed[part] = nonce + cipher.encrypt(nonce, padded, bound)
        assert len(sealed[part]) == size
        assert hashlib.sha256(sealed[part]).hexdigest() == told["sealed_sha256"]
    assert hashlib.sha256(channel["parts"]["asked"]["plain"].encode()).hexdigest() == channel["asked_sha256"]
    assert json.loads(channel["parts"]["given"]["plain"])["asked"] == channel["asked_sha256"]
    between = (b"northmoor", b"eastvale")
    for says, digest in channel["packed_sha256"].items():
        label = b"marac-hub/v1/channel/slot" + framed(says.encode(), *between)
        slot = expand(post, label + sealed["asked"], 16)
        assert slot.hex() == channel["slots"][says]
        assert hashlib.sha256(slot + b"\x00" + sealed["asked"]).hexdigest() == digest
    back = AESGCM(expand(post, b"marac-hub/v1/channel/back", 32))
    sent = nonce + back.encrypt(nonce, sealed["given"], framed(*between))
    assert len(sent) == 60 * 1024
    assert hashlib.sha256(sent).hexdigest() == channel["sent_sha256"]
    for way, info in channel["hpke_info"].items():
        names = (b"marac-hub/v1", b"envelope", b"northmoor", b"eastvale", b"0" * 16, b"", b"", way.encode())
        assert framed(*names).decode("latin-1") == info


def test_the_commitment_comes_from_its_description() -> None:
    person = {"aliases": [], "role": "victim", **RECORDED["person"]}
    plain = json.dumps(person, sort_keys=True, separators=(",", ":"), ensure_ascii=False).encode()
    salt = bytes.fromhex(RECORDED["commitment"]["salt"])
    made = hashlib.sha256(b"marac-hub/v1/commitment\x00" + salt + plain).hexdigest()
    assert made == RECORDED["commitment"]["commitment"]


def test_what_each_peer_is_given_comes_from_its_description() -> None:
    told = RECORDED["told"]
    key = hmac.digest(bytes.fromhex(told["storage_key"]), b"marac-hub/v1/told", hashlib.sha256)
    for kind in ("check", "user"):
        for peer, given in told[kind].items():
            parts = framed(kind.encode(), peer.encode(), told["local"].encode())
            assert hmac.digest(key, parts, hashlib.sha256).hex()[:32] == given
    assert len({*told["check"].values(), *told["user"].values(), told["local"]}) == 5


def test_the_request_digest_comes_from_its_description() -> None:
    request = RECORDED["request"]
    body = hashlib.sha256(request["body"].encode()).digest()
    parts = (b"POST", b"/federation/v1/disclosures", b"key-1", body)
    data = b"marac-hub/v1/request\x00" + b"".join(len(part).to_bytes(4, "big") + part for part in parts)
    assert unpadded(request["digest"]) == hashlib.sha256(data).digest()
    assert unpadded(request["body_sha256"]) == body


def test_the_token_is_a_plain_ed25519_jwt() -> None:
    recorded = RECORDED["jwt"]
    header, payload, signature = recorded["token"].split(".")
    key = Ed25519PublicKey.from_public_bytes(bytes.fromhex(recorded["public_key"]))
    key.verify(unpadded(signature), f"{header}.{payload}".encode())
    assert json.loads(unpadded(header)) == recorded["header"]
    assert recorded["header"] == {"alg": "EdDSA", "typ": "marac-disclosure+jwt", "kid": recorded["kid"]}
    assert json.loads(unpadded(payload)) == recorded["claims"]
    x = base64.urlsafe_b64encode(bytes.fromhex(recorded["public_key"])).rstrip(b"=").decode()
    jwk = f'{{"crv":"Ed25519","kty":"OKP","x":"{x}"}}'  # RFC 7638, section 3; RFC 8037, section 2.
    assert unpadded(recorded["kid"]) == hashlib.sha256(jwk.encode()).digest()


def test_the_audit_entry_comes_from_its_description() -> None:
    audit = RECORDED["audit"]
    assert hashlib.sha256(b"marac-hub/audit/genesis/v1\x00eastvale").hexdigest() == audit["genesis"]
    fields = {name: value for name, value in audit["entry"].items() if name != "hash"}
    canonical = json.dumps(fields, sort_keys=True, separators=(",", ":"), ensure_ascii=False).encode()
    assert hashlib.sha256(b"marac-hub/audit/entry/v1\x00" + canonical).hexdigest() == audit["entry"]["hash"]
    assert audit["entry"]["prev"] == audit["genesis"]
