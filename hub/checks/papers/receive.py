"""What another area says of papers arrives: that it asks for ours, its word of what we asked, or the papers.

The answer to each is how far it is here. That a request waits here says nothing: one about a case of which that
area must learn nothing by now waits as any other, and a manager looks into it. Papers that come are kept on the
case that asked, as that area's; the same twice changes nothing, and others under the same request are refused.
Decides for nobody.
"""

from __future__ import annotations

import datetime as dt
import hashlib
from collections.abc import Mapping, Sequence
from typing import Final

from hub.audit.events import NODE, Action, peer_actor
from hub.cases.alerts import alert_of_papers
from hub.cases.arrived import as_papers
from hub.cases.owed import ASKED, Because, owe, settle
from hub.checks.answer import HolderDecision, considered
from hub.checks.papers.ask import RING_FOR_PAPERS
from hub.checks.papers.deliver import context_of
from hub.checks.papers.sides import asked, asking, ended, hear, matter_of, refs
from hub.consent import Decider, Obligation, Outcome
from hub.crypto import encoding, hpke
from hub.crypto.hpke import PACK_PAD_CLASSES
from hub.errors import ConflictError, NotFoundError
from hub.federation.authentication import Caller, Request, admit
from hub.federation.receipts import Refused, Reply
from hub.federation.stored_answers import answered_before, keep_answer, require_key, sealed_to_another
from hub.node.node import Node
from hub.node.transaction import Reading, Transaction
from hub.records import decisions, notices, papers, received
from hub.records.notices import Matter, Waits
from hub.records.papers import PaperKind, WithFile
from hub.records.papers_requests import (
    PapersRequest,
    PapersStep,
    every_papers_request,
    keep_papers_request,
    papers_request_of,
)
from hub.records.received import DisclosureKey, ReceivedDisclosure
from hub.records.transfers import ItemMoved
from hub.store import cases
from hub.values import Level
from hub.wire.messages import encode, parse_request
from hub.wire.papers import (
    PapersAnswer,
    PapersAsk,
    PapersKind,
    PapersMessage,
    PapersReleased,
    PapersState,
    PapersWithdrawn,
    PapersWord,
    PaperWanted,
)
from hub.wire.transfers import MAX_SEALED_BYTES

ANSWER_KEPT_S: Final = 86_400
LONGEST_S: Final = 75 * 86_400
"""No request waits longer here, whatever it says."""
MOST_OPEN: Final = 100
"""Of one area, requests that wait here. More are refused until some are answered."""
REVIEW_EARLIER_PLAN: Final = "review_earlier_plan"
ASK_SUPPLIER: Final = "ask_supplier"
ASK_DAYS: Final = 3  # CHOICE
Said = PapersAsk | PapersWord | PapersReleased | PapersWithdrawn
_MODELS: Final[Mapping[PapersKind, type[Said]]] = {
    PapersKind.ask: PapersAsk,
    PapersKind.word: PapersWord,
    PapersKind.release: PapersReleased,
    PapersKind.withdraw: PapersWithdrawn,
}


def receive(node: Node, caller: Caller, signed: Request, message: PapersMessage) -> Reply | Refused:
    """Take a message about papers, and say how far it is here.

    Raises AuthenticationError on a replay or what does not open, InputError on what is malformed, ScannerError
    where a file that came cannot be looked at now.
    """
    require_key(signed)
    if message.key_id != node.sealing_key_id:
        return sealed_to_another(node, caller)
    plain = _opened(node, caller, message)
    parsed = parse_request(_MODELS[message.kind], plain, MAX_SEALED_BYTES)
    came = (
        as_papers(
            node, caller.node_id, parsed.items, ("", node.now()), set(PaperWanted)
        )  # A scanner is asked by no transaction.
        if isinstance(parsed, PapersReleased)
        else []
    )
    with node.write() as tx:
        admit(tx, caller)
        stored = answered_before(tx, caller, signed)
        if isinstance(stored, Refused):
            return stored
        one = papers_request_of(tx, message.request_id)
        ours = message.kind in (PapersKind.word, PapersKind.release)
        if one is not None and (one.peer, one.direction == "out") != (caller.node_id, ours):
            return Refused(_unknown(), "not_theirs")
        said = _said(tx, caller, (message.request_id, one), parsed, plain, came)
        if isinstance(said, Refused):
            return said
        if stored is None:
            keep_answer(tx, caller, signed, None, ANSWER_KEPT_S)
    return Reply(encode(PapersAnswer(request_id=message.request_id, word=said)))


