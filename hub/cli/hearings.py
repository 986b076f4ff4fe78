"""`hub hearings`: later hearings in other areas of cases that both hold to be the same."""

from __future__ import annotations

import datetime as dt
from typing import Final

import typer

from hub.checks.heard_elsewhere import HeardElsewhere, heard_by_name, heard_elsewhere
from hub.cli.acting import TokenFile, speaker
from hub.cli.options import Home, Json, Who, opened_to_read
from hub.cli.output import out, plain, print_json
from hub.records.hearings import State
from hub.values import day_in_words

hearings_app = typer.Typer(
    help="Later hearings in other areas of cases that both areas hold to be the same.", no_args_is_help=True
)
_WORDS: Final[dict[State, str]] = {
    "heard": "heard at {area} on {day}.",
    "listed": "to be heard at {area} on {day}.",
    "not_known": "was to be heard at {area} on {day}; that area has not said since whether it was.",
}


@hearings_app.command("list")
def list_(home: Home, who: Who = None, token: TokenFile = None, as_json: Json = False) -> None:
    """List the days that other areas said, the newest first. The worker asks and tells them once a day."""
    with opened_to_read(home, as_json=as_json) as node:
        known = speaker(node, "hearings list", who, token)
        found = heard_elsewhere(node, known.acting) if known.acting else heard_by_name(node, known.named)
        if as_json:
            print_json({"hearings": list(map(_row, found))})
            return
        for one in found:
            area = node.areas.get(one.area)
            said = _WORDS[one.state].format(area=area.area if area else one.area, day=day_in_words(one.day))
            out.print(plain(f"Case {one.case_ref}: {said}"))
        if not found:
            out.print("No area has said that it heard a case of yours later. That never means that none did.")


def _row(one: HeardElsewhere) -> dict[str, str]:
    return {
        "case_ref": one.case_ref,
        "area": one.area,
        "day": one.day.isoformat(),
        "state": one.state,
        "said_at": dt.datetime.fromtimestamp(one.said_at, dt.UTC).isoformat(),
    }
