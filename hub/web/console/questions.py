"""The questions of the sharing form as pages: what each asks, which of its fields it fills, and what it settles.

Which are asked of a case, and in which order, is the engine's: by the names of what it says is missing
(`hub.consent`). None of its rules is here. `settles`: the names that an answer here is to settle; `helps`: those
that it may.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cache
from typing import Final

from hub.consent import GroundKey, Rules, VictimAgreement
from hub.consent.form.vocabulary import ADULT_AT_RISK, Balance, Capacity, DataClass, Decided
from hub.values import AgencyKind, Level
from hub.web.console.language import mark
from hub.web.typed.fled import FLED_WORDS

SAID_WORDS: Final = {
    VictimAgreement.given: mark("Agreed"),
    VictimAgreement.refused: mark("Refused"),
    VictimAgreement.not_asked: mark("Was not asked"),
    VictimAgreement.cannot_ask: mark("Cannot be asked safely"),
}
YES_NO: Final = {"yes": mark("Yes"), "no": mark("No")}
ROWS: Final = {key: number for number, key in enumerate(GroundKey)}
"""Where each ground stands in the form's rows: in the order of the printed form."""


@dataclass(frozen=True)
class Question:
    """A page. `fields`: the names that it may set, * for a row's number; `lacks`: said where it is left open."""

    slug: str
    title: str
    fields: tuple[str, ...]
    lacks: str = ""
    hint: str = ""
    items: Mapping[str, str] = field(default_factory=dict)
    settles: str = "(?!)"
    helps: str = "(?!)"
    ground: GroundKey | None = None

    def owns(self, name: str) -> bool:
        """Whether a field is this page's."""
        plain = re.sub(r"\.\d+(?=\.|$)", ".*", name)
        return name in self.fields or plain in self.fields or self._evidence(name)

    def is_settled_here(self, name: str) -> bool:
        """Whether what the engine misses is asked here."""
        return re.fullmatch(self.settles, name) is not None

    def may_help(self, name: str) -> bool:
        """Whether what the engine misses may be had by an answer here."""
        return re.fullmatch(self.helps, name) is not None

    def _evidence(self, name: str) -> bool:
        return self.ground is not None and name.startswith(f"grounds.{ROWS[self.ground]}.evidence.")


