"""What tests of pages and of programs share."""

from __future__ import annotations

import pytest

from hub.web import ticks


@pytest.fixture(autouse=True)
def answered_at_once(monkeypatch: pytest.MonkeyPatch) -> None:
    """What finds nothing is answered at once, but where a test is about that."""

    async def at_once(_: float) -> None:
        """Do not wait."""

    monkeypatch.setattr(ticks, "sleep", at_once)
