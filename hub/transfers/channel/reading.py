"""The data-protection officer reads what went by sealed channels here: by a key that is not on the node, and why.

That it was read stands in the audit log, whether there was anything or not; who read it and why, among what the
officer reads. Channels that managers of this area opened are shown to the officer of now, without their reference.
"""

from __future__ import annotations

import json
import os
from dataclasses import dataclass, replace
from typing import Any

from hub.audit.events import Action
from hub.crypto import age
from hub.node.node import Node
from hub.records import envelopes
from hub.records.channels import Channel, every_channel
from hub.transfers.channel.answering import Logged
from hub.values import LongText, ShortText, Value
from hub.wire.channel import CALL_BYTES, SLOT_BYTES


class WhyRead(Value):
    """Who reads it, and why."""

    by: ShortText
    reason: LongText


class ReadBy(Value):
    """That an officer read it before: who, when (seconds since 1970), and why."""

    read_by: ShortText
    reason: LongText
    at: int


@dataclass(frozen=True, slots=True)
class Read:
    """What managers here answered, who read it before, and what managers here opened; the oldest first."""

    answered: tuple[Logged, ...]
    read: tuple[ReadBy, ...]
    opened: tuple[Channel, ...]


def read(node: Node, identity: str, why: WhyRead) -> Read:
    """Read it. Raises InputError where the identity is none, ConflictError where no envelope is left to say so."""
    with node.write() as tx:
        tx.hold_others_off()
        found: list[dict[str, Any]] = [json.loads(one) for one in envelopes.entries(tx, identity)]
        theirs = age.is_for(identity, envelopes.require_officer(tx))
        opened = sorted(every_channel(tx), key=lambda one: one.at) if theirs else []
        note = ReadBy(read_by=why.by, reason=why.reason[:1_000], at=tx.now)
        blank = replace(
            envelopes.take_blank(tx),
            used=True,
            slot=os.urandom(SLOT_BYTES),
            call=os.urandom(CALL_BYTES),
            entry=envelopes.sealed_entry(tx, note.model_dump_json().encode()),
        )
        envelopes.keep(tx, blank)
        tx.record(Action.envelopes_read, by=tx.node.acts_as)
    return Read(
        tuple(Logged.model_validate(one) for one in found if "call" in one),
        tuple(ReadBy.model_validate(one) for one in found if "read_by" in one),
        tuple(one.model_copy(update={"reference": ""}) for one in opened),
    )
