"""`hub records`: the plan and minutes of an earlier case, asked for from one area to another, both sides of it."""

from __future__ import annotations

import asyncio
from pathlib import Path
from typing import Annotated, Any, Final

import typer
from pydantic import StringConstraints

from hub.accounts.accounts import has_accounts
from hub.cases.access import check_for, restrictions_on
from hub.cases.disclosure_log import no_such_case
from hub.cases.may_follow import MayGo, SupplierAsked, ask_supplier, supplier_answered
from hub.cases.packing import CHRONOLOGY
from hub.checks.papers.answer import PapersDecision, PapersOpened, answer_papers, look_at_papers, open_papers
from hub.checks.papers.ask import ask_papers, withdraw_papers
from hub.checks.papers.deliver import deliver_first
from hub.checks.papers.listing import PapersLine, papers_requests_for, papers_requests_shown
from hub.checks.papers.sides import no_such_request
from hub.checks.papers.wanted import Wanted
from hub.checks.read import read_document
from hub.cli.acting import Speaker, TokenFile, decides, speaker
from hub.cli.options import Because, Home, Json, Who, opened, opened_to_read
from hub.cli.output import EXIT_REFUSED, err, out, plain, print_json
from hub.cli.show import show_decision
from hub.federation.client import PeerClient
from hub.node.node import Node
from hub.records.check import unknown_check
from hub.records.papers_requests import PapersRequest, papers_request_of
from hub.transfers.decided import asker_for
from hub.values import ShortText, Value

records_app = typer.Typer(
    help="The plan and minutes of an earlier case, asked for from one area to another.", no_args_is_help=True
)
Number = Annotated[
    str,
    typer.Argument(
        metavar="ID", help="The request's id, as `hub records list` shows it.", show_default=False
    ),
]
_IN_WORDS: Final = {
    "asked": "Waits for an answer",
    "released": "Released",
    "withheld": "Withheld",
    "not_same": "Not the same person",
    "withdrawn": "Not wanted any more",
    "expired": "Ended: nobody answered in time",
}


class SupplierTyped(Value):
    """A paper whose supplier is asked whether it may go to an area, and their answer once there is one."""

    case_ref: Annotated[ShortText, StringConstraints(min_length=1)]
    asked: SupplierAsked


@records_app.command("ask")
def ask(
    home: Home,
    document: Annotated[
        Path,
        typer.Argument(
            metavar="WANTED.json",
            help="The check, the area, which papers, why and by which day.",
            show_default=False,
        ),
    ],
    who: Who = None,
    token: TokenFile = None,
    as_json: Json = False,
) -> None:
    """Ask another area for papers of its case, once it has answered that it knows the person."""
    with opened(home, as_json=as_json) as node:
        known = speaker(node, "records ask", who, token)
        wanted = read_document(document, Wanted, "what is wanted")
        _require_read(known, wanted.check_id)
        made = ask_papers(node, wanted, known.named)
        if made.request is None:
            if as_json:
                print_json(
                    {"id": None, "state": "refused", "decision": made.decision.model_dump(mode="json")}
                )
            else:
                show_decision(made.decision, disclosed=True)
            raise typer.Exit(EXIT_REFUSED)
        _told(node, made.request.id, made.delivery, as_json=as_json)


@records_app.command("list")
def list_(home: Home, who: Who = None, token: TokenFile = None, as_json: Json = False) -> None:
    """List what this area asked of others and others of it: how far each is, and whether it was opened."""
    with opened_to_read(home, as_json=as_json) as node:
        rows = [_row(one) for one in _known(speaker(node, "records list", who, token))]
        if as_json:
            print_json(rows)
            return
        for row in rows:
            way = "asked of" if row["direction"] == "out" else "asked by"
            out.print(
                plain(f"{_IN_WORDS[row['state']]}: {way} {row['peer']}, case {row['case_ref']}, {row['id']}")
            )
            opened_at = f"; opened {row['opened_at']}" if row["opened_at"] else "; not opened yet"
            out.print(plain(f"  {', '.join(row['wanted'])}, by {row['needed_by']}{opened_at}"))
            for one in row["items"]:
                held = f" held by {one['held_by']}: ask them" if one["held_by"] else " released"
                out.print(plain(f"  - {one['title'] or one['kind']}:{held}"))
            if row["late"]:
                out.print("  Its day has passed: ring them.")
            if row["unsettled"]:
                out.print("  Somebody has to look: the two areas have not the same word of it. Ring them.")
        if not rows:
            out.print("Nobody has asked for papers.")


@records_app.command("show")
def show(home: Home, number: Number, who: Who = None, token: TokenFile = None, as_json: Json = False) -> None:
    """Show what another area asks of us, paper by paper: whose each is, and whether it may go."""
    with opened(home, as_json=as_json) as node:
        known = speaker(node, "records show", who, token)
        look = look_at_papers if has_accounts(node) else open_papers  # A program opens nothing for a person.
        with known.opening("papers", number):
            _require_known(known, number)
            found = look(node, number, known.named or asker_for(node, None))
        if as_json:
            print_json(_shown(found))
            return
        one = found.request
        out.print(
            plain(f"{one.peer} asks for {', '.join(one.wanted)} of case {one.case_ref} by {one.needed_by}")
        )
        if not found.may_release:
            out.print(
                "Nothing may go to this area, whoever decides: withhold, and have a manager look into it."
            )
        for row in found.papers:
            out.print(plain(f"  {_item(row)}"))
        if found.chronology:
            out.print(f"  {CHRONOLOGY}: when each paper of the case was written, and by whom")


