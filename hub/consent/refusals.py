"""What refuses outright, and what a named person must decide.

Checked before anything else, so that no answer elsewhere on the form can turn either into a permit.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from hub.consent.areas import Area, folded
from hub.consent.assessment import Assessment, name_of
from hub.consent.context import same
from hub.consent.decision import Reason
from hub.consent.five_questions import Findings
from hub.consent.form.contradictions import interest_described
from hub.consent.form.fled import fled_areas
from hub.consent.form.form import Consultation, SharingForm, Subject
from hub.consent.form.vocabulary import Capacity, GroundKey, SignatureRole, VictimAgreement, answered
from hub.consent.telling import NotTold
from hub.consent.verdicts import GUARDIANS, verdict
from hub.values import Level, Purpose, RequesterRole, Role

NO_SUCH_CASE = Reason(
    code="no_such_case",
    text="There is no such case here: enter the case first, with hub case add.",
    source="case access; hazard H1",
    field="case_ref",
)
"""All that is said of a case that is not here, or that who asks is restricted from, whatever the form says."""

SOURCE_FLED = "hazard H2; protocol step 4"
GUARDIAN = "Caldicott Guardian or senior clinician"
MANAGER = "manager"
OFFICER = "data-protection officer"
_REFERRED = frozenset({NotTold.fled, NotTold.sealed, NotTold.area_unknown})


@dataclass(frozen=True, slots=True)
class Referral:
    """One matter for one person to decide."""

    to: str
    reason: Reason


def refusals(assessment: Assessment) -> tuple[Reason, ...]:
    """Reasons that no answer can correct."""
    form, rules, context = assessment.form, assessment.rules, assessment.context
    if not context.case_linked:
        return (NO_SUCH_CASE,)
    found: list[Reason] = []
    if form.jurisdiction is not None and not rules.law.jurisdictions[form.jurisdiction].filled_in:
        rule = rules.law.jurisdictions[form.jurisdiction]
        text = f"The rules of {rule.name} are not filled in, so nothing may move under them. {rule.note}"
        found.append(
            _reason("jurisdiction_not_filled_in", text.strip(), "choice of rule set", "jurisdiction")
        )
    if form.purpose is Purpose.publish and (context.sealed or fled_areas(form.fled_from)):
        text = "Somebody in this case is sealed, so nobody in it is published. Its own area can still ask."
        found.append(_reason("sealed", text, "hazard H2: a new area leaks", "fled_from"))
    if form.level is Level.transfer and form.purpose in (
        Purpose.referred_elsewhere,
        Purpose.idva_prior_contact,
    ):
        text = f"A case is moved by marac_transfer, not by {form.purpose}."
        found.append(_reason("level_not_open", text, "policy.toml levels", "level"))
    to = (form.recipient.agency, form.recipient.node_id or "", form.review.owner)
    named = any(same(one, name) for one in to for name in context.not_safe_to_talk_to)
    if named or NotTold.not_safe in assessment.not_told:
        text = "The victim named this recipient as not safe to talk to."
        found.append(
            _reason("not_safe_to_talk_to", text, "Marac referral form; hazard H7", "recipient.agency")
        )
    receiver = Area(names=(form.recipient.person,))
    if any(receiver.stands_in(one) for one in context.not_safe_to_talk_to) or context.receiver_in_case:
        text = (
            "Who is named to receive it there is, or may be, somebody in this case, kept out of it, or named by the"
            " victim as not safe to talk to: name somebody else there."
        )
        found.append(_reason("receiver_not_safe", text, "hazards H1 and H7", "recipient.person"))
    decider = _who_decides(assessment)
    if decider and settled(assessment, decider) is False and _refused_alone(form):
        by = "Guardian" if decider == GUARDIAN else decider
        text = f"The {by} consulted decided not to share."
        found.append(
            _reason(f"{by.lower()}_decided", text, "GMC and BMA guidance; common law", "consultations")
        )
    return tuple(found)


def referrals(assessment: Assessment) -> tuple[Referral, ...]:
    """Matters that a person must decide, each with who."""
    form, context = assessment.form, assessment.context
    found = [*_area_fled(assessment)]
    ordered = any(ground.ground.key is GroundKey.court_order for ground in assessment.grounds)
    decider = _who_decides(assessment)
    if decider and not ordered and settled(assessment, decider) is not True:
        found += [_stands(ref, decider) for ref, _ in _refused_alone(form)]
    found += _doubted(assessment)
    if interest_described(form):
        text = "An interest in this case is declared: a manager without one decides who handles it."
        found.append(Referral(MANAGER, _reason("conflict_declared", text, "hazard H1", "conflicts.details")))
    if context.insider:
        kinds = ", ".join(sorted(context.insider))
        text = f"This looks like a check on the asker's own life ({kinds}). It is stopped and raised."
        found.append(Referral(OFFICER, _reason("insider_check", text, "hazard H1", "subjects")))
    if form.purpose and form.requester.role and form.level:
        highest = assessment.rules.policy.levels[form.purpose].get(form.requester.role, Level.not_answered)
        if _rank(form.level) > _rank(highest):
            text = f"A {form.requester.role} may ask for {highest} at most here: a manager decides."
            found.append(Referral(MANAGER, _reason("level_above_role", text, "policy.toml levels", "level")))
    return tuple(found)


def _doubted(assessment: Assessment) -> Iterator[Referral]:
    """An Act that the rules do not know, where nothing else carries the sharing."""
    if assessment.uncovered and not assessment.with_basis:
        for ground in assessment.ticked:
            doubts = () if ground.accepted else ground.doubts
            yield from (Referral(OFFICER, reason) for reason in doubts)


def _area_fled(assessment: Assessment) -> Iterator[Referral]:
    """What a manager decides about an area that somebody fled, or that may be the one."""
    form, against = assessment.form, assessment.not_told
    if not _REFERRED.intersection(against) or _manager_decided(assessment):
        return
    if NotTold.sealed in against:
        text = (
            "Somebody asked about is on a sealed case of this node. A manager decides, on record, for each area"
            " that is to be told."
        )
        yield Referral(MANAGER, _reason("sealed_elsewhere", text, SOURCE_FLED, "fled_from"))
    if NotTold.fled in against:
        to = form.recipient.node_id or form.recipient.agency
        text = (
            f"This would tell {to}, an area that somebody in this case fled, that you ask. A manager decides"
            " that, on record."
        )
        yield Referral(MANAGER, _reason("fled_area", text, SOURCE_FLED, "fled_from"))
    if NotTold.area_unknown in against:
        text = (
            "An area that somebody in this case fled is none that this node knows, by id or name, so it may be any"
            " of them. Correct it, or a manager decides, on record, for each area that is to be told."
        )
        yield Referral(MANAGER, _reason("fled_area_unknown", text, SOURCE_FLED, "fled_from"))


def _manager_decided(assessment: Assessment) -> bool:
    """The manager's decision to tell this area, under consultations: a signature alone may have overlooked it.

    The manager is another person than whoever asks; in an act of a node, one whom the node knows as a manager.
    """
    form, context = assessment.form, assessment.context
    manager = form.signature(SignatureRole.manager)
    if manager is None or not assessment.manager_signed:
        return False
    if context.of_a_node and not any(same(manager.name, one) for one in context.managers):
        return False
    if _receiver_unnamed(assessment):
        return False
    asking = (form.requester.name, context.staff.person)
    return folded(manager.name) not in map(folded, filter(None, asking)) and any(
        (same(advice.who, manager.name) or "manager" in advice.who.casefold())
        and _about_the_recipient(advice, assessment)
        and verdict(advice, assessment.on, form.level) is True
        for advice in form.consultations
    )


def ask_who_receives(assessment: Assessment, out: Findings) -> None:
    """Who there receives it: named by a manager who decides in an account to tell an area that somebody fled."""
    decides = assessment.manager_signed and bool(_REFERRED.intersection(assessment.not_told))
    if decides and _receiver_unnamed(assessment):
        text = "Say who in that area is to receive it, by name."
        out.lack("recipient.person", text, SOURCE_FLED)


def _receiver_unnamed(assessment: Assessment) -> bool:
    """Whether nobody is named to receive it, where a manager decides in an account."""
    return assessment.context.signed_by is not None and not answered(assessment.form.recipient.person)


def _about_the_recipient(advice: Consultation, assessment: Assessment) -> bool:
    """Whether a decision is about telling the recipient; with one area fled, a form on its own need not say so."""
    if advice.area:
        return assessment.recipient.is_called(advice.area)
    return not assessment.context.of_a_node and len(fled_areas(assessment.telling.fled_from)) == 1


def _rank(level: Level) -> int:
    return list(Level).index(level)


def _reason(code: str, text: str, source: str, field: str) -> Reason:
    return Reason(code=code, text=text, source=source, field=field)


def _refused_alone(form: SharingForm) -> list[tuple[str, Subject]]:
    """Those of whom the form says that only they are at risk."""
    return [(ref, person) for ref, person in _refused(form) if person.only_self_at_risk]


def _refused(form: SharingForm) -> list[tuple[str, Subject]]:
    """Adults presumed capable who refused."""
    return [
        (name_of(person, index), person)
        for index, person in enumerate(form.subjects)
        if person.agreement is VictimAgreement.refused
        and person.role is not Role.child
        and person.capacity in (Capacity.has, Capacity.not_assessed)
    ]


def ask_who_else(assessment: Assessment, out: Findings) -> None:
    """A capable adult refuses, and nobody has said whether only they are at risk: the refusal may have to stand."""
    for ref, person in _refused(assessment.form) if _who_decides(assessment) else ():
        if person.only_self_at_risk is None:
            text = f"{ref} refuses: say whether nobody else is at risk, or who is."
            out.lack(f"subjects[{ref}].only_self_at_risk", text, "GMC and BMA guidance")


def _who_decides(assessment: Assessment) -> str:
    """Who decides that something moves although a capable adult who alone is at risk refuses, if anybody has to.

    The Guardian of a health body, and for anyone who relies on the overriding public interest. For an Idva's
    question the manager of that service, whatever the agreement: the client's trust is what an Idva works by.
    """
    kind, law = assessment.giver, assessment.rules.law
    relies = any(ground.key is GroundKey.public_interest for ground in assessment.form.grounds)
    if kind is not None and (law.agencies[kind].health or relies):
        return GUARDIAN
    advocates = kind is not None and law.agencies[kind].idva
    return MANAGER if advocates or assessment.form.requester.role is RequesterRole.idva else ""


def _stands(ref: str, decider: str) -> Referral:
    by_whom = "Caldicott Guardian" if decider == GUARDIAN else "manager of the Idva service"
    text = (
        f"{ref} has capacity, refuses, and nobody else is at risk: the refusal usually stands. Ask about"
        f" coercion and whether anyone else is at risk; the {by_whom} decides."
    )
    source = "GMC confidentiality guidance; BMA; Caldicott principles"
    if decider == MANAGER:
        source = "independence of the Idva service; common law confidence"
    return Referral(decider, _reason("capable_refusal", text, source, f"subjects[{ref}].agreement"))


def settled(assessment: Assessment, decider: str) -> bool | None:
    """The decision of whoever decides: share, do not share, or nothing that can be read as either."""
    return assessment.word_of(GUARDIANS if decider == GUARDIAN else (MANAGER,))


def ask_who_vouches(assessment: Assessment, out: Findings) -> None:
    """What lifts a refusal or a doubt is somebody's decision, and the form only says so: a manager signs it.

    On a node with accounts, in one; a no counts without. Where the manager of an Idva service decides, always.
    """
    form, alone = assessment.form, _refused_alone(assessment.form)
    if assessment.manager_signed or not form.consultations:
        return
    decider = _who_decides(assessment)
    lifted = [decider == MANAGER and bool(alone) and settled(assessment, decider)]
    if assessment.context.signed_by is not None:
        lifted.append(
            bool(alone) and any(verdict(it, assessment.on, form.level) for it in form.consultations)
        )
        lifted.append(any(ground.accepted and ground.doubts for ground in assessment.ticked))
    if any(lifted):
        text = (
            "What the form says that somebody decided counts once a manager, another person than the caseworker,"
            " has signed the form that says so."
        )
        out.lack(
            "signatures[manager]", text, "a decision is an act of whoever makes it", "decision_not_signed"
        )
