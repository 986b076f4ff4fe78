"""What an Idva service does with who is referred to it, and what the Marac sees of that.

The service reads what the referral says, tries to be in contact with her, and takes her on as a client of its own:
a copy, on a case that is its own people's alone. The Marac's coordinators see whether she was reached and after
how many hours, and no more. Whoever is restricted from the case finds no referral of it.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Final, NamedTuple

from hub.accounts.accounts import Acting
from hub.accounts.organisations import folded
from hub.audit.events import Action, Refs
from hub.cases.access import restrictions_on
from hub.cases.changes import put_cases
from hub.cases.first_contact import FirstContact, first_contact
from hub.cases.passed_on import newest, put, services
from hub.cases.proposals import Proposal
from hub.cases.publication import PublicationDecisions
from hub.cases.shown import asker_of, case_shown, gists_shown
from hub.errors import ConflictError, NotFoundError, StorageError
from hub.node.node import Node
from hub.node.transaction import Reading, Transaction
from hub.records import papers
from hub.records.accounts import AccountRole
from hub.records.cases import CaseDetails, HeldCase, held_case, rests_on
from hub.records.gists import Gist, every_gist
from hub.records.idva import (
    IdvaReferral,
    Tried,
    every_idva_referral,
    idva_referral_of,
    keep_idva_referral,
)
from hub.records.papers import KeptPaper, Paper, PaperKind
from hub.store import cases
from hub.values import Kind, LongText, Value

PASSED_ON: Final = (PaperKind.referral, PaperKind.dash)
"""The papers that a service reads of who is referred to it, and copies for its client. No others of the Marac's."""
_SAME_S: Final = 60


class ReferralLine(NamedTuple):
    """Who is referred to a service, in a list: the Marac's number of the case, and how far the first contact is."""

    referral: IdvaReferral
    number: str
    contact: FirstContact


class ReferralShown(NamedTuple):
    """A referral with what it says: the case and its papers, until the service has taken her on."""

    line: ReferralLine
    held: HeldCase | None
    papers: tuple[KeptPaper, ...]


def of_service(node: Node, acting: Acting) -> list[ReferralLine]:
    """Who is referred to the service of whoever is signed in, those not reached first, the longest waiting first.

    Nothing for anybody else. Raises UsageError when `staff.toml` is broken, RowsError.
    """
    if not acts_for_service(acting):
        return []
    restrictions = restrictions_on(node, asker_of(acting))
    with node.read() as tx:
        own = [one for one in every_idva_referral(tx) if one.organisation == acting.organisation.id]
        gists = {one.row.handle.hex(): one for one in every_gist(tx)} if own else {}
    found = [
        _line(node, one, gists[one.case])
        for one in newest(own)
        if one.case in gists
        and not gists[one.case].apart_for
        and not restrictions.restricts(gists[one.case].row.ref_digest)
    ]
    return sorted(found, key=lambda one: (one.contact.reached, one.referral.since))


def acts_for_service(acting: Acting) -> bool:
    """Whether somebody takes referrals on: an Idva of a service, or its manager."""
    return acting.organisation.idva_service and acting.account.role in (AccountRole.idva, AccountRole.manager)


def shown(node: Node, acting: Acting, number: str) -> ReferralShown | None:
    """The referral that an address names; None where there is none, or none for them. Raises as `of_service`."""
    line = next((one for one in of_service(node, acting) if one.referral.id == number), None)
    if line is None or line.referral.client:
        return None if line is None else ReferralShown(line, None, ())
    with node.read() as tx:
        held = marac_case(tx, line.referral)
        every = papers.current(papers.of_case(tx, held.row))
    return ReferralShown(line, held, tuple(one for one in every if one.paper.kind in PASSED_ON))


class IdvaContact(Value):
    """What the service writes of a contact with its client: its own, under its own key."""

    reached: bool
    words: LongText


