"""Build the hub's own recorded vectors: `python -m tests.vectors.build` writes `ours.json` anew.

They hold what two nodes, or one node today and in a year, must agree on byte by byte. A change here is a change
of the protocol or of what is stored: it needs a new version and an entry in the changelog, not just a rebuild.
All keys are plain counts and the person is made up.
"""

from __future__ import annotations

import datetime as dt
import hashlib
import json
from pathlib import Path
from typing import Any
from unittest.mock import patch

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from cryptography.hazmat.primitives.asymmetric.x25519 import X25519PrivateKey

from hub.audit.chain import genesis, link
from hub.audit.events import Action, Detail, DigestOf, Event, Refs, peer_actor, salted_digest, user_actor
from hub.checks.papers.deliver import context_of
from hub.crypto import derived, encoding, signing
from hub.crypto.hpke import SealContext
from hub.crypto.prf import PrfKey
from hub.crypto.signing import SigningKey
from hub.crypto.vault import Vault, key_id
from hub.matching import completeness, load_config, match_keys
from hub.node.keys import NodeKeys
from hub.node.settings import SHIPPED_CONFIG, read_toml
from hub.values import Level, Person, Purpose
from hub.wire.channel import (
    ASKED_BYTES,
    CALL_BYTES,
    KEPT_GIVEN_BYTES,
    AskedFor,
    Given,
    NotGiven,
    Question,
    Reference,
    Says,
    digest_of,
    envelope_context,
)
from hub.wire.commitment import commitment
from hub.wire.hearings import HearingSaid
from hub.wire.messages import (
    DisclosureQuestion,
    DisclosureRequest,
    EvaluationRequest,
    MessageType,
    RestsOn,
    encode,
)
from hub.wire.papers import (
    PapersAnswer,
    PapersAsk,
    PapersKind,
    PapersReleased,
    PapersState,
    PapersWithdrawn,
    PapersWord,
    PaperWanted,
    WhyPapers,
)
from hub.wire.tokens import FeedContext, Label, seal_entry, token
from hub.wire.transfers import HandoverWords, PackedItem, Permitted, ServiceKey, handover_context

OURS = Path(__file__).parent / "ours.json"
PERSON = Person(
    given_names="Zofia Anna", surname="Nowak-Hughes", aliases=("Sophie Hughes",), date_of_birth="1991-04-09"
)
SALT = bytes(range(32, 64))
CHECK_ID, HANDLE = "0123456789abcdef" * 2, "fedcba9876543210" * 2
NOW = 1_793_613_600


def build() -> dict[str, Any]:
    """All vectors, as the file has them. Bytes are hex unless the format itself is text."""
    strong, weak = PrfKey(bytes(range(32)), PrfKey.STRONG), PrfKey(bytes(range(32)), PrfKey.WEAK)
    return {
        "about": "python -m tests.vectors.build; see its docstring before changing anything",
        "person": PERSON.model_dump(mode="json", exclude_defaults=True),
        "match_keys": _match_keys(),
        "prf": {name: _prf(key) for name, key in (("strong", strong), ("weak", weak))},
        "entries": _entries(strong),
        "seal_context": _seal_context(),
        "commitment": {"salt": SALT.hex(), "commitment": commitment(PERSON, SALT).hex()},
        "question": _question(),
        "told": _told(),
        "request": _request(),
        "papers": _papers(),
        "handover": _handover(),
        "channel": _channel(),
        "hearing": _hearing(),
        "jwt": _jwt(),
        "audit": _audit(),
    }


def _match_keys() -> dict[str, Any]:
    config = load_config(read_toml(SHIPPED_CONFIG / "matching.toml"))
    keys = match_keys(PERSON, config)
    return {
        "completeness": completeness(PERSON),
        "strong": [key.material.decode() for key in keys if not key.weak],
        "weak": [key.material.decode() for key in keys if key.weak],
    }


def _prf(key: PrfKey) -> dict[str, str]:
    return {
        "seed": key.seed.hex(),
        "public_key": key.public_key.hex(),
        "key_id": key_id(key.public_key),
        "input": b"v1|FX.ymd|zofia|1991-04-09".hex(),
        "output": key.output(b"v1|FX.ymd|zofia|1991-04-09").hex(),
    }


def _entries(key: PrfKey) -> dict[str, Any]:
    output = key.output(b"v1|FX.ymd|zofia|1991-04-09")
    context = FeedContext("eastvale", key_id(key.public_key), 3)
    label = Label(bytes(range(16)), bytes(range(16, 32)), 7)
    nonce = bytes(range(12))
    with patch("hub.crypto.derived.os.urandom", lambda size: nonce[:size]):
        made, sealed = seal_entry(output, context, 2, label)
    return {
        "node_id": context.node_id,
        "key_id": context.key_id,
        "epoch": context.epoch,
        "token_info": context.info(b"token", 2).hex(),
        "label_info": context.info(b"label", 2).hex(),
        "tokens": [token(output, context, index).hex() for index in range(4)],
        "label": {
            "index": 2,
            "nonce": nonce.hex(),
            "case_handle": label.case_handle.hex(),
            "person_handle": label.person_handle.hex(),
            "completeness": label.completeness,
            "token": made.hex(),
            "label": sealed.hex(),
        },
    }


