"""Answers on one form that cannot both be true, and dates out of order.

Needs no rules and no clock: what is wrong here is wrong on any day. Not here: what is missing (`gaps`).
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

from hub.consent.terms import ADULT_AT_RISK, EVIDENCE, Agreement, Capacity, SignatureRole, answered

if TYPE_CHECKING:
    from hub.consent.form import SharingForm

Contradiction = tuple[str, str]

ANYWHERE = (*ADULT_AT_RISK, "p18_2_reason", "expiry")
"""Evidence that any ground may carry: an adult at risk, why without consent, when an order ends."""

NO_CONFLICT = frozenset(
    {"no", "none", "nil", "no conflict", "no conflicts", "none declared", "no conflict of interest"}
)
"""Ways to write that no interest is declared."""


def contradictions(form: SharingForm) -> Iterator[Contradiction]:
    """The field and what is wrong with it, for each contradiction found."""
    yield from _people(form)
    yield from _grounds(form)
    yield from _dates(form)
    told, interests = form.client_notified, form.conflicts
    if told.notified and answered(told.why_not):
        yield "client_notified.why_not", "contradicts client_notified.notified, which says she was told"
    if not told.notified and told.date is not None:
        yield "client_notified.date", "contradicts client_notified.notified, which says she was not told"
    if interests.declared is False and interest_described(form):
        yield "conflicts.details", "describes an interest, but conflicts.declared says there is none"
    dash = form.dash
    if dash is not None and dash.yes is not None:
        most = (
            24 if "safelives" in dash.tool.casefold() else 27 if "2009" in dash.tool + dash.version else 100
        )
        if dash.yes + dash.dont_know > most:
            yield "dash.yes", f"with dash.dont_know, more answers than the {most} questions of that tool"


def interest_described(form: SharingForm) -> bool:
    """Whether the declaration's details describe an interest rather than say that there is none."""
    details = form.conflicts.details
    return answered(details) and details.strip().rstrip(".").casefold() not in NO_CONFLICT


def _people(form: SharingForm) -> Iterator[Contradiction]:
    refs: set[str] = set()
    for index, person in enumerate(form.subjects):
        if person.ref and person.ref in refs:
            yield f"subjects[{index}].ref", "used for two people on one form"
        refs.add(person.ref)
        if person.agreement is Agreement.given and person.capacity is Capacity.lacks:
            yield f"subjects[{index}].agreement", "given by someone whose capacity is answered as lacking"


def _grounds(form: SharingForm) -> Iterator[Contradiction]:
    seen = set()
    for index, ground in enumerate(form.grounds):
        if ground.key in seen:
            yield f"grounds[{index}].key", f"{ground.key} is ticked twice"
        seen.add(ground.key)
        unknown = sorted(set(ground.evidence) - set(EVIDENCE[ground.key]) - set(ANYWHERE))
        if unknown:
            known = ", ".join(EVIDENCE[ground.key])
            yield f"grounds[{index}].evidence.{unknown[0][:80]}", f"not evidence for {ground.key} ({known})"


def _dates(form: SharingForm) -> Iterator[Contradiction]:
    signed = {signature.role: signature.date for signature in form.signatures if signature.date}
    caseworker, manager = signed.get(SignatureRole.caseworker), signed.get(SignatureRole.manager)
    if caseworker and manager and manager < caseworker:
        yield "signatures[manager].date", "before the caseworker's signature"
    if form.review.date and signed and form.review.date < max(signed.values()):
        yield "review.date", "before the form was signed"
    protocol = form.protocol
    if protocol and protocol.date and protocol.review and protocol.review < protocol.date:
        yield "protocol.review", "before the protocol's own date"
