"""The Marac referral form: every field in the order in which it is printed, and what must stand before it is sent.

Pure. The same for every agency, on a page, in a file and from a program. Source: SafeLives, Toolkit for Marac
representatives, "Marac referral form". A field's name in a file is the model's. What follows the printed fields is
what an area needs besides. How it becomes a case is `refer`; what its criteria come to is `criteria`.
"""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Iterator
from typing import Annotated, Any, Final, Literal, NamedTuple

from pydantic import AliasChoices, BeforeValidator, Field, StringConstraints

from hub.cases.answers import Box, Name, Names, People, YesNo
from hub.cases.dash import Dash
from hub.consent.form.fled import NOT_KNOWN, FledFrom
from hub.matching.written_dates import DateWritten, DayWritten
from hub.values import Kind, LongText, ShortText, Value

FORM: Final = "marac_referral/2026"
MOST_ROWS: Final = 20
Criterion = Literal["professional_judgement", "visible_high_risk", "potential_escalation", "marac_repeat"]
CRITERIA: Final[tuple[Criterion, ...]] = (
    "professional_judgement",
    "visible_high_risk",
    "potential_escalation",
    "marac_repeat",
)
IN_WORDS: Final[dict[Criterion, str]] = {
    "professional_judgement": "professional judgement",
    "visible_high_risk": "visible high risk",
    "potential_escalation": "potential escalation",
    "marac_repeat": "Marac repeat",
}
_POSTCODE: Final = re.compile(r"\b([A-Z]{1,2}[0-9][0-9A-Z]?) ?([0-9][A-Z]{2})\b")
_GENDERS: Final = {"f": "female", "m": "male", "woman": "female", "man": "male", "unknown": "not_known"}


def _gender(said: Any) -> Any:
    if said is None:
        return ""
    word = said.strip().casefold().replace(" ", "_").replace("-", "_") if isinstance(said, str) else said
    return _GENDERS.get(word, word) if isinstance(word, str) else said


def _fled(said: Any) -> Any:
    """The answer of a list, or of a text as an import has it: none, not known, or areas with `;` between them."""
    if not isinstance(said, str):
        return said
    entries = [one.strip() for one in said.split(";") if one.strip()]
    words = [NOT_KNOWN if one.casefold().replace(" ", "_") == NOT_KNOWN else one for one in entries]
    return [] if [one.casefold() for one in words] == ["none"] else words or None


def _diversity(said: Any) -> Any:
    texts = said.split(";") if isinstance(said, str) else said
    if not isinstance(texts, list | tuple):
        return [] if said is None else said
    return [
        _DIVERSITY.get(one.strip().casefold(), one) if isinstance(one, str) else one for one in texts if one
    ]


_DIVERSITY: Final = {
    **dict.fromkeys(("bme", "b&me", "bame"), "BME"),
    "disabled": "disabled",
    **dict.fromkeys(("lgbtq_plus", "lgbtq+", "lgbt"), "LGBTQ_plus"),
}
Gender = Annotated[
    Literal["", "female", "male", "non_binary", "another", "not_known"], BeforeValidator(_gender)
]
Diversity = Annotated[tuple[Literal["BME", "disabled", "LGBTQ_plus"], ...], BeforeValidator(_diversity)]
Postcode = Annotated[str, StringConstraints(max_length=10)]
Phone = Annotated[str, StringConstraints(max_length=30)]


class Perpetrator(Value):
    """An alleged perpetrator: the form has room for several."""

    name: Name = Name()
    dob: DateWritten = ""
    address: Box = ""
    relationship_to_victim: ShortText = ""
    aliases: Names = ()
    postcode: Postcode = ""


class Child(Value):
    """A child of the household, or of either."""

    name: Name = Name()
    dob: DateWritten = ""
    relationship_to_victim: ShortText = ""
    relationship_to_perpetrator: ShortText = ""
    address: Box = ""
    school: ShortText = ""
    postcode: Postcode = ""


