"""One disclosure before it is decided: the check and the candidate that it is of, who asks now, its form and case.

What stands against it, and what the engine says of it. Keeps and sends nothing (`hub.checks.disclose`).
"""

from __future__ import annotations

from dataclasses import dataclass, replace

from hub.audit.events import Refs
from hub.cases.access import check_for, context_of
from hub.checks.check import form_of
from hub.checks.deliver import act_of
from hub.checks.named import named_candidate
from hub.checks.telling import marked
from hub.consent import Context, Decision, NotTold, SharingForm, Telling, decide
from hub.errors import NotFoundError
from hub.federation.peers import KnownPeer, known
from hub.node.node import Node
from hub.records.check import Candidate, CandidateRef, CheckRequest, CheckResult, RecordedCheck
from hub.records.submissions import signed_by
from hub.values import Level, NodeId, Requester


@dataclass(frozen=True)
class DisclosureAct:
    """One disclosure: the check it is of, who asks now, the candidate in which area, its form and its case.

    `completed`: the form that was given for it.
    """

    recorded: RecordedCheck
    request: CheckRequest
    peer: KnownPeer
    candidate: Candidate
    level: Level
    form: SharingForm
    context: Context
    completed: SharingForm | None = None

    def decided(self, node: Node) -> Decision:
        """What the engine says of it today."""
        return decide(self.form, node.rules, node.today(), self.context)

    def on_todays_facts(self, node: Node) -> DisclosureAct:
        """The act on what is known by now: others may have written since it was found. Raises as `found_act`."""
        check_for(node, self.request.requester, self.check_id)
        context = context_of(node, self.request, tells=True)
        return replace(self, context=replace(context, signed_by=self.context.signed_by))

    @property
    def telling(self) -> Telling:
        """What stands against telling the area."""
        return Telling.of(self.form, self.context)

    @property
    def shown(self) -> CheckResult:
        """The check's result, with what stands against telling the area today."""
        result = self.recorded.result
        marks = (marked(one, self.telling) if one.node_id == self.area else one for one in result.areas)
        return result.model_copy(update={"areas": tuple(marks)})

    @property
    def check_id(self) -> str:
        """The check's id."""
        return self.recorded.result.check_id

    @property
    def area(self) -> NodeId:
        """The node to which the name is disclosed."""
        return self.peer.pinned.node_id

    @property
    def against(self) -> tuple[NotTold, ...]:
        """What stands against telling that area, which a manager alone may decide about."""
        telling = Telling.of(self.form, self.context)
        return telling.against(telling.area(self.area))

    @property
    def refs(self) -> Refs:
        """The references of its events in the audit log."""
        return Refs(check_id=self.check_id, handle=self.candidate.handle, peer=self.area)


def found_act(
    node: Node,
    target: CandidateRef,
    level: Level,
    asker: Requester | None,
    completed: SharingForm | None = None,
) -> DisclosureAct:
    """The disclosure of one candidate of a check, as `asker` finds it. `completed`: a form given for it now.

    Raises NotFoundError, UsageError when `staff.toml` is broken.
    """
    recorded = check_for(node, asker, target.check_id)
    request = recorded.request
    if asker is not None and asker.name:
        request = request.model_copy(update={"requester": asker})
    candidate = named_candidate(recorded.result, target.area, target.handle)
    kept = completed or recorded.forms.get(act_of(target.check_id, candidate.handle, level))
    if kept is not None:
        request = request.model_copy(update={"level": level, "sharing_form": kept})
    if target.area not in recorded.salts:
        raise NotFoundError("That area did not answer this check.", do="Ask it again with `hub check`.")
    context = context_of(node, request, tells=True)
    if context.signed_by is not None:
        with node.read() as tx:
            names = signed_by(tx, target.check_id, request.sharing_form, (target.area, candidate.handle))
        context = replace(context, signed_by=names)
    recipient = request.sharing_form.recipient.model_copy(update={"node_id": target.area})
    form = form_of(request, context).model_copy(update={"level": level, "recipient": recipient})
    return DisclosureAct(
        recorded, request, known(node, target.area), candidate, level, form, context, completed
    )
