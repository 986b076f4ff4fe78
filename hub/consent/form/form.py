"""The form "Information sharing without consent" as frozen values.

Field by field the printed form of the SafeLives toolkit for Marac representatives, with what today's law asks
beside it. A question not answered is an empty value here, never an error: `hub.consent.decide` says which
answers are missing. Not here: reading bytes and older editions (`parse`, `printed_form`),
deciding.
"""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Mapping
from typing import Annotated, Any

from pydantic import BeforeValidator, Field, StringConstraints, field_validator, model_validator

from hub.consent.form.fled import FledFrom
from hub.consent.form.vocabulary import (
    Balance,
    Capacity,
    ConsultationKind,
    DataClass,
    Decided,
    GroundKey,
    Interest,
    Jurisdiction,
    SignatureRole,
    VictimAgreement,
    answered,
)
from hub.matching.written_dates import whole_day
from hub.values import AgencyKind, Level, LongText, Purpose, RequesterRole, Role, ShortText, Value

FORM_VERSION = 1


def _area(name: Any) -> Any:
    """An area as people write it, as node ids are written: "South Vale" is "south-vale"."""
    return "-".join(name.casefold().replace("_", " ").split()) if isinstance(name, str) else name


AreaName = Annotated[
    str,
    BeforeValidator(_area),
    StringConstraints(pattern=r"^[a-z0-9](?:[a-z0-9.-]{0,62}[a-z0-9])?$"),
]
"""The node id of an area, or its name written alike."""

YEARS = range(1900, 2200)
"""The years that a day may be of: outside them it is a slip, and the calendar does not end within them."""


def _day(value: Any) -> Any:
    """A day as people write it, or with a time of day behind it. A bare number is no date, whatever it counts."""
    if isinstance(value, str) and (written := ISO_DAY.fullmatch(value.strip())):
        value = dt.date.fromisoformat(written[1])
    elif isinstance(value, str) and any(map(str.isdecimal, value)) and not value.strip().isdecimal():
        value = dt.date.fromisoformat(whole_day(value))
    if not isinstance(value, dt.date) or value.year not in YEARS:
        raise ValueError("a date is written YYYY-MM-DD")
    return value


ISO_DAY = re.compile(r"(\d{4}-\d\d-\d\d)(?:[T ][\d:.]+(?:Z|[+-][\d:]+)?)?")
Day = Annotated[dt.date, BeforeValidator(_day)]
"""A calendar day of these centuries."""


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
    """The agency that would receive; legal authority is recorded for each one. `person`: who there, by name."""

    node_id: AreaName | None = None
    agency: ShortText = ""
    person: ShortText = ""
    agency_kind: AgencyKind | None = None


class Subject(Part):
    """One person whose data would move, and what was asked of that person. None: nobody has said.

    `agreed_on`: the day of an explicit yes. `p18_2_reason`: why this person's data move without consent (DPA 2018
    Sch 1 para 18(2)), where the one reason under a ground does not speak for all.
    """

    ref: Annotated[str, StringConstraints(max_length=64)] = ""
    role: Role = Role.victim
    data: Annotated[tuple[DataClass, ...], Field(max_length=20)] = ()
    agreement: VictimAgreement | None = None
    capacity: Capacity = Capacity.not_assessed
    aware: bool = False
    only_self_at_risk: bool | None = None
    agreed_on: Day | None = None
    p18_2_reason: LongText = ""


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
    """A dated agreement between areas. `data` and `agencies` narrow it; empty leaves them to policy.

    A node reads `ref` and, where they are given, compares `date` and `digest` (of its canonical JSON, hex) with
    its own agreement's. What else is stated counts for a form on its own.
    """

    ref: ShortText = ""
    date: Day | None = None
    covers: Annotated[tuple[Purpose, ...], Field(max_length=10)] = ()
    agencies: Annotated[tuple[AgencyKind, ...], Field(max_length=20)] = ()
    data: Annotated[tuple[DataClass, ...], Field(max_length=20)] = ()
    review: Day | None = None
    digest: Annotated[str, StringConstraints(pattern=r"^(?:[0-9a-f]{64})?$")] = ""


class Ground(Part):
    """One ticked ground and what shows it, by the names in `EVIDENCE`. Under other names it shows nothing."""

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
    """Advice sought before deciding, and what was decided: `decided`, with `decision` in words beside it.

    Without `decided` the words settle it where they open with "share" or "do not share". `area`: the area that a
    manager decides about telling, by node id or name.
    """

    kind: ConsultationKind = ConsultationKind.internal
    who: ShortText = ""
    date: Day | None = None
    advice: LongText = ""
    decided: Decided | None = None
    decision: LongText = ""
    area: ShortText = ""


class ClientNotified(Part):
    """Whether the victim was told, when, or why not."""

    notified: bool | None = None
    date: Day | None = None
    why_not: LongText = ""


class Review(Part):
    """When the sharing is looked at again, and who sees to it."""

    date: Day | None = None
    owner: ShortText = ""


class Signature(Part):
    """One signature."""

    role: SignatureRole
    name: ShortText = ""
    date: Day | None = None


class Emergency(Part):
    """An imminent threat to life, in the words of who reports it. A bare true is kept as "yes"."""

    imminent_threat: LongText = ""

    @field_validator("imminent_threat", mode="before")
    @classmethod
    def _ticked(cls, value: Any) -> Any:
        return {True: "yes", False: ""}[value] if isinstance(value, bool) else value


class Conflicts(Part):
    """The declaration of interest for this case: `conflict`, or where that is absent what `details` describe."""

    declared: bool | None = None
    conflict: Interest | None = None
    details: LongText = ""


class SharingForm(Part):
    """The complete form. `form_version` says by which edition it was filled in."""

    form_version: Annotated[int, Field(ge=0, le=FORM_VERSION)] = FORM_VERSION
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
    fled_from: FledFrom | None = None
    review: Review = Review()
    signatures: Annotated[tuple[Signature, ...], Field(max_length=10)] = ()
    emergency: Emergency | None = None
    conflicts: Conflicts = Conflicts()

    @field_validator("protocol")
    @classmethod
    def _named_protocol(cls, value: Protocol | None) -> Protocol | None:
        """A protocol of which nothing is said is no protocol."""
        return None if value == Protocol() else value

    @field_validator("form_version", mode="before")
    @classmethod
    def _edition(cls, value: Any) -> Any:
        """Edition 1, which people write as "1", "1.0" or "v1"."""
        return value.strip().lower().removeprefix("v").split(".")[0] if isinstance(value, str) else value

    def signature(self, role: SignatureRole) -> Signature | None:
        """The named signature in that role, if there is one."""
        return next((item for item in self.signatures if item.role is role and answered(item.name)), None)
