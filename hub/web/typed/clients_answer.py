"""What is typed, or sent, of what a client of an Idva service said; and the words that are read aloud to her."""

from __future__ import annotations

from typing import Final, Literal

from pydantic import Field

from hub.cases.clients_answer import ClientsAnswer, Said
from hub.checks import routine
from hub.node.node import Node
from hub.values import Requester, ShortText, Value
from hub.web.typed.words import mark

READ_ALOUD: Final = mark(
    "May I ask the service that helped you before what they know? They will learn your name and that you are with"
    " us; not where you live."
)


class AnswerTyped(Value):
    """What the client said. `others`: of a refusal, whether a child or somebody else is at risk."""

    said: Said = Field(title=mark("what the client said"))
    alone: Literal["yes", "no", "not_sure"] = Field(title=mark("whether the client is alone"))
    service: ShortText = Field(default="", title=mark("which service"))
    others: bool | None = Field(default=None, title=mark("whether anyone else is at risk"))

    def answer(self, basis: str) -> ClientsAnswer:
        """As it is kept, with what it was asked on."""
        others = self.others if self.said == "no" else None
        service = self.service if self.said == "only_this" else ""
        return ClientsAnswer(
            said=self.said, alone=self.alone, service=service, basis=basis[:200], others_at_risk=others
        )


def basis_of(node: Node, requester: Requester) -> str:
    """What a question would rest on beside what the client says: the agreement in force that her service signed."""
    agreement = routine.agreement_for(node, requester)
    if agreement is None:
        return "The client's agreement alone: no agreement between the services is in force here."
    return f"The client's agreement, under {agreement.title} ({agreement.ref})."
