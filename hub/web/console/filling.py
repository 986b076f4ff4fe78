"""Filling in a sharing form, a question a page: which comes next, what an answer lacks, and what it all comes to.

The engine says what is missing and why (`hub.consent`); a page is found for it (`questions`). What the form is for,
the question about a case or what is owed after an emergency, is a `Filling` of its own. No HTTP here.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from enum import StrEnum
from typing import Final, Protocol

from hub.consent import Decision, Outcome, Reason, Rules, VictimAgreement
from hub.consent.form.form import Consultation, Subject
from hub.consent.form.vocabulary import answered
from hub.web.console.form_draft import Draft, FormTyped, Typed
from hub.web.console.language import gettext, mark
from hub.web.console.questions import EVIDENCE_WORDS, ROWS, Question, every_question, question_called
from hub.web.typed.questions import KNOWN_AND_NOT

_SIGNS: Final = re.compile(r"signatures\[manager\].*")


class Filling(Protocol):
    """What a form is filled in for."""

    @property
    def rules(self) -> Rules:
        """The rules of the day."""

    def wanting(self, typed: FormTyped) -> list[Decision]:
        """What the engine says of it, and of all that is wanted of a person later too."""

    def decisions(self, typed: FormTyped) -> list[Decision]:
        """What it would decide."""

    def stands(self, typed: FormTyped) -> bool:
        """Whether a refusal stands, whatever the form says besides."""


class Comes(StrEnum):
    """What a form comes to."""

    permitted = "permitted"
    missing = "missing"
    manager_signs = "manager_signs"
    refused = "refused"
    referred = "referred"
    stands = "stands"


@dataclass(frozen=True)
class Verdict:
    """What the engine says of a form as it stands. `to`: whom to go to; `reasons`: why, with their sources."""

    comes: Comes
    reasons: tuple[Reason, ...] = ()
    to: tuple[str, ...] = ()

    @property
    def stops(self) -> bool:
        """Whether no further answer of who fills it in is wanted now."""
        return self.comes in (Comes.refused, Comes.referred, Comes.stands)


def verdict_of(filling: Filling, typed: FormTyped) -> Verdict:
    """What a form comes to: of its questions, the least."""
    found = filling.decisions(typed)
    for outcome, comes in ((Outcome.refuse, Comes.refused), (Outcome.refer, Comes.referred)):
        if there := [one for one in found if one.outcome is outcome]:
            to = dict.fromkeys(who for one in there for who in one.refer_to)
            why = [reason for one in there for reason in one.reasons if reason.field not in one.missing]
            return Verdict(comes, _once(why), tuple(to))
    if filling.stands(typed):
        return Verdict(Comes.stands)
    reasons = _once(reason for one in found for reason in one.reasons)
    missing = [name for one in found for name in one.missing]
    if missing and all(map(_SIGNS.fullmatch, missing)):
        signs = [reason for reason in reasons if _SIGNS.fullmatch(reason.field)]
        return Verdict(Comes.manager_signs, tuple(signs))
    if missing:
        return Verdict(Comes.missing, tuple(one for one in reasons if one.field in missing))
    return Verdict(Comes.permitted, reasons)


def _once(reasons: Iterable[Reason]) -> tuple[Reason, ...]:
    """Each once: what is said of two people alike is read once."""
    return tuple({(one.text, one.source): one for one in reasons}.values())


def next_question(filling: Filling, draft: Draft) -> Question | None:
    """What is asked next: of what the engine misses the first that a page has; None where none is wanted."""
    typed = draft.value
    if verdict_of(filling, typed).stops:
        return None
    if _says_who_else(typed):
        return question_called("others", filling.rules)
    pages = every_question(filling.rules)
    for name in missing(filling, typed):
        for page in pages:
            if page.is_settled_here(name) or (page.may_help(name) and page.slug not in draft.trail):
                return page
    return None


def _says_who_else(typed: FormTyped) -> bool:
    """Of somebody who refused it is said who else is at risk, as the printed form's table has it."""
    return any(
        one.agreement is VictimAgreement.refused and one.only_self_at_risk is None for one in typed.subjects
    )


