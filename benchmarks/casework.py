"""What a node's own cases cost a question and a changed agreement, by how many it holds.

A node holds `--people` people, all published. `context_ms` is the processor time of what is read of its cases
before a question is decided: for an asker who is restricted from nothing, and for one who is restricted from one
case. `opened_ms` is the floor of both: every case opened once. `agreement_s` is what it takes to decide about every
case anew when their agreement was signed again, and `nothing_new_s` what it takes to see that none has to be.
"""

from __future__ import annotations

import shutil
import sys
import tempfile
import time
from collections.abc import Callable, Sequence
from pathlib import Path
from statistics import median

from benchmarks.check import requests
from benchmarks.command import Command
from benchmarks.machine import machine
from benchmarks.nodes import KEPT, SIGNED, enter, home
from benchmarks.publish import made
from hub.cases.access import context_of
from hub.cases.renewal import follow_agreements
from hub.cases.staff import STAFF_FILE
from hub.demo.form import write_agreement
from hub.federation.publish import publish
from hub.node.node import Node, open_node
from hub.records.cases import held_cases
from hub.store import cases

QUESTIONS = 10
KEPT_OUT = '[[exclusion]]\ncase_ref = "0/0"\nperson = "Benchmark"\n'


def measure(people: int) -> dict[str, object]:
    """Ask and sign again at a fresh node that has published so many people."""
    folder = Path(tempfile.mkdtemp(prefix="casework-", dir=made(KEPT.parent)))
    try:
        node = home(folder, 0, people, lambda _: None)
        publish(node)
        opened = median(_ms(lambda: _open_every(node)) for _ in range(QUESTIONS))
        asked = requests(("area-01",), people, QUESTIONS)
        enter(node, asked)
        free = [_ms(lambda one=one: context_of(node, one, tells=False)) for one in asked]  # type: ignore[misc]
        (node.home / STAFF_FILE).write_text(KEPT_OUT, encoding="utf-8")
        kept_out = [_ms(lambda one=one: context_of(node, one, tells=False)) for one in asked]  # type: ignore[misc]
        (node.home / STAFF_FILE).unlink()
        nothing_new = _ms(lambda: follow_agreements(node))
        write_agreement(
            node.home, node.today(), [*SIGNED, SIGNED[0]._replace(agency="Another", kind="council")]
        )
        node.database.close()
        node = open_node(node.home)
        ended: list[int] = []
        anew = _ms(lambda: ended.append(follow_agreements(node)))
        with node.read() as tx:
            held = len(list(cases.every(tx.session)))
        node.database.close()
    finally:
        shutil.rmtree(folder)
    return {
        "people": people,
        "cases": held,
        "opened_ms": round(opened, 1),
        "context_ms": {"restricted_from_nothing": _p(free), "restricted_from_one": _p(kept_out)},
        "nothing_new_s": round(nothing_new / 1000, 2),
        "agreement_s": {"cpu_s": round(anew / 1000, 2), "ended": ended[0]},
        "machine": machine(),
    }


def _open_every(node: Node) -> None:
    with node.read() as tx:
        held_cases(tx, cases.every(tx.session))


def _ms(act: Callable[[], object]) -> float:
    """The processor milliseconds of an act."""
    before = time.process_time()
    act()
    return (time.process_time() - before) * 1000


def _p(values: Sequence[float]) -> dict[str, float]:
    return {"p50": round(median(values), 1), "longest": round(max(values), 1)}


def main(arguments: Sequence[str] | None = None) -> int:
    """Run from the command line; 0 done, 2 wrong usage or a fault."""
    return Command("casework", __doc__ or "", "how many people the node holds", 5_000).run(measure, arguments)


if __name__ == "__main__":
    sys.exit(main())
