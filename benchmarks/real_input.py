"""Other people's data through the whole product: FEBRL4 split over two real nodes, and questions asked over HTTP.

FEBRL4 (5,000 people and a damaged duplicate of each; Christen, Febrl, ANU; in
`benchmarks/data/febrl`) is written to two import files. The asking node imports the originals, the other the
duplicates, without those of the people who are to be unknown there. Both publish and sync; then the asking
node's `hub.checks.check.check`, which is what `hub check` runs, asks about some people of its own. A question
finds its person if the duplicate is among the candidates in the bands counted; every other candidate there
is a false flag. Names and dates of birth alone; nothing is fitted on these files.
"""

from __future__ import annotations

import argparse
import asyncio
import datetime as dt
import json
import sys
import tempfile
import time
from collections.abc import Iterator, Sequence
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from sqlmodel import col, select

from benchmarks.febrl import DUPLICATES, ORIGINALS, records
from benchmarks.machine import machine
from benchmarks.nodes import QUOTAS, enter, serving
from hub.cases.importing.assemble import CaseIntake, read_cases
from hub.cases.importing.run import import_cases
from hub.cases.importing.tally import Imported
from hub.checks.check import check
from hub.demo.form import sharing_form, write_agreement
from hub.demo.servers import free_port
from hub.errors import HubError, InputError, PeerError
from hub.federation.client import PeerClient
from hub.federation.handles import LabelHandles
from hub.federation.peers import add_peer
from hub.federation.publish import publish
from hub.federation.sync import sync_all
from hub.matching import strict_date
from hub.node.home import create_home
from hub.node.keys import load_root
from hub.node.node import Node, key_folder, open_node
from hub.node.settings import Settings
from hub.records.check import AreaStatus, CheckRequest, CheckResult
from hub.sample import COLUMNS, write_csv
from hub.sample.agreement import Signed
from hub.store import feeds
from hub.store.tables import CaseRecord, PersonRecord
from hub.values import AgencyKind, Band, Person

ASKING, HOLDING = "originals", "duplicates"
Row = dict[str, str]


def partial_date(text: str) -> str:
    """Return what an impossible date still says, as an import file takes it: 19641301 is 1964."""
    year, month, day = text[:4], text[4:6], text[6:8]
    for known in (f"{year}-{month}-{day}", f"{year}-{month}", year):
        try:
            return strict_date(known)
        except InputError:
            continue
    return ""


def febrl4(side: str) -> list[Row]:
    """Return FEBRL4's `originals` or `duplicates` as import rows, each person a case of their own."""
    rows = [
        dict.fromkeys(COLUMNS, "")
        | {
            "case_ref": name.split("-")[1],
            "kind": "marac",
            "referral_date": "2026-03-01",
            "role": "victim",
            "given_names": line["given_name"],
            "surname": line["surname"],
            "date_of_birth": partial_date(line["date_of_birth"]),
            "agreement": "given",
            "victim_aware": "yes",
            "publish": "yes",
        }
        for name, line in records(ORIGINALS if side == ASKING else DUPLICATES).items()
    ]
    return sorted(rows, key=lambda row: int(row["case_ref"]))


