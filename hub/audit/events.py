"""What the audit log may hold: a closed list of actions and a frozen event made only of coded fields.

Pure. Personal data has no field to go to: people are keyed pseudonyms, subjects and cases are random handles
in hex, bodies are salted digests, and details are counts, flags and codes, each with a name of its own.
Whoever needs another detail adds a field here. Does not link, store or sign (`chain`, `log`, `checkpoint`).
"""

from __future__ import annotations

import hashlib
import hmac
from enum import StrEnum
from typing import Annotated

import rfc8785
from pydantic import Field, StringConstraints

from hub.values import Level, NodeId, Purpose, Value

SALT_BYTES = 32


class Action(StrEnum):
    """Everything that a node writes down. An action's name is never reused for something else."""

    node_created = "node_created"
    node_started = "node_started"
    node_certified = "node_certified"
    key_changed = "key_changed"
    root_changed = "root_changed"
    certificates_revoked = "certificates_revoked"
    backup_made = "backup_made"
    restored = "restored"
    lost_act_waived = "lost_act_waived"
    restoration_ended = "restoration_ended"
    peer_added = "peer_added"
    peer_removed = "peer_removed"
    peer_certified = "peer_certified"
    revocation_learned = "revocation_learned"
    pins_taken_over = "pins_taken_over"

    case_imported = "case_imported"
    case_entered = "case_entered"
    flight_answered = "flight_answered"
    not_safe_taken_off = "not_safe_taken_off"
    paper_kept = "paper_kept"
    case_listed = "case_listed"
    file_given = "file_given"
    case_sealed = "case_sealed"
    case_unsealed = "case_unsealed"
    sealed_person_found = "sealed_person_found"
    sealed_person_decided = "sealed_person_decided"
    publication_ended = "publication_ended"
    people_withdrawn = "people_withdrawn"
    epoch_published = "epoch_published"
    publication_refused = "publication_refused"
    keys_rotated = "keys_rotated"
    feed_synced = "feed_synced"
    feed_pulled = "feed_pulled"

    check_decided = "check_decided"
    request_sent = "request_sent"
    request_received = "request_received"
    request_refused = "request_refused"
    quota_refused = "quota_refused"
    answer_sent = "answer_sent"
    answer_received = "answer_received"
    check_recorded = "check_recorded"
    area_rung = "area_rung"
    pair_set_aside = "pair_set_aside"
    pair_taken_back = "pair_taken_back"

    disclosure_decided = "disclosure_decided"
    disclosure_sent = "disclosure_sent"
    disclosure_received = "disclosure_received"
    disclosure_answered = "disclosure_answered"
    disclosure_recorded = "disclosure_recorded"
    delivery_stopped = "delivery_stopped"
    delivery_resumed = "delivery_resumed"

    obligation_escalated = "obligation_escalated"
    obligation_closed = "obligation_closed"
    sharing_recorded = "sharing_recorded"

    acknowledgement_sent = "acknowledgement_sent"
    acknowledgement_received = "acknowledgement_received"
    reconciled = "reconciled"
    checkpoint_sent = "checkpoint_sent"
    checkpoint_received = "checkpoint_received"
    checkpoint_refused = "checkpoint_refused"

    peer_fault = "peer_fault"

    organisation_added = "organisation_added"
    duty_kept = "duty_kept"
    account_invited = "account_invited"
    account_confirmed = "account_confirmed"
    account_opened = "account_opened"
    account_disabled = "account_disabled"
    factor_reset_asked = "factor_reset_asked"
    factor_reset = "factor_reset"
    signed_in = "signed_in"
    sign_in_refused = "sign_in_refused"
    authenticated_anew = "authenticated_anew"
    session_ended = "session_ended"
    program_admitted = "program_admitted"
    program_ended = "program_ended"

    submission_made = "submission_made"
    submission_decided = "submission_decided"
    call_recorded = "call_recorded"

    transfer_offered = "transfer_offered"
    transfer_received = "transfer_received"
    transfer_accepted = "transfer_accepted"
    transfer_declined = "transfer_declined"
    transfer_asked_back = "transfer_asked_back"
    transfer_ended = "transfer_ended"
    transfer_told = "transfer_told"
    service_key_heard = "service_key_heard"  # pragma: allowlist secret
    handover_sent = "handover_sent"
    handover_came = "handover_came"
    channel_prepared = "channel_prepared"
    channel_asked = "channel_asked"
    channel_answered = "channel_answered"
    channel_ended = "channel_ended"
    envelopes_read = "envelopes_read"

    idva_referred = "idva_referred"
    idva_taken_on = "idva_taken_on"
    idva_tried = "idva_tried"
    papers_asked = "papers_asked"
    papers_asked_of_us = "papers_asked_of_us"
    papers_opened = "papers_opened"
    papers_decided = "papers_decided"
    papers_arrived = "papers_arrived"
    papers_ended = "papers_ended"
    papers_told = "papers_told"
    hearing_told = "hearing_told"
    hearing_heard = "hearing_heard"
    reads_kept = "reads_kept"
    reads_erased = "reads_erased"

    rows_anchored = "rows_anchored"
    rows_kept = "rows_kept"
    deliveries_anchored = "deliveries_anchored"
    hidden_searched = "hidden_searched"
    tellings_anchored = "tellings_anchored"
    stop_ended = "stop_ended"


