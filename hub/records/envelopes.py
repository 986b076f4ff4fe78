"""Envelopes of sealed channels, between memory and the store: every node has some, full or empty, all alike.

They are made by the clock and all as long. What a manager puts in is sealed under the reference that they typed
(`hub.wire.channel`) and, for the data-protection officer, to a key that is not on the node; the node's own key
opens no more than the frame of it, where what is empty is noise. That one counts as used tells nothing: some are
made so. So the table is not bound by the log, which would say when one was used; its own key binds what is in it.
"""

from __future__ import annotations

import io
import os
import random
from dataclasses import dataclass, replace
from typing import Final

from hub.crypto import age, derived
from hub.errors import AuthenticationError, ConflictError, StorageError, UsageError
from hub.node.transaction import Reading, Transaction
from hub.store import channels
from hub.store.channels import EnvelopeRow
from hub.values import NodeId
from hub.wire.channel import (
    CALL_BYTES,
    GIVEN_BYTES,
    KEPT_GIVEN_BYTES,
    SLOT_BYTES,
    Post,
    Question,
    Says,
)

LIFE_S: Final = 28 * 86_400
"""How long one may be used; after that what is asked and given is not kept."""
KEPT_S: Final = 6 * 365 * 86_400
"""CHOICE: how long the officer's copy is kept, as long as the log of disclosures."""
STOCK: Final = 8
"""How many a node has at first; then one more each day."""
ENTRY_BYTES: Final = 8_192
_ENTRY_FIELD: Final = 10_240
_POST_FIELD: Final = 4_096
"""As long as what stood there before."""
_DAY_S: Final = 86_400
_ONE_IN: Final = 8
"""So many of which one counts as used and is not."""
_SHORT: Final = 1 + SLOT_BYTES + CALL_BYTES + _ENTRY_FIELD
_random: Final = random.SystemRandom()


@dataclass(frozen=True, slots=True)
class Envelope:
    """One of them. `call`, `given`: sealed under its reference; `entry`: for the officer; or noise.

    `slot`: the reference's place; `post`: at its head the key of its post, from when something is given until it is
    held there, and noise before and after.
    """

    id: bytes
    made_at: int
    used: bool
    slot: bytes
    call: bytes
    entry: bytes
    post: bytes
    given: bytes

    @property
    def packed(self) -> bytes:
        """As it is sealed."""
        return bytes([self.used]) + self.slot + self.call + self.entry + self.post + self.given


