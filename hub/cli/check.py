"""`hub check` and `hub disclose`: asking other areas, and disclosing to one of them about whom."""

from __future__ import annotations

import asyncio
from contextlib import suppress
from pathlib import Path
from typing import Annotated, Final, Literal

import typer

from hub.checks.check import check as ask
from hub.checks.disclose import disclose as tell
from hub.checks.disclose import disclose_at_once
from hub.checks.earlier import earlier_candidate
from hub.checks.example import example_question
from hub.checks.read import read_check_request, read_form
from hub.checks.telephones import telephones
from hub.checks.telling import safe_to_read
from hub.cli.acting import Speaker, TokenFile, speaker, takes_person
from hub.cli.options import CheckId, Home, Json, Who, opened, opened_to_read
from hub.cli.output import EXIT_REFUSED, err, out, plain, print_json
from hub.cli.show import show_decision, show_result, told_words
from hub.consent import Decision, Outcome
from hub.errors import HubError
from hub.federation.client import PeerClient
from hub.node.node import Node
from hub.records.check import CandidateRef, CheckRequest, CheckResult
from hub.records.reads import Came
from hub.values import Level, typed

EXPLAINED: Final = """\
Write it to a file, complete it, and ask: {line}
  case_ref            a case of this node: what it has of its people is filled in from it
  requester           who asks: name, role, agency
  subject             whom the question is about: a role is enough where one person on the case has it
  areas               their node ids, or "neighbours", or "all"
  necessity           why this is asked now
  agreement           what she said about asking: given, refused, not_asked or cannot_ask
  fled_from           has anyone here fled an area? [] for nobody, the areas, or "not_known"
  conflicts.declared  do you know anyone in this case? true or false
Nothing is answered for you: what has to be is listed. Without fled_from nobody can be told.\
"""


def check(
    home: Home,
    request: Annotated[
        Path | None,
        typer.Argument(
            metavar="REQUEST.json", help="The question: a CheckRequest as JSON.", show_default=False
        ),
    ] = None,
    example: Annotated[
        bool, typer.Option("--example", help="Print a question to be completed, and ask nobody.")
    ] = False,
    token: TokenFile = None,
    as_json: Json = False,
) -> None:
    """Ask "referred elsewhere?" and show who may be known where, with the reasons."""
    if example:
        with opened_to_read(home, as_json=as_json) as node:
            print_json(example_question(node))
            if not as_json:
                err.print(plain(EXPLAINED.format(line=typed("check", home, "REQUEST.json"))))
        return
    if request is None:
        raise typer.BadParameter("REQUEST.json is needed, or --example.")
    kept = "What was already recorded of this question."

    def asked() -> list[str]:
        with suppress(HubError):
            return telephones(home, read_check_request(request).areas)
        return telephones(home, "all")

    with opened(home, as_json=as_json, interrupted=kept, asked=asked) as node:
        who = speaker(node, "check", token=token)
        question = read_check_request(request, who.account)
        if not who.typed:
            _require_no_person(node, question)

        async def run() -> CheckResult:
            async with PeerClient(node) as client:
                result = await ask(node, client, question, opens=who.opens)
                return await disclose_at_once(node, client, question, result)

        result = asyncio.run(run())
        _finish(home, who, result, result.decision, as_json=as_json)


def _require_no_person(node: Node, question: CheckRequest) -> None:
    """Raise NotAllowedError for what a person does who signs in: no token signs, or tells an area."""
    form = question.sharing_form
    if form.emergency is not None:
        raise takes_person(node, "/emergency")
    if form.signatures or question.disclose == "at_once":
        raise takes_person(node, "/cases")


def disclose(
    home: Home,
    check_id: CheckId,
    area: Annotated[str, typer.Option(help="The node id of the area to tell.")],
    level: Annotated[
        Literal["involvement", "summary"], typer.Option(help="How much to ask for.")
    ] = "involvement",
    handle: Annotated[
        str | None, typer.Option(help="Which candidate; by default the surest.", show_default=False)
    ] = None,
    form: Annotated[
        Path | None,
        typer.Option(
            metavar="FORM.json",
            help="The sharing form as completed for this, in place of the question's.",
            show_default=False,
        ),
    ] = None,
    who: Who = None,
    as_json: Json = False,
) -> None:
    """Tell one area about whom a check was, and ask what it releases.

    More than involvement needs answers that a question rarely has, and a manager's signature before: --form.
    """
    kept = "What was already recorded of this disclosure."
    with opened(home, as_json=as_json, interrupted=kept, asked=lambda: telephones(home, (area,))) as node:
        known = speaker(node, "disclose", who)
        target = CandidateRef(check_id, area, handle)
        completed = read_form(form) if form is not None else None
        with known.opening("check", check_id):
            before = earlier_candidate(node, known.named, target)

        async def run() -> tuple[CheckResult, Decision]:
            async with PeerClient(node) as client:
                return await tell(node, client, target, Level(level), known.named, completed)

        result, decision = asyncio.run(run())
        if not as_json and before.told_on:
            out.print(plain(f"This area was told before, {told_words(before)}."))
        if not as_json and decision.outcome is Outcome.incomplete:
            line = typed("disclose", home, check_id, "--area", area, "--level", level, "--form", "FORM.json")
            err.print(
                "Complete the sharing form (the question's `sharing_form`) in a file of its own, and give it:"
            )
            err.print(plain(f"  {line}"))
        _finish(home, known, result, decision, as_json=as_json)


def _finish(home: Path, who: Speaker, result: CheckResult, decision: Decision, *, as_json: bool) -> None:
    who.leave(Came.shown, ("check", result.check_id))
    result, asked = safe_to_read(result), result.decision
    if as_json:
        print_json(result.model_dump(mode="json"))
    else:
        show_decision(decision, disclosed=decision is not asked)
        show_result(result, home, who.page(f"/checks/{result.check_id}"))
    if decision.outcome is not Outcome.permit:
        raise typer.Exit(EXIT_REFUSED)
