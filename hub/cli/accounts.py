"""`hub accounts`: who may sign in to the node's console. What names anybody comes from a file or is typed in.

What is done here is done on the machine, and recorded as the operator's. It opens no account: people do that.
"""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Annotated, Any

import typer
from pydantic import Field

from hub.accounts import accounts
from hub.accounts.accounts import Invitation, every_account, opens_by_provider
from hub.accounts.organisations import add_organisation, every_organisation
from hub.audit.events import OPERATOR
from hub.checks.read import read_document
from hub.cli.options import Home, Json, opened, opened_to_read
from hub.cli.output import err, out, plain, print_json
from hub.errors import NotFoundError, UsageError
from hub.node.transaction import Reading
from hub.records.accounts import Account, AccountRole, AccountState, Organisation
from hub.values import AgencyKind, ShortText, Value

accounts_app = typer.Typer(help="Who may sign in to the node's console.", no_args_is_help=True)

EXPLAINED = """\
Write it to a file, change it, and invite them with `hub accounts invite`.
  sign_in       what they sign in with: their address at work
  name          their name in full; nobody else here has it
  role          coordinator, idva, representative, manager, data_protection_officer or operator
  organisation  whom they act for: its name, its kind, and whether it is an Idva service\
"""
_STATES = {
    AccountState.awaiting: "waits for a manager's word",
    AccountState.invited: "invited",
    AccountState.open: "open",
    AccountState.disabled: "disabled",
}


class OrganisationTold(Value):
    """An organisation as a file names it."""

    name: ShortText = Field(min_length=1)
    agency_kind: AgencyKind
    idva_service: bool = False


class InvitationTold(Value):
    """An INVITATION.json."""

    sign_in: ShortText = Field(min_length=3)
    name: ShortText = Field(min_length=1)
    role: AccountRole
    organisation: OrganisationTold


@accounts_app.command("invite")
def invite(
    home: Annotated[
        Path | None, typer.Argument(metavar="HOME", help="The node's home folder.", show_default=False)
    ] = None,
    invitation: Annotated[
        Path | None,
        typer.Argument(metavar="INVITATION.json", help="Who, for whom and as what.", show_default=False),
    ] = None,
    example: Annotated[
        bool, typer.Option("--example", help="Print a sample INVITATION.json, and invite nobody.")
    ] = False,
    as_json: Json = False,
) -> None:
    """Invite somebody, and print the code with which they open their account."""
    if example:
        print_json(_EXAMPLE)
        if not as_json:
            err.print(plain(EXPLAINED))
        return
    if home is None or invitation is None:
        raise typer.BadParameter("HOME and INVITATION.json are needed, or --example alone.")
    with opened(home, as_json=as_json) as node:
        told = read_document(invitation, InvitationTold, "the invitation")
        body = told.organisation
        with node.write() as tx:
            organisation = add_organisation(
                tx, body.name, body.agency_kind, idva_service=body.idva_service, by=OPERATOR
            )
            account, code = accounts.invite(
                tx, Invitation(told.sign_in, told.name, organisation, told.role), None
            )
        waits = account.state is AccountState.awaiting
        if as_json:
            with node.read() as reading:
                by_provider = opens_by_provider(reading, account)
            row = _row(account, [organisation], by_provider=by_provider)
            print_json({**row, "code": code})
            return
        if waits:
            out.print("Invited. A manager confirms the account in the console, and tells them the code.")
            return
        out.print(plain(f"Invited. The code, which is shown this once:\n  {code}"))
        out.print("Give it to them by word of mouth. It opens their account in the console, for a week.")


@accounts_app.command("list")
def list_(home: Home, as_json: Json = False) -> None:
    """List the accounts, with who they are for and how each stands."""
    with opened_to_read(home, as_json=as_json) as node:
        with node.read() as tx:
            organisations = every_organisation(tx)
            rows = [
                _row(one, organisations, by_provider=one.by_provider or opens_by_provider(tx, one))
                for one in every_account(tx)
            ]
        if as_json:
            print_json({"accounts": rows})
            return
        for row in rows:
            kind = row["role"].replace("_", " ")
            out.print(plain(f"{row['id'][:8]}  {row['name']}, {kind}, {row['organisation']}: {row['says']}"))
            by = ", by the organisation's own provider" if row["by_provider"] else ""
            out.print(plain(f"          signs in as {row['sign_in']}{by}"))
        if not rows:
            out.print("There are no accounts yet. Begin with a manager: `hub accounts invite --example`.")


@accounts_app.command("disable")
def disable(
    home: Home,
    number: Annotated[str, typer.Argument(metavar="ID", help="As `hub accounts list` shows it.")],
) -> None:
    """Let an account do nothing more. Its sessions end at once; what it did stays on the record."""
    with opened(home) as node, node.write() as tx:
        accounts.disable(tx, _found(tx, number), None)
        out.print("Disabled. Whoever used it is signed out.")


@accounts_app.command("reset")
def reset(
    home: Home,
    number: Annotated[str, typer.Argument(metavar="ID", help="As `hub accounts list` shows it.")],
) -> None:
    """Ask for a new second factor, for somebody who lost theirs. A manager confirms it in the console."""
    with opened(home) as node, node.write() as tx:
        accounts.ask_for_reset(tx, _found(tx, number), None)
        out.print(
            "Asked. A manager confirms it in the console, and gives them the code. Nothing changes before."
        )


def _found(tx: Reading, number: str) -> Account:
    found = [one for one in every_account(tx) if number and one.id.startswith(number)]
    if not found:
        raise NotFoundError("There is no such account.", do="See `hub accounts list`.")
    if len(found) > 1:
        raise UsageError("More than one account begins so.", do="Give more of its id.")
    return found[0]


def _row(account: Account, organisations: Sequence[Organisation], *, by_provider: bool) -> dict[str, Any]:
    names = {one.id: one.name for one in organisations}
    return {
        "id": account.id,
        "sign_in": account.sign_in,
        "by_provider": by_provider,
        "name": account.name,
        "role": account.role.value,
        "organisation": names.get(account.organisation, ""),
        "state": account.state.value,
        "reset_asked": bool(account.reset_asked_by),
        "says": _STATES[account.state]
        + (", codes were guessed with the right password: nobody signs in" if account.guessed else "")
        + (", asks for a new second factor" if account.reset_asked_by else ""),
    }


_EXAMPLE = {
    "sign_in": "first.manager@council.example",
    "name": "Robin Sample",
    "role": "manager",
    "organisation": {"name": "Northmoor Council", "agency_kind": "council", "idva_service": False},
}