_S: Final = r"subjects\[[^\]]*\]"
_LAW: Final = r"protocol.*|protocol or grounds|power for .*|art(?:6|9|10) for .*|confidentiality for .*"
QUESTIONS: Final = (
    Question(
        "asked",
        mark("Whom and where do you ask?"),
        ("people", "areas"),
        hint=mark("Each person is a question of their own. Nobody's name is given by asking."),
    ),
    Question(
        "fled",
        mark("Has anyone in this case fled an area?"),
        ("fled", "fled_areas", "fled_else"),
        lacks=mark("Choose whether anyone in this case fled an area"),
        hint=mark("An area that was fled is not told."),
        items=FLED_WORDS,
        settles="fled_from",
    ),
    Question(
        "said",
        mark("What did the victim say about asking other areas?"),
        ("subjects.0.agreement",),
        lacks=mark("Choose what the victim said"),
        items={key.value: text for key, text in SAID_WORDS.items()},
        settles=_S + r"\.agreement",
    ),
    Question(
        "agreed",
        mark("When did the victim agree?"),
        ("subjects.0.agreed_on",),
        lacks=mark("Write the day on which the victim agreed"),
        hint=mark("For example 29 November 2026, or 29/11/2026. The question rests on it."),
        settles=_S + r"\.agreed_on",
    ),
    Question(
        "others",
        mark("Is anyone else at risk?"),
        ("subjects.0.only_self_at_risk", "risk.0.who", "risk.0.from_whom", "risk.0.concerns"),
        lacks=mark("Choose whether anyone else is at risk"),
        hint=mark(
            "The victim refused. If nobody else is at risk, what was said usually stands. If somebody is: who, from"
            " whom, and the concerns around that risk."
        ),
        items={
            "no": mark("Yes, somebody else is, such as a child"),
            "yes": mark("No, only the victim is"),
        },
        settles=_S + r"\.only_self_at_risk",
    ),
    Question(
        "able",
        mark("Is the victim able to decide about this?"),
        ("subjects.0.capacity",),
        hint=mark("An adult whose capacity nobody assessed is presumed able."),
        items={
            Capacity.not_assessed.value: mark("Nobody has assessed it"),
            Capacity.has.value: mark("Yes, it was assessed"),
            Capacity.lacks.value: mark("No, it was assessed"),
            Capacity.child.value: mark("The victim is a child"),
        },
        settles=_S + r"\.capacity",
    ),
    Question(
        "level",
        mark("How much do you ask for?"),
        ("level",),
        items={
            Level.involvement.value: mark("Whether the person is known there, and whom to speak to"),
            Level.summary.value: mark("What is known of the risk as well: a manager signs before"),
        },
        settles="level",
    ),
    Question(
        "data",
        mark("What do you ask for about each person?"),
        ("subjects.0.data",),
        lacks=mark("Tick what you ask for"),
        hint=mark("Ask for no more than the safety plan needs."),
        items={
            DataClass.identity.value: mark("Who they are"),
            DataClass.involvement.value: mark("That they are known, and in which part"),
            DataClass.risk.value: mark("The risk"),
            DataClass.children.value: mark("Children"),
            DataClass.health.value: mark("Health"),
            DataClass.offences.value: mark("Offences"),
        },
        settles=_S + r"\.data",
    ),
    Question(
        "happened",
        mark("What happened?"),
        ("incident",),
        lacks=mark("Say what happened"),
        hint=mark(
            "The incident or the concern, in a few sentences. A checklist is welcome and never required."
        ),
        settles="incident or risk",
    ),
    Question(
        "necessity",
        mark("Why is it necessary to ask, and why would less not do?"),
        ("necessity",),
        lacks=mark("Say why it is necessary"),
        hint=mark("In your own words, for this case."),
        settles="necessity",
    ),
    Question(
        "balancing",
        mark("What did you weigh?"),
        ("balancing",),
        lacks=mark("Tick what you weighed"),
        items={
            Balance.pressing_need.value: mark("There is a pressing need"),
            Balance.risk_of_not_disclosing.value: mark("The risk of not sharing"),
            Balance.respective_risks_to_those_affected.value: mark("The risks to each person affected"),
            Balance.interest_of_other_agency_in_receiving.value: mark("What the other agency needs it for"),
            Balance.public_interest_of_disclosure.value: mark("The public interest in sharing"),
            Balance.human_rights.value: mark("Human rights"),
            Balance.duty_of_confidentiality.value: mark("The duty of confidence"),
            Balance.other.value: mark("Something else"),
        },
        settles="balancing",
    ),
    Question(
        "receiver",
        mark("What kind of agency receives it there?"),
        ("recipient.agency_kind",),
        lacks=mark("Choose what kind of agency receives it"),
        hint=mark("Whoever runs the Marac in the other area. A power to share may depend on it."),
        items={
            AgencyKind.police.value: mark("Police"),
            AgencyKind.council.value: mark("Council"),
            AgencyKind.nhs.value: mark("NHS body"),
            AgencyKind.probation.value: mark("Probation"),
            AgencyKind.housing_association.value: mark("Housing association"),
            AgencyKind.idva_charity.value: mark("Idva charity"),
            AgencyKind.refuge.value: mark("Refuge"),
            AgencyKind.specialist_charity.value: mark("Specialist charity"),
            AgencyKind.school.value: mark("School"),
            AgencyKind.court.value: mark("Court"),
        },
        settles=r"recipient(?:\.agency_kind)?",
        helps="power for .*",
    ),
    Question(
        "grounds",
        mark("On which grounds do you share?"),
        ("grounds.*.key",),
        lacks=mark("Tick a ground, and show it on the next page"),
        hint=mark("What shows each of them is asked next. What was written about one that you untick goes."),
        settles=r"protocol or grounds|grounds\[\d+\]\.key",
        helps=_LAW,
    ),
    Question(
        "no-consent",
        mark("Why is there no consent of each person?"),
        ("subjects.0.p18_2_reason",),
        lacks=mark("Say why there is no consent"),
        hint=mark(
            "It cannot be given, nobody could be expected to get it, or asking would prejudice the protection."
        ),
        settles=_S + r"\.p18_2_reason",
    ),
    Question(
        "advice",
        mark("Who was consulted, and what was decided?"),
        (
            "consultations.0.who",
            "consultations.0.date",
            "consultations.0.decided",
            "consultations.0.decision",
        ),
        hint=mark(
            "Such as your manager, the Caldicott Guardian or the data-protection officer. Write what they decided,"
            " in their words. It counts once a manager has signed this form."
        ),
        items={
            Decided.share.value: mark("To share"),
            Decided.do_not_share.value: mark("Not to share"),
            Decided.not_decided.value: mark("It is not decided"),
        },
        settles=r"consultations\[.*",
    ),
    Question(
        "interest",
        mark("Do you know anyone in this case?"),
        ("conflicts.declared", "conflicts.details"),
        lacks=mark("Choose whether you know anyone in this case"),
        items=YES_NO,
        settles=r"conflicts\..*",
    ),
    Question(
        "review",
        mark("When is the sharing looked at again?"),
        ("review.date",),
        hint=mark("For example 4 December 2026. You see to it."),
        settles=r"review\..*",
    ),
)

