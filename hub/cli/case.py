"""`hub case`: one case of this node. Its reference comes from a file: arguments are seen by others."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from hub.accounts.organisations import folded
from hub.cases.areas import unknown_among
from hub.cases.repeat_decisions import Looker, note_entered, waiting_for
from hub.cases.stub import Stub, enter_case
from hub.checks.read import read_document
from hub.cli.acting import Speaker, TokenFile, speaker
from hub.cli.corrections import correct, corrections, decide_
from hub.cli.disclosure_scheme import disclosure_scheme
from hub.cli.fled import UNKNOWN, fled
from hub.cli.listing import list_for_
from hub.cli.options import Json, opened
from hub.cli.output import counted, err, out, plain, print_json
from hub.cli.safe import safe
from hub.cli.seals import seal, unseal
from hub.errors import InputError
from hub.sample.stub import sample_stub
from hub.values import Kind

case_app = typer.Typer(help="One case of this node.", no_args_is_help=True)

EXPLAINED = """\
A sample: everyone in it is made up. Write it to a file, change it, and enter it with `hub case add`.
  referrer            the agency that refers, and whom to ring there
  by                  who enters it; where people have accounts, leave it out: the account of the token does
  sealed              has anyone here fled, or is anyone a witness or staff? true or false: there is no default
  fled_from           has anyone here fled an area? [] for nobody, the areas, or "not_known": there is no default
  people              victim, perpetrator, children; date_of_birth as YYYY, YYYY-MM or YYYY-MM-DD, or leave it out
Optional: idva_service, referral_date, not_safe_to_talk_to; of a person ref, aliases, postcode, phone, nhs_number.\
"""


@case_app.command("add")
def add(
    home: Annotated[
        Path | None, typer.Argument(metavar="HOME", help="The node's home folder.", show_default=False)
    ] = None,
    stub: Annotated[
        Path | None,
        typer.Argument(
            metavar="STUB.json", help="The case: who refers it, and the people on it.", show_default=False
        ),
    ] = None,
    example: Annotated[
        bool, typer.Option("--example", help="Print a sample STUB.json, and enter nothing.")
    ] = False,
    token: TokenFile = None,
    as_json: Json = False,
) -> None:
    """Enter a case by its stub, so that its people can be asked about. Nobody on it is published."""
    if example:
        print_json(sample_stub())
        if not as_json:
            err.print(plain(EXPLAINED))
        return
    if home is None or stub is None:
        raise typer.BadParameter("HOME and STUB.json are needed, or --example alone.")
    with opened(home, as_json=as_json) as node:
        known = speaker(node, "case add", token=token)
        told = read_document(stub, Stub, "the stub", known.account)
        _require_own_kind(known, told)
        case = enter_case(node, told)
        note_entered(node, told.by, case.case_ref)
        looks = Looker(told.by, known.opens)
        here = sum(one.others for one in waiting_for(node, looks) if one.case_ref == case.case_ref)
        with node.read() as tx:
            unknown = unknown_among(tx, told.fled_from)
        if as_json:
            print_json(
                {
                    "case_ref": case.case_ref,
                    "people": len(told.people),
                    "sealed": case.sealed,
                    "unknown_areas": unknown,
                    "here_already": here,
                }
            )
            return
        some = counted(len(told.people), "person/people")
        out.print(plain(f"Case {case.case_ref} is entered: {some}. Ask with `hub check`."))
        out.print("Nobody on it is published. Import its referral under the same reference when it comes.")
        if here:
            err.print(f"Likely on {counted(here, 'other case/other cases')} here: see `hub repeats show`.")
        for area in unknown:
            err.print(plain(UNKNOWN.format(area)))


def _require_own_kind(known: Speaker, told: Stub) -> None:
    """Raise InputError for a case that is not of the account's organisation: a service's are its own clients'."""
    if known.acting is None:
        return
    body = known.acting.organisation
    own = Kind.idva if body.idva_service else Kind.marac
    if told.kind is not own or (body.idva_service and folded(told.idva_service) != folded(body.name)):
        service = f" and idva_service `{body.name}`" if body.idva_service else ""
        raise InputError(
            "This account enters cases of its own organisation alone.",
            kept="Nothing.",
            do=f"Write kind `{own.value}`{service}.",
        )


case_app.command("correct")(correct)
case_app.command("corrections")(corrections)
case_app.command("decide")(decide_)
case_app.command("disclosure-scheme")(disclosure_scheme)
case_app.command("fled")(fled)
case_app.command("list-for")(list_for_)
case_app.command("safe")(safe)
case_app.command("seal")(seal)
case_app.command("unseal")(unseal)
