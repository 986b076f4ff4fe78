"""Holding two nodes' records of what passed between them against each other, by each one's own log.

What one side has and the other has not is named: lost there or here after a restoration, or done in a node's name
by somebody else. Also whether each log still has the entries that it signed for. Both sides of the message, and the
comparison, which is pure. Mends nothing.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import Any, Final

from hub.audit.chain import Head, head_after
from hub.audit.events import OPERATOR, Action, Actor, Refs
from hub.checks.bodies import held_of, told_of, unlike
from hub.crypto.signing import read_claims, unverified
from hub.errors import InputError, QuotaError
from hub.federation.authentication import Caller, admit
from hub.federation.client import PeerClient
from hub.federation.peers import up_to_date
from hub.federation.receipts import Refused, Reply
from hub.node.node import Node
from hub.node.transaction import Reading, Transaction
from hub.records import witness
from hub.records.exchanges import COUNTED, Exchanges, exchanges_with
from hub.store.audit import DatabaseAudit
from hub.store.checks import newest_receipts
from hub.store.received import quotas, set_quotas
from hub.store.witness import HeadState
from hub.values import NodeId
from hub.wire.messages import AnswerClaims, MessageType, encode, parse_answer
from hub.wire.quota import OverQuota, charge
from hub.wire.witness import (
    MOST_DAYS,
    MOST_ENTRIES,
    MOST_EXCHANGES,
    RECONCILIATIONS_PATH,
    DayTold,
    HeadTold,
    ReconciliationAnswer,
    ReconciliationRequest,
)

_POOL: Final = "reconciliations"
MARGIN: Final = dt.timedelta(days=1)
"""What passes about midnight is of two days on two nodes."""


class Difference(StrEnum):
    """What does not agree."""

    lost_there = "lost_there"
    lost_here = "lost_here"
    not_known_there = "not_known_there"
    not_known_here = "not_known_here"
    log_there = "log_there"
    log_here = "log_here"
    body_there = "body_there"
    body_here = "body_here"


IN_WORDS: Final = {
    Difference.lost_there: "the area signed for it, and does not have it any more: lost there, after a restoration",
    Difference.lost_here: "the area has our answer, and we do not have it any more: lost here, after a restoration",
    Difference.not_known_there: "it came in the area's name, and the area does not know it: lost there after a"
    " restoration, or somebody uses its keys",
    Difference.not_known_here: "the area answered it in our name, and this node does not know it: lost here after a"
    " restoration, or somebody uses our keys",
    Difference.log_there: "the area's log does not have the entry that it signed for: lost after a restoration, or"
    " rewritten",
    Difference.body_there: "the area keeps other words of it than we do, and ours are as our log says: altered"
    " there",
    Difference.body_here: "what we keep of it is not what our log says was asked and answered: altered here",
    Difference.log_here: "our log does not have the entry that the area holds our signature for: lost after a"
    " restoration, or rewritten",
}


@dataclass(frozen=True, slots=True)
class Finding:
    """One thing that does not agree. `of`: check, disclosure, acknowledgement or entry; `name`: which."""

    what: Difference
    of: str
    name: str


@dataclass(frozen=True, slots=True)
class Reconciled:
    """What came of one area. `days`: our counts and the area's, by day."""

    node_id: NodeId
    area: str
    findings: tuple[Finding, ...]
    days: Mapping[str, tuple[Mapping[str, int], Mapping[str, int]]]


def tell_our_side(node: Node, caller: Caller, request: ReconciliationRequest) -> Reply | Refused:
    """What we have of what passed between a peer and us, within its quota.

    Raises AuthenticationError on a replay, InputError.
    """
    first, last = _days(request)
    peer = caller.node_id
    with node.write() as tx:
        admit(tx, caller)
        if over := _over_quota(tx, peer):
            return over
    with node.read() as tx:
        ours = exchanges_with(tx, peer, first, last)
        log = DatabaseAudit(tx.session)
        entries = [log.at(number) for number in request.entries]
        held = witness.to_go_on_from(tx, peer)
        bodies = held_of(tx, peer, ours.read, ours.heard)
    answer = ReconciliationAnswer(
        **{
            name: tuple(sorted(found)[:MOST_EXCHANGES])
            for name, found in vars(ours).items()
            if name != "days"
        },
        bodies_told=told_of(bodies.ours),
        bodies_heard=told_of(bodies.theirs),
        days=tuple(DayTold(day=day, **counts) for day, counts in ours.days.items()),
        entries=tuple(_told(head_after(one)) for one in entries if one),
        held=_told(held.head) if held else None,
    )
    return Reply(encode(answer), counted=Action.reconciled)


def _over_quota(tx: Transaction, peer: NodeId) -> Refused | None:
    """Charge a peer for one reconciliation, or say that its quota is used up."""
    key = peer, _POOL
    tx.require_as_bound({"quota_use": [key]})
    after = charge(quotas(tx.session, [peer]).get(key), tx.node.settings.quotas.reconciliations, 1, tx.now)
    if isinstance(after, OverQuota):
        error = QuotaError("The quota of reconciliations is used up.", retry_after=after.retry_after_s)
        return Refused(error, "over_quota", Action.quota_refused)
    set_quotas(tx.session, {key: after})
    return None


