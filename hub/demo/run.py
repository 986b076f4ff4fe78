"""The demonstration: three areas on this machine, a near miss asked about, and the flag. All of it is fiction.

Real nodes in processes of their own, real HTTP on loopback, the shipped generator's referrals. It makes its
homes in a fresh temporary folder and removes them when it ends. Prints nothing (`hub.cli.demo`).
"""

from __future__ import annotations

import asyncio
import csv
import datetime as dt
import os
import shutil
import socket
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

import httpx2

from hub.cases.importing.assemble import read_cases
from hub.cases.importing.run import import_cases
from hub.checks.check import check
from hub.checks.disclose import disclose_at_once
from hub.errors import HubError, PeerError
from hub.federation.client import PeerClient
from hub.federation.peers import add_peer
from hub.federation.publish import publish
from hub.federation.sync import sync_all
from hub.node.home import advance_audit_checkpoint, create_home
from hub.node.keys import load_root
from hub.node.node import Node, key_folder
from hub.node.settings import Agreement, Settings, load_areas
from hub.records.check import CheckRequest, CheckResult
from hub.sample.story import Story, story
from hub.values import Purpose

SEED: Final = 20_261_122
AGREEMENT: Final = "Inter-area agreement 2026/1 (fiction)"
_START_S: Final = 120.0

Say = Callable[[str], None]


@dataclass(frozen=True)
class Demo:
    """The running demonstration: its nodes, the area that asks, and each question with its result."""

    nodes: tuple[Node, ...]
    asking: str
    checks: tuple[tuple[str, CheckRequest, CheckResult], ...]


@contextmanager
def running_demo(say: Say) -> Iterator[Demo]:
    """Set everything up, ask the three questions, and keep the nodes running until the block ends."""
    with ExitStack() as stack:
        folder = Path(tempfile.mkdtemp(prefix="hub-demo-"))
        stack.callback(shutil.rmtree, folder, ignore_errors=True)
        told = story(SEED)
        nodes = []
        for area, rows in told.referrals.items():
            say(f"{area.capitalize()}: making a node, importing {len(rows)} people, publishing tokens ...")
            nodes.append(_node(folder, area, rows))
        servers = [stack.enter_context(_serving(node)) for node in nodes]
        for node, server in zip(nodes, servers, strict=True):
            _wait_until_up(node, server)
        say("Making the areas known to each other, and syncing their feeds ...")
        asyncio.run(_introduce(nodes))
        asking = next(node for node in nodes if node.node_id == told.asking)
        say(f"{asking.settings.area} asks its neighbours ...")
        checks = asyncio.run(_ask(asking, told))
        for node in nodes:
            advance_audit_checkpoint(node)
        yield Demo(tuple(nodes), asking.settings.area, tuple(checks))


def agreement(today: dt.date) -> Agreement:
    """The fictional areas' agreement."""
    return Agreement(
        ref=AGREEMENT,
        date=today - dt.timedelta(days=200),
        covers=tuple(Purpose),
        review_date=today + dt.timedelta(days=165),
        review_owner="Data protection officer",
    )


def sharing_form(question: dict[str, Any], today: dt.date, *, grounded: bool) -> dict[str, Any]:
    """The sharing form of a routine question; without `grounded`, nobody named an agreement or a ground."""
    purpose = question["purpose"]
    protocol = {
        "ref": AGREEMENT,
        "date": agreement(today).date.isoformat(),
        "covers": [purpose.value for purpose in Purpose],
    }
    return {
        "form_version": 1,
        "jurisdiction": "england_wales",
        "purpose": purpose,
        "level": question.get("level", "involvement"),
        "requester": question["requester"],
        "subjects": [
            {
                "ref": question["subject"].get("ref") or "subject",
                "role": question["subject"].get("role", "victim"),
                "data": ["identity", "involvement"],
                "agreement": "given",
                "capacity": "has",
                "aware": True,
                "only_self_at_risk": False,
            }
        ],
        "protocol": protocol if grounded else None,
        "necessity": "A referral is listed for the next meeting; earlier help elsewhere changes the safety plan.",
        "review": {"date": (today + dt.timedelta(days=30)).isoformat(), "owner": "Marac coordinator"},
        "conflicts": {"declared": False, "details": ""},
    }


def _node(folder: Path, area: str, rows: list[dict[str, str]]) -> Node:
    today = dt.datetime.now(dt.UTC).date()
    known = load_areas(None).get(area)
    settings = Settings(
        node_id=area,
        area=known.area if known else area,
        url=f"http://127.0.0.1:{free_port()}",
        database="sqlite:///hub.sqlite3",
        agreement=agreement(today),
        **({"contact": known.contact} if known else {}),
    )
    node = create_home(folder / area, settings)
    file = folder / f"{area}.csv"
    with file.open("w", encoding="utf-8", newline="") as target:
        writer = csv.DictWriter(target, list(rows[0]))
        writer.writeheader()
        writer.writerows(rows)
    done = import_cases(node, read_cases(file), dry_run=False, progress=lambda _: None)
    if done.rejected:
        raise HubError("the sample referrals do not import", do="report this as a fault")
    publish(node)
    return node


@contextmanager
def _serving(node: Node) -> Iterator[subprocess.Popen[bytes]]:
    """A server of the node in a process of its own, until the block ends."""
    port = node.settings.url.rsplit(":", 1)[1]
    command = [sys.executable, "-m", "hub", "serve", str(node.home), "--port", port]
    with subprocess.Popen(  # noqa: S603 - our own program
        command, stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL, env=_environment()
    ) as server:
        try:
            yield server
        finally:
            server.terminate()
            try:
                server.wait(timeout=10)
            except subprocess.TimeoutExpired:
                server.kill()


def _environment() -> dict[str, str]:
    # Loopback never goes through a proxy.
    return {**os.environ, "NO_PROXY": "127.0.0.1,localhost"}


def _wait_until_up(node: Node, server: subprocess.Popen[bytes]) -> None:
    deadline = time.monotonic() + _START_S
    while time.monotonic() < deadline and server.poll() is None:
        try:
            if httpx2.get(node.settings.url + "/healthz", timeout=2, trust_env=False).status_code == 200:
                return
        except httpx2.HTTPError:
            time.sleep(0.1)
    raise PeerError(f"{node.settings.area}'s server did not start", do="see its messages above")


async def _introduce(nodes: list[Node]) -> None:
    for node in nodes:
        async with PeerClient(node) as client:
            for other in nodes:
                if other is not node:
                    thumbprint = load_root(key_folder(other.home, other.settings)).kid
                    await add_peer(node, client, other.settings.url, thumbprint)
    for node in nodes:
        async with PeerClient(node) as client:
            for result in await sync_all(node, client):
                if result.error:
                    raise PeerError(result.error)


async def _ask(node: Node, told: Story) -> list[tuple[str, CheckRequest, CheckResult]]:
    today = dt.datetime.fromtimestamp(node.clock(), dt.UTC).date()
    results = []
    async with PeerClient(node) as client:
        for name, question in told.questions.items():
            form = sharing_form(question, today, grounded=name != "no_ground")
            request = CheckRequest.model_validate({**question, "sharing_form": form, "disclose": "at_once"})
            result = await check(node, client, request)
            result = await disclose_at_once(node, client, request, result)
            results.append((name, request, result))
    return results


def free_port() -> int:
    """A port that nobody listens on just now."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
        return port