def renew(tx: Transaction) -> None:
    """Make the envelopes of the days since, seal all that may be used anew, and shorten and drop what is old.

    Done by the clock alone, whatever was used. Makes none where the node has no officer's recipient.
    """
    officer = tx.node.settings.channels.officer
    channels.drop_envelopes(tx.session, tx.now - KEPT_S)
    rows = channels.envelopes(tx.session, tx.now - LIFE_S - 60 * _DAY_S)
    live = [_opened(tx, row) for row in rows if row.made_at >= tx.now - LIFE_S]
    blank = [one for one in live if not one.used]
    for one in live:
        decoy = one in blank[:1] and _random.randrange(_ONE_IN) == 0
        keep(tx, replace(one, used=True) if decoy else one)
    for row in rows:
        if row.made_at < tx.now - LIFE_S:
            short = tx.vault.open(_place(row.id), row.sealed)[:_SHORT]
            channels.replace_envelope(tx.session, row._replace(sealed=tx.vault.seal(_place(row.id), short)))
    if officer:
        newest = max((row.made_at for row in rows), default=None)
        more = STOCK if newest is None else min(STOCK, (tx.now - newest) // _DAY_S)
        for _ in range(more):
            channels.add_envelope(tx.session, _row(tx, _blank(tx.now, officer)))


def found(tx: Reading, slot: bytes) -> Envelope | None:
    """The envelope of that slot, while it may be used. As long for one that is not there."""
    every = [_opened(tx, row) for row in channels.envelopes(tx.session, tx.now - LIFE_S)]
    return next((one for one in every if one.slot == slot), None)


def answer(tx: Transaction, peer: NodeId, question: Question) -> bytes:
    """What goes back for an envelope: what was given, sealed anew, where it asks for that; else noise.

    What the other area holds is not kept. One envelope is sealed anew, whatever came.
    """
    every = [_opened(tx, row) for row in channels.envelopes(tx.session, tx.now - LIFE_S)]
    bound = (peer, tx.node.node_id)
    said = [(one, _post(one).said(question, *bound)) for one in every]
    for one, says in said:
        if says is Says.asks:
            keep(tx, one)
            return _post(one).sealed(one.given[:KEPT_GIVEN_BYTES], *bound)
        if says is Says.holds:
            keep(tx, replace(one, post=os.urandom(_POST_FIELD), given=os.urandom(GIVEN_BYTES)))
            return os.urandom(GIVEN_BYTES)
    if every:
        keep(tx, _random.choice(every))
    return os.urandom(GIVEN_BYTES)


def with_given(one: Envelope, post: Post, given: bytes) -> Envelope:
    """One with what is given in it, to be sent to who asks."""
    return replace(
        one,
        post=post.key + os.urandom(_POST_FIELD - len(post.key)),
        given=given + os.urandom(GIVEN_BYTES - len(given)),
    )


def _post(one: Envelope) -> Post:
    return Post(one.post[: derived.KEY_BYTES])


def take_blank(tx: Transaction) -> Envelope:
    """One that nobody has used. Raises ConflictError where there is none, UsageError where there can be none."""
    require_officer(tx)
    every = [_opened(tx, row) for row in channels.envelopes(tx.session, tx.now - LIFE_S)]
    blank = next((one for one in reversed(every) if not one.used), None)
    if blank is None:
        raise ConflictError(
            "This node has no empty envelope left today: it makes one each day.",
            kept="Nothing was kept: no channel is open.",
            do="Have the worker run (`hub worker`), or do it tomorrow; go on over the telephone.",
        )
    return blank


def require_officer(tx: Reading) -> str:
    """The recipient for the officer. Raises UsageError where the node has none."""
    if not tx.node.settings.channels.officer:
        raise UsageError(
            "This node has no key of a data-protection officer, so that nobody could look after a channel.",
            kept="Nothing was kept: no channel is open.",
            do="Have the officer make a key (`hub backup-key FILE`), and write its recipient into node.toml:"
            " officer, under [channels]. Until then go on over the telephone.",
        )
    return tx.node.settings.channels.officer


def keep(tx: Transaction, one: Envelope) -> None:
    """Keep an envelope as it is now."""
    channels.replace_envelope(tx.session, _row(tx, one))


def sealed_entry(tx: Reading, plain: bytes) -> bytes:
    """What is kept of an act for the officer. Raises StorageError where it is too long."""
    return _for_officer(require_officer(tx), plain)


def entries(tx: Reading, identity: str) -> list[bytes]:
    """What the officer's key opens of all that is kept, the oldest first; noise is left out."""
    found = (_entry_of(tx, row, identity) for row in channels.envelopes(tx.session))
    return [one for one in found if one.startswith(b"{")]


def _entry_of(tx: Reading, row: EnvelopeRow, identity: str) -> bytes:
    field = tx.vault.open(_place(row.id), row.sealed)[1 + SLOT_BYTES + CALL_BYTES : _SHORT]
    opened = io.BytesIO()
    try:
        age.decrypt(io.BytesIO(field[4 : 4 + int.from_bytes(field[:4], "big")]), opened, identity)
    except AuthenticationError:  # Made for another officer's key.
        return b""
    padded = opened.getvalue()
    return padded[4 : 4 + int.from_bytes(padded[:4], "big")]


def _for_officer(officer: str, plain: bytes) -> bytes:
    if len(plain) > ENTRY_BYTES - 4:
        raise StorageError("What is kept for the officer is too long.", kept="Nothing was kept.")
    padded = len(plain).to_bytes(4, "big") + plain + bytes(ENTRY_BYTES - 4 - len(plain))
    sealed = io.BytesIO()
    age.encrypt(io.BytesIO(padded), sealed, [officer])
    data = sealed.getvalue()
    return len(data).to_bytes(4, "big") + data + bytes(_ENTRY_FIELD - 4 - len(data))


def _blank(now: int, officer: str) -> Envelope:
    return Envelope(
        id=os.urandom(16),
        made_at=now,
        used=_random.randrange(_ONE_IN) == 0,
        slot=os.urandom(SLOT_BYTES),
        call=os.urandom(CALL_BYTES),
        entry=_for_officer(officer, b""),
        post=os.urandom(_POST_FIELD),
        given=os.urandom(GIVEN_BYTES),
    )


def _row(tx: Transaction, one: Envelope) -> EnvelopeRow:
    return EnvelopeRow(one.id, one.made_at, tx.vault.seal(_place(one.id), one.packed))


def _opened(tx: Reading, row: EnvelopeRow) -> Envelope:
    packed = tx.vault.open(_place(row.id), row.sealed)
    at, parts = 1, []
    for size in (SLOT_BYTES, CALL_BYTES, _ENTRY_FIELD, _POST_FIELD, GIVEN_BYTES):
        parts.append(packed[at : at + size])
        at += size
    return Envelope(row.id, row.made_at, packed[0] == 1, *parts)


def _place(number: bytes) -> str:
    return f"envelope/{number.hex()}"
