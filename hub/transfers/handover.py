"""What the Idva service that supported her hands over to the one of the area that her case moved to.

It is sealed to that service's key as it is written, and kept here for the service that wrote it, under its own key:
neither Marac reads it, at either node. There it is read in the name of that service's accounts. Written by the
service that has her as its client, once for each service that there is to hand over to; late after 48 hours.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Annotated, Final, Literal, NamedTuple

from pydantic import StringConstraints

from hub.accounts.accounts import Acting
from hub.audit.events import Action, Refs, peer_actor
from hub.cases.first_contact import FirstContact, first_contact
from hub.cases.idva_inbox import ReferralLine, marac_case, of_service
from hub.consent.evidence import DisclosureLogEntry
from hub.crypto import hpke
from hub.crypto.encoding import b64, unb64
from hub.crypto.vault import key_id
from hub.errors import ConflictError, InputError, NotFoundError
from hub.federation.receipts import Refused
from hub.node.node import Node
from hub.node.transaction import Reading, Transaction
from hub.records import disclosures, papers
from hub.records.cases import HeldCase, held_case
from hub.records.disclosures import LoggedDisclosure
from hub.records.handovers import Came, came_to, paper_of, read
from hub.records.papers import Paper, PaperKind
from hub.records.transfers import HandedOver, Transfer, keep_transfer, transfers_of
from hub.store import cases
from hub.store.obligations import Activity
from hub.transfers import deliver
from hub.transfers.service_keys import key_of, may_hand_over, services_of, settle_handover
from hub.transfers.sides import refs
from hub.values import LongText, ShortText, Value
from hub.wire.messages import encode
from hub.wire.transfers import (
    HANDOVER_PAD_CLASSES,
    Handover,
    HandoverWords,
    TransferState,
    handover_context,
)

METHOD: Final = "hub: a handover, sealed to the Idva service there"
_AUTHORITY: Final[Mapping[str, str]] = {
    "yes": "The client agreed.",
    "not_asked": "The client was not asked; why it was handed over is in the handover.",
    "refused": "The client did not agree; why it was handed over is in the handover.",
}


class HandoverTyped(Value):
    """What somebody of the service writes down: the words, whether the client agreed, and whom to ring here.

    `because`: why it is handed over where the client did not agree, or was not asked.
    """

    agreed: Literal["yes", "not_asked", "refused"]
    because: Annotated[LongText, StringConstraints(max_length=2_000)] = ""
    words: Annotated[LongText, StringConstraints(min_length=1)]
    phone: ShortText = ""


class Leaves(NamedTuple):
    """A case that has moved on from here. `may`: whether there is a service to hand over to that has nothing yet.

    `done`: what was handed over last, `own`: by this very service.
    """

    transfer: Transfer
    may: bool
    done: HandedOver | None
    own: bool


class Arrives(NamedTuple):
    """A case that has moved here. `clock`: how long ago, and whether a handover came. `at`: when it did.

    `words`: what it says; None where none came or, with `at`, where it does not open.
    """

    transfer: Transfer
    clock: FirstContact
    at: int | None
    words: HandoverWords | None


class Handovers(NamedTuple):
    """What is to be handed over, and what was, of somebody who is referred to a service here."""

    line: ReferralLine
    leaves: Leaves | None
    arrives: Arrives | None


def handovers(node: Node, acting: Acting, number: str) -> Handovers | None:
    """Those of a referral to the service of whoever is signed in; None where there is none, or none for them.

    Raises UsageError when `staff.toml` is broken, RowsError.
    """
    line = next((one for one in of_service(node, acting) if one.referral.id == number), None)
    if line is None:
        return None
    service = acting.organisation.id
    with node.read() as tx:
        held = marac_case(tx, line.referral)
        out, came = _moves(tx, held)
        leaves = arrives = None
        if out is not None and line.referral.client:
            done = out.handed_over
            leaves = Leaves(out, may_hand_over(out), done, done is not None and done.service == service)
        if came is not None:
            kept = came_to(papers.of_case(tx, held.row, PaperKind.idva_handover), service, came.id)
            at = kept.paper.at if kept else None
            words = read(tx, kept) if kept else None
            arrives = Arrives(came, first_contact(came.since, at, tx.now), at, words)
    return Handovers(line, leaves, arrives)


def hand_over(node: Node, acting: Acting, number: str, typed: HandoverTyped) -> str:
    """Hand over in the name of the service; gives the number of the delivery.

    Raises NotFoundError where there is no such referral for them, ConflictError where there is nobody to hand over
    to or it was done already, InputError where it is not said why it is done without the client's agreement.
    """
    if typed.agreed != "yes" and not typed.because:
        raise InputError(
            "It is not said why it is handed over without the client's agreement.",
            kept="Nothing was handed over.",
            do="Say why.",
        )
    found = handovers(node, acting, number)
    if found is None:
        raise NotFoundError(
            "There is no such referral here.", kept="Nothing was handed over.", do="See the new referrals."
        )
    with node.write() as tx:
        tx.hold_others_off()
        out, _ = _moves(tx, marac_case(tx, found.line.referral))
        client = _require_possible(tx, out, found.line.referral.client)
        assert out is not None  # It is said above that nothing moved.
        return _handed_over(tx, acting, out, client, typed)


def _require_possible(tx: Reading, out: Transfer | None, client: str) -> HeldCase:
    if not client:
        raise ConflictError(
            "Your service has not taken the victim on.",
            kept="Nothing was handed over.",
            do="Take her on first.",
        )
    if out is None:
        raise ConflictError("The case has not moved to another area.", kept="Nothing was handed over.")
    if not may_hand_over(out):
        raise _done_already() if out.handed_over else _nobody_there()
    (row,) = cases.of_handles(tx.session, [bytes.fromhex(client)])
    return held_case(tx, row)


def _handed_over(
    tx: Transaction, acting: Acting, out: Transfer, client: HeldCase, typed: HandoverTyped
) -> str:
    by, service = acting.account.name, acting.organisation
    key = unb64(out.service_key)
    words = HandoverWords(
        service=service.name,
        by=by,
        at=tx.now,
        **typed.model_dump(),
    )
    context = handover_context(tx.node.node_id, out.peer, key_id(key), out.id)
    sealed = hpke.seal(encode(words), key, context, HANDOVER_PAD_CLASSES)
    body = {"to": out.peer, **typed.model_dump(mode="json")}
    paper = Paper(
        kind=PaperKind.idva_handover, body=body, by=by, at=tx.now, supplier=service.name, may_follow="no"
    )
    papers.put(tx, client.row, papers.locked(tx, paper, service.id), by=tx.node.actor(by))
    before = out.handed_over
    kept = out.model_copy(
        update={"handed_over": HandedOver(service=service.id, at=tx.now, key_id=key_id(key))}
    )
    keep_transfer(tx, kept)
    disclosures.add(tx, Activity(client.row.ref_digest, f"handover:{out.id}"), [_entry(tx, out, typed)])
    about = refs(kept).model_copy(update={"organisation": service.id, "key_id": key_id(key)})
    tx.record(Action.handover_sent, by=tx.node.actor(by), about=about)
    settle_handover(tx, kept, before)
    return deliver.put_handover(tx, kept, Handover(key_id=key_id(key), sealed=b64(sealed)))


def _entry(tx: Reading, out: Transfer, typed: HandoverTyped) -> LoggedDisclosure:
    area = tx.node.areas.get(out.peer)
    sharing = DisclosureLogEntry(
        date=tx.today,
        agency=f"the Idva service of {area.area if area else out.peer}"[:200],
        method=METHOD,
        authority=_AUTHORITY[typed.agreed],
    )
    return LoggedDisclosure(sharing=sharing, node_id=out.peer)


def _moves(tx: Reading, held: HeldCase) -> tuple[Transfer | None, Transfer | None]:
    """By which transfer a Marac's case moved on from here last, and by which it came. Raises RowsError."""
    done = [one for one in transfers_of(tx, held.row.ref_digest) if one.state is TransferState.accepted]
    last = max((one for one in done if one.direction == "out"), key=lambda one: one.since, default=None)
    return last, next((one for one in done if one.direction == "in"), None)


