"""`hub audit request`: what a peer signed is printed whole, and verified by the certificate of its time."""

from __future__ import annotations

import asyncio
from typing import Any

import pytest

from hub.crypto.signing import Expected, PrivateKey, SigningKey, digest, public_key, sign, verify
from hub.federation.client import REQUEST_LIFE_S
from hub.jobs import deliveries
from hub.node.keys import load_root
from hub.node.new_keys import change_keys
from hub.node.revocations import learn_revocations, revoke_certificates, told_revocations
from hub.records import received
from hub.records.received import DisclosureKey, SignedRequest
from hub.store import outbox
from hub.values import Level, Mode
from hub.wire.certificates import OnlineKeys, certify, read_certificate
from hub.wire.messages import DISCLOSURES_PATH, EVALUATIONS_PATH, MessageType, RequestClaims
from hub.wire.witness import ACKNOWLEDGEMENTS_PATH
from tests.checks.disclosing import SUBJECT, asked, disclosed
from tests.cli.running import inside
from tests.federation.nodes import Areas, handle_of, known_as
from tests.named import named_in

TYPES = {
    "check": (MessageType.evaluation, EVALUATIONS_PATH),
    "disclosure": (MessageType.disclosure, DISCLOSURES_PATH),
    "acknowledgement": (MessageType.acknowledgement, ACKNOWLEDGEMENTS_PATH),
}


@pytest.fixture
def check_id(areas: Areas) -> str:
    """A check that Northmoor asked, disclosed and acknowledged at Eastvale."""
    result = asked(areas)
    disclosed(areas, result.check_id)
    northmoor = areas["northmoor"]
    with northmoor.read() as tx:
        (row,) = outbox.due(tx.session, tx.now)

    async def go() -> None:
        async with areas.client("northmoor") as client:
            await deliveries.attempt(northmoor, client, row.id)

    asyncio.run(go())
    return known_as(areas, result.check_id)


def printed(areas: Areas, check_id: str, code: int = 0) -> list[dict[str, Any]]:
    done = inside("audit", "request", areas["eastvale"].home, check_id, "--json")
    assert done.code == code, done.err
    return list(done.json["requests"])


def test_what_a_peer_signed_is_printed_so_that_anybody_verifies_it(areas: Areas, check_id: str) -> None:
    """With what is printed and the peer's root key alone; no name is in it."""
    rows = printed(areas, check_id)
    assert [row["kind"] for row in rows] == list(TYPES)
    root = load_root(areas["northmoor"].home / "keys").kid
    for row in rows:
        certificate = read_certificate(row["certificate"])
        assert certificate.root_thumbprint == root
        message, path = TYPES[row["kind"]]
        expected = Expected(message, "northmoor", "eastvale", REQUEST_LIFE_S)
        key = public_key(certificate.keys.signing)
        claims = verify(RequestClaims, row["signed"], key, expected, areas.clock())
        assert claims.sha256 == digest(row["body"].encode())
        assert row["address"] == claims.htu == f"https://eastvale{path}"
        assert (row["holds"], row["why"], row["revoked"]) == (True, None, None)
    text = inside("audit", "request", areas["eastvale"].home, check_id)
    assert text.code == 0
    assert text.out.count("The signature holds") == 3
    for row in rows:
        assert all(row[name] in text.out for name in ("signed", "certificate", "body"))
    assert not named_in(SUBJECT, text.out + str(rows))


def test_a_check_that_nobody_asked_is_said(areas: Areas) -> None:
    done = inside("audit", "request", areas["eastvale"].home, "0" * 32)
    assert done.code == 1
    assert "No peer asked a check of that id here" in done.err


def altered(areas: Areas, check_id: str, **changes: Any) -> None:
    """Whoever has Eastvale's vault puts something else in the place of the disclosure's signed request."""
    key = DisclosureKey(
        "northmoor", check_id, bytes.fromhex(handle_of(areas["eastvale"], SUBJECT)), Level.involvement
    )
    with areas["eastvale"].write() as tx:
        kept = received.disclosure(tx, key)
        assert kept is not None
        assert kept.recorded.request is not None
        request = SignedRequest(**{**kept.recorded.request.model_dump(), **changes})
        received.put_disclosure(tx, key, kept.recorded.model_copy(update={"request": request}), kept.case)


def test_what_was_altered_since_does_not_hold(areas: Areas, check_id: str) -> None:
    """Another body; and all of it anew, by a root key that the forger made."""
    row = printed(areas, check_id)[1]
    altered(areas, check_id, body=row["body"].replace("involvement", "summary"))
    assert [one["holds"] for one in printed(areas, check_id, 1)] == [True, False, True]
    assert printed(areas, check_id, 1)[1]["why"] == "The signature is for another body."
    forger, now = SigningKey.of(PrivateKey.generate()), int(areas.clock())
    certificate = certify(forger, "northmoor", OnlineKeys(forger.public, b"\1" * 32), 1, now, Mode.trial)
    claims = {
        "iss": "northmoor", "sub": "northmoor", "aud": "eastvale", "iat": now, "exp": now + 60, "jti": "1" * 32,
        "htm": "POST", "htu": f"https://eastvale{DISCLOSURES_PATH}", "sha256": digest(b"{}"),
    }  # fmt: skip
    signed = sign(forger, MessageType.disclosure, claims)
    altered(areas, check_id, body="{}", signed=signed, certificate=certificate)
    assert "no root key that was pinned here" in printed(areas, check_id, 1)[1]["why"]
    altered(areas, check_id, body="{}", signed=signed, certificate=row["certificate"])
    assert "another type or key" in printed(areas, check_id, 1)[1]["why"]
    text = inside("audit", "request", areas["eastvale"].home, check_id)
    assert (text.code, text.out.count("It does not hold.")) == (1, 1)


def test_it_holds_after_the_peers_keys_were_changed_and_revoked(areas: Areas, check_id: str) -> None:
    """What was signed then is not undone by what is signed now; that the key was revoked is said."""
    northmoor = areas["northmoor"]
    root = load_root(northmoor.home / "keys")
    areas.clock.advance(60)
    change_keys(northmoor, root, "signing")
    revoke_certificates(northmoor, root, None, "A laptop was stolen.")
    learn_revocations(areas["eastvale"], told_revocations(northmoor))
    assert [bool(row["revoked"]) for row in printed(areas, check_id)] == [True] * 3
    assert inside("audit", "request", areas["eastvale"].home, check_id).out.count("revoked later") == 3
