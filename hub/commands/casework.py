"""`hub due`, `hub close`, `hub told` and `hub disclosures`: obligations and the record of disclosures.

Evidence and names come from files, a case's reference from standard input: arguments are seen in process lists and
kept in shells' histories.
"""

from __future__ import annotations

import datetime as dt
import sys
from itertools import groupby
from pathlib import Path
from typing import Annotated, Any, Final

import typer

from hub.cases.closing import close as close_all
from hub.cases.owed import Owed, owed
from hub.cases.papers import papers_of
from hub.cases.told import Told, record_of, tell
from hub.commands.node import Home, Json
from hub.commands.output import EXIT_REFUSED, err, out, plain, print_json, reporting, write_file
from hub.consent.closing import Closing
from hub.errors import InputError, UsageError
from hub.insiders import hidden_from
from hub.lifecycle import advance_audit_checkpoint
from hub.node import Node, open_node
from hub.paper import case_pdf
from hub.reading import read_document
from hub.store.disclosures import HUB, Row
from hub.values import Purpose, Requester

FEW: Final = 5
Who = Annotated[
    Path | None,
    typer.Option(
        "--as",
        metavar="WHO.json",
        help="Who asks: a requester, as in a question. Without it, no case is shown that has exclusions.",
        show_default=False,
    ),
]


def asker(node: Node, who: Path | None) -> Requester | None:
    """Who asks. Raises InputError. To somebody unnamed it is said that there may be more to see."""
    if who is not None:
        return read_document(who, Requester, "the file of who asks")
    if hidden_from(node, None).any:
        err.print("Cases that somebody is kept out of are not shown without --as WHO.json.")
    return None


def due(
    home: Home,
    on: Annotated[
        str, typer.Option("--on", metavar="YYYY-MM-DD", help="What is due by that day; else today.")
    ] = "",
    every: Annotated[bool, typer.Option("--all", help="Every open one, also those not due yet.")] = False,
    closed: Annotated[bool, typer.Option("--closed", help="The closed ones, with what closed them.")] = False,
    who: Who = None,
    as_json: Json = False,
) -> None:
    """List what must be done because of earlier decisions, the longest overdue first."""
    with reporting(as_json=as_json):
        node = open_node(home)
        day = _day(on) if on else dt.datetime.fromtimestamp(node.clock(), dt.UTC).date()
        found = owed(node, asker(node, who), day, every=every, closed=closed)
        if as_json:
            print_json({"on": day.isoformat(), "due": [_document(one) for one in found]})
            return
        for _, group in groupby(found, key=lambda one: (one.due, one.code)):
            alike = list(group)
            publications = [one for one in alike if one.purpose == Purpose.publish]
            few = len(publications) <= FEW
            for one in alike:
                if few or one.purpose != Purpose.publish:
                    _show(one, closed=closed)
            if not few:
                _show_many(publications, closed=closed)
        if not found:
            out.print("Nothing is closed." if closed else "Nothing is due.")


def close(
    home: Home,
    evidence: Annotated[
        Path,
        typer.Argument(metavar="EVIDENCE.json", help="What was done, by whom and when.", show_default=False),
    ],
    numbers: Annotated[
        list[str], typer.Argument(metavar="NUMBER...", help="As `hub due` shows them.", show_default=False)
    ],
    as_json: Json = False,
) -> None:
    """Close obligations with evidence: all of those named, or none, saying what the evidence lacks."""
    with reporting(as_json=as_json):
        node = open_node(home)
        done = close_all(node, numbers, read_document(evidence, Closing, "the evidence"))
        advance_audit_checkpoint(node)
        if as_json:
            print_json({"closed": done.closed, "lacking": done.lacking, "not_published": done.not_published})
        for number, lacks in () if as_json else done.lacking.items():
            err.print(plain(f"{number} stays open. The evidence lacks: {'; '.join(lacks)}"))
        if done.lacking:
            raise typer.Exit(EXIT_REFUSED)
        if not as_json:
            out.print(f"{len(done.closed)} closed.")
            if done.not_published:
                err.print(
                    f"[bold]{done.not_published} publications do not stand any more: run `hub publish` now.[/]"
                )


def told(
    home: Home,
    rows: Annotated[
        Path,
        typer.Argument(
            metavar="TOLD.json", help="The case, who adds, and the rows to add.", show_default=False
        ),
    ],
    as_json: Json = False,
) -> None:
    """Add to the record of disclosures what a person told, by telephone for instance."""
    with reporting(as_json=as_json):
        node = open_node(home)
        added = read_document(rows, Told, "the file of rows")
        lacks = tell(node, added)
        advance_audit_checkpoint(node)
        if as_json:
            print_json({"recorded": 0 if lacks else len(added.sharings), "lacking": lacks})
        elif not lacks:
            out.print("Recorded.")
        else:
            err.print(plain(f"Nothing was recorded. Lacking: {'; '.join(lacks)}"))
        if lacks:
            raise typer.Exit(EXIT_REFUSED)


