"""The Domestic Violence Disclosure Scheme: whether it was considered for a case, by whom and why.

It is owed when another area has answered that its Marac knows an alleged perpetrator of the case as one: under the
scheme the police may tell a person at risk of his past, where she asks (right to ask) or where they judge that she
needs it (right to know). Rests on the answer alone, and says nothing of anybody there: no name, number or area.
Discloses nothing and asks nobody; what is recorded stays here when the case moves.
"""

from __future__ import annotations

from typing import Annotated, Literal, NamedTuple

from pydantic import ConfigDict, Field, StringConstraints

from hub.accounts.accounts import Acting
from hub.cases.case_paper import keep_paper
from hub.cases.papers_shown import papers_shown
from hub.cases.shown import checks_shown, of_marac
from hub.node.node import Node
from hub.records.cases import HeldCase
from hub.records.papers import PaperKind
from hub.values import LongText, Value


class SchemeTyped(Value):
    """Whether the scheme was considered for the case, and why it is used or not."""

    model_config = ConfigDict(extra="forbid", hide_input_in_errors=True)

    considered: Literal["yes", "no"] = Field(title="whether the scheme was considered")
    because: Annotated[LongText, StringConstraints(min_length=2)] = Field(title="why")


class SchemeConsidered(SchemeTyped):
    """The same as it is kept: on the answers to which checks (by id)."""

    checks: tuple[str, ...] = ()


class Said(NamedTuple):
    """What was recorded, by whom, and when (seconds since 1970)."""

    said: SchemeConsidered
    by: str
    at: int


def considered(node: Node, acting: Acting, held: HeldCase) -> list[Said]:
    """What was recorded on a case that they may open, the newest first. Raises RowsError."""
    every = papers_shown(node, acting, held, PaperKind.disclosure_scheme)
    return [
        Said(SchemeConsidered.model_validate(one.paper.body), one.paper.by, one.paper.at)
        for one in reversed(every)
    ]


def due(node: Node, acting: Acting, held: HeldCase) -> bool:
    """Whether it is to be considered, by what they may read: an answer that nobody has considered it on.

    For the Marac's coordinators and managers alone, who read the answers. Raises UsageError, RowsError.
    """
    done = {
        check
        for one in considered(node, acting, held)
        if one.said.considered == "yes"
        for check in one.said.checks
    }
    return not done.issuperset(_answers(node, acting, held))


def _answers(node: Node, acting: Acting, held: HeldCase) -> list[str]:
    """The checks that they may read in which an area knows an alleged perpetrator of the case as one."""
    if not of_marac(acting):
        return []
    digest = held.row.ref_digest
    known = checks_shown(node, acting, lambda one: one.perpetrator_known and one.case_digest == digest)
    return sorted(one.check_id for one in known)


def record(node: Node, acting: Acting, held: HeldCase, typed: SchemeTyped) -> None:
    """Keep it as a paper of the case. The same by the same person, sent again, is kept once. Raises RowsError."""
    checks = tuple(_answers(node, acting, held))
    said = SchemeConsidered(considered=typed.considered, because=typed.because, checks=checks)
    keep_paper(node, acting, held, PaperKind.disclosure_scheme, said)
