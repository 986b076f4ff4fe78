"""`hub disclosures add` and `hub disclosures list`: the disclosure log of a case.

Rows come from a file and a case's reference from standard input: arguments are seen in process lists and kept in
shells' histories.
"""

from __future__ import annotations

from pathlib import Path
from typing import Annotated, Any

import typer

from hub.cases.access import restrictions_on
from hub.cases.case_file import case_paper
from hub.cases.disclosure_log import AddedEntries, add_entries, no_such_case, read_log, warned_of
from hub.checks.example import example_entries
from hub.checks.read import read_document
from hub.cli.acting import Speaker, TokenFile, speaker
from hub.cli.options import Home, Json, Who, opened, opened_to_read, read_case_ref
from hub.cli.output import EXIT_REFUSED, err, out, plain, print_json, write_file
from hub.errors import UsageError
from hub.node.node import Node
from hub.pdf.sharing_form import case_pdf
from hub.records.disclosures import HUB, DisclosureLogRow
from hub.values import Requester, day_in_words

disclosures_app = typer.Typer(help="The disclosure log of a case.", no_args_is_help=True)


@disclosures_app.command("add")
def add(
    home: Home,
    rows: Annotated[
        Path | None,
        typer.Argument(
            metavar="ENTRIES.json", help="The case, who adds, and the rows to add.", show_default=False
        ),
    ] = None,
    example: Annotated[
        bool, typer.Option("--example", help="Print an ENTRIES.json to be completed, and add nothing.")
    ] = False,
    as_json: Json = False,
) -> None:
    """Add to the disclosure log what a person disclosed, by telephone for instance."""
    if example:
        with opened_to_read(home, as_json=as_json) as node:
            print_json(example_entries(node))
        return
    if rows is None:
        raise typer.BadParameter("ENTRIES.json is needed, or --example.")
    with opened(home, as_json=as_json) as node:
        speaker(node, "disclosures add")
        added = read_document(rows, AddedEntries, "the file of rows")
        lacks = add_entries(node, added)
        warned = warned_of(node, added)
        if as_json:
            recorded = 0 if lacks else len(added.sharings)
            print_json({"recorded": recorded, "lacking": lacks, **warned._asdict()})
        elif not lacks:
            out.print("Recorded.")
        else:
            err.print(plain(f"Nothing was recorded. Lacking: {'; '.join(lacks)}"))
        for one in () if as_json else warned.not_safe:
            what = f"She named them, or somebody there, as not safe to talk to: {one}. Tell your manager now."
            err.print(plain(what))
        for one in () if as_json else warned.fled:
            err.print(plain(f"Somebody in this case fled that area: {one}. Tell your manager now."))
        if lacks:
            raise typer.Exit(EXIT_REFUSED)


@disclosures_app.command("list")
def list_(
    home: Home,
    pdf: Annotated[
        Path | None,
        typer.Option(
            "--pdf", metavar="OUT.pdf", help="The case's forms with the record, as PDF.", show_default=False
        ),
    ] = None,
    who: Who = None,
    token: TokenFile = None,
    as_json: Json = False,
) -> None:
    """List the disclosure log of the case whose reference is read from standard input."""
    with opened_to_read(home, as_json=as_json) as node:
        known, case_ref = speaker(node, "disclosures list", who, token), read_case_ref()
        with known.opening_case(case_ref):
            _require_case(known, case_ref)
            rows = read_log(node, known.named, case_ref)
        if pdf is not None:
            write_file(pdf, _paper(node, known.named, case_ref))
        if as_json:
            print_json({"disclosures": [_row(one) for one in rows]})
            return
        for one in rows:
            _show_row(one)
        if not rows:
            out.print("Nothing is recorded.")


def _require_case(known: Speaker, case_ref: str) -> None:
    """Raise NotFoundError for a case that is not of the account's organisation and role: it reads like none."""
    if not known.sees()(restrictions_on(known.node, known.named).digest(case_ref)):
        raise no_such_case()


def _paper(node: Node, known: Requester | None, case_ref: str) -> bytes:
    paper = case_paper(node, known, case_ref)
    if not paper.forms and not paper.rest:
        raise UsageError(
            "There is nothing to print: no permit and no disclosure is recorded of this case.",
            do="Print the form itself with `hub decide FORM.json --pdf OUT.pdf`.",
        )
    return case_pdf(paper, node.rules, node.today())


def _row(one: DisclosureLogRow) -> dict[str, Any]:
    shared = one.shared
    sharing = shared.sharing.model_dump(mode="json")
    about = {"level": shared.level, "matter": one.matter, "handle": shared.handle}
    return {**sharing, "by": shared.by, **about}


def _show_row(one: DisclosureLogRow) -> None:
    shared, row = one.shared, one.shared.sharing
    asked = "asked without giving the name" if shared.by == HUB else "nothing was disclosed"
    what = "disclosed" if row.told else asked
    about = f" (candidate {shared.handle[:8]})" if shared.handle else ""
    out.print(plain(f"{day_in_words(row.date)}, {row.agency}: {what}{about}"))
    for label, text in (
        ("Person", row.person),
        ("Method", row.method),
        ("Authority", row.authority),
        ("Response", row.response),
        ("Recorded by", shared.by),
    ):
        if text:
            out.print(plain(f"  {label}: {text}"))
