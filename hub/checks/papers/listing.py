"""The requests for papers that somebody may know of, both ways, and those that wait for somebody here."""

from __future__ import annotations

from dataclasses import dataclass

from hub.accounts.accounts import Acting
from hub.cases.access import restrictions_on
from hub.cases.shown import asker_of, opener
from hub.node.node import Node
from hub.records.papers_requests import PapersRequest, every_papers_request
from hub.values import Requester


@dataclass(frozen=True, slots=True)
class PapersLine:
    """One of them. `late`: its day has passed with no answer.

    `unsettled`: the two areas say different things, or the other has not heard yet how ours ended it.
    """

    request: PapersRequest
    late: bool
    unsettled: bool

    @property
    def waits(self) -> bool:
        """Whether somebody here has to do something: answer it, or ring."""
        one = self.request
        return self.unsettled or (one.open and (one.direction == "in" or self.late))


def papers_requests_for(node: Node, by: Requester | None) -> list[PapersLine]:
    """Those that somebody may know of, the newest first. Raises UsageError, RowsError."""
    with node.read() as tx:
        every, today = every_papers_request(tx), tx.today
    restrictions = restrictions_on(node, by)

    def known(one: PapersRequest) -> bool:
        if restrictions.restricts(bytes.fromhex(one.case)):
            return False
        return not (restrictions.any and restrictions.concern((one.question.subject,)))

    return [
        PapersLine(one, one.open and one.needed_by < today, _unsettled(one)) for one in every if known(one)
    ]


def _unsettled(one: PapersRequest) -> bool:
    """An area that was brought back from a backup knows of no request, and takes no answer to it."""
    return one.differs or not (one.open or one.told)


def papers_requests_shown(node: Node, acting: Acting) -> list[PapersLine]:
    """Those that somebody with an account may know of: of the cases that they may open. Raises likewise."""
    may_open = opener(node, acting)
    found = papers_requests_for(node, asker_of(acting))
    return [one for one in found if may_open(bytes.fromhex(one.request.case))]


def papers_request_shown(node: Node, acting: Acting, number: str) -> PapersLine | None:
    """The one of that id; None where there is none for them. Raises likewise."""
    return next((one for one in papers_requests_shown(node, acting) if one.request.id == number), None)
