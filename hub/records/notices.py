"""That something waits for somebody with an account: kept sealed until they were told of it.

A row is written in the transaction of the act itself, so that the two are kept together or not at all. None is
written where the node sends no notices. Nothing of it is bound by the audit log: see `hub.store.notices`. Does not
say whom it concerns, or send anything (`hub.jobs.notices`).
"""

from __future__ import annotations

import secrets
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import Final

from pydantic import Field

from hub.errors import StorageError
from hub.node.transaction import Reading, Transaction
from hub.store import notices
from hub.store.notices import NoticeRow
from hub.store.outbox import DeliveryState
from hub.values import ShortText, Value

URGENT_APART_S: Final = 60
"""Between two notices of emergencies to one account."""


class Waits(StrEnum):
    """What waits. A notice never says which."""

    request = "request"
    answer = "answer"
    obligation = "obligation"
    delivery = "delivery"
    submission = "submission"
    papers = "papers"


class Matter(Value):
    """What somebody is to be told of, by identifiers alone. `asker`: who asked, where an answer came.

    `about`: of a request peer, check, handle and level; of an answer the check; of an obligation the activity and
    its code; of a delivery, a submission or papers its number. `urgent`: an emergency, told at once.
    """

    waits: Waits
    about: tuple[ShortText, ...] = Field(max_length=4)
    asker: ShortText = ""
    urgent: bool = False


class LastSent(Value):
    """When an account was sent a notice, of which row; not `done`: somebody began to."""

    at: int
    of: str
    done: bool = False


@dataclass(frozen=True, slots=True)
class Notice:
    """A row, opened."""

    row: NoticeRow
    matter: Matter


def arises(tx: Transaction, matter: Matter, case_digest: bytes | None, *, wait_s: int = 0) -> None:
    """Note that something waits for whomever it concerns; they are told of it no sooner than in `wait_s`."""
    if tx.node.settings.notices is not None:
        _add(tx, matter, (None, case_digest), at=tx.now + wait_s, next_at=tx.now + wait_s)


def get(tx: Reading, number: str) -> Notice | None:
    """A notice that is still to be sent. Raises StorageError where its row was changed."""
    row = notices.get(tx.session, number)
    if row is None:
        return None
    return Notice(row, Matter.model_validate_json(tx.vault.open(_place(row), row.sealed)))


def address(tx: Transaction, notice: Notice, when: Mapping[str, int]) -> list[str]:
    """Put one for each of these accounts in place of one for nobody yet, and return their numbers.

    `when`: no sooner than then, by account.
    """
    notices.remove(tx.session, notice.row.id)
    row = notice.row
    return [
        _add(tx, notice.matter, (bytes.fromhex(one), row.case_digest), at=row.created_at, next_at=at)
        for one, at in when.items()
    ]


def claim(tx: Transaction, notice: Notice) -> bool:
    """Whether this is to be sent now, of all that its account waits for; if not, it is put off, or dropped.

    One a time. What arose before another began to be sent was told with it.
    """
    row, account = notice.row, notice.row.account or b""
    settings = tx.node.settings.notices
    quiet_s = URGENT_APART_S if notice.matter.urgent or settings is None else settings.quiet_minutes * 60
    before = _last(tx, account)
    if before is not None and before.done and row.created_at <= before.at <= tx.now:
        notices.remove(tx.session, row.id)
        return False
    if before is not None and before.of != row.id and before.at <= tx.now < before.at + quiet_s:
        notices.change(tx.session, row._replace(next_at=before.at + quiet_s))
        return False
    _keep_last(tx, account, LastSent(at=tx.now, of=row.id))
    return True


def sent(tx: Transaction, notice: Notice) -> None:
    """It was handed over: with it, its account was told of all that waited when that began."""
    account = notice.row.account or b""
    begun = _last(tx, account)
    notices.remove(tx.session, notice.row.id)
    if begun is not None and begun.of == notice.row.id:
        notices.remove_until(tx.session, account, begun.at)
        _keep_last(tx, account, begun.model_copy(update={"done": True}))


def drop(tx: Transaction, numbers: Iterable[str]) -> None:
    """Nobody is told of these any more."""
    for number in numbers:
        notices.remove(tx.session, number)


def put_off(tx: Transaction, number: str, fault: str) -> DeliveryState | None:
    """A try failed: it is made again later, or given up for a person to see. `fault` is told to them."""
    row = notices.get(tx.session, number)
    if row is None or row.state is not DeliveryState.open:
        return None
    times, tries = tx.node.settings.schedules, row.tries + 1
    state = DeliveryState.failed if tries >= times.give_up_after else DeliveryState.open
    failed = row._replace(tries=tries, next_at=times.retry_at(tx.now, tries), fault=fault, state=state)
    notices.change(tx.session, failed)
    return state


def reopen(tx: Transaction, row: NoticeRow) -> None:
    """Try again what was put off or given up, as if for the first time."""
    notices.change(tx.session, row._replace(state=DeliveryState.open, next_at=tx.now, tries=0))


def _add(
    tx: Transaction, matter: Matter, of: tuple[bytes | None, bytes | None], *, at: int, next_at: int
) -> str:
    """Keep a row; `of`: to which account and of which case, `at`: when it arises."""
    row = NoticeRow(
        id=secrets.token_hex(16),
        account=of[0],
        case_digest=of[1],
        state=DeliveryState.open,
        created_at=at,
        next_at=next_at,
        tries=0,
        fault=None,
        sealed=b"",
    )
    sealed = tx.vault.seal(_place(row), matter.model_dump_json().encode())
    notices.add(tx.session, row._replace(sealed=sealed))
    return row.id


def _keep_last(tx: Transaction, account: bytes, said: LastSent) -> None:
    notices.put_last(
        tx.session, account, tx.vault.seal(_last_place(account), said.model_dump_json().encode())
    )


def _last(tx: Reading, account: bytes) -> LastSent | None:
    """When an account was sent a notice; nothing where that was lost or changed."""
    sealed = notices.last(tx.session, account)
    try:
        return (sealed and LastSent.model_validate_json(tx.vault.open(_last_place(account), sealed))) or None
    except StorageError:
        return None


def _place(row: NoticeRow) -> str:
    """Whom it is to, and of which case, are bound to the sealed bytes."""
    account, case = (one.hex() if one else "" for one in (row.account, row.case_digest))
    return f"notice/{row.id}/{account}/{case}"


def _last_place(account: bytes) -> str:
    return f"last_notice/{account.hex()}"
