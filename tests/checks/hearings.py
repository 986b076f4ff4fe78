"""Northmoor and Eastvale hold a case to be the same, and each hears it later."""

from __future__ import annotations

import asyncio
import datetime as dt

from hub.checks.later_hearings import exchange_hearings
from tests.checks.disclosing import SUBJECT, asked, disclosed
from tests.federation.nodes import Areas, case, cases_of, hold

HERS = dt.date(2026, 12, 3)
THEIRS = dt.date(2026, 11, 20)
LATER = dt.date(2026, 12, 17)


def linked(areas: Areas) -> str:
    """Northmoor's check of Eastvale, told and answered; each hears its case later."""
    hold(areas["northmoor"], case("NM-1", [SUBJECT], meeting_date=HERS))
    hold(areas["eastvale"], case("eastvale-0", cases_of("eastvale")[0], meeting_date=THEIRS))
    check_id = asked(areas).check_id
    disclosed(areas, check_id)
    return check_id


def exchanged(areas: Areas) -> None:
    """What the worker does once a day."""

    async def go() -> None:
        async with areas.client("northmoor") as client:
            await exchange_hearings(areas["northmoor"], client, "eastvale", lambda: None)

    asyncio.run(go())