def split(people: int, known: int, unknown: int) -> tuple[list[Row], list[Row], list[str]]:
    """Return the asking node's rows, the holder's, and the references asked: spread evenly, always the same."""
    originals, duplicates = febrl4(ASKING)[:people], febrl4(HOLDING)[:people]
    named = [row["case_ref"] for row in originals if row["given_names"] or row["surname"]]
    asked = [named[place * len(named) // (known + unknown)] for place in range(known + unknown)]
    hidden = set([ref for place, ref in enumerate(asked) if place % 2][:unknown])
    hidden |= set([ref for ref in asked if ref not in hidden][: unknown - len(hidden)])
    return originals, [row for row in duplicates if row["case_ref"] not in hidden], asked


@contextmanager
def two_nodes(
    files: dict[str, list[Row]],
) -> Iterator[tuple[Node, Node, dict[str, Imported], dict[str, float]]]:
    """Two nodes that imported, published, peered, served and synced; what they imported, and seconds."""
    with tempfile.TemporaryDirectory(prefix="hub-febrl-") as folder, ExitStack() as stack:
        nodes: list[Node] = []
        imported: dict[str, Imported] = {}
        seconds = {"import": 0.0, "publish": 0.0}
        for area, rows in files.items():
            node = _node(Path(folder) / area, area, [Signed(one, "Area police", "police") for one in files])
            path = Path(folder) / f"{area}.csv"
            write_csv(path, COLUMNS, rows)
            started = time.perf_counter()
            imported[area] = import_cases(node, read_cases(path), dry_run=False, progress=lambda _: None)
            seconds["import"] += time.perf_counter() - started
            started = time.perf_counter()
            _say(f"{area}: publishing {imported[area].imported} people ...")
            publish(node)
            seconds["publish"] += time.perf_counter() - started
            nodes.append(node)
        for node in nodes:
            stack.enter_context(serving(node))
        started = time.perf_counter()
        asyncio.run(_introduce(nodes))
        seconds["sync"] = time.perf_counter() - started
        yield nodes[0], nodes[1], imported, seconds


def _node(home: Path, area: str, signed: Sequence[Signed]) -> Node:
    settings = Settings(
        node_id=area,
        area=area.capitalize(),
        url=f"http://127.0.0.1:{free_port()}",
        database="sqlite:///hub.sqlite3",
        agency="Area police",
        agency_kind=AgencyKind.police,
    )
    create_home(home, settings).database.close()
    write_agreement(home, dt.datetime.now(dt.UTC).date(), signed)
    with (home / "node.toml").open("a", encoding="utf-8") as file:
        file.write(QUOTAS)
    return open_node(home)


async def _introduce(nodes: Sequence[Node]) -> None:
    for node, other in (nodes, nodes[::-1]):
        async with PeerClient(node) as client:
            await add_peer(
                node, client, other.settings.url, load_root(key_folder(other.home, other.settings)).kid
            )
    for node in nodes:
        async with PeerClient(node) as client:
            for result in await sync_all(node, client):
                if result.error:
                    raise PeerError(result.error)


@dataclass
class Outcome:
    """What came of the questions, by the bands that count as a flag."""

    bands: tuple[Band, ...]
    known: int = 0
    found: int = 0
    false: int = 0
    questions_with_false: int = 0
    unknown_flagged: int = 0
    missed: list[str] = field(default_factory=list)

    def count(self, flagged: Sequence[str], right: str, *, known: bool) -> None:
        """Add one question: the references flagged, and the right one."""
        wrong = sum(ref != right for ref in flagged)
        self.known += known
        self.found += right in flagged
        self.false += wrong
        self.questions_with_false += bool(wrong)
        self.unknown_flagged += bool(flagged) and not known
        if known and right not in flagged:
            self.missed.append(right)

    def figures(self) -> dict[str, object]:
        """Return the figures of the report; people are named by FEBRL's own record numbers."""
        return {
            "found": self.found,
            "missed": len(self.missed),
            "falsely_flagged": self.false,
            "questions_with_a_false_flag": self.questions_with_false,
            "unknown_people_flagged": self.unknown_flagged,
            "recall": round(self.found / self.known, 4) if self.known else None,
            "precision": round(self.found / (self.found + self.false), 4)
            if self.found + self.false
            else None,
            "missed_records": self.missed,
        }


async def ask_all(
    asker: Node, holder: Node, people: dict[str, Person]
) -> tuple[dict[str, CheckResult], float]:
    """Ask the holder about each person, one question after the other; the results, and seconds."""
    today = dt.datetime.now(dt.UTC).date()
    results = {}
    started = time.perf_counter()
    async with PeerClient(asker) as client:
        for ref, person in people.items():
            question: dict[str, Any] = {
                "purpose": "referred_elsewhere",
                "case_ref": ref,
                "requester": {
                    "name": "Benchmark",
                    "role": "coordinator",
                    "agency": "Area police",
                    "agency_kind": "police",
                },
                "subject": person.model_dump(mode="json"),
                "areas": [holder.node_id],
            }
            form = sharing_form(question, today, grounded=True)
            request = CheckRequest.model_validate({**question, "sharing_form": form})
            enter(asker, [request])
            results[ref] = await check(asker, client, request)
            (area,) = results[ref].areas
            if area.status is not AreaStatus.answered:
                raise PeerError(f"{area.area}: {area.note}")
    return results, time.perf_counter() - started


def handles(node: Node, rows: Sequence[Row]) -> dict[str, str]:
    """Return the reference behind every handle that the holder's labels call a person."""
    refs = {node.keys.vault.lookup("case_ref", row["case_ref"]): row["case_ref"] for row in rows}
    query = select(PersonRecord.handle, CaseRecord.ref_digest).join(
        CaseRecord, col(PersonRecord.case_id) == col(CaseRecord.id)
    )
    with node.read() as tx:
        feed = feeds.state(tx.session)
        if feed is None:
            raise HubError("The holder has published nothing.")
        called = LabelHandles(node.keys.vault, feed.layout.handle_epoch)
        return {called.person(handle).hex(): refs[digest] for handle, digest in tx.session.exec(query)}


def run(people: int, known: int, unknown: int) -> dict[str, object]:
    """Run everything once and return the report."""
    originals, duplicates, asked = split(people, known, unknown)
    with two_nodes({ASKING: originals, HOLDING: duplicates}) as (asker, holder, imported, seconds):
        questions = _subjects(originals, set(asked))
        _say(f"asking {len(questions)} questions over HTTP ...")
        results, took = asyncio.run(ask_all(asker, holder, questions))
        behind = handles(holder, duplicates)
    held = {row["case_ref"] for row in duplicates} & set(behind.values())
    outcomes = [Outcome((Band.strong,)), Outcome((Band.strong, Band.probable)), Outcome(tuple(Band))]
    for ref, result in results.items():
        for outcome in outcomes:
            flagged = [
                behind.get(one.handle, "")
                for area in result.areas
                for one in area.candidates
                if one.band in outcome.bands
            ]
            outcome.count(flagged, ref, known=ref in held)
    return {
        "set": "FEBRL4",
        "fields": "names and date of birth",
        "asked": len(results),
        "known": outcomes[0].known,
        "unknown": len(results) - outcomes[0].known,
        "imported": {area: done.imported for area, done in imported.items()},
        "rejected": {
            area: [{"row": one.row, "field": one.field, "reason": one.reason} for one in done.rejected]
            for area, done in imported.items()
        },
        "not_published": {area: done.not_published for area, done in imported.items()},
        "at": dict(zip(("strong", "probable", "possible"), (one.figures() for one in outcomes), strict=True)),
        "seconds": {name: round(value, 1) for name, value in {**seconds, "ask": took}.items()},
        "machine": machine(),
    }


def _subjects(rows: Sequence[Row], asked: set[str]) -> dict[str, Person]:
    """Return the people asked about as the asking node's own import read them."""
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "asked.csv"
        write_csv(path, COLUMNS, [row for row in rows if row["case_ref"] in asked])
        cases = [case for case in read_cases(path) if isinstance(case, CaseIntake)]
    return {case.case_ref: case.people[0].person for case in cases}


def main(arguments: Sequence[str] | None = None) -> int:
    """Run from the command line; 0 done, 2 wrong usage or a fault."""
    parser = argparse.ArgumentParser(
        prog="python -m benchmarks.real_input", description=__doc__.split("\n")[0]
    )
    parser.add_argument("--people", type=int, default=5_000, help="of FEBRL4's 5,000")
    parser.add_argument("--known", type=int, default=150, help="people asked whom the other node holds")
    parser.add_argument("--unknown", type=int, default=50, help="people asked whom it does not hold")
    parser.add_argument("--json", action="store_true", help="one JSON document on standard output")
    options = parser.parse_args(arguments)
    if (
        min(options.known, options.unknown) < 0
        or not 0 < options.known + options.unknown <= options.people <= 5_000
    ):
        parser.error("ask at least one person, and not more than there are")
    try:
        report = run(options.people, options.known, options.unknown)
    except HubError as error:
        print(f"real_input: {error}", file=sys.stderr)
        return error.exit_code
    print(json.dumps(report, indent=None if options.json else 2))
    return 0


def _say(text: str) -> None:
    print(text, file=sys.stderr, flush=True)


if __name__ == "__main__":
    sys.exit(main())
