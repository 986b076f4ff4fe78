"""`hub idva`: who is referred to the Idva service, the clock of its first contact, and taking a client on."""

from __future__ import annotations

import asyncio
from pathlib import Path
from typing import Annotated, Any

import typer
from pydantic import StrictBool

from hub.accounts.accounts import Acting
from hub.cases import idva_inbox
from hub.cases.clients_answer import keep_answer
from hub.cases.first_contact import FirstContact
from hub.cases.idva_plan import plan_before, say_safe
from hub.cases.shown import lines
from hub.checks.read import read_document
from hub.cli.acting import Speaker, TokenFile, speaker
from hub.cli.options import Home, Json, opened, opened_to_read, read_case_ref
from hub.cli.output import out, plain, print_json
from hub.consent import VictimAgreement
from hub.errors import NotFoundError, UsageError
from hub.federation.client import PeerClient
from hub.node.node import Node
from hub.transfers.deliver import deliver_first
from hub.transfers.handover import HandoverTyped, hand_over, handovers
from hub.values import LongText, ShortText, Value
from hub.web.typed.clients_answer import AnswerTyped, basis_of
from hub.web.typed.first_contacts import FirstContactShown, in_words, told_of
from hub.web.typed.handovers import HandoversTold

idva_app = typer.Typer(
    help="Referrals to the Idva service, and its first contact with each.", no_args_is_help=True
)
_SAID = {
    VictimAgreement.given: "Kept: other services may be asked. Ask with `hub check` or in the console.",
    VictimAgreement.refused: "Kept. The client's decision: nothing was asked.",
    VictimAgreement.not_asked: "Kept. Nothing was asked: arrange a safe call, or ask another day.",
}
Number = Annotated[
    str,
    typer.Argument(metavar="ID", help="The referral's id, as `hub idva list` shows it.", show_default=False),
]


@idva_app.command("list")
def list_(home: Home, token: TokenFile = None, as_json: Json = False) -> None:
    """List who is referred to your Idva service; for a Marac, its cases whom no Idva has reached yet."""
    with opened_to_read(home, as_json=as_json) as node:
        acting = _acting(node, "idva list", token)
        rows: list[tuple[dict[str, str], FirstContact | None]]
        if idva_inbox.acts_for_service(acting):
            rows = [
                ({"id": one.referral.id, "case_ref": one.number, "why": one.referral.why}, one.contact)
                for one in idva_inbox.of_service(node, acting)
            ]
        else:
            rows = [({"case_ref": one.number}, one.contact) for one in idva_inbox.of_marac(node, acting)]
        if as_json:
            print_json({"referrals": [{**row, **_told(now)} for row, now in rows]})
            return
        for row, now in rows:
            number = f"{row['id']}  " if "id" in row else ""
            out.print(plain(f"{number}{row['case_ref']}: {in_words(now)}"))
        if not rows:
            out.print("Nobody waits for a first contact.")


@idva_app.command("contact")
def contact(
    home: Home,
    number: Number,
    reached: Annotated[
        bool,
        typer.Option(
            "--reached/--not-reached", help="Whether you were in contact with the victim.", show_default=False
        ),
    ],
    token: TokenFile = None,
    as_json: Json = False,
) -> None:
    """Record that your Idva service tried to be in contact with the victim. The Marac sees yes or no, and hours."""
    with opened(home, as_json=as_json) as node:
        acting = _acting(node, "idva contact", token)
        now = idva_inbox.tried(node, acting, number, reached=reached)
        if as_json:
            print_json(_told(now))
        else:
            out.print(in_words(now))


@idva_app.command("take-on")
def take_on(home: Home, number: Number, token: TokenFile = None) -> None:
    """Take the victim on as a client of your service, with what the referral says, on a case of its own."""
    with opened(home) as node:
        acting = _acting(node, "idva take-on", token)
        idva_inbox.take_on(node, acting, number)
        out.print("Taken on: your service has a case of its own.")


class SafeTyped(Value):
    """Whether a plan is safe, and what risk an action may itself cause."""

    safe: StrictBool
    risk_it_makes: LongText = ""


@idva_app.command("safe")
def safe(
    home: Home,
    number: Number,
    file: Annotated[
        Path, typer.Argument(metavar="SAFE.json", help="`safe`, and `risk_it_makes`.", show_default=False)
    ],
    token: TokenFile = None,
) -> None:
    """Say in the name of your service whether the plan of somebody whom it supports is as safe as it can be."""
    with opened(home) as node:
        acting = _acting(node, "idva safe", token)
        said = read_document(file, SafeTyped, "whether the plan is safe")
        there = plan_before(node, acting, number)
        handle = there.handle if there else ""
        say_safe(node, acting, number, handle, safe=said.safe, risk=said.risk_it_makes)
        out.print("Kept, in the name of your service.")