def _seal_context() -> dict[str, Any]:
    sealing = X25519PrivateKey.from_private_bytes(bytes(range(32))).public_key().public_bytes_raw()
    context = SealContext(
        "disclosure", "northmoor", "eastvale", key_id(sealing), CHECK_ID, HANDLE, Level.involvement
    )
    return {
        "message": context.message,
        "sender": context.sender,
        "recipient": context.recipient,
        "key_id": context.key_id,
        "check_id": context.check_id,
        "handle": context.handle,
        "level": context.level,
        "hpke_info": context.info.hex(),
    }


def _body() -> bytes:
    return encode(
        DisclosureRequest(
            check_id=CHECK_ID, handle=HANDLE, level=Level.involvement, key_id="0" * 16, sealed="AAAA"
        )
    )


def _question() -> str:
    """A question as it is sent, under an agreement."""
    asked = EvaluationRequest(
        check_id=CHECK_ID,
        rests_on=RestsOn.agreement,
        protocol_ref="Agreement of the vectors",
        protocol_digest="ab" * 32,
        user=HANDLE,
        commitment=encoding.b64(commitment(PERSON, SALT)),
        key_id="0" * 16,
        weak_key_id="1" * 16,
        elements="",
        weak_elements="",
    )
    return encode(asked).decode()


def _told() -> dict[str, Any]:
    """What each of two peers is given for one identifier of a node with that storage key."""
    storage, vault = bytes(range(32)), Vault(bytes(range(32)))
    told = {
        kind: {peer: vault.told(kind, peer, CHECK_ID) for peer in ("eastvale", "southmere")}
        for kind in ("check", "user")
    }
    return {"storage_key": storage.hex(), "local": CHECK_ID, **told}


def _request() -> dict[str, str]:
    return {
        "body": _body().decode(),
        "body_sha256": signing.digest(_body()),
        "digest": signing.request_digest("POST", "/federation/v1/disclosures", "key-1", _body()),
    }


def _papers() -> dict[str, Any]:
    """What two areas say of papers asked for, before it is sealed, and what each is bound to."""
    question = DisclosureQuestion(
        excerpt={"purpose": "referred_elsewhere"},
        subject=PERSON.model_copy(update={"ref": ""}),
        salt=encoding.b64(SALT),
    )
    ask = PapersAsk(
        check_id=CHECK_ID,
        handle=HANDLE,
        question=question,
        wanted=(PaperWanted.plan, PaperWanted.minutes),
        why=WhyPapers.on_agenda,
        needed_by=dt.date(2026, 12, 3),
        until=NOW + 86_400,
    )
    said = {
        PapersKind.ask: ask,
        PapersKind.word: PapersWord(state=PapersState.withheld, opened_at=NOW),
        PapersKind.release: PapersReleased(
            items=(
                PackedItem(kind="minutes", title="minutes of 2026-09-18", supplier="Police", at=NOW),
                PackedItem(kind="plan", supplier="Eastvale Hospital", held_by="Eastvale Hospital"),
            ),
            permission=Permitted(by="C. Chair", date=dt.date(2026, 11, 30)),
            opened_at=NOW,
        ),
        PapersKind.withdraw: PapersWithdrawn(to=PapersState.withdrawn),
    }
    answer = PapersAnswer(request_id=CHECK_ID, word=PapersWord(state=PapersState.asked))
    return {
        "said": {kind.value: encode(one).decode() for kind, one in said.items()},
        "hpke_info": {
            kind.value: context_of("northmoor", "eastvale", "0" * 16, CHECK_ID, kind).info.decode("latin-1")
            for kind in said
        },
        "answer": encode(answer).decode(),
    }


def _handover() -> dict[str, Any]:
    """The key of a service for one transfer, and what is sealed to it: what it says, and what it is bound to."""
    keys = NodeKeys(
        SigningKey.of(Ed25519PrivateKey.from_private_bytes(bytes(32))),
        X25519PrivateKey.from_private_bytes(bytes(range(32))),
        Vault(bytes(32)),
        services=bytes(range(32, 64)),
    )
    public = keys.service_sealing(HANDLE, CHECK_ID).public_key().public_bytes_raw()
    words = HandoverWords(
        service="Haven",
        by="I. Fairweather",
        phone="01632 960123",
        at=NOW,
        agreed="yes",
        words="She is at work.",
    )
    return {
        "services": keys.services.hex(),
        "organisation": HANDLE,
        "transfer_id": CHECK_ID,
        "public_key": public.hex(),
        "key_id": key_id(public),
        "key_said": encode(ServiceKey(key=encoding.b64(public))).decode(),
        "words": encode(words).decode(),
        "hpke_info": handover_context("northmoor", "eastvale", key_id(public), CHECK_ID).info.decode(
            "latin-1"
        ),
    }


