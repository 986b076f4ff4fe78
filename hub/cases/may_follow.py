"""What of a case may go to another area, paper by paper: whose each is, whether it may, and what its supplier said.

What its supplier did not let go stays: the other area reads who holds it. The supplier is asked, which is tracked:
a paper of the case says who was asked for what, to which area, and what they answered; somebody is owed it until
then. What an Idva service keeps is that service's alone, and "no" stays no. Releases nothing by itself.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Final, Literal

from hub.cases.owed import ASKED, Because, owe, settle
from hub.cases.packing import STAYS
from hub.consent import Obligation
from hub.errors import InputError, NotFoundError
from hub.node.node import Node
from hub.node.transaction import Reading, Transaction
from hub.records import papers
from hub.records.cases import HeldCase
from hub.records.papers import SERVICES_OWN, KeptPaper, Paper, PaperKind
from hub.store.obligations import Activity
from hub.values import NodeId, Requester, ShortText, Value
from hub.wire.transfers import Permitted

ASK_DAYS: Final = 3
"""CHOICE: by then the supplier has been asked, and has answered."""
ASK_SUPPLIER: Final = "ask_supplier"


class SupplierAsked(Value):
    """That a supplier was asked whether a paper of theirs may go to an area, and what they said.

    `by`: who there said it, `on`: on which day.
    """

    paper: ShortText
    supplier: ShortText
    to: NodeId
    answer: Literal["", "allowed", "refused"] = ""
    by: ShortText = ""
    on: dt.date | None = None

    @property
    def allowed(self) -> Permitted | None:
        """Their word that it may go."""
        if self.answer != "allowed" or self.on is None:
            return None
        return Permitted(by=f"{self.by}, {self.supplier}"[:200], date=self.on)


@dataclass(frozen=True, slots=True)
class MayGo:
    """A paper as whoever decides sees it. `asked`: what its supplier was asked of it, for that area.

    `held_by`: who keeps it, so that it stays; empty where it may go.
    """

    kept: KeptPaper
    held_by: str
    asked: SupplierAsked | None

    @property
    def may_ask(self) -> bool:
        """Whether its supplier can be asked: they said neither yes nor no."""
        paper = self.kept.paper
        return bool(self.held_by) and paper.may_follow == "ask" and paper.kind not in SERVICES_OWN

    @property
    def state(self) -> Literal["goes", "stays", "not_asked", "waits", "refused"]:
        """How far it is with its supplier."""
        if not self.held_by:
            return "goes"
        if self.asked is None:
            return "not_asked" if self.may_ask else "stays"
        return "waits" if self.waits else "refused"

    @property
    def waits(self) -> bool:
        """Whether the supplier was asked, and has not answered."""
        return self.asked is not None and not self.asked.answer


def may_go(tx: Reading, held: HeldCase, to: NodeId) -> list[MayGo]:
    """The papers of a case that another area may be given, the oldest first. Raises RowsError."""
    every = papers.current(papers.of_case(tx, held.row))
    said = _said(every, to)
    return [
        MayGo(one, _held_by(one.paper, said.get(one.handle)), said.get(one.handle))
        for one in every
        if one.paper.kind not in STAYS
    ]


def words_of(rows: Iterable[MayGo]) -> dict[str, Permitted]:
    """By the handles of papers, the words of suppliers who let them go, as papers are packed by them."""
    said = ((one.kept.handle, one.asked.allowed) for one in rows if one.asked is not None)
    return {handle: word for handle, word in said if word is not None}


def ask_supplier(node: Node, held: HeldCase, handle: str, to: NodeId, by: Requester) -> SupplierAsked:
    """Note that the supplier of a paper is asked whether it may go to an area. Asked twice, it is asked once.

    Raises NotFoundError where there is no such paper, InputError where nobody is asked about it.
    """
    with node.write() as tx:
        tx.hold_others_off()
        one = _one(tx, held, handle, to)
        if one.asked is not None:
            return one.asked
        if not one.may_ask:
            raise InputError(
                "Nobody is asked about this paper: it may go already, or it stays with whose it is.",
                kept="Nothing was asked.",
                do="Tell the other area who holds it.",
            )
        paper = one.kept.paper
        said = SupplierAsked(paper=handle, supplier=paper.supplier, to=to)
        _keep(tx, held, said, by, "")
        area = node.areas.get(to)
        text = (
            f"Ask {paper.supplier} whether their {_called(paper)} on this case may go to"
            f" {area.area if area else to}, and write down who said what. Until then it stays, and the other area"
            " reads that they hold it."
        )
        owed = Obligation(code=ASK_SUPPLIER, text=text, due=tx.today + dt.timedelta(days=ASK_DAYS))
        owe(tx, _matter(held, said), Because(ASKED, held.details.case_ref, by), owed)
        return said


def supplier_answered(node: Node, held: HeldCase, said: SupplierAsked, by: Requester) -> SupplierAsked:
    """Keep what a supplier said. Raises NotFoundError where nobody asked them, InputError for half an answer."""
    if not said.answer or not said.by.strip() or said.on is None or said.on > node.today():
        raise InputError(
            "It is not said what they answered, who there said it, and on which day up to today.",
            kept="Nothing was changed.",
            do="Say all three.",
        )
    with node.write() as tx:
        tx.hold_others_off()
        one = _one(tx, held, said.paper, said.to)
        if one.asked is None:
            raise NotFoundError("They were not asked yet.", kept="Nothing was changed.", do="Ask them first.")
        answered = said.model_copy(update={"supplier": one.asked.supplier})
        if one.asked == answered:
            return answered
        _keep(tx, held, answered, by, _handle_of(tx, held, one.asked))
        settle(tx, _matter(held, answered), ASK_SUPPLIER)
        return answered


def _held_by(paper: Paper, said: SupplierAsked | None) -> str:
    if paper.kind in SERVICES_OWN or paper.may_follow == "no":
        return paper.supplier
    goes = paper.may_follow == "yes" or (said is not None and said.answer == "allowed")
    return "" if goes else paper.supplier


def _called(paper: Paper) -> str:
    return paper.kind.value.replace("_", " ")


def _said(every: Iterable[KeptPaper], to: NodeId) -> dict[str, SupplierAsked]:
    """What suppliers were asked for that area, by the handle of the paper."""
    found = (
        SupplierAsked.model_validate(one.paper.body)
        for one in every
        if one.paper.kind is PaperKind.records_request
    )
    return {one.paper: one for one in found if one.to == to}


def _one(tx: Reading, held: HeldCase, handle: str, to: NodeId) -> MayGo:
    one = next((each for each in may_go(tx, held, to) if each.kept.handle == handle), None)
    if one is None:
        raise NotFoundError("There is no such paper on this case.", kept="Nothing.", do="See its papers.")
    return one


def _handle_of(tx: Reading, held: HeldCase, asked: SupplierAsked) -> str:
    every = papers.current(papers.of_case(tx, held.row, PaperKind.records_request))
    return next(one.handle for one in every if SupplierAsked.model_validate(one.paper.body) == asked)


def _keep(tx: Transaction, held: HeldCase, said: SupplierAsked, by: Requester, before: str) -> None:
    body = said.model_dump(mode="json", exclude_defaults=True)
    paper = Paper(
        kind=PaperKind.records_request,
        body=body,
        by=by.name,
        at=tx.now,
        supplier=by.agency or tx.node.settings.agency,
        may_follow="no",
        supersedes=before,
    )
    papers.put(tx, held.row, paper, by=tx.node.actor(by.name) if by.name else tx.node.acts_as)


def _matter(held: HeldCase, said: SupplierAsked) -> Activity:
    return Activity(held.row.ref_digest, f"supplier:{said.paper}:{said.to}")
