"""The drills of docs/stolen-keys.md: its own commands over HTTP, and then the thief in the node's place."""

from __future__ import annotations

import asyncio
import re
import shlex
import socket
import subprocess
import sys
from collections.abc import Iterator
from contextlib import ExitStack
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import Any, Final

import pytest
from typer.testing import CliRunner

from hub.backup.restore import Source, restore
from hub.cli.app import app
from hub.crypto.groups import in_groups
from hub.errors import AuthenticationError
from hub.federation.client import PeerClient
from hub.federation.peers import add_peer, known
from hub.federation.sync import sync_all
from hub.node import certificates
from hub.node.certificates import certify_keys, root_thumbprint
from hub.node.home import create_home
from hub.node.keys import read_root
from hub.node.node import Node, open_node
from hub.node.prf_keys import MissingKeysError
from hub.node.revocations import revocation_of
from hub.records.check import AreaResult, AreaStatus
from hub.web.app import create_app
from tests.docs.pages import DOCS
from tests.federation.nodes import AREAS, Areas, cases_of, check, question
from tests.federation.over_http import HOST, serving
from tests.federation.thieves import stolen_copy

PAGE: Final = (DOCS / "stolen-keys.md").read_text(encoding="utf-8")
ROOT: Final = DOCS.parent
DAY: Final = 86_400
STOLEN: Final = "eastvale"
OTHERS: Final = ("northmoor", "southmere")


@dataclass(frozen=True)
class Block:
    """One block of commands: whether it is for the area whose key was stolen, and its lines."""

    here: bool
    lines: tuple[str, ...]


def drills() -> dict[str, list[Block]]:
    """The page's sections that have commands, by title."""
    found = {}
    for section in PAGE.split("\n## ")[1:]:
        blocks = []
        for text in re.findall(r"(?ms)^```sh\n(.*?)^```", section):
            where, *lines = text.splitlines()
            assert where.startswith(("# at Eastvale", "# at every other area")), where
            blocks.append(Block(where.startswith("# at Eastvale"), tuple(lines)))
        if blocks:
            found[section.splitlines()[0]] = blocks
    return found


DRILLS: Final = drills()


class Federation:
    """The three areas, live, each served at an address of its own; whoever is in `apps` answers there."""

    def __init__(self, areas: Areas, folder: Path) -> None:
        self.areas, self.folder, self.clock = areas, folder, areas.clock
        self.apps: dict[str, Any] = {}
        for place in ("stick", "safe", "backups", "prepared"):
            (folder / place).mkdir(mode=0o700)

    def __getitem__(self, node_id: str) -> Node:
        return self.areas[node_id]

    def home(self, node_id: str) -> Path:
        return self.folder / node_id

    def at(self, node_id: str) -> Any:
        """What listens at an area's address, whoever that is just now."""

        async def there(scope: Any, receive: Any, send: Any) -> None:
            await self.apps[node_id](scope, receive, send)

        return there

    def open(self, node_id: str) -> None:
        """The server of an area, started (again)."""
        self.areas.nodes[node_id].database.close()
        self.areas.nodes[node_id] = node = open_node(self.home(node_id), clock=self.clock)
        self.apps[node_id] = create_app(node)

    def follow(self, title: str, which: slice = slice(None)) -> None:
        """Do what the page says, where it says."""
        for block in DRILLS[title][which]:
            for area in (STOLEN,) if block.here else OTHERS:
                for line in block.lines:
                    self.do(area, line.partition("    #")[0])

    def do(self, area: str, line: str) -> None:
        for node_id in AREAS:
            there = f"https://{node_id}.example"
            if f"{there} --thumbprint GROUPS" in line:
                line = line.replace("GROUPS", in_groups(root_thumbprint(self[node_id])))
            line = line.replace(there, self[node_id].settings.url)
        line = re.sub(r"\bHOME\b", str(self.home(area)), line)
        for place in ("/media/stick", "/safe", "/backups", "/prepared"):
            line = line.replace(f"{place}", str(self.folder / place.rpartition("/")[2]))
        line = line.replace("referrals.csv", str(self.folder / "referrals.csv"))
        command = shlex.split(line)
        if command[0] == "hub":
            done = CliRunner().invoke(app, command[1:])
            assert done.exit_code == 0, (line, done.stdout, done.stderr)
            self.said = done.stdout
            return
        if command[0] == "python":
            command[0] = sys.executable
        ran = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False, timeout=120)
        assert ran.returncode == 0, (line, ran.stderr)

    def ask(self) -> AreaResult:
        """What Northmoor is shown of somebody whom Eastvale knows."""

        async def go() -> AreaResult:
            async with PeerClient(self["northmoor"]) as client:
                request = question(cases_of("eastvale")[0][0], "eastvale")
                return (await check(self["northmoor"], client, request)).areas[0]

        return asyncio.run(go())

    def synced(self, node: Node) -> dict[str, str]:
        """What went wrong when a node asked its peers."""

        async def go() -> dict[str, str]:
            async with PeerClient(node) as client:
                return {one.node_id: one.error for one in await sync_all(node, client)}

        return asyncio.run(go())

    def assert_well(self) -> None:
        """Eastvale is asked, answers, asks, and is answered."""
        answered = self.ask()
        assert (answered.status, len(answered.candidates)) == (AreaStatus.answered, 1), answered.note
        assert set(self.synced(self[STOLEN]).values()) == {""}
        for other in OTHERS:
            assert set(self.synced(self[other]).values()) == {""}

    def assert_refused(self, thief: Node, words: str) -> None:
        """The thief, at Eastvale's address, is neither asked nor answered by anybody."""
        self.apps[STOLEN] = create_app(thief)
        refused = self.ask()
        assert (refused.status, refused.candidates) == (AreaStatus.error, ())
        assert words in refused.note
        for other in OTHERS:
            assert words in self.synced(self[other])[STOLEN]
        assert all(self.synced(thief).values())
        self.apps[STOLEN] = create_app(self[STOLEN])


