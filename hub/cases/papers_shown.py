"""Which papers of a case somebody reads, who may open the case: `hub.cases.shown.case_shown` says that.

What an agency found in its own records stands apart until its representative says it: research is not circulated
before a meeting (Toolkit for Marac representatives, pitfalls). What an Idva service keeps of its contact with a
client is that service's alone, under a key of its own, which is used here and nowhere else; and a service reads of
the Marac's papers those that it gave. A paper that is kept from somebody is as one that is not there. Decides
nothing about what leaves the area.
"""

from __future__ import annotations

from typing import Final

from hub.accounts.accounts import Acting
from hub.accounts.organisations import folded
from hub.node.node import Node
from hub.records import papers
from hub.records.cases import CaseDetails, HeldCase
from hub.records.papers import KeptPaper, Paper, PaperKind
from hub.values import Kind

OF_ITS_SUPPLIER: Final = frozenset({PaperKind.research, PaperKind.idva_contact})
"""These are read by the organisation alone whose they are."""


def papers_shown(
    node: Node, acting: Acting, held: HeldCase, kind: PaperKind | None = None
) -> list[KeptPaper]:
    """The papers of a case that they may open, those that they read, the oldest first. Raises RowsError."""
    with node.read() as tx:
        every = papers.of_case(tx, held.row, kind)
        theirs = (one for one in every if reads(acting, held.details, one.paper))
        return [papers.unlocked(tx, one, acting.organisation.id) for one in theirs]


def paper_shown(node: Node, acting: Acting, held: HeldCase, handle: str) -> KeptPaper | None:
    """The paper that an address names; None where there is none, or none for them. Raises RowsError."""
    return next((one for one in papers_shown(node, acting, held) if one.handle == handle), None)


def reads(acting: Acting, case: CaseDetails, paper: Paper) -> bool:
    """Whether they read a paper of a case that they may open. Of its own client a service reads all that it has.

    What another area gave is this Marac's: nobody here supplied it. What its Idva service handed over is the
    service's here alone.
    """
    own = not paper.source and folded(paper.supplier) == folded(acting.organisation.name)
    if acting.organisation.idva_service:
        return own or case.kind is Kind.idva
    if paper.kind is PaperKind.idva_handover:
        return False
    return own or bool(paper.source) or paper.kind not in OF_ITS_SUPPLIER
