"""The rules in force: the law (`config/grounds.toml`) and an area's policy (`config/policy.toml`), checked.

Takes text or parsed TOML, never a path, and reads no clock: a rule's dates are compared with the day given.
Not here: applying the rules (`hub.consent.decide`), finding the line of a fault (`files`).
"""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Mapping
from enum import StrEnum
from typing import Any, Literal, Self, TypeVar

from pydantic import Field, ValidationError, model_validator

from hub.consent.form.vocabulary import EVIDENCE, DataClass, GroundKey, Jurisdiction
from hub.errors import UsageError
from hub.parsing import first_error
from hub.values import AgencyKind, Band, Level, Purpose, RequesterRole, Role, Value

M = TypeVar("M", bound=Value)
Confidence = Literal["high", "medium", "low"]
Class = Literal["public", "private", "competent"]


class DocumentUse(StrEnum):
    """When a condition needs an appropriate policy document (DPA 2018 Sch 1 paras 38-41, s.42)."""

    never = "never"
    always = "always"
    unless_recipient_competent = "unless_recipient_competent"
    law_enforcement = "law_enforcement"


class Dated(Value):
    """A rule that applies between two dates, both included, and only if it is in force at all."""

    from_: dt.date = Field(default=dt.date(1900, 1, 1), alias="from")
    to_date: dt.date | None = Field(default=None, alias="until")
    in_force: bool = True
    confidence: Confidence = "medium"

    def live(self, on: dt.date) -> bool:
        """Whether the rule applies on that day."""
        return self.in_force and self.from_ <= on and (self.to_date is None or on <= self.to_date)


class JurisdictionRule(Value):
    """One of the three jurisdictions, and whether its rules have been entered."""

    name: str
    filled_in: bool
    note: str = ""


class Agency(Value):
    """What kind of body an agency is in law. `idva`: an Idva service, whose questions are its client's first."""

    name: str
    public: bool
    competent: bool = False
    health: bool = False
    idva: bool = False

    @property
    def a(self) -> str:
        """The name with its article."""
        return f"{'an' if self.name.startswith(('Idva', 'NHS')) else 'a'} {self.name}"


class Basis(Dated):
    """An Article 6 basis, or the law enforcement basis of Part 3, and who may rely on it (empty: anybody)."""

    text: str
    cited: str
    who: tuple[AgencyKind | Class, ...] = ()


class Condition(Dated):
    """An Article 9 or Article 10 condition, or its counterpart in Part 3.

    `without_consent`: whoever relies on it says why there is no consent.
    """

    text: str
    cited: str
    article: Literal[9, 10]
    without_consent: bool = False
    who: tuple[AgencyKind | Class, ...] = ()
    only_if: Literal["", "incapable", "person_at_risk"] = ""
    policy_document: DocumentUse = DocumentUse.never

    @property
    def part3(self) -> bool:
        """Whether it is a condition of law enforcement processing (Part 3), not of the UK GDPR."""
        return self.policy_document is DocumentUse.law_enforcement


class Power(Value):
    """A power to give (question 1): from whom and to whom, empty meaning any."""

    who: tuple[AgencyKind | Class, ...] = ()
    to: tuple[AgencyKind | Class, ...] = ()
    text: str
    cited: str


class BasisChoice(Value):
    """A basis open to some agencies under a ground; `duty` limits it to a section that is a duty."""

    who: tuple[AgencyKind | Class, ...] = ()
    key: str
    duty: bool = False


class GroundRule(Dated):
    """One of the nine grounds: who may rely on it, what it needs and what it supplies.

    `on_request`: a private body relies on it only to answer a public body's request.
    """

    label: str
    printed: str
    cited: str
    who: tuple[AgencyKind | Class, ...] = ()
    to: tuple[AgencyKind | Class, ...] = ()
    needs: tuple[str, ...] = Field(min_length=1)
    on_request: bool = False
    private_to: tuple[AgencyKind | Class, ...] = ()
    power: tuple[Power, ...] = ()
    basis: tuple[BasisChoice, ...] = ()
    art9: tuple[str, ...] = ()
    art10: tuple[str, ...] = ()
    part3: tuple[str, ...] = ()
    confidentiality: str = ""
    transparency_exemption: str = ""
    must_be_paired: bool = False


