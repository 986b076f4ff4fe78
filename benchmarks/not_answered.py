"""What the time of an answer tells whoever asks a holder to disclose, and what the wait for the tick costs.

One holder (`hub serve`, a process of its own) with its cases, and one peer that asks it over loopback, in this
process. Each request is of a check of its own, about one of eight causes, drawn at random within one run; what is
measured is the time from its sending to the whole answer, at the client. `auc` is the chance that an answer for the
one cause took longer than for the other, .5 where the time tells nothing. `alone`: a request every `--every-ms`, so
that no two are worked on together while several wait for their tick; `ten`: ten askers, each with its next request
once it is answered; `at_once`: as `alone`, of a server that answers at once, which shows what is hidden. Then fifty
askers of `answered` alone, for `--seconds`, of the server as it is and of the one that answers at once.

That fifty askers were slower before, or not: copy this file into a work tree of an earlier commit, and run it with
`--only fifty` there.
"""

from __future__ import annotations

import argparse
import asyncio
import datetime as dt
import json
import os
import random
import runpy
import secrets
import sys
import tempfile
import time
from bisect import bisect_left, bisect_right
from collections.abc import Awaitable, Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from itertools import combinations, cycle
from multiprocessing import get_context
from pathlib import Path
from typing import Any, Final

import httpx2
import psutil

from benchmarks.machine import machine
from benchmarks.nodes import SQLITE, home, introduce, serving, world
from hub.audit.events import Action, Refs, peer_actor
from hub.cases.importing.assemble import CaseIntake
from hub.cases.importing.rows import PersonIntake
from hub.cases.importing.run import import_cases
from hub.checks.deliver import sealed_request
from hub.crypto.encoding import b64
from hub.crypto.signing import digest, sign
from hub.demo import servers
from hub.demo.form import sharing_form
from hub.errors import HubError
from hub.federation.handles import LabelHandles
from hub.federation.peers import KnownPeer, known
from hub.node.certificates import own_certificate
from hub.node.node import Node, open_node
from hub.records.cases import open_person_details
from hub.records.check import CheckRequest
from hub.records.received import SignedRequest
from hub.sample import version
from hub.store import cases, feeds, received
from hub.store.received import CheckRow
from hub.values import Kind, Level, Person, Role
from hub.wire import messages
from hub.wire.commitment import commitment, subject_of
from hub.wire.messages import DISCLOSURES_PATH, DisclosureQuestion, MessageType

EACH: Final = 10
"""So many women of each kind of case."""
EXCLUDED: Final = "Excluded Asker"
PLAIN, SEALED, FLED = "plain", "sealed", "fled"
CAUSES: Final = (
    "unknown handle",
    "another subject",
    "below threshold",
    "excluded",
    "sealed",
    "fled from the asker",
    "form refused",
    "answered",
)
_KINDS: Final = {"sealed": SEALED, "fled from the asker": FLED}
LIMITS: Final = "\n[server]\nper_second = 100000\nburst = 100000\n"
_ROWS: Final = 500
Say = Callable[[str], None]


@dataclass(frozen=True)
class Ask:
    """One request, made beforehand but for its signature."""

    cause: str
    body: bytes
    key: str


@dataclass
class Made:
    """The holder's home, the asker, and whom the holder has, with their handles (hex), by kind of case."""

    holder: Path
    asker: Node
    url: str
    peer: KnownPeer
    women: dict[str, list[tuple[Person, str]]] = field(default_factory=dict)


def make(folder: Path, people: int, say: Say) -> Made:
    """Both nodes, introduced, the holder with its cases."""
    holder, asker = (home(folder, number, people, say, lambda _: SQLITE) for number in (1, 0))
    with (holder.home / "node.toml").open("a", encoding="utf-8") as file:
        file.write(LIMITS)
    with serving(holder):
        asyncio.run(introduce(asker, [holder]))
    made = Made(holder.home, asker, holder.settings.url, known(asker, holder.node_id))
    drawn = _people(3 * EACH)
    for place, kind in enumerate((PLAIN, SEALED, FLED)):
        some = drawn[place * EACH : (place + 1) * EACH]
        intake = (_case(f"{kind}/{number}", one, kind, asker) for number, one in enumerate(some))
        import_cases(holder, intake, dry_run=False, progress=lambda _: None)
        made.women[kind] = [(one, _handle(holder, one)) for one in some]
    holder.database.close()
    excluded = f'[[exclusion]]\nperson = "{EXCLUDED}"\n'
    (holder.home / "staff.toml").write_text(excluded, encoding="utf-8")
    return made


