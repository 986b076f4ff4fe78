"""`hub case disclosure-scheme`: whether the Domestic Violence Disclosure Scheme was considered for a case."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer
from pydantic import Field

from hub.cases.shown import address_of, case_shown
from hub.checks.disclosure_scheme import SchemeTyped, due, record
from hub.checks.read import read_document
from hub.cli.acting import TokenFile, speaker
from hub.cli.options import Home, Json, opened
from hub.cli.output import out, plain, print_json
from hub.errors import NotFoundError, UsageError
from hub.values import ShortText


class SchemeOfCase(SchemeTyped):
    """The same, of the case of that number."""

    case_ref: ShortText = Field(min_length=1)


def disclosure_scheme(
    home: Home,
    file: Annotated[
        Path,
        typer.Argument(metavar="SAID.json", help="What is said; docs/formats.md has it.", show_default=False),
    ],
    token: TokenFile = None,
    as_json: Json = False,
) -> None:
    """Record whether the disclosure scheme (DVDS) was considered for a case, and why. Nobody is told."""
    with opened(home, as_json=as_json) as node:
        acting = speaker(node, "case disclosure-scheme", None, token).acting
        if acting is None:
            raise UsageError(
                "Nobody has an account on this node, so that nobody can be held to what is said.",
                kept="Nothing was changed.",
                do="Invite a manager first: `hub accounts invite`.",
            )
        told = read_document(file, SchemeOfCase, "what is said", None)
        held = case_shown(node, acting, address_of(node, node.case_digest(told.case_ref)))
        if held is None:
            raise NotFoundError(
                "There is no case of this number here.", kept="Nothing was changed.", do="Check the number."
            )
        record(node, acting, held, told)
        left = due(node, acting, held)
        if as_json:
            print_json({"case_ref": held.details.case_ref, "considered": told.considered, "due": left})
            return
        out.print(plain(f"Kept with case {held.details.case_ref}. No other area is told."))
        if left:
            out.print(
                "The scheme is still to be considered: another area knows an alleged perpetrator as one."
            )