class ClientAgreement(Dated):
    """What an agency of these kinds may ask one of those for with its client's explicit agreement alone."""

    who: tuple[AgencyKind | Class, ...] = Field(min_length=1)
    to: tuple[AgencyKind | Class, ...] = Field(min_length=1)
    purposes: frozenset[Purpose]
    levels: frozenset[Level]
    data: frozenset[DataClass]
    basis: str
    text: str
    cited: str


class Act(Value):
    """An Act that a section may be of: what people call it, in small letters, and whom it gives functions.

    `bodies`: none stands for many, so that none is in doubt.
    """

    name: str
    called: tuple[str, ...] = Field(min_length=1)
    bodies: tuple[AgencyKind | Class, ...] = ()
    confidence: Confidence = "medium"


class Gateway(Dated):
    """What a named section of an Act can and cannot carry. `either`: one of these gives or receives."""

    key: str
    act: str
    sections: tuple[str, ...]
    text: str
    source: str
    who: tuple[AgencyKind | Class, ...] = ()
    to: tuple[AgencyKind | Class, ...] = ()
    either: tuple[AgencyKind | Class, ...] = ()
    blocked: bool = False
    blocked_for: tuple[AgencyKind, ...] = ()
    needs_adult_at_risk: bool = False


class Law(Value):
    """All of `config/grounds.toml`."""

    version: str
    jurisdictions: dict[Jurisdiction, JurisdictionRule]
    agencies: dict[AgencyKind, Agency]
    bases: dict[str, Basis]
    conditions: dict[str, Condition]
    client_agreement: ClientAgreement
    grounds: dict[GroundKey, GroundRule]
    acts: dict[str, Act] = Field(default_factory=dict)
    gateways: tuple[Gateway, ...] = ()

    @model_validator(mode="after")
    def _complete(self) -> Self:
        for kind, known in (
            ("jurisdictions", set(Jurisdiction) - set(self.jurisdictions)),
            ("agencies", set(AgencyKind) - set(self.agencies)),
            ("grounds", set(GroundKey) - set(self.grounds)),
        ):
            if known:
                raise ValueError(f"{kind}: lacks {', '.join(sorted(known))}")
        for key, rule in self.grounds.items():
            self._check_ground(key, rule)
        if self.client_agreement.basis not in self.bases:
            raise ValueError(
                f"client_agreement.basis: {self.client_agreement.basis!r} is named, which [bases] does not define"
            )
        for gateway in self.gateways:
            if gateway.act not in self.acts:
                raise ValueError(
                    f"gateways: {gateway.key} is of {gateway.act!r}, which [acts] does not define"
                )
        return self

    def belongs(self, kind: AgencyKind | None, group: tuple[AgencyKind | Class, ...]) -> bool:
        """Whether an agency kind is in a group of kinds and classes; an empty group holds everyone."""
        if not group:
            return True
        if kind is None:
            return False
        agency = self.agencies[kind]
        classes = {"public" if agency.public else "private"} | ({"competent"} if agency.competent else set())
        return kind in group or not classes.isdisjoint(group)

    def _check_ground(self, key: GroundKey, rule: GroundRule) -> None:
        where = f"grounds.{key}"
        for name in rule.needs:
            if name not in EVIDENCE[key]:
                raise ValueError(f"{where}.needs: {name!r} is named, which the form does not ask for {key}")
        for choice in rule.basis:
            if choice.key not in self.bases:
                raise ValueError(f"{where}.basis: {choice.key!r} is named, which [bases] does not define")
        for field in ("art9", "art10", "part3"):
            for name in getattr(rule, field):
                if name not in self.conditions:
                    raise ValueError(
                        f"{where}.{field}: {name!r} is named, which [conditions] does not define"
                    )
        if rule.must_be_paired == bool(rule.basis):
            raise ValueError(f"{where}: must either have a basis or be must_be_paired, and not both")


class PolicyDocument(Value):
    """An appropriate policy document and the dates between which it is in date.

    `example`: it stands in for the area's own, which has not been put in yet.
    """

    example: bool = False
    ref: str = Field(min_length=1)
    from_: dt.date = Field(alias="from")
    review_by: dt.date

    def in_date(self, on: dt.date) -> bool:
        """Whether the document is in date on that day."""
        return self.from_ <= on <= self.review_by


class Sensitive(Value):
    """Which classes of data engage Article 9 and Article 10."""

    art9: frozenset[DataClass]
    art10: frozenset[DataClass]
    art10_by_role: dict[Role, frozenset[DataClass]] = Field(default_factory=dict)


