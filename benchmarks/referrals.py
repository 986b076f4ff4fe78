"""What saving a referral costs at a node of many cases, by each way in, its search for who is here already in it.

A node holds three times `--people` people, in cases of about 3.5; half of the referrals are of people on them.
`page` is the form's last "Send" and `api` a program's POST, to `hub console` as a process of its own, over HTTP on
loopback, after two that warm it: `cpu_ms` is that process's own processor time, `ms` the clock. `command` is `hub
referral add` from its start to its end, a process each time; `bare_ms` is `hub referral add --example`, which
starts and ends. `search` is one search alone, in this process, which reads every row anew each time;
`fresh_ms` the first of a process. All processor milliseconds, but for `ms`.
"""

from __future__ import annotations

import datetime as dt
import json
import resource
import shutil
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path
from statistics import median
from typing import Any, Final

import httpx2
import psutil

from benchmarks.command import Command
from benchmarks.machine import machine
from benchmarks.nodes import KEPT, cases_of, home, told, world
from benchmarks.publish import made
from hub.accounts import sessions, tokens
from hub.accounts.accounts import acting_as, every_account
from hub.cases.here_already import here_already
from hub.demo import servers
from hub.demo.consoles import SEED, open_accounts
from hub.node.node import Node, open_node
from hub.records.accounts import Account, AccountRole
from hub.records.tokens import TokenScope
from hub.sample.people import World
from hub.values import Person, Role

PEOPLE_A_CASE: Final = 3
SAVES: Final = 20
COMMANDS: Final = 5
WARM: Final = 2
_HUB: Final = Path(sys.executable).with_name("hub")
_REST: Final = {
    "referring_agency": "Area police",
    "contact_names": "The duty desk",
    "contact_tel_email": "01632 960001",
    "reason": "It grew worse.",
    "crit_professional_judgement": "yes",
    "pj_rationale": "Frightened to go home.",
    "victim_aware": "yes",
    "consent_given": "yes",
    "other_marac_before": "no",
}


def measure(cases: int) -> dict[str, object]:
    """Build the node, and save referrals at it by each way in."""
    folder = Path(tempfile.mkdtemp(prefix="referrals-", dir=made(KEPT.parent)))
    try:
        return at(home(folder, 0, cases * PEOPLE_A_CASE, lambda text: print(text, file=sys.stderr)), cases)
    finally:
        shutil.rmtree(folder)


def at(node: Node, cases: int) -> dict[str, object]:
    """Save referrals at a node that is there, of which nobody has an account yet."""
    open_accounts(node, World(SEED))
    with node.read() as tx:
        who = next(one for one in every_account(tx) if one.role is AccountRole.coordinator)
    with node.write() as tx:
        wanted = tokens.TokenWanted(program="benchmark", scopes=(TokenScope.ask, TokenScope.read))
        token = tokens.make(tx, acting_as(tx, who), wanted)
    drawn = families(cases * PEOPLE_A_CASE)
    searched = _searched(node, [next(drawn) for _ in range(SAVES)])
    with _console(node) as (url, process):
        page = _by_page(node, url, process, who, drawn)
        api = _by_api(url, process, token, drawn)
    command = _by_command(node, token, drawn)
    node.database.close()
    return {
        "cases": cases,
        "search": searched,
        "page": page,
        "api": api,
        "command": command,
        "machine": machine(),
    }


def families(people: int) -> Iterator[list[Person]]:
    """Families to refer, in another agency's version: in turn one that the node holds, and one that it does not."""
    held, others = world(0), world(0, of="others")
    for known in cases_of(held, people):
        for drawn, case in ((held, known), (others, others.case())):
            some = [one for one in told(drawn, case) if _is_a_day(one.date_of_birth)]
            if some and some[0].role is Role.victim:
                yield some


def _is_a_day(text: str) -> bool:
    try:
        return bool(dt.date.fromisoformat(text))
    except ValueError:
        return False


def referral(people: Sequence[Person]) -> dict[str, Any]:
    """Their referral, as a program sends it."""

    def row(one: Person) -> dict[str, Any]:
        return {"name": {"given_names": one.given_names, "surname": one.surname}, "dob": one.date_of_birth}

    victim = row(people[0])
    return _REST | {
        "victim_name": victim["name"],
        "victim_dob": victim["dob"],
        "perpetrators": [row(one) for one in people[1:] if one.role is Role.perpetrator],
        "children": [row(one) for one in people[1:] if one.role is Role.child],
        "sealed": False,
        "fled_from": [],
    }