def missing(filling: Filling, typed: FormTyped) -> list[str]:
    """What the engine misses, in its order, each once."""
    return list(dict.fromkeys(name for one in filling.wanting(typed) for name in one.missing))


def why_asked(filling: Filling, draft: Draft, page: Question) -> tuple[Reason, ...]:
    """Why a page is asked, by the engine and its sources: what it would say were the page left open."""
    return _once(
        reason
        for one in filling.wanting(draft.without(page))
        for reason in one.reasons
        if reason.field in one.missing and page.is_settled_here(reason.field)
    )


def still_misses(filling: Filling, draft: Draft, page: Question) -> tuple[Reason, ...]:
    """What the engine misses now that an answer on that page may help."""
    return _once(
        reason
        for one in filling.wanting(draft.value)
        for reason in one.reasons
        if reason.field in one.missing
        and page.may_help(reason.field)
        and not page.is_settled_here(reason.field)
    )


def lacks_of(filling: Filling, draft: Draft, page: Question, typed: Typed) -> Iterator[tuple[str, str]]:
    """What an answer still lacks, by the engine: the field, and a sentence."""
    for one in filling.wanting(draft.value):
        for reason in one.reasons:
            if reason.field in one.missing and page.is_settled_here(reason.field):
                yield _sentence(page, reason, typed)
    value = draft.value
    if page.slug == "others" and _says_who_else(value):
        yield page.fields[0], gettext(page.lacks)


def _sentence(page: Question, reason: Reason, typed: Typed) -> tuple[str, str]:
    if page.ground is None:
        left_open = not any(typed.get(name) for name in page.fields)
        return _first(page, typed), gettext(page.lacks) if page.lacks and left_open else reason.text
    asked = reason.field.rsplit(".", 1)[-1]
    name = f"grounds.{ROWS[page.ground]}.evidence.{asked}"
    if any(answered(text) for text in typed.get(name, ())):
        said = mark("This shows nothing as it is written: %(question)s")
    else:
        said = mark("Answer: %(question)s")
    return name, gettext(said, question=gettext(EVIDENCE_WORDS.get(asked, asked.replace("_", " "))))


def _first(page: Question, typed: Typed) -> str:
    """The field of a page that an error leads to."""
    return next((name for name in page.fields if name in typed), page.fields[0].replace("*", "0"))


def wrong_with(page: Question, typed: FormTyped) -> Iterator[tuple[str, str]]:
    """What the answers of a page say against each other, or leave open: the field, and a sentence."""
    advice = (*typed.consultations, Consultation())[0]
    alone = (*typed.subjects, Subject())[0].only_self_at_risk
    unnamed = alone is False and not any(answered(one.who) for one in typed.risk)
    interest, described = typed.conflicts.declared, answered(typed.conflicts.details)
    left_open: dict[str, dict[str, tuple[bool, str]]] = {
        "asked": {
            "people": (not typed.people, mark("Tick somebody to ask about")),
            "areas": (not typed.areas, mark("Tick an area to ask")),
        },
        "others": {"risk.0.who": (unnamed, mark("Say who else is at risk"))},
        "advice": {
            "consultations.0.who": (
                not answered(advice.who),
                mark("Write who was consulted, with their office"),
            ),
            "consultations.0.date": (advice.date is None, mark("Write when they were")),
            "consultations.0.decided": (advice.decided is None, mark("Choose what was decided")),
        },
        "receiver": {"recipient.agency_kind": (typed.recipient.agency_kind is None, page.lacks)},
        "interest": {
            "conflicts.details": (interest is True and not described, mark("Say how you know them")),
            "conflicts.declared": (interest is False and described, KNOWN_AND_NOT),
        },
    }
    for name, (is_open, text) in left_open.get(page.slug, {}).items():
        if is_open:
            yield name, gettext(text)
