"""Which cases somebody opened, by what an address named: a check's, a request's, a transfer's and all other kinds.

Looked up when read events are brought in, not while somebody waits for a page. Judges nobody, and shows nothing.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from contextlib import suppress
from typing import Final

from hub.accounts.accounts import acting_as
from hub.cases.access import restrictions_on
from hub.cases.shown import asker_of
from hub.checks.incoming import address_of
from hub.errors import NotFoundError, UsageError
from hub.node.transaction import Reading
from hub.records import accounts, received
from hub.records.check import recorded_check
from hub.records.gists import every_gist
from hub.records.idva import idva_referral_of
from hub.records.papers_requests import papers_request_of
from hub.records.reads import Came, ReadEvent
from hub.records.submissions import submission_of
from hub.records.transfers import transfer_of
from hub.store import obligations


def cases_of(tx: Reading, event: ReadEvent) -> tuple[str, ...]:
    """The digests (hex) of the cases that an event is about; none of what is not there. Raises RowsError."""
    found = dict[str, None]()
    for kind, number in event.things:
        with suppress(NotFoundError, ValueError):
            if kind in _BY_REFERENCE:
                digests: Iterable[str] = [_as_found(tx, event, _BY_REFERENCE[kind](tx, number))]
            else:
                digests = _BY_KIND.get(kind, _by_the_page)(tx, number)
            found |= dict.fromkeys(filter(None, digests))
    return tuple(found)


def _case(tx: Reading, handle: str) -> Iterable[str]:
    every = every_gist(tx)
    by_handle = tx.node.derived.get(
        "cases by handle", (every,), lambda: {one.row.handle.hex(): one.row.ref_digest.hex() for one in every}
    )
    return [by_handle.get(handle, "")]


def _check(tx: Reading, number: str) -> bytes:
    return tx.case_digest(recorded_check(tx, number).request.case_ref)


def _request(tx: Reading, address: str) -> Iterable[str]:
    key = next((one for one in received.every_key(tx) if address_of(tx, one) == address), None)
    request = received.disclosure(tx, key) if key else None
    digest = request.case.case_digest if request else None
    return [digest.hex()] if digest else []


def _transfer(tx: Reading, number: str) -> Iterable[str]:
    found = transfer_of(tx, number)
    return [found.case] if found else []


def _papers(tx: Reading, number: str) -> Iterable[str]:
    found = papers_request_of(tx, number)
    return [found.case] if found else []


def _submission(tx: Reading, number: str) -> Iterable[str]:
    return [submission_of(tx, number).case_digest]


def _referral(tx: Reading, number: str) -> Iterable[str]:
    found = idva_referral_of(tx, number)
    return [*_case(tx, found.case), *_case(tx, found.client)] if found else []


def _obligation(tx: Reading, number: str) -> Iterable[str]:
    found = obligations.get(tx.session, number)
    return [found.case_digest.hex()] if found else []


def _reference(_: Reading, digest: str) -> bytes:
    return bytes.fromhex(digest)


def _as_found(tx: Reading, event: ReadEvent, digest: bytes) -> str:
    """The case of a reference as whoever opened it finds one: where they are kept out, what is apart for them.

    Whoever was shown nothing tried the other. Of a name that was typed it is not looked up what it is kept out of.
    """
    own = _kept_apart(tx).get(digest, {}) if event.came is Came.shown else {}
    if not own:
        return digest.hex()
    account = next((one for one in accounts.every(tx) if one.id == event.account), None)
    apart = own.get(tx.node.user(account.name) if account else event.named, digest)
    if account is None or apart == digest:
        return apart.hex()
    try:
        restricted = restrictions_on(tx.node, asker_of(acting_as(tx, account))).restricts(digest)
    except UsageError:  # Nobody is shown any case then.
        restricted = True
    return (apart if restricted else digest).hex()


def _kept_apart(tx: Reading) -> Mapping[bytes, Mapping[str, bytes]]:
    """By the digest of a reference: the cases of it that are kept apart, by whom for (pseudonym)."""
    every = every_gist(tx)

    def made() -> dict[bytes, dict[str, bytes]]:
        found = dict[bytes, dict[str, bytes]]()
        for one in every:
            if one.apart_for:
                found.setdefault(tx.case_digest(one.case_ref), {})[one.apart_for] = one.row.ref_digest
        return found

    return tx.node.derived.get("cases kept apart", (every,), made)


def _by_the_page(_: Reading, __: str) -> Iterable[str]:
    """Whoever showed it said which cases it is of, as things of their own."""
    return []


_BY_REFERENCE: Final[Mapping[str, Callable[[Reading, str], bytes]]] = {
    "check": _check,
    "reference": _reference,
}
_BY_KIND: Final[Mapping[str, Callable[[Reading, str], Iterable[str]]]] = {
    "case": _case,
    "other": _case,
    "request": _request,
    "transfer": _transfer,
    "papers": _papers,
    "submission": _submission,
    "referral": _referral,
    "number": _obligation,
    "likeness": _by_the_page,
    "action": _by_the_page,
    "correction": _by_the_page,
}
THINGS: Final = frozenset({*_BY_KIND, *_BY_REFERENCE})
"""What a part of an address may name, by its name there, that is of a case."""
