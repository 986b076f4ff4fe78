"""The area that she fled: one manager there, rung by the other, gives the plan, and nobody else learns of it.

What this manager logs, reads and decides stands in an envelope, sealed under the reference that was read to them
and, for the data-protection officer, to a key that is not on the node. Without the reference it reads like an empty
one: nothing is listed, counted, or put into the outbox, the log of disclosures or the audit log. Her case stays as
it is.
"""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass, replace

from hub.accounts.accounts import Acting
from hub.cases.packing import PaperChosen, classes_of, fitting, packed
from hub.cases.shown import case_shown, gists_shown
from hub.consent import Decision, decide
from hub.consent.context import same
from hub.errors import ConflictError, InputError, NotFoundError, UsageError
from hub.federation.peers import known
from hub.matching import confirm
from hub.node.node import Node
from hub.node.transaction import Reading, Transaction
from hub.records import arrived, envelopes
from hub.records.cases import HeldCase
from hub.records.envelopes import Envelope
from hub.records.submissions import Call
from hub.transfers.channel.facts import facts_of, require, require_other_area
from hub.transfers.decided import Offer, context_for, form_of
from hub.transfers.offer import require_days
from hub.values import LongText, NodeId, Person, Role, ShortText, Value
from hub.wire.channel import (
    ASKED_BYTES,
    CALL_BYTES,
    KEPT_GIVEN_BYTES,
    AskedFor,
    Given,
    NotGiven,
    Reference,
    digest_of,
)
from hub.wire.messages import parse_request
from hub.wire.transfers import PackedItem, Permitted


class Logged(Value):
    """What the manager of the old area keeps: the call, and what they gave. Sealed under the reference.

    `account`: whose it is; `asked`, `case_ref`, `items`, `permission`, `decision`: once they have answered.
    """

    account: str
    by: ShortText
    agency: ShortText
    peer: NodeId
    other: ShortText
    call: Call
    at: int
    answered_at: int = 0
    asked: AskedFor | None = None
    refused: NotGiven | None = None
    case_ref: ShortText = ""
    items: tuple[ShortText, ...] = ()
    left_out: int = 0
    permission: Permitted | None = None
    basis: tuple[ShortText, ...] = ()
    reason: LongText = ""


@dataclass(frozen=True, slots=True)
class Seen:
    """A channel as its manager sees it. `asked`: None while nothing came. `cases`: hers here, as they may open."""

    logged: Logged
    asked: AskedFor | None
    cases: tuple[tuple[str, str], ...] = ()


@dataclass(frozen=True, slots=True)
class Chosen:
    """What a manager ticks: the case (handle, hex), the papers (hex), by whose permission, and why."""

    case: str
    papers: tuple[str, ...]
    permission: Permitted
    reason: str
    declared: bool


@dataclass(frozen=True, slots=True)
class ToGive:
    """What would be given, item by item, and what is decided on it."""

    held: HeldCase
    items: tuple[PackedItem, ...]
    decision: Decision


def log_call(node: Node, acting: Acting, reference: Reference, peer: NodeId, other: str, call: Call) -> None:
    """Record that a manager of another area rang. Until then nothing that their node sends is shown.

    Raises NotFoundError where that area is no peer, ConflictError where it is logged already or no envelope is
    empty, UsageError.
    """
    require_other_area(node, peer)
    known(node, peer)
    with node.write() as tx:
        tx.hold_others_off()
        if envelopes.found(tx, reference.place) is not None:
            raise ConflictError(
                "A call is logged under this reference already.",
                kept="It, as it was.",
                do="Open it. If it is not yours, have a new reference made, and ring again.",
            )
        logged = Logged(
            account=acting.account.id,
            by=acting.account.name,
            agency=acting.organisation.name,
            peer=peer,
            other=other,
            call=call,
            at=tx.now,
        )
        blank = replace(envelopes.take_blank(tx), used=True, slot=reference.place)
        _keep(tx, reference, blank, logged)


