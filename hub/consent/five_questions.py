"""The five questions that every disclosure must answer, for every person and class of data.

1 power, 2 basis (Article 6 or law enforcement), 3 Article 9, 4 Article 10, 5 confidence and proportionality.
A ticked ground answers none of them by itself: each answer is looked up in the rules. Not here: which grounds
stand (`grounds`), what else the form must say (`required_answers`).
"""

from __future__ import annotations

from dataclasses import dataclass, field

from hub.consent.assessment import Assessment
from hub.consent.conditions import NO_REASON, engaged
from hub.consent.decision import Answer, Reason
from hub.consent.form.form import Subject
from hub.consent.form.vocabulary import Capacity, DataClass, VictimAgreement
from hub.consent.grounds import Standing, has_adult_at_risk
from hub.consent.rules.rules import Basis

LABELS = {
    "power": "Power to share",
    "art6": "Basis (Article 6 or law enforcement)",
    "art9": "Special category data (Article 9)",
    "art10": "Offence data (Article 10)",
    "confidentiality": "Confidence",
    "proportionality": "Necessity and proportionality",
}
"""The questions by their keys, in words: the five, the fifth in its two halves."""

NOT_SENSITIVE = "not engaged by this class of data"


@dataclass(slots=True)
class Findings:
    """Answers found and answers missing, as they are gathered."""

    answers: list[Answer] = field(default_factory=list)
    missing: list[str] = field(default_factory=list)
    reasons: list[Reason] = field(default_factory=list)

    def lack(self, name: str, text: str, source: str, code: str = "missing") -> None:
        """Record one missing answer once, with the reason that names its field."""
        if name not in self.missing:
            self.missing.append(name)
            self.reasons.append(Reason(code=code, text=text, source=source, field=name))


def ask_all(assessment: Assessment, out: Findings) -> None:
    """Put all five questions for every person and class of data that no protocol answers.

    Of somebody without a class the basis and the confidence are asked: to be named at all needs both.
    """
    if not assessment.uncovered:
        return
    _power(assessment, out)
    basis = _basis(assessment)
    for ref, person, classes in assessment.uncovered:
        for data in classes or (None,):
            if basis is None:
                _no_basis(assessment, ref, data, out)
                continue
            out.answers.append(_answer("art6", ref, data or "", basis.text, basis.cited))
            if data is None:
                continue
            _sensitive(assessment, ref, person, data, "art9", out)
            _sensitive(assessment, ref, person, data, "art10", out)
        _confidence(assessment, ref, person, out)


def _answer(question: str, ref: str, data: str, text: str, source: str) -> Answer:
    return Answer(question=question, subject=ref, data=data, answer=text, source=source)


def _power(assessment: Assessment, out: Findings) -> None:
    """Question 1. A private body needs no power: no statute forbids it."""
    giver = assessment.giver
    if giver is None:
        return
    if not assessment.rules.law.agencies[giver].public:
        out.answers.append(
            _answer("power", "", "", "a private body needs no statutory power to give", "common law")
        )
        return
    for ground in assessment.with_basis:
        for power in ground.rule.power:
            if assessment.rules.belongs(giver, power.who) and assessment.rules.belongs(
                assessment.receiver, power.to
            ):
                source = ground.ground.evidence.get("section", power.cited)
                out.answers.append(_answer("power", "", "", power.text, source))
                return
    agency = assessment.rules.law.agencies[giver]
    out.lack(
        f"power for the {agency.name} to give to this recipient",
        f"No ground that stands gives {agency.a} power to give to this recipient: name a statutory function or"
        " a gateway, or the recipient's kind of agency.",
        "five questions Q1",
    )


def _basis(assessment: Assessment) -> Basis | None:
    """Question 2: the first basis in force under a ground that stands."""
    giver = assessment.giver
    for ground in assessment.with_basis:
        duty = "duty" in ground.ground.evidence.get("duty_or_power", "").casefold()
        for choice in ground.rule.basis:
            basis = assessment.rules.law.bases[choice.key]
            if (
                assessment.rules.belongs(giver, choice.who)
                and basis.live(assessment.on)
                and (duty or not choice.duty)
            ):
                return basis
    return None


