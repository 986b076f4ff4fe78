"""The drill: back up a node that is in use, lose all of it, bring it back, publish again. How long each step takes.

A node holds `--cases` people and has published them. `cpu_s` is processor time, workers included, and `wall_s` what
somebody waits; `lock_s` is the longest that another connection waited to begin a write while the backup was made.
What is brought back is compared with what was lost, row by row.
"""

from __future__ import annotations

import argparse
import json
import os
import shutil
import sqlite3
import tempfile
from collections.abc import Callable
from contextlib import closing
from pathlib import Path
from typing import Any, Final

from benchmarks.machine import machine
from benchmarks.nodes import KEPT, home
from benchmarks.publish import made
from benchmarks.withdraw import asking_to_write, spent
from hub.backup.finish import finish
from hub.backup.make import backup
from hub.backup.restore import Source, restore
from hub.cases.seals import Said
from hub.cases.staff import STAFF_FILE
from hub.crypto import age
from hub.federation.publish import publish
from hub.federation.rotate_keys import rotate
from hub.node.node import Node, open_node
from hub.values import AgencyKind, Requester, RequesterRole

KEPT_TABLES = ("case_record", "person_record", "decision_record", "obligation_record")

MANAGER: Final = '[[staff]]\ngiven_names = "The"\nsurname = "drill"\nmanager = true\n'


def measure(cases: int) -> dict[str, Any]:
    """The figures of one drill."""
    folder = Path(tempfile.mkdtemp(prefix="backup-", dir=made(KEPT.parent)))
    steps: dict[str, dict[str, float]] = {}

    def step(name: str, work: Callable[[], Any]) -> Any:
        result, cpu, wall = spent(work)
        steps[name] = {"cpu_s": round(cpu, 2), "wall_s": round(wall, 2)}
        return result

    try:
        identity, recipient = age.new_identity()
        node = home(folder, 0, cases, lambda _: None)
        step("publish", lambda: publish(node))
        (folder / "backups").mkdir()
        (folder / "safe").mkdir()
        with asking_to_write(node) as waits:
            done = step(
                "backup", lambda: backup(node, folder / "backups", [recipient], keys_to=folder / "safe")
            )
        before = _rows(node)
        node.database.close()
        shutil.rmtree(node.home)
        step("restore", lambda: restore(node.home, Source(done.home, done.keys, identity), "The drill."))
        back = open_node(node.home)
        if _rows(back) != before:
            raise SystemExit("What was brought back is not what was lost.")
        (back.home / STAFF_FILE).write_text(MANAGER, encoding="utf-8")
        who = Requester(name="The drill", role=RequesterRole.manager, agency_kind=AgencyKind.council)
        finish(
            back, "waived", "The drill: nothing was imported since.", without_knowing=Said(who, "A drill.")
        )
        again = step("publish again", lambda: rotate(back))
        back.database.close()
        size = done.home.stat().st_size
    finally:
        shutil.rmtree(folder)
    return {
        "cases": cases,
        "people": again.people,
        "backup_mb": round(size / 1e6, 1),
        "lock_s": round(max(waits), 2),
        "steps": steps,
        "cores": len(os.sched_getaffinity(0)),
        "load": os.getloadavg()[0],
        "machine": machine(),
    }


def _rows(node: Node) -> dict[str, list[tuple[Any, ...]]]:
    """What a backup must bring back to the byte."""
    with closing(sqlite3.connect(node.home / "hub.sqlite3")) as database:
        return {name: database.execute(f"SELECT * FROM {name} ORDER BY 1").fetchall() for name in KEPT_TABLES}


def main() -> None:
    """Print the figures as JSON."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--cases", type=int, default=5_000)
    print(json.dumps(measure(parser.parse_args().cases), indent=2))


if __name__ == "__main__":
    main()
