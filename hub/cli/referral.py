"""`hub referral`: referring somebody by a file, and reading the referrals of a case."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Annotated

import typer

from hub.cases.access import restrictions_on
from hub.cases.criteria import Fact
from hub.cases.papers_shown import reads
from hub.cases.refer import Referred, for_account, refer
from hub.cases.referral import IN_WORDS, Referral
from hub.cases.repeat_decisions import HereAlready, Looker, here_already_at, note_entered
from hub.checks.read import read_document
from hub.cli.acting import Speaker, TokenFile, speaker
from hub.cli.options import Home, Json, Who, opened, opened_to_read, read_case_ref
from hub.cli.output import counted, err, out, plain, print_json
from hub.errors import NotFoundError
from hub.node.node import Node
from hub.records import papers
from hub.records.papers import KeptPaper
from hub.sample.referral import sample_referral

referral_app = typer.Typer(help="Referrals of this node's cases.", no_args_is_help=True)

EXPLAINED = """\
A sample: everyone in it is made up. Write it to a file, change it, and refer with `hub referral add`.
The fields are those of the printed Marac referral form, in its order; docs/formats.md has each. Needed: the
referring agency and a contact there, the victim's name or "not known", and one criterion. Professional judgement
alone is enough, with its rationale. Leave case_ref out for a new case; give it to complete a stub, or to add a
referral to a case.\
"""


@referral_app.command("add")
def add(
    home: Annotated[
        Path | None, typer.Argument(metavar="HOME", help="The node's home folder.", show_default=False)
    ] = None,
    file: Annotated[
        Path | None,
        typer.Argument(
            metavar="REFERRAL.json", help="The referral, as the form is printed.", show_default=False
        ),
    ] = None,
    example: Annotated[
        bool, typer.Option("--example", help="Print a sample REFERRAL.json, and refer nobody.")
    ] = False,
    who: Who = None,
    token: TokenFile = None,
    as_json: Json = False,
) -> None:
    """Refer somebody: a case is made or completed, with its referral and risk checklist. No area is asked."""
    if example:
        print_json(sample_referral())
        if not as_json:
            err.print(plain(EXPLAINED))
        return
    if home is None or file is None:
        raise typer.BadParameter("HOME and REFERRAL.json are needed, or --example alone.")
    with opened(home, as_json=as_json) as node:
        known = speaker(node, "referral add", who, token)
        told = read_document(file, Referral, "the referral")
        if known.acting is not None:
            told = for_account(node, known.acting, told)
        done = refer(node, told, known.named)
        note_entered(node, known.named, done.case_ref)
        here = here_already_at(node, Looker(known.named, known.opens), done.case_ref)
        if as_json:
            print_json(_document(done, here))
        else:
            _show(done)
            if likely := [one for one in here if one.found.likely]:
                others = counted(len(likely), "other case/other cases")
                err.print(
                    f"Likely on {others} here: see `hub repeats show`, and decide whether it is a repeat."
                )


def _document(done: Referred, here: list[HereAlready]) -> dict[str, object]:
    repeat = next((one.decision for one in here if one.decision and one.decision.decided == "repeat"), None)
    return {
        "case_ref": done.case_ref,
        "here_already": [one.found.model_dump(mode="json") for one in here],
        "repeat": repeat.model_dump(mode="json") if repeat else None,
        "added": len(done.added),
        "criteria": [one.model_dump(mode="json") | {"differs": one.differs} for one in done.facts],
        "child_referral": done.child_referral,
    }


def _show(done: Referred) -> None:
    if not done.added:
        out.print(plain(f"Case {done.case_ref} has this referral already. Nothing was added."))
        return
    was = "was here; the referral is added to it" if done.completed else "is new"
    out.print(plain(f"Case {done.case_ref} {was}."))
    for one in done.facts:
        out.print(plain(f"  {IN_WORDS[one.criterion]}: {_said(one)}"))
    if done.child_referral:
        err.print("Children may be at risk, and no referral to safeguard them is recorded: consider one now.")


def _said(one: Fact) -> str:
    ticked = {"yes": "ticked", "no": "not ticked", "not_completed": "not completed"}[one.ticked]
    beside = " That is not what was ticked: look at both." if one.differs else ""
    return f"{ticked}. {one.why}{beside}"


@referral_app.command("show")
def show(home: Home, who: Who = None, token: TokenFile = None, as_json: Json = False) -> None:
    """Show the papers of a case: its referrals, risk checklists and what else was kept. Standard input names it."""
    with opened_to_read(home, as_json=as_json) as node:
        known = speaker(node, "referral show", who, token)
        found = [one for one in _papers(node, known, read_case_ref()) if _reads(known, one)]
        if as_json:
            print_json({"papers": [_paper(one) for one in found]})
            return
        for one in found:
            paper = one.paper
            out.print(plain(f"{one.number}. {paper.kind.value}, {paper.supplier}, by {paper.by}"))
            for line in _lines(paper.body):
                out.print(plain(f"   {line}"))
        if not found:
            out.print("No paper was kept of this case.")


def _papers(node: Node, known: Speaker, case_ref: str) -> list[KeptPaper]:
    """Raises NotFoundError, for a case that is not there and for one that is none for them alike."""
    restrictions = restrictions_on(node, known.named)
    with node.read() as tx:
        held = restrictions.find(tx, case_ref)
        if held is None or not (known.opens is None or known.opens(held.details)):
            raise NotFoundError("There is no such case here.", kept="Nothing was changed.", do="Check it.")
        return papers.of_case(tx, held.row)


def _reads(known: Speaker, kept: KeptPaper) -> bool:
    return known.acting is None or reads(known.acting, kept.paper)


def _paper(kept: KeptPaper) -> dict[str, object]:
    told = kept.paper.model_dump(mode="json")
    return {"paper": kept.handle, "number": kept.number} | told


def _lines(body: object, name: str = "") -> Iterator[str]:
    """What was filled in, a line each."""
    if isinstance(body, dict):
        for key, value in body.items():
            yield from _lines(value, f"{name} {key}".strip().replace("_", " "))
    elif isinstance(body, list):
        for value in body:
            yield from _lines(value, name)
    elif body not in (None, "", "not_completed", False):
        yield f"{name}: {body}"
