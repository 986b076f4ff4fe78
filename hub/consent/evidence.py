"""Obligations after the decision: which are due, and what evidence still lacks to close one.

Pure: whoever keeps them passes them in. Overdue obligations are escalated by the caller and never block a
check, an emergency or a transfer: nothing here is asked by `decide`. Not here: creating them (`obligations`).
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from typing import Annotated, Final

from pydantic import Field

from hub.consent.context import NO_CONTEXT, Context, same
from hub.consent.decide import decide
from hub.consent.decision import Decision, Obligation
from hub.consent.form.form import SharingForm
from hub.consent.form.vocabulary import SignatureRole, answered
from hub.consent.rules.rules import Rules
from hub.values import LongText, Requester, RequesterRole, ShortText, Value

_REVIEWS: Final = {
    "review_unsealing": "unsealed",
    "review_telling": "decided to tell",
}
"""What a manager did that another reviews."""
_FOR_MANAGERS: Final = frozenset({"look_into_restricted", "look_into_area", *_REVIEWS})
RECORD = ("person", "method", "authority")
"""What the printed form's record asks of each recipient besides the date and the agency."""


class DisclosureLogEntry(Value):
    """One recipient's row of the form's record, with its response or that none came.

    `told` false: nothing was disclosed to the agency (it was asked without the name, or in the end not at all).
    """

    date: dt.date
    agency: ShortText
    person: ShortText = ""
    method: ShortText = ""
    authority: LongText = ""
    response: LongText = ""
    told: bool = True


class Closing(Value):
    """What closes an obligation: who, when, and what was done or why not.

    `sharings`: rows of the record, or their missing parts. `form`: the completed form after an emergency.
    """

    by: Requester
    on: dt.date
    text: LongText = ""
    sharings: Annotated[tuple[DisclosureLogEntry, ...], Field(max_length=200)] = ()
    form: SharingForm | None = None


@dataclass(frozen=True, slots=True)
class OpenObligation:
    """An open obligation, the form that was decided on, when and for which case, and the record so far."""

    obligation: Obligation
    form: SharingForm
    made: dt.date
    case_ref: str = ""
    rows: tuple[DisclosureLogEntry, ...] = ()


def due(obligations: Iterable[Obligation], on: dt.date) -> tuple[Obligation, ...]:
    """Those due by that day, the longest overdue first.

    One without a date is never due: it applies throughout.
    """
    dated = [(item.due, item.code, item) for item in obligations if item.due is not None and item.due <= on]
    return tuple(item for _, _, item in sorted(dated, key=lambda entry: entry[:2]))


def lacking(
    obligation: OpenObligation, closing: Closing, rules: Rules, today: dt.date, known: Context = NO_CONTEXT
) -> tuple[str, ...]:
    """The parts that the evidence still lacks to close the obligation; with none it closes.

    `known`: what the node knows that decides on a completed form, as its agreements.
    """
    found = [] if answered(closing.by.name) else ["by.name"]
    found += _dates(obligation, closing, today)
    code = obligation.obligation.code
    rows = merged(obligation.rows, closing.sharings)
    if code in _FOR_MANAGERS and closing.by.role is not RequesterRole.manager:
        found.append("by.role: a manager")
    if code in _REVIEWS and same(closing.by.name, obligation.form.requester.name):
        found.append(f"by.name: another person than who {_REVIEWS[code]}")
    if code == "countersign":
        return (*found, *_countersigned(obligation.form, closing))
    if code == "record_recipients":
        return (*found, *unrecorded(obligation.form, rows))
    if code == "complete_emergency":
        return (*found, *_completed(obligation, closing, rules, min(closing.on, today), known))
    if code == "review":
        told = [row for row in rows if row.told]
        found += _lacks(told, [row.agency for row in told], ("response",))
    return (*found, *([] if answered(closing.text) else ["text"]))


def unrecorded(form: SharingForm, rows: Iterable[DisclosureLogEntry]) -> tuple[str, ...]:
    """The parts that the log lacks: a row for the agency that the form names, and the parts of each recipient's."""
    rows = tuple(rows)
    named = [form.recipient.agency] if form.recipient.agency else []
    return tuple(_lacks(rows, [*named, *(row.agency for row in rows)], RECORD))


