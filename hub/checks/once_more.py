"""Asking an area once more that gave no answer: one press of who asked, on the form of the check that asked it.

A check of its own, decided and charged as any question. Its id follows from the first one's and the area's: pressed
twice, by a stale page too, it is asked once, and is asked once more from its own result. Nobody else's press stands
on what somebody answered of whom they know in the case. Never an area that is not to be rung (`telling.grave`).
"""

from __future__ import annotations

from contextlib import suppress
from typing import Final

from hub.cases.access import check_for
from hub.checks.check import check
from hub.checks.disclose import disclose_at_once
from hub.checks.earlier import telling_today
from hub.checks.telling import grave
from hub.errors import ConflictError, NotFoundError
from hub.federation.client import PeerClient
from hub.federation.peers import every_known
from hub.node.node import Node
from hub.records.check import AreaStatus, CheckResult, RecordedCheck, asked_of, recorded_check
from hub.values import NodeId, Requester

_GAVE_NONE: Final = frozenset({AreaStatus.error, AreaStatus.unreachable})


def once_more_id(node: Node, check_id: str, area: NodeId) -> str:
    """The id of the check that asks an area of a check once more."""
    return node.keys.vault.lookup("asked_once", f"again\x00{check_id}\x00{area}")[:16].hex()


def asked_once_more(node: Node, check_id: str, area: NodeId) -> RecordedCheck | None:
    """That check, where it was made. Raises StorageError."""
    with suppress(NotFoundError), node.read() as tx:
        return recorded_check(tx, once_more_id(node, check_id, area))
    return None


def to_ask_once_more(node: Node, asker: Requester, kept: RecordedCheck) -> tuple[NodeId, ...]:
    """The areas of a check that gave no answer, and that who asked may ask again as they stand; for others none."""
    result, known = kept.result, every_known(node)
    if not result.decision.permitted or node.user(kept.request.requester.name) != node.user(asker.name):
        return ()
    silent = [one.node_id for one in result.areas if one.status in _GAVE_NONE]
    telling = telling_today(node, kept)
    areas = silent if result.areas else asked_of(node, kept.request)
    return tuple(one for one in areas if known.get(one) is not None and not grave(one, telling))


async def ask_once_more(
    node: Node, client: PeerClient, asker: Requester, check_id: str, area: NodeId
) -> CheckResult:
    """Ask that area again, and tell at once where the question said so. Asked already, it is that result.

    Raises NotFoundError for an area that answered, that is not to be rung, or that somebody else asked; as `check`.
    """
    kept = check_for(node, asker, check_id)
    if area not in to_ask_once_more(node, asker, kept):
        raise NotFoundError("This area is not to be asked again for this check.", kept="Nobody was asked.")
    question = kept.request.model_copy(update={"areas": (area,), "ask_fled_areas": False, "requester": asker})
    try:
        result = await check(node, client, question, check_id=once_more_id(node, check_id, area))
    except ConflictError:
        before = asked_once_more(node, check_id, area)
        if before is None:
            raise
        return before.result
    return await disclose_at_once(node, client, question, result) if result.decision.permitted else result
