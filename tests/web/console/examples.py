"""An example of every page of the console in every state: where it is, who opens it, and what they send.

In the order in which they can be met: each is an address of the route table with what is there. Two real areas:
Northmoor asks about a case of its own, Eastvale is asked (`world`). Each journey's are in a module of its own
(`by_journey`): a new page's go there.
"""

from __future__ import annotations

from typing import Final

from hub.web.guards import ROUTES
from tests.web.console.by_journey import (
    accounts,
    asking,
    before_manager,
    correcting,
    earlier_papers,
    idva,
    incoming,
    moving,
    planning,
    protecting,
    referring,
    repeats,
    ringing,
    signing_in,
)
from tests.web.console.by_journey.example import AWAY, NOBODY, PROVEN, UNSIGNED, Example
from tests.web.console.world import World

__all__ = ["AWAY", "EXAMPLES", "NOBODY", "NO_PAGES", "PROVEN", "UNSIGNED", "Example", "World"]

NO_PAGES: Final = frozenset(
    {
        "GET /healthz",
        "GET /static/{digest}/{name:path}",
        "GET /checks/{check}/certificate",
        "GET /cases/{case}/papers/{paper}/file",
    }
) | {f"{method} {path}" for method, path in ROUTES if path.startswith("/api/")}
EXAMPLES: Final[tuple[Example, ...]] = (
    *signing_in.EXAMPLES,
    *referring.EXAMPLES,
    *asking.EXAMPLES,
    *incoming.EXAMPLES,
    *moving.EXAMPLES,
    *ringing.EXAMPLES,
    *earlier_papers.EXAMPLES,
    *protecting.EXAMPLES,
    *before_manager.EXAMPLES,
    *repeats.EXAMPLES,
    *correcting.EXAMPLES,
    *planning.EXAMPLES,
    *idva.EXAMPLES,
    *accounts.EXAMPLES,
)