class ProtocolPolicy(Value):
    """What an agreed protocol pre-answers."""

    levels: frozenset[Level]
    data: frozenset[DataClass]


class SignaturePolicy(Value):
    """Levels for which the manager signs before."""

    manager_before: frozenset[Level]


class EmergencyPolicy(Value):
    """What an imminent threat to life opens at once, and the days to complete the rest."""

    level: Level
    days_to_complete: int = Field(ge=1, le=7)


class Days(Value):
    """Days that each obligation leaves, and the longest time to a review."""

    notify_client: int = Field(ge=0, le=366)
    countersign: int = Field(ge=0, le=366)
    record_recipients: int = Field(ge=0, le=366)
    longest_review: int = Field(ge=1, le=3660)
    publication_review: int = Field(ge=1, le=3660)


class NecessityPolicy(Value):
    """When words under necessity say something about this case: so many that are not among the general ones."""

    least_words: int = Field(ge=1, le=20)
    general: frozenset[str]
    example: str = Field(min_length=1)

    def says_something(self, text: str) -> bool:
        """Whether a text has enough words that could not stand on every form. Numbers count as words."""
        words = set(re.findall(r"[^\W_]+", text.casefold()))
        return len(words - self.general) >= self.least_words


class AnswerPolicy(Value):
    """What the holder may answer without a person."""

    automatic_levels: frozenset[Level]
    least_band: Band


class Policy(Value):
    """All of `config/policy.toml`. Without `necessity`, as in an earlier version's file, any words do."""

    version: str
    policy_documents: dict[Literal["general", "law_enforcement"], PolicyDocument] = Field(
        default_factory=dict
    )
    sensitive: Sensitive
    items: dict[Level, frozenset[DataClass]]
    levels: dict[Purpose, dict[RequesterRole, Level]]
    protocol: ProtocolPolicy
    signatures: SignaturePolicy
    emergency: EmergencyPolicy
    days: Days
    answer: AnswerPolicy
    necessity: NecessityPolicy | None = None

    @model_validator(mode="after")
    def _never_looser(self) -> Self:
        if lacking := set(Purpose) - set(self.levels):
            raise ValueError(f"levels: lacks {', '.join(sorted(lacking))}")
        if lacking_items := {Level.involvement, Level.summary, Level.transfer} - set(self.items):
            raise ValueError(f"items: lacks {', '.join(sorted(lacking_items))}")
        if Level.transfer not in self.signatures.manager_before:
            raise ValueError("signatures.manager_before: must hold transfer: a person always decides one")
        if too_much := {Level.summary, Level.transfer} & self.answer.automatic_levels:
            raise ValueError(f"answer.automatic_levels: may not hold {', '.join(sorted(too_much))}")
        return self


class Rules(Value):
    """The law and the policy that a decision is made by."""

    law: Law
    policy: Policy

    @property
    def name(self) -> str:
        """The dated name of this rule set, for the record."""
        return f"grounds {self.law.version}, policy {self.policy.version}"

    def belongs(self, kind: AgencyKind | None, group: tuple[AgencyKind | Class, ...]) -> bool:
        """Whether an agency kind is in a group of kinds and classes; an empty group holds everyone."""
        return self.law.belongs(kind, group)


def load_rules(grounds: Mapping[str, Any], policy: Mapping[str, Any]) -> Rules:
    """Check both parsed files. Raises `UsageError` naming the file, the entry and what is wrong with it."""
    return Rules(law=_checked(Law, grounds, "grounds.toml"), policy=_checked(Policy, policy, "policy.toml"))


class RulesError(UsageError):
    """A rules file that cannot be used; `file` and `where` (the path of keys) help to find the line."""

    def __init__(self, file: str, where: tuple[str | int, ...], why: str) -> None:
        place = ".".join(str(part) for part in where)
        super().__init__(
            f"{file}: {place + ': ' if place else ''}{why}.",
            do=f"Correct {file}; nothing is decided until then.",
        )
        self.file = file
        self.where = where
        self.why = why


def _checked(model: type[M], data: Mapping[str, Any], file: str) -> M:
    try:
        return model.model_validate(data)
    except ValidationError as error:
        wrong = first_error(error, file)
        why, where = wrong.why, wrong.path
        if not where and ": " in why:
            # A check across entries names the entry itself.
            named, _, why = why.partition(": ")
            where = tuple(named.split("."))
        raise RulesError(file, where, why) from None
