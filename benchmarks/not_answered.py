"""What the time of an answer tells whoever asks a holder to disclose, and what the wait for the tick costs.

One holder (`hub serve`, a process of its own) with its cases, and one peer that asks it over loopback, in this
process. Each request is of a check of its own, about one of eight causes, drawn at random within one run; what is
measured is the time from its sending to the whole answer, at the client. `auc` is the chance that an answer for the
one cause took longer than for the other, .5 where the time tells nothing. `alone`: a request every `--every-ms`, so
that no two are worked on together while several wait for their tick; `ten`: ten askers, each with its next request
once it is answered; `at_once`: as `alone`, of a server that answers at once, which shows what is hidden. Then fifty
askers of `answered` alone, for `--seconds`, of the server as it is and of the one that answers at once.

That fifty askers were slower before, or not: copy this file and `asked_by_a_peer.py` into a work tree of an
earlier commit, and run it with `--only fifty` there.
"""

from __future__ import annotations

import argparse
import asyncio
import json
import os
import runpy
import secrets
import sys
import tempfile
import time
from bisect import bisect_left, bisect_right
from collections.abc import Awaitable, Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from itertools import combinations
from multiprocessing import get_context
from pathlib import Path
from typing import Any

import httpx2
import psutil

from benchmarks.asked_by_a_peer import CAUSES, Ask, Made, Say, asks, make
from benchmarks.machine import machine
from hub.crypto.signing import digest, sign
from hub.demo import servers
from hub.errors import HubError
from hub.node.certificates import own_certificate
from hub.node.node import open_node
from hub.wire import messages
from hub.wire.messages import DISCLOSURES_PATH, MessageType


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
    parser.add_argument("--every-ms", type=float, default=60.0, help="between two requests of one alone")
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
