"""A question before it is asked, with what the engine has to know of it: to be signed first where that is needed.

Asks nobody, and keeps nothing (`hub.checks.check`).
"""

from __future__ import annotations

from dataclasses import dataclass, replace

from hub.cases.access import context_of
from hub.checks.asked_case import asked_case
from hub.checks.check import form_of
from hub.consent import Context, Decision, SharingForm, decide
from hub.consent.form.form import Signature
from hub.consent.form.vocabulary import SignatureRole
from hub.node.node import Node
from hub.records.check import CheckRequest


@dataclass(frozen=True)
class QuestionAct:
    """A question, its form as it counts, and what the engine has to know."""

    request: CheckRequest
    form: SharingForm
    context: Context

    @classmethod
    def of(cls, node: Node, question: CheckRequest) -> QuestionAct:
        """The question as who asks it finds its case now. Raises InputError, UsageError, StorageError."""
        request = asked_case(node, question, "").request
        context = context_of(node, request, tells=False)
        return cls(request, form_of(request, context), context)

    def decided(self, node: Node) -> Decision:
        """What the engine says of it today."""
        return decide(self.form, node.rules, node.today(), self.context)

    def signed(self, node: Node, manager: str) -> QuestionAct:
        """It as it would be with a manager's signature of today, decided as signed by that account."""
        own = self.request.sharing_form
        kept = tuple(one for one in own.signatures if one.role is not SignatureRole.manager)
        signature = Signature(role=SignatureRole.manager, name=manager, date=node.today())
        form = own.model_copy(update={"signatures": (*kept, signature)})
        request = self.request.model_copy(update={"sharing_form": form})
        context = replace(self.context, signed_by=(manager,))
        return QuestionAct(request, form_of(request, context), context)
