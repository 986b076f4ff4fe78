"""`hub obligations list` and `hub obligations close`: obligations, and the evidence that closes them.

Evidence comes from a file: arguments are seen in process lists and kept in shells' histories.
"""

from __future__ import annotations

import datetime as dt
from itertools import groupby
from pathlib import Path
from typing import Annotated, Any, Final

import typer

from hub.cases.close import close as close_all
from hub.cases.close import look_at, not_open
from hub.cases.obligations import ListedObligation, list_obligations
from hub.checks.example import example_evidence
from hub.checks.read import of_account, read_document
from hub.cli.acting import Speaker, TokenFile, speaker, takes_person
from hub.cli.options import Home, Json, Who, opened, opened_to_read
from hub.cli.output import EXIT_REFUSED, counted, err, out, plain, print_json
from hub.consent.evidence import Closing
from hub.errors import UsageError
from hub.values import Purpose, day_in_words, typed

COMPLETE: Final = "complete_emergency"
FEW: Final = 5


obligations_app = typer.Typer(help="What must be done because of earlier decisions.", no_args_is_help=True)


@obligations_app.command("list")
def list_(
    home: Home,
    on: Annotated[
        str, typer.Option("--on", metavar="YYYY-MM-DD", help="What is due by that day; else today.")
    ] = "",
    every: Annotated[bool, typer.Option("--all", help="Every open one, also those not due yet.")] = False,
    closed: Annotated[bool, typer.Option("--closed", help="The closed ones, with what closed them.")] = False,
    who: Who = None,
    token: TokenFile = None,
    as_json: Json = False,
) -> None:
    """List what must be done because of earlier decisions, the longest overdue first."""
    with opened_to_read(home, as_json=as_json) as node:
        day = _day(on) if on else node.today()
        known = speaker(node, "obligations list", who, token)
        found = _listed(known, day, every=every, closed=closed)
        if as_json:
            print_json({"on": day.isoformat(), "due": [_document(one) for one in found]})
            return
        for _, group in groupby(found, key=lambda one: (one.due, one.code)):
            alike = list(group)
            publications = [one for one in alike if one.purpose == Purpose.publish]
            few = len(publications) <= FEW
            for one in alike:
                if few or one.purpose != Purpose.publish:
                    _show(one, known, home, closed=closed)
            if not few:
                _show_many(publications, known, home, closed=closed)
        if not found:
            later = [] if closed else _listed(known, day, every=True, closed=False)
            more = f" Not due yet: {len(later)}; --all lists them." if later else ""
            out.print("Nothing is closed." if closed else f"Nothing is due.{more}")


@obligations_app.command("close")
def close(
    home: Home,
    evidence: Annotated[
        Path | None,
        typer.Argument(metavar="EVIDENCE.json", help="What was done, by whom and when.", show_default=False),
    ] = None,
    numbers: Annotated[
        list[str] | None,
        typer.Argument(metavar="NUMBER...", help="As `hub obligations list` shows them.", show_default=False),
    ] = None,
    example: Annotated[
        bool, typer.Option("--example", help="Print an EVIDENCE.json to be completed, and close nothing.")
    ] = False,
    token: TokenFile = None,
    as_json: Json = False,
) -> None:
    """Close obligations with evidence: all of those named, or none, saying what the evidence lacks.

    On a node with accounts people do that in the console; a token brings the completed form after an emergency.
    """
    if example:
        with opened_to_read(home, as_json=as_json) as node:
            print_json(example_evidence(node))
        return
    if evidence is None or not numbers:
        raise typer.BadParameter("EVIDENCE.json and a NUMBER are needed, or --example.")
    with opened(home, as_json=as_json) as node:
        known = speaker(node, "obligations close", token=token)
        closing = read_document(evidence, Closing, "the evidence", known.account)
        if not known.typed:
            closing = _of_account(known, numbers, closing)
        done = close_all(node, numbers, closing)
        if as_json:
            print_json({"closed": done.closed, "lacking": done.lacking, "not_published": done.not_published})
        for number, lacks in () if as_json else done.lacking.items():
            err.print(plain(f"{number} stays open. The evidence lacks: {'; '.join(lacks)}"))
        if done.lacking:
            raise typer.Exit(EXIT_REFUSED)
        if not as_json:
            out.print(f"{len(done.closed)} closed.")
            if done.not_published:
                ended = counted(done.not_published, "publication does/publications do")
                err.print(f"[bold]{ended} not stand any more: the people have left the feed.[/]")


