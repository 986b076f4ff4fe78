"""What other areas asked of us, for somebody with an account: what waits, each beside our case, and a word on it.

An address is a keyed digest of what a request is about. Whoever may not open the case, or is restricted from
whoever is asked about, finds no request. Decides no law and answers nobody (`answer`).
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

from hub.accounts.accounts import Acting
from hub.cases.access import restrictions_on
from hub.cases.shown import asker_of, shown_among
from hub.checks.answer import Considered, HolderDecision, considered, record_holder_decision
from hub.consent import Decider, Decision, Outcome
from hub.errors import NotFoundError
from hub.node.node import Node
from hub.node.transaction import Reading
from hub.records import decisions, received
from hub.records.accounts import AccountRole
from hub.records.received import DisclosureKey, HolderWord, ReceivedDisclosure
from hub.values import Kind
from hub.wire.messages import NOT_ANSWERED, Disclosure

_ADDRESS_CHARS: Final = 32
_LOOKED_AT: Final = 50


@dataclass(frozen=True, slots=True)
class Incoming:
    """A request about a case of ours. `decision` is ours on it, as it stands; `case_ref` that of the case.

    `closed_by_manager`: the area reads that nothing is answered, and a manager looks into it that it asks.
    """

    address: str
    request: ReceivedDisclosure
    decision: Decision
    case_ref: str

    @property
    def waits(self) -> bool:
        """Whether a person here has still to decide."""
        return self.request.case.waits

    @property
    def closed_by_manager(self) -> bool:
        """Whether it is only for a manager to close."""
        return self.waits and self.decision.outcome is Outcome.refuse


@dataclass(frozen=True, slots=True)
class Opened:
    """A request with what a person decides it by.

    `office`: as whom they may decide, None where somebody else does. `considered`: our case beside it, and what a
    release would give. None where nobody of ours is meant any more. `earlier`: what that area asked about the case
    before, the newest first.
    """

    line: Incoming
    office: Decider | None
    considered: Considered | None
    earlier: tuple[Incoming, ...]


def waiting_for(node: Node, acting: Acting) -> list[Incoming]:
    """What waits for a person here, of the cases that they may open, oldest first. Raises UsageError, RowsError."""
    with node.read() as tx:
        return _theirs(node, acting, [_incoming(tx, one) for one in received.waiting(tx)])


def answered_lately(node: Node, acting: Acting, most: int) -> list[Incoming]:
    """The newest that were answered by policy, with no word of a person here, of the cases that they may open.

    Raises UsageError, RowsError.
    """
    found = []
    with node.read() as tx:
        keys = received.every_key(tx)[:_LOOKED_AT]
        tx.require_as_bound({"received_disclosure": [tuple(key.row) for key in keys]})
        for key in keys:
            one = received.disclosure(tx, key)
            if one is not None and one.case.decision_id and by_agreement(one):
                found.append(_incoming(tx, one))
        return _theirs(node, acting, found)[:most]


def opened_at(node: Node, acting: Acting, address: str) -> Opened | None:
    """The request that an address names, also when it was decided; None where there is none for them.

    Raises UsageError, RowsError.
    """
    with node.read() as tx:
        key = next((one for one in received.every_key(tx) if address_of(tx, one) == address), None)
        if key is None:
            return None
        tx.require_as_bound({"received_check": [(key.check_id, key.peer)]})
        request = received.disclosure(tx, key)
        if request is None or request.case.case_digest is None:
            return None
        of_case = [_incoming(tx, one) for one in received.of_case(tx, request.case.case_digest)]
        shown = _theirs(node, acting, of_case)
        line = next((one for one in shown if one.address == address), None)
        if line is None:
            return None
        earlier = (one for one in shown if one.request.key.peer == key.peer and one is not line)
        release = HolderDecision(_decider(line), release=True, name=acting.account.name)
        found = considered(tx, key, request.recorded.question, release)
        kind = found.held.details.kind if found else Kind.marac
        return Opened(line, _office(acting, line, kind), found, tuple(earlier))


def say(node: Node, opened: Opened, word: HolderWord) -> Disclosure | None:
    """Record what they decided, with their word, and give what the area reads; None where it was decided meanwhile.

    Raises NotFoundError where it is for somebody else to decide; else as `record_holder_decision`.
    """
    if opened.office is None:
        raise NotFoundError("This is decided by somebody else.", kept="Nothing was changed.")
    key = opened.line.request.key
    items = word.released if word.answer == "release_part" else None
    decided = HolderDecision(opened.office, word.releases, word.by, word, items)
    try:
        return record_holder_decision(node, key, decided)
    except NotFoundError:
        return None


def address_of(tx: Reading, key: DisclosureKey) -> str:
    """What a request's address names it by: who reads it learns nothing."""
    said = f"{key.peer}/{key.check_id}/{key.handle.hex()}/{key.level}"
    return tx.vault.lookup("incoming_request", said).hex()[:_ADDRESS_CHARS]


def _incoming(tx: Reading, one: ReceivedDisclosure) -> Incoming:
    recorded = decisions.get(tx, one.case.decision_id or 0)
    return Incoming(address_of(tx, one.key), one, recorded.decision, recorded.case_ref)


def _theirs(node: Node, acting: Acting, found: Sequence[Incoming]) -> list[Incoming]:
    """Those of cases that they may open, about nobody whom they must not know of."""
    digests = {one.request.case.case_digest for one in found if one.request.case.case_digest}
    shown = shown_among(node, acting, digests)
    hidden = restrictions_on(node, asker_of(acting))
    return [
        one
        for one in found
        if one.request.case.case_digest in shown
        and not hidden.concern((one.request.recorded.question.subject,))
    ]


def _decider(line: Incoming) -> Decider:
    """Who decides it: whom our decision refers it to."""
    named = line.decision.refer_to
    return Decider(named[0]) if named else Decider.coordinator


def _office(acting: Acting, line: Incoming, kind: Kind) -> Decider | None:
    """As whom they decide it: an Idva service about its own records, the Marac about the rest."""
    role, needed = acting.account.role, _decider(line)
    if not line.waits or acting.organisation.idva_service is not (kind is Kind.idva):
        return None
    if needed is Decider.manager:
        return Decider.manager if role is AccountRole.manager else None
    if needed is Decider.idva_service:
        return Decider.idva_service if role in (AccountRole.idva, AccountRole.manager) else None
    return Decider(role.value) if role in (AccountRole.coordinator, AccountRole.manager) else None


def by_agreement(one: ReceivedDisclosure) -> bool:
    """Whether it was answered by policy, with no word of a person here."""
    return one.recorded.disclosure.status == "answered" and not one.recorded.words


def reads(one: Incoming) -> str:
    """What the area reads of it: "waits", "answered", "in_part" or "nothing"."""
    disclosure = one.request.recorded.disclosure
    if disclosure == NOT_ANSWERED:
        return "nothing"
    if disclosure.status == "pending":
        return "waits"
    return "in_part" if disclosure.in_part else "answered"
