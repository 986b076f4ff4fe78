"""The area that she is in: a manager rings the area that she fled, and asks one manager there for the plan.

The engine decides first whether that manager may be told; then the number, which is the node's own, and the
reference are shown. Nothing is sent before the call is logged. What comes back is put into her case here. What is
asked has her name and date of birth and nothing else of her, and nothing that anybody types.
"""

from __future__ import annotations

import secrets
from dataclasses import replace
from typing import Final

from hub.accounts.accounts import Acting
from hub.audit.events import Action, Refs
from hub.cases.arrived import MOVES, as_papers
from hub.cases.shown import case_shown
from hub.consent import Decision, SharingForm, Staff, decide
from hub.consent.form.form import Consultation
from hub.consent.form.vocabulary import Decided
from hub.errors import ConflictError, NotFoundError, UsageError
from hub.federation.peers import known
from hub.node.node import Node
from hub.node.settings import Contact
from hub.node.transaction import Reading
from hub.records import papers
from hub.records.cases import HeldCase
from hub.records.channels import Channel, ChannelState, channel_of, every_channel, keep_channel
from hub.records.submissions import Call
from hub.transfers.channel.facts import facts_of, require, require_other_area, turn_to
from hub.transfers.decided import Offer, asker_for, context_for, form_of
from hub.values import Level, Person, Role
from hub.wire.channel import AskedFor, Given, Question, Reference, Says
from hub.wire.transfers import Permitted

STANDS_S: Final = 14 * 86_400
"""CHOICE: how long a channel stands open. Then it is opened anew, by another call."""
WHY: Final = "The plan of the area that she fled, for the manager of the area that she is in."


def channels_of(node: Node, acting: Acting, case: str = "") -> list[Channel]:
    """Those that this account opened, of one case (hex) or of all that they may open, the newest first."""
    with node.read() as tx:
        every = every_channel(tx)
    own = [one for one in every if one.account == acting.account.id and case in ("", one.case)]
    return [one for one in own if case_shown(node, acting, one.case) is not None]


def prepare(node: Node, acting: Acting, case: str, peer: str, other: str, *, declared: bool) -> Decision:
    """Decide whether one manager of the area that she fled may be told that we ask; keep it where so.

    The number and the reference are in what is kept. Raises UsageError with what stands against it and whom to turn
    to, NotFoundError where the area is no peer, ConflictError where one is open already.
    """
    require_other_area(node, peer)
    held = case_shown(node, acting, case)
    require(node, acting, facts_of(node, acting, held, other, declared=declared))
    assert held is not None  # The rules refuse what is not there.
    there = known(node, peer)
    number = _number(node, peer, there.contact)
    if not number:
        raise UsageError(
            "This node has no telephone number of that area.",
            kept="Nothing was kept, and no area was told anything.",
            do="Have the operator write the number that the two areas agreed into areas.toml.",
        )
    form, decision = _decided(node, acting, held, peer, other)
    if not decision.permitted:
        return decision
    asked = _asked_for(acting, held, other)
    reference = Reference.new()
    Question.put(reference, Says.asks, asked, node.node_id, peer)  # It is not too long.
    with node.write() as tx:
        tx.hold_others_off()
        if any(one.open and (one.case, one.peer) == (case, peer) for one in every_channel(tx)):
            raise ConflictError(
                "A channel about this case to that area is open already.",
                kept="It, as it is.",
                do=turn_to(node, acting),
            )
        made = Channel(
            id=secrets.token_hex(16),
            account=acting.account.id,
            by=acting.account.name,
            case=case,
            case_ref=held.details.case_ref,
            peer=peer,
            number=number,
            reference=reference.text,
            asked=asked,
            form=form,
            decision=decision,
            state=ChannelState.prepared,
            at=tx.now,
            until=tx.now + STANDS_S,
        )
        keep_channel(tx, made, new=True)
        tx.record(Action.channel_prepared, by=node.actor(acting.account.name), about=_refs(made))
    return decision


def log_call(node: Node, acting: Acting, number: str, call: Call) -> Channel:
    """Record the call; from now on the node asks, by the clock. Raises NotFoundError, ConflictError, UsageError."""
    with node.write() as tx:
        tx.hold_others_off()
        one = _own(tx, acting, number)
        _require_state(one, ChannelState.prepared)
        kept = one.model_copy(update={"call": call, "state": ChannelState.asked})
        keep_channel(tx, kept)
        tx.record(Action.channel_asked, by=node.actor(acting.account.name), about=_refs(kept))
        return kept


