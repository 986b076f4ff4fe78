"""Where somebody begins whose role has no page here yet."""

from __future__ import annotations

from typing import Final

from fastapi import Response

from hub.web.console.asked import Asked, Page


def _nothing(asked: Asked) -> Response:
    return asked.page("nothing.html")


PAGES: Final = (Page("GET", "/nothing", _nothing),)
