"""A case that moves, as an area says it wrongly with its own keys: honestly but for one thing."""

from __future__ import annotations

import random
import secrets
from collections.abc import Iterator
from functools import partial
from pathlib import Path
from typing import Any, Final

from hub.crypto import hpke
from hub.crypto.encoding import b64
from hub.crypto.vault import key_id
from hub.federation.client import PeerClient
from hub.records.accounts import AccountRole
from hub.records.idva import every_idva_referral
from hub.records.transfers import (
    Transfer,
    drop_pack,
    every_transfer,
    keep_pack,
    keep_transfer,
    packed_of,
    transfer_of,
)
from hub.store import cases
from hub.transfers.deliver import context_of
from hub.transfers.service_keys import key_of, services_of
from hub.values import Role
from hub.wire.messages import encode
from hub.wire.transfers import (
    HANDOVER_PAD_CLASSES,
    TRANSFERS_PATH,
    MessageKind,
    Pack,
    TransferMessage,
    handover_context,
)
from tests.accounts.people import cheap_passwords
from tests.federation.mutations import Mutation
from tests.federation.nodes import Areas, copied
from tests.federation.sayer import BODIES, SAYS, Trial, item, posted, sealed, text_of
from tests.transfers.moving import HE, NEW, OLD, SHE, heard, offered
from tests.web.console.signed_in import Console

SEED: Final = 20261129
NOTHING: Final = Mutation("offer", ("kind",), "as marac")
"""What changes nothing."""
IDVA: Final = "the Idva at Eastvale"


def pack(chance: random.Random) -> dict[str, Any]:
    """A case as an honest area packs it, with something in every field."""
    kinds = chance.sample(list(BODIES), len(BODIES))
    people = [
        {"person": {**one.model_dump(mode="json"), "ref": ""}, "address": f"1 {SAYS}", "safe_to_call": False}
        for one in (SHE, HE.model_copy(update={"role": Role.perpetrator}))
    ]
    document = {
        "case_ref": f"{SAYS}-{secrets.token_hex(4)}",
        "kind": "marac",
        "referral_date": "2026-09-01",
        "meeting_date": "2026-09-15",
        "disclosed_on": "2026-08-30",
        "agreement": "given",
        "victim_aware": True,
        "criteria": ["professional judgement"],
        "not_safe_to_talk_to": [f"{SAYS} School"],
        "fled_from": [],
        "sealed": False,
        "people": people,
        "items": [item(kind) for kind in kinds],
        "offered_by": {"name": f"C. {SAYS}", "role": "manager", "agency": "Police", "agency_kind": "police"},
        "permission": {"by": f"Chair {SAYS}", "date": "2026-11-01"},
        "reason": f"She moved to {SAYS}.",
        "until": 1_795_000_000,
    }
    assert Pack.model_validate(document)
    return document


def begun(folder: Path, template: Path) -> Iterator[Trial]:
    """Northmoor and Eastvale, of which one says everything wrongly, and a coordinator of each who looks at it."""
    areas = copied(template, folder, lambda _: "sqlite:///hub.sqlite3")
    heard(areas)
    assert offered(areas).transfer  # Before managers have accounts, in which they would have to sign.
    made = Trial(areas)
    with cheap_passwords():
        client = partial(PeerClient, transport=areas.network)
        for area in (OLD, NEW):
            console = Console.of(areas[area], "Police", client)
            made.consoles[area] = (console, console.users[AccountRole.coordinator].signed_in())
        made.consoles[IDVA] = (console, console.users[AccountRole.idva].signed_in())
    yield made
    areas.close()


def message(areas: Areas, to: str, kind: MessageKind, plain: bytes, number: str) -> dict[str, Any]:
    """What carries it, honestly."""
    (by,) = {OLD, NEW} - {to}
    key_id = areas[to].sealing_key_id
    content = sealed(areas, to, plain, context_of(by, to, key_id, number, kind))
    return TransferMessage(transfer_id=number, kind=kind, key_id=key_id, sealed=content).model_dump(
        mode="json"
    )


def say(areas: Areas, to: str, kind: MessageKind, plain: bytes, number: str) -> Any:
    """Say it to an area, honestly but for what is in it."""
    (by,) = {OLD, NEW} - {to}
    body = encode(TransferMessage.model_validate(message(areas, to, kind, plain, number)))
    return posted(areas, by, to, TRANSFERS_PATH, body)


def at(areas: Areas, area: str, number: str) -> Transfer | None:
    with areas[area].read() as tx:
        return transfer_of(tx, number)


def offer_of_ours(trial: Trial) -> tuple[Transfer, bytes]:
    """What Northmoor offered, as it waits for Eastvale's word, with what moves."""
    with trial.areas[OLD].read() as tx:
        (found,) = (one for one in every_transfer(tx) if one.direction == "out")
        packed = packed_of(tx, found)
        assert packed
        return found, packed


def waits_again(areas: Areas, before: tuple[Transfer, bytes]) -> None:
    """It waits for a word as it did."""
    transfer, packed = before
    with areas[OLD].write() as tx:
        keep_transfer(tx, transfer)
        drop_pack(tx, transfer.id)
        keep_pack(tx, transfer.id, packed)


def accepted_there(trial: Trial, chance: random.Random) -> tuple[str, str, bytes]:
    """A case that Eastvale accepted, and that went to its Idva service: transfer, referral, that service's key."""
    areas, number = trial.areas, secrets.token_hex(16)
    assert say(areas, NEW, MessageKind.offer, text_of(pack(chance), NOTHING), number).status_code == 200
    assert trial.does(NOTHING, NEW, f"/transfers/{number}", answer="accept", reason="She is here.") == 303
    kept, node = at(areas, NEW, number), areas[NEW]
    assert kept
    with node.read() as tx:
        (service,) = services_of(tx, kept)
        row = cases.find(tx.session, bytes.fromhex(kept.case))
        assert row
        referral = next(one.id for one in every_idva_referral(tx) if one.case == row.handle.hex())
        return number, referral, key_of(tx, service, kept)


def handover(number: str, key: bytes, words: bytes) -> dict[str, Any]:
    """What carries it from Northmoor, honestly."""
    context = handover_context(OLD, NEW, key_id(key), number)
    sealed_words = hpke.seal(words, key, context, HANDOVER_PAD_CLASSES)
    return {"key_id": key_id(key), "sealed": b64(sealed_words)}
