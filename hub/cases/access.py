"""Who asks, seen as a possible insider: what the engine has to know beside the form, and which cases are hidden.

Reads the node's own list of staff and exclusions (`staff.toml` in the home; without one nobody is known) and looks
whether the case is one of the node's. Decides nothing: `hub.consent` does, with the Context made here. Nobody's
name is proved here: who asks is who they say, as in a question.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

from pydantic import Field

from hub.cases.areas import known_areas
from hub.consent import Context, Exclusion, conflicts_of_interest, is_excluded
from hub.consent import Staff as Asker
from hub.node.node import Node
from hub.node.settings import parse, read_toml
from hub.node.transaction import Reading
from hub.records.cases import CaseDetails, open_case
from hub.records.check import CheckRequest, RecordedCheck, recorded_check, unknown_check
from hub.store import cases
from hub.values import Person, Requester, ShortText, Value

STAFF_FILE: Final = "staff.toml"


class StaffMember(Value):
    """Someone who works with this node's cases. Date of birth and postcode tell a namesake from a colleague."""

    given_names: ShortText
    surname: ShortText
    date_of_birth: ShortText = ""
    postcode: ShortText = ""
    team: ShortText = ""
    agency: ShortText = ""

    @property
    def name(self) -> str:
        """The name as a requester gives it."""
        return f"{self.given_names} {self.surname}"

    @property
    def person(self) -> Person:
        """The member as a person who might be asked about."""
        return Person(
            given_names=self.given_names,
            surname=self.surname,
            date_of_birth=self.date_of_birth,
            postcode=self.postcode,
        )


class CaseExclusion(Exclusion):
    """An exclusion from one case, or from all where `case_ref` is empty."""

    case_ref: ShortText = ""


class StaffList(Value):
    """The content of `staff.toml`."""

    staff: tuple[StaffMember, ...] = ()
    exclusion: tuple[CaseExclusion, ...] = Field(default=())


def context_of(node: Node, request: CheckRequest, *, tells: bool) -> Context:
    """Return what the engine must know of this asker and case.

    A case that is not this node's needs a second person unless a protocol covers the question (hazard H1).
    Raises UsageError when `staff.toml` is broken.
    """
    known = _staff(node)
    asker = _listed(known, request.requester)
    colleagues = [one.person for one in known.staff if one is not asker]
    asked = (request.subject, *request.related)
    with node.read() as tx:
        own, areas = _own_case(tx, request.case_ref), known_areas(tx)
    return Context(
        case_ref=request.case_ref,
        case_linked=own is not None,
        tells=tells,
        at_once=request.disclose == "at_once",
        recipient_known=True,
        not_safe_to_talk_to=own.not_safe_to_talk_to if own else (),
        staff=_as_excluded(known, request.requester),
        exclusions=_exclusions(known, request.case_ref),
        insider=conflicts_of_interest(
            asker.person if asker else _named(request.requester.name), colleagues, asked
        ),
        areas=areas,
        case_fled_from=own.fled_from if own else None,
        agreements=node.agreements.held,
        area=node.node_id,
    )


def exclusions_from(node: Node, case_ref: str) -> tuple[Exclusion, ...]:
    """The exclusions from one of our cases, whichever area asks. Raises UsageError when `staff.toml` is broken."""
    return _exclusions(_staff(node), case_ref)


def _exclusions(known: StaffList, case_ref: str) -> tuple[Exclusion, ...]:
    return tuple(
        Exclusion(person=one.person, team=one.team, agency=one.agency)
        for one in known.exclusion
        if one.case_ref in ("", case_ref)
    )


def _own_case(tx: Reading, case_ref: str) -> CaseDetails | None:
    row = cases.find(tx.session, tx.case_digest(case_ref))
    return open_case(tx.vault, row.handle, row.sealed) if row else None


@dataclass(frozen=True, slots=True)
class CaseRestrictions:
    """The cases that somebody must not know of, by the digests of their references, or every case."""

    every: bool
    cases: frozenset[bytes]

    @property
    def any(self) -> bool:
        """Whether there is any such case."""
        return self.every or bool(self.cases)

    def restricts(self, case_digest: bytes | None) -> bool:
        """Whether that case is to read like none. A case not known is restricted with any other."""
        return self.any if case_digest is None else self.every or case_digest in self.cases


def restrictions_on(node: Node, requester: Requester | None) -> CaseRestrictions:
    """The cases that are restricted for this person. Who does not say who they are is restricted with everyone.

    Raises UsageError when `staff.toml` is broken.
    """
    known = _staff(node)
    nobody = requester is None or not requester.name
    against = [
        one
        for one in known.exclusion
        if nobody or (requester and is_excluded(_as_excluded(known, requester), (one,)))
    ]
    return CaseRestrictions(
        every=any(not one.case_ref for one in against),
        cases=frozenset(node.case_digest(one.case_ref) for one in against if one.case_ref),
    )


def check_for(node: Node, asker: Requester | None, check_id: str) -> RecordedCheck:
    """A check of ours, for somebody who may know of its case.

    Raises NotFoundError: one that is hidden reads like one that does not exist; UsageError when `staff.toml` is
    broken.
    """
    hidden = restrictions_on(node, asker)
    with node.read() as tx:
        kept = recorded_check(tx, check_id)
    if hidden.restricts(node.case_digest(kept.request.case_ref)):
        raise unknown_check()
    return kept


def _listed(known: StaffList, requester: Requester) -> StaffMember | None:
    folded = " ".join(requester.name.casefold().split())
    return next((one for one in known.staff if " ".join(one.name.casefold().split()) == folded), None)


def _as_excluded(known: StaffList, requester: Requester) -> Asker:
    """The requester as exclusions know people: team and agency by the node's own list before what they say."""
    member = _listed(known, requester)
    agency = member.agency if member and member.agency else requester.agency
    return Asker(requester.name, member.team if member else "", agency)


def _staff(node: Node) -> StaffList:
    path = node.home / STAFF_FILE
    return parse(StaffList, read_toml(path), path) if path.exists() else StaffList()


def _named(name: str) -> Person:
    given, _, surname = name.strip().rpartition(" ")
    return Person(given_names=given, surname=surname)
