"""What is out of the ordinary in what areas ask each other, for the data-protection officer. Changes nothing."""

from __future__ import annotations

from typing import Final

from fastapi import Response

from hub.checks.unusual import Side, Unusual, What, unusual
from hub.web.console.asked import Asked, Page
from hub.web.console.language import gettext, mark

SIGNS: Final = {
    (What.volume, Side.of_us): mark("The area asked far more of us than on its other days"),
    (What.volume, Side.by_us): mark("Far more was asked of the area in our name than on other days"),
    (What.subjects, Side.by_us): mark("One person here asked about far more people than on other days"),
    (What.out_of_hours, Side.of_us): mark("The area asked us at night or at a weekend"),
    (What.out_of_hours, Side.by_us): mark("Somebody asked in our name at night or at a weekend"),
    (What.counts, Side.of_us): mark("The area's record of what passed between us differs from ours"),
    (What.emergency, Side.of_us): mark("The area asked over its quota, as an emergency, and was answered"),
}


def _list(asked: Asked) -> Response:
    found = unusual(asked.node)
    return asked.page(
        "unusual.html", rows=[(one, gettext(SIGNS[one.what, one.side]), _who(asked, one)) for one in found]
    )


def _who(asked: Asked, one: Unusual) -> str:
    """The area by its name, or the pseudonym of who asked here."""
    area = asked.node.areas.get(one.who)
    return area.area if area else one.who


PAGES: Final = (Page("GET", "/unusual", _list),)
