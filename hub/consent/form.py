"""The form "Information sharing without consent" as frozen values.

Field by field the printed form of the SafeLives toolkit for Marac representatives, with what today's law asks
beside it. A question not answered is an empty value here, never an error: `hub.consent.decide` says which
answers are missing. Not here: reading bytes and older versions (`reading`), deciding (`engine`).
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from enum import StrEnum
from typing import Annotated, Any

from pydantic import Field, StringConstraints, field_validator, model_validator

from hub.values import AgencyKind, Level, LongText, NodeId, Purpose, RequesterRole, Role, ShortText, Value

FORM_VERSION = 1


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


class Agreement(StrEnum):
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
    GroundKey.court_order: ("court", "case_no", "date", "scope", "sealed_copy"),
    GroundKey.public_interest: ("harm", "to_whom", "outweighs_because", "senior_signoff"),
    GroundKey.child_protection: ("child", "p18_2_reason", "s16LA_3_detriment_considered"),
    GroundKey.right_to_life: ("real_and_immediate_risk_facts",),
    GroundKey.inhuman_treatment: ("ill_treatment_risk_facts",),
}
"""Names that evidence may have. Which of them a ground needs is for `config/grounds.toml` to say."""

NO_ANSWER = frozenset({"", "-", "--", "?", ".", "n/a", "na", "tbc", "tba", "todo", "unknown", "not known"})
"""Fillers that are no answer."""


def answered(text: str) -> bool:
    """Whether free text says anything: fillers such as "n/a" or "tbc" do not."""
    return text.strip().casefold() not in NO_ANSWER


class Part(Value):
    """A part of the form: null and empty text mean "not answered", like an absent field."""

    @model_validator(mode="before")
    @classmethod
    def _drop_blanks(cls, data: Any) -> Any:
        if not isinstance(data, Mapping):
            return data
        return {
            key: value
            for key, value in data.items()
            if key not in cls.model_fields
            or not (value is None or (isinstance(value, str) and not value.strip()))
        }


class Asker(Part):
    """The person who shares or asks, and for whom (the form's copy of `hub.values.Requester`)."""

    name: ShortText = ""
    role: RequesterRole | None = None
    agency: ShortText = ""
    agency_kind: AgencyKind | None = None


class Recipient(Part):
    """The agency that would receive; legal authority is recorded for each one."""

    node_id: NodeId | None = None
    agency: ShortText = ""
    agency_kind: AgencyKind | None = None


class Subject(Part):
    """One person whose data would move, and what was asked of that person."""

    ref: Annotated[str, StringConstraints(max_length=64)] = ""
    role: Role = Role.victim
    data: Annotated[tuple[DataClass, ...], Field(max_length=20)] = ()
    agreement: Agreement = Agreement.not_asked
    capacity: Capacity = Capacity.not_assessed
    aware: bool = False
    only_self_at_risk: bool = False


class Risk(Part):
    """One row of the form's risk table."""

    who: ShortText = ""
    from_whom: ShortText = ""
    concerns: LongText = ""
    immediate: LongText = ""
    identified_by: ShortText = ""


class Dash(Part):
    """A risk checklist's count. A blank Dash is null, never a zero, and no count excludes anyone."""

    tool: ShortText = ""
    version: ShortText = ""
    yes: Annotated[int, Field(ge=0, le=100)] | None = None
    dont_know: Annotated[int, Field(ge=0, le=100)] = 0

    @field_validator("version", mode="before")
    @classmethod
    def _number_as_text(cls, value: Any) -> Any:
        return str(value) if isinstance(value, int | float) and not isinstance(value, bool) else value


class Protocol(Part):
    """A dated agreement between areas. `data` and `agencies` narrow it; empty leaves them to policy."""

    ref: ShortText = ""
    date: dt.date | None = None
    covers: Annotated[tuple[Purpose, ...], Field(max_length=10)] = ()
    agencies: Annotated[tuple[AgencyKind, ...], Field(max_length=20)] = ()
    data: Annotated[tuple[DataClass, ...], Field(max_length=20)] = ()
    review: dt.date | None = None


class Ground(Part):
    """One ticked ground and what shows it, by the names in `EVIDENCE`."""

    key: GroundKey
    evidence: Annotated[dict[ShortText, LongText], Field(max_length=20)] = Field(default_factory=dict)

    @field_validator("evidence", mode="before")
    @classmethod
    def _texts(cls, value: Any) -> Any:
        if value is None:
            return {}
        if not isinstance(value, Mapping):
            return value
        return {name: _as_text(text) for name, text in value.items()}


def _as_text(value: Any) -> Any:
    """JSON true, false, null and numbers as the text a person would have written."""
    if value is None:
        return ""
    if isinstance(value, bool):
        return "yes" if value else "no"
    return str(value) if isinstance(value, int | float) else value


class Consultation(Part):
    """Advice sought before deciding. `decision` opens with "share" or "do not share" where it settles one."""

    kind: ConsultationKind = ConsultationKind.internal
    who: ShortText = ""
    date: dt.date | None = None
    advice: LongText = ""
    decision: LongText = ""


class ClientNotified(Part):
    """Whether the client was told, when, or why not."""

    notified: bool = False
    date: dt.date | None = None
    why_not: LongText = ""


class Review(Part):
    """When the sharing is looked at again, and who sees to it."""

    date: dt.date | None = None
    owner: ShortText = ""


class Signature(Part):
    """One signature."""

    role: SignatureRole
    name: ShortText = ""
    date: dt.date | None = None


class Emergency(Part):
    """An imminent threat to life, in the words of who reports it."""

    imminent_threat: LongText = ""


class Conflicts(Part):
    """The declaration of interest for this case: `declared` with details where there is a conflict."""

    declared: bool | None = None
    details: LongText = ""


class SharingForm(Part):
    """The whole form. `form_version` says by which edition it was filled in."""

    form_version: int = FORM_VERSION
    jurisdiction: Jurisdiction | None = None
    purpose: Purpose | None = None
    level: Level | None = None
    requester: Asker = Asker()
    recipient: Recipient = Recipient()
    subjects: Annotated[tuple[Subject, ...], Field(max_length=100)] = ()
    risk: Annotated[tuple[Risk, ...], Field(max_length=100)] = ()
    dash: Dash | None = None
    incident: LongText = ""
    protocol: Protocol | None = None
    grounds: Annotated[tuple[Ground, ...], Field(max_length=9)] = ()
    balancing: Annotated[tuple[Balance, ...], Field(max_length=20)] = ()
    comments: LongText = ""
    consultations: Annotated[tuple[Consultation, ...], Field(max_length=50)] = ()
    client_notified: ClientNotified = ClientNotified()
    necessity: LongText = ""
    fled_from: Annotated[tuple[NodeId, ...], Field(max_length=50)] = ()
    review: Review = Review()
    signatures: Annotated[tuple[Signature, ...], Field(max_length=10)] = ()
    emergency: Emergency | None = None
    conflicts: Conflicts = Conflicts()

    def signature(self, role: SignatureRole) -> Signature | None:
        """The named signature in that role, if there is one."""
        return next((item for item in self.signatures if item.role is role and answered(item.name)), None)