def _nobody_there() -> ConflictError:
    return ConflictError(
        "The other area has not said yet to which Idva service the case went.",
        kept="Nothing was handed over.",
        do="Try again later, or ring the Idva service there.",
    )


def _done_already() -> ConflictError:
    return ConflictError(
        "It was handed over already.",
        kept="What was handed over, as it is.",
        do="Tell the Idva service there the rest when it rings.",
    )


def came(tx: Transaction, transfer: Transfer, handover: Handover) -> Refused | None:
    """Keep what a service of another area handed over to one here, as it is. It comes once for each service."""
    row = cases.find(tx.session, bytes.fromhex(transfer.case)) if transfer.case else None
    if transfer.state is not TransferState.accepted or row is None:
        error = ConflictError(
            "This transfer was not accepted, so that nobody takes a handover.", kept="Nothing."
        )
        return Refused(error, "not_accepted")
    services = services_of(tx, transfer)
    service = next((one for one in services if key_id(key_of(tx, one, transfer)) == handover.key_id), None)
    if service is None:
        error = ConflictError(
            "It is sealed to the key of no Idva service that the case went to.", kept="Nothing."
        )
        return Refused(error, "not_the_service")
    said = Came(service=service, transfer=transfer.id, handover=handover)
    before = came_to(papers.of_case(tx, row, PaperKind.idva_handover), service, transfer.id)
    if before is not None:
        if Came.model_validate(before.paper.body) == said:
            return None
        error = ConflictError("Another handover came before by this transfer.", kept="The first.")
        return Refused(error, "handover_changed")
    by = peer_actor(transfer.peer)
    papers.put(tx, row, paper_of(said, transfer.peer, tx.now), by=by)
    about = Refs(message=transfer.id, peer=transfer.peer, organisation=service, case=row.handle.hex())
    tx.record(Action.handover_came, by=by, about=about)
    return None
