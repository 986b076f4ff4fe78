"""`hub plan`: the action plan of a case, and the actions that agencies undertook. What people wrote is in files."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated, Any

import typer

from hub.cases.access import restrictions_on
from hub.cases.action_plan import Outcome
from hub.cases.plans import (
    ActionLine,
    PlanOfCase,
    Reporter,
    accept,
    actions_of,
    change,
    plan_of,
    report,
    reporter_of,
)
from hub.checks.read import read_document
from hub.cli.acting import Speaker, TokenFile, decides, speaker
from hub.cli.options import By, Home, Json, Who, opened, opened_to_read, read_case_ref
from hub.cli.output import out, plain, print_json
from hub.errors import NotFoundError
from hub.records.cases import HeldCase, rests_on
from hub.values import Requester, RequesterRole, ShortText, day_in_words
from hub.web.typed.plans import PlanTyped, ReportTyped

plan_app = typer.Typer(help="The action plan of a case, and what came of its actions.", no_args_is_help=True)


class PlanFile(PlanTyped):
    """What is added to a plan, of which case, and by whom where nobody has an account."""

    case_ref: ShortText
    by: Requester


class ReportFile(ReportTyped):
    """What came of an action, and who says so where nobody has an account."""

    by: Requester


@plan_app.command("show")
def show(home: Home, who: Who = None, token: TokenFile = None, as_json: Json = False) -> None:
    """Show the newest plan of a case, what it lacks, and what it sets again. Its number is on standard input."""
    with opened_to_read(home, as_json=as_json) as node:
        known = speaker(node, "plan show", who, token)
        case_ref = read_case_ref()
        with known.opening_case(case_ref):
            held = _case(known, known.named, case_ref)
        _tell(held, plan_of(node, held, known.named), as_json=as_json)


@plan_app.command("save")
def save(
    home: Home,
    plan: Annotated[
        Path,
        typer.Argument(
            metavar="PLAN.json",
            help="The case, actions to add, lines reviewed, what is said of the whole.",
            show_default=False,
        ),
    ],
    begin: Annotated[bool, typer.Option("--begin", help="Begin a plan, where none is in hand.")] = False,
    token: TokenFile = None,
    as_json: Json = False,
) -> None:
    """Add to the plan of a case that is in hand. Nothing is accepted by this; sent twice, it is added once."""
    with opened(home, as_json=as_json) as node:
        known = speaker(node, "plan save", token=token)
        said = read_document(plan, PlanFile, "the plan", known.account)
        held = _case(known, said.by, said.case_ref)
        _tell(held, change(node, held, said.by, said.applied_to_all, anew=begin), as_json=as_json)


@plan_app.command("accept")
def accept_(home: Home, who: By = None, as_json: Json = False) -> None:
    """Accept the plan of a case that is in hand, once it lacks nothing. The case's number is on standard input.

    On a node with accounts people do that in the console.
    """
    with opened(home, as_json=as_json) as node:
        by = decides(node, "plan accept", who)
        held = _case(speaker(node, "plan accept", who), by, read_case_ref())
        found = plan_of(node, held, by)
        accept(node, held, by, found.handle if found else "")
        _tell(held, plan_of(node, held, by), as_json=as_json)


@plan_app.command("actions")
def actions(home: Home, who: Who = None, token: TokenFile = None, as_json: Json = False) -> None:
    """List the actions of accepted plans that are not finished, by agency, the first due first."""
    with opened_to_read(home, as_json=as_json) as node:
        known = speaker(node, "plan actions", who, token)
        found = actions_of(node, _reporter(known, known.named))
        if as_json:
            print_json({"actions": [_line(one) for one in found]})
            return
        for one in sorted(found, key=lambda each: each.action.agency.casefold()):
            late = "[bold]Overdue[/] " if one.overdue else ""
            out.print(
                f"{late}{plain(one.action.agency)}, case {plain(one.case_ref)}, by "
                f"{day_in_words(one.action.due)}: {plain(one.action.what)} ({one.action.id})"
            )
        if not found:
            out.print("Nothing is open.")


@plan_app.command("report")
def report_(
    home: Home,
    action: Annotated[
        str, typer.Argument(metavar="ACTION", help="As `hub plan actions` shows it.", show_default=False)
    ],
    said: Annotated[
        Path, typer.Argument(metavar="REPORT.json", help="What came of it, and why.", show_default=False)
    ],
    token: TokenFile = None,
    as_json: Json = False,
) -> None:
    """Say what came of an action: done, not done or impossible, and why. Said twice, it is kept once."""
    with opened(home, as_json=as_json) as node:
        known = speaker(node, "plan report", token=token)
        typed = read_document(said, ReportFile, "the report", known.account)
        made = typed.report(typed.by.agency, typed.by.name, node.now())
        report(node, _reporter(known, typed.by), action, made)
        if as_json:
            print_json({"action": action, "outcome": typed.outcome.value})
        else:
            out.print("It is kept.")


def _reporter(known: Speaker, by: Requester | None) -> Reporter:
    """Whoever reports: by their account, else as they are named; nobody is the operator, and speaks for all."""
    if known.acting is not None:
        return reporter_of(known.acting)
    if by is None or by.role is not RequesterRole.idva:
        return Reporter(by)
    return Reporter(by, by.agency, coordinates=False, service=True)


def _case(known: Speaker, by: Requester | None, case_ref: str) -> HeldCase:
    """The case of that number, as they find it. Raises NotFoundError."""
    node, opens = known.node, known.opens
    with node.read() as tx:
        held = restrictions_on(node, by).find(tx, case_ref)
        if held is None or (opens is not None and not opens(held.details)):
            raise NotFoundError(
                "There is no such case here.", kept="Nothing was changed.", do="Check its number."
            )
        tx.require_as_bound(rests_on([held]))
        return held


def _tell(held: HeldCase, found: PlanOfCase | None, *, as_json: bool) -> None:
    if as_json:
        print_json({"case_ref": held.details.case_ref, "plan": _document(found)})
        return
    if found is None:
        out.print("This case has no plan.")
        return
    plan = found.plan
    out.print(plain(f"Accepted by {plan.accepted_by}." if plan.accepted_by else "In hand: not accepted yet."))
    for place, one in enumerate(plan.actions, 1):
        again = found.before.get(one.id)
        out.print(f"[bold]{place}. {plain(one.agency)}[/], by {day_in_words(one.due)}: {plain(one.what)}")
        if again:
            done = f"; worked: {again.worked.replace('_', ' ')}" if again.outcome is Outcome.done else ""
            out.print(f"   Set before: {again.outcome.value.replace('_', ' ')}{done}.")
    for lack in found.lacks if not plan.accepted_by else ():
        out.print(plain(f"Lacks: {lack.text}"))


def _document(found: PlanOfCase | None) -> dict[str, Any] | None:
    if found is None:
        return None
    return {
        "accepted": bool(found.plan.accepted_by),
        **found.plan.model_dump(mode="json"),
        "lacks": [one.model_dump(mode="json") for one in found.lacks],
        "set_before": {number: one.model_dump(mode="json") for number, one in found.before.items()},
        "earlier": found.earlier.model_dump(mode="json") if found.earlier else None,
    }


def _line(one: ActionLine) -> dict[str, Any]:
    return {"case_ref": one.case_ref, "overdue": one.overdue, **one.action.model_dump(mode="json")}
