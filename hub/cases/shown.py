"""Which cases, and questions about them, somebody may open: their organisation's and role's, unless restricted.

A Marac's cases are for its coordinators and managers. An Idva service's clients are its own people's alone. A
representative opens what their own agency referred. Whatever else there is reads like what there is not.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterator, Mapping
from dataclasses import dataclass
from itertools import islice
from operator import attrgetter
from typing import Literal, NamedTuple

from hub.accounts.accounts import Acting
from hub.accounts.organisations import folded
from hub.cases.access import check_for, restrictions_on
from hub.cases.kept_out import CaseRestrictions
from hub.errors import NotFoundError
from hub.node.node import Node
from hub.node.transaction import Reading
from hub.records.accounts import AccountRole
from hub.records.cases import CaseDetails, HeldCase, held_case, rests_on
from hub.records.check import RecordedCheck
from hub.records.gists import CheckGist, Gist, by_digest, every_check, every_gist, with_referral_form
from hub.store import cases
from hub.values import Kind, Requester, RequesterRole

Came = Literal["entered", "emergency", "transferred", "referred", "imported"]


@dataclass(frozen=True, slots=True)
class CaseLine:
    """A case in a list. `number` is its reference, `handle` (hex) what addresses name it by.

    `came`: how it did: entered or in an emergency, and its referral not yet; from another area; by a referral form;
    else by an import. `came_from`: that area (node id), or the agency that refers.
    """

    handle: str
    number: str
    kind: Kind
    stub: bool
    came: Came = "imported"
    came_from: str = ""


def asker_of(acting: Acting) -> Requester:
    """As whom somebody is known to exclusions, whatever their role."""
    organisation = acting.organisation
    return Requester(
        name=acting.account.name,
        role=RequesterRole.coordinator,
        agency=organisation.name,
        agency_kind=organisation.agency_kind,
    )


def lines(node: Node, acting: Acting, most: int, containing: str = "") -> list[CaseLine]:
    """The newest cases that they may open, whose number contains a text. Raises UsageError, RowsError."""
    wanted = folded(containing)
    found = gists_shown(node, acting, lambda one: wanted in folded(one.case_ref))
    with node.read() as tx:
        forms = with_referral_form(tx)
    return [line_of(one, forms) for one in islice(found, most)]


def line_of(one: Gist, forms: Collection[int] = ()) -> CaseLine:
    """A case as lists have it. `forms`: those (numbers in the store) that have a referral form."""
    came, whence = _came(one, forms)
    return CaseLine(one.row.handle.hex(), one.case_ref, one.kind, bool(one.stub), came, whence)


def _came(one: Gist, forms: Collection[int]) -> tuple[Came, str]:
    if one.transferred_from:
        return "transferred", one.transferred_from
    if one.stub:
        return ("emergency" if one.stub == "emergency" else "entered"), ""
    return ("referred", one.referring_agency) if one.row.id in forms else ("imported", "")


def gists_shown(node: Node, acting: Acting, which: Callable[[Gist], bool]) -> Iterator[Gist]:
    """Those of the cases that they may open, the newest first. Raises UsageError, RowsError."""
    may_open = opener(node, acting)
    with node.read() as tx:
        every = every_gist(tx)
    newest = node.derived.get(
        "newest cases", (every,), lambda: sorted(every, key=lambda one: -(one.row.id or 0))
    )
    return (one for one in newest if may_open(one.row.ref_digest) and which(one))


def case_shown(node: Node, acting: Acting, handle: str) -> HeldCase | None:
    """The case that an address names; None where there is none, or none for them. Raises UsageError, RowsError."""
    try:
        key = bytes.fromhex(handle)
    except ValueError:
        return None
    restrictions = restrictions_on(node, asker_of(acting))
    with node.read() as tx:
        held = _held(tx, key)
        if held is None or not _theirs(acting)(held.details):
            return None
        return held if finds(restrictions, held.details.apart, held.row.ref_digest) else None


def shown_among(node: Node, acting: Acting, digests: Collection[bytes]) -> frozenset[bytes]:
    """Those of these cases that they may open, by the digests of their references. Raises UsageError, RowsError.

    What concerns no case that is held is for the Marac's coordinators and managers.
    """
    return frozenset(filter(opener(node, acting), digests))


def opener(node: Node, acting: Acting) -> Callable[[bytes], bool]:
    """Whether they may open a case, by the digest of its reference; for many. Raises as `shown_among`.

    The very same while what it rests on stays as it is.
    """
    restrictions = restrictions_on(node, asker_of(acting))
    with node.read() as tx:
        every = every_gist(tx)
    held = node.derived.get("cases by digest", (every,), lambda: {one.row.ref_digest: one for one in every})
    return node.derived.get(
        ("opener", acting), (held, restrictions), lambda: _opener(acting, held, restrictions)
    )


def _opener(
    acting: Acting, held: Mapping[bytes, Gist], restrictions: CaseRestrictions
) -> Callable[[bytes], bool]:
    theirs, of_none, known = _theirs(acting), of_marac(acting), dict[bytes, bool]()

    def look(digest: bytes) -> bool:
        case = held.get(digest)
        if case is None:
            return of_none and not restrictions.restricts(digest)
        return theirs(case) and finds(restrictions, case.apart_for, digest)

    def may_open(digest: bytes) -> bool:
        found = known.get(digest)
        if found is None:
            found = known[digest] = look(digest)
        return found

    return may_open


def opens(acting: Acting) -> Callable[[CaseDetails], bool]:
    """Whether a case that they are not excluded from is one of their organisation's and role's."""
    return _theirs(acting)


def address_of(node: Node, digest: bytes) -> str:
    """What addresses name a case by that somebody may open, by the digest of its reference; empty of none held."""
    with node.read() as tx:
        found = by_digest(tx).get(digest)
    return found.row.handle.hex() if found else ""


def overseen_among(node: Node, acting: Acting, digests: Collection[bytes]) -> frozenset[bytes]:
    """Those of these cases whose record they may read: a data-protection officer as a manager there would.

    Others those that they may open. Raises as `shown_among`.
    """
    account = acting.account
    if account.role is AccountRole.data_protection_officer:
        account = account.model_copy(update={"role": AccountRole.manager})
    return shown_among(node, Acting(account, acting.organisation), digests)


def of_marac(acting: Acting) -> bool:
    """Whether they are a coordinator or manager of the Marac's."""
    roles = (AccountRole.coordinator, AccountRole.manager)
    return not acting.organisation.idva_service and acting.account.role in roles