def _people(count: int) -> list[Person]:
    drawn, found = world(7, of="others"), list[Person]()
    while len(found) < count:
        record, _ = version(drawn.rng, drawn.case().members[0].identity)
        if record.date_of_birth and record.surname and record.given_names:
            found.append(
                Person(
                    ref="s",
                    role=Role.victim,
                    given_names=record.given_names,
                    surname=record.surname,
                    date_of_birth=record.date_of_birth,
                )
            )
    return found


def _case(ref: str, person: Person, kind: str, asker: Node) -> CaseIntake:
    return CaseIntake(
        case_ref=ref,
        kind=Kind.marac,
        idva_service="",
        referral_date=dt.date(2026, 3, 1),
        meeting_date=None,
        agreement="given",
        victim_aware=True,
        criteria=(),
        sealed=kind == SEALED,
        publish=None,
        people=(PersonIntake(person, "", None, 2),),
        fled_from=(asker.settings.area,) if kind == FLED else (),
        fled_asked=True,
    )


def _handle(node: Node, person: Person) -> str:
    """The handle (hex) under which the holder knows her, of the present epoch."""

    def named(one: Person) -> tuple[str, str, str]:
        return one.given_names, one.surname, one.date_of_birth

    with node.read() as tx:
        state = feeds.state(tx.session)
        names = LabelHandles(tx.vault, state.layout.handle_epoch if state else None)
        for _, handle, sealed in cases.people(tx.session):
            if named(open_person_details(tx.vault, handle, sealed).person) == named(person):
                return names.person(handle).hex()
    raise HubError("she was not imported", do="Report this as a fault")


def asks(made: Made, each: dict[str, int]) -> list[Ask]:
    """So many requests for each cause, in no order, and the checks that they are of, kept at the holder."""
    node, forms = open_node(made.holder), _forms(made)
    stranger, rows, found = _people(3 * EACH + 1)[-1], list[CheckRow](), list[Ask]()
    with node.read() as tx:
        state = feeds.state(tx.session)
    epoch = state.layout.handle_epoch if state else None
    for cause, count in each.items():
        of_kind = cycle(made.women[_KINDS.get(cause, PLAIN)])
        for (her, handle), _ in zip(of_kind, range(count), strict=False):
            check_id, salt = secrets.token_hex(16), secrets.token_bytes(32)
            subject = stranger if cause == "below threshold" else her
            about = stranger if cause == "another subject" else subject
            committed = commitment(subject_of(about), salt)
            seal = node.keys.vault.seal(
                f"received_check/{check_id}",
                SignedRequest(signed="", certificate="", body="").model_dump_json().encode(),
            )
            rows.append(
                CheckRow(
                    check_id=check_id,
                    peer=made.asker.node_id,
                    received_at=node.now(),
                    purpose="referred_elsewhere",
                    commitment=committed,
                    asked=seal,
                    epoch=epoch,
                )
            )
            shown = secrets.token_hex(16) if cause == "unknown handle" else handle
            question = DisclosureQuestion(
                excerpt=forms.get(cause, forms["answered"]), subject=subject_of(subject), salt=b64(salt)
            )
            body, key = sealed_request(made.asker, made.peer, (check_id, shown, Level.involvement), question)
            found.append(Ask(cause, body.encode(), key))
    for start in range(0, len(rows), _ROWS):
        with node.write() as tx:
            refs = Refs(check_id=rows[start].check_id, peer=made.asker.node_id)
            tx.record(Action.request_received, by=peer_actor(made.asker.node_id), about=refs)
            for row in rows[start : start + _ROWS]:
                received.add_check(tx.session, row)
    node.database.close()
    random.shuffle(found)
    return found


def _forms(made: Made) -> dict[str, dict[str, Any]]:
    """The forms as a peer sends them: one that stands, an excluded person's, one without a ground."""

    def form(name: str, **changes: Any) -> dict[str, Any]:
        asked: dict[str, Any] = {
            "purpose": "referred_elsewhere",
            "case_ref": "asked",
            "requester": {
                "name": name,
                "role": "coordinator",
                "agency": "Area police",
                "agency_kind": "police",
            },
            "subject": made.women[PLAIN][0][0].model_dump(),
            "related": [],
            "areas": [made.peer.pinned.node_id],
        }
        whole = sharing_form(asked, dt.datetime.now(dt.UTC).date(), grounded=True)
        parsed = CheckRequest.model_validate({**asked, "sharing_form": whole}).sharing_form
        said: dict[str, Any] = parsed.model_dump(mode="json", exclude_defaults=True)
        return {**said, "recipient": {"node_id": made.peer.pinned.node_id}, **changes}

    return {
        "answered": form("Benchmark"),
        "excluded": form(EXCLUDED),
        "form refused": form("Benchmark", protocol={}, grounds=[]),
    }