def _of_account(known: Speaker, numbers: list[str], closing: Closing) -> Closing:
    """The evidence as an account gives it. Raises NotFoundError, NotAllowedError for what takes the console."""
    by, sees = closing.by, known.sees()
    found = [look_at(known.node, number, by) for number in numbers]
    if any(one is None or not sees(one.case_digest) for one in found):
        raise not_open()
    form = closing.form and of_account(closing.form, by)
    codes = {one.open.obligation.code for one in found if one is not None}
    if form is None or codes != {COMPLETE} or any(one.name != by.name for one in form.signatures):
        raise takes_person(known.node, "/obligations")
    return closing.model_copy(update={"form": form})


def _listed(known: Speaker, day: dt.date, *, every: bool, closed: bool) -> list[ListedObligation]:
    """What is owed, of the cases that they may open."""
    sees = known.sees()
    found = list_obligations(known.node, known.named, day, every=every, closed=closed)
    return [one for one in found if sees(one.case_digest)]


def _day(text: str) -> dt.date:
    try:
        return dt.date.fromisoformat(text)
    except ValueError:
        raise UsageError("--on is not a day.", do="Write it as YYYY-MM-DD.") from None


def _document(one: ListedObligation) -> dict[str, Any]:
    document: dict[str, Any] = {
        "number": one.number,
        "code": one.code,
        "text": one.text,
        "case_ref": one.case_ref,
        "purpose": one.purpose,
        "due": one.due.isoformat() if one.due else None,
        "due_at": dt.datetime.fromtimestamp(one.due_at, dt.UTC).strftime("%Y-%m-%dT%H:%M:%SZ")
        if one.due_at
        else None,
        "overdue_days": one.overdue_days,
        "escalated": one.escalated,
    }
    if one.closing is not None:
        document["closing"] = one.closing.model_dump(mode="json", exclude_defaults=True)
    return document


def _show(one: ListedObligation, known: Speaker, home: Path, *, closed: bool) -> None:
    out.print(f"[bold]{_when(one)}[/] {plain(one.case_ref)}: {plain(one.text)}")
    if one.closing is not None:
        out.print(
            plain(
                f"  Closed by {one.closing.by.name} on {day_in_words(one.closing.on)}. {one.closing.text}".rstrip()
            )
        )
    elif closed:
        out.print("  Closed by the disclosure log.")
    else:
        how = known.page(f"/obligations/{one.number}")
        out.print(
            plain(f"  To close: {how or typed('obligations close', home, 'EVIDENCE.json', one.number)}")
        )


def _show_many(alike: list[ListedObligation], known: Speaker, home: Path, *, closed: bool) -> None:
    """Publications come by the hundred: one line for those alike, their numbers by --json."""
    first = alike[0]
    out.print(
        f"[bold]{_when(first)}[/] {counted(len(alike), 'published case/published cases')}: {plain(first.text)}"
    )
    if not closed:
        line = known.page("/obligations") or typed("obligations close", home, "EVIDENCE.json", "NUMBER...")
        out.print(plain(f"  To close: {line} (by --json, code {first.code})"))


def _when(one: ListedObligation) -> str:
    if one.late_s:
        hours = counted(one.late_s // 3_600, "hour/hours")
        return f"Overdue by {hours}{' (escalated)' if one.escalated else ''}:"
    if one.due_at is not None:
        at = dt.datetime.fromtimestamp(one.due_at, dt.UTC)
        return f"By {at:%H:%M} UTC on {day_in_words(at.date())}:"
    if one.overdue_days:
        late = counted(one.overdue_days, "day/days")
        return f"Overdue by {late}{' (escalated)' if one.escalated else ''}:"
    return f"By {day_in_words(one.due)}:" if one.due else "Throughout:"