class Referral(Value):
    """A referral, field by field as the form is printed, then what is asked besides.

    `sealed` and `fled_from` None: nobody has answered, so nobody is told anything. `case_ref` empty: a new case,
    under a number that is made. `incidents_12_months`: those reported to any agency in twelve months.
    """

    referring_agency: ShortText = Field(min_length=1, title="the referring agency")
    contact_names: ShortText = Field(min_length=1, title="the contact name")
    contact_tel_email: ShortText = ""
    date: DayWritten | None = Field(default=None, title="the date of the referral")

    victim_name: Name = Field(title="the victim's name")
    victim_dob: DateWritten = ""
    victim_address: Box = ""
    victim_tel: Phone = ""
    tel_safe_to_call: YesNo = "not_completed"
    contact_info: Box = ""
    diversity: Diversity = ()
    gender: Gender = ""

    perpetrators: Annotated[tuple[Perpetrator, ...], Field(max_length=MOST_ROWS)] = ()
    children: Annotated[tuple[Child, ...], Field(max_length=MOST_ROWS)] = ()

    reason: LongText = Field(
        default="", validation_alias=AliasChoices("reason", "reason_for_referral", "additional_information")
    )
    crit_professional_judgement: YesNo = "not_completed"
    crit_visible_high_risk: YesNo = "not_completed"
    crit_potential_escalation: YesNo = "not_completed"
    crit_marac_repeat: YesNo = "not_completed"
    pj_rationale: LongText = ""
    repeat_date_listed_case_no: ShortText = ""
    victim_aware: YesNo = "not_completed"
    not_aware_why: Box = ""
    consent_given: YesNo = "not_completed"
    afraid_of: People = ()
    safe_to_talk_to: People = ()
    not_safe_to_talk_to: People = ()
    other_marac_before: YesNo = "not_completed"
    other_marac_where_when: Box = ""

    case_ref: ShortText = ""
    kind: Kind = Kind.marac
    idva_service: ShortText = ""
    victim_aliases: Names = ()
    victim_postcode: Postcode = ""
    victim_nhs_number: Annotated[str, StringConstraints(max_length=20)] = ""
    incidents_12_months: Annotated[int, Field(ge=0, le=1_000)] | None = None
    sealed: bool | None = None
    fled_from: Annotated[FledFrom | None, BeforeValidator(_fled)] = None
    publish: bool | None = None
    dash: Dash | None = None

    def ticked(self, criterion: Criterion) -> YesNo:
        """What the referrer ticked for a criterion."""
        ticked: YesNo = getattr(self, f"crit_{criterion}")
        return ticked

    @property
    def criteria(self) -> tuple[Criterion, ...]:
        """Those that the referrer ticked."""
        return tuple(one for one in CRITERIA if self.ticked(one) == "yes")

    @property
    def agreement(self) -> Literal["given", "refused", "not_asked", ""]:
        """The victim's answer as a case keeps it. Whoever is not aware of a referral was not asked about it."""
        if self.consent_given == "not_completed":
            return ""
        if self.consent_given == "yes":
            return "given"
        return "not_asked" if self.victim_aware == "no" else "refused"


class Problem(NamedTuple):
    """What must be put right before a referral is sent: the field, and what to do."""

    field: str
    text: str


def problems(referral: Referral, today: dt.date, *, established: bool) -> tuple[Problem, ...]:
    """What must be put right before it is sent. `established`: high risk, by the tool and its local threshold.

    Professional judgement alone suffices, with its rationale. Nothing else is refused for a score.
    """
    return tuple(_problems(referral, today, established=established))


def _problems(one: Referral, today: dt.date, *, established: bool) -> Iterator[Problem]:
    if not one.victim_name.there and not one.victim_name.not_known:
        yield Problem("victim_name.surname", "Write the victim's name, or say that it is not known")
    if not one.criteria:
        yield Problem("crit_professional_judgement", "Tick at least one criterion: judgement alone is enough")
    judged = one.crit_professional_judgement == "yes"
    if judged and not one.pj_rationale:
        yield Problem("pj_rationale", "Explain briefly why you refer on professional judgement")
    # Toolkit, step 2b. A repeat was established as high risk when it was first referred.
    high_risk = judged or established or one.crit_marac_repeat == "yes"
    if one.criteria and not high_risk and one.consent_given != "yes":
        yield Problem(
            "consent_given",
            "The risk checklist has not established high risk, so the victim's consent is needed; or refer on"
            " professional judgement, with its rationale",
        )
    if one.date is not None and one.date > today:
        yield Problem("date", "The date of the referral lies in the future")
    for field, born in _born(one):
        if born > today.isoformat():
            yield Problem(field, "The date of birth lies in the future")


def _born(one: Referral) -> Iterator[tuple[str, str]]:
    yield "victim_dob", one.victim_dob
    yield from ((f"perpetrators.{at}.dob", each.dob) for at, each in enumerate(one.perpetrators))
    yield from ((f"children.{at}.dob", each.dob) for at, each in enumerate(one.children))


def postcode_of(address: str, given: str = "") -> str:
    """The postcode that was given, or the last that an address has."""
    found = _POSTCODE.findall(address.upper())
    return given or (" ".join(found[-1]) if found else "")
