"""Attaching a file to a case on a page, and giving it to whoever reads its paper.

The file is sent as something to be saved, under a name that says its kind alone, and is shown in no page.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

from fastapi import Response
from pydantic import BaseModel, Field

from hub.cases.attachments import Attached, checked
from hub.cases.case_files import By, What, attach, give, said_of
from hub.cases.file_kinds import KINDS
from hub.cases.papers_shown import paper_shown
from hub.cases.shown import case_shown
from hub.errors import InputError
from hub.records.cases import HeldCase
from hub.records.papers import MAX_FILE, Paper, PaperKind
from hub.web.console.asked import Asked, Page, see
from hub.web.console.forms import Form, unsent
from hub.web.console.language import gettext, mark
from hub.web.console.paper_rows import rows_of
from hub.web.console.paper_words import KINDS as KINDS_OF_PAPERS

AS_A_FILE: Final = "default-src 'none'; sandbox"
WHAT: Final[dict[What, str]] = {
    "minutes": mark("Minutes of a meeting"),
    "checklist": mark("Risk checklist on paper, such as a Dash"),
    "other": mark("Something else, such as a scan or a letter"),
}
_FILE: Final = "file"
_TOO_LARGE: Final = mark(
    "The file has more than %(most)s MB: attach the pages that are needed, or scan them in black and white"
)


_SCANNED: Final = {
    "clean": mark("It found nothing"),
    "not_scanned": mark("None looked at it: in quarantine"),
}


class FileTyped(BaseModel):
    """What somebody says of a file that they attach."""

    what: What = Field(title=mark("what the file is"))


def _new(asked: Asked) -> Response:
    held = case_shown(asked.node, asked.acting, asked.place("case"))
    return asked.not_found() if held is None else _page(asked, held, unsent())


def _page(asked: Asked, held: HeldCase, form: Form[FileTyped], status: int = 200) -> Response:
    return asked.page(
        "case_file.html",
        status,
        form=form,
        handle=held.row.handle.hex(),
        action=asked.request.url.path,
        whats=[{"value": name, "text": gettext(words)} for name, words in WHAT.items()],
        kinds=", ".join(one.name for one in KINDS),
        endings=",".join(f".{ending}" for one in KINDS for ending in one.endings),
        most=MAX_FILE // 1024 // 1024,
        scanned=bool(asked.node.settings.attachments.clamd),
    )


def _attach(asked: Asked) -> Response:
    held = case_shown(asked.node, asked.acting, asked.place("case"))
    if held is None:
        return asked.not_found()
    form, file = asked.form(FileTyped), asked.file
    if file is None:
        again = (
            mark("Choose the file") if form.value else mark("Choose the file, also where you chose it before")
        )
        return _page(asked, held, form.with_error(_FILE, gettext(again)), 422)
    if file.too_large:
        return _page(
            asked, held, form.with_error(_FILE, gettext(_TOO_LARGE, most=MAX_FILE // 1024 // 1024)), 413
        )
    if form.value is None:
        return _page(asked, held, form.with_error(_FILE, gettext(mark("Choose the file again"))), 422)
    try:
        found = checked(asked.node, file.name, file.data)
    except InputError as error:
        return _page(asked, held, form.with_error(_FILE, f"{error.text} {error.do}"), 422)
    handle = attach(asked.node, by(asked), held, found, form.value.what)
    return see(f"/cases/{held.row.handle.hex()}/papers/{handle}")


def _give(asked: Asked) -> Response:
    held = case_shown(asked.node, asked.acting, asked.place("case"))
    kept = paper_shown(asked.node, asked.acting, held, asked.place("paper")) if held else None
    given = give(asked.node, by(asked), held, kept) if held and kept else None
    if given is None:
        return asked.not_found()
    return Response(
        given.data,
        media_type=given.media_type,
        headers={
            "Content-Disposition": f'attachment; filename="{given.name}"',
            "Content-Security-Policy": AS_A_FILE,
        },
    )


def called(paper: Paper) -> str:
    """What a paper is called where it is listed."""
    if paper.body.get("what") == "checklist":
        return gettext(WHAT["checklist"])
    if paper.kind is PaperKind.repeat and paper.body.get("decision"):
        return gettext(mark("Decision whether it is a repeat"))
    return gettext(KINDS_OF_PAPERS[paper.kind])


def rows_of_paper(paper: Paper, others: Mapping[str, str]) -> list[tuple[str, str]]:
    """What a paper says, a row for each field; of one that attaches a file, of the file first.

    `others`: as `paper_rows.rows_of` has them.
    """
    said = said_of(paper)
    if said is None:
        return rows_of(paper.kind, paper.body, others)
    rest = {name: one for name, one in paper.body.items() if name not in {*Attached.model_fields, "what"}}
    size = gettext(mark("%(size)s kB"), size=f"{max(1, round(said.size / 1024)):,}")
    return [
        (gettext(mark("Name of the file")), said.name),
        (gettext(mark("Kind of file")), f"{said.kind}, {size}"),
        (gettext(mark("Virus scanner")), gettext(_SCANNED[said.scan])),
        *rows_of(paper.kind, rest),
    ]


def by(asked: Asked) -> By:
    """Who is signed in, as whoever adds a file or is given one."""
    return By(asked.acting.account.name, asked.acting.organisation.name)


PAGES: Final = (
    Page("GET", "/cases/{case}/file", _new),
    Page("POST", "/cases/{case}/file", _attach, brings_file=True),
    Page("GET", "/cases/{case}/papers/{paper}/file", _give),
)