def _no_basis(assessment: Assessment, ref: str, data: DataClass | None, out: Findings) -> None:
    name = f"art6 for {ref} ({data})" if data else f"art6 for {ref}"
    paired = [ground for ground in assessment.grounds if ground.rule.must_be_paired]
    if paired:
        names = " and ".join(str(ground.ground.key) for ground in paired)
        text = f"{names} must be paired: it supplies no Article 6 basis. Add a ground that does."
        out.lack(name, text, paired[0].rule.cited, "must_be_paired")
        return
    text = f"No ground that stands supplies a basis for {data or 'the naming'} of {ref}."
    out.lack(name, text, "UK GDPR Art 6; DPA 2018 Part 3 s.35")


def _sensitive(
    assessment: Assessment, ref: str, person: Subject, data: DataClass, question: str, out: Findings
) -> None:
    """Questions 3 and 4."""
    if not engaged(question, person, data, assessment.rules):
        out.answers.append(_answer(question, ref, data, NOT_SENSITIVE, f"five questions {_label(question)}"))
        return
    why_not: list[str] = []
    for ground in assessment.with_basis:
        for key in _condition_keys(ground, question, assessment):
            condition = assessment.rules.law.conditions[key]
            problem = assessment.conditions.why_not(person, condition)
            if not problem:
                out.answers.append(_answer(question, ref, data, condition.text, condition.cited))
                return
            why_not.append(f"{condition.cited}: {problem}")
    if any(why.endswith(NO_REASON) for why in why_not):
        text = (
            f"Say why there is no consent of {ref}: it cannot be given, nobody could be expected to get it, or"
            " asking would prejudice the protection. One reason does not speak for all here: somebody refused, or"
            " the reasons are given person by person."
        )
        out.lack(f"subjects[{ref}].p18_2_reason", text, "DPA 2018 Sch 1 para 18(2)", "reason_of_each")
        return
    article = "Article 9 (special category data)" if question == "art9" else "Article 10 (offence data)"
    tried = f" Tried: {'; '.join(dict.fromkeys(why_not))}." if why_not else ""
    out.lack(
        f"{question} for {ref} ({data})",
        f"{article} is not answered for {data} of {ref}.{tried} Answer it with crime (para 10), a statutory"
        " function (para 6), or safeguarding of a child or an adult at risk (para 18).",
        f"five questions {_label(question)}",
        "condition_missing",
    )


def _label(question: str) -> str:
    return "Q3, UK GDPR Art 9" if question == "art9" else "Q4, UK GDPR Art 10"


def _condition_keys(ground: Standing, question: str, assessment: Assessment) -> list[str]:
    """Conditions to try, in order: Part 3 for a competent authority's law enforcement, else the Articles."""
    giver = assessment.giver
    keys = list(ground.rule.art9 if question == "art9" else ground.rule.art10)
    if ground.rule.part3 and giver and assessment.rules.law.agencies[giver].competent:
        keys = list(ground.rule.part3) if question == "art9" else ["Part3"]
    if has_adult_at_risk(assessment.form):
        keys.append("g+Sch1p18" if question == "art9" else "Sch1p18+p36")
    return keys


def _confidence(assessment: Assessment, ref: str, person: Subject, out: Findings) -> None:
    """Question 5: what lifts confidence for this person; necessity and balancing are asked of the form."""
    if person.agreement is VictimAgreement.given and person.capacity is not Capacity.lacks:
        out.answers.append(_answer("confidentiality", ref, "", "the person agrees", "common law confidence"))
        return
    ground = next((item for item in assessment.grounds if item.rule.confidentiality), None)
    if ground is not None:
        out.answers.append(
            _answer("confidentiality", ref, "", ground.rule.confidentiality, ground.rule.cited)
        )
        return
    out.lack(
        f"confidentiality for {ref}",
        f"Nothing lifts the duty of confidence owed to {ref}: agreement, an order or statute, or an"
        " overriding public interest.",
        "five questions Q5",
    )
