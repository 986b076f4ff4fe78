"""`hub candidates dismiss`: dismiss a candidate as not the same person, or undo that."""

from __future__ import annotations

from typing import Annotated

import typer

from hub.checks import dismissals
from hub.cli.acting import speaker
from hub.cli.options import CheckId, Home, Who, opened
from hub.cli.output import out
from hub.records.check import CandidateRef

candidates_app = typer.Typer(help="Candidates of a check that a person has judged.", no_args_is_help=True)


@candidates_app.command("dismiss")
def dismiss(
    home: Home,
    check_id: CheckId,
    handle: Annotated[
        str, typer.Argument(help="The candidate's handle, from the result.", show_default=False)
    ],
    area: Annotated[str, typer.Option(help="The node id of the candidate's area.", show_default=False)],
    undo: Annotated[
        bool, typer.Option("--undo", help="Undo the dismissal: the candidate is shown again.")
    ] = False,
    who: Who = None,
    because: Annotated[
        str,
        typer.Option(
            metavar="TEXT",
            help="Why not. Of a very likely match two people say so, each with --as and a reason.",
            show_default=False,
        ),
    ] = "",
) -> None:
    """Dismiss a candidate as not the person asked about. Later checks count it, and do not list it."""
    with opened(home) as node:
        known, target = speaker(node, "candidates dismiss", who).named, CandidateRef(check_id, area, handle)
        if undo:
            dismissals.undo_dismissal(node, target, known)
            out.print("The dismissal is undone: the candidate is shown again from the next check on.")
        elif dismissals.dismiss_by_name(node, target, known, because):
            out.print("The candidate is dismissed. Nothing was sent.")
        else:
            out.print(
                "Recorded. It is very likely the same person, so it is shown until a second person says the same."
            )


@candidates_app.callback()
def candidates() -> None:
    """Candidates of a check that a person has judged."""
