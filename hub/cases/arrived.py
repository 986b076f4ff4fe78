"""Papers of another area's case as they are kept on one of ours: checked, and with where they came from.

What another node sends is not believed to be a paper of its kind: a body that its kind's model does not read is
kept as it came, as something attached, and is nothing that a plan or a checklist here rests on. A file is what its
bytes say, and is looked at by the scanner here, whatever the other area said of it. Keeps nothing
(`hub.records.papers`).
"""

from __future__ import annotations

import base64
from collections.abc import Container, Iterable, Mapping
from typing import Any, Final

from pydantic import BaseModel, ValidationError

from hub.cases.action_plan import ActionPlan
from hub.cases.attachments import Attached, checked
from hub.cases.child_referral import ChildReferral
from hub.cases.dash import Dash
from hub.cases.flags import FlagPaper
from hub.cases.refer import ReferralPaper
from hub.cases.repeat_papers import RepeatPaper
from hub.cases.research import Research
from hub.errors import InputError
from hub.node.node import Node
from hub.records.papers import SERVICES_OWN, Paper, PaperKind, WithFile
from hub.values import NodeId
from hub.wire.transfers import PackedItem

MOVES: Final = (
    frozenset(PaperKind)
    - SERVICES_OWN
    - {PaperKind.records_request, PaperKind.still_here, PaperKind.disclosure_scheme, PaperKind.listing}
)
"""What a paper of a case that moved may be."""
_MODELS: Final[Mapping[PaperKind, type[BaseModel]]] = {
    PaperKind.plan: ActionPlan,
    PaperKind.flag: FlagPaper,
    PaperKind.repeat: RepeatPaper,
    PaperKind.dash: Dash,
    PaperKind.referral: ReferralPaper,
    PaperKind.research: Research,
    PaperKind.child_referral: ChildReferral,
}


def as_papers(
    node: Node, area: NodeId, items: Iterable[PackedItem], unsaid: tuple[str, int], kinds: Container[str]
) -> list[WithFile]:
    """The items that came from an area, as papers; what it said that others hold is none.

    `unsaid`: by whom and when, where an item does not say; `kinds`: what any of them may be, all else is attached.

    Raises InputError on a file that is not base64, ScannerError where a scanner is configured and does not answer.
    """
    return [_paper(node, area, one, unsaid, kinds) for one in items if not one.held_by]


def _paper(
    node: Node, area: NodeId, item: PackedItem, unsaid: tuple[str, int], kinds: Container[str]
) -> WithFile:
    by, at = unsaid
    kind, body, file = _kind(item, kinds), item.body, None
    if item.file:
        body, file = _file(node, item)
    if kind.value != item.kind or (kind is PaperKind.attachment and file is None):
        body = {"title": item.title or item.kind, "content": body}
    paper = Paper(
        kind=kind,
        body=body,
        by=item.by or by,
        at=item.at or at,
        supplier=item.supplier,
        may_follow=item.may_follow,
        source=area,
    )
    return WithFile(paper, file)


def _kind(item: PackedItem, kinds: Container[str]) -> PaperKind:
    """The kind that an item is, as far as its body is one of that kind."""
    if item.kind not in kinds or item.kind not in set(PaperKind):
        return PaperKind.attachment
    kind = PaperKind(item.kind)
    model = _MODELS.get(kind)
    try:
        if model is not None:
            model.model_validate(item.body)
    except ValidationError:
        return PaperKind.attachment
    return kind


def _file(node: Node, item: PackedItem) -> tuple[dict[str, Any], bytes | None]:
    """What a paper says of its file, and the file; of one that is not taken here, why not, and no bytes."""
    try:
        data = base64.b64decode(item.file, validate=True)
    except ValueError:
        raise InputError("A file that came is not base64.", kept="Nothing of it.") from None
    try:
        found = checked(node, str(item.body.get("name", "")), data)
    except InputError as error:
        return {**item.body, "file_not_taken": error.text}, None
    said = set(Attached.model_fields)
    more = {name: value for name, value in item.body.items() if name not in said}
    return {**more, **found.said.model_dump(mode="json")}, found.data
