"""When what finds nothing is answered: at a tick, so that nobody tells by the time what is kept from them.

To find out that something is kept from somebody takes longer than that it is not there; both take far less than a
tick.
"""

from __future__ import annotations

import time
from typing import Final

from anyio import sleep

clock: Final = time.monotonic
TICK_S: Final = 0.25
"""At multiples of this, since it came, a request is answered that finds nothing."""


async def to_the_tick(begun: float) -> None:
    """Wait until the next tick since `begun`, which is a `clock`."""
    spent = clock() - begun
    await sleep(TICK_S - spent % TICK_S)
