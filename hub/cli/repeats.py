"""`hub repeats`: whose cases here are of people who were here before, what somebody decides of them, and figures.

A case's reference is read from a file or from standard input: arguments are seen in process lists.
"""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer
from pydantic import Field

from hub.cases.access import restrictions_on
from hub.cases.repeat_decisions import (
    HereAlready,
    Looker,
    decide,
    figures,
    here_already_of,
    waiting_for,
)
from hub.cases.repeat_papers import RepeatDecision
from hub.checks.read import read_document
from hub.cli.acting import Speaker, TokenFile, speaker
from hub.cli.options import Home, Json, Who, opened, opened_to_read, read_case_ref
from hub.cli.output import counted, out, plain, print_json
from hub.errors import NotFoundError
from hub.node.node import Node
from hub.records.cases import HeldCase
from hub.values import ShortText, day_in_words
from hub.web.typed.repeats import DECIDED, STANDS

repeats_app = typer.Typer(help="Who of a case is here already, and which are repeats.", no_args_is_help=True)


class Decision(RepeatDecision):
    """A decision as a file says it: of the case of a reference, about another one by its own."""

    case_ref: ShortText = Field(min_length=1)
    other_case_ref: ShortText = Field(min_length=1)
    other: str = ""


def looker(known: Speaker) -> Looker:
    """Who looks at a command."""
    return Looker(known.named, known.opens)


def case_of(node: Node, known: Speaker, case_ref: str) -> HeldCase:
    """The case of that reference. Raises NotFoundError where there is none, or none for them, alike."""
    restrictions = restrictions_on(node, known.named)
    with node.read() as tx:
        held = restrictions.find(tx, case_ref)
    if held is None or not (known.opens is None or known.opens(held.details)):
        raise NotFoundError("There is no such case here.", kept="Nothing was changed.", do="Check it.")
    return held


@repeats_app.command("list")
def list_(home: Home, who: Who = None, token: TokenFile = None, as_json: Json = False) -> None:
    """List the cases of which it waits to be decided who is here already."""
    with opened_to_read(home, as_json=as_json) as node:
        found = waiting_for(node, looker(speaker(node, "repeats list", who, token)))
        if as_json:
            print_json({"waiting": [{"case_ref": one.case_ref, "others": one.others} for one in found]})
            return
        for one in found:
            others = counted(one.others, "other case/other cases")
            out.print(plain(f"Case {one.case_ref}: its people are likely on {others} here."))
        out.print("Look with `hub repeats show`." if found else "Nothing waits.")


@repeats_app.command("show")
def show(home: Home, who: Who = None, token: TokenFile = None, as_json: Json = False) -> None:
    """Show who of the case whose reference is read from standard input is here already, and what was decided."""
    with opened_to_read(home, as_json=as_json) as node:
        known = speaker(node, "repeats show", who, token)
        case_ref = read_case_ref()
        with known.opening_case(case_ref):
            held = case_of(node, known, case_ref)
        found = here_already_of(node, looker(known), held)
        if as_json:
            print_json({"case_ref": held.details.case_ref, "here_already": [_document(one) for one in found]})
            return
        for one in found:
            _show(one)
        if not found:
            out.print("Nobody on it was found on another case.")


def _document(one: HereAlready) -> dict[str, object]:
    decision = one.decision.model_dump(mode="json") if one.decision else None
    return {**one.found.model_dump(mode="json"), "decision": decision}


def _show(one: HereAlready) -> None:
    found = one.found
    sure = "likely" if found.likely else "possibly"
    out.print(plain(f"Case {found.case_ref}, {sure} the same person. {STANDS[found.standing]}"))
    if found.last:
        out.print(plain(f"  Known here, last referred {day_in_words(found.last)}."))
    if one.decision:
        out.print(
            plain(f"  Decided by {one.decision.by}: {DECIDED[one.decision.decided]}. {one.decision.because}")
        )


@repeats_app.command("decide")
def decide_(
    home: Home,
    file: Annotated[
        Path,
        typer.Argument(
            metavar="DECISION.json", help="The two cases, and what was decided.", show_default=False
        ),
    ],
    who: Who = None,
    as_json: Json = False,
) -> None:
    """Keep what somebody decides of a case that is here already: a repeat, or not, or not the same person."""
    with opened(home, as_json=as_json) as node:
        known = speaker(node, "repeats decide", who)
        told = read_document(file, Decision, "the decision")
        held, other = (case_of(node, known, ref) for ref in (told.case_ref, told.other_case_ref))
        said = RepeatDecision(
            **told.model_dump(exclude={"case_ref", "other_case_ref", "other"}), other=other.row.handle.hex()
        )
        kept = decide(node, looker(known), held, said)
        if as_json:
            print_json(
                {"case_ref": told.case_ref, "other_case_ref": told.other_case_ref, "decided": kept.decided}
            )
            return
        out.print(plain(f"Kept: {DECIDED[kept.decided]}."))


@repeats_app.command("figures")
def figures_(home: Home, who: Who = None, token: TokenFile = None, as_json: Json = False) -> None:
    """Say how many repeats there were and how they were met, and which cases came back often, for governance."""
    with opened_to_read(home, as_json=as_json) as node:
        found = figures(node, looker(speaker(node, "repeats figures", who, token)))
        if as_json:
            print_json(found.model_dump(mode="json"))
            return
        out.print(
            f"Repeats: {found.repeats}, of which {found.listed} listed for a meeting. Same victim, another "
            f"perpetrator: {found.other_perpetrator}. Not the same person: {found.not_same}. "
            f"To be decided: {found.waiting}."
        )
        for ref in found.often:
            out.print(plain(f"  Referred back often, to be audited: case {ref}"))