def checks_read(node: Node, acting: Acting) -> Callable[[RecordedCheck], bool]:
    """Which checks they read, exclusions apart: of cases that they may open, and what they asked of nobody.

    So what they asked about a case that is none of theirs reads like what they asked about one that is not there.
    Raises as `shown_among`.
    """
    may_open, user = opener(node, acting), node.user(acting.account.name)

    def reads(kept: RecordedCheck) -> bool:
        own = node.user(kept.request.requester.name) == user
        return (own and kept.asked_nobody) or may_open(node.case_digest(kept.request.case_ref))

    return reads


def checks_shown(
    node: Node, acting: Acting, which: Callable[[CheckGist], bool] = lambda _: True
) -> Iterator[CheckGist]:
    """Those of the checks that they may open, the newest first. Raises UsageError, RowsError."""
    hidden, may_open = restrictions_on(node, asker_of(acting)), opener(node, acting)
    with node.read() as tx:
        every = every_check(tx)
        newest = node.derived.get(
            "newest checks", (every,), lambda: sorted(every, key=attrgetter("asked_at"), reverse=True)
        )
        for one in filter(which, newest):
            if may_open(one.case_digest) and not hidden.hides_check(tx, one):
                yield one


class CheckFound(NamedTuple):
    """A check as it is kept, and its case by the handle (hex) that addresses name it by."""

    kept: RecordedCheck
    case: str


def check_shown(node: Node, acting: Acting, check_id: str) -> CheckFound | None:
    """The check that an address names; None where there is none, or its case is none for them.

    Raises UsageError, RowsError.
    """
    asker = asker_of(acting)
    try:
        kept = check_for(node, asker, check_id)
    except NotFoundError:
        return None
    with node.read() as tx:
        held = restrictions_on(node, asker).find(tx, kept.request.case_ref)
    if held is None or not _theirs(acting)(held.details):
        return None
    return CheckFound(kept, held.row.handle.hex())


def _held(tx: Reading, key: bytes) -> HeldCase | None:
    found = cases.of_handles(tx.session, [key])
    if not found:
        return None
    held = held_case(tx, found[0])
    tx.require_as_bound(rests_on([held]))
    return held


def _theirs(acting: Acting) -> Callable[[CaseDetails | Gist], bool]:
    """Whether a case is one of their organisation's and role's."""
    own, role = folded(acting.organisation.name), acting.account.role
    if acting.organisation.idva_service:
        its_own = role in (AccountRole.idva, AccountRole.manager)
        return lambda case: its_own and folded(case.idva_service) == own
    if role in (AccountRole.coordinator, AccountRole.manager):
        return lambda case: case.kind is Kind.marac
    refers = role is AccountRole.representative
    return lambda case: (  # Clients of a service are its own people's.
        refers and case.kind is Kind.marac and not case.idva_service and folded(case.referring_agency) == own
    )


def finds(restrictions: CaseRestrictions, apart: str, ref_digest: bytes) -> bool:
    """Whether it is theirs where it is kept apart for somebody, and not one that they are restricted from."""
    if apart:
        return apart == restrictions.user
    return not restrictions.restricts(ref_digest)