class DigestOf(StrEnum):
    """What a salted digest in an event stands for; part of what is hashed, so one cannot pass for another."""

    request = "request"
    answer = "answer"
    receipt = "receipt"
    acknowledgement = "acknowledgement"
    sharing_form = "sharing_form"
    decision = "decision"
    subject = "subject"
    case = "case"
    agreement = "agreement"
    manifest = "manifest"
    configuration = "configuration"


# Hex and dashes alone: random identifiers fit, no name can be spelt.
Opaque = Annotated[str, StringConstraints(pattern=r"^[0-9a-f-]{16,64}$")]
Sha256Hex = Annotated[str, StringConstraints(pattern=r"^[0-9a-f]{64}$")]
Code = Annotated[str, StringConstraints(pattern=r"^[a-z][a-z0-9_]{0,63}$")]
KeyId = Annotated[str, StringConstraints(pattern=r"^[A-Za-z0-9_-]{1,64}$")]
Rows = Annotated[str, StringConstraints(pattern=r"^(?:[A-Za-z0-9+/]{64})+$")]  # 48 bytes for each row
Count = Annotated[int, Field(strict=True, ge=0, lt=2**53)]
Flag = Annotated[bool, Field(strict=True)]
Actor = Annotated[
    str,
    StringConstraints(
        pattern=r"^(node|operator|user:[0-9a-f]{32}|peer:[a-z0-9](?:[a-z0-9-]{0,62}[a-z0-9])?)$"
    ),
]
NODE: Actor = "node"
OPERATOR: Actor = "operator"


class Refs(Value):
    """What the event is about, by identifiers that mean nothing without this node's own records.

    `told_as`: what the peer knows the check by, of a check of ours; empty where it knows it by `check_id`.
    """

    check_id: Opaque | None = None
    told_as: Opaque | None = None
    case: Opaque | None = None
    person: Opaque | None = None
    handle: Opaque | None = None
    obligation: Opaque | None = None
    message: Opaque | None = None
    peer: NodeId | None = None
    account: Opaque | None = None
    organisation: Opaque | None = None
    key_id: KeyId | None = None


class Detail(Value):
    """Codes, counts and flags. The field names are the closed list of what may be told."""

    purpose: Purpose | None = None
    level: Level | None = None
    requested_level: Level | None = None
    outcome: Code | None = None
    reasons: tuple[Code, ...] = ()
    grounds: tuple[Code, ...] = ()
    obligations: tuple[Code, ...] = ()
    status: Code | None = None
    fault: Code | None = None
    kind: Code | None = None
    emergency: Flag | None = None
    protocol: Flag | None = None
    complete: Flag | None = None
    elements: Count | None = None
    weak_elements: Count | None = None
    refused_elements: Count | None = None
    retry_after_s: Count | None = None
    epoch: Count | None = None
    entries: Count | None = None
    tombstones: Count | None = None
    cases: Count | None = None
    persons: Count | None = None
    rejected: Count | None = None
    not_published: Count | None = None
    released: Count | None = None
    withheld: Count | None = None
    peer_log_size: Count | None = None
    peers: Count | None = None
    serial: Count | None = None
    format: Count | None = None
    times: Count | None = None


class Event(Value):
    """One thing that this node did, decided or saw. `digests` are made by `salted_digest`, in hex.

    `rows` are the rows of the database that it is bound to, as `hub.audit.rows` packs them.
    """

    action: Action
    actor: Actor
    refs: Refs = Refs()
    digests: dict[DigestOf, Sha256Hex] = Field(default_factory=dict)
    detail: Detail = Detail()
    rows: dict[Code, Rows] = Field(default_factory=dict)

    def canonical(self) -> str:
        """The event as canonical JSON (RFC 8785), fields at their defaults left out."""
        return rfc8785.dumps(self.model_dump(mode="json", exclude_defaults=True)).decode()


def salted_digest(of: DigestOf, salt: bytes, body: bytes) -> str:
    """SHA-256 in hex over what it stands for, a 32-byte random salt and the body.

    The salt is kept beside the body and erased with it; then the digest says nothing more, while an unsalted
    digest of a name and a date could be guessed. Raises ValueError on a salt of another length.
    """
    if len(salt) != SALT_BYTES:
        raise ValueError(f"a salt has {SALT_BYTES} bytes, not {len(salt)}")
    return hashlib.sha256(b"marac-hub/audit/body/v1\x00" + of.encode() + b"\x00" + salt + body).hexdigest()


def user_actor(key: bytes, name: str) -> Actor:
    """The pseudonym of a user: HMAC-SHA-256 under a node secret of at least 32 bytes, cut to 128 bits.

    One name always gives one pseudonym in a node, whatever its case and spacing, and none can be traced back
    without the secret. Raises ValueError on a shorter key.
    """
    if len(key) < 32:
        raise ValueError("a pseudonym key has at least 32 bytes")
    folded = " ".join(name.split()).casefold().encode()
    mac = hmac.new(key, b"marac-hub/audit/user/v1\x00" + folded, hashlib.sha256)
    return f"user:{mac.hexdigest()[:32]}"


def peer_actor(node_id: NodeId) -> Actor:
    """A peer as the one who acted."""
    return f"peer:{node_id}"