@contextmanager
def holding(made: Made, *, at_once: bool = False) -> Iterator[psutil.Process]:
    """The holder's server in a process of its own; `at_once`: it waits for no tick."""
    node = open_node(made.holder)
    server = get_context("spawn").Process(target=_serve, args=(str(node.home), made.url, at_once))
    server.start()
    try:
        servers.wait_until_up(node, server)
        yield psutil.Process(server.pid)
    finally:
        server.terminate()
        server.join(timeout=10)
        server.kill()
        node.database.close()


def _serve(home_of: str, url: str, at_once: bool) -> None:
    with Path(os.devnull).open("wb") as nothing:
        os.dup2(nothing.fileno(), 1)
    if at_once:
        from hub.web import ticks

        async def no_wait(_: float) -> None:
            """Answer at once."""

        vars(ticks)["sleep"] = no_wait
    sys.argv = ["hub", "serve", home_of, "--port", url.rsplit(":", 1)[1]]
    runpy.run_module("hub", run_name="__main__")


class Client:
    """Sends requests as the peer signs them, and keeps how long each took, by cause."""

    def __init__(self, made: Made) -> None:
        self._made, self.took = made, dict[str, list[float]]()
        self._certificate = own_certificate(made.asker).token
        limits = httpx2.Limits(max_connections=200, max_keepalive_connections=200)
        self.http = httpx2.AsyncClient(base_url=made.url, timeout=300, limits=limits, trust_env=False)

    async def send(self, ask: Ask) -> None:
        """One request, signed before its time begins."""
        headers = {
            "Authorization": "Bearer " + self._signed(ask.body),
            messages.CERTIFICATE_HEADER: self._certificate,
            messages.VERSION_HEADER: str(messages.VERSION),
            messages.IDEMPOTENCY_HEADER: ask.key,
        }
        begun = time.perf_counter()
        answer = await self.http.post(DISCLOSURES_PATH, content=ask.body, headers=headers)
        self.took.setdefault(ask.cause, []).append((time.perf_counter() - begun) * 1000)
        if answer.status_code != 200:
            raise HubError(f"{ask.cause}: {answer.status_code} {answer.text}", do="Report this as a fault")

    def _signed(self, body: bytes) -> str:
        asker, now = self._made.asker, int(time.time())
        return sign(
            asker.keys.signing,
            MessageType.disclosure,
            {
                "iss": asker.node_id,
                "sub": asker.node_id,
                "aud": self._made.peer.pinned.node_id,
                "iat": now,
                "exp": now + 60,
                "jti": secrets.token_hex(16),
                "htm": "POST",
                "htu": self._made.url + DISCLOSURES_PATH,
                "sha256": digest(body),
            },
        )


async def alone(client: Client, every: Sequence[Ask], apart_s: float) -> None:
    """A request each `apart_s`, whatever the others wait for."""
    sent, begun = set[asyncio.Task[None]](), time.perf_counter()
    for place, ask in enumerate(every):
        await asyncio.sleep(begun + place * apart_s - time.perf_counter())
        sent.add(asyncio.create_task(client.send(ask)))
        for done in {one for one in sent if one.done()}:
            sent.remove(done)
            done.result()
    await asyncio.gather(*sent)


async def askers(client: Client, every: Sequence[Ask], count: int, seconds: float = 0) -> None:
    """So many askers at once, each with its next request once it is answered; until `seconds`, where given."""
    left, until = iter(every), time.perf_counter() + seconds

    async def one() -> None:
        for ask in left:
            await client.send(ask)
            if seconds and time.perf_counter() >= until:
                return

    await asyncio.gather(*(one() for _ in range(count)))


def auc(left: Sequence[float], right: Sequence[float]) -> float:
    """The chance that one of the left is more than one of the right."""
    ranked = sorted(right)
    twice = sum(bisect_left(ranked, one) + bisect_right(ranked, one) for one in left)
    return round(twice / (2 * len(left) * len(right)), 3)


