"""`hub checks list` and `hub checks show`: checks that were made before, and their results."""

from __future__ import annotations

import datetime as dt
from itertools import islice
from typing import Annotated, Any

import typer

from hub.checks.earlier import EarlierCheck, earlier_checks, earlier_result
from hub.checks.telling import safe_to_read
from hub.cli.acting import TokenFile, speaker
from hub.cli.options import CheckId, Home, Json, Who, opened_to_read, read_case_ref
from hub.cli.output import out, plain, print_json
from hub.cli.show import STATUS, show_decision, show_result

checks_app = typer.Typer(help="Checks that were made before, and their results.", no_args_is_help=True)


@checks_app.command("list")
def list_(
    home: Home,
    one_case: Annotated[
        bool,
        typer.Option("--one-case", help="Those of the case whose reference is read from standard input."),
    ] = False,
    most: Annotated[int, typer.Option(min=1, help="How many at most, the newest first.")] = 20,
    who: Who = None,
    token: TokenFile = None,
    as_json: Json = False,
) -> None:
    """List earlier checks: when and by whom they were asked, and which areas answered. Nobody is asked."""
    with opened_to_read(home, as_json=as_json) as node:
        known = speaker(node, "checks list", who, token)
        case_ref = read_case_ref() if one_case else None
        found = list(islice(earlier_checks(node, known.named, case_ref, known.reads()), most + 1))
        rows = [_row(one) for one in found[:most]]
        if as_json:
            print_json({"checks": rows, "more": len(found) > most})
            return
        for row in rows:
            _show(row)
        if not rows:
            out.print("No checks are kept.")
        if len(found) > most:
            out.print("There are earlier ones: give a larger --most, or --one-case.")


@checks_app.command("show")
def show(
    home: Home,
    check_id: CheckId,
    who: Who = None,
    token: TokenFile = None,
    as_json: Json = False,
) -> None:
    """Show an earlier check and its result, area by area, as it was shown. Nobody is asked."""
    with opened_to_read(home, as_json=as_json) as node:
        known = speaker(node, "checks show", who, token)
        with known.opening("check", check_id):
            result = safe_to_read(earlier_result(node, known.named, check_id, known.reads()))
        if as_json:
            print_json(result.model_dump(mode="json"))
            return
        show_decision(result.decision)
        show_result(result, home, known.page(f"/checks/{check_id}"))
        if result.decision.permitted and not result.areas:
            out.print("It ended before any area's answer was kept. Areas may have been asked: ask again.")


def _row(one: EarlierCheck) -> dict[str, Any]:
    return {
        "check_id": one.result.check_id,
        "asked_at": dt.datetime.fromtimestamp(one.asked_at, dt.UTC).strftime("%Y-%m-%dT%H:%M:%SZ"),
        "asked_by": one.request.requester.name,
        "purpose": one.request.purpose.value,
        "case_ref": one.request.case_ref,
        "outcome": one.result.decision.outcome.value,
        "interrupted": one.interrupted,
        "areas": [
            {
                "node_id": area.node_id,
                "area": area.area,
                "status": area.status.value,
                "candidates": len(area.candidates),
            }
            for area in one.result.areas
        ],
    }


def _show(row: dict[str, Any]) -> None:
    out.print(
        f"[bold]{row['check_id']}[/] {row['asked_at']}, case {plain(row['case_ref'] or 'none')},"
        f" asked by {plain(row['asked_by'])}: {row['outcome']}"
    )
    if row["interrupted"]:
        out.print("  It ended before any area's answer was kept.")
    for area in row["areas"]:
        found = f", possible matches: {area['candidates']}" if area["candidates"] else ""
        out.print(f"  {plain(area['area'])} {STATUS[area['status']]}{found}")