@records_app.command("answer")
def answer(
    home: Home,
    number: Number,
    decision: Annotated[
        Path,
        typer.Argument(
            metavar="DECISION.json",
            help="Which papers go, why, on what basis and by whose permission.",
            show_default=False,
        ),
    ],
    who: Who = None,
    as_json: Json = False,
) -> None:
    """Release papers, withhold them, or say that it is not the same person. The other area reads no more of it."""
    with opened(home, as_json=as_json) as node:
        by = decides(node, "records answer", who)
        what = read_document(decision, PapersDecision, "the decision")
        _told(node, number, answer_papers(node, number, what, by), as_json=as_json)


@records_app.command("withdraw")
def withdraw(
    home: Home,
    number: Number,
    because: Because = "",
    who: Who = None,
    token: TokenFile = None,
    as_json: Json = False,
) -> None:
    """Say that papers are not wanted any more. What was released meanwhile still comes."""
    with opened(home, as_json=as_json) as node:
        known = speaker(node, "records withdraw", who, token)
        _require_known(known, number)
        _told(node, number, withdraw_papers(node, number, known.named, because), as_json=as_json)


@records_app.command("supplier")
def supplier(
    home: Home,
    document: Annotated[
        Path,
        typer.Argument(
            metavar="SUPPLIER.json",
            help="The case, the paper, the area and, once there is one, the supplier's answer.",
            show_default=False,
        ),
    ],
    who: Who = None,
    as_json: Json = False,
) -> None:
    """Note that a paper's supplier is asked whether it may go to another area, or what they answered."""
    with opened(home, as_json=as_json) as node:
        by = decides(node, "records supplier", who)
        typed = read_document(document, SupplierTyped, "what was asked")
        with node.read() as tx:
            held = restrictions_on(node, by).find(tx, typed.case_ref)
        if held is None:
            raise no_such_case()
        said = typed.asked
        kept = (
            supplier_answered(node, held, said, by)
            if said.answer
            else ask_supplier(node, held, said.paper, said.to, by)
        )
        if as_json:
            print_json(kept.model_dump(mode="json"))
        else:
            out.print(plain(f"{kept.supplier}: {kept.answer or 'asked, and has not answered yet'}"))


def _known(known: Speaker) -> list[PapersLine]:
    node = known.node
    return (
        papers_requests_shown(node, known.acting) if known.acting else papers_requests_for(node, known.named)
    )


def _require_known(known: Speaker, number: str) -> None:
    """Raise NotFoundError where they may not know of it, whichever way it goes."""
    if not any(one.request.id == number for one in _known(known)):
        raise no_such_request()


def _require_read(known: Speaker, check_id: str) -> None:
    """Raise NotFoundError where the check is none that an account may read."""
    if known.acting is not None and not known.reads()(check_for(known.node, known.named, check_id)):
        raise unknown_check()


def _told(node: Node, number: str, delivery: str, *, as_json: bool) -> None:
    """Try to tell the other area, and say how far it is."""

    async def go() -> str:
        async with PeerClient(node) as client:
            return await deliver_first(node, client, delivery)

    waits = asyncio.run(go())
    with node.read() as tx:
        now = papers_request_of(tx, number)
    assert now is not None
    if as_json:
        print_json({"id": number, "state": now.state.value})
    else:
        out.print(plain(f"{_IN_WORDS[now.state.value]}: {number}"))
    if waits:
        err.print(plain(f"{waits} The other area has not been told yet: `hub worker` goes on trying."))


def _row(line: PapersLine) -> dict[str, Any]:
    one = line.request
    return {
        **_about(one),
        "state": one.state.value,
        "opened_at": one.opened_at,
        "items": [item.model_dump(mode="json") for item in one.items],
        "late": line.late,
        "unsettled": line.unsettled,
    }


def _about(one: PapersRequest) -> dict[str, Any]:
    return {
        "id": one.id,
        "direction": one.direction,
        "peer": one.peer,
        "case_ref": one.case_ref,
        "check_id": one.check_id,
        "wanted": [each.value for each in one.wanted],
        "why": one.why.value,
        "needed_by": one.needed_by.isoformat(),
    }


def _shown(found: PapersOpened) -> dict[str, Any]:
    return {
        **_about(found.request),
        "may_release": found.may_release,
        "papers": [
            {
                "paper": row.kept.handle,
                "kind": row.kept.paper.kind.value,
                "supplier": row.kept.paper.supplier,
                "may_follow": row.kept.paper.may_follow,
                "held_by": row.held_by,
                "supplier_asked": row.asked.model_dump(mode="json") if row.asked else None,
            }
            for row in found.papers
        ],
        "chronology": found.chronology,
    }


def _item(row: MayGo) -> str:
    paper = row.kept.paper
    stays = f". Held by {row.held_by}: ask {row.held_by}" if row.held_by else ""
    asked = f" ({row.asked.answer or 'asked'})" if row.asked else ""
    what = f"{row.kept.handle}: {paper.kind.value}, from {paper.supplier}"
    return f"{what}, may follow: {paper.may_follow}{stays}{asked}"
