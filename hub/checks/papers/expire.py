"""Requests for papers whose time has passed: the area that was asked ends them, and the one that asked asks it to.

So no request waits for ever. Done by the worker, each on its own.
"""

from __future__ import annotations

from hub.checks.papers import deliver
from hub.checks.papers.ask import wants_end
from hub.checks.papers.sides import asked, ended
from hub.node.node import Node
from hub.node.transaction import Transaction
from hub.records.papers_requests import (
    PapersRequest,
    PapersStep,
    every_papers_request,
    keep_papers_request,
    papers_request_of,
)
from hub.wire.papers import PapersKind, PapersState


def expire(node: Node) -> int:
    """End those that were asked of us, ask about those that we asked; return how many."""
    with node.read() as tx:
        over = [one.id for one in every_papers_request(tx) if _passed(one, tx.now)]
    for number in over:
        with node.write() as tx:
            tx.hold_others_off()
            now = papers_request_of(tx, number)
            if now is not None and _passed(now, tx.now):
                (_ask if now.direction == "out" else _end)(tx, now)
    return len(over)


def _passed(one: PapersRequest, now: int) -> bool:
    return one.open and one.over(now) and one.wanted_end is None


def _end(tx: Transaction, one: PapersRequest) -> None:
    side = asked(one).lapse()
    kept = one.took(PapersStep(state=side.state, by="", at=tx.now), told=side.told)
    keep_papers_request(tx, kept)
    ended(tx, kept)
    deliver.put(tx, kept, PapersKind.word, wait_s=0)


def _ask(tx: Transaction, one: PapersRequest) -> None:
    wants_end(tx, one, PapersStep(state=one.state, by="", at=tx.now), PapersState.expired)
