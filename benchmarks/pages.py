"""How fast the console's pages are: `hub console` with real cases and three neighbours, over HTTP on loopback.

A node holds three times `--people` people, in cases of about 3.5, and asks three areas that serve. `pages` is what
a request takes at one user and at ten at once, in milliseconds on the clock, and the console's own processor time;
each page is asked for once before it is measured. `kept_from` is how well the clock tells a case that somebody is
excluded from, at each address, from one that is not there: the chance that the one takes longer than the other (0.5
is not at all), of so many requests of each in turn; at a list, somebody who is excluded from one of its cases from
somebody who is not, in turn too, and what it takes without and with. `question` is from the press of "Ask" to the
whole result page, a case each time, its alleged perpetrator asked about too. `bytes` are what a browser that keeps
what it may gets at the sign-in and at the first page after it.
"""

from __future__ import annotations

import asyncio
import re
import shutil
import sys
import tempfile
import time
from bisect import bisect_left, bisect_right
from collections.abc import Callable, Iterator, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack, contextmanager
from functools import partial
from pathlib import Path
from typing import Final

import httpx2
import psutil

from benchmarks.command import Command
from benchmarks.machine import machine
from benchmarks.nodes import KEPT, home, introduce, serving
from benchmarks.publish import made
from hub.accounts import sessions
from hub.accounts.accounts import every_account
from hub.cases.staff import STAFF_FILE
from hub.demo import servers
from hub.demo.consoles import SEED, open_accounts
from hub.node.node import Node
from hub.records.accounts import AccountRole
from hub.records.check import recorded_checks
from hub.records.gists import every_gist
from hub.sample.people import World

NEIGHBOURS: Final = ("area-01", "area-02", "area-03")
PEOPLE_A_CASE: Final = 3
NEIGHBOURS_PEOPLE: Final = 150
TIMES: Final = 40
USERS: Final = 10
QUESTIONS: Final = 12
EXCLUDED_TIMES: Final = 100
LISTS: Final = ("my work", "cases", "obligations", "requests")
FORM: Final = {"Sec-Fetch-Site": "same-origin", "Content-Type": "application/x-www-form-urlencoded"}
AREAS: Final = """version = "1"
as_of = 2026-11-29
"""
AREA: Final = """
[[area]]
node_id = "{id}"
area = "{id}"
neighbours = [{neighbours}]
contact = {{ phone = "01632 960101", hours = "Mon-Fri 9-5" }}
"""


class Person:
    """Somebody who is signed in, with a browser of their own."""

    def __init__(self, url: str, node: Node, token: str) -> None:
        self._cookie = {"Cookie": f"__Host-{node.node_id}={token}"}
        self._client = httpx2.Client(base_url=url, timeout=120, trust_env=False)

    def get(self, path: str, status: int = 200) -> str:
        """A page, which is there, or (404) is not."""
        answer = self._client.get(path, headers=self._cookie)
        if answer.status_code != status:
            raise RuntimeError(f"{path}: {answer.status_code}")
        return answer.text

    def send(self, path: str, form: dict[str, object]) -> str:
        """What comes of a form, redirects followed."""
        answer = self._client.post(path, data=form, headers={**FORM, **self._cookie})
        if answer.status_code == 303:
            return self.get(answer.headers["location"])
        if answer.status_code != 200:
            raise RuntimeError(f"{path}: {answer.status_code}")
        return answer.text

    def close(self) -> None:
        """Close the browser."""
        self._client.close()


def measure(cases: int) -> dict[str, object]:
    """Build the areas, and ask for every page."""
    folder = Path(tempfile.mkdtemp(prefix="pages-", dir=made(KEPT.parent)))
    try:
        with _console(folder, cases) as (node, url, process):
            with node.read() as tx:
                accounts = every_account(tx)
            coordinator = next(one for one in accounts if one.role is AccountRole.coordinator)
            manager = next(one for one in accounts if one.role is AccountRole.manager)
            people = [_signed_in(node, url, coordinator) for _ in range(USERS)]
            boss = _signed_in(node, url, manager)
            question = _question(people[0], process)
            paths = _paths(people[0])
            pages = {name: _page(people, boss, path, process) for name, path in paths.items()}
            sizes = _bytes(url, people[0])
            kept_from = _kept_from(node, people[0], paths, coordinator.name)
            for one in (*people, boss):
                one.close()
        node.database.close()
    finally:
        shutil.rmtree(folder)
    return {
        "cases": cases,
        "pages": pages,
        "kept_from": kept_from,
        "question": question,
        "bytes": sizes,
        "machine": machine(),
    }