@pytest.fixture
def federation(areas: Areas, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Federation]:
    """Three live areas on real connections, whose commands have the tests' clock."""
    monkeypatch.setenv("NO_PROXY", HOST)
    areas.clock.advance(DAY)
    made = Federation(areas, tmp_path)
    for module in ("options", "node"):
        monkeypatch.setattr(f"hub.cli.{module}.open_node", partial(open_node, clock=areas.clock))
    monkeypatch.setattr("hub.cli.node.create_home", partial(create_home, clock=areas.clock))
    with ExitStack() as stack:
        listeners = {one: stack.enter_context(socket.create_server((HOST, 0))) for one in AREAS}
        for node_id, listener in listeners.items():
            _go_live(made, node_id, f"http://{HOST}:{listener.getsockname()[1]}")
            stack.enter_context(serving(made.at(node_id), listener))
        asyncio.run(_introduce(made))
        made.assert_well()
        yield made


def _go_live(made: Federation, node_id: str, url: str) -> None:
    """As docs/operations.md has it; each area's root key on a stick of its own."""
    settings = made.home(node_id) / "node.toml"
    text = settings.read_text().replace(f'url = "https://{node_id}"', f'url = "{url}"')
    settings.write_text(text.replace('mode = "trial"', 'mode = "live"'))
    stick = made.folder / "stick" / ("root.key" if node_id == STOLEN else f"{node_id}.key")
    (made.home(node_id) / "keys" / "root.key").rename(stick)
    made.open(node_id)
    certify_keys(made[node_id], read_root(stick))


async def _introduce(made: Federation) -> None:
    for node_id in AREAS:
        async with PeerClient(made[node_id]) as client:
            for other in AREAS:
                if other != node_id:
                    heard = root_thumbprint(made[other])
                    await add_peer(made[node_id], client, made[other].settings.url, heard)


def test_there_is_a_drill_for_each_key() -> None:
    assert list(DRILLS) == [
        "The signing key",
        "The sealing key",
        "The PRF keys",
        "The root key",
        "The storage key, or the whole home",
        "The key that opens backups",
        "The TLS key",
        "The database's password",
    ]
    assert {block.here for block in DRILLS["The signing key"]} == {True, False}


@pytest.mark.slow
@pytest.mark.parametrize("title", ["The signing key", "The sealing key"])
def test_after_the_theft_of_an_online_key(federation: Federation, title: str, tmp_path: Path) -> None:
    thief = stolen_copy(federation[STOLEN], tmp_path)
    before = known(federation["northmoor"], STOLEN).pinned
    federation.clock.advance(DAY)
    federation.follow(title)
    federation.assert_well()
    after = known(federation["northmoor"], STOLEN).pinned
    assert (before.signing != after.signing, before.sealing != after.sealing) == (
        title == "The signing key",
        title == "The sealing key",
    )
    old = certificates.every_certificate(thief)[-1]
    for other in OTHERS:
        revoked = revocation_of(federation[other], old)
        assert revoked is not None
        assert "was copied" in revoked.because
    federation.assert_refused(
        thief,
        'The area revoked this key on Wednesday 4 November 2026. Its words, without digits: "The s',
    )


@pytest.mark.slow
def test_after_the_theft_of_the_prf_keys(federation: Federation, tmp_path: Path) -> None:
    """What the thief has is no epoch's that anybody publishes under, and nothing is left here of it."""
    old = federation[STOLEN].prf_keys()
    federation.clock.advance(DAY)
    federation.follow("The PRF keys")
    federation.assert_well()
    for other in OTHERS:
        peer = known(federation[other], STOLEN)
        assert peer.epoch == peer.key_epoch > old.epoch
        assert old.key_id != peer.prf_key_id
    with pytest.raises(MissingKeysError):
        federation[STOLEN].prf_keys(old.epoch)