def disclosures(
    home: Home,
    pdf: Annotated[
        Path | None,
        typer.Option(
            "--pdf", metavar="OUT.pdf", help="The case's forms with the record, as PDF.", show_default=False
        ),
    ] = None,
    who: Who = None,
    as_json: Json = False,
) -> None:
    """List the record of disclosures of the case whose reference is read from standard input."""
    with reporting(as_json=as_json):
        node = open_node(home)
        known, case_ref = asker(node, who), _case_ref()
        rows = record_of(node, known, case_ref)
        if pdf is not None:
            write_file(pdf, _paper(node, known, case_ref))
        if as_json:
            print_json({"disclosures": [_row(one) for one in rows]})
            return
        for one in rows:
            _show_row(one)
        if not rows:
            out.print("Nothing is recorded.")


def _paper(node: Node, known: Requester | None, case_ref: str) -> bytes:
    paper = papers_of(node, known, case_ref)
    if not paper.forms and not paper.rest:
        raise UsageError(
            "there is nothing to print: no permit and no disclosure is recorded of this case",
            do="print the form itself with `hub decide FORM.json --pdf OUT.pdf`",
        )
    return case_pdf(paper, node.rules, dt.datetime.fromtimestamp(node.clock(), dt.UTC).date())


def _case_ref() -> str:
    """A line of standard input; asked for at a terminal."""
    if sys.stdin.isatty():
        err.print("Case reference: ", end="")
    try:
        given = sys.stdin.readline().strip()
    except UnicodeDecodeError:
        given = ""
    if not given:
        raise InputError("no case reference was given", do="write it to standard input")
    return given


def _day(text: str) -> dt.date:
    try:
        return dt.date.fromisoformat(text)
    except ValueError:
        raise UsageError("--on is not a day", do="write it as YYYY-MM-DD") from None


def _document(one: Owed) -> dict[str, Any]:
    document: dict[str, Any] = {
        "number": one.number,
        "code": one.code,
        "text": one.text,
        "case_ref": one.case_ref,
        "purpose": one.purpose,
        "due": one.due.isoformat() if one.due else None,
        "overdue_days": one.overdue_days,
        "escalated": one.escalated,
    }
    if one.closing is not None:
        document["closing"] = one.closing.model_dump(mode="json", exclude_defaults=True)
    return document


def _show(one: Owed, *, closed: bool) -> None:
    out.print(f"[bold]{_when(one)}[/] {plain(one.case_ref)}: {plain(one.text)}")
    if one.closing is not None:
        out.print(
            plain(f"  Closed by {one.closing.by.name} on {one.closing.on}. {one.closing.text}".rstrip())
        )
    elif closed:
        out.print("  Closed by the hub's own record of disclosures.")
    else:
        out.print(f"  To close: hub close HOME EVIDENCE.json {one.number}")


def _show_many(alike: list[Owed], *, closed: bool) -> None:
    """Publications come by the hundred: one line for those alike, their numbers by --json."""
    first = alike[0]
    out.print(f"[bold]{_when(first)}[/] {len(alike)} published cases: {plain(first.text)}")
    if not closed:
        out.print(f"  To close: hub close HOME EVIDENCE.json NUMBER... (by --json, code {first.code})")


def _when(one: Owed) -> str:
    if one.overdue_days:
        late = f"{one.overdue_days} day{'s' if one.overdue_days > 1 else ''}"
        return f"Overdue by {late}{' (escalated)' if one.escalated else ''}:"
    return f"Due {one.due}:" if one.due else "Throughout:"


def _row(one: Row) -> dict[str, Any]:
    shared = one.shared
    sharing = shared.sharing.model_dump(mode="json")
    about = {"level": shared.level, "matter": one.matter, "handle": shared.handle}
    return {**sharing, "by": shared.by, **about}


def _show_row(one: Row) -> None:
    shared, row = one.shared, one.shared.sharing
    asked = "asked blindly" if shared.by == HUB else "not told"
    what = "told" if row.told else asked
    about = f", candidate {shared.handle[:8]}" if shared.handle else ""
    out.print(plain(f"{row.date} {row.agency}: {what}{about}"))
    for label, text in (
        ("Person", row.person),
        ("Method", row.method),
        ("Authority", row.authority),
        ("Response", row.response),
        ("Recorded by", shared.by),
    ):
        if text:
            out.print(plain(f"  {label}: {text}"))
