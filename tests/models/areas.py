"""The three areas of the live test, and two women whom all of them know: one fled an area, one fled none."""

from __future__ import annotations

from typing import Final

from hub.federation.publish import publish
from tests.federation.nodes import Areas, case, hold, stranger

ASKS: Final = "northmoor"
HOLDS: Final = "eastvale"
FLED: Final = "southmere"
SHE: Final = stranger(801)
"""She fled Southmere, as her case at Northmoor says; she has another surname since."""
NEW_NAME: Final = "Whitlocke-Sayre"
HER: Final = SHE.model_copy(update={"surname": NEW_NAME, "aliases": (f"{SHE.given_names} {SHE.surname}",)})
OTHER: Final = stranger(802)
"""She fled nowhere, and is known at both."""
CASES: Final = {"NM-1": (HER, (FLED,)), "NM-2": (OTHER, ())}


def furnish(areas: Areas) -> None:
    """Put both women into the three areas, as the template of each run."""
    for ref, (woman, fled) in CASES.items():
        hold(areas[ASKS], case(ref, [woman], fled_asked=True, fled_from=fled))
    for area in (HOLDS, FLED):
        hold(areas[area], case(f"{area}-1", [SHE], fled_asked=True, fled_from=()))
        hold(areas[area], case(f"{area}-2", [OTHER], fled_asked=True, fled_from=()))
    for area in (ASKS, HOLDS, FLED):
        publish(areas[area])
