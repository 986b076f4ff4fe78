"""Sealed channels that managers of this area opened to one that somebody fled, between memory and the store.

Read by the manager who opened one, and by nobody else. Decides and sends nothing (`hub.transfers.channel`).
"""

from __future__ import annotations

from enum import StrEnum
from typing import Final

from sqlalchemy import RowMapping

from hub.consent import Decision, SharingForm
from hub.crypto.vault import Vault
from hub.errors import NotFoundError
from hub.node.transaction import Reading, Transaction
from hub.records.submissions import Call
from hub.records.transfers import SignedMessage
from hub.store import channels
from hub.store.channels import ChannelRow
from hub.values import NodeId, ShortText, Value
from hub.wire.channel import AskedFor, Given

CHANNEL: Final = "channel"


class ChannelState(StrEnum):
    """How far one is: number and reference are shown; the call is logged; an answer came; it is at an end."""

    prepared = "prepared"
    asked = "asked"
    answered = "answered"
    kept = "kept"
    refused = "refused"
    closed = "closed"


OPEN: Final = frozenset({ChannelState.prepared, ChannelState.asked, ChannelState.answered})


class Channel(Value):
    """One of them. `account`: whose it is; `case` (hex): the handle of the case here; `number`: by which to ring.

    `sealed`: of before, and not sent; what is asked is sealed anew each time. `word`: what the other node signed.
    `held`: whether that node knows that we hold it; `tried_at`: when its envelope was sent last.
    """

    id: str
    account: str
    by: ShortText
    case: str
    case_ref: ShortText
    peer: NodeId
    number: ShortText
    reference: ShortText
    asked: AskedFor
    form: SharingForm
    decision: Decision
    state: ChannelState
    at: int
    until: int
    sealed: str = ""
    call: Call | None = None
    given: Given | None = None
    word: SignedMessage | None = None
    held: bool = False
    tried_at: int = 0

    @property
    def open(self) -> bool:
        """Whether it is not at an end."""
        return self.state in OPEN

    @property
    def sends(self) -> bool:
        """Whether its envelope is sent: the call is logged and no answer came, or the other side has to hear it."""
        return self.state is ChannelState.asked or (self.given is not None and not self.held)


def channel_of(tx: Reading, number: str) -> Channel:
    """The channel of that id. Raises NotFoundError, RowsError."""
    key = bytes.fromhex(number)
    tx.require_as_bound({CHANNEL: [(key,)]})
    row = channels.find(tx.session, key)
    if row is None:
        raise NotFoundError("There is no such channel here.", kept="Nothing.")
    return _opened(tx.vault, row)


def every_channel(tx: Reading) -> list[Channel]:
    """All of them, the newest first. Raises RowsError."""
    return sorted(tx.every_row(CHANNEL, _of_row), key=lambda one: -one.at)


def keep_channel(tx: Transaction, one: Channel, *, new: bool = False) -> None:
    """Keep one as it is now."""
    row = ChannelRow(bytes.fromhex(one.id), tx.vault.seal(_place(one.id), one.model_dump_json().encode()))
    (channels.add if new else channels.replace)(tx.session, row)


def _of_row(vault: Vault, row: RowMapping) -> Channel:
    return _opened(vault, ChannelRow(**row))


def _opened(vault: Vault, row: ChannelRow) -> Channel:
    return Channel.model_validate_json(vault.open(_place(row.id.hex()), row.sealed))


def _place(number: str) -> str:
    return f"channel/{number}"
