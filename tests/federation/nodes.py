"""Real nodes for tests: three areas with cases of made-up people, published, pinned and synced.

Built once for each worker process and copied for each test, on SQLite or PostgreSQL. The clock is the test's.
No sockets: `Network` carries requests to each node's own application.
"""

from __future__ import annotations

import datetime as dt
import json
import re
import shutil
from collections.abc import Callable, Iterable, Mapping, MutableMapping, Sequence
from dataclasses import dataclass, field
from functools import cache
from pathlib import Path
from typing import Any, Final

import httpx2

from hub.audit.chain import Entry
from hub.cases.changes import carry_out, find_case
from hub.cases.importing.assemble import CaseIntake
from hub.cases.importing.rows import PersonIntake
from hub.cases.importing.run import import_cases
from hub.cases.proposals import Proposal
from hub.cases.publication import PublicationDecisions
from hub.checks.check import Timing
from hub.checks.check import check as ask
from hub.federation.client import PeerClient
from hub.federation.handles import LabelHandles
from hub.federation.peers import add_peer
from hub.federation.publish import keys_of, publish
from hub.federation.sync import sync_all
from hub.matching import match_keys
from hub.node.home import create_home
from hub.node.keys import load_root
from hub.node.node import Node, open_node
from hub.node.settings import Settings
from hub.node.transaction import Reading
from hub.records.cases import CaseDetails, PersonDetails, open_person
from hub.records.check import CheckRequest, CheckResult
from hub.sample.agreement import Signed, agreement_text
from hub.sample.people import Identity, World
from hub.store import cases, feeds
from hub.store.audit import DatabaseAudit
from hub.values import AgencyKind, Kind, Person, Requester, RequesterRole, Role
from hub.web.app import create_app
from hub.wire.tokens import token
from tests.federation.lazy import Homes, Waking
from tests.statements import compile_once

compile_once()

AREAS: Final = ("northmoor", "eastvale", "southmere")
MORE: Final = (*AREAS, "westhaven")
START: Final = dt.datetime(2026, 11, 2, 10, tzinfo=dt.UTC).timestamp()
AGREEMENT: Final = "Agreement of the tests"
QUOTAS: Final = """
[quotas.strong]
per_day = 1000000
burst = 1000000
per_month = 10000000

[quotas.weak]
per_day = 1000000
burst = 1000000
per_month = 10000000

[feeds]
catch_up_s = 60

[server]
tick_s = 0.05
"""  # Tests that are not about quotas never meet one, nor wait longer than they must.
PATIENCE_S: Final = 60.0  # A machine may stand still for seconds; tests about waiting say their own.
DatabaseOf = Callable[[str], str]


class Clock:
    """The time as the test says."""

    def __init__(self, at: float = START) -> None:
        self.at = at

    def __call__(self) -> float:
        return self.at

    def advance(self, seconds: float) -> None:
        self.at += seconds


class Network(httpx2.AsyncBaseTransport):
    """Carries each request to the host it names; a host that is not there refuses the connection."""

    def __init__(self) -> None:
        self.hosts: dict[str, httpx2.AsyncBaseTransport] = {}
        self.asked: list[tuple[str, str]] = []

    def serve(self, node: Node) -> None:
        """Put a node's real application at its address."""
        self.hosts[node.node_id] = httpx2.ASGITransport(app=create_app(node))

    def serve_later(self, node_id: str, nodes: Mapping[str, Node]) -> None:
        """The same, made when the first request comes: most tests ask few of the nodes that there are."""
        self.hosts[node_id] = Waking(node_id, nodes)

    async def handle_async_request(self, request: httpx2.Request) -> httpx2.Response:
        self.asked.append((request.url.host, request.url.path))
        there = self.hosts.get(request.url.host)
        if there is None:
            raise httpx2.ConnectError("nobody there", request=request)
        return await there.handle_async_request(request)


@dataclass
class Areas:
    """The nodes of a test, by node id, the network between them and their common clock."""

    nodes: MutableMapping[str, Node]
    clock: Clock
    network: Network = field(default_factory=Network)

    def __getitem__(self, node_id: str) -> Node:
        return self.nodes[node_id]

    def client(self, node_id: str) -> PeerClient:
        """A node's client on this network."""
        return PeerClient(self.nodes[node_id], transport=self.network)

    def wake(self) -> None:
        """Open and serve all of them now: for a test in which time counts."""
        for node in self.nodes.values():
            self.network.serve(node)

    def close(self) -> None:
        opened = self.nodes.opened if isinstance(self.nodes, Homes) else self.nodes
        for node in opened.values():
            node.database.close()