def tried(node: Node, acting: Acting, number: str, *, reached: bool, words: str = "") -> FirstContact:
    """Keep that somebody of the service tried to be in contact with her. The same said twice is kept once.

    `words`: what they write of it, which is a paper of the client's own case. Raises NotFoundError where there is
    no such referral for them, ConflictError for words where they have not taken her on.
    """
    by = acting.account.name
    with node.write() as tx:
        one = _theirs(node, acting, tx, number)
        if words.strip() and not one.client:
            raise ConflictError(
                "Your service has no case of the victim yet to keep words on.",
                kept="Nothing.",
                do="Take the victim on as a client first, or leave the words out.",
            )
        last = one.tried[-1] if one.tried else None
        again = last is not None and (last.by, last.reached) == (by, reached) and tx.now - last.at < _SAME_S
        if not again:
            one = one.model_copy(update={"tried": (*one.tried, Tried(by=by, at=tx.now, reached=reached))})
            about = Refs(case=one.case, organisation=one.organisation)
            kind = "reached" if reached else "not_reached"
            tx.record(Action.idva_tried, by=node.actor(by), about=about, kind=kind)
            keep_idva_referral(tx, one)
            if words.strip():
                _keep_words(tx, acting, one.client, IdvaContact(reached=reached, words=words))
        return _contact(one, tx.now)


def _keep_words(tx: Transaction, acting: Acting, client: str, said: IdvaContact) -> None:
    (row,) = cases.of_handles(tx.session, [bytes.fromhex(client)])
    paper = Paper(
        kind=PaperKind.idva_contact,
        body=said.model_dump(mode="json"),
        by=acting.account.name,
        at=tx.now,
        supplier=acting.organisation.name,
        may_follow="no",
    )
    own = papers.locked(tx, paper, acting.organisation.id)
    papers.put(tx, row, own, by=tx.node.actor(acting.account.name))


def take_on(node: Node, acting: Acting, number: str) -> str:
    """Take her on as a client of the service, with what the referral says; gives the handle (hex) of its own case.

    Done twice it is done once. Raises NotFoundError where there is no such referral for them.
    """
    with node.write() as tx:
        tx.hold_others_off()
        one = _theirs(node, acting, tx, number)
        if one.client:
            return one.client
        held = marac_case(tx, one)
        every = papers.current(papers.of_case(tx, held.row))
        details = _client(tx, acting, held.details)
        people = tuple(each.details for each in held.people)
        put_cases(tx, PublicationDecisions(node), [Proposal(details, people, None)])
        row = cases.find(tx.session, tx.case_digest(details.case_ref))
        if row is None:
            raise StorageError("The client's case was not kept.", kept="Nothing was changed.")
        copied = [each.paper.model_copy(update={"supersedes": ""}) for each in every if _is_text(each)]
        by = node.actor(acting.account.name)
        papers.put(tx, row, *copied, by=by)
        taken = {"client": row.handle.hex(), "taken_by": acting.account.name, "taken_at": tx.now}
        about = Refs(case=one.case, organisation=one.organisation)
        tx.record(Action.idva_taken_on, by=by, about=about)
        keep_idva_referral(tx, one.model_copy(update=taken))
        return row.handle.hex()


class MaracLine(NamedTuple):
    """What the Marac sees of a case's first contact: yes or no, after how many hours. `None`: not passed on."""

    case: str
    number: str
    contact: FirstContact | None


def of_marac(node: Node, acting: Acting) -> list[MaracLine]:
    """The cases that a Marac's coordinators may open whom no Idva has reached, the longest first.

    Those that stand to be heard and went to no service come first, where the node has any.
    Raises UsageError when `staff.toml` is broken, RowsError.
    """
    if acting.organisation.idva_service:
        return []
    with node.read() as tx:
        if not services(tx):
            return []
        last = {one.case: one for one in sorted(every_idva_referral(tx), key=lambda one: one.passed_at)}
    today = node.today()

    def wanted(case: Gist) -> bool:
        one = last.get(case.row.handle.hex())
        return case.kind is Kind.marac and (case.to_be_heard(today) if one is None else one.open)

    return sorted(_marac_lines(node, acting, wanted, last), key=lambda one: -_hours(one))


def of_case(node: Node, acting: Acting, handle: str) -> MaracLine | None:
    """The same of one case; None where there is none for them."""
    held = case_shown(node, acting, handle)
    if held is None or acting.organisation.idva_service or held.details.kind is not Kind.marac:
        return None
    with node.read() as tx:
        found = [one for one in every_idva_referral(tx) if one.case == handle]
    last = max(found, key=lambda one: one.passed_at, default=None)
    contact = _contact(last, node.now()) if last else None
    return MaracLine(handle, held.details.case_ref, contact)


