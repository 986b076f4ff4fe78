"""The demonstration: three areas on this machine, a near miss asked about, and the flag. All of it is fiction.

Real nodes in processes of their own, real HTTP on loopback, the shipped generator's referrals. It makes its
homes in a fresh temporary folder and removes them when it ends. Prints nothing (`hub.cli.demo`).
"""

from __future__ import annotations

import asyncio
import csv
import os
import shutil
import tempfile
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Final, NamedTuple

from hub.cases.importing.assemble import read_cases
from hub.cases.importing.run import import_cases
from hub.checks.check import check
from hub.checks.disclose import disclose
from hub.checks.results import LIKELY
from hub.demo.consoles import DemoConsole, running_consoles
from hub.demo.form import sharing_form, write_agreement
from hub.demo.servers import free_port, serving, wait_until_up
from hub.errors import HubError, PeerError
from hub.federation.client import PeerClient
from hub.federation.peers import add_peer
from hub.federation.publish import publish
from hub.federation.sync import sync_all
from hub.files import locked
from hub.node.home import advance_audit_checkpoint, create_home
from hub.node.keys import load_root
from hub.node.node import Node, key_folder
from hub.node.settings import Settings, load_areas
from hub.records.check import CandidateRef, CheckRequest, CheckResult
from hub.sample.question import earlier_referral, form_on_a_ground
from hub.sample.story import Story, story
from hub.values import AgencyKind

SEED: Final = 20_261_122
PREFIX: Final = "hub-demo-"
LOCK: Final = "demo.lock"

Say = Callable[[str], None]


class DemoCheck(NamedTuple):
    """One question of the demonstration, by its name in the story, with its result."""

    name: str
    request: CheckRequest
    result: CheckResult


@dataclass(frozen=True)
class Demo:
    """The running demonstration: its nodes, the area that asks, and each question with its result."""

    nodes: tuple[Node, ...]
    asking: str
    checks: tuple[DemoCheck, ...]
    consoles: tuple[DemoConsole, ...] = ()


def remove_what_was_left(say: Say) -> None:
    """Remove the folders of demonstrations of ours that were killed; a running one holds the lock of its own."""
    for folder in sorted(Path(tempfile.gettempdir()).glob(f"{PREFIX}*")):
        try:
            if folder.is_symlink() or folder.stat().st_uid != os.getuid() or not (folder / LOCK).is_file():
                continue
            with locked(folder / LOCK) as killed:
                if killed:
                    shutil.rmtree(folder, ignore_errors=True)
                    say(f"Removed what a demonstration that was killed had left: {folder}")
        except OSError:  # Another one was as quick.
            continue


@contextmanager
def running_demo(say: Say, *, consoles: bool = False) -> Iterator[Demo]:
    """Set everything up, ask the three questions, and keep the nodes running until the block ends.

    `consoles`: with a console of each, and people to sign in as.
    """
    with ExitStack() as stack:
        remove_what_was_left(say)
        folder = Path(tempfile.mkdtemp(prefix=PREFIX))
        stack.callback(shutil.rmtree, folder, ignore_errors=True)
        stack.enter_context(locked(folder / LOCK))
        told = story(SEED)
        nodes = []
        for area, rows in told.referrals.items():
            say(f"{area.capitalize()}: making a node, importing {len(rows)} people, publishing tokens ...")
            nodes.append(_node(folder, area, rows))
        servers = [stack.enter_context(serving(node)) for node in nodes]
        for node, server in zip(nodes, servers, strict=True):
            wait_until_up(node, server)
        say("Making the areas known to each other, and syncing their feeds ...")
        asyncio.run(_introduce(nodes))
        asking = next(node for node in nodes if node.node_id == told.asking)
        say(f"{asking.settings.area} asks its neighbours ...")
        checks = asyncio.run(_ask(asking, told))
        for node in nodes:
            advance_audit_checkpoint(node)
        shown: tuple[DemoConsole, ...] = ()
        if consoles:
            say("Asking once more, on a legal ground, and leaving it to a person in the other area ...")
            asyncio.run(_leave_waiting(asking, told))
            say("Opening accounts, and a console of each area ...")
            shown = stack.enter_context(running_consoles(tuple(nodes)))
        yield Demo(tuple(nodes), asking.settings.area, tuple(checks), shown)


def _node(folder: Path, area: str, rows: list[dict[str, str]]) -> Node:
    known = load_areas(None).get(area)
    settings = Settings(
        node_id=area,
        area=known.area if known else area,
        url=f"http://127.0.0.1:{free_port()}",
        database="sqlite:///hub.sqlite3",
        agency=f"{area.title()} Council",
        agency_kind=AgencyKind.council,
        **({"contact": known.contact} if known else {}),
    )
    node = create_home(folder / area, settings)
    write_agreement(node.home, node.today())
    file = folder / f"{area}.csv"
    with file.open("w", encoding="utf-8", newline="") as target:
        writer = csv.DictWriter(target, list(rows[0]))
        writer.writeheader()
        writer.writerows(rows)
    done = import_cases(node, read_cases(file), dry_run=False, progress=lambda _: None)
    if done.rejected:
        raise HubError("The sample referrals do not import.", do="Report this as a fault.")
    publish(node)
    return node


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


async def _ask(node: Node, story: Story) -> list[DemoCheck]:
    today = node.today()
    results = []
    async with PeerClient(node) as client:
        for name, question in story.questions.items():
            form = sharing_form(question, today, grounded=name != "no_ground")
            request = CheckRequest.model_validate({**question, "sharing_form": form})
            result = await check(node, client, request)
            for area in result.areas:
                for likely in (one for one in area.candidates if one.band in LIKELY):
                    who = CandidateRef(result.check_id, area.node_id, likely.handle)
                    result, _ = await disclose(node, client, who, request.level, request.requester)
            results.append(DemoCheck(name, request, result))
    return results


async def _leave_waiting(node: Node, story: Story) -> None:
    """What no agreement answers: somebody in the area that knows her has it to decide when their console opens."""
    question = earlier_referral(story.questions["known_elsewhere"])
    form = form_on_a_ground(question, node.today())
    request = CheckRequest.model_validate({**question, "areas": [story.knowing], "sharing_form": form})
    async with PeerClient(node) as client:
        result = await check(node, client, request)
        likely = [one for area in result.areas for one in area.candidates if one.band in LIKELY]
        for found in likely:  # Of the Marac, and of the Idva service: each has its own to decide.
            who = CandidateRef(result.check_id, story.knowing, found.handle)
            await disclose(node, client, who, request.level, request.requester)
