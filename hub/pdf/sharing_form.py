"""The paper: completed forms as a tagged PDF (PDF/UA-1), laid out for the case file.

Each form comes with its decision, the signatures' state and the disclosure log. An edge: it renders in
memory and writes nothing. `form_record` is the same content as JSON. Text from the form is data to the
template, never markup. Not here: deciding (`hub.consent`), storing.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from hub.consent import Decision, Obligation, Rules, SharingForm
from hub.consent.evidence import Closing, DisclosureLogEntry
from hub.consent.five_questions import LABELS
from hub.consent.form.form import Asker, Consultation, Recipient, Signature
from hub.consent.form.vocabulary import GroundKey, SignatureRole
from hub.pdf.rendering import rendered
from hub.values import Person

TEMPLATE = Path(__file__).parent / "form.typ"
SIGN_HERE = "................"


@dataclass(frozen=True, slots=True)
class Settled:
    """An obligation and what became of it; without a `closing`, the hub's own record closed it."""

    obligation: Obligation
    closed: bool = False
    closing: Closing | None = None


@dataclass(frozen=True, slots=True)
class Filed:
    """One form of a case file: the form, what was decided on it and when, and what followed.

    `people` maps a subject's ref to whom it stands for; others are left to be written in by hand, for no form holds
    names. `record`: the rows of the disclosure log. `owed`: obligations with their state; None for those of
    the decision, all open.
    """

    form: SharingForm
    decision: Decision
    on: dt.date
    people: Mapping[str, tuple[Person, ...]] = field(default_factory=dict)
    record: tuple[DisclosureLogEntry, ...] = ()
    owed: tuple[Settled, ...] | None = None

    @property
    def settled(self) -> tuple[Settled, ...]:
        """The obligations with their state."""
        return tuple(map(Settled, self.decision.obligations)) if self.owed is None else self.owed


@dataclass(frozen=True, slots=True)
class CasePaper:
    """What is printed of a case: its forms, the rows of the record that belong to none of them, and its victims."""

    forms: tuple[Filed, ...]
    rest: tuple[DisclosureLogEntry, ...] = ()
    victims: tuple[Person, ...] = ()


def form_record(form: SharingForm, decision: Decision, on: dt.date) -> dict[str, Any]:
    """The form, the decision and the day it was made, as JSON values for the record."""
    return {
        "on": on.isoformat(),
        "form": form.model_dump(mode="json"),
        "decision": decision.model_dump(mode="json"),
    }


def form_pdf(form: SharingForm, decision: Decision, rules: Rules, on: dt.date) -> bytes:
    """One completed form as it was decided, before anything followed. Raises `PaperError`."""
    return case_pdf(CasePaper((Filed(form, decision, on),)), rules, on)


def case_pdf(paper: CasePaper, rules: Rules, on: dt.date) -> bytes:
    """The paper as PDF/UA-1 bytes, printed on that day: the same input, the same bytes. Raises `PaperError`."""
    page = {
        "papers": [_page(one, rules) for one in paper.forms],
        "rest": _record(paper.rest),
        "victims": [[_name(one), one.date_of_birth or "not known"] for one in paper.victims],
    }
    return rendered(TEMPLATE, page, on)


def _page(filed: Filed, rules: Rules) -> dict[str, Any]:
    form, decision = filed.form, filed.decision
    told, review = form.client_notified, form.review
    return {
        **form_record(form, decision, filed.on),
        "reasons": [[item.text, item.source] for item in decision.reasons if item.code not in LABELS],
        "from": _agency(form.requester),
        "to": _agency(form.recipient),
        "purpose": _words(form.purpose or ""),
        "people": _people(filed),
        "risk": [
            [row.who, row.from_whom, row.concerns, row.immediate, row.identified_by] for row in form.risk
        ],
        "dash": _dash(form),
        "protocol": _protocol(form),
        "grounds": _grounds(form, rules),
        "answers": _answers(decision),
        "balancing": ", ".join(_words(tick) for tick in form.balancing) or "nothing",
        "consultations": [
            [advice.kind, advice.who, _day(advice.date), advice.advice, _decided(advice)]
            for advice in form.consultations
        ],
        "notice": [
            {True: "yes", False: "no", None: ""}[told.notified],
            _day(told.date),
            told.why_not or ("told" if told.notified else ""),
            _day(review.date),
            review.owner,
        ],
        "record": _record(filed.record)
        or [[SIGN_HERE, _agency(form.recipient), SIGN_HERE, _authority(form, rules), SIGN_HERE]],
        "signatures": [_signature(form.signature(role), role, filed.settled) for role in SignatureRole],
        "obligations": [
            [_day(one.obligation.due) or "always", one.obligation.text, _state(one)] for one in filed.settled
        ],
    }


def _decided(advice: Consultation) -> str:
    return "; ".join(filter(None, (_words(advice.decided or ""), advice.decision)))


def _agency(party: Asker | Recipient) -> str:
    kind = _words(party.agency_kind or "")
    who = [party.name, _words(party.role or "")] if isinstance(party, Asker) else [party.node_id or ""]
    return ", ".join(part for part in (*who, party.agency, kind) if part)


