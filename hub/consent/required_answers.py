"""What every form must say before anything moves, whatever the law that carries it.

Not here: the five questions (`five_questions`), what refuses or refers outright (`refusals`).
"""

from __future__ import annotations

import datetime as dt
from typing import Final

from hub.consent.areas import folded
from hub.consent.assessment import Assessment, name_of
from hub.consent.context import same
from hub.consent.decision import Reason
from hub.consent.five_questions import Findings
from hub.consent.form.contradictions import contradictions
from hub.consent.form.fled import NOT_KNOWN, fled_areas
from hub.consent.form.form import SharingForm, Signature
from hub.consent.form.vocabulary import SignatureRole, answered
from hub.consent.telling import DIFFERS
from hub.values import Level, Purpose, Role

FORM = "SafeLives toolkit for Marac representatives, information sharing without consent form"


def essentials(assessment: Assessment, out: Findings) -> None:
    """Asked always, in an emergency too: what for, how much, who, about whom."""
    form, context = assessment.form, assessment.context
    if form.jurisdiction is None:
        out.lack("jurisdiction", "Say whose law applies: each Marac picks its own.", "choice of rule set")
    if form.purpose is None:
        out.lack("purpose", "Say what the sharing is for.", "UK GDPR Art 5(1)(b)")
    if form.purpose is not Purpose.publish and form.level in (None, Level.not_answered):
        out.lack("level", "Say how much is asked for: involvement, summary or transfer.", "minimum items")
    if form.requester.role is None:
        out.lack("requester.role", "Say in what role the person asks.", FORM)
    if form.requester.agency_kind is None:
        out.lack(
            "requester.agency_kind", "Say what kind of agency shares: its powers follow.", "five questions Q1"
        )
    if form.purpose is not Purpose.publish and not (context.recipient_known or _recipient(assessment)):
        text = "Say who receives it: legal authority is recorded for each agency."
        out.lack("recipient", text, FORM)
    if context.case_ref is not None and not answered(context.case_ref):
        text = "Name the case that this is about: a question belongs to a case."
        out.lack("case_ref", text, "SafeLives guidance: purpose of the Marac")
    _who_fled(assessment, out)
    if not form.subjects:
        out.lack("subjects", "List every person whose data would move.", "five questions")
    for index, person in enumerate(form.subjects):
        if not person.data:
            ref = name_of(person, index)
            out.lack(
                f"subjects[{ref}].data",
                f"Say which classes of data about {ref} would move.",
                "five questions",
            )


def _who_fled(assessment: Assessment, out: Findings) -> None:
    """Whether anyone here fled an area: asked before anyone is told, and before anyone can be found.

    A form on its own is told that a node would have asked.
    """
    form, context, source = assessment.form, assessment.context, "hazard H2: a new area leaks"
    publishing, answer = form.purpose is Purpose.publish, assessment.telling.fled_from
    if answer is None:
        if publishing and context.seal_answers:
            text = (
                "Nobody was asked whether anyone here fled an area when this case came. It is not sealed, which"
                " answers for its publication alone: before anyone is told, the question is asked."
            )
            out.reasons.append(Reason(code="seal_answers", text=text, source=source, field="fled_from"))
        elif publishing or (context.of_a_node and (context.tells or context.at_once)):
            text = 'Say whether anyone here fled an area: which, none (an empty list), or "not_known".'
            out.lack("fled_from", text, source)
        elif context.tells and not context.asserted:
            text = (
                "Nobody has answered whether anyone here fled an area. A node tells nobody about a case before that"
                " is answered."
            )
            out.reasons.append(Reason(code="fled_unanswered", text=text, source=source, field="fled_from"))
    elif NOT_KNOWN in answer and (publishing or context.tells):
        left = (
            "nobody in it is published. Find out."
            if publishing
            else "nobody is told about whom you ask. Find out, or telephone."
        )
        text = f"It is not known whether anyone in this case fled an area, so {left}"
        out.lack("fled_from", text, source, "fled_not_known")
    given, recorded = form.fled_from, context.case_fled_from
    if given is not None and recorded is not None and {*map(folded, given)} != {*map(folded, recorded)}:
        text = (
            "The form and the case do not say the same about areas that somebody fled: the more careful answer"
            " counts. Correct the other."
        )
        out.reasons.append(Reason(code=DIFFERS, text=text, source=source, field="fled_from"))


def _recipient(assessment: Assessment) -> bool:
    """Whether the form names who receives; by kind or protocol alone it may be an area that somebody fled."""
    form, to = assessment.form, assessment.form.recipient
    fled = assessment.context.tells and bool(fled_areas(assessment.telling.fled_from))
    covered = form.protocol is not None and bool(form.protocol.ref)
    return bool(to.node_id or to.agency) or (not fled and (bool(to.agency_kind) or covered))


def whole_form(assessment: Assessment, out: Findings) -> None:
    """Asked outside an emergency, under a protocol too: why, when it is looked at again, and one answer each."""
    form, on = assessment.form, assessment.on
    longest = assessment.rules.policy.days.longest_review
    for field, why, code in contradictions(form):
        out.lack(field, f"{field}: {why}. Correct one of the two.", FORM, code)
    _not_yet(assessment, out)
    if not answered(form.necessity):
        text = "Say why this is necessary and proportionate, and why less would not do."
        out.lack("necessity", text, "five questions Q5; ECHR Art 8")
    elif (needed := assessment.rules.policy.necessity) and not needed.says_something(form.necessity):
        text = (
            "What is written under necessity could stand on every form. Say what it is about this case, such as:"
            f" “{needed.example}”"
        )
        out.lack("necessity", text, "five questions Q5; ECHR Art 8", "necessity_says_nothing")
    if form.review.date is None:
        out.lack("review.date", "Give the date by which the sharing is reviewed.", FORM)
    elif form.review.date < on:
        text = f"The review date has passed: it must not be before {on}."
        out.lack("review.date", text, FORM, "dates_out_of_order")
    elif (form.review.date - on).days > longest:
        text = f"The review is more than {longest} days away."
        out.lack("review.date", text, "policy.toml days.longest_review")
    if not answered(form.review.owner):
        out.lack("review.owner", "Name the person responsible for the review.", FORM)