def _opened(node: Node, caller: Caller, message: PapersMessage) -> bytes:
    context = context_of(caller.node_id, node.node_id, message.key_id, message.request_id, message.kind)
    return hpke.unseal(encoding.unb64(message.sealed), node.keys.sealing, context, PACK_PAD_CLASSES)


def _said(
    tx: Transaction,
    caller: Caller,
    about: tuple[str, PapersRequest | None],
    parsed: Said,
    plain: bytes,
    came: Sequence[WithFile],
) -> PapersWord | Refused:
    number, one = about
    if isinstance(parsed, PapersAsk):
        return _asked(tx, caller, number, one, parsed)
    if one is None:
        return Refused(_unknown(), "not_asked")
    if isinstance(parsed, PapersWithdrawn):
        return _wanted_no_more(tx, caller, one, parsed)
    if isinstance(parsed, PapersReleased):
        return _arrived(tx, one, parsed, plain, came)
    return _word_of(hear(tx, one, parsed))


def _word_of(one: PapersRequest) -> PapersWord:
    return PapersWord(state=one.state, opened_at=one.opened_at)


def _asked(
    tx: Transaction, caller: Caller, number: str, before: PapersRequest | None, ask: PapersAsk
) -> PapersWord | Refused:
    """Papers of ours are asked for: kept once, for a person to decide."""
    if before is not None:
        if _what(before) != _what(ask):
            error = ConflictError("This request came with something else before.", kept="The first.")
            return Refused(error, "request_changed")
        return asked(before).word
    answered = _answered(tx, caller, ask)
    if answered is None:
        return Refused(_unknown(), "not_answered_before")
    waiting = (each for each in every_papers_request(tx) if each.open and each.direction == "in")
    if sum(each.peer == caller.node_id for each in waiting) >= MOST_OPEN:
        return Refused(ConflictError("Too many requests of this area wait here."), "too_many_wait")
    state = PapersState.expired if tx.now >= ask.until else PapersState.asked
    recorded = decisions.get(tx, answered.case.decision_id or 0)
    one = PapersRequest(
        id=number,
        direction="in",
        peer=caller.node_id,
        case_ref=recorded.case_ref,
        case=(answered.case.case_digest or b"").hex(),
        check_id=ask.check_id,
        handle=ask.handle,
        question=ask.question,
        wanted=ask.wanted,
        why=ask.why,
        needed_by=ask.needed_by,
        until=min(ask.until, tx.now + LONGEST_S),
        state=state,
        steps=(PapersStep(state=state, by="", at=tx.now),),
    )
    keep_papers_request(tx, one, new=True)
    actor = peer_actor(caller.node_id)
    tx.record(Action.papers_asked_of_us, by=actor, about=refs(one), status=state.value)
    if one.open:
        digest = bytes.fromhex(one.case)
        notices.arises(tx, Matter(waits=Waits.papers, about=(number,)), digest)
        if _must_learn_nothing(tx, one):
            alert_of_papers(tx, one.peer, one.id)
    return asked(one).word


def _what(one: PapersRequest | PapersAsk) -> tuple[object, ...]:
    return one.check_id, one.handle, one.question, one.wanted, one.why, one.needed_by


def _answered(tx: Reading, caller: Caller, ask: PapersAsk) -> ReceivedDisclosure | None:
    """What that area asked of the same candidate and was answered, that we know them; None where it was not."""
    for level in (Level.summary, Level.involvement):
        key = DisclosureKey(caller.node_id, ask.check_id, bytes.fromhex(ask.handle), level)
        tx.require_as_bound({"received_disclosure": [tuple(key.row)]})
        found = received.disclosure(tx, key)
        if found is not None and found.recorded.disclosure.status == "answered" and found.case.case_digest:
            return found
    return None