@pytest.mark.slow
def test_after_the_theft_of_the_root_key(federation: Federation, tmp_path: Path) -> None:
    """It certifies itself for as long as it likes: the serial numbers do not help it."""
    thief = stolen_copy(federation[STOLEN], tmp_path)
    stolen_root = read_root(federation.folder / "stick" / "root.key")
    federation.clock.advance(DAY)
    federation.follow("The root key", slice(1))
    certify_keys(thief, stolen_root)
    for other in OTHERS:
        assert federation.synced(federation[other])[STOLEN]  # It waits for the telephone.
    federation.assert_refused(
        thief,
        'gave up its root key on Wednesday 4 November 2026. Its words, without digits: "A safe was opened."',
    )
    federation.follow("The root key", slice(1, None))
    assert known(federation["northmoor"], STOLEN).root_thumbprint != stolen_root.kid
    federation.assert_well()
    federation.assert_refused(thief, "another root key")
    federation.follow("The root key", slice(1))  # Run again, it is as it was.
    federation.assert_well()


@pytest.mark.slow
def test_after_the_theft_of_the_whole_home(federation: Federation, tmp_path: Path) -> None:
    thief = stolen_copy(federation[STOLEN], tmp_path)
    _written_down(tmp_path / "referrals.csv")
    federation.clock.advance(DAY)
    federation[STOLEN].database.close()
    federation.follow("The storage key, or the whole home", slice(1))
    federation.areas.nodes[STOLEN] = open_node(federation.home(STOLEN), clock=federation.clock)
    federation.open(STOLEN)
    federation.follow("The storage key, or the whole home", slice(1, None))
    federation.assert_well()
    assert federation[STOLEN].keys.vault.key_id != thief.keys.vault.key_id
    assert not (federation.home(STOLEN) / "keys" / "root.key").exists()
    federation.assert_refused(
        thief,
        'The area revoked this key on Wednesday 4 November 2026. Its words, without digits: "The server was',
    )
    old = CliRunner().invoke(app, ["audit", "verify", f"{federation.home(STOLEN)}.stolen"])
    assert old.exit_code == 0, old.stderr


def _written_down(file: Path) -> None:
    """Eastvale's people, as they were imported."""
    header = "case_ref,kind,role,given_names,surname,date_of_birth,agreement,fled_from"
    lines = [header]
    for at, people in enumerate(cases_of(STOLEN)):
        for one in people:
            agreed = "given" if one.role.value == "victim" else ""
            row = (
                f"EV-{at}",
                "marac",
                one.role.value,
                one.given_names,
                one.surname,
                one.date_of_birth,
                agreed,
            )
            lines.append(",".join((*row, "none")))
    file.write_text("\n".join(lines) + "\n", encoding="utf-8")


@pytest.mark.slow
def test_after_the_theft_of_the_key_that_opens_backups(federation: Federation, tmp_path: Path) -> None:
    title = "The key that opens backups"
    stolen, _, recipient = _key(federation, "old.key")
    federation.clock.advance(DAY)
    federation.follow(title, slice(1))
    printed = re.findall(r"age1[a-z0-9]+", federation.said)[-1]
    assert printed != recipient
    with (federation.home(STOLEN) / "node.toml").open("a") as settings:
        settings.write(f'[backup]\nrecipients = ["{printed}"]\n')
    federation.follow(title, slice(1, None))
    (home,) = (federation.folder / "backups").glob("*.home.age")
    (keys,) = (federation.folder / "safe").glob("*.keys.age")
    with pytest.raises(AuthenticationError):
        restore(tmp_path / "thief", Source(home, keys, stolen), "To see what is in it.")
    new = (federation.folder / "safe" / "new-backups.key").read_text().splitlines()[-1]
    assert restore(tmp_path / "back", Source(home, keys, new), "The drill.").node_id == STOLEN
    federation.assert_well()


def _key(federation: Federation, name: str) -> tuple[str, Path, str]:
    """A backup key of before."""
    file = federation.folder / "safe" / name
    assert CliRunner().invoke(app, ["backup-key", str(file)]).exit_code == 0
    _, told, identity = file.read_text().splitlines()
    return identity, file, told.removeprefix("# ")


def test_after_the_theft_of_the_tls_key_or_the_databases_password(
    federation: Federation, tmp_path: Path
) -> None:
    prepared = federation.folder / "prepared"
    federation.follow("The TLS key")  # As it was first made.
    names = ("proxy/key.pem", "proxy/certificate.pem", "eastvale/db-password", "eastvale/pgpass")
    before = {name: (prepared / name).read_bytes() for name in (*names, "trust/ca.pem")}
    federation.follow("The TLS key")
    federation.follow("The database's password")
    after = {name: (prepared / name).read_bytes() for name in before}
    assert {name for name in before if before[name] != after[name]} == set(names)
    federation.assert_well()
