"""What programs may do with the papers of a case: list them, attach a file, and be given one.

A file travels within the document, in base64. What is taken, and who is given what, is decided where the pages have
it decided; each giving is on the record under the account's name.
"""

from __future__ import annotations

import base64
import datetime as dt
from typing import Annotated, Any, Final

from pydantic import StringConstraints

from hub.cases.attachments import checked
from hub.cases.case_files import By, What, attach, give, said_of
from hub.cases.papers_shown import paper_shown, papers_shown
from hub.errors import InputError
from hub.records import papers
from hub.records.papers import MAX_FILE, KeptPaper, PaperKind
from hub.values import ShortText, Value
from hub.web.api.acts import Call, absent
from hub.web.api.examples import RECORD

MOST_BYTES: Final = MAX_FILE // 3 * 4 + 10_000
EXAMPLE: Final[dict[str, Any]] = {
    "paper": RECORD,
    "kind": "minutes",
    "supplier": "Northmoor Police",
    "by": "Ash Underhill",
    "at": "2026-11-29T09:30:00Z",
    "file": True,
    "quarantined": False,
}


class PaperOfCase(Value):
    """A paper of a case. `file`: it attaches one; `quarantined`: nobody is given that. `at` is UTC."""

    paper: ShortText
    kind: PaperKind
    supplier: ShortText
    by: ShortText
    at: dt.datetime
    file: bool
    quarantined: bool


class PapersOfCase(Value):
    """The papers of a case that the account reads, the oldest first, without those that were corrected."""

    papers: tuple[PaperOfCase, ...]


class FileSent(Value):
    """A file to attach, at most 10 MB: what it is, its name with an ending of its kind, and its bytes in base64."""

    what: What
    name: ShortText
    data: Annotated[str, StringConstraints(max_length=MOST_BYTES)]


class FileGiven(Value):
    """A file that a paper attaches: a name that says its kind alone, and its bytes in base64."""

    name: ShortText
    media_type: ShortText
    data: str


def list_papers(call: Call) -> PapersOfCase:
    """List the papers of a case."""
    found = papers.current(papers_shown(call.node, call.acting, call.case))
    return PapersOfCase(papers=tuple(map(_listed, found)))


def attach_file(call: Call) -> PaperOfCase:
    """Attach a file to a case; sent twice, it is kept once."""
    sent: FileSent = call.body
    held = call.case
    try:
        data = base64.b64decode(sent.data, validate=True)
    except ValueError:
        raise InputError(
            "What is in data is not base64.", kept="Nothing.", do="Encode the file's bytes."
        ) from None
    if len(data) > MAX_FILE:
        raise InputError(
            f"The file has more than {MAX_FILE // 1024 // 1024} MB.",
            kept="Nothing of it.",
            do="Attach the pages that are needed, or scan them in black and white.",
        )
    handle = attach(call.node, _by(call), held, checked(call.node, sent.name, data), sent.what)
    kept = paper_shown(call.node, call.acting, held, handle)
    if kept is None:
        raise absent()
    return _listed(kept)


def give_file(call: Call) -> FileGiven:
    """Give the file that a paper attaches. That it was given stands on the record."""
    held = call.case
    kept = paper_shown(call.node, call.acting, held, call.place("paper"))
    given = give(call.node, _by(call), held, kept) if kept else None
    if given is None:
        raise absent()
    return FileGiven(name=given.name, media_type=given.media_type, data=base64.b64encode(given.data).decode())


def _by(call: Call) -> By:
    return By(call.acting.account.name, call.acting.organisation.name)


def _listed(kept: KeptPaper) -> PaperOfCase:
    paper = kept.paper
    said = said_of(paper) if paper.file else None
    return PaperOfCase(
        paper=kept.handle,
        kind=paper.kind,
        supplier=paper.supplier,
        by=paper.by,
        at=dt.datetime.fromtimestamp(paper.at, dt.UTC),
        file=said is not None,
        quarantined=said is not None and said.quarantined,
    )
