"""`hub transfer`: cases that move with somebody from one area to another, both sides of it."""

from __future__ import annotations

import asyncio
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Annotated, Any, Final

import typer

from hub.cases.may_follow import MayGo
from hub.checks.read import read_document
from hub.cli.acting import TokenFile, speaker
from hub.cli.options import Home, Json, Who, opened, opened_to_read
from hub.cli.output import EXIT_REFUSED, err, out, plain, print_json
from hub.cli.show import show_decision
from hub.errors import InputError
from hub.federation.client import PeerClient
from hub.node.node import Node
from hub.records.transfers import Transfer, transfer_of
from hub.transfers.accept import accept as accept_transfer
from hub.transfers.accept import decline as decline_transfer
from hub.transfers.decided import Offer, asker_for
from hub.transfers.deliver import deliver_first
from hub.transfers.listing import TransferLine, transfers_for, transfers_shown
from hub.transfers.move_notice import MoveNotice, give_notice
from hub.transfers.offer import ask_back, offer_case
from hub.values import LongText, Requester, ShortText, Value
from hub.wire.transfers import DeclineCode

transfer_app = typer.Typer(
    help="Cases that move with somebody from one area to another.", no_args_is_help=True
)

_ASKED: Final = {
    "stays": "It is theirs to keep.",
    "not_asked": "They were not asked yet: `hub records supplier`.",
    "waits": "They were asked, and have not answered.",
    "refused": "They do not let it go.",
}
Number = Annotated[
    str,
    typer.Argument(
        metavar="ID", help="The transfer's id, as `hub transfer list` shows it.", show_default=False
    ),
]
Decision = Annotated[
    Path | None,
    typer.Argument(
        metavar="DECISION.json", help="Who decides, and why, which stays here.", show_default=False
    ),
]


class DecisionTyped(Value):
    """What somebody decides about a transfer: `by`, a name or a requester. The other area is told `code` alone."""

    by: Requester | ShortText | None = None
    reason: LongText = ""
    code: DeclineCode | None = None


@transfer_app.command("offer")
def offer(
    home: Home,
    document: Annotated[
        Path,
        typer.Argument(
            metavar="OFFER.json",
            help="The case, the area, what moves, and who permits it.",
            show_default=False,
        ),
    ],
    who: Who = None,
    as_json: Json = False,
) -> None:
    """Offer a case to the area that the victim moves to, with the papers that may follow.

    This area stays responsible until it holds the other's word that it has accepted.
    """
    with opened(home, as_json=as_json) as node:
        known = speaker(node, "transfer offer", who).named
        typed = read_document(document, Offer, "the offer")
        made = offer_case(node, typed, known)
        if made.transfer is None:
            if as_json:
                print_json(
                    {"id": None, "state": "refused", "decision": made.decision.model_dump(mode="json")}
                )
            else:
                show_decision(made.decision, disclosed=True)
            raise typer.Exit(EXIT_REFUSED)
        if not as_json:
            _show_held_back(made.held_back)
        stays = [_held_back(one) for one in made.held_back]
        _told(node, made.transfer.id, made.delivery, as_json=as_json, more={"held_back": stays})


@transfer_app.command("list")
def list_(home: Home, who: Who = None, token: TokenFile = None, as_json: Json = False) -> None:
    """List the transfers of this area, to others and from others: how far each is, and who is responsible."""
    with opened_to_read(home, as_json=as_json) as node:
        known = speaker(node, "transfer list", who, token)
        found = transfers_shown(node, known.acting) if known.acting else transfers_for(node, known.named)
        if as_json:
            print_json([_row(one) for one in found])
            return
        for one in found:
            row = _row(one)
            way = "to" if row["direction"] == "out" else "from"
            move = f"{one.move} " if one.move else ""
            out.print(plain(f"{row['state']} {move}{way} {row['peer']}: case {row['case_ref']}, {row['id']}"))
            out.print(plain(f"  since {row['since']}; responsible: {', '.join(row['responsible'])}"))
            if one.unsettled:
                out.print("  Somebody has to look: the two areas have not the same word of it. Ring them.")
        if not found:
            out.print("No case moves, or has moved.")


@transfer_app.command("accept")
def accept(
    home: Home, number: Number, decision: Decision = None, who: Who = None, as_json: Json = False
) -> None:
    """Accept a case that another area offers: it is a case here from now on."""
    with opened(home, as_json=as_json) as node:
        by, typed = _decided(node, "transfer accept", decision, who)
        done = accept_transfer(node, number, by, typed.reason)
        if not as_json:
            out.print(plain(f"It is case {done.case_ref} here now: import its referral to publish it."))
        _told(node, number, done.delivery, as_json=as_json)


