"""The closed lists of the sharing form: what its boxes may hold, and the names of each ground's evidence.

A contract with whoever fills in forms by program: adding is fine, renaming is not. Not here: the form itself
(`form`), what any of it means in law (`config/grounds.toml`).
"""

from __future__ import annotations

from enum import StrEnum


class Jurisdiction(StrEnum):
    """Whose law applies. Each Marac picks its own; only the first is filled in."""

    england_wales = "england_wales"
    scotland = "scotland"
    northern_ireland = "northern_ireland"


class DataClass(StrEnum):
    """Classes of data about one person; each may need an answer of its own."""

    identity = "identity"
    involvement = "involvement"
    risk = "risk"
    health = "health"
    offences = "offences"
    children = "children"
    contact = "contact"


class VictimAgreement(StrEnum):
    """What the person said when asked. Recorded beside a legal basis, never instead of one."""

    given = "given"
    refused = "refused"
    not_asked = "not_asked"
    cannot_ask = "cannot_ask"


class Capacity(StrEnum):
    """Whether the person is able to consent."""

    has = "has"
    lacks = "lacks"
    not_assessed = "not_assessed"
    child = "child"


class GroundKey(StrEnum):
    """The nine tick boxes of the printed form, in its order."""

    crime = "crime"
    vital_interests = "vital_interests"
    administration_of_justice = "administration_of_justice"
    statutory_function = "statutory_function"
    court_order = "court_order"
    public_interest = "public_interest"
    child_protection = "child_protection"
    right_to_life = "right_to_life"
    inhuman_treatment = "inhuman_treatment"


class Balance(StrEnum):
    """The balancing considerations of the printed form."""

    pressing_need = "pressing_need"
    risk_of_not_disclosing = "risk_of_not_disclosing"
    respective_risks_to_those_affected = "respective_risks_to_those_affected"
    interest_of_other_agency_in_receiving = "interest_of_other_agency_in_receiving"
    public_interest_of_disclosure = "public_interest_of_disclosure"
    human_rights = "human_rights"
    duty_of_confidentiality = "duty_of_confidentiality"
    other = "other"


class Decided(StrEnum):
    """What a person decided about the sharing, if anything."""

    share = "share"
    do_not_share = "do_not_share"
    not_decided = "not_decided"


class Interest(StrEnum):
    """Whether somebody who handles the case has an interest in it."""

    none = "none"
    described = "described"


class ConsultationKind(StrEnum):
    """Inside the agency, or outside it."""

    internal = "internal"
    external = "external"


class SignatureRole(StrEnum):
    """Who signs: two different people."""

    caseworker = "caseworker"
    manager = "manager"


ADULT_AT_RISK = (
    "needs_for_care_and_support",
    "experiencing_or_at_risk_of_harm",
    "unable_to_protect_self_because_of_those_needs",
)
"""What makes an adult "at risk" (Data Protection Act 2018, Schedule 1, paragraph 18(3)): all three."""

EVIDENCE: dict[GroundKey, tuple[str, ...]] = {
    GroundKey.crime: ("offence_type", "why_without_consent", "substantial_public_interest"),
    GroundKey.vital_interests: ("imminent_threat_to_life", "capacity_per_subject"),
    GroundKey.administration_of_justice: ("proceedings_ref", "third_party_material_check"),
    GroundKey.statutory_function: ("section", "body", "duty_or_power", "request"),
    GroundKey.court_order: ("court", "case_no", "date", "scope", "sealed_copy", "ordered"),
    GroundKey.public_interest: ("harm", "to_whom", "outweighs_because", "senior_signoff"),
    GroundKey.child_protection: ("child", "p18_2_reason", "s16LA_3_detriment_considered"),
    GroundKey.right_to_life: ("real_and_immediate_risk_facts",),
    GroundKey.inhuman_treatment: ("ill_treatment_risk_facts",),
}
"""Names that evidence may have. Which of them a ground needs is for `config/grounds.toml` to say."""

ANYWHERE = (*ADULT_AT_RISK, "p18_2_reason", "expiry")
"""Evidence that any ground may carry: an adult at risk, why without consent, when an order ends."""

NO_ANSWER = frozenset({"", "-", "--", "?", ".", "n/a", "na", "tbc", "tba", "todo", "unknown", "not known"})
"""Fillers that are no answer."""


def answered(text: str) -> bool:
    """Whether free text says anything: fillers such as "n/a" or "tbc" do not."""
    return text.strip().casefold() not in NO_ANSWER
