"""Areas that gave no answer and are rung: which checks wait for that, and what was said.

It is kept sealed with the check. Whether an area that somebody fled is rung is a manager's to say (`sign`). Rings
nobody, and gives no number (`telephones`).
"""

from __future__ import annotations

from itertools import islice

from hub.accounts.accounts import Acting
from hub.audit.events import Action, Refs
from hub.cases.access import check_for
from hub.cases.shown import checks_shown
from hub.checks.earlier import telling_today
from hub.checks.once_more import asked_once_more
from hub.checks.telling import grave
from hub.errors import NotFoundError
from hub.node.node import Node
from hub.records.check import (
    RecordedCheck,
    Rung,
    asked_of,
    recorded_check,
    still_to_ring,
    update_check,
)
from hub.records.gists import CheckGist
from hub.values import NodeId, Requester


def to_be_rung(node: Node, acting: Acting, most: int) -> list[tuple[CheckGist, tuple[NodeId, ...]]]:
    """The newest checks that they may open and of which areas are still to be rung, and which.

    None of them is one that somebody fled, or that is not safe to talk to. Raises UsageError, RowsError.
    """
    found = list(islice(checks_shown(node, acting, lambda one: one.to_ring), most))
    with node.read() as tx:
        tx.require_as_bound({"check_record": [(one.check_id,) for one in found]})
        kept = [recorded_check(tx, one.check_id) for one in found]
    safe = [_safe_to_ring(node, one) for one in kept]
    return [(one, areas) for one, areas in zip(found, safe, strict=True) if areas]


def _safe_to_ring(node: Node, kept: RecordedCheck) -> tuple[NodeId, ...]:
    left = still_to_ring(node, kept)
    telling = telling_today(node, kept) if left else None
    check_id = kept.result.check_id
    return tuple(
        one for one in left if telling and not grave(one, telling) and not _later(node, check_id, one)
    )


def _later(node: Node, check_id: str, area: NodeId) -> bool:
    """Whether it was asked once more, so that it is to be rung for that check, if at all."""
    later = asked_once_more(node, check_id, area)
    return later is not None and later.result.decision.permitted


def ring(node: Node, asker: Requester, check_id: str, area: NodeId, said: Rung) -> None:
    """Keep what was said when an area was rung that gave no answer; the same form again keeps nothing more.

    Raises NotFoundError for an area that answered, or was not asked, and as `check_for`.
    """
    check_for(node, asker, check_id)
    with node.write() as tx:
        tx.hold_others_off()
        kept = recorded_check(tx, check_id)
        before = kept.rung.get(area, ())
        silent = [one.node_id for one in kept.result.areas if one.silent]
        if area not in (silent if kept.result.areas else asked_of(node, kept.request)):
            raise NotFoundError("This area is not to be rung for this check.", kept="Nothing was changed.")
        if said.once and any(one.once == said.once for one in before):
            return
        update_check(tx, kept.model_copy(update={"rung": {**kept.rung, area: (*before, said)}}))
        tx.record(Action.area_rung, by=node.actor(said.by), about=Refs(check_id=check_id, peer=area))
