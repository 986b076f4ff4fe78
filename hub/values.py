"""Frozen values and the vocabulary that every part of the hub shares.

Pure: no I/O, no clock, no settings. What a person record is, who asks and why. Not here: the sharing
form and the decision (`hub.consent`), the question and its result (`hub.records.check`), wire messages
(`hub.wire.messages`).
"""

from __future__ import annotations

import datetime as dt
import shlex
from enum import StrEnum
from typing import Annotated

from pydantic import BaseModel, ConfigDict, Field, StringConstraints


class Value(BaseModel):
    """Base of every value: frozen, of known fields and finite numbers; errors do not repeat the input."""

    model_config = ConfigDict(
        frozen=True,
        extra="forbid",
        str_strip_whitespace=True,
        hide_input_in_errors=True,
        allow_inf_nan=False,
    )


ShortText = Annotated[str, StringConstraints(max_length=200)]
LongText = Annotated[str, StringConstraints(max_length=20_000)]
Whole = Annotated[int, Field(strict=True, ge=0, le=2**53 - 1)]  # what every reader of JSON takes
Second = Annotated[
    int, Field(strict=True, ge=0, le=253_402_300_799)
]  # since 1970, as far as a date has a year
Small = Annotated[int, Field(strict=True, ge=0, le=2**31 - 1)]  # what a plain column of every database takes
NodeId = Annotated[str, StringConstraints(pattern=r"^[a-z0-9](?:[a-z0-9-]{0,62}[a-z0-9])?$")]


def day_in_words(day: dt.date) -> str:
    """Return a day as people say it: "Wednesday 2 December 2026"."""
    return f"{day:%A} {day.day} {day:%B} {day.year}"


def typed(command: str, home: object, *arguments: object) -> str:
    """Return a `hub` command on a home as a person types it, such as `typed("jobs list", home)`."""
    return shlex.join(["hub", *command.split(), str(home), *map(str, arguments)])


class Mode(StrEnum):
    """Whether a node is tried out, or holds people's cases. Nodes of one mode are peers of that mode alone."""

    trial = "trial"
    live = "live"


class Role(StrEnum):
    """A person's part in one case. Roles are per case and per allegation, never a fact about the person."""

    victim = "victim"
    perpetrator = "perpetrator"
    child = "child"
    other = "other"


class Kind(StrEnum):
    """Which service holds the involvement."""

    marac = "marac"
    idva = "idva"


class Purpose(StrEnum):
    """Why something is published or asked."""

    publish = "publish"
    referred_elsewhere = "referred_elsewhere"
    marac_transfer = "marac_transfer"
    idva_prior_contact = "idva_prior_contact"


class Level(StrEnum):
    """How much a holder releases about one candidate."""

    not_answered = "not_answered"
    involvement = "involvement"
    summary = "summary"
    transfer = "transfer"


class Band(StrEnum):
    """How sure the enquirer's own weights are that a candidate is the same person."""

    strong = "strong"
    probable = "probable"
    possible = "possible"


class AgencyKind(StrEnum):
    """Kinds of agency; the kind decides which legal powers are open to it."""

    police = "police"
    probation = "probation"
    council = "council"
    nhs = "nhs"
    housing_association = "housing_association"
    idva_charity = "idva_charity"
    refuge = "refuge"
    specialist_charity = "specialist_charity"
    school = "school"
    court = "court"


class RequesterRole(StrEnum):
    """What the person who asks does for a living."""

    coordinator = "coordinator"
    idva = "idva"
    manager = "manager"


class Requester(Value):
    """The person who asks, and for whom."""

    name: ShortText = ""
    role: RequesterRole
    agency: ShortText = ""
    agency_kind: AgencyKind


class Person(Value):
    """One person as one case knows them.

    `aliases` are complete names, each "Given Surname". `date_of_birth` is what is known of it: YYYY, YYYY-MM or
    YYYY-MM-DD, or empty; edges refuse other shapes, matching is total on any text.
    """

    ref: ShortText = ""
    role: Role = Role.victim
    given_names: ShortText = ""
    surname: ShortText = ""
    aliases: tuple[ShortText, ...] = Field(default=(), max_length=20)
    date_of_birth: Annotated[str, StringConstraints(max_length=10)] = ""
    postcode: Annotated[str, StringConstraints(max_length=10)] = ""
    phone: Annotated[str, StringConstraints(max_length=30)] = ""
    nhs_number: Annotated[str, StringConstraints(max_length=20)] = ""