async def reconcile(
    node: Node, client: PeerClient, peer: NodeId, days: int, *, by: Actor = OPERATOR
) -> Reconciled:
    """Hold our side of the last days against a peer's. Raises PeerError, NotFoundError."""
    last = node.today()
    first = last - dt.timedelta(days=days - 1)
    with node.read() as tx:
        signed_for = _signed_for(tx, peer)
    request = ReconciliationRequest(
        first=(first - MARGIN).isoformat(),
        last=(last + MARGIN).isoformat(),
        entries=tuple(sorted(signed_for)),
    )
    known = await up_to_date(node, client, peer)
    answer = await client.post(
        known.pinned, MessageType.reconciliation, RECONCILIATIONS_PATH, encode(request)
    )
    theirs = parse_answer(ReconciliationAnswer, answer.body)
    with node.write() as tx:
        ours = exchanges_with(tx, peer, first, last)
        wide = exchanges_with(tx, peer, first - 2 * MARGIN, last + 2 * MARGIN)
        held_there = theirs.held
        entry = DatabaseAudit(tx.session).at(held_there.size) if held_there else None
        findings = [*compare(ours, wide, theirs), *_entries_there(signed_for, theirs)]
        bodies = held_of(tx, peer, wide.read, wide.heard)
        findings += [Finding(Difference.body_here, "disclosure", name) for name in sorted(bodies.altered)]
        findings += [
            Finding(Difference.body_there, "disclosure", name)
            for name in unlike(bodies, theirs.bodies_told, theirs.bodies_heard)
        ]
        if held_there and (entry is None or entry.hash != held_there.hash):
            findings.append(Finding(Difference.log_here, "entry", str(held_there.size)))
        tx.record(Action.reconciled, by=by, about=Refs(peer=peer), status="differs" if findings else "agrees")
    told = {one.day: one.model_dump(exclude={"day"}) for one in theirs.days}
    both = {day: (counts, told.get(day, {})) for day, counts in ours.days.items()}
    return Reconciled(peer, known.area, tuple(findings), both)


def compare(ours: Exchanges, wide: Exchanges, theirs: ReconciliationAnswer) -> Iterator[Finding]:
    """What one side has and the other has not. `wide`: ours of some days more than the area was asked for."""
    pairs: list[tuple[Difference, str, set[str], set[str]]] = [
        (Difference.lost_there, "check", ours.got, set(theirs.answered)),
        (Difference.lost_there, "disclosure", ours.read, set(theirs.heard)),
        (Difference.lost_there, "acknowledgement", ours.acknowledges, set(theirs.acknowledged)),
        (Difference.not_known_there, "check", ours.answered, set(theirs.asked)),
        (Difference.not_known_there, "disclosure", ours.heard, set(theirs.told)),
        (Difference.lost_here, "check", set(theirs.got), wide.answered),
        (Difference.lost_here, "disclosure", set(theirs.read), wide.heard),
        (Difference.lost_here, "acknowledgement", set(theirs.acknowledges), wide.acknowledged),
        (Difference.not_known_here, "check", set(theirs.answered), wide.asked),
        (Difference.not_known_here, "disclosure", set(theirs.heard), wide.told),
    ]
    for what, of, there, here in pairs:
        yield from (Finding(what, of, name) for name in sorted(there - here))


def _signed_for(tx: Reading, peer: NodeId) -> dict[int, str]:
    """The newest entries of a peer's log that it signed for, by number: in heads that it showed, and receipts."""
    found = {
        one.head.size: one.head.hash
        for one in witness.heads_of(tx, peer)[: MOST_ENTRIES // 2]
        if one.row.state is HeadState.kept
    }
    for token in newest_receipts(tx.session, peer, MOST_ENTRIES // 2):
        receipt = read_claims(AnswerClaims, unverified(token)[1]).receipt
        if receipt is not None:
            found[receipt.log_size] = receipt.log_head
    return found


def _entries_there(signed_for: Mapping[int, str], theirs: ReconciliationAnswer) -> Iterator[Finding]:
    there = {one.size: one.hash for one in theirs.entries}
    for number, signed in sorted(signed_for.items()):
        if there.get(number) != signed:
            yield Finding(Difference.log_there, "entry", str(number))


def _days(request: ReconciliationRequest) -> tuple[dt.date, dt.date]:
    try:
        first, last = dt.date.fromisoformat(request.first), dt.date.fromisoformat(request.last)
    except ValueError:
        first, last = dt.date.max, dt.date.min
    if not 0 <= (last - first).days < MOST_DAYS:
        raise InputError(f"A reconciliation is of at most {MOST_DAYS} days.")
    return first, last


def _told(head: Head) -> HeadTold:
    return HeadTold(size=head.size, hash=head.hash)


def counts_differ(days: Mapping[str, tuple[Mapping[str, int], Mapping[str, int]]]) -> dict[str, Any]:
    """The days on which the two sides do not count the same: what one asked and the other answered."""
    across = {"asked": "answered", "answered": "asked", "told": "heard", "heard": "told"}
    return {
        day: {"ours": dict(ours), "theirs": dict(theirs)}
        for day, (ours, theirs) in days.items()
        if any(ours[name] != theirs.get(across[name]) for name in COUNTED)
    }
