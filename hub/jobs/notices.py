"""Telling people with accounts that something waits for them: whom, when, and one try to send it.

Whom it concerns is what the console would show them: looked at when it arises, and again before it is sent. Whoever
is restricted from a case, or may do nothing any more, is sent nothing about it. One notice stands for all that
waits. What it is of is not said (`carriers`).
"""

from __future__ import annotations

import logging
import random
from collections.abc import Callable, Mapping
from types import MappingProxyType
from typing import Final

from hub.accounts.accounts import Acting, acting_as, every_account
from hub.accounts.organisations import folded
from hub.cases.close import ToClose, look_at
from hub.cases.shown import check_shown, shown_among
from hub.checks import incoming
from hub.checks.papers.listing import papers_request_shown
from hub.checks.submissions import submission_shown
from hub.errors import HubError, NotFoundError, unforeseen
from hub.jobs.carriers import Message, carry
from hub.jobs.task import Task
from hub.node.node import Node
from hub.node.notice_settings import is_mail_address
from hub.records import notices as records
from hub.records.accounts import AccountRole, AccountState, account_of
from hub.records.notices import Notice, Waits
from hub.records.received import DisclosureKey
from hub.records.restorations import require_none_open
from hub.records.submissions import SubmissionState
from hub.store import notices, obligations, outbox
from hub.store.obligations import Activity
from hub.store.outbox import DeliveryState
from hub.values import Level

SOONEST_S: Final = 120
LATEST_S: Final = 300
"""Between these, by chance, somebody is told after it arose: whoever sees when a mail comes learns no moment."""
PREFIX: Final = "notice:"
_ROLES: Final = frozenset({AccountRole.coordinator, AccountRole.idva, AccountRole.manager})
_spread = random.SystemRandom()
logger = logging.getLogger("hub.jobs")


def due(node: Node) -> list[Task]:
    """What is to be tried now: each account's in a lane of its own."""
    if node.settings.notices is None:
        return []
    with node.read() as tx:
        rows = notices.due(tx.session, tx.now)
    return [Task(PREFIX + number, PREFIX + (account.hex() if account else "")) for number, account in rows]


def attempt(node: Node, number: str) -> None:
    """One try of one notice, if it still waits and its time has come. Nothing is raised but of the database."""
    try:
        with node.read() as tx:
            require_none_open(tx)  # Nobody knows yet who was disabled since.
            notice = records.get(tx, number)
        if notice is None or notice.row.state is not DeliveryState.open or notice.row.next_at > node.now():
            return
        if notice.row.account is not None:
            _send(node, notice)
            return
        addressed = _address(node, notice)
    except Exception as error:  # noqa: BLE001 - whatever it is, it is this notice's alone
        fault = error if isinstance(error, HubError) else unforeseen(error)
        with node.write() as tx:
            state = records.put_off(tx, number, str(fault))
        told = logger.error if state is DeliveryState.failed else logger.warning
        told("notice %s: %s", number, fault)
        return
    for one in addressed if notice.matter.urgent else ():
        attempt(node, one)


def mail_address(acting: Acting) -> str:
    """Where an account is sent notices: what its user signs in with, where that is a mail address; else nothing."""
    sign_in = acting.account.sign_in
    return sign_in if is_mail_address(sign_in) else ""


def told_by_notice(node: Node) -> list[Acting]:
    """The accounts whose work the console shows, open ones alone. Raises RowsError."""
    with node.read() as tx:
        every = (one for one in every_account(tx) if one.state is AccountState.open and one.role in _ROLES)
        return [acting_as(tx, one) for one in every]


def concerned(node: Node, acting: Acting, notice: Notice) -> bool:
    """Whether it still waits, and for them. Raises UsageError when `staff.toml` is broken, RowsError."""
    if acting.account.state is not AccountState.open or acting.account.role not in _ROLES:
        return False
    return _CONCERNED[notice.matter.waits](node, acting, notice)


