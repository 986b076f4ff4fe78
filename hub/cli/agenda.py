"""`hub agenda`: the cases of a meeting, and asking other areas about all of them that one confirmation covers."""

from __future__ import annotations

import asyncio
import datetime as dt
from pathlib import Path
from typing import Annotated, Any, Final, Literal

import typer
from pydantic import Field

from hub.checks.agenda import AgendaLine, Asker, CaseAsked, Confirmed, agenda_of, ask_about
from hub.checks.read import read_document
from hub.cli.acting import Speaker, TokenFile, speaker
from hub.cli.options import Home, Json, Who, opened, opened_to_read
from hub.cli.output import out, plain, print_json
from hub.errors import InputError
from hub.federation.client import PeerClient
from hub.values import Requester, ShortText, Value

agenda_app = typer.Typer(help="The cases of a meeting, and asking about all of them.", no_args_is_help=True)
ALONE: Final = "asked about singly"

Day = Annotated[
    str, typer.Argument(metavar="DAY", help="The day of the meeting: 2026-12-03.", show_default=False)
]


class Confirmation(Value):
    """One confirmation. `cases`: their numbers, all that it covers where none is named. `by`: without accounts."""

    knows_nobody: Literal[True]
    cases: tuple[ShortText, ...] = Field(default=(), max_length=200)
    by: Requester


@agenda_app.command("show")
def show(home: Home, day: Day, who: Who = None, token: TokenFile = None, as_json: Json = False) -> None:
    """Show the cases of a meeting: when each was last asked about, what changed, and which are asked singly."""
    with opened_to_read(home, as_json=as_json) as node:
        known = speaker(node, "agenda show", who, token)
        found = agenda_of(node, _asker(known, known.named), _day(day))
        if as_json:
            print_json({"cases": [_row(one) for one in found]})
            return
        for one in found:
            _tell(one)
        if not found:
            out.print("No case is heard on that day.")


@agenda_app.command("ask")
def ask(
    home: Home,
    day: Day,
    confirmation: Annotated[
        Path,
        typer.Argument(
            metavar="CONFIRM.json",
            help="Which cases, and that who asks knows nobody in them.",
            show_default=False,
        ),
    ],
    token: TokenFile = None,
    as_json: Json = False,
) -> None:
    """Ask other areas about the cases of a meeting. Who was asked about today is not asked about again."""
    kept = "What was asked so far. Ask again: nobody is asked about twice."
    with opened(home, as_json=as_json, interrupted=kept) as node:
        known = speaker(node, "agenda ask", token=token)
        said = read_document(confirmation, Confirmation, "the confirmation", known.account)
        who = _asker(known, said.by)
        lines = agenda_of(node, who, _day(day))
        confirmed = Confirmed(who, _day(day), f"command {node.today().isoformat()}")
        wanted = [one for one in lines if not said.cases or one.case.details.case_ref in said.cases]

        async def go() -> list[CaseAsked]:
            async with PeerClient(node) as client:
                return [await ask_about(node, client, confirmed, one) for one in wanted if one.open]

        done = asyncio.run(go())
        left = [one for one in wanted if one.alone is not None]
        if as_json:
            print_json({"cases": [_came(one) for one in done], "singly": [_row(one) for one in left]})
            return
        for one in done:
            many = f"{len(one.checks)} asked about" if one.checks else "nobody asked about"
            out.print(
                f"{plain(one.line.case.details.case_ref)}: {many}. {plain(' '.join(one.stopped))}".strip()
            )
        for line in left:
            _tell(line)


def _asker(known: Speaker, named: Requester | None) -> Asker:
    if known.acting is not None:
        return Asker.of(known.acting)
    return Asker(named)


def _day(text: str) -> dt.date:
    try:
        return dt.date.fromisoformat(text)
    except ValueError:
        raise InputError(
            "That is not a day.", kept="Nobody was asked.", do="Write it so: 2026-12-03."
        ) from None


def _row(one: AgendaLine) -> dict[str, Any]:
    return {
        "case_ref": one.case.details.case_ref,
        "last_asked": one.last_asked,
        "changed": [change.value for change in one.changed],
        "people": len(one.left),
        "alone": one.alone.value if one.alone else None,
    }


def _came(one: CaseAsked) -> dict[str, Any]:
    return {"case_ref": one.line.case.details.case_ref, "checks": one.checks, "stopped": one.stopped}


def _tell(one: AgendaLine) -> None:
    at = (
        dt.datetime.fromtimestamp(one.last_asked, dt.UTC).strftime("%Y-%m-%d %H:%M")
        if one.last_asked
        else "never"
    )
    changed = (
        f"; since then {', '.join(change.value.replace('_', ' ') for change in one.changed)}"
        if one.changed
        else ""
    )
    singly = f"; {ALONE}: {one.alone.value.replace('_', ' ')}" if one.alone else ""
    out.print(f"{plain(one.case.details.case_ref)}: last asked {at}{changed}{singly}")