def see(node: Node, acting: Acting, reference: Reference) -> Seen:
    """What came under a reference. Raises NotFoundError where there is nothing under it for this manager."""
    with node.read() as tx:
        _, logged = _opened(tx, acting, reference)
        asked = _asked(tx, reference, logged)
    if asked is None or logged.answered_at:
        return Seen(logged, asked)
    return Seen(logged, asked, tuple(_hers(node, acting, asked)))


def to_give(node: Node, acting: Acting, reference: Reference, chosen: Chosen) -> ToGive:
    """What would be given, and what the engine says of it. Keeps nothing.

    Raises NotFoundError, ConflictError where nothing was asked, UsageError with what stands against it, InputError.
    """
    seen = see(node, acting, reference)
    if seen.asked is None or seen.logged.answered_at:
        raise _not_open(seen)
    held = case_shown(node, acting, chosen.case)
    if held is not None and not any(_is_she(node, seen.asked, one) for one in _victims(held)):
        held = None
    facts = facts_of(node, acting, held, seen.asked.by, declared=chosen.declared)
    require(node, acting, facts)
    assert held is not None  # The rules refuse what is not there.
    require_days(held.details)
    offer = Offer(
        case_ref=held.details.case_ref,
        to=seen.logged.peer,
        items=tuple(PaperChosen(paper=one) for one in chosen.papers),
        permission=chosen.permission,
        reason=chosen.reason,
    )
    with node.read() as tx:
        items = tuple(_written(one) for one in packed(tx, held, offer.items).values())
    by, name = acting.requester, acting.account.name
    form = form_of(node, held, offer, by, classes_of(items), name)
    context = context_for(node, held, by, form, name)
    # Colleagues among her people are what the channel is for; the manager the rules looked at.
    context = replace(context, insider=frozenset())
    decision = decide(form, node.rules, node.today(), context)
    if decision.permitted:
        items = fitting(items, decision.releases)
    return ToGive(held, items, decision)


def give(node: Node, acting: Acting, reference: Reference, chosen: Chosen) -> ToGive:
    """Give it: the other area has it when its node asks next. Kept where it is permitted. Raises as `to_give`."""
    would = to_give(node, acting, reference, chosen)
    if not would.decision.permitted:
        return would
    with node.write() as tx:
        tx.hold_others_off()
        one, logged = _opened(tx, acting, reference)
        asked = _asked(tx, reference, logged)
        if asked is None or logged.answered_at:
            raise _not_open(Seen(logged, asked))
        details = would.held.details
        given = Given(
            asked=digest_of(asked),
            by=acting.account.name,
            agency=acting.organisation.name,
            referral_date=details.referral_date,
            meeting_date=details.heard_last(tx.today),
            disclosed_on=details.disclosed_on or details.referral_date,
            not_safe_to_talk_to=details.not_safe_to_talk_to,
            permission=chosen.permission,
            items=would.items,
        )
        kept = logged.model_copy(
            update={
                "answered_at": tx.now,
                "asked": asked,
                "case_ref": details.case_ref,
                "items": tuple(item.title or item.kind for item in would.items)[:20],
                "left_out": max(0, len(would.items) - 20),
                "permission": chosen.permission,
                "basis": tuple(reason.code for reason in would.decision.reasons)[:20],
                "reason": chosen.reason[:1_000],
            }
        )
        _keep(tx, reference, _with(node, reference, one, kept, given), kept)
    return would


def refuse(node: Node, acting: Acting, reference: Reference, code: NotGiven) -> None:
    """Give nothing: the other manager is told the code alone, and is rung. Raises as `to_give`."""
    with node.write() as tx:
        tx.hold_others_off()
        one, logged = _opened(tx, acting, reference)
        asked = _asked(tx, reference, logged)
        if asked is None or logged.answered_at:
            raise _not_open(Seen(logged, asked))
        given = Given(asked=digest_of(asked), by=acting.account.name, refused=code)
        kept = logged.model_copy(update={"answered_at": tx.now, "asked": asked, "refused": code})
        _keep(tx, reference, _with(node, reference, one, kept, given), kept)