def _people(filed: Filed) -> list[list[str]]:
    """A row for everyone whom a subject of the form stands for."""
    nobody = (None,)
    return [
        [
            f"{subject.ref or number}: {subject.role}",
            _name(person) if person else SIGN_HERE * 2,
            (person.date_of_birth or "not known") if person else SIGN_HERE,
            ", ".join(subject.data),
            _words(subject.agreement or "not answered")
            + (f", {subject.agreed_on}" if subject.agreed_on else "")
            + (f"; no consent because {subject.p18_2_reason}" if subject.p18_2_reason else ""),
            _words(subject.capacity),
            "yes" if subject.aware else "no",
        ]
        for number, subject in enumerate(filed.form.subjects, 1)
        for person in filed.people.get(subject.ref) or nobody
    ]


def _name(person: Person) -> str:
    return " ".join(part for part in (person.given_names, person.surname) if part) or "not known"


def _words(key: str) -> str:
    return str(key).replace("_", " ")


def _day(day: dt.date | None) -> str:
    return day.isoformat() if day else ""


def _dash(form: SharingForm) -> str:
    dash = form.dash
    if dash is None or dash.yes is None:
        return "not completed"
    tool = " ".join(part for part in (dash.tool, dash.version) if part) or "tool not named"
    return f"{dash.yes} yes, {dash.dont_know} don't know ({tool})"


def _protocol(form: SharingForm) -> str:
    if form.protocol is None:
        return "no"
    covers = ", ".join(_words(purpose) for purpose in form.protocol.covers) or "nothing"
    return f"yes: {form.protocol.ref} of {_day(form.protocol.date) or 'no date'}, covers {covers}"


def _grounds(form: SharingForm, rules: Rules) -> list[list[str]]:
    """All nine boxes of the form, ticked or not, with today's law beside the printed words."""
    ticked = {ground.key: ground for ground in form.grounds}
    rows = []
    for key in GroundKey:
        rule, ground = rules.law.grounds[key], ticked.get(key)
        shown = (
            [f"{_words(name)}: {text}" for name, text in sorted(ground.evidence.items())] if ground else []
        )
        state = "yes" if ground else "no"
        cited = rule.cited if ground else "-"
        rows.append([state, rule.label, cited, "; ".join(shown) or ("none given" if ground else "-")])
    return rows


def _answers(decision: Decision) -> list[list[str]]:
    """The five questions in their order, one row for each distinct answer, with everyone it is given for."""
    grouped: dict[tuple[str, str, str], dict[str, list[str]]] = {}
    for item in decision.answers:
        classes = grouped.setdefault((item.question, item.answer, item.source), {})
        classes.setdefault(item.subject, []).append(item.data)
    order = list(LABELS)
    return [
        [LABELS[question], _whom(classes), answer, source]
        for (question, answer, source), classes in sorted(
            grouped.items(), key=lambda row: order.index(row[0][0])
        )
    ]


def _whom(classes: Mapping[str, Sequence[str]]) -> str:
    """The people of an answer, those of the same classes of data together: "s1, s2 (identity); s3 (risk)"."""
    alike: dict[str, list[str]] = {}
    for ref, data in classes.items():
        alike.setdefault(", ".join(filter(None, data)), []).append(ref)
    whom = (", ".join(filter(None, refs)) + (f" ({data})" if data else "") for data, refs in alike.items())
    return "; ".join(filter(None, whom)) or "all"


def _authority(form: SharingForm, rules: Rules) -> str:
    if form.grounds:
        return "; ".join(rules.law.grounds[ground.key].label for ground in form.grounds)
    return f"protocol {form.protocol.ref}" if form.protocol else ""


def _record(rows: Sequence[DisclosureLogEntry]) -> list[list[str]]:
    """The log's rows; of who was asked without giving the name that is said."""
    return [
        [
            _day(row.date),
            ", ".join(
                part
                for part in (row.agency, row.person if row.told else "asked without giving the name")
                if part
            ),
            row.method or SIGN_HERE,
            row.authority or SIGN_HERE,
            row.response or ("none yet" if row.told else "-"),
        ]
        for row in rows
    ]


def _state(settled: Settled) -> str:
    if not settled.closed:
        return "open"
    if settled.closing is None:
        return "done: see the record"
    by, text = settled.closing.by.name, settled.closing.text
    return f"done by {by} on {_day(settled.closing.on)}" + (f": {text}" if text else "")


def _signature(signature: Signature | None, role: SignatureRole, obligations: Sequence[Settled]) -> list[str]:
    """A signature as it stands on the form, or a manager's who countersigned later."""
    if signature is None:
        waits = next((one for one in obligations if one.obligation.code == "countersign"), None)
        if waits is None or role is not SignatureRole.manager:
            return [role, SIGN_HERE, SIGN_HERE, "not signed"]
        if waits.closing is not None:
            return [role, waits.closing.by.name, _day(waits.closing.on), "countersigned"]
        return [role, SIGN_HERE, SIGN_HERE, f"to countersign by {_day(waits.obligation.due)}"]
    state = "signed" if signature.date else "signed, not dated"
    return [role, signature.name, _day(signature.date), state]
