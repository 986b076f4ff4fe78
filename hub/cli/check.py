"""`hub check` and `hub disclose`: asking other areas, and disclosing to one of them about whom."""

from __future__ import annotations

import asyncio
from pathlib import Path
from typing import Annotated, Literal

import typer

from hub.checks.check import check as ask
from hub.checks.disclose import disclose as tell
from hub.checks.disclose import disclose_at_once
from hub.checks.read import read_check_request
from hub.cli.options import Home, Json, Who, asker, opened
from hub.cli.output import EXIT_REFUSED, print_json
from hub.cli.show import show_decision, show_result
from hub.consent import Decision, Outcome
from hub.federation.client import PeerClient
from hub.records.check import CandidateRef, CheckResult
from hub.values import Level


def check(
    home: Home,
    request: Annotated[
        Path,
        typer.Argument(
            metavar="REQUEST.json", help="The question: a CheckRequest as JSON.", show_default=False
        ),
    ],
    as_json: Json = False,
) -> None:
    """Ask "referred elsewhere?" and show who may be known where, with the reasons."""
    with opened(home, as_json=as_json, interrupted="What was already recorded of this question.") as node:
        question = read_check_request(request)

        async def run() -> CheckResult:
            async with PeerClient(node) as client:
                result = await ask(node, client, question)
                return await disclose_at_once(node, client, question, result)

        result = asyncio.run(run())
        _finish(home, result, result.decision, as_json=as_json)


def disclose(
    home: Home,
    check_id: Annotated[str, typer.Argument(metavar="CHECK_ID", help="The check's id.", show_default=False)],
    area: Annotated[str, typer.Option(help="The node id of the area to tell.")],
    level: Annotated[
        Literal["involvement", "summary"], typer.Option(help="How much to ask for.")
    ] = "involvement",
    handle: Annotated[
        str | None, typer.Option(help="Which candidate; by default the surest.", show_default=False)
    ] = None,
    who: Who = None,
    as_json: Json = False,
) -> None:
    """Tell one area about whom a check was, and ask what it releases."""
    with opened(home, as_json=as_json, interrupted="What was already recorded of this disclosure.") as node:
        speaker = asker(node, who)

        async def run() -> tuple[CheckResult, Decision]:
            async with PeerClient(node) as client:
                return await tell(node, client, CandidateRef(check_id, area, handle), Level(level), speaker)

        result, decision = asyncio.run(run())
        _finish(home, result, decision, as_json=as_json)


def _finish(home: Path, result: CheckResult, decision: Decision, *, as_json: bool) -> None:
    if as_json:
        print_json(result.model_dump(mode="json"))
    else:
        show_decision(decision, disclosed=decision is not result.decision)
        show_result(result, home)
    if decision.outcome is not Outcome.permit:
        raise typer.Exit(EXIT_REFUSED)
