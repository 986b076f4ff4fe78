"""`hub case list-for`: the day of a case's meeting; listing it for one, moving it, and taking it off the list."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer
from pydantic import Field

from hub.cases.access import restrictions_on
from hub.cases.listing import list_for
from hub.cases.meeting_days import Listing
from hub.cases.shown import of_marac, opens
from hub.checks.read import read_document
from hub.cli.acting import Speaker, TokenFile, speaker
from hub.cli.options import Home, Json, opened
from hub.cli.output import out, plain, print_json
from hub.errors import NotFoundError
from hub.records.cases import HeldCase
from hub.values import Requester, ShortText, day_in_words


class ListingOfCase(Listing):
    """The same, of the case of a reference; and who says it, where nobody has an account."""

    case_ref: ShortText = Field(min_length=1)
    by: Requester


def list_for_(
    home: Home,
    file: Annotated[
        Path,
        typer.Argument(
            metavar="LISTED.json", help="The case and the day; docs/formats.md has it.", show_default=False
        ),
    ],
    token: TokenFile = None,
    as_json: Json = False,
) -> None:
    """List a case for a meeting, move it to another day, or take it off the list, with a reason."""
    with opened(home, as_json=as_json) as node:
        known = speaker(node, "case list-for", token=token)
        told = read_document(file, ListingOfCase, "the listing", known.account)
        held = _case(known, told.by, told.case_ref)
        days = list_for(node, held, told.by, Listing(**told.model_dump(exclude={"case_ref", "by"})))
        if as_json:
            print_json(
                {
                    "case_ref": told.case_ref,
                    "meeting_date": days.meeting.isoformat() if days.meeting else None,
                    "heard": [one.isoformat() for one in days.heard],
                }
            )
            return
        listed = f"listed for {day_in_words(days.meeting)}" if days.meeting else "listed for no meeting"
        out.print(plain(f"Case {told.case_ref} is {listed}."))


def _case(known: Speaker, by: Requester, case_ref: str) -> HeldCase:
    """The case of that reference, as a coordinator or manager of the Marac finds it. Raises NotFoundError."""
    node, acting = known.node, known.acting
    with node.read() as tx:
        held = restrictions_on(node, by).find(tx, case_ref)
    theirs = acting is None or (of_marac(acting) and held is not None and opens(acting)(held.details))
    if held is None or not theirs:
        raise NotFoundError("There is no such case here.", kept="Nothing was changed.", do="Check it.")
    return held