@idva_app.command("refer")
def refer(
    home: Home,
    service: Annotated[
        str, typer.Option("--service", metavar="NAME", help="The Idva service.", show_default=False)
    ],
    token: TokenFile = None,
    as_json: Json = False,
) -> None:
    """Pass a Marac's case on to an Idva service that you name. Standard input has the case's reference."""
    with opened(home, as_json=as_json) as node:
        acting = _acting(node, "idva refer", token)
        wanted = read_case_ref()
        idva_inbox.refer_to(node, acting, _case(node, acting, wanted), service)
        if as_json:
            print_json({"case_ref": wanted, "service": service})
        else:
            out.print(plain(f"Passed on to {service}."))


@idva_app.command("handovers")
def handovers_(home: Home, number: Number, token: TokenFile = None, as_json: Json = False) -> None:
    """Show what the Idva service of another area handed over to yours, and how far it is with what you hand over.

    What came your service alone reads: no Marac, here or there.
    """
    with opened_to_read(home, as_json=as_json) as node:
        acting = _acting(node, "idva handovers", token)
        with Speaker(node, "idva handovers", None, acting).opening("referral", number):
            found = handovers(node, acting, number)
            if found is None:
                raise NotFoundError(
                    "There is no such referral here.", kept="Nothing.", do="See the referrals."
                )
        told = HandoversTold.of(found)
        if as_json:
            print_json(told.model_dump(mode="json"))
            return
        for line in told.lines():
            out.print(plain(line))


@idva_app.command("hand-over")
def hand_over_(
    home: Home,
    number: Number,
    file: Annotated[
        Path,
        typer.Argument(
            metavar="HANDOVER.json", help="What is handed over; docs/formats.md has it.", show_default=False
        ),
    ],
    token: TokenFile = None,
) -> None:
    """Hand over to the Idva service of the area that a case moved to, which alone reads it."""
    with opened(home) as node:
        acting = _acting(node, "idva hand-over", token)
        typed = read_document(file, HandoverTyped, "the handover")
        delivery = hand_over(node, acting, number, typed)

        async def go() -> str:
            async with PeerClient(node) as client:
                return await deliver_first(node, client, delivery)

        waits = asyncio.run(go())
        out.print(plain(f"Handed over. {waits} It waits to be sent." if waits else "Handed over."))


class SaidTyped(AnswerTyped):
    """What a client said, and the reference of her case."""

    case_ref: ShortText


@idva_app.command("said")
def said(
    home: Home,
    file: Annotated[
        Path,
        typer.Argument(
            metavar="SAID.json", help="What the client said; docs/formats.md has it.", show_default=False
        ),
    ],
    token: TokenFile = None,
    as_json: Json = False,
) -> None:
    """Keep what a client said when asked, aloud, whether a service before may be asked. Nobody is asked by this."""
    with opened(home, as_json=as_json) as node:
        acting = _acting(node, "idva said", token)
        typed = read_document(file, SaidTyped, "what the client said")
        answer = typed.answer(basis_of(node, acting.requester))
        kept = keep_answer(node, acting, _case(node, acting, typed.case_ref), answer)
        if as_json:
            told = kept.model_dump(mode="json", include={"said", "basis", "edition"})
            print_json({**told, "agreement": kept.agreement.value})
        else:
            out.print(plain(_SAID[kept.agreement]))


def _case(node: Node, acting: Acting, wanted: str) -> str:
    """The handle of the case of that reference, of those that they may open. Raises NotFoundError."""
    found = next((one for one in lines(node, acting, 50, wanted) if one.number == wanted), None)
    if found is None:
        raise NotFoundError("There is no such case here.", kept="Nothing was changed.", do="Check it.")
    return found.handle


def _acting(node: Node, command: str, token: Path | None) -> Acting:
    acting = speaker(node, command, None, token).acting
    if acting is None:
        raise UsageError(
            "Nobody has an account on this node, so that no Idva service is there.",
            kept="Nothing was changed.",
            do="Invite a manager first: `hub accounts invite`.",
        )
    return acting


def _told(now: FirstContact | None) -> dict[str, Any]:
    told = FirstContactShown(**told_of(now)).model_dump(mode="json")
    return {"passed_on": now is not None, **told}