def emergency(form: SharingForm, out: Findings) -> None:
    """Require what an emergency release rests on: the threat in words, and a named person who approves it."""
    if form.emergency is None or not threat_in_words(form):
        out.lack("emergency.imminent_threat", "Say what the imminent threat to life is.", "emergency rule")
    if not any(answered(signature.name) for signature in form.signatures):
        out.lack("signatures", "An emergency release needs a named approver.", "emergency rule")


def _not_yet(assessment: Assessment, out: Findings) -> None:
    """Require that what is said to have happened is not dated after today."""
    form, on = assessment.form, assessment.on
    dated = [("client_notified.date", form.client_notified.date)]
    dated += [
        (f"consultations[{index}].date", advice.date) for index, advice in enumerate(form.consultations)
    ]
    for field, day in dated:
        if day is not None and day > on:
            out.lack(field, f"{field}: dated after {on}.", FORM, "dates_out_of_order")


def threat_in_words(form: SharingForm) -> bool:
    """Whether the imminent threat is stated: there, or, where the box is only ticked, elsewhere on the form."""
    if form.emergency is None or not answered(form.emergency.imminent_threat):
        return False
    if form.emergency.imminent_threat.strip().casefold() not in {"yes", "y", "true"}:
        return True
    told = [row.immediate for row in form.risk]
    told += [ground.evidence.get("imminent_threat_to_life", "") for ground in form.grounds]
    return any(answered(text) for text in (form.incident, *told))


def own_case(form: SharingForm, out: Findings) -> None:
    """Require what no protocol has answered for all.

    That is what the victim said, this case's concern, balance and declaration.
    """
    for index, person in enumerate(form.subjects):
        if person.role is Role.victim and person.agreement is None:
            ref = name_of(person, index)
            text = f"Say whether {ref} agrees, refuses, was not asked or cannot be asked."
            out.lack(f"subjects[{ref}].agreement", text, "Marac referral form; consent pitfall 5")
    told = form.client_notified
    if told.notified is False and not answered(told.why_not):
        out.lack("client_notified.why_not", "Say why the victim was not told.", FORM)
    risk = any(answered(row.concerns) or answered(row.immediate) or answered(row.who) for row in form.risk)
    if not risk and not answered(form.incident):
        text = "Describe the incident or fill in the risk table. A checklist is welcome and never required."
        out.lack("incident or risk", text, FORM)
    if not form.balancing:
        out.lack("balancing", "Tick the considerations that were weighed.", "five questions Q5; " + FORM)
    if form.conflicts.declared is None and form.conflicts.conflict is None:
        text = "Declare whether anyone who handles this case has an interest in it."
        out.lack("conflicts.declared", text, "insider hazard: declaration for each case")


def signatures(assessment: Assessment, out: Findings) -> None:
    """Two different signatories: the caseworker before; the manager before, or after for `involvement`."""
    _signed(assessment, SignatureRole.caseworker, out)
    if assessment.form.level in assessment.rules.policy.signatures.manager_before:
        _signed(assessment, SignatureRole.manager, out)
    two_people(assessment, out)


def signed_to_move(assessment: Assessment, out: Findings) -> None:
    """A case moves by a manager's signature, also under an agreement: a person always decides one."""
    if assessment.form.level is Level.transfer:
        _signed(assessment, SignatureRole.manager, out)


def two_people(assessment: Assessment, out: Findings) -> None:
    """A manager's signature, where there is one, must be another person's and must count on this day."""
    form = assessment.form
    manager, caseworker = form.signature(SignatureRole.manager), form.signature(SignatureRole.caseworker)
    if manager and caseworker and same(manager.name, caseworker.name):
        text = "The manager who signs must be another person than the caseworker."
        out.lack("signatures[manager].name", text, FORM, "same_signatory")
    if manager and not _counts(manager, assessment.on):
        _signed(assessment, SignatureRole.manager, out)
    elif manager and not assessment.by_account(manager):
        out.lack("signatures[manager]", _NO_ACCOUNT, FORM, "not_signed_in_an_account")


_NO_ACCOUNT: Final = (
    "A manager signs in an account of their own, on the page “To countersign”: a name that is typed signs nothing,"
    " so take it away or have it signed there."
)


def _counts(signature: Signature, on: dt.date) -> bool:
    return signature.date is not None and signature.date <= on


def _signed(assessment: Assessment, role: SignatureRole, out: Findings) -> None:
    signature = assessment.form.signature(role)
    if signature is None:
        before = " before anything beyond involvement moves" if role is SignatureRole.manager else ""
        out.lack(f"signatures[{role}]", f"The {role} signs{before}.", FORM)
    elif signature.date is None:
        out.lack(f"signatures[{role}].date", f"Date the {role}'s signature.", FORM)
    elif signature.date > assessment.on:
        text = f"The {role}'s signature is dated after {assessment.on}."
        out.lack(f"signatures[{role}].date", text, FORM, "dates_out_of_order")