@contextmanager
def _console(folder: Path, cases: int) -> Iterator[tuple[Node, str, psutil.Process]]:
    """The asking node's console, with three neighbours that serve and are synced."""

    def say(text: str) -> None:
        print(text, file=sys.stderr)

    holders = [home(folder, number, NEIGHBOURS_PEOPLE, say) for number in (1, 2, 3)]
    node = home(folder, 0, cases * PEOPLE_A_CASE, say)
    areas = [
        AREA.format(id=one, neighbours=", ".join(f'"{two}"' for two in NEIGHBOURS if two != one))
        for one in (node.node_id, *NEIGHBOURS)
    ]
    (node.home / "config" / "areas.toml").write_text(AREAS + "".join(areas), encoding="utf-8")
    with ExitStack() as stack:
        for one in holders:
            stack.enter_context(serving(one))
        asyncio.run(introduce(node, holders))
        open_accounts(node, World(SEED))
        url = f"http://127.0.0.1:{servers.free_port()}"
        server = stack.enter_context(servers.serving(node, url, "console"))
        servers.wait_until_up(node, server, url)
        yield node, url, psutil.Process(server.pid)


def _signed_in(node: Node, url: str, account: object) -> Person:
    with node.write() as tx:
        return Person(url, node, sessions.begin(tx, account))  # type: ignore[arg-type]


def _paths(person: Person) -> dict[str, str]:
    """Each page that there is here, by its name."""
    handle = re.findall(r'href="(/cases/[0-9a-f]{32})"', person.get("/cases"))[0]
    work = person.get("/work")
    check = re.findall(r'href="(/checks/[0-9a-f]{32})"', work)[0]
    owed = re.findall(r'href="(/obligations/[^"]+)"', person.get("/obligations"))
    return {
        "sign-in": "/sign-in",
        "my work": "/work",
        "cases": "/cases",
        "enter a case": "/cases/new",
        "a case": handle,
        "ask": f"{handle}/ask",
        "result": check,
        "requests": "/requests",
        "obligations": "/obligations",
        **({"an obligation": owed[0]} if owed else {}),
        "accounts": "/accounts",
    }


