"""Adding a paper to a case that is open before somebody, in the name of their organisation.

The same paper sent twice is kept once. Whom a victim named in it as not safe to talk to stands on the case from
then on. Decides nothing about what it says.
"""

from __future__ import annotations

from collections.abc import Sequence

from pydantic import BaseModel

from hub.accounts.accounts import Acting
from hub.cases.answers import in_lines
from hub.cases.changes import CaseChange, carry_out
from hub.cases.proposals import Proposal, as_it_is
from hub.cases.publication import PublicationDecisions
from hub.cases.research import Research
from hub.errors import ConflictError
from hub.node.node import Node
from hub.node.transaction import Reading, Transaction
from hub.records import papers
from hub.records.cases import HeldCase, held_case
from hub.records.papers import Paper, PaperKind
from hub.store import cases


def keep_paper(
    node: Node, acting: Acting, held: HeldCase, kind: PaperKind, said: BaseModel, *, supersedes: str = ""
) -> None:
    """Add a paper to a case; `supersedes`: the handle of the one that it corrects, which stays beside it.

    Raises ConflictError where the case is gone, or another corrected that one meanwhile; RowsError.
    """
    unsafe = in_lines(said.not_safe_to_talk_to) if isinstance(said, Research) else ()

    def propose(tx: Reading) -> list[Proposal]:
        rows = cases.of_handles(tx.session, [held.row.handle])
        if not rows:
            raise ConflictError("The case is not here any more.", kept="Nothing.", do="Look for it again.")
        now = held_case(tx, rows[0])
        named = dict.fromkeys((*now.details.not_safe_to_talk_to, *unsafe))
        return [as_it_is(now, not_safe_to_talk_to=tuple(named))]

    def nothing(_: Transaction, __: Sequence[CaseChange]) -> None:
        pass

    def put(tx: Transaction) -> None:
        paper = Paper(
            kind=kind,
            body=said.model_dump(mode="json"),
            by=acting.account.name,
            at=tx.now,
            supplier=acting.organisation.name,
            supersedes=supersedes,
        )
        before = papers.current(papers.of_case(tx, held.row, kind))
        if not any(_same(one.paper, paper) for one in before):
            papers.put(tx, held.row, paper, by=node.actor(acting.account.name))

    carry_out(PublicationDecisions(node), propose, nothing, put)


def _same(one: Paper, other: Paper) -> bool:
    return (one.body, one.supplier, one.by) == (other.body, other.supplier, other.by)
