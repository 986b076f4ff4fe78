"""Whether the victim is still in our area, as whoever holds the case says of a question that an agreement answered.

Kept as a paper of our case, each answer a new one: yes, moved, or not known. It never says where somebody went, and
has no field for it; it stays here when the case moves. Tells the area that asked nothing.
"""

from __future__ import annotations

from typing import Literal, NamedTuple

from hub.accounts.accounts import Acting
from hub.checks.incoming import Incoming, answered_lately, by_agreement, opened_at
from hub.errors import NotFoundError
from hub.node.node import Node
from hub.node.transaction import Reading
from hub.records import papers
from hub.records.papers import Paper, PaperKind
from hub.store import cases
from hub.values import Value

Answer = Literal["yes", "moved", "not_known"]


class StillHere(Value):
    """An answer. `request`: the address of the question that it is an answer to."""

    request: str
    answer: Answer


class Said(NamedTuple):
    """An answer as it was given: by whom, and when (seconds since 1970)."""

    answer: Answer
    by: str
    at: int


def told_lately(node: Node, acting: Acting, most: int) -> list[tuple[Incoming, Said | None]]:
    """The newest questions that an agreement answered, of cases that they may open, with what was said last.

    Raises UsageError, RowsError.
    """
    found = answered_lately(node, acting, most)
    with node.read() as tx:
        return [(one, said_of(tx, one)) for one in found]


def told_of(node: Node, acting: Acting, address: str) -> Incoming | None:
    """The question that an address names, which an agreement answered; None where there is none for them.

    Raises UsageError, RowsError.
    """
    opened = opened_at(node, acting, address)
    return opened.line if opened is not None and by_agreement(opened.line.request) else None


def say_still_here(node: Node, acting: Acting, address: str, answer: Answer) -> None:
    """Keep an answer with the case of a question. The same by the same person, sent again, is kept once.

    Raises NotFoundError where there is no such question for them, UsageError, RowsError.
    """
    line = told_of(node, acting, address)
    if line is None:
        raise _absent()
    said = StillHere(request=address, answer=answer)
    with node.write() as tx:
        tx.hold_others_off()
        row = cases.find(tx.session, line.request.case.case_digest or b"")
        if row is None:
            raise _absent()
        last = said_of(tx, line)
        if last is not None and (last.answer, last.by) == (answer, acting.account.name):
            return
        paper = Paper(
            kind=PaperKind.still_here,
            body=said.model_dump(mode="json"),
            by=acting.account.name,
            at=tx.now,
            supplier=acting.organisation.name,
            may_follow="no",
        )
        papers.put(tx, row, paper, by=node.actor(acting.account.name))


def said_of(tx: Reading, line: Incoming) -> Said | None:
    """The last answer to a question, if there is one. Raises RowsError."""
    row = cases.find(tx.session, line.request.case.case_digest or b"")
    if row is None:
        return None
    found = None
    for kept in papers.of_case(tx, row, PaperKind.still_here):
        said = StillHere.model_validate(kept.paper.body)
        if said.request == line.address:
            found = Said(said.answer, kept.paper.by, kept.paper.at)
    return found


def _absent() -> NotFoundError:
    return NotFoundError(
        "There is no such request here.", kept="Nothing was changed.", do="See `hub requests list`."
    )
