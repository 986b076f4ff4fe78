"""What programs may do for a body: who is on duty for it, and referrals to an Idva service, with their clocks."""

from __future__ import annotations

from pydantic import StrictBool

from hub.accounts.organisations import keep_duty
from hub.cases import idva_inbox
from hub.cases.clients_answer import Said, keep_answer
from hub.cases.first_contact import FirstContact
from hub.consent import VictimAgreement
from hub.errors import NotFoundError
from hub.records.accounts import Duty, organisation_of
from hub.transfers.handover import handovers
from hub.values import ShortText, Value
from hub.web.api.acts import Call, absent
from hub.web.typed.clients_answer import AnswerTyped, basis_of
from hub.web.typed.duty import DutyTyped
from hub.web.typed.first_contacts import FirstContactShown, told_of
from hub.web.typed.handovers import HandoversTold


class OnDuty(Value):
    """Who is on duty for the account's organisation; nobody where nobody is written down."""

    organisation: ShortText
    duty: DutyTyped | None


def show_duty(call: Call) -> OnDuty:
    """Show who is on duty for the account's organisation, as other areas are told on a hit."""
    with call.node.read() as tx:
        body = organisation_of(tx, call.acting.organisation.id)
    return _on_duty(body.name, body.duty)


def keep_who_is_on_duty(call: Call) -> OnDuty:
    """Say who is on duty for the account's organisation; the same said again is kept once."""
    said: DutyTyped = call.body
    with call.node.write() as tx:
        kept = keep_duty(tx, call.acting.organisation, said.worker, said.phone, call.acting.account)
    return _on_duty(call.acting.organisation.name, kept)


def _on_duty(body: str, duty: Duty | None) -> OnDuty:
    told = DutyTyped(worker=duty.worker, phone=duty.phone) if duty else None
    return OnDuty(organisation=body, duty=told)


class IdvaReferralShown(FirstContactShown):
    """A referral. `referral`: of the service's own; empty where a Marac reads of its case, `case`."""

    referral: ShortText = ""
    case: ShortText = ""
    case_ref: ShortText


class IdvaReferrals(Value):
    """Who is referred to the account's service; of a Marac, its cases whom no Idva has reached."""

    referrals: tuple[IdvaReferralShown, ...]


class TriedTyped(Value):
    """That somebody of the service tried to be in contact with her, and whether they were."""

    reached: StrictBool


class ServiceTyped(Value):
    """The Idva service that a case is passed on to, by its name."""

    service: ShortText


def list_idva_referrals(call: Call) -> IdvaReferrals:
    """List who is referred to the account's Idva service, or a Marac's cases whom no Idva has reached."""
    if idva_inbox.acts_for_service(call.acting):
        own = idva_inbox.of_service(call.node, call.acting)
        rows = [_shown(one.contact, one.number, referral=one.referral.id) for one in own]
    else:
        found = idva_inbox.of_marac(call.node, call.acting)
        rows = [_shown(one.contact, one.number, case=one.case) for one in found]
    return IdvaReferrals(referrals=tuple(rows))


def tried(call: Call) -> FirstContactShown:
    """Record that the account's service tried to be in contact with somebody; the same said twice is kept once."""
    said: TriedTyped = call.body
    try:
        now = idva_inbox.tried(call.node, call.acting, call.place("referral"), reached=said.reached)
    except NotFoundError:
        raise absent() from None
    return FirstContactShown(**told_of(now))


def show_handovers(call: Call) -> HandoversTold:
    """Show what another area's Idva service handed over to the account's, and how far it is with its own."""
    found = handovers(call.node, call.acting, call.place("referral"))
    if found is None:
        raise absent()
    return HandoversTold.of(found)


def refer_to_service(call: Call) -> IdvaReferralShown:
    """Pass a Marac's case on to an Idva service by its name; done twice it is done once."""
    said: ServiceTyped = call.body
    handle = call.case.row.handle.hex()
    idva_inbox.refer_to(call.node, call.acting, handle, said.service)
    line = idva_inbox.of_case(call.node, call.acting, handle)
    if line is None:
        raise absent()
    return _shown(line.contact, line.number, case=handle)


def _shown(now: FirstContact | None, number: str, **which: str) -> IdvaReferralShown:
    return IdvaReferralShown(case_ref=number, **told_of(now), **which)


class AnswerKept(Value):
    """What a client said as it was kept, with what a question rests on, and whether it lets one be asked."""

    said: Said
    basis: ShortText
    agreement: VictimAgreement


def keep_clients_answer(call: Call) -> AnswerKept:
    """Keep what a client of the account's Idva service said to the words that are read aloud; it asks nobody."""
    sent: AnswerTyped = call.body
    answer = sent.answer(basis_of(call.node, call.acting.requester))
    try:
        kept = keep_answer(call.node, call.acting, call.place("case"), answer)
    except NotFoundError:
        raise absent() from None
    return AnswerKept(said=kept.said, basis=kept.basis, agreement=kept.agreement)
