"""What goes wrong between two nodes of a test, and with one of them: lost, doubled, late, dead, brought back."""

from __future__ import annotations

import asyncio
from dataclasses import dataclass, field
from pathlib import Path
from typing import Final

import httpx2

from hub.backup.finish import finish, to_do, waive
from hub.backup.make import backup
from hub.backup.restore import Source, restore
from hub.cases.seals import Said
from hub.cases.staff import STAFF_FILE
from hub.crypto import age
from hub.federation.publish import publish
from hub.federation.rotate_keys import rotate
from hub.node.home import advance_audit_checkpoint
from hub.node.node import Node, open_node
from hub.values import AgencyKind, Requester, RequesterRole
from hub.web.app import create_app
from tests.federation.nodes import Areas

FAULTS: Final = ("lost", "answer lost", "twice")
HOUR: Final = 3_600
_IDENTITY, _RECIPIENT = age.new_identity()
_MANAGER: Final = '[[staff]]\ngiven_names = "Ada"\nsurname = "Restorer"\nmanager = true\n'
_ADA: Final = Requester(name="Ada Restorer", role=RequesterRole.coordinator, agency_kind=AgencyKind.council)


class Faulty(httpx2.AsyncBaseTransport):
    """The way to a node: what goes wrong on it, for one path, until it is mended. Keeps what went by that path."""

    def __init__(self, there: httpx2.AsyncBaseTransport, path: str) -> None:
        self.there, self._path = there, path
        self.fault = ""
        self.went: list[httpx2.Request] = []

    async def handle_async_request(self, request: httpx2.Request) -> httpx2.Response:
        """Carry a request, or what the fault leaves of it."""
        if request.url.path != self._path:
            return await self.there.handle_async_request(request)
        await request.aread()
        self.went.append(request)
        if self.fault == "lost":
            raise httpx2.ConnectError("lost", request=request)
        answer = await self.there.handle_async_request(request)
        if self.fault == "answer lost":
            raise httpx2.ReadError("lost", request=request)
        if self.fault == "twice":
            return await self.there.handle_async_request(request)
        return answer

    def goes_again(self, at: int) -> int:
        """One of all that ever went, whether it came or not, comes (again), byte by byte; what it was answered."""
        one = self.went[at % len(self.went)]

        async def once() -> int:
            return (await self.there.handle_async_request(one)).status_code

        return asyncio.run(once())


def faulty(areas: Areas, path: str, *names: str) -> dict[str, Faulty]:
    """The ways to these areas, each of which may break for that path."""
    ways = {area: Faulty(areas.network.hosts[area], path) for area in names}
    areas.network.hosts |= ways
    return ways


def died(areas: Areas, area: str) -> None:
    """The area's process ended without a word, and begins anew."""
    home = areas[area].home
    areas[area].database.close()
    begun(areas, area, home)


def begun(areas: Areas, area: str, home: Path) -> Node:
    """The area's node, opened anew and served as it is now."""
    areas.nodes[area] = node = open_node(home, clock=areas.clock)
    app, way = httpx2.ASGITransport(app=create_app(node)), areas.network.hosts[area]
    if isinstance(way, Faulty):
        way.there = app
    else:
        areas.network.hosts[area] = app
    return node


@dataclass
class Backups:
    """The newest backup of each area, and bringing an area back from it as its operator and a manager do."""

    areas: Areas
    folder: Path
    newest: dict[str, Path] = field(default_factory=dict)

    def make(self, area: str) -> None:
        """Make one."""
        folder = self.folder / f"{area}-{len(list(self.folder.glob('*')))}"
        folder.mkdir(parents=True)
        staff = self.areas[area].home / STAFF_FILE
        if not staff.exists():
            staff.write_text(_MANAGER, encoding="utf-8")
        self.newest[area] = backup(self.areas[area], folder, [_RECIPIENT]).home

    def bring_back(self, area: str) -> None:
        """Bring it back: what people did since is waived, number by number, and its keys are made anew."""
        node = self.areas[area]
        advance_audit_checkpoint(node)
        node.database.close()
        restore(node.home, Source(self.newest[area], None, _IDENTITY), "The disk failed.")
        back = begun(self.areas, area, node.home)
        said = Said(_ADA, "The other area is rung.")
        waive(back, [one.number for one in to_do(back).left], said)
        others = [one for one in self.areas.nodes if one != area]
        finish(back, "waived", "All files are in.", unheard=others, without_knowing=said)
        rotate(back)
        publish(back)
