"""Answers on one form that cannot both be true, and dates out of order.

Needs no rules and no clock: what is wrong here is wrong on any day. The form is read all the same, and stays
incomplete until one of the two answers is corrected. Not here: what is missing (`required_answers`).
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import NamedTuple

from hub.consent.form.form import SharingForm
from hub.consent.form.vocabulary import Capacity, Interest, SignatureRole, VictimAgreement, answered
from hub.consent.verdicts import at_odds


class Contradiction(NamedTuple):
    """The field, what is wrong with it, and the code of its reason."""

    field: str
    why: str
    code: str


CONTRADICTION, DATES = "contradiction", "dates_out_of_order"

NO_CONFLICT = re.compile(
    r"(?:no|none|nil|nothing)"
    r"|(?:none|nothing|nil) (?:known|declared|to declare|identified|noted|recorded)"
    r"|(?:there (?:is|are) )?no (?:known |declared |personal |professional |actual |potential |relevant )*"
    r"(?:conflict|interest|connection|link|relationship)s?(?: of interest)?"
    r"(?: (?:known|declared|to declare|identified|noted|recorded|found))?(?: (?:to me|at present|currently))?"
    r"(?: (?:for|by|among|from) (?:any|all|me|us|the|those|staff)\w*(?: \w+){0,2})?"
)
"""Ways to write that no interest is declared; whatever says more than that describes one."""

OPENS_WITH_NO = re.compile(r"(?:no|none|nil|nothing|nobody|not)\b")
"""Enough where the box itself says that no interest is declared."""


def contradictions(form: SharingForm) -> Iterator[Contradiction]:
    """The field and what is wrong with it, for each contradiction found."""
    yield from _people(form)
    yield from _grounds(form)
    yield from _dates(form)
    yield from _in_other_words(form)
    told = form.client_notified
    if told.notified and answered(told.why_not):
        why = "contradicts client_notified.notified, which says that the victim was told"
        yield Contradiction("client_notified.why_not", why, CONTRADICTION)
    if not told.notified and told.date is not None:
        why = "contradicts client_notified.notified, which does not say that the victim was told"
        yield Contradiction("client_notified.date", why, CONTRADICTION)
    dash = form.dash
    if dash is not None and dash.yes is not None:
        most = (
            24 if "safelives" in dash.tool.casefold() else 27 if "2009" in dash.tool + dash.version else 100
        )
        if dash.yes + dash.dont_know > most:
            why = f"with dash.dont_know, more answers than the {most} questions of that tool"
            yield Contradiction("dash.yes", why, CONTRADICTION)


def interest_described(form: SharingForm) -> bool:
    """Whether an interest is answered as described, or the details describe one rather than say there is none.

    What is answered beside them does not undo a description: people tick the box to say that they have declared.
    """
    given = form.conflicts
    plain = _plain(given.details)
    denied = given.declared is False or given.conflict is Interest.none
    none = OPENS_WITH_NO.match(plain) if denied else NO_CONFLICT.fullmatch(plain)
    return given.conflict is Interest.described or (answered(given.details) and none is None)


def _plain(words: str) -> str:
    return " ".join(words.split()).rstrip(".").casefold()


def _in_other_words(form: SharingForm) -> Iterator[Contradiction]:
    """An answer, and words beside it that say the opposite."""
    for index, advice in enumerate(form.consultations):
        if at_odds(advice):
            why = f"contradicts the words of consultations[{index}].decision"
            yield Contradiction(f"consultations[{index}].decided", why, CONTRADICTION)
    given = form.conflicts
    denied = NO_CONFLICT.fullmatch(_plain(given.details))
    if (given.conflict is Interest.none and interest_described(form)) or (
        given.conflict is Interest.described and denied
    ):
        yield Contradiction("conflicts.conflict", "contradicts conflicts.details", CONTRADICTION)


def _people(form: SharingForm) -> Iterator[Contradiction]:
    refs: set[str] = set()
    for index, person in enumerate(form.subjects):
        if person.ref and person.ref in refs:
            yield Contradiction(f"subjects[{index}].ref", "used for two people on one form", CONTRADICTION)
        refs.add(person.ref)
        if person.agreement is VictimAgreement.given and person.capacity is Capacity.lacks:
            why = "given by someone whose capacity is answered as lacking"
            yield Contradiction(f"subjects[{index}].agreement", why, CONTRADICTION)


def _grounds(form: SharingForm) -> Iterator[Contradiction]:
    seen = set()
    for index, ground in enumerate(form.grounds):
        if ground.key in seen:
            yield Contradiction(f"grounds[{index}].key", f"{ground.key} is ticked twice", CONTRADICTION)
        seen.add(ground.key)


def _dates(form: SharingForm) -> Iterator[Contradiction]:
    signed = {signature.role: signature.date for signature in form.signatures if signature.date}
    caseworker, manager = signed.get(SignatureRole.caseworker), signed.get(SignatureRole.manager)
    if caseworker and manager and manager < caseworker:
        yield Contradiction("signatures[manager].date", "before the caseworker's signature", DATES)
    if form.review.date and signed and form.review.date < max(signed.values()):
        yield Contradiction("review.date", "before the form was signed", DATES)
    protocol = form.protocol
    if protocol and protocol.date and protocol.review and protocol.review < protocol.date:
        yield Contradiction("protocol.review", "before the protocol's own date", DATES)
