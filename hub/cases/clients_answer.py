"""What a client of an Idva service said when she was asked whether another service may be asked about her.

She is asked in words that are read aloud, each time the same; where nobody is sure that she is alone she is not
asked. Her answer is a paper of her case, with the basis that it was asked on, who asked and when. What follows for
a question is the engine's (`hub.consent`): this says what she said. Pure but for keeping it.
"""

from __future__ import annotations

from typing import Final, Literal

from pydantic import Field

from hub.accounts.accounts import Acting
from hub.cases.shown import case_shown
from hub.consent import VictimAgreement
from hub.errors import InputError, NotFoundError
from hub.node.node import Node
from hub.node.transaction import Reading
from hub.records import papers
from hub.records.cases import HeldCase
from hub.records.papers import Paper, PaperKind
from hub.values import Kind, ShortText, Value

EDITION: Final = "2026-11"
"""Of the words that are read aloud (`hub.web.typed.clients_answer`): a paper says which she heard."""
Said = Literal["yes", "no", "only_this", "not_now", "not_alone"]


class ClientsAnswer(Value):
    """Her answer. `service`: of "only this service", which. `basis`: what a question rests on, in words.

    `not_alone`: it is not sure that she is, so she was not asked; a safe call is arranged. `others_at_risk`: of
    a refusal, whether a child or somebody else is.
    """

    said: Said
    alone: Literal["yes", "no", "not_sure"]
    service: ShortText = ""
    basis: ShortText = ""
    edition: ShortText = EDITION
    others_at_risk: bool | None = None
    asked_by: ShortText = ""
    asked_at: int = Field(default=0, ge=0)

    @property
    def agreement(self) -> VictimAgreement:
        """What a form says that she said. Nothing that was not said freely is an answer."""
        if self.alone != "yes" or self.said in ("not_now", "not_alone"):
            return VictimAgreement.not_asked
        return VictimAgreement.refused if self.said == "no" else VictimAgreement.given

    @property
    def lacks(self) -> str:
        """The field without which it says nothing; empty where it says enough."""
        return "service" if self.said == "only_this" and not self.service else ""


def keep_answer(node: Node, acting: Acting, handle: str, answer: ClientsAnswer) -> ClientsAnswer:
    """Keep what a client said, in the name of whoever asked her. The same said again is kept once.

    What was said while it was not sure that she was alone is kept as not asked. Raises NotFoundError where there is
    no such client of theirs, InputError for an answer that says nothing.
    """
    held = client(node, acting, handle)
    if held is None:
        raise NotFoundError("There is no such client here.", kept="Nothing was changed.", do="Check it.")
    if answer.lacks:
        raise InputError("It is not said which service.", kept="Nothing.", do="Say which.")
    name = acting.account.name
    if answer.alone != "yes":
        answer = answer.model_copy(update={"said": "not_alone", "service": "", "others_at_risk": None})
    with node.write() as tx:
        kept = answer.model_copy(update={"asked_by": name, "asked_at": tx.now})
        last = _last(tx, acting, held)
        if last is not None and last.model_copy(update={"asked_at": tx.now}) == kept:
            return last
        paper = Paper(
            kind=PaperKind.clients_answer,
            body=kept.model_dump(mode="json"),
            by=name,
            at=tx.now,
            supplier=acting.organisation.name,
            may_follow="no",
        )
        own = papers.locked(tx, paper, acting.organisation.id)
        papers.put(tx, held.row, own, by=node.actor(name))
    return kept


def last_answer(node: Node, acting: Acting, held: HeldCase) -> ClientsAnswer | None:
    """What a client of their own service said last; None where nobody asked. Raises RowsError, StorageError."""
    with node.read() as tx:
        return _last(tx, acting, held)


def _last(tx: Reading, acting: Acting, held: HeldCase) -> ClientsAnswer | None:
    every = papers.of_case(tx, held.row, PaperKind.clients_answer)
    if not every:
        return None
    return ClientsAnswer.model_validate(papers.unlocked(tx, every[-1], acting.organisation.id).paper.body)


def client(node: Node, acting: Acting, handle: str) -> HeldCase | None:
    """The client of their own service that an address names; None where there is none, or none for them."""
    held = case_shown(node, acting, handle) if acting.organisation.idva_service else None
    return held if held is not None and held.details.kind is Kind.idva else None