@dataclass(frozen=True)
class Run:
    """One run against a server of its own: how long each answer took, by cause; its processor time."""

    took: dict[str, list[float]]
    seconds: float
    cpu_s: float

    @property
    def told(self) -> dict[str, Any]:
        """What the times tell, for each pair of causes."""
        took = self.took
        pairs = {f"{one} / {other}": auc(took[one], took[other]) for one, other in combinations(CAUSES, 2)}
        silent = [value for name, value in pairs.items() if "answered" not in name]
        return {
            "n": min(map(len, took.values())),
            "ms": {one: {f"p{at}": _p(took[one], at) for at in (1, 50, 99, 99.9)} for one in CAUSES},
            "auc_not_answered": {"least": min(silent), "most": max(silent)},
            "auc": pairs,
            **self.throughput,
        }

    @property
    def throughput(self) -> dict[str, Any]:
        """Answers, and what they took of the holder."""
        every = [one for some in self.took.values() for one in some]
        return {
            "answers": len(every),
            "answers_s": round(len(every) / self.seconds, 1),
            "cpu_ms_each": round(self.cpu_s * 1000 / len(every), 2),
            "p50_ms": _p(every, 50),
            "p99_ms": _p(every, 99),
        }


def _p(values: Sequence[float], percent: float) -> float:
    ranked = sorted(values)
    return round(ranked[round(percent / 100 * (len(ranked) - 1))], 1)


def measured(
    made: Made, each: dict[str, int], act: Callable[[Client, list[Ask]], Awaitable[None]], *, at_once: bool
) -> Run:
    """One run: a server started, warmed up, and asked."""
    warm, every = asks(made, dict.fromkeys(each, 4)), asks(made, each)

    async def go(server: psutil.Process) -> Run:
        client = Client(made)
        async with client.http:
            for ask in warm:
                await client.send(ask)
            client.took.clear()
            cpu, begun = server.cpu_times(), time.perf_counter()
            await act(client, every)
            seconds, used = time.perf_counter() - begun, server.cpu_times()
        return Run(client.took, seconds, used.user + used.system - cpu.user - cpu.system)

    with holding(made, at_once=at_once) as server:
        return asyncio.run(go(server))


def measure(made: Made, options: argparse.Namespace, say: Say) -> dict[str, Any]:
    """All runs, by name."""
    whole, apart_s = dict.fromkeys(CAUSES, options.n), options.every_ms / 1000
    fifty = {"answered": round(200 * options.seconds)}
    runs: dict[str, Any] = {}
    for name, each, act, at_once in (
        ("alone", whole, lambda client, every: alone(client, every, apart_s), False),
        ("ten", whole, lambda client, every: askers(client, every, 10), False),
        ("at_once", whole, lambda client, every: alone(client, every, apart_s), True),
        ("fifty", fifty, lambda client, every: askers(client, every, 50, options.seconds), False),
        ("fifty_at_once", fifty, lambda client, every: askers(client, every, 50, options.seconds), True),
    ):
        if options.only and name not in options.only:
            continue
        say(f"{name}: {sum(each.values())} requests ...")
        run = measured(made, each, act, at_once=at_once)
        runs[name] = run.throughput if "fifty" in name else run.told
        runs[name]["load"] = round(os.getloadavg()[0], 1)
    return runs


def main(arguments: Sequence[str] | None = None) -> int:
    """Run from the command line; 0 done, 2 wrong usage or a fault."""
    parser = argparse.ArgumentParser(
        prog="python -m benchmarks.not_answered", description=(__doc__ or "").split("\n")[0]
    )
    parser.add_argument("--n", type=int, default=2_000, help="requests for each cause, in each run")
    parser.add_argument("--every-ms", type=float, default=25.0, help="between two requests of one alone")
    parser.add_argument("--people", type=int, default=500, help="people the holder has besides")
    parser.add_argument("--seconds", type=float, default=20.0, help="how long fifty ask")
    parser.add_argument("--only", nargs="+", help="these runs alone")
    parser.add_argument("--json", action="store_true", help="one JSON document on standard output")
    options = parser.parse_args(arguments)
    if options.n < 2 or options.people < 4 or options.every_ms <= 0 or options.seconds <= 0:
        parser.error("at least 2 requests and 4 people")
    try:
        with tempfile.TemporaryDirectory(prefix="not-answered-") as folder:
            made = make(Path(folder), options.people, _say)
            runs = measure(made, options, _say)
    except HubError as error:
        print(f"not_answered: {error}", file=sys.stderr)
        return error.exit_code
    result = {"runs": runs, "machine": machine()}
    print(json.dumps(result, indent=None if options.json else 2))
    return 0


def _say(text: str) -> None:
    print(text, file=sys.stderr, flush=True)


if __name__ == "__main__":
    sys.exit(main())