def _with(node: Node, reference: Reference, one: Envelope, logged: Logged, given: Given) -> Envelope:
    data = given.model_dump_json(exclude_defaults=True).encode()
    bound = (logged.peer, node.node_id, given.asked)
    given_sealed = reference.seal("given", data, KEPT_GIVEN_BYTES, *bound)
    return envelopes.with_given(one, reference.post, given_sealed)


def _keep(tx: Transaction, reference: Reference, one: Envelope, logged: Logged) -> None:
    data = logged.model_dump_json(exclude_defaults=True).encode()
    call = reference.seal("call", data, CALL_BYTES, tx.node.node_id)
    envelopes.keep(tx, replace(one, call=call, entry=envelopes.sealed_entry(tx, data)))


def _opened(tx: Reading, acting: Acting, reference: Reference) -> tuple[Envelope, Logged]:
    one = envelopes.found(tx, reference.place)
    plain = reference.open("call", one.call, tx.node.node_id) if one else None
    logged = Logged.model_validate_json(plain) if plain else None
    if one is None or logged is None or logged.account != acting.account.id:
        raise NotFoundError(
            "Nothing of yours is here under that reference.",
            kept="Nothing.",
            do="Have it read out once more; or log the call first.",
        )
    return one, logged


def _asked(tx: Reading, reference: Reference, logged: Logged) -> AskedFor | None:
    """What was asked; None while nothing came. Raises UsageError where it names others, or cannot be read.

    However often it came, it is one: the newest, and once it is answered what was answered.
    """
    if logged.answered_at:
        return logged.asked
    bound = (logged.peer, tx.node.node_id)
    opened = (reference.open("asked", one, *bound) for one in arrived.of_peer(tx, logged.peer))
    plain = next((one for one in opened if one is not None), None)
    if plain is None or len(plain) > ASKED_BYTES:
        return None
    try:
        asked = parse_request(AskedFor, plain)
    except InputError:
        raise UsageError(
            "What came cannot be read: it is not as the two areas agreed.",
            kept="Nothing of it is shown.",
            do="Ring that area on the number that this node has, and have both operators informed.",
        ) from None
    if not (same(asked.of, logged.by) and same(asked.by, logged.other)):
        raise UsageError(
            "What came names other managers than you and the one whom you wrote down.",
            kept="Nothing of it is shown.",
            do="Ring that area on the number that this node has, and ask their manager what happened.",
        )
    return asked


def _hers(node: Node, acting: Acting, asked: AskedFor) -> list[tuple[str, str]]:
    """The cases here, by handle and number, whose victim may be she, as this manager may open them."""
    found = []
    for gist in gists_shown(node, acting, lambda _: True):
        held = case_shown(node, acting, gist.row.handle.hex())
        if held is not None and any(_is_she(node, asked, one) for one in _victims(held)):
            found.append((gist.row.handle.hex(), gist.case_ref))
    return found


def _victims(held: HeldCase) -> list[Person]:
    return [one.details.person for one in held.people if one.details.person.role is Role.victim]


def _is_she(node: Node, asked: AskedFor, one: Person) -> bool:
    she = Person(given_names=asked.given_names, surname=asked.surname, date_of_birth=asked.date_of_birth)
    return confirm(she, one, node.matching).passes


def _written(item: PackedItem) -> PackedItem:
    """An item without its file: a scan does not go by a channel, and its supplier is asked for it."""
    if not item.file:
        return item
    return item.model_copy(update={"file": "", "body": {}, "held_by": item.supplier})


def _not_open(seen: Seen) -> ConflictError:
    text = "This was answered already." if seen.logged.answered_at else "Nothing was asked by this yet."
    return ConflictError(
        text,
        kept="It, as it was.",
        do="The other node asks by the clock, within the hour after its manager has logged the call.",
    )


def when(at: int) -> dt.datetime:
    """A time that is kept, UTC."""
    return dt.datetime.fromtimestamp(at, dt.UTC)