def merged(
    rows: Sequence[DisclosureLogEntry], more: Iterable[DisclosureLogEntry]
) -> tuple[DisclosureLogEntry, ...]:
    """The record with further rows; one that only adds to a row of the same day and agency completes it.

    Nothing that was recorded is changed, and adding the same again changes nothing.
    """
    record = list(rows)
    for new in more:
        for at, old in enumerate(record):
            if completes(old, new):
                record[at] = completed(old, new)
                break
        else:
            record.append(new)
    return tuple(record)


def completes(old: DisclosureLogEntry, new: DisclosureLogEntry) -> bool:
    """Whether a row says nothing against an earlier one of the same day and agency."""
    parts = (*RECORD, "response")
    alike = same(old.agency, new.agency) and (old.date, old.told) == (new.date, new.told)
    return alike and all(
        getattr(new, name) in ("", getattr(old, name)) or not getattr(old, name) for name in parts
    )


def completed(old: DisclosureLogEntry, new: DisclosureLogEntry) -> DisclosureLogEntry:
    """The earlier row with what it left empty."""
    empty = [name for name in (*RECORD, "response") if not getattr(old, name)]
    return old.model_copy(update={name: getattr(new, name) for name in empty})


def authority_of(decision: Decision) -> str:
    """The legal authority of a permit in words: its protocol, the grounds that stand, or the emergency."""
    carried = [
        reason.text if reason.code == "protocol" else f"{reason.text} ({reason.source})"
        for reason in decision.reasons
        if reason.code in ("protocol", "emergency") or reason.code.startswith("ground_")
    ]
    return " ".join(dict.fromkeys(carried))


def _dates(obligation: OpenObligation, closing: Closing, today: dt.date) -> list[str]:
    """Evidence is of a day between the decision and today."""
    found = []
    if closing.on < obligation.made:
        found.append("on: not before the decision")
    if closing.on > today:
        found.append("on: not after today")
    return found + [
        f"sharings[{row.agency}].date: not after today" for row in closing.sharings if row.date > today
    ]


def _countersigned(form: SharingForm, closing: Closing) -> list[str]:
    signature = form.signature(SignatureRole.caseworker)
    caseworker = signature.name if signature else form.requester.name
    found = [] if closing.by.role is RequesterRole.manager else ["by.role: a manager"]
    if same(closing.by.name, caseworker):
        found.append("by.name: another person than the caseworker")
    return found


def _completed(
    obligation: OpenObligation, closing: Closing, rules: Rules, on: dt.date, known: Context
) -> list[str]:
    """The completed form has to stand without the emergency, for the same purpose and people."""
    form, earlier = closing.form, obligation.form
    if form is None:
        return ["form"]
    found = [] if form.purpose is earlier.purpose else ["form.purpose: the one that was decided on"]
    if {one.ref for one in form.subjects} != {one.ref for one in earlier.subjects}:
        found.append("form.subjects: the people who were decided on")
    decision = decided_when_calm(obligation, form, rules, on, known)
    if not decision.permitted:
        found += [f"form.{name}" for name in decision.missing]
        if not decision.missing:
            found += [f"form: {reason.code}" for reason in decision.reasons]
    return found


def decided_when_calm(
    obligation: OpenObligation, form: SharingForm, rules: Rules, on: dt.date, known: Context
) -> Decision:
    """What is decided on a form that completes an emergency's: without the emergency."""
    calm = form.model_copy(update={"emergency": None})
    context = replace(known, case_ref=obligation.case_ref, tells=False, recipient_known=True)
    return decide(calm, rules, on, context)


def _lacks(
    rows: Sequence[DisclosureLogEntry], recipients: Iterable[str], parts: tuple[str, ...]
) -> list[str]:
    """Each recipient needs a row with the named parts; one that was not told needs no more than saying so."""
    found: list[str] = []
    for recipient in dict.fromkeys(" ".join(name.split()) for name in recipients):
        theirs = [row for row in rows if same(row.agency, recipient)]
        told = [
            [f"sharings[{recipient}].{part}" for part in parts if not answered(getattr(row, part))]
            for row in theirs
            if row.told
        ]
        if told:
            fullest: list[str] = min(told, key=len)
            found += fullest
        elif not theirs:
            found.append(f"sharings[{recipient}]")
    return list(dict.fromkeys(found))