def typed(told: Mapping[str, Any]) -> dict[str, str]:
    """The same, as the page's form has it."""

    def flat(prefix: str, value: Any) -> Iterator[tuple[str, str]]:
        if isinstance(value, Mapping):
            for name, each in value.items():
                yield from flat(f"{prefix}.{name}" if prefix else name, each)
        elif isinstance(value, list):
            for place, each in enumerate(value):
                yield from flat(f"{prefix}.{place}", each)
        else:
            yield prefix, str(value)

    form = dict(
        flat("", {name: value for name, value in told.items() if name not in ("sealed", "fled_from")})
    )
    return form | {"sealed": "no", "fled": "none", "button": "send.send"}


def _searched(node: Node, some: Sequence[Sequence[Person]]) -> dict[str, object]:
    fresh = open_node(node.home)
    first = _cpu_ms(lambda: here_already(fresh, None, some[0], "none"))
    took = [_cpu_ms(lambda one=one: here_already(fresh, None, one, "none")) for one in some]  # type: ignore[misc]
    fresh.database.close()
    return {"fresh_ms": round(first), **_p(took)}


@contextmanager
def _console(node: Node) -> Iterator[tuple[str, psutil.Process]]:
    url = f"http://127.0.0.1:{servers.free_port()}"
    with servers.serving(node, url, "console") as server:
        servers.wait_until_up(node, server, url)
        yield url, psutil.Process(server.pid)


def _by_page(
    node: Node, url: str, process: psutil.Process, who: Account, drawn: Iterator[list[Person]]
) -> dict[str, object]:
    with node.write() as tx:
        cookie = f"__Host-{node.node_id}={sessions.begin(tx, who)}"
    headers = {"Cookie": cookie, "Sec-Fetch-Site": "same-origin"}
    with httpx2.Client(base_url=url, timeout=600, trust_env=False, headers=headers) as client:
        return _saved(
            process,
            lambda one: client.post("/referrals/new", data=typed(referral(one))).status_code,
            303,
            drawn,
        )


def _by_api(
    url: str, process: psutil.Process, token: str, drawn: Iterator[list[Person]]
) -> dict[str, object]:
    headers = {"Authorization": f"Bearer {token}"}
    with httpx2.Client(base_url=url, timeout=600, trust_env=False, headers=headers) as client:
        return _saved(
            process, lambda one: client.post("/api/v1/referrals", json=referral(one)).status_code, 201, drawn
        )


def _saved(
    process: psutil.Process, save: Callable[[list[Person]], int], right: int, drawn: Iterator[list[Person]]
) -> dict[str, object]:
    cpu, clock = [], []
    for _ in range(WARM + SAVES):
        one = next(drawn)
        used, before = _used(process), time.perf_counter()
        status = save(one)
        clock.append((time.perf_counter() - before) * 1000)
        cpu.append(_used(process) - used)
        if status != right:
            raise RuntimeError(f"a referral was not saved: {status}")
    return {"first_cpu_ms": round(cpu[0]), "cpu_ms": _p(cpu[WARM:]), "ms": _p(clock[WARM:])}


def _by_command(node: Node, token: str, drawn: Iterator[list[Person]]) -> dict[str, object]:
    folder = Path(tempfile.mkdtemp(prefix="referral-", dir=node.home))
    file, secret = folder / "referral.json", folder / "token"
    secret.touch(mode=0o600)
    secret.write_text(token)
    cpu = []
    for _ in range(COMMANDS):
        file.write_text(json.dumps(referral(next(drawn))))
        cpu.append(_child_ms("referral", "add", str(node.home), str(file), "--token-file", str(secret)))
    bare = [_child_ms("referral", "add", "--example") for _ in range(COMMANDS)]
    return {"cpu_ms": _p(cpu), "bare_ms": _p(bare)}


def _child_ms(*arguments: str) -> float:
    """The processor milliseconds of a command."""
    before = resource.getrusage(resource.RUSAGE_CHILDREN)
    subprocess.run([str(_HUB), *arguments], check=True, capture_output=True)
    after = resource.getrusage(resource.RUSAGE_CHILDREN)
    return (after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime) * 1000


def _used(process: psutil.Process) -> float:
    used = process.cpu_times()
    return float(used.user + used.system) * 1000


def _cpu_ms(act: Callable[[], object]) -> float:
    before = time.process_time()
    act()
    return (time.process_time() - before) * 1000


def _p(values: Sequence[float]) -> dict[str, int]:
    return {"p50": round(median(values)), "longest": round(max(values))}


def main(arguments: Sequence[str] | None = None) -> int:
    """Run from the command line; 0 done, 2 wrong usage or a fault."""
    return Command("referrals", __doc__ or "", "about how many cases the node holds", 5_000).run(
        measure, arguments
    )


if __name__ == "__main__":
    sys.exit(main())
