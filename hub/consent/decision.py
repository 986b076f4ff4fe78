"""The engine's answer, as a value that is recorded, shown and sent.

A refusal is such a value, not an exception, so that its record is kept. Not here: how it is
reached (`decide`).
"""

from __future__ import annotations

import datetime as dt
from enum import StrEnum

from hub.consent.form.vocabulary import DataClass
from hub.values import Level, Value


class Outcome(StrEnum):
    """permit: it may be. refuse: it may not. incomplete: answers are missing. refer: a person must decide."""

    permit = "permit"
    refuse = "refuse"
    incomplete = "incomplete"
    refer = "refer"


class Reason(Value):
    """Why: a stable code, words for a person, the rule's source, and the form's field it is about."""

    code: str
    text: str
    source: str
    field: str = ""


class Answer(Value):
    """One of the five questions answered for one person and class of data (empty: for all of the form)."""

    question: str
    subject: str = ""
    data: str = ""
    answer: str
    source: str


class Obligation(Value):
    """What must be done because of the decision, and by when (None: for as long as it applies)."""

    code: str
    text: str
    due: dt.date | None = None


class Release(Value):
    """The classes of data about one person that may move under a permit."""

    ref: str
    data: tuple[DataClass, ...]


class Decision(Value):
    """`level` is what may move: `not_answered` unless the outcome is permit.

    `missing` names form fields and questions, such as "review.date" or "art9 for s1 (health)"; a permit has
    none. `refer_to` says who decides a referral. `answers` and `releases` are filled by a permit. `rules`
    names the dated rule set.
    """

    outcome: Outcome
    level: Level = Level.not_answered
    reasons: tuple[Reason, ...] = ()
    missing: tuple[str, ...] = ()
    obligations: tuple[Obligation, ...] = ()
    refer_to: tuple[str, ...] = ()
    answers: tuple[Answer, ...] = ()
    releases: tuple[Release, ...] = ()
    rules: str = ""

    @property
    def permitted(self) -> bool:
        """Whether it may be done."""
        return self.outcome is Outcome.permit
