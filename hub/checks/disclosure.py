"""Telling one area about whom a check was, before it is decided: who asks now, the form and the case as they stand.

What stands against it, and what the engine says of it. A `DisclosureAct` is of a candidate there, and may go over
the hub; any other is of an area alone, which a manager rings (`hub.checks.sign`). Keeps and sends nothing
(`hub.checks.disclose`).
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Self

from hub.audit.events import Refs
from hub.cases.access import check_for, context_of
from hub.checks.check import form_of
from hub.checks.deliver import act_of
from hub.checks.named import named_candidate
from hub.checks.telling import marked
from hub.consent import Context, Decision, NotTold, SharingForm, Telling, decide
from hub.errors import NotFoundError
from hub.federation.peers import KnownPeer, every_known, known
from hub.node.node import Node
from hub.node.settings import Contact
from hub.records.check import Candidate, CandidateRef, CheckRequest, CheckResult, RecordedCheck, asked_of
from hub.records.submissions import signed_by
from hub.values import Level, NodeId, Requester


@dataclass(frozen=True, kw_only=True)
class TellingAct:
    """Telling an area about whom a check was: who asks now, the form and what the engine has to know.

    `area_called`, `contact`: the area's name, and its telephone as this node has it. `completed`: the form that was
    given for it.
    """

    recorded: RecordedCheck
    request: CheckRequest
    area: NodeId
    area_called: str
    contact: str
    level: Level
    form: SharingForm
    context: Context
    completed: SharingForm | None = None

    def decided(self, node: Node) -> Decision:
        """What the engine says of it today."""
        return decide(self.form, node.rules, node.today(), self.context)

    def on_todays_facts(self, node: Node) -> Self:
        """The act on what is known by now: others may have written since it was found. Raises as `found_act`."""
        check_for(node, self.request.requester, self.check_id)
        context = context_of(node, self.request, tells=True)
        return replace(self, context=replace(context, signed_by=self.context.signed_by))

    @property
    def handle(self) -> str:
        """The candidate that it is of; none where it is of the area alone."""
        return ""

    @property
    def name(self) -> str:
        """What it is known by."""
        return act_of(self.check_id, self.handle, self.level)

    @property
    def telling(self) -> Telling:
        """What stands against telling the area."""
        return Telling.of(self.form, self.context)

    @property
    def check_id(self) -> str:
        """The check's id."""
        return self.recorded.result.check_id

    @property
    def known_as(self) -> str:
        """What the area knows the check by."""
        return self.recorded.known_as(self.area)

    @property
    def against(self) -> tuple[NotTold, ...]:
        """What stands against telling that area, which a manager alone may decide about."""
        return self.telling.against(self.telling.area(self.area))

    @property
    def refs(self) -> Refs:
        """The references of its events in the audit log."""
        told_as = self.recorded.told_as.get(self.area)
        return Refs(check_id=self.check_id, told_as=told_as, handle=self.handle or None, peer=self.area)


@dataclass(frozen=True, kw_only=True)
class DisclosureAct(TellingAct):
    """One disclosure: of which candidate, to which peer."""

    peer: KnownPeer
    candidate: Candidate

    @property
    def handle(self) -> str:
        """The candidate's."""
        return self.candidate.handle

    @property
    def shown(self) -> CheckResult:
        """The check's result, with what stands against telling the area today."""
        result = self.recorded.result
        marks = (marked(one, self.telling) if one.node_id == self.area else one for one in result.areas)
        return result.model_copy(update={"areas": tuple(marks)})


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
    candidate = named_candidate(recorded.result, target.area, target.handle)
    if target.area not in recorded.salts:
        raise NotFoundError("That area did not answer this check.", do="Ask it again with `hub check`.")
    peer = known(node, target.area)
    named = replace(target, handle=candidate.handle)
    found = _found(node, recorded, named, level, asker, completed)
    return DisclosureAct(**vars(found), peer=peer, candidate=candidate)


def found_telling(
    node: Node,
    target: CandidateRef,
    level: Level,
    asker: Requester | None,
    completed: SharingForm | None = None,
) -> TellingAct:
    """The same; with an empty handle, of an area of a permitted check alone, whether it was asked or left out.

    Raises as `found_act`.
    """
    if target.handle != "":
        return found_act(node, target, level, asker, completed)
    recorded = check_for(node, asker, target.check_id)
    result = recorded.result
    areas = [one.node_id for one in result.areas] or asked_of(node, recorded.request)
    if not result.decision.permitted or target.area not in areas:
        raise NotFoundError("That area is none that this check was put to.", kept="Nothing was changed.")
    return _found(node, recorded, target, level, asker, completed)


def _found(
    node: Node,
    recorded: RecordedCheck,
    target: CandidateRef,
    level: Level,
    asker: Requester | None,
    completed: SharingForm | None,
) -> TellingAct:
    """What telling that area takes, whether of a candidate or of the area alone."""
    request, handle = recorded.request, target.handle or ""
    if asker is not None and asker.name:
        request = request.model_copy(update={"requester": asker})
    kept = completed or recorded.forms.get(act_of(target.check_id, handle, level))
    if kept is not None:
        request = request.model_copy(update={"level": level, "sharing_form": kept})
    context = context_of(node, request, tells=True)
    if context.signed_by is not None:
        with node.read() as tx:
            names = signed_by(tx, target.check_id, request.sharing_form, (target.area, handle))
        context = replace(context, signed_by=names)
    called, contact = _called(node, recorded, target.area)
    receives = {"node_id": target.area}
    if not handle:  # The question may name the agency of another area that it was put to.
        receives["agency"] = called
    recipient = request.sharing_form.recipient.model_copy(update=receives)
    form = form_of(request, context).model_copy(update={"level": level, "recipient": recipient})
    return TellingAct(
        recorded=recorded,
        request=request,
        area=target.area,
        area_called=called,
        contact=contact,
        level=level,
        form=form,
        context=context,
        completed=completed,
    )


def _called(node: Node, recorded: RecordedCheck, area: NodeId) -> tuple[str, str]:
    """An area's name, as the check has it, and its telephone: by `areas.toml`, else as the peer signed it."""
    entry, peer = node.areas.get(area), every_known(node).get(area)
    name = next((one.area for one in recorded.result.areas if one.node_id == area), "")
    called = name or (entry.area if entry else peer.area if peer else area)
    return called, str(entry.contact if entry else peer.contact if peer else Contact())