def close(node: Node, acting: Acting, number: str) -> None:
    """End one: nothing more is asked by it. Raises NotFoundError, ConflictError."""
    with node.write() as tx:
        tx.hold_others_off()
        one = _own(tx, acting, number)
        if not one.open:
            raise ConflictError("This channel is at an end.", kept="It, as it was.")
        kept = one.model_copy(update={"state": ChannelState.closed, "given": None})
        keep_channel(tx, kept)
        tx.record(
            Action.channel_ended, by=node.actor(acting.account.name), about=_refs(kept), status="closed"
        )


def put_into_case(node: Node, acting: Acting, number: str) -> int:
    """Put what came into her case here, as papers of it; return how many. What they gave is dropped here then.

    A body that its kind's model does not read is attached, as with a case that moves. Raises NotFoundError,
    ConflictError, InputError, ScannerError; UsageError where the case is none for them any more.
    """
    with node.read() as reading:
        found = _own(reading, acting, number)
    held = case_shown(node, acting, found.case)
    require(node, acting, facts_of(node, acting, held, found.asked.of, declared=True))
    assert held is not None  # The rules refuse what is not there.
    came = _came(found)
    new = as_papers(
        node, found.peer, came.items, (came.by, node.now()), MOVES
    )  # No transaction asks a scanner.
    with node.write() as tx:
        tx.hold_others_off()
        one = _own(tx, acting, number)
        given = _came(one)
        papers.put(tx, held.row, *new, by=node.actor(acting.account.name))
        items = tuple(item.model_copy(update={"body": {}, "file": ""}) for item in given.items)
        kept = one.model_copy(
            update={"state": ChannelState.kept, "given": given.model_copy(update={"items": items})}
        )
        keep_channel(tx, kept)
        tx.record(Action.channel_ended, by=node.actor(acting.account.name), about=_refs(kept), status="kept")
        return len(new)


def _came(one: Channel) -> Given:
    """What was given, and is in no case yet. Raises ConflictError."""
    _require_state(one, ChannelState.answered)
    if one.given is None or one.given.refused is not None:
        raise ConflictError("Nothing came by this channel.", kept="It, as it was.")
    return one.given


def _own(tx: Reading, acting: Acting, number: str) -> Channel:
    """The channel of that id; NotFoundError for one that is another account's."""
    one = channel_of(tx, number)
    if one.account != acting.account.id:
        raise NotFoundError("There is no such channel here.", kept="Nothing.")
    return one


def _require_state(one: Channel, state: ChannelState) -> None:
    if one.state is not state:
        raise ConflictError("This channel is further, or at an end.", kept="It, as it is.")


def _refs(one: Channel) -> Refs:
    return Refs(message=one.id, peer=one.peer, case=one.case)


def _number(node: Node, peer: str, said: str) -> str:
    """By which the area is rung: as the node has it, else as the peer signed it. Nobody types it."""
    area = node.areas.get(peer)
    if area is not None and area.contact.phone:
        return str(area.contact)
    return "" if said == str(Contact()) else said


def _asked_for(acting: Acting, held: HeldCase, other: str) -> AskedFor:
    """Of her no more than who she is: there is no field for anything else."""
    she = _victim(held)
    return AskedFor(
        of=other,
        by=acting.account.name,
        agency=acting.organisation.name,
        given_names=she.given_names,
        surname=she.surname,
        date_of_birth=she.date_of_birth,
    )


def _victim(held: HeldCase) -> Person:
    people = [one.details.person for one in held.people]
    she = next((one for one in people if one.role is Role.victim), None)
    if she is None:
        raise UsageError("Nobody on this case is its victim.", kept="Nothing was kept.", do="Complete it.")
    return she


def _decided(
    node: Node, acting: Acting, held: HeldCase, peer: str, other: str
) -> tuple[SharingForm, Decision]:
    """The engine's answer to telling that manager who we ask about, as the manager here decides."""
    name, today = acting.account.name, node.today()
    offer = Offer(
        case_ref=held.details.case_ref, to=peer, permission=Permitted(by=name, date=today), reason=WHY
    )
    form = form_of(node, held, offer, asker_for(node, None), set(), name)
    advice = Consultation(who=name, date=today, decided=Decided.share, area=peer)
    form = form.model_copy(
        update={
            "level": Level.involvement,
            "consultations": (advice,),
            "recipient": form.recipient.model_copy(update={"person": other}),
        }
    )
    context = context_for(node, held, acting.requester, form, name)
    # The area asks and its manager decides: the second person is the manager there, and both looked at the rules.
    context = replace(context, staff=Staff(), insider=frozenset())
    return form, decide(form, node.rules, today, context)
