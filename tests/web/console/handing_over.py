"""A client whose case has moved to Eastvale, and somebody whose case came from there with a handover."""

from __future__ import annotations

from hub.crypto import hpke
from hub.crypto.encoding import b64
from hub.crypto.vault import key_id
from hub.node.node import Node
from hub.records.cases import HeldCase
from hub.records.transfers import Transfer, TransferStep, keep_transfer
from hub.transfers.handover import came
from hub.transfers.service_keys import key_of, services_of
from hub.wire.messages import encode
from hub.wire.transfers import (
    HANDOVER_PAD_CLASSES,
    Handover,
    HandoverWords,
    TransferState,
    handover_context,
)

THERE = "eastvale"


def moved_on(node: Node, held: HeldCase, key: bytes) -> None:
    """A case has moved there, and we have the key of the service there."""
    with node.write() as tx:
        keep_transfer(tx, _accepted("c1" * 16, held, tx.now, direction="out", service_key=b64(key)), new=True)


def came_from(node: Node, held: HeldCase, words: str) -> None:
    """A case has come from there, and the service there has handed over."""
    transfer = _accepted("c2" * 16, held, node.now(), direction="in")
    with node.write() as tx:
        keep_transfer(tx, transfer, new=True)
        (service,) = services_of(tx, transfer)
        key = key_of(tx, service, transfer)
        context = handover_context(THERE, node.node_id, key_id(key), transfer.id)
        said = HandoverWords(service="Harbour", by="I. Vale", at=tx.now, agreed="yes", words=words)
        sealed = hpke.seal(encode(said), key, context, HANDOVER_PAD_CLASSES)
        assert came(tx, transfer, Handover(key_id=key_id(key), sealed=b64(sealed))) is None


def _accepted(number: str, held: HeldCase, now: int, **more: object) -> Transfer:
    return Transfer.model_validate(
        {
            "id": number,
            "peer": THERE,
            "case_ref": held.details.case_ref,
            "case": held.row.ref_digest.hex(),
            "state": TransferState.accepted,
            "steps": (TransferStep(state=TransferState.accepted, by="", at=now),),
            **more,
        }
    )