EVIDENCE_WORDS: Final[Mapping[str, str]] = {
    "offence_type": mark("Which offence, or what is to be prevented?"),
    "why_without_consent": mark("Why is it done without consent?"),
    "substantial_public_interest": mark("Why is it in the substantial public interest?"),
    "imminent_threat_to_life": mark("What threatens life, and how soon?"),
    "capacity_per_subject": mark("Is each person able to consent? If not, why not?"),
    "proceedings_ref": mark("Which proceedings?"),
    "third_party_material_check": mark("What came of looking for material about others?"),
    "section": mark("Which Act and section?"),
    "body": mark("Which body has that function?"),
    "duty_or_power": mark("Is it a duty or a power?"),
    "request": mark("Which public body asked for it, and when?"),
    "court": mark("Which court?"),
    "case_no": mark("What is the court's case number?"),
    "date": mark("What is the date of the order?"),
    "scope": mark("What does the order cover?"),
    "sealed_copy": mark("Where is the sealed copy?"),
    "ordered": mark("Who is ordered to share?"),
    "harm": mark("Which harm is to be prevented?"),
    "to_whom": mark("Harm to whom?"),
    "outweighs_because": mark("Why does that outweigh confidence?"),
    "senior_signoff": mark("Which senior person agreed, and when?"),
    "child": mark("Which child?"),
    "p18_2_reason": mark("Why is there no consent: for each child, or adult at risk?"),
    "s16LA_3_detriment_considered": mark("Could sharing harm the child, and what did you conclude?"),
    "real_and_immediate_risk_facts": mark("What makes the risk to life real and immediate?"),
    "ill_treatment_risk_facts": mark("What ill-treatment is feared, and why?"),
    "needs_for_care_and_support": mark("Which needs for care and support has the adult?"),
    "experiencing_or_at_risk_of_harm": mark("What harm is the adult experiencing, or at risk of?"),
    "unable_to_protect_self_because_of_those_needs": mark(
        "Why can the adult not protect themselves, because of those needs?"
    ),
}
ADULT: Final = (*ADULT_AT_RISK, "p18_2_reason")


def question_called(slug: str, rules: Rules) -> Question | None:
    """The page of that name; None where there is none."""
    return next((one for one in every_question(rules) if one.slug == slug), None)


def every_question(rules: Rules) -> tuple[Question, ...]:
    """All pages, in the order of the printed form: after the grounds what shows each of them."""
    at = next(number for number, one in enumerate(QUESTIONS) if one.slug == "grounds") + 1
    shown = tuple(_shown_by(key, rules.law.grounds[key].label) for key in GroundKey)
    return (*QUESTIONS[:at], *shown, *QUESTIONS[at:])


@cache
def _shown_by(key: GroundKey, label: str) -> Question:
    return Question(
        f"ground-{key.value.replace('_', '-')}",
        label,
        (),
        settles=rf"grounds\[{key.value}\]\.evidence\..*",
        ground=key,
    )


def evidence_asked(key: GroundKey, rules: Rules) -> tuple[str, ...]:
    """What a ground asks as evidence, by the rules."""
    return rules.law.grounds[key].needs
