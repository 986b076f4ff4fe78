"""Who is here already: how many of the repeats are found, and how long a search takes.

Two years of referrals in three areas (`hub.sample.repeats`), with moves, new names, other partners, and brothers,
sisters and twins who are somebody else. Each area is a node of its own with its own referrals. `local`: for each
referral, the earlier ones of the same victim in its area that are found as likely, by `here_already`; `repeats`:
those of them with a perpetrator who is the same. `across`: the same asked of another area by match-keys alone, as
a blind question is weighed. Recall is of the pairs there are, precision of the pairs said. `search_ms` is one
search, warm, at a node of `--people` people besides; `first_s` the first, which works out everybody's match-keys.

The evaluation seed was not looked at while the matching was made: that was done with seeds 1 to 4.
"""

from __future__ import annotations

import shutil
import sys
import tempfile
import time
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from statistics import median

from benchmarks.command import Command
from benchmarks.machine import machine
from benchmarks.nodes import KEPT, SQLITE, home, settings_of
from benchmarks.publish import made
from hub.cases.here_already import LIKELY, here_already
from hub.cases.importing.assemble import read_cases
from hub.cases.importing.run import import_cases
from hub.cases.name_frequencies import name_frequencies
from hub.cases.own_keys import own_keys
from hub.matching import AskedPerson, CandidateSet, band_of, completeness, weigh
from hub.node.home import create_home
from hub.node.node import Node
from hub.records.cases import held_cases, open_person
from hub.sample import COLUMNS, write_csv
from hub.sample.people import AREAS
from hub.sample.repeats import Referral, two_years
from hub.store import cases
from hub.values import Person, Role

SEED = 20_261_129
SEARCHES = 50


@dataclass
class Pairs:
    """Pairs of referrals: said rightly, said wrongly, and not said."""

    right: int = 0
    wrong: int = 0
    missed: int = 0

    def count(self, said: set[str], true: set[str]) -> None:
        """Count what was said of one referral."""
        self.right += len(said & true)
        self.wrong += len(said - true)
        self.missed += len(true - said)

    @property
    def figures(self) -> dict[str, float]:
        """Recall and precision, and of how many."""
        return {
            "pairs": self.right + self.missed,
            "recall": round(self.right / max(self.right + self.missed, 1), 4),
            "precision": round(self.right / max(self.right + self.wrong, 1), 4),
        }


@dataclass(frozen=True)
class Area:
    """An area's node, its referrals in their order, and the people of each as they are kept."""

    node: Node
    referrals: Sequence[Referral]
    people: dict[str, list[Person]]


def measure(people: int) -> dict[str, object]:
    """Search for every referral of the two years, then time searches at a node of so many people."""
    folder = Path(tempfile.mkdtemp(prefix="repeats-", dir=made(KEPT.parent)))
    try:
        return found_in(folder, two_years(SEED)) | _timed(folder, people) | {"machine": machine()}
    finally:
        shutil.rmtree(folder)


def found_in(folder: Path, every: Sequence[Referral]) -> dict[str, object]:
    """Search for every referral of two years, each area a node of its own in a folder."""
    areas = dict[str, Area]()
    try:
        for name in AREAS:
            areas[name] = _area(folder, name, every)
        local, repeats, across = Pairs(), Pairs(), Pairs()
        for name, area in areas.items():
            for place, one in enumerate(area.referrals):
                if one.case_ref in area.people:
                    _locally(area, place, local, repeats)
                    for other in (areas[each] for each in AREAS if each != name):
                        _across(area, one, other, across)
    finally:
        for area in areas.values():
            area.node.database.close()
    return {
        "referrals": len(every),
        "local": local.figures,
        "repeats": repeats.figures,
        "across": across.figures,
    }


def _area(folder: Path, name: str, every: Sequence[Referral]) -> Area:
    mine = [one for one in every if one.area == name]
    node = create_home(folder / name, settings_of(name, SQLITE))
    file = folder / f"{name}.csv"
    write_csv(file, COLUMNS, [row for one in mine for row in one.rows])
    import_cases(node, read_cases(file), dry_run=False, progress=lambda _: None)
    with node.read() as tx:
        held = held_cases(tx, cases.every(tx.session))
    there = {one.details.case_ref: [each.details.person for each in one.people] for one in held}
    victims = {ref: some for ref, some in there.items() if some and some[0].role is Role.victim}
    return Area(node, mine, victims)


def _locally(area: Area, place: int, local: Pairs, repeats: Pairs) -> None:
    one, before = area.referrals[place], {each.case_ref: each for each in area.referrals[:place]}
    found = here_already(area.node, None, area.people[one.case_ref], one.case_ref, on=one.referred)
    said = {each.case_ref: each for each in found if each.likely and each.part is Role.victim}
    said = {ref: each for ref, each in said.items() if ref in before}
    true = {ref for ref, each in before.items() if each.victim == one.victim and ref in area.people}
    local.count(set(said), true)
    repeats.count(
        {ref for ref, each in said.items() if each.same_perpetrators},
        {ref for ref in true if before[ref].perpetrators & one.perpetrators},
    )


def _across(area: Area, one: Referral, other: Area, across: Pairs) -> None:
    """Ask another area, as its feed would answer: by match-keys and completeness alone."""
    config, population = area.node.matching, name_frequencies(area.node)
    refs = {each.case_ref: each for each in other.referrals}
    with other.node.read() as tx:
        own = own_keys(tx)
        held = {row.id: row.handle for row in cases.every(tx.session)}
        alone = []
        every = [AskedPerson(person, population, config) for person in area.people[one.case_ref]]
        for asked, met in zip(every, own.having([each.keys for each in every]), strict=True):
            found = CandidateSet(asked, len(own.people))
            for handle, keys in met.items():
                there = own.people[handle]
                byte = completeness(open_person(tx.vault, handle, there.sealed))
                for key in keys:
                    found.add(key, held[there.case_id], handle, byte)
            alone.append(found.candidates())
        weighed = weigh(alone[0], alone[1:], len(own.people), config)
        handles = {
            each.case_handle for each in weighed if band_of(each.score, len(own.people), config) in LIKELY
        }
        rows = held_cases(tx, cases.of_handles(tx.session, handles))
    said = {row.details.case_ref for row in rows}
    across.count(
        said, {ref for ref, each in refs.items() if each.victim == one.victim and ref in other.people}
    )


def _timed(folder: Path, people: int) -> dict[str, object]:
    """One search at a node that holds so many people."""
    node = home(folder / "large", 0, people, lambda _: None)
    try:
        with node.read() as tx:
            held = held_cases(tx, cases.every(tx.session))
        asked = [(one.details.case_ref, [each.details.person for each in one.people]) for one in held]
        took = []
        for ref, some in asked[: SEARCHES + 1]:
            before = time.perf_counter()
            here_already(node, None, some, f"not {ref}")
            took.append(time.perf_counter() - before)
    finally:
        node.database.close()
    return {
        "cases": len(held),
        "first_s": round(took[0], 1),
        "search_ms": {"p50": round(median(took[1:]) * 1000), "longest": round(max(took[1:]) * 1000)},
    }


def main(arguments: Sequence[str] | None = None) -> int:
    """Run from the command line; 0 done, 2 wrong usage or a fault."""
    return Command("repeats", __doc__ or "", "how many people the large node holds", 17_500).run(
        measure, arguments
    )


if __name__ == "__main__":
    sys.exit(main())
