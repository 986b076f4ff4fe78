"""What is said sealed to a peer: to its key of the moment, once more where the peer has given that key up.

And the first try to deliver what waits in the outbox. Does not say what is sent, nor follow the answer.
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from typing import Final

from hub.crypto import encoding, hpke
from hub.crypto.hpke import PACK_PAD_CLASSES, SealContext
from hub.crypto.signing import digest
from hub.errors import HubError, PeerError
from hub.federation.client import PeerClient, VerifiedAnswer
from hub.federation.peers import KnownPeer, refresh, up_to_date
from hub.node.node import Node
from hub.records import outbox
from hub.records.outbox import Delivery
from hub.values import Value
from hub.wire.messages import KEY_NOT_IN_USE, MessageType

FIRST_TRY_S: Final = 120
"""Who decides tries to deliver first; then, or if that process died, the worker does."""


@dataclass(frozen=True, slots=True)
class Said:
    """What is said to a peer. `key`: what its Idempotency-Key begins with.

    `bound_to`: the context that it is sealed in, by sender, recipient and the key's name. `message`: what is
    posted, of the key's name and the sealed bytes in base64.
    """

    type: MessageType
    path: str
    key: str
    plain: bytes
    bound_to: Callable[[str, str, str], SealContext]
    message: Callable[[str, str], Value]


async def post_sealed(node: Node, client: PeerClient, area: str, said: Said) -> VerifiedAnswer:
    """Send it. Raises PeerError where the area fails, NotFoundError where it is no peer."""
    peer = await up_to_date(node, client, area)
    try:
        return await _once(node, client, peer, said)
    except PeerError as error:
        if error.problem != KEY_NOT_IN_USE:
            raise
        again = await refresh(node, client, area)
        if again.sealing_key_id == peer.sealing_key_id:
            raise
        return await _once(node, client, again, said)


async def _once(node: Node, client: PeerClient, peer: KnownPeer, said: Said) -> VerifiedAnswer:
    context = said.bound_to(node.node_id, peer.node_id, peer.sealing_key_id)
    sealed = hpke.seal(said.plain, peer.pinned.sealing, context, PACK_PAD_CLASSES)
    message = said.message(peer.sealing_key_id, encoding.b64(sealed))
    body = message.model_dump_json().encode()  # Its own digest is signed: it need not be canonical.
    return await client.post(peer.pinned, said.type, said.path, body, key=f"{said.key}-{digest(body)}")


async def first_try(node: Node, number: str, deliver: Callable[[Delivery], Awaitable[None]]) -> str:
    """Deliver what was decided just now; why it waits, in words, where it could not be."""
    with node.read() as tx:
        delivery = outbox.get(tx, number)
    if delivery is None:
        return ""
    try:
        await deliver(delivery)
    except HubError as error:
        with node.write() as tx:
            outbox.put_off(tx, number, str(error))
        return error.text
    return ""
