"""`hub requests list` and `hub requests answer`: what other areas asked of us that waits for a person here."""

from __future__ import annotations

from typing import Annotated, Any

import typer

from hub.checks.answer import HolderDecision, WaitingRequest, record_holder_decision
from hub.checks.answer import waiting_requests as waiting
from hub.cli.options import Home, Json, Who, asker, opened, opened_to_read
from hub.cli.output import out, plain, print_json
from hub.consent import Decider
from hub.errors import NotFoundError
from hub.node.node import Node
from hub.records.received import DisclosureKey
from hub.values import Requester, typed

requests_app = typer.Typer(
    help="What other areas asked of us that waits for a person here.", no_args_is_help=True
)


@requests_app.command("list")
def list_(home: Home, who: Who = None, as_json: Json = False) -> None:
    """List the disclosures that wait for a person here: who asks, about whom, and at what level."""
    with opened_to_read(home, as_json=as_json) as node:
        rows = [_row(one) for one in waiting(node, asker(node, who))]
        if as_json:
            print_json({"pending": rows})
            return
        for row in rows:
            out.print(f"{row['area']} asks for {row['level']} about {plain(row['subject'])}")
            out.print(f"  asked by {plain(row['asked_by'])}")
            for reason in row["reasons"]:
                out.print(f"  - {plain(reason)}")
            how = "--withhold --by manager --as WHO.json" if row["refused"] else "--release or --withhold"
            to = "For a manager, to close it" if row["refused"] else "To answer"
            line = typed("requests answer", home, row["check_id"], row["handle"])
            out.print(plain(f"  {to}: {line} {how}"))
        if not rows:
            out.print("No requests are waiting.")


@requests_app.command("answer")
def answer(
    home: Home,
    check_id: Annotated[
        str, typer.Argument(help="The check's id, as `hub requests list` shows it.", show_default=False)
    ],
    handle: Annotated[str, typer.Argument(help="The candidate's handle, likewise.", show_default=False)],
    release: Annotated[
        bool, typer.Option("--release/--withhold", help="What the person decided.", show_default=False)
    ],
    by: Annotated[
        Decider, typer.Option(help="Who decided; an Idva service decides about its own records.")
    ] = Decider.coordinator,
    who: Who = None,
) -> None:
    """Record a person's decision on a waiting disclosure. The asking area reads it when it asks again."""
    with opened(home) as node:
        speaker = asker(node, who)
        key = _find(node, speaker, check_id, handle)
        told = record_holder_decision(node, key, HolderDecision(by, release, speaker.name if speaker else ""))
        words = {
            "pending": "Recorded; it still waits: an Idva service decides about its own records.",
            "answered": "Recorded: the area reads the answer when it asks again.",
            "not_answered": "Recorded: the area reads no more than that nothing is answered.",
        }
        out.print(words[told.status])


def _find(node: Node, speaker: Requester | None, check_id: str, handle: str) -> DisclosureKey:
    for one in waiting(node, speaker):
        if (one.key.check_id, one.key.handle.hex()) == (check_id, handle):
            return one.key
    raise NotFoundError("No such request is waiting here.", do="See `hub requests list`.")


def _row(one: WaitingRequest) -> dict[str, Any]:
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
    }