def key_of(one: PapersRequest) -> DisclosureKey:
    """What the request is about, as a disclosure at the level that papers are asked at."""
    return DisclosureKey(one.peer, one.check_id, bytes.fromhex(one.handle), Level.summary)


def _must_learn_nothing(tx: Transaction, one: PapersRequest) -> bool:
    """Whether nothing would go to that area even if everybody here agreed."""
    release = HolderDecision(Decider.coordinator, release=True)
    found = considered(tx, key_of(one), one.question, release)
    return found is None or found.decision.outcome is Outcome.refuse


def _wanted_no_more(tx: Transaction, caller: Caller, one: PapersRequest, said: PapersWithdrawn) -> PapersWord:
    """They want them no more: what was decided here stands."""
    side = asked(one).end(said.to)
    if side.state is not one.state:
        kept = one.took(PapersStep(state=side.state, by="", at=tx.now))
        keep_papers_request(tx, kept)
        ended(tx, kept, by=peer_actor(caller.node_id))
    return side.word


def _arrived(
    tx: Transaction, one: PapersRequest, released: PapersReleased, plain: bytes, came: Sequence[WithFile]
) -> PapersWord | Refused:
    """The papers that we asked for: kept on the case that asked."""
    digest = hashlib.sha256(plain).hexdigest()
    if one.state is PapersState.released:
        if one.digest != digest:
            error = ConflictError("Other papers came under this request before.", kept="The first.")
            return Refused(error, "pack_changed")
        return _word_of(one)
    try:
        side = asking(one).arrive()
    except ConflictError as error:
        return Refused(error, "not_wanted")
    row = cases.find(tx.session, bytes.fromhex(one.case))
    if row is None:
        return Refused(_unknown(), "case_gone")
    handles = papers.put(tx, row, *came, by=peer_actor(one.peer))
    items = tuple(
        ItemMoved(kind=each.kind, title=each.title, supplier=each.supplier, held_by=each.held_by)
        for each in released.items
    )
    kept = one.took(
        PapersStep(state=side.state, by="", at=tx.now),
        wanted_end=None,
        opened_at=one.opened_at or released.opened_at,
        items=items,
        permission=released.permission,
        digest=digest,
        papers=handles,
    )
    keep_papers_request(tx, kept)
    tx.record(Action.papers_arrived, by=peer_actor(one.peer), about=refs(kept), status=side.state.value)
    ended(tx, kept, by=NODE)
    settle(tx, matter_of(kept), RING_FOR_PAPERS)
    _owe(tx, kept, came)
    asker = kept.asked_by.name if kept.asked_by else ""
    notices.arises(tx, Matter(waits=Waits.papers, about=(kept.id,), asker=asker), row.ref_digest)
    return _word_of(kept)


def _owe(tx: Transaction, one: PapersRequest, came: Sequence[WithFile]) -> None:
    """What is owed because they came: the review of the earlier plan, and what has to be asked of others."""
    area = tx.node.areas.get(one.peer)
    name, owed = area.area if area else one.peer, list[Obligation]()
    if any(each.paper.kind is PaperKind.plan for each in came):
        text = (
            f"The earlier plan of {name} is here: review it action by action, before a new plan is accepted. Was it"
            " done, did it work, is it still needed?"
        )
        owed.append(Obligation(code=REVIEW_EARLIER_PLAN, text=text, due=max(tx.today, one.needed_by)))
    held = [f"{each.title or each.kind}: held by {each.held_by}" for each in one.items if each.held_by]
    if held:
        text = f"Ask for what {name} could not give. {'; '.join(held)}: ask them."[:2_000]
        due = tx.today + dt.timedelta(days=ASK_DAYS)
        owed.append(Obligation(code=ASK_SUPPLIER, text=text, due=due))
    owe(tx, matter_of(one), Because(ASKED, one.case_ref, one.asked_by), *owed)


def _unknown() -> NotFoundError:
    return NotFoundError("This area knows no such request for papers.")