REVIEW: Final = dt.datetime.fromtimestamp(START, dt.UTC).date() + dt.timedelta(days=100)


def agree(home: Path, areas: Iterable[str] = AREAS, **changes: Any) -> None:
    """Put the agreement of these areas into a home: their police, and an Idva service for each."""
    signed = [
        Signed(area, *agency)
        for area in areas
        for agency in (("Police", "police"), (f"{area.title()} Idva Service", "idva_charity"))
    ]
    today = dt.datetime.fromtimestamp(START, dt.UTC).date()
    told: dict[str, Any] = {"ref": AGREEMENT, "days": 100} | changes
    text = agreement_text(signed, today, **told)
    (home / "agreements").mkdir(exist_ok=True)
    (home / "agreements" / "agreement.toml").write_text(text)


def new_node(home: Path, node_id: str, database: str, clock: Clock, agreed: Iterable[str] = AREAS) -> Node:
    """A node whose certificate dates from the tests' own time."""
    create_home(
        home,
        Settings(
            node_id=node_id,
            area=node_id.capitalize(),
            url=f"https://{node_id}",
            database=database,
            agency="Police",
            agency_kind=AgencyKind.police,
        ),
        clock=clock,
    ).database.close()
    agree(home, agreed)
    settings = home / "node.toml"
    settings.write_text(f"peer_timeout_s = {PATIENCE_S}\n{settings.read_text()}{QUOTAS}")
    return open_node(home, clock=clock)


def person_of(identity: Identity, role: str) -> Person:
    """A made-up person as an area that knows everything writes them down."""
    return Person(
        role=Role(role),
        given_names=" ".join(identity.given),
        surname=identity.surname,
        date_of_birth=identity.born.isoformat(),
    )


@cache
def cases_of(node_id: str, count: int = 2, seed: int = 7) -> list[list[Person]]:
    """The people of an area's cases, the victim first: always the same ones."""
    world = World(seed + 100 * MORE.index(node_id))
    return [[person_of(one.identity, one.role) for one in world.case().members][:3] for _ in range(count)]


def one_name(node_id: str) -> Person:
    """Somebody whom an area knows by a surname alone: a question of the smallest size."""
    return stranger(MORE.index(node_id)).model_copy(update={"given_names": ""})


@cache
def stranger(seed: int) -> Person:
    """A made-up person in none of the cases."""
    return person_of(World(90_000 + seed).case().members[0].identity, "victim")


def case(ref: str, people: Iterable[Person], **changes: Any) -> CaseIntake:
    """A Marac case as an import gives it; under the tests' agreement it may be published."""
    fields: dict[str, Any] = {
        "case_ref": ref,
        "kind": Kind.marac,
        "idva_service": "",
        "referral_date": dt.date(2026, 9, 1),
        "meeting_date": dt.date(2026, 9, 15),
        "agreement": "given",
        "victim_aware": True,
        "criteria": ("professional judgement",),
        "sealed": False,
        "publish": None,
        "people": tuple(PersonIntake(person, "", None, row) for row, person in enumerate(people, 2)),
    }
    return CaseIntake(**{**fields, **changes})


IMPORTER: Final = Requester(
    name="I. Importer", role=RequesterRole.coordinator, agency_kind=AgencyKind.council
)


def hold(node: Node, *incoming: CaseIntake, by: Requester = IMPORTER) -> None:
    """Import cases into a node."""
    done = import_cases(node, incoming, dry_run=False, progress=lambda _: None, asker=by)
    assert not done.rejected


def question(subject: Person, *areas: str, related: Iterable[Person] = (), **changes: Any) -> CheckRequest:
    """A routine question under the agreement."""
    today = dt.datetime.fromtimestamp(START, dt.UTC).date()
    requester = {"name": "A. Coordinator", "role": "coordinator", "agency": "Police", "agency_kind": "police"}
    form = {
        "form_version": 1,
        "jurisdiction": "england_wales",
        "purpose": "referred_elsewhere",
        "level": "involvement",
        "requester": requester,
        "subjects": [
            {
                "ref": "subject",
                "role": "victim",
                "data": ["identity", "involvement"],
                "agreement": "given",
                "capacity": "has",
                "aware": True,
                "only_self_at_risk": False,
            }
        ],
        "protocol": {"ref": AGREEMENT},
        "necessity": "A referral is listed for the next meeting.",
        "fled_from": [],
        "review": {"date": (today + dt.timedelta(days=30)).isoformat(), "owner": "Marac coordinator"},
        "conflicts": {"declared": False, "details": ""},
    }
    document = {
        "purpose": "referred_elsewhere",
        "case_ref": "NM-1",
        "requester": requester,
        "subject": subject.model_dump(mode="json"),
        "related": [one.model_dump(mode="json") for one in related],
        "areas": list(areas) or "all",
        "sharing_form": form,
    }
    return CheckRequest.model_validate_json(json.dumps({**document, **changes}))