def _channel() -> dict[str, Any]:
    """From the reference that is read out to the place, the keys and the envelope; long parts by SHA-256."""
    reference = Reference.typed("ABCD EFGH jkmn-pqrs TUVW-XYZ2")
    asked = AskedFor(
        of="Mo Ashdown",
        by="Nia Redmayne",
        agency="Police",
        given_names=PERSON.given_names,
        surname=PERSON.surname,
        date_of_birth=PERSON.date_of_birth,
    )
    given = Given(asked=digest_of(asked), by="Mo Ashdown", refused=NotGiven.no_case)
    between = ("northmoor", "eastvale")
    parts = {
        "asked": (asked.model_dump_json().encode(), ASKED_BYTES, between),
        "given": (
            given.model_dump_json(exclude_defaults=True).encode(),
            KEPT_GIVEN_BYTES,
            (*between, given.asked),
        ),
        "call": (b"{}", CALL_BYTES, ("eastvale",)),
    }
    nonce = bytes(range(derived.NONCE_BYTES))
    with patch("hub.crypto.derived.os.urandom", lambda size: nonce[:size]):
        sealed = {
            part: reference.seal(part, plain, size, *bound) for part, (plain, size, bound) in parts.items()
        }
        sent = reference.post.sealed(sealed["given"], *between)
    return {
        "reference": reference.text,
        "place": reference.place.hex(),
        "post": reference.post.key.hex(),
        "slots": {says.value: reference.post.slot(says, sealed["asked"], *between).hex() for says in Says},
        "nonce": nonce.hex(),
        "parts": {
            part: {
                "plain": plain.decode(),
                "size": size,
                "bound": list(bound),
                "sealed_sha256": hashlib.sha256(sealed[part]).hexdigest(),
            }
            for part, (plain, size, bound) in parts.items()
        },
        "asked_sha256": digest_of(asked),
        "packed_sha256": {
            says.value: hashlib.sha256(
                Question(reference.post.slot(says, sealed["asked"], *between), sealed["asked"]).packed
            ).hexdigest()
            for says in Says
        },
        "sent_sha256": hashlib.sha256(sent).hexdigest(),
        "hpke_info": {
            way: envelope_context("northmoor", "eastvale", "0" * 16, way).info.decode("latin-1")
            for way in ("there", "back")
        },
    }


def _hearing() -> dict[str, Any]:
    """What two areas say of later hearings, before it is sealed, and what each is bound to."""
    about = (CHECK_ID, HANDLE, "involvement")
    return {
        "said": encode(HearingSaid(day=dt.date(2026, 12, 3))).decode(),
        "none": encode(HearingSaid()).decode(),
        "hpke_info": {
            name: SealContext(name, sender, to, "0" * 16, *about).info.decode("latin-1")
            for name, sender, to in (
                ("hearing", "northmoor", "eastvale"),
                ("hearing-answer", "eastvale", "northmoor"),
            )
        },
    }


def _jwt() -> dict[str, Any]:
    key = signing.SigningKey.of(Ed25519PrivateKey.from_private_bytes(bytes(range(32))))
    claims = {
        "iss": "northmoor",
        "sub": "northmoor",
        "aud": "eastvale",
        "iat": NOW,
        "exp": NOW + 60,
        "jti": "00" * 16,
        "htm": "POST",
        "htu": "https://eastvale.example/federation/v1/disclosures",
        "sha256": signing.digest(_body()),
    }
    made = signing.sign(key, MessageType.disclosure, claims)
    return {
        "public_key": key.public.hex(),
        "kid": key.kid,
        "types": [message.value for message in MessageType],
        "header": json.loads(signing.unverified(made)[0]),
        "claims": claims,
        "token": made,
    }


def _audit() -> dict[str, Any]:
    event = Event(
        action=Action.request_received,
        actor=peer_actor("northmoor"),
        refs=Refs(check_id=CHECK_ID, peer="northmoor"),
        digests={DigestOf.request: salted_digest(DigestOf.request, SALT, _body())},
        detail=Detail(purpose=Purpose.referred_elsewhere, elements=64, protocol=True),
    )
    head = genesis("eastvale")
    entry = link(head, dt.datetime.fromtimestamp(NOW, dt.UTC), event)
    return {
        "genesis": head.hash,
        "entry": {"seq": entry.seq, "at": entry.at, "action": entry.action, "body": entry.body,
                  "prev": entry.prev, "hash": entry.hash},
        "user": user_actor(bytes(range(32)), "A. Coordinator"),
    }  # fmt: skip


def main() -> None:
    """Write the file."""
    OURS.write_text(json.dumps(build(), indent=1, ensure_ascii=False) + "\n", encoding="utf-8")


if __name__ == "__main__":
    main()
