"""Adding a file to a case, and giving it to somebody who reads its paper.

Minutes are a paper of that kind, so that an area that asks for them finds them; everything else is something
attached. The same bytes from the same organisation are kept once. Each giving stands on the record before the bytes
are handed over. Who opens the case, and reads the paper, is for the caller (`hub.cases.papers_shown`); what may be
kept is `hub.cases.attachments`'.
"""

from __future__ import annotations

from typing import Any, Final, Literal, NamedTuple

from pydantic import ValidationError

from hub.audit.events import OPERATOR, Action, Refs
from hub.cases.attachments import Attached, File
from hub.cases.file_kinds import kind_of
from hub.errors import ConflictError
from hub.node.node import Node
from hub.records import papers
from hub.records.cases import HeldCase
from hub.records.papers import KeptPaper, Paper, PaperKind, WithFile
from hub.records.transfers import moved_to
from hub.store import cases

What = Literal["minutes", "checklist", "other"]
"""What somebody says that a file is: the minutes of a meeting, a risk checklist on paper, something else."""


class By(NamedTuple):
    """Who adds a file or is given one, and for which organisation. `name`: none where the operator does."""

    name: str
    agency: str

    def actor(self, node: Node) -> str:
        """As whom the record has them."""
        return node.actor(self.name) if self.name else OPERATOR


class Given(NamedTuple):
    """A file as it is handed over: its bytes, how they are sent, and a name that says its kind alone."""

    name: str
    media_type: str
    data: bytes


def attach(node: Node, by: By, held: HeldCase, file: File, what: What) -> str:
    """Add a file to a case, and return its paper's handle (hex).

    Raises ConflictError where the case is gone, or has moved to another area; RowsError.
    """
    with node.write() as tx:
        tx.hold_others_off()
        rows = cases.of_handles(tx.session, [held.row.handle])
        if not rows:
            raise ConflictError("The case is not here any more.", kept="Nothing.", do="Look for it again.")
        if (area := moved_to(tx, held.row.ref_digest)) is not None:
            raise ConflictError(
                f"This case has moved to the area {area}, and takes no more files here.",
                kept="Nothing of the file.",
                do="Give it to that area: telephone its coordinator.",
            )
        new = _with_file(file, by, tx.now, what)
        for one in papers.current(papers.of_case(tx, rows[0])):
            if _same(one.paper, new.paper):
                return one.handle
        (handle,) = papers.put(tx, rows[0], new, by=by.actor(node))
        return handle


def give(node: Node, by: By, held: HeldCase, kept: KeptPaper) -> Given | None:
    """The file of a paper, with that it was given on the record; None where the paper attaches none.

    Raises ConflictError for one in quarantine; RowsError, StorageError.
    """
    said = said_of(kept.paper)
    if said is None or not kept.paper.file:
        return None
    if said.quarantined:
        raise quarantined()
    with node.write() as tx:
        tx.record(
            Action.file_given,
            by=by.actor(node),
            about=Refs(case=held.row.handle.hex()),
            kind=kept.paper.kind.value,
        )
        data = papers.file_of(tx, kept) or b""
    kind = kind_of(data)
    if kind is None:
        raise quarantined()
    return Given(f"{NEUTRAL}.{kind.endings[0]}", kind.media_type, data)


NEUTRAL: Final = "attached-file"


def said_of(paper: Paper) -> Attached | None:
    """What a paper says of the file that it attaches; None where it attaches none that was taken."""
    for body in (paper.body, paper.body.get("content")):
        try:
            return Attached.model_validate(_named(body))
        except ValidationError:
            continue
    return None


def quarantined() -> ConflictError:
    """The error of a file that nobody is given."""
    return ConflictError(
        "This file is in quarantine: no virus scanner has looked at it, and nobody is given it.",
        kept="The file, as it came.",
        do="Ask your operator to configure a scanner; then have the file attached again.",
    )


def _named(body: Any) -> dict[str, Any]:
    return (
        {name: body[name] for name in Attached.model_fields if name in body} if isinstance(body, dict) else {}
    )


def _with_file(file: File, by: By, at: int, what: What) -> WithFile:
    paper, data = file.paper(by.name or by.agency, at, by.agency)
    if what == "minutes":
        paper = paper.model_copy(update={"kind": PaperKind.minutes})
    elif what == "checklist":
        paper = paper.model_copy(update={"body": {"what": what, **paper.body}})
    return WithFile(paper, data)


def _same(one: Paper, other: Paper) -> bool:
    return (one.kind, one.body, one.supplier, one.file) == (
        other.kind,
        other.body,
        other.supplier,
        other.file,
    )
