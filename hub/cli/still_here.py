"""`hub requests still-here`: whether the victim is still in our area, of a question that an agreement answered."""

from __future__ import annotations

import datetime as dt
from enum import StrEnum
from typing import Annotated, Any, Final, get_args

import typer

from hub.checks.incoming import Incoming
from hub.checks.still_here import Answer, Said, say_still_here, told_lately
from hub.cli.acting import Speaker, TokenFile, speaker
from hub.cli.options import Home, opened
from hub.cli.output import out, plain
from hub.errors import UsageError
from hub.node.node import Node

_MANY: Final = 50
_WORDS: Final[dict[Answer, str]] = {"yes": "yes", "moved": "has moved", "not_known": "not known"}


class Still(StrEnum):
    """What is said of where the victim is: never where somebody went."""

    yes = "yes"
    moved = "moved"
    not_known = "not-known"

    @property
    def answer(self) -> Answer:
        """It, as it is kept."""
        return next(one for one in get_args(Answer) if one == self.name)


def still_here(
    home: Home,
    request: Annotated[
        str,
        typer.Argument(help="The question's id, as `hub requests list` shows it.", show_default=False),
    ],
    answer: Annotated[
        Still, typer.Argument(help="Whether the victim is still in our area.", show_default=False)
    ],
    token: TokenFile = None,
) -> None:
    """Say of a question that an agreement answered whether the victim is still in our area. Nobody is told."""
    with opened(home) as node:
        acting = speaker(node, "requests still-here", None, token).acting
        if acting is None:
            raise UsageError(
                "Nobody has an account on this node, so that nobody can be held to the answer.",
                kept="Nothing was changed.",
                do="Invite a manager first: `hub accounts invite`.",
            )
        say_still_here(node, acting, request, answer.answer)
        out.print("Kept with the case. The area that asked is told nothing of it.")


def told_rows(node: Node, known: Speaker) -> list[dict[str, Any]]:
    """What an agreement answered lately, of the cases that the account opens; none where nobody has an account."""
    found = told_lately(node, known.acting, _MANY) if known.acting else []
    return [_row(one, said) for one, said in found]


def tell(row: dict[str, Any]) -> None:
    """Print one of those."""
    out.print(
        plain(f"{row['area']} asked about {row['case_ref']}, answered under the agreement: {row['id']}")
    )
    said = f"{_WORDS[row['still_here']]}, {row['said_by']}" if row["still_here"] else "nobody has said"
    out.print(plain(f"  Is the victim still in our area? {said}"))


def _row(one: Incoming, said: Said | None) -> dict[str, Any]:
    return {
        "id": one.address,
        "area": one.request.key.peer,
        "case_ref": one.case_ref,
        "answered_at": dt.datetime.fromtimestamp(one.request.came_at, dt.UTC).isoformat(),
        "still_here": said.answer if said else None,
        "said_by": said.by if said else "",
    }