@transfer_app.command("decline")
def decline(
    home: Home, number: Number, decision: Decision = None, who: Who = None, as_json: Json = False
) -> None:
    """Decline a case that another area offers. That area is told the code and nothing else."""
    with opened(home, as_json=as_json) as node:
        by, typed = _decided(node, "transfer decline", decision, who)
        if typed.code is None:
            raise InputError(
                "The decision has no code.",
                kept="The transfer, as it was.",
                do=f"Give one of {', '.join(DeclineCode)}: it is all that the other area is told.",
            )
        done = decline_transfer(node, number, by, typed.code, typed.reason)
        _told(node, number, done.delivery, as_json=as_json)


@transfer_app.command("withdraw")
def withdraw(
    home: Home, number: Number, decision: Decision = None, who: Who = None, as_json: Json = False
) -> None:
    """Withdraw a case that was offered. It is withdrawn once the other area says so: it may have accepted it."""
    with opened(home, as_json=as_json) as node:
        by, typed = _decided(node, "transfer withdraw", decision, who)
        delivery = ask_back(node, number, by, typed.reason)
        _told(node, number, delivery, as_json=as_json)


@transfer_app.command("notice")
def notice(
    home: Home,
    document: Annotated[
        Path,
        typer.Argument(
            metavar="NOTICE.json", help="The case, the area, how long, and who says so.", show_default=False
        ),
    ],
    token: TokenFile = None,
    as_json: Json = False,
) -> None:
    """Give notice that a victim has moved to another area. Nothing is offered by it: somebody is asked to."""
    with opened(home, as_json=as_json) as node:
        known = speaker(node, "transfer notice", token=token)
        handle = give_notice(node, read_document(document, MoveNotice, "the notice", known.account))
        if as_json:
            print_json({"paper": handle})
        else:
            out.print("Kept with the case. Whoever works on it is asked to offer it to that area.")


def _decided(
    node: Node, command: str, decision: Path | None, who: Path | None
) -> tuple[Requester, DecisionTyped]:
    """Who decides, and what they typed."""
    named = speaker(node, command, who).named
    typed = (
        read_document(decision, DecisionTyped, "the decision") if decision is not None else DecisionTyped()
    )
    if named is not None:
        return named, typed
    if isinstance(typed.by, Requester):
        return typed.by, typed
    if not typed.by:
        raise InputError("It is not said who decides.", kept="The transfer, as it was.", do="Say it: by.")
    return asker_for(node, None).model_copy(update={"name": typed.by}), typed


def _held_back(one: MayGo) -> dict[str, str]:
    """A paper that stays, by its handle, with whose it is and how far the request to them is."""
    return {
        "paper": one.kept.handle,
        "kind": one.kept.paper.kind.value,
        "held_by": one.held_by,
        "asked": one.state,
    }


def _show_held_back(rows: Iterable[MayGo]) -> None:
    for one in rows:
        kind = one.kept.paper.kind.value.replace("_", " ")
        out.print(plain(f"Stays, held by {one.held_by}: {kind} {one.kept.handle}. {_ASKED[one.state]}"))


def _told(
    node: Node, number: str, delivery: str, *, as_json: bool, more: Mapping[str, Any] | None = None
) -> None:
    """Try to tell the other area, and say how far it is."""

    async def go() -> str:
        async with PeerClient(node) as client:
            return await deliver_first(node, client, delivery)

    waits = asyncio.run(go())
    with node.read() as tx:
        now = transfer_of(tx, number)
    assert now is not None
    if as_json:
        print_json({"id": number, "state": now.state.value, **_more(now), **(more or {})})
    else:
        out.print(plain(f"{now.state.value.capitalize()}: {number}"))
    if waits:
        err.print(plain(f"{waits} The other area has not been told yet: `hub worker` goes on trying."))


def _more(one: Transfer) -> dict[str, Any]:
    return {"wanted": one.wanted.value} if one.wanted else {}


def _row(one: TransferLine) -> dict[str, Any]:
    transfer = one.transfer
    return {
        "id": transfer.id,
        "direction": transfer.direction,
        "peer": transfer.peer,
        "state": transfer.state.value,
        "case_ref": transfer.case_ref,
        "since": one.since.isoformat(),
        "code": transfer.code.value if transfer.code else None,
        "responsible": list(one.responsible),
        "unsettled": one.unsettled,
        "move": one.move,
    }
