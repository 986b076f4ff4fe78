"""`hub requests list` and `hub requests answer`: what other areas asked of us, and what waits for a person here."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Annotated, Any, Final

import typer

from hub.checks.answer import HolderDecision, WaitingRequest, record_holder_decision
from hub.checks.answer import waiting_requests as waiting
from hub.checks.incoming import waiting_for
from hub.checks.part import PartDecision, WaitingItem, items_of, part_decision
from hub.checks.read import read_document
from hub.checks.released import CALLED
from hub.cli.acting import Speaker, TokenFile, decides, speaker
from hub.cli.options import Home, Json, Who, opened, opened_to_read
from hub.cli.output import out, plain, print_json
from hub.cli.still_here import still_here, tell, told_rows
from hub.consent import Decider
from hub.errors import NotFoundError
from hub.node.node import Node
from hub.records.received import DisclosureKey
from hub.values import Requester, typed

ANSWER: Final = "requests answer"
requests_app = typer.Typer(
    help="What other areas asked of us that waits for a person here.", no_args_is_help=True
)


@requests_app.command("list")
def list_(home: Home, who: Who = None, token: TokenFile = None, as_json: Json = False) -> None:
    """List the disclosures that wait for a person here, and to an account what an agreement answered lately."""
    with opened_to_read(home, as_json=as_json) as node:
        known = speaker(node, "requests list", who, token)
        rows = [_row(one, page, items_of(node, one)) for one, page in _waiting(known)]
        answered = told_rows(node, known)
        if as_json:
            print_json({"pending": rows, "answered": answered})
            return
        for row in rows:
            out.print(f"{row['area']} asks for {row['level']} about {plain(row['subject'])}")
            out.print(f"  asked by {plain(row['asked_by'])}")
            for reason in row["reasons"]:
                out.print(f"  - {plain(reason)}")
            if row["items"]:
                out.print("  What would go, item by item:")
            for item in row["items"]:
                out.print(plain(f"    {_item(item)}"))
            to = "For a manager, to close it" if row["refused"] else "To answer"
            out.print(plain(f"  {to}: {row['page'] or _typed(home, row)}"))
        if not rows:
            out.print("No requests are waiting.")
        for told in answered:
            tell(told)


requests_app.command("still-here")(still_here)


@requests_app.command("answer")
def answer(
    home: Home,
    check_id: Annotated[
        str, typer.Argument(help="The check's id, as `hub requests list` shows it.", show_default=False)
    ],
    handle: Annotated[str, typer.Argument(help="The candidate's handle, likewise.", show_default=False)],
    release: Annotated[
        bool | None,
        typer.Option("--release/--withhold", help="What the person decided.", show_default=False),
    ] = None,
    part: Annotated[
        Path | None,
        typer.Option(
            metavar="PART.json",
            help="Release part: which items go, why the rest is withheld, on what basis. Needs --as.",
            show_default=False,
        ),
    ] = None,
    by: Annotated[
        Decider, typer.Option(help="Who decided; an Idva service decides about its own records.")
    ] = Decider.coordinator,
    who: Who = None,
) -> None:
    """Record a person's decision on a waiting disclosure. The asking area reads it when it asks again."""
    if (release is None) is (part is None):
        raise typer.BadParameter("One of --release, --withhold and --part PART.json is needed.")
    with opened(home) as node:
        known = speaker(node, ANSWER, who).named if part is None else decides(node, ANSWER, who)
        what = None if part is None else read_document(part, PartDecision, "the file of what goes")
        key = _find(node, known, check_id, handle)
        name = known.name if known else ""
        decided = HolderDecision(by, bool(release), name)
        if what is not None:
            decided = part_decision(node, key, what, by, name)
        told = record_holder_decision(node, key, decided)
        words = {
            "pending": "Recorded; it still waits: an Idva service decides about its own records.",
            "answered": "Recorded: the area reads the answer when it asks again.",
            "not_answered": "Recorded: the area reads no more than that nothing is answered.",
        }
        out.print(words[told.status])
        if told.in_part:
            out.print("It reads that some of it was released, and that the rest was withheld.")


def _find(node: Node, known: Requester | None, check_id: str, handle: str) -> DisclosureKey:
    for one in waiting(node, known):
        if (one.key.check_id, one.key.handle.hex()) == (check_id, handle):
            return one.key
    raise NotFoundError("No such request is waiting here.", do="See `hub requests list`.")


def _waiting(known: Speaker) -> Iterator[tuple[WaitingRequest, str]]:
    """What waits, each with its page in the console where people decide it there."""
    every = waiting(known.node, known.named)
    if known.acting is None:
        yield from ((one, "") for one in every)
        return
    theirs = {one.request.key: one.address for one in waiting_for(known.node, known.acting)}
    for one in every:
        if one.key in theirs:
            yield one, known.page(f"/requests/{theirs[one.key]}")


def _typed(home: Path, row: dict[str, Any]) -> str:
    how = "--release, --withhold or --part PART.json"
    if row["refused"]:
        how = "--withhold --by manager --as WHO.json"
    return f"{typed('requests answer', home, row['check_id'], row['handle'])} {how}"


def _item(item: dict[str, Any]) -> str:
    supplied = f", supplied by {item['supplied_by']}" if item["supplied_by"] else ""
    with_them = ". With the Idva service: it goes by theirs alone" if item["with_idva_service"] else ""
    return f"{item['item']}: {CALLED[item['item']]}, {item['says']}{supplied}{with_them}"


def _row(one: WaitingRequest, page: str, items: list[WaitingItem]) -> dict[str, Any]:
    subject = one.question.subject
    requester = one.question.excerpt.get("requester", {})
    return {
        "area": one.key.peer,
        "check_id": one.key.check_id,
        "handle": one.key.handle.hex(),
        "level": one.key.level.value,
        "subject": f"{subject.given_names} {subject.surname}".strip(),
        "asked_by": f"{requester.get('name', '')}, {requester.get('agency', '')}".strip(", "),
        "waits_for": list(one.waits_for),
        "refused": one.refused,
        "reasons": list(one.reasons),
        "page": page,
        "items": [item._asdict() for item in items],
    }