def refer_to(node: Node, acting: Acting, handle: str, service: str) -> None:
    """Pass a Marac's case on to a service that somebody names, by its name. Done twice it is done once.

    Raises NotFoundError for a case that is none for them or a service that is none, ConflictError for one that the
    victim named as not safe to talk to.
    """
    held = case_shown(node, acting, handle)
    if held is None or acting.organisation.idva_service or held.details.kind is not Kind.marac:
        raise NotFoundError("There is no such case here.", kept="Nothing was changed.", do="Check it.")
    with node.write() as tx:
        tx.hold_others_off()
        body = next((one for one in services(tx) if folded(one.name) == folded(service)), None)
        if body is None:
            raise NotFoundError("There is no such Idva service here.", kept="Nothing was changed.")
        if folded(body.name) in map(folded, held.details.not_safe_to_talk_to):
            raise ConflictError(
                "The victim named that service as not safe to talk to.",
                kept="The case went to no service.",
                do="Choose another, or ring one of another area.",
            )
        there = [one for one in every_idva_referral(tx) if (one.case, one.organisation) == (handle, body.id)]
        if not any(one.open for one in there):
            put(tx, handle, held.details, body, node.actor(acting.account.name))


def _marac_lines(
    node: Node, acting: Acting, wanted: Callable[[Gist], bool], last: dict[str, IdvaReferral]
) -> Iterator[MaracLine]:
    for gist in gists_shown(node, acting, wanted):
        one = last.get(gist.row.handle.hex())
        contact = _contact(one, node.now()) if one else None
        yield MaracLine(gist.row.handle.hex(), gist.case_ref, contact)


def _hours(one: MaracLine) -> int:
    return 10**9 if one.contact is None else one.contact.hours


def _contact(one: IdvaReferral, now: int) -> FirstContact:
    return first_contact(one.since, one.reached_at, now, by_day=one.by_day)


def _line(node: Node, one: IdvaReferral, case: Gist) -> ReferralLine:
    return ReferralLine(one, case.case_ref, _contact(one, node.now()))


def _theirs(node: Node, acting: Acting, tx: Transaction, number: str) -> IdvaReferral:
    """The referral, as the service may act on it. Raises NotFoundError."""
    if not any(one.referral.id == number for one in of_service(node, acting)):
        raise NotFoundError(
            "There is no such referral here.", kept="Nothing was changed.", do="See the new referrals."
        )
    found = idva_referral_of(tx, number)
    assert found is not None
    return found


def marac_case(tx: Reading, one: IdvaReferral) -> HeldCase:
    """The Marac's case that a referral is of. Raises NotFoundError, RowsError."""
    rows = cases.of_handles(tx.session, [bytes.fromhex(one.case)])
    if not rows:
        raise NotFoundError("There is no such referral here.", kept="Nothing was changed.")
    held = held_case(tx, rows[0])
    tx.require_as_bound(rests_on([held]))
    return held


def _is_text(one: KeptPaper) -> bool:
    return one.paper.kind in PASSED_ON and not one.paper.file


def _client(tx: Reading, acting: Acting, case: CaseDetails) -> CaseDetails:
    """The service's own case: whom the referral is about, and what hides her, as the Marac's says it."""
    return CaseDetails(
        case_ref=_free_reference(tx, f"{case.case_ref} ({acting.organisation.name})"[:190]),
        kind=Kind.idva,
        idva_service=acting.organisation.name,
        referral_date=tx.today,
        agreement=case.agreement,
        victim_aware=case.victim_aware,
        not_safe_to_talk_to=case.not_safe_to_talk_to,
        fled_from=case.fled_from,
        fled_asked=case.fled_asked,
        sealed=case.sealed,
        publish=False if case.publish is False else None,
        referring_agency=case.referring_agency,
        referring_contact=case.referring_contact,
    )


def _free_reference(tx: Reading, wanted: str) -> str:
    names = (wanted, *(f"{wanted} ({number})" for number in range(2, 1_000)))
    return next(one for one in names if cases.find(tx.session, tx.case_digest(one)) is None)
