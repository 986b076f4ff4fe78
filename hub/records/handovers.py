"""What an Idva service of another area handed over to one here, as it is kept: as it came, sealed to that service.

It is a paper of the Marac's case, of which the node's own key opens nothing but for whom it is and of which
transfer. It is opened with the service's own key, in that service's name, and nowhere else
(`hub.transfers.handover`). Asks nobody who may read it.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import Final

from hub.crypto import hpke
from hub.crypto.encoding import unb64
from hub.errors import AuthenticationError, InputError
from hub.node.transaction import Reading
from hub.records.papers import KeptPaper, Paper, PaperKind
from hub.values import NodeId, Value
from hub.wire.messages import parse_request
from hub.wire.transfers import HANDOVER_PAD_CLASSES, Handover, HandoverWords, handover_context

SUPPLIER: Final = "Idva service"


class Came(Value):
    """What a paper of one says in the open: for which service (its id), by which transfer; and what is sealed."""

    service: str
    transfer: str
    handover: Handover


def paper_of(came: Came, area: NodeId, at: int) -> Paper:
    """It, as a paper of the Marac's case."""
    return Paper(
        kind=PaperKind.idva_handover,
        body=came.model_dump(mode="json"),
        by="",
        at=at,
        supplier=SUPPLIER,
        may_follow="no",
        source=area,
    )


def came_to(every: Iterable[KeptPaper], service: str, transfer: str) -> KeptPaper | None:
    """Of the papers of a case, what came for that service by that transfer, which comes once."""
    found = ((one, one.paper.body) for one in every if one.paper.kind is PaperKind.idva_handover)
    return next(
        (one for one, body in found if (body.get("service"), body.get("transfer")) == (service, transfer)),
        None,
    )


def read(tx: Reading, kept: KeptPaper) -> HandoverWords | None:
    """What it says, read with the key of the service that it is for; None where it does not open, or is no text.

    Whoever calls this acts for that service. Raises UsageError where the node has no secret for services.
    """
    came, area = Came.model_validate(kept.paper.body), kept.paper.source
    context = handover_context(area, tx.node.node_id, came.handover.key_id, came.transfer)
    key = tx.node.service_sealing(came.service, came.transfer)
    try:
        plain = hpke.unseal(unb64(came.handover.sealed), key, context, HANDOVER_PAD_CLASSES)
        return parse_request(HandoverWords, plain)
    except (AuthenticationError, InputError):
        return None