def _address(node: Node, notice: Notice) -> list[str]:
    """Put one for each whom it concerns in its place, at moments of their own: no two mails tell of one case."""
    found = [one for one in told_by_notice(node) if mail_address(one) and concerned(node, one, notice)]
    asker = folded(notice.matter.asker)
    own = [one for one in found if folded(one.account.name) == asker]
    between = (0, 0) if notice.matter.urgent else (SOONEST_S, LATEST_S)
    with node.write() as tx:
        tx.hold_others_off()
        when = {one.account.id: tx.now + round(_spread.uniform(*between)) for one in own or found}
        return records.address(tx, notice, when) if records.get(tx, notice.row.id) is not None else []


def _send(node: Node, notice: Notice) -> None:
    acting, url = _acting(node, notice), node.settings.console.url
    if acting is None or url is None or not mail_address(acting) or not concerned(node, acting, notice):
        with node.write() as tx:
            records.drop(tx, [notice.row.id])
        return
    with node.write() as tx:
        tx.hold_others_off()
        if records.get(tx, notice.row.id) is None or not records.claim(tx, notice):
            return
    carry(node, Message(mail_address(acting), f"{url}/work", notice.row.id))
    with node.write() as tx:
        tx.hold_others_off()
        records.sent(tx, notice)


def _acting(node: Node, notice: Notice) -> Acting | None:
    with node.read() as tx:
        try:
            return acting_as(tx, account_of(tx, (notice.row.account or b"").hex()))
        except NotFoundError:
            return None


def _request(node: Node, acting: Acting, notice: Notice) -> bool:
    peer, check_id, handle, level = notice.matter.about
    key = DisclosureKey(peer, check_id, bytes.fromhex(handle), Level(level))
    with node.read() as tx:
        address = incoming.address_of(tx, key)
    opened = incoming.opened_at(node, acting, address)
    return opened is not None and opened.office is not None


def _answer(node: Node, acting: Acting, notice: Notice) -> bool:
    return check_shown(node, acting, notice.matter.about[0]) is not None


def _obligation(node: Node, acting: Acting, notice: Notice) -> bool:
    activity, code = notice.matter.about
    digest = notice.row.case_digest or b""
    with node.read() as tx:
        rows = obligations.open_in(tx.session, Activity(digest, activity), [code])
    found = (look_at(node, one.id, acting.requester) for one in rows)
    return digest in shown_among(node, acting, {digest}) and any(
        one is not None and not one.done and _theirs_to_close(one) for one in found
    )


def _theirs_to_close(found: ToClose) -> bool:
    """Whether it is for them: what a manager signs is for another manager than who asked."""
    return not any(one.startswith("by.") for one in found.lacks)


def _delivery(node: Node, acting: Acting, notice: Notice) -> bool:
    with node.read() as tx:
        row = outbox.get(tx.session, notice.matter.about[0])
    if row is None or row.state is DeliveryState.open or row.case_digest is None:
        return False
    return row.case_digest in shown_among(node, acting, {row.case_digest})


def _submission(node: Node, acting: Acting, notice: Notice) -> bool:
    """Whoever put it once a manager has decided; until then the managers who may sign it."""
    shown = submission_shown(node, acting, notice.matter.about[0])
    if shown is None:
        return False
    own = shown.submission.account == acting.account.id
    if notice.matter.asker:
        return own and shown.state not in (SubmissionState.waiting, SubmissionState.withdrawn)
    return not own and shown.state is SubmissionState.waiting


def _papers(node: Node, acting: Acting, notice: Notice) -> bool:
    """Whoever answers what another area asks; whoever asked, once papers are here."""
    line = papers_request_shown(node, acting, notice.matter.about[0])
    return line is not None and (line.request.direction == "out" or line.request.open)


_CONCERNED: Final[Mapping[Waits, Callable[[Node, Acting, Notice], bool]]] = MappingProxyType(
    {
        Waits.request: _request,
        Waits.answer: _answer,
        Waits.obligation: _obligation,
        Waits.delivery: _delivery,
        Waits.submission: _submission,
        Waits.papers: _papers,
    }
)