def entered(node: Node, request: CheckRequest) -> CheckRequest:
    """The question, with its people on its case of this node: entered by a stub, or added to what is there."""
    deciding = PublicationDecisions(node)
    asked = (request.subject, *request.related)

    def propose(tx: Reading) -> list[Proposal]:
        held = find_case(tx, request.case_ref)
        details = (
            held.details if held else CaseDetails(case_ref=request.case_ref, kind=Kind.marac, stub="entered")
        )
        there = tuple(one.details for one in held.people) if held else ()
        known = {one.person.model_copy(update={"ref": ""}) for one in there}
        new = [one for one in asked if one.model_copy(update={"ref": ""}) not in known]
        return [Proposal(details, (*there, *(PersonDetails(person=one) for one in new)), held)] if new else []

    if request.case_ref:
        carry_out(deciding, propose, lambda _tx, _changes: None)
    return request


async def check(
    node: Node, client: PeerClient, request: CheckRequest, timing: Timing | None = None
) -> CheckResult:
    """Ask, about people who are entered on their case first."""
    return await ask(node, client, entered(node, request), timing)


async def build(
    folder: Path, database_of: DatabaseOf, names: Sequence[str] = AREAS, also: Sequence[Person] = ()
) -> None:
    """Make the template: areas with their cases, published, and each pinned and synced by the others.

    `also`: people whom every area knows.
    """
    clock = Clock()
    areas = Areas(
        {area: new_node(folder / area, area, database_of(area), clock, names) for area in names}, clock
    )
    for area, node in areas.nodes.items():
        areas.network.serve(node)
        people = [*cases_of(area), [one_name(area)], *([one] for one in also)]
        hold(node, *(case(f"{area}-{at}", persons) for at, persons in enumerate(people)))
        publish(node)
    for area in names:
        async with areas.client(area) as client:
            for other in names:
                if other != area:
                    root = load_root(folder / other / "keys").kid
                    await add_peer(areas[area], client, f"https://{other}", root)
    for area in names:
        async with areas.client(area) as client:
            assert not any(one.error for one in await sync_all(areas[area], client))
    areas.close()


def copied(template: Path, folder: Path, database_of: DatabaseOf, names: Sequence[str] = AREAS) -> Areas:
    """The template's nodes in another folder, with databases of their own, each opened when it is wanted."""
    for area in names:
        shutil.copytree(template / area, folder / area)
        settings = folder / area / "node.toml"
        line = f'database = "{database_of(area)}"'
        settings.write_text(re.sub(r"^database = .*$", line, settings.read_text(), flags=re.MULTILINE))
    clock = Clock()
    areas = Areas(Homes({area: folder / area for area in names}, clock), clock)
    for area in names:
        areas.network.serve_later(area, areas.nodes)
    return areas


def known_as(areas: Areas, check_id: str, peer: str = "eastvale", by: str = "northmoor") -> str:
    """What a peer knows a check of another area by."""
    return areas[by].check_at(peer, check_id)


def log(node: Node) -> list[Entry]:
    """The node's audit log, also when it has stopped."""
    with node.database.read() as session:
        return list(DatabaseAudit(session).after(0))


def events(node: Node, action: str) -> list[dict[str, Any]]:
    """The audit events of one action, oldest first."""
    return [json.loads(entry.body) for entry in log(node) if entry.action == action]


def handle_of(node: Node, person: Person) -> str:
    """The handle (hex) under which a node publishes a person in its present epoch."""
    with node.read() as tx:
        rows = cases.people(tx.session)
        state = feeds.state(tx.session)
    found = [handle for _, handle, sealed in rows if open_person(node.keys.vault, handle, sealed) == person]
    assert len(found) == 1
    assert state
    return LabelHandles(node.keys.vault, state.layout.handle_epoch).person(found[0]).hex()


def in_feed(node: Node, person: Person) -> bool:
    """Whether any of the first tokens of her match-keys is live."""
    keys = keys_of(node, node.prf_keys())
    made = [
        token(keys.of(key.weak).prf.output(key.material), keys.of(key.weak).context, index)
        for key in match_keys(person, node.matching)
        for index in range(4)
    ]
    with node.database.read() as session:  # Also of a node that has stopped.
        return bool(feeds.live_tokens(session, keys.strong.context.epoch, made))
