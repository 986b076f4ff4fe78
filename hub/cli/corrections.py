"""`hub case correct`, `hub case corrections` and `hub case decide`: who is on a case, put right by two people.

A correction says everybody whom it changes by the record that `hub case corrections --case` shows. Names stand in
files and on standard output alone, never in an argument.
"""

from __future__ import annotations

from enum import StrEnum
from pathlib import Path
from typing import Annotated, Any

import typer
from pydantic import Field

from hub.cases.access import restrictions_on
from hub.cases.correction import CorrectionState, PersonChange, PersonSaid
from hub.cases.corrections import Corrector, decide, propose
from hub.cases.corrections_kept import (
    WaitingCorrection,
    corrections_of,
    waiting_corrections,
    waiting_for,
)
from hub.cases.shown import case_shown
from hub.checks.read import read_document
from hub.cli.acting import Speaker, TokenFile, decides, speaker
from hub.cli.options import By, Home, Json, Who, opened, opened_to_read, read_case_ref
from hub.cli.output import out, plain, print_json
from hub.errors import NotFoundError
from hub.node.node import Node
from hub.records.cases import HeldCase
from hub.values import LongText, Person, Requester, ShortText, Value


class Verdict(StrEnum):
    """What is decided of a correction."""

    approve = "approve"
    refuse = "refuse"
    withdraw = "withdraw"


class CorrectionFile(Value):
    """CORRECTION.json: the case, each person as they are to stand on it, and why. `by`: who says so."""

    case_ref: ShortText = Field(min_length=1)
    people: tuple[PersonSaid, ...] = Field(min_length=1, max_length=40)
    because: LongText = Field(min_length=1)
    by: Requester


def correct(
    home: Home,
    document: Annotated[
        Path,
        typer.Argument(
            metavar="CORRECTION.json",
            help="The case, each person as they are to stand on it, and why.",
            show_default=False,
        ),
    ],
    token: TokenFile = None,
    as_json: Json = False,
) -> None:
    """Propose a correction of who is on a case. Nothing is changed before another person approves it."""
    with opened(home, as_json=as_json) as node:
        known = speaker(node, "case correct", token=token)
        told = read_document(document, CorrectionFile, "the correction", known.account)
        by = known.corrector or Corrector.named(told.by)
        held = _case(node, known, told.by, told.case_ref)
        number = propose(node, by, held, told.people, told.because)
        if as_json:
            print_json({"correction": number, "state": CorrectionState.proposed.value})
        else:
            out.print(plain(f"Proposed: {number}. It counts once another person approves it."))


def corrections(
    home: Home,
    of_case: Annotated[
        bool,
        typer.Option("--case", help="Of the case whose reference is read from standard input: all of it."),
    ] = False,
    who: Who = None,
    token: TokenFile = None,
    as_json: Json = False,
) -> None:
    """List the corrections that wait to be approved; or who is on one case, with every correction of it."""
    with opened_to_read(home, as_json=as_json) as node:
        known = speaker(node, "case corrections", who, token)
        if of_case:
            _show_case(node, _case(node, known, known.named, read_case_ref()), as_json=as_json)
            return
        found = waiting_corrections(node, known.acting) if known.acting else waiting_for(node, known.named)
        if as_json:
            print_json({"corrections": [_line(one) for one in found]})
            return
        for one in found:
            out.print(plain(f"{one.correction}  case {one.case_ref}, proposed by {one.by}"))
        if not found:
            out.print("Nothing waits.")


def decide_(
    home: Home,
    number: Annotated[
        str,
        typer.Argument(metavar="ID", help="As `hub case corrections` shows it.", show_default=False),
    ],
    answer: Annotated[Verdict, typer.Argument(help="What is decided.", show_default=False)],
    because: Annotated[str, typer.Option(metavar="TEXT", help="Why: needed to refuse.")] = "",
    who: By = None,
    as_json: Json = False,
) -> None:
    """Approve, refuse or withdraw a correction of the case whose reference is read from standard input.

    Whoever approves or refuses is not whoever proposed it. Approved, it counts at once and is published anew.
    """
    with opened(home, as_json=as_json) as node:
        by = decides(node, "case decide", who)
        held = _case(node, Speaker(node, "case decide", by), by, read_case_ref())
        done = decide(node, Corrector.named(by), held, number, answer.value, because)
        if as_json:
            print_json(
                {"state": done.state.value, "here_already": done.found, "published": not done.unpublished}
            )
            return
        out.print(f"{done.state.value.capitalize()}.")
        if done.unpublished:
            out.print(plain(f"It is published by the worker: {done.unpublished}"))
        if done.found:
            out.print("Likely on other cases here: see `hub repeats show`.")


def _case(node: Node, known: Speaker, who: Requester | None, case_ref: str) -> HeldCase:
    """The case of a reference, for whoever may open it. Raises NotFoundError, for what is none for them alike."""
    with node.read() as tx:
        held = restrictions_on(node, who).find(tx, case_ref)
    if held is not None and known.acting is not None:
        held = case_shown(node, known.acting, held.row.handle.hex())
    if held is None:
        raise NotFoundError("There is no such case here.", kept="Nothing was changed.", do="Check it.")
    return held


def _show_case(node: Node, held: HeldCase, *, as_json: bool) -> None:
    every = corrections_of(node, held)
    if as_json:
        print_json(
            {
                "case_ref": held.details.case_ref,
                "people": [{"record": one.handle.hex()} | _told(one.details.person) for one in held.people],
                "corrections": [
                    {"correction": one.handle}
                    | one.said.model_dump(mode="json", exclude={"referral", "account", "decider"})
                    for one in every
                ],
            }
        )
        return
    for one in held.people:
        out.print(plain(f"{one.handle.hex()}  {_words(one.details.person)}"))
    for kept in every:
        out.print(plain(f"{kept.handle}  {kept.said.state.value}, proposed by {kept.said.proposer.name}"))
        for change in kept.said.changes:
            out.print(plain(f"  {_change(change)}"))
        out.print(plain(f"  {kept.said.because}"))


def _change(change: PersonChange) -> str:
    before = _words(change.before) if change.before else "not on the case"
    after = _words(change.after) if change.after else "not on the case"
    return f"{before} -> {after}"


def _words(person: Person) -> str:
    name = f"{person.given_names} {person.surname}".strip() or "name not known"
    others = f" (also {'; '.join(person.aliases)})" if person.aliases else ""
    return f"{name}{others}, {person.role}, born {person.date_of_birth or 'on a day not recorded'}"


def _told(person: Person) -> dict[str, Any]:
    names = {"role", "given_names", "surname", "aliases", "date_of_birth"}
    return person.model_dump(mode="json", include=names)


def _line(one: WaitingCorrection) -> dict[str, Any]:
    return {"correction": one.correction, "case_ref": one.case_ref, "by": one.by, "at": one.at}
