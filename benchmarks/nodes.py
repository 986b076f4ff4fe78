"""Areas of made-up people as real nodes.

Homes are built by the product's own import and publish, servers run in processes of their own, and one asking node
inside the benchmark's process.

Building takes minutes at full size, so homes are kept under `.bench/`, by the code and settings that shape them;
delete the folder at any time. Measures nothing.
"""

from __future__ import annotations

import asyncio
import hashlib
import os
import re
import time
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Final

import psutil

from hub.cases.importing.assemble import CaseIntake, read_cases
from hub.cases.importing.rows import PersonIntake
from hub.cases.importing.run import import_cases
from hub.demo import servers
from hub.demo.form import write_agreement
from hub.errors import HubError, PeerError
from hub.federation.client import PeerClient
from hub.federation.peers import add_peer
from hub.federation.publish import publish
from hub.federation.sync import sync_all
from hub.node.home import create_home
from hub.node.keys import load_root
from hub.node.node import Node, key_folder, open_node
from hub.node.settings import Settings
from hub.records.check import CheckRequest
from hub.sample import COLUMNS, Case, version, write_csv
from hub.sample.agreement import Signed
from hub.sample.people import World
from hub.sample.referrals import possible_version
from hub.values import AgencyKind, Kind, Person, Role

ROOT: Final = Path(__file__).resolve().parent.parent
KEPT: Final = ROOT / ".bench" / "homes"
SEED: Final = 20_261_122
SQLITE: Final = "sqlite:///hub.sqlite3"
# A day's benchmark asks more than an area's year: the default quotas would rightly refuse it.
QUOTAS: Final = "\n[quotas.strong]\n{0}\n\n[quotas.weak]\n{0}\n".format(
    "per_day = 1_000_000_000\nburst = 1_000_000_000\nper_month = 1_000_000_000"
)
_SHAPING: Final = (
    "config/matching.toml",
    "hub/cases",
    "hub/wire/test_people.py",
    "hub/wire/tokens.py",
    "hub/wire/messages.py",
    "hub/crypto",
    "hub/node/keys.py",
    "hub/node/prf_keys.py",
    "hub/records",
    "hub/values.py",
    "hub/matching",
    "hub/sample",
    "hub/store/migrations",
    "hub/store/tables",
)
_LAYOUT: Final = b"3"  # Another one when the people of an area change.

SIGNED: Final = [Signed(f"area-{number:02d}", "Area police", "police") for number in range(100)]
Say = Callable[[str], None]


@dataclass(frozen=True)
class Federation:
    """One asking node, opened here; the ids of the areas it may ask, and the processes that serve them."""

    asker: Node
    areas: tuple[str, ...]
    processes: tuple[int, ...]

    def cpu_s(self) -> float:
        """Processor seconds that all its servers and this process have used so far."""
        return time.process_time() + sum(map(_cpu_s, self.processes))


@contextmanager
def federation(areas: int, people: int, say: Say) -> Iterator[Federation]:
    """`areas` holders and one asking area, each of `people` people, peered, synced and serving."""
    folder = KEPT / _fingerprint() / str(people)
    holders = [home(folder, number, people, say) for number in range(1, areas + 1)]
    asker = home(folder, 0, people, say)
    with ExitStack() as stack:
        processes = tuple(stack.enter_context(serving(node)) for node in holders)
        say(f"syncing {areas} feeds ...")
        asyncio.run(introduce(asker, holders))
        yield Federation(asker, tuple(node.node_id for node in holders), processes)


def home(
    folder: Path, number: int, people: int, say: Say, database: Callable[[str], str] = lambda _: SQLITE
) -> Node:
    """Area `number`'s node at a free port, built unless it is kept. Area 0 asks: it publishes nothing."""
    kept = folder / f"area-{number:02d}"
    if not (kept / "node.toml").exists():
        say(f"building {kept.name}: {people} people ...")
        fresh = folder / f"{kept.name}.{os.getpid()}.new"
        node = create_home(fresh, settings_of(kept.name, database(kept.name)))
        write_agreement(fresh, node.today(), SIGNED)
        with (fresh / "node.toml").open("a", encoding="utf-8") as file:
            file.write(QUOTAS)
        _fill(node, number, people)
        if number:
            publish(node)
        node.database.close()
        fresh.rename(kept)
    settings = kept / "node.toml"
    url = f'url = "http://127.0.0.1:{servers.free_port()}"'
    settings.write_text(re.sub(r'(?m)^url = ".*"$', url, settings.read_text()))
    return open_node(kept)


@contextmanager
def serving(node: Node) -> Iterator[int]:
    """The node's server (`hub serve`) in a process of its own, up before the block starts; gives its id."""
    with servers.serving(node) as server:
        servers.wait_until_up(node, server)
        yield server.pid or 0


