"""`hub audit unusual`: what is out of the ordinary in what areas ask each other."""

from __future__ import annotations

from typing import Final

import typer

from hub.checks.unusual import Side, Unusual, What
from hub.checks.unusual import unusual as found_in
from hub.cli.options import Home, Json, opened_to_read
from hub.cli.output import EXIT_REFUSED, out, plain, print_json

SIGNS: Final = {
    (What.volume, Side.of_us): "asked {counted} elements of us; a usual day has {usual}",
    (What.volume, Side.by_us): "was asked {counted} times in our name; a usual day has {usual}",
    (What.subjects, Side.by_us): "asked about {counted} people here; a usual day has {usual}",
    (What.out_of_hours, Side.of_us): "asked us {counted} times at night or at a weekend; usually {usual}",
    (
        What.out_of_hours,
        Side.by_us,
    ): "was asked {counted} times in our name at night or at a weekend; usually {usual}",
    (
        What.counts,
        Side.of_us,
    ): "has another record of what passed between us than we do: see hub audit reconcile",
    (
        What.emergency,
        Side.of_us,
    ): "asked us {counted} times over its quota, as an emergency, and was answered",
}


def unusual(home: Home, as_json: Json = False) -> None:
    """Show what was out of the ordinary in what areas asked each other in the last 30 days, the newest first.

    By this node's own log, for the data-protection officer: nobody is named, staff stand by their pseudonyms. The
    status is 1 where anything was.
    """
    with opened_to_read(home, as_json=as_json) as node:
        found = found_in(node)
        if as_json:
            print_json({"unusual": [_row(one) for one in found]})
        else:
            for one in found:
                area = node.areas.get(one.who)
                said = SIGNS[one.what, one.side].format(counted=one.counted, usual=one.usual)
                out.print(f"{one.day}: {plain(area.area if area else one.who)} {said}.")
            if not found:
                out.print("Nothing was out of the ordinary.")
        if found:
            raise typer.Exit(EXIT_REFUSED)


def _row(one: Unusual) -> dict[str, str | int]:
    return {
        "day": one.day.isoformat(),
        "what": one.what.value,
        "side": one.side.value,
        "who": one.who,
        "counted": one.counted,
        "usual": one.usual,
    }
