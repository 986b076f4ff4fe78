"""One area's answer to a question: how it is asked, what is said of it, and how it is recorded with the check.

For the areas that are asked at once (`hub.checks.check`) and for one that is asked later (`hub.checks.ask_later`).
Decides nothing.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from functools import partial
from typing import Final

from hub.audit import events
from hub.audit.events import Action, Refs
from hub.checks.ask_area import CheckInProgress, ask_area
from hub.checks.dismissals import dismissal_digest
from hub.checks.results import present
from hub.checks.spread import Spread
from hub.errors import UnreachableError
from hub.federation.client import PeerClient
from hub.federation.faults import fault_of
from hub.federation.peers import DisabledPeer, Peer, up_to_date
from hub.node.node import Node
from hub.node.settings import Contact
from hub.node.transaction import Transaction
from hub.records.check import (
    AreaResult,
    AreaStatus,
    CheckResult,
    PublishedState,
    recorded_check,
    update_check,
)
from hub.store import dismissals
from hub.store.checks import add_receipt
from hub.wire.lookup import Found, Published

NOT_UNKNOWN: Final = "This does not mean that nobody is known there: telephone it."


@dataclass(frozen=True)
class AreaAnswer:
    """What came of asking one area: its result and, if it answered, what is kept of it. `evidence` is by handle."""

    result: AreaResult
    salt: bytes = b""
    receipt: str = ""
    evidence: Mapping[str, str] = field(default_factory=dict)
    fault: str = ""
    published: Published | None = None


async def ask_safely(
    asking: CheckInProgress, client: PeerClient, node_id: str, peer: Peer | None
) -> AreaAnswer:
    """One area's answer; whatever goes wrong there, foreseen or not, is said in its result and stays there."""
    tell = teller(asking.node, node_id, peer)
    if peer is None:
        note = "This area is not connected to the hub. It was not asked: telephone it."
        return AreaAnswer(tell(status=AreaStatus.not_connected, note=note))
    try:
        return area_answered(asking.node, node_id, await ask_one(asking, client, peer), tell)
    except Exception as error:  # noqa: BLE001 - one area's fault is not the others'
        fault = fault_of(error)
        unreachable = isinstance(error, UnreachableError)
        status = AreaStatus.unreachable if unreachable else AreaStatus.error
        return AreaAnswer(tell(status=status, note=f"{fault.text} {NOT_UNKNOWN}"), fault=fault.code)


async def ask_one(asking: CheckInProgress, client: PeerClient, peer: Peer, salt: bytes = b"") -> Found:
    """Ask one area, whose keys are read anew where they could not be before. Raises as `ask_area`."""
    if isinstance(peer, DisabledPeer):
        peer = await up_to_date(asking.node, client, peer.node_id)
    return await ask_area(asking, client, peer, salt)


def teller(node: Node, node_id: str, peer: Peer | None) -> Callable[..., AreaResult]:
    """What tells of an area, with name and telephone: areas.toml's, or else its own."""
    area = node.areas.get(node_id)
    name = area.area if area else peer.area if peer else node_id
    contact = str(area.contact) if area else peer.contact if peer else str(Contact())
    return partial(AreaResult, node_id=node_id, area=name, contact=contact)


def area_answered(node: Node, node_id: str, found: Found, tell: Callable[..., AreaResult]) -> AreaAnswer:
    """An area that answered. `tell`: of `teller`."""
    told = present(found, node.matching, _set_aside_before(node, node_id, found))
    answered = tell(
        status=AreaStatus.answered, candidates=told.candidates, set_aside=told.set_aside, note=told.note
    )
    handles = [one.handle for one in (*told.candidates, *told.set_aside)]
    evidence = {handle: found.evidence[bytes.fromhex(handle)].hex() for handle in handles}
    return AreaAnswer(answered, found.salt, found.receipt, evidence, published=found.published)


def area_left_out(
    node: Node, node_id: str, peer: Peer | None, note: str = "", later: Spread | None = None
) -> AreaAnswer:
    """An area that is not asked, or not yet."""
    by = dt.datetime.fromtimestamp(later.by, dt.UTC) if later else None
    tell = teller(node, node_id, peer)
    return AreaAnswer(tell(status=AreaStatus.not_asked, note=note, to_be_asked_by=by))


def _set_aside_before(node: Node, node_id: str, found: Found) -> set[bytes]:
    """The handles of candidates that a person dismissed, known again by evidence that no other has."""
    digests: dict[bytes, list[bytes]] = {}
    for handle, evidence in found.evidence.items():
        digests.setdefault(dismissal_digest(node.keys.vault, node_id, evidence), []).append(handle)
    with node.read() as tx:
        tx.require_as_bound({"not_same_pair": [(digest,) for digest in digests]})
        known = [digests[one] for one in dismissals.known(tx.session, list(digests))]
    return {handles[0] for handles in known if len(handles) == 1}


def _kept(published: Published) -> PublishedState:
    return PublishedState(
        epoch=published.epoch,
        feed_at=published.feed_at,
        digest=published.digest.hex(),
        verified_at=published.verified_at,
    )


def record_answers(
    node: Node,
    check_id: str,
    answers: Sequence[AreaAnswer],
    changed: Callable[[CheckResult], CheckResult],
    also: Callable[[Transaction], None] = lambda _: None,
) -> None:
    """Keep what areas answered with the check, and what its result becomes. `also`: in the same transaction."""
    answered = {one.result.node_id: one for one in answers if one.receipt}
    published = {area: _kept(one.published) for area, one in answered.items() if one.published}
    with node.write() as tx:
        tx.hold_others_off()  # Whoever rang an area meanwhile wrote it down with the check.
        kept = recorded_check(tx, check_id)
        found: dict[str, object] = {
            "result": changed(kept.result),
            "salts": kept.salts | {area: one.salt.hex() for area, one in answered.items()},
            "evidence": kept.evidence | {area: dict(one.evidence) for area, one in answered.items()},
            "published": kept.published | published,
        }
        update_check(tx, kept.model_copy(update=found))
        for one in answers:
            area = one.result.node_id
            refs = Refs(check_id=check_id, told_as=kept.told_as.get(area), peer=area)
            if one.receipt:
                add_receipt(tx.session, check_id, area, one.receipt)
                tx.record(Action.answer_received, by=events.NODE, about=refs)
            elif one.fault:
                tx.record(Action.peer_fault, by=events.NODE, about=refs, fault=one.fault)
        tx.record(Action.check_recorded, by=events.NODE, about=Refs(check_id=check_id))
        also(tx)