def _page(people: Sequence[Person], boss: Person, path: str, process: psutil.Process) -> dict[str, object]:
    """What a page takes at one user, and at ten at once."""
    who = [boss] if path == "/accounts" else list(people)
    if path == "/sign-in":  # Whoever is signed in is sent on.
        who = [_Nobody(one) for one in people]
    for one in who:
        one.get(path)
    before = _cpu_ms(process)
    alone = [_ms(lambda: who[0].get(path)) for _ in range(TIMES)]
    cpu = (_cpu_ms(process) - before) / TIMES
    with ThreadPoolExecutor(USERS) as pool:
        turns = pool.map(
            lambda place: [_ms(lambda: who[place % len(who)].get(path)) for _ in range(TIMES // 4)],
            range(USERS),
        )
        together = [one for turn in turns for one in turn]
    return {"one": _p(alone), "ten": _p(together), "cpu_ms": round(cpu, 1)}


def _kept_from(node: Node, person: Person, paths: Mapping[str, str], name: str) -> dict[str, object]:
    """How well time tells what somebody is excluded from, at each address, from what is not there.

    And at each list, that they are excluded from anything, from that somebody else is.
    """
    with node.read() as tx:
        refs = {one.case_ref for one in every_gist(tx) if one.row.handle.hex() in paths["a case"]}
        refs |= {
            kept.request.case_ref
            for _, kept in recorded_checks(tx)
            if kept.result.check_id in paths["result"]
        }
    found: dict[str, object] = {"requests": EXCLUDED_TIMES}
    files = {
        who: "".join(f'[[exclusion]]\ncase_ref = "{ref}"\nperson = "{who}"\n' for ref in sorted(refs))
        for who in ("Somebody Else", name)
    }
    for page in LISTS:
        others, own = list[float](), list[float]()
        for turn in range(2 * EXCLUDED_TIMES):
            who, took = (name, own) if turn % 2 else ("Somebody Else", others)
            (node.home / STAFF_FILE).write_text(files[who], encoding="utf-8")
            person.get(paths[page])  # Whatever follows from the new file.
            took.append(_ms(partial(person.get, paths[page])))
        found[page] = round(_longer(own, others), 3)
        found[f"{page}, ms"] = [round(_p(one)["p50"], 1) for one in (others, own)]
    for page in ("a case", "ask", "result"):
        both = paths[page], re.sub("[0-9a-f]{32}", "ab" * 16, paths[page])
        each = [[_ms(partial(person.get, path, 404)) for path in both] for _ in range(EXCLUDED_TIMES)]
        found[page] = round(_longer([one for one, _ in each], [one for _, one in each]), 3)
    (node.home / STAFF_FILE).unlink()
    return found


def _longer(ones: Sequence[float], others: Sequence[float]) -> float:
    """The chance that one of the first is more than one of the second: the area under the curve."""
    ordered = sorted(others)
    below = sum(bisect_left(ordered, one) + bisect_right(ordered, one) for one in ones)
    return below / 2 / len(ones) / len(ordered)


class _Nobody(Person):
    """A browser without a cookie."""

    def __init__(self, one: Person) -> None:
        self._cookie, self._client = {}, one._client


def _question(person: Person, process: psutil.Process) -> dict[str, object]:
    """The routine question, about the victim and the alleged perpetrator of a case each time."""
    handles = re.findall(r'href="(/cases/[0-9a-f]{32})"', person.get("/cases"))
    took, cpu = [], []
    for handle in handles[: QUESTIONS + 1]:
        page = person.get(f"{handle}/ask")
        form: dict[str, object] = {
            "why": "risk_grew",
            "said": "given",
            "fled": "none",
            "knows": "false",
            "people": re.findall(r'name="people"[^>]*value="([0-9a-f]{32})"', page),
            "areas": list(NEIGHBOURS),
        }
        shown = person.send(f"{handle}/ask", form)
        once = re.findall(r'name="once"[^>]*value="([^"]+)"', shown)
        before = _cpu_ms(process)
        sent = {**form, "once": once[0], "button": "ask"}
        took.append(_ms(lambda handle=handle, sent=sent: person.send(f"{handle}/ask", sent)))  # type: ignore[misc]
        cpu.append(_cpu_ms(process) - before)
    return {**_p(took[1:]), "questions": len(took) - 1, "cpu_ms": round(sum(cpu[1:]) / max(1, len(cpu) - 1))}


def _bytes(url: str, person: Person) -> dict[str, int]:
    """What comes over the wire at the first visit, and at one with what may be kept."""
    with httpx2.Client(base_url=url, trust_env=False, headers={"Accept-Encoding": "gzip"}) as client:

        def size(path: str, **headers: str) -> int:
            with client.stream("GET", path, headers=headers) as answer:
                return sum(len(part) for part in answer.iter_raw())

        page = client.get("/sign-in").text
        assets = set(re.findall(r'(?:href|src)="(/static/[^"]+)"', page))
        first = size("/sign-in") + sum(size(one) for one in assets)
        return {"first": first, "then": size("/work", **person._cookie)}


def _cpu_ms(process: psutil.Process) -> float:
    used = process.cpu_times()
    return float(used.user + used.system) * 1000


def _ms(act: Callable[[], object]) -> float:
    before = time.perf_counter()
    act()
    return (time.perf_counter() - before) * 1000


def _p(values: Sequence[float]) -> dict[str, float]:
    ordered = sorted(values)
    place = max(0, -(-len(ordered) * 95 // 100) - 1)
    return {"p50": round(ordered[len(ordered) // 2], 1), "p95": round(ordered[place], 1)}


def main(arguments: Sequence[str] | None = None) -> int:
    """Run from the command line; 0 done, 2 wrong usage or a fault."""
    return Command("pages", __doc__ or "", "about how many cases the node holds", 5_000).run(
        measure, arguments
    )


if __name__ == "__main__":
    sys.exit(main())
