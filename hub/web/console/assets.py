"""The console's style sheets and scripts: read once, compressed once, and kept by browsers for good.

The address of each has a digest of them all, so that a page never meets those of another version, and scripts name
each other by relative addresses. Nothing is fetched from elsewhere. What is borrowed, and from whom, is in
`static/vendor/VENDORED.toml`.
"""

from __future__ import annotations

import gzip
from dataclasses import dataclass
from functools import cache
from hashlib import sha256
from pathlib import Path
from typing import Final

from fastapi import APIRouter, Request, Response

from hub.errors import NotFoundError

STATIC: Final = Path(__file__).with_name("static")
PREFIX: Final = "/static"
PATH: Final = PREFIX + "/{digest}/{name:path}"
FOREVER: Final = "public, max-age=31536000, immutable"
_TYPES: Final = {".css": "text/css", ".js": "text/javascript", ".svg": "image/svg+xml"}


@dataclass(frozen=True, slots=True)
class Asset:
    """A file as it is sent: its bytes, plain and compressed, and its type."""

    plain: bytes
    compressed: bytes
    media_type: str


@cache
def _assets() -> dict[str, Asset]:
    """Every file that browsers get, by its place under `static`. Compressed without a time: the same each start."""
    files = sorted(path for path in STATIC.rglob("*") if path.suffix in _TYPES)
    return {
        path.relative_to(STATIC).as_posix(): Asset(
            data := path.read_bytes(), gzip.compress(data, 9, mtime=0), _TYPES[path.suffix]
        )
        for path in files
    }


@cache
def _digest() -> str:
    whole = sha256()
    for name, asset in _assets().items():
        whole.update(f"{name}:{len(asset.plain)}:".encode() + asset.plain)
    return whole.hexdigest()[:16]


def address(name: str) -> str:
    """Return the address of a file by its place, such as "console.css". Raises KeyError where there is none."""
    if name not in _assets():
        raise KeyError(name)
    return f"{PREFIX}/{_digest()}/{name}"


def asset_routes() -> APIRouter:
    """The one route that serves them, to anybody: they tell nothing about anyone."""
    router = APIRouter()

    @router.get(PATH)
    async def asset(request: Request, digest: str, name: str) -> Response:
        found = _assets().get(name)
        if found is None or digest != _digest():
            raise NotFoundError("There is no such file.")
        headers = {"Cache-Control": FOREVER, "Vary": "Accept-Encoding"}
        body = found.plain
        if "gzip" in request.headers.get("Accept-Encoding", ""):
            body, headers["Content-Encoding"] = found.compressed, "gzip"
        return Response(body, media_type=found.media_type, headers=headers)

    return router
