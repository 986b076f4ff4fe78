"""Which papers of a case somebody reads, who may open the case: `hub.cases.shown.case_shown` says that.

What an agency found in its own records stands apart until its representative says it: research is not circulated
before a meeting (Toolkit for Marac representatives, pitfalls). What an Idva service keeps of its contact with a
client is that service's alone, under a key of its own, which is used here and nowhere else; and a service reads of
the Marac's papers those that it gave. What was found or decided of two cases is read by whoever may open both. A
paper that is kept from somebody is as one that is not there. Decides nothing about what leaves the area.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Sequence
from typing import Final

from hub.accounts.accounts import Acting
from hub.accounts.organisations import folded
from hub.cases.repeat_papers import RepeatPaper
from hub.cases.shown import opener
from hub.node.node import Node
from hub.records import papers
from hub.records.cases import CaseDetails, HeldCase
from hub.records.gists import Gist, by_handle
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
        found = [papers.unlocked(tx, one, acting.organisation.id) for one in theirs]
    return of_cases_known(node, found, _opens(node, acting, found))


Knows = Callable[[Gist], bool]
"""Whether somebody may know of a case."""


def of_cases_known(node: Node, every: Sequence[KeptPaper], knows: Knows) -> list[KeptPaper]:
    """Those papers as far as they are of cases that somebody may know of. Raises RowsError."""
    known = _others(node, every, knows)
    return [one for each in every if (one := _of_known(each, known)) is not None]


def other_cases(node: Node, acting: Acting, every: Sequence[KeptPaper]) -> dict[str, str]:
    """The other cases that papers of who is here already name, of those that they may open: number by handle (hex).

    Raises UsageError, RowsError.
    """
    return _others(node, every, _opens(node, acting, every))


def _opens(node: Node, acting: Acting, every: Sequence[KeptPaper]) -> Knows:
    if not any(one.paper.kind is PaperKind.repeat for one in every):
        return lambda _: False  # Nothing is asked.
    may_open = opener(node, acting)
    return lambda case: may_open(case.row.ref_digest)


def _others(node: Node, every: Sequence[KeptPaper], knows: Knows) -> dict[str, str]:
    said = (RepeatPaper.model_validate(one.paper.body) for one in every if one.paper.kind is PaperKind.repeat)
    named = {handle for one in said for handle in one.named}
    if not named:
        return {}
    with node.read() as tx:
        cases = by_handle(tx)
    return {one: cases[one].case_ref for one in named if one in cases and knows(cases[one])}


def _of_known(kept: KeptPaper, known: Collection[str]) -> KeptPaper | None:
    """A paper as far as it is of cases that they may open; None where nothing of it is."""
    if kept.paper.kind is not PaperKind.repeat:
        return kept
    left = RepeatPaper.model_validate(kept.paper.body).only(known)
    if not left.named:
        return None
    body = left.model_dump(mode="json", exclude_defaults=True)
    return kept._replace(paper=kept.paper.model_copy(update={"body": body}))


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
