"""What waits in the outbox: which of it is due, and one try to deliver it. The kinds of it, and who delivers each.

A try that fails is put off, longer each time, or given up in the end: then it stays for a person to see.
"""

from __future__ import annotations

import logging
from collections.abc import Awaitable, Callable, Mapping
from typing import Final

from hub.checks.acknowledge import KIND as ACKNOWLEDGEMENT
from hub.checks.acknowledge import deliver_acknowledgement
from hub.checks.ask_later import ask_later
from hub.checks.deliver import KIND as DISCLOSURE
from hub.checks.disclose import redeliver
from hub.checks.papers.deliver import deliver as deliver_papers
from hub.checks.papers.sides import KIND as PAPERS
from hub.checks.spread import KIND as QUESTION
from hub.errors import HubError, unforeseen
from hub.federation.client import PeerClient
from hub.jobs.task import Task
from hub.node.node import Node
from hub.records import outbox as parcels
from hub.records.outbox import Delivery
from hub.store import outbox
from hub.store.outbox import DeliveryState
from hub.transfers.deliver import deliver as deliver_transfer
from hub.transfers.sides import KIND as TRANSFER

HANDLERS: Final[Mapping[str, Callable[[Node, PeerClient, Delivery], Awaitable[None]]]] = {
    DISCLOSURE: redeliver,
    ACKNOWLEDGEMENT: deliver_acknowledgement,
    TRANSFER: deliver_transfer,
    PAPERS: deliver_papers,
    QUESTION: ask_later,
}
"""Each makes one try; in the transaction that records what came of it, it also says so in the outbox (done, to be
asked again, lapsed). Whatever it raises is a try that failed.
"""

logger = logging.getLogger("hub.jobs")


def due(node: Node) -> list[Task]:
    """What is to be tried now."""
    with node.read() as tx:
        tx.require_tables_as_bound("outbox")
        return [Task(row.id, f"{row.kind}:{row.peer}") for row in outbox.due(tx.session, tx.now)]


async def attempt(node: Node, client: PeerClient, number: str) -> None:
    """One try of one delivery, if it still waits and its time has come."""
    try:
        with node.read() as tx:
            tx.require_as_bound({"outbox": [(number,)]})
            delivery = parcels.get(tx, number)
        if (
            delivery is None
            or delivery.row.state is not DeliveryState.open
            or delivery.row.next_at > node.now()
        ):
            return
        await HANDLERS[delivery.parcel.kind](node, client, delivery)
    except Exception as error:  # noqa: BLE001 - whatever it is, it is this delivery's alone
        _put_off(node, number, error if isinstance(error, HubError) else unforeseen(error))


def _put_off(node: Node, number: str, error: HubError) -> None:
    with node.write() as tx:
        state = parcels.put_off(tx, number, str(error))
    if state is DeliveryState.failed:
        logger.error(
            "delivery %s is given up, and waits for a person: see `hub jobs list`. %s", number, error
        )
    else:
        logger.warning("delivery %s: %s", number, error)
