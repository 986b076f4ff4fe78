"""What the paper of a case says, matter by matter.

For each the form that was decided on, its obligations with what closed them, and the disclosure log; then
the rows of the record that belong to no matter.

Reads alone. To somebody restricted from a case there is no such case. Not here: laying it out (`hub.pdf`).
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from contextlib import suppress
from dataclasses import replace
from itertools import groupby

from hub.cases.alerts import LOOK_INTO, REVIEW_TELLING, REVIEW_UNSEALING
from hub.cases.disclosure_log import require_case
from hub.consent import SharingForm
from hub.errors import NotFoundError
from hub.node.node import Node
from hub.node.transaction import Reading
from hub.pdf.sharing_form import CasePaper, Filed, Settled
from hub.records import decisions, disclosures
from hub.records.cases import open_person
from hub.records.check import CheckRequest, recorded_check
from hub.records.obligations import evidence_of
from hub.store import cases, obligations
from hub.store.obligations import PUBLISH, ObligationRow
from hub.values import Person, Requester, Role


def case_paper(node: Node, asker: Requester | None, case_ref: str) -> CasePaper:
    """The forms of a case, oldest first, and the log's rows outside of any. Raises as `read_log`."""
    with node.read() as tx:
        digest = require_case(tx, asker, case_ref)
        rows = disclosures.of_case(tx, digest)
        no_form = (LOOK_INTO, REVIEW_TELLING, REVIEW_UNSEALING)
        every = (row for row in obligations.of_case(tx.session, digest) if row.code not in no_form)
        owed = sorted(every, key=lambda row: (row.matter, row.decision_id, row.place))
        matters = {name: list(group) for name, group in groupby(owed, key=lambda row: row.matter)}
        held, asked = _held(tx, digest), _asked(tx, matters)
        papers = []
        for name, group in sorted(matters.items(), key=lambda one: one[1][0].decision_id):
            filed = _filed(tx, group)
            record = tuple(row.shared.sharing for row in rows if row.matter == name)
            people = _by_role(held) if name == PUBLISH else _by_ref(filed.form, asked.get(name))
            papers.append(replace(filed, record=record, people=people))
    rest = tuple(row.shared.sharing for row in rows if row.matter not in matters)
    return CasePaper(tuple(papers), rest, _victims(held))


def _held(tx: Reading, digest: bytes) -> tuple[Person, ...]:
    """The people of the case as this node holds them; nobody where the case is not one of its own."""
    case = cases.find(tx.session, digest)
    rows = cases.people_of(tx.session, case.id) if case else ()
    return tuple(open_person(tx.vault, handle, sealed) for _, handle, sealed in rows)


def _asked(tx: Reading, matters: Iterable[str]) -> dict[str, CheckRequest]:
    """The questions of ours among the matters of a case."""
    found = {}
    for name in matters:
        with suppress(NotFoundError):
            found[name] = recorded_check(tx, name).request
    return found


def _filed(tx: Reading, obligations: list[ObligationRow]) -> Filed:
    """One matter: the decision that its newest review is of, and everything that the matter owes or owed."""
    decision_id = max(obligations, key=lambda row: (row.code == "review", row.decision_id)).decision_id
    decided = decisions.get(tx, decision_id)
    settled = [
        Settled(
            decisions.get(tx, row.decision_id).decision.obligations[row.place],
            closed=row.state == "closed",
            closing=evidence_of(tx, row),
        )
        for row in obligations
    ]
    return Filed(
        form=_completed(settled) or decided.form,
        decision=decided.decision,
        on=decisions.made_on(tx, decision_id),
        owed=tuple(settled),
    )


def _completed(settled: list[Settled]) -> SharingForm | None:
    """The form that was completed after an emergency: it takes the place of the half-filled one."""
    emergencies = [one for one in settled if one.obligation.code == "complete_emergency"]
    return next((one.closing.form for one in emergencies if one.closing is not None), None)


def _victims(people: Iterable[Person]) -> tuple[Person, ...]:
    """Each victim once."""
    return tuple(dict.fromkeys(one for one in people if one.role is Role.victim))


def _by_role(held: Sequence[Person]) -> Mapping[str, tuple[Person, ...]]:
    """The case's own people by their roles, which are the refs of a publication's form."""
    return {role: tuple(one for one in held if one.role is role) for role in Role}


def _by_ref(form: SharingForm, request: CheckRequest | None) -> Mapping[str, tuple[Person, ...]]:
    """Whom a form's subjects stand for: those of our question with the same refs; an only one is its subject.

    The form of a peer's question is about the peer's people: whether one of ours is among them is not for a paper
    to say.
    """
    if request is None:
        return {}
    known = {one.ref: (one,) for one in (request.subject, *request.related) if one.ref}
    if len(form.subjects) == 1 and form.subjects[0].role is request.subject.role:
        known = {form.subjects[0].ref: (request.subject,)} | known
    return known