def enter(node: Node, questions: Iterable[CheckRequest]) -> None:
    """Put the people of questions on their cases of the node, of which nobody is published."""
    incoming = (
        CaseIntake(
            case_ref=one.case_ref,
            kind=Kind.marac,
            idva_service="",
            referral_date=None,
            meeting_date=None,
            agreement="given",
            victim_aware=True,
            criteria=(),
            sealed=False,
            publish=False,
            people=tuple(
                PersonIntake(person, "", None, place)
                for place, person in enumerate((one.subject, *one.related))
            ),
        )
        for one in questions
    )
    import_cases(node, incoming, dry_run=False, progress=lambda _: None)


async def introduce(asker: Node, holders: Sequence[Node]) -> None:
    """Make asker and holders each other's peers, and bring the asker's copies of their feeds up to date."""
    async with PeerClient(asker) as client:
        for node in holders:
            await add_peer(asker, client, node.settings.url, _thumbprint(node))
        with serving(asker):
            for node in holders:
                async with PeerClient(node) as theirs:
                    await add_peer(node, theirs, asker.settings.url, _thumbprint(asker))
        for result in await sync_all(asker, client):
            if result.error and result.node_id in {node.node_id for node in holders}:
                raise PeerError(result.error)


def world(number: int, *, of: str = "held") -> World:
    """The people of area `number`: those `held`, or `others`, whom nobody knows. The same at every run."""
    return World(SEED + 1_000 * number + (500_000_000 if of == "others" else 0))


def cases_of(drawn: World, people: int) -> list[Case]:
    """Cases of exactly `people` people in all. Drawn first, so that whoever asks for them draws the same."""
    cases = []
    while people > 0:
        cases.append(Case(drawn.case().members[:people]))
        people -= len(cases[-1].members)
    return cases


def rows_of(number: int, people: int) -> list[dict[str, str]]:
    """The rows of area `number`'s import file: all cases to be published, nobody sealed."""
    drawn = world(number)
    return [
        dict.fromkeys(COLUMNS, "")
        | {
            "case_ref": f"{number}/{place}",
            "kind": "marac",
            "referral_date": "2026-03-01",
            "role": member.role,
            "given_names": record.given_names,
            "surname": record.surname,
            "aliases": ";".join(record.aliases),
            "date_of_birth": record.date_of_birth,
            "postcode": record.home.postcode,
            "agreement": "given",
            "victim_aware": "yes",
            "sealed": "no",
            "publish": "yes",
        }
        for place, case in enumerate(cases_of(drawn, people))
        for member in case.members
        for record in [possible_version(drawn.rng, member.identity)]
    ]


def told(drawn: World, case: Case) -> list[Person]:
    """The case as another area would ask about it: its own version of everyone, the victim first."""
    people = []
    for member in case.members:
        record, _ = version(drawn.rng, member.identity)
        people.append(
            Person(
                ref=member.role,
                role=Role(member.role),
                given_names=record.given_names,
                surname=record.surname,
                aliases=tuple(record.aliases),
                date_of_birth=record.date_of_birth,
            )
        )
    return people


def settings_of(node_id: str, database: str) -> Settings:
    """The settings of a node that is measured."""
    return Settings(
        node_id=node_id,
        area=node_id.capitalize(),
        url="http://127.0.0.1:1",
        database=database,
        agency="Area police",
        agency_kind=AgencyKind.police,
    )


def _fill(node: Node, number: int, people: int) -> None:
    """Import the area's cases from a file, as an operator would."""
    file = node.home / "people.csv"
    write_csv(file, COLUMNS, rows_of(number, people))
    done = import_cases(node, read_cases(file), dry_run=False, progress=lambda _: None)
    file.unlink()
    if (
        done.not_published
        or done.imported + len(done.rejected) != people
        or len(done.rejected) * 100 > people
    ):
        raise HubError("the made-up people do not import", do="Report this as a fault")


def _thumbprint(node: Node) -> str:
    return load_root(key_folder(node.home, node.settings)).kid


def _cpu_s(process: int) -> float:
    used = psutil.Process(process).cpu_times()
    return float(used.user + used.system)


def _fingerprint() -> str:
    """A name for what shapes the homes: code, settings and tables."""
    hashed = hashlib.sha256(_LAYOUT)
    for name in _SHAPING:
        path = ROOT / name
        for file in sorted(path.rglob("*.*")) if path.is_dir() else [path]:
            if file.is_file() and file.suffix != ".pyc":
                hashed.update(file.name.encode() + b"\0" + file.read_bytes())
    return hashed.hexdigest()[:12]
