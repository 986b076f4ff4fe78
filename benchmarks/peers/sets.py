"""The files every peer and the product are run on, written once. Names and dates of birth alone.

FEBRL4 (Christen, Febrl, ANU; in `benchmarks/data/febrl`), FEBRL4 hidden among others, and the sample
generator's UK set with a seed that nothing was fitted on.
"""

from __future__ import annotations

import random
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date
from pathlib import Path

from benchmarks.febrl import DUPLICATES, ORIGINALS, links, records
from hub.sample import uk_set, write_csv

SEED = 2_026_07  # of the UK set and of the others; the fitted seeds are benchmarks.fit_weights.FIT_SEEDS
OTHERS = 95_000
FIELDS = ("id", "given_names", "surname", "date_of_birth", "aliases")
TRUTH = ("left_id", "right_id", "kinds")
Row = dict[str, str]


@dataclass(frozen=True)
class FileSet:
    """Three files of one folder, and in words what they are."""

    name: str
    title: str
    folder: Path

    @property
    def paths(self) -> tuple[Path, Path, Path]:
        """LEFT, RIGHT and TRUTH."""
        return self.folder / "LEFT.csv", self.folder / "RIGHT.csv", self.folder / "TRUTH.csv"


TITLES = {
    "febrl4": "FEBRL4, 5,000 by 5,000",
    "febrl4-hidden": "FEBRL4, 5,000 hidden in 100,000",
    "uk": "UK set, 10,000 (half of them known) by 100,000",
}


def file_set(name: str, folder: Path) -> FileSet:
    """The set called `name` under `folder`, written if it is not there."""
    made = FileSet(name, TITLES[name], folder / name)
    if not made.paths[2].exists():
        made.folder.mkdir(parents=True, exist_ok=True)
        left, right, truth = _uk() if name == "uk" else _febrl4(hidden=name == "febrl4-hidden")
        for path, fields, rows in zip(made.paths, (FIELDS, FIELDS, TRUTH), (left, right, truth), strict=True):
            write_csv(path, fields, ({field: row.get(field, "") for field in fields} for row in rows))
    return made


def quick_set(whole: FileSet, folder: Path, people: int) -> FileSet:
    """The first `people` true pairs of `whole` and no others: to see that everything runs."""
    from benchmarks.people import read_people, read_truth

    left, right = (read_people(path, every_field=False) for path in whole.paths[:2])
    truth = read_truth(whole.paths[2], {row.id for row in left}, {row.id for row in right})
    pairs = sorted(truth.pairs)[:people]
    wanted = [{one for one, _ in pairs}, {other for _, other in pairs}]
    made = FileSet(whole.name, f"{whole.title}, cut to {people}", folder / f"{whole.name}-quick")
    made.folder.mkdir(parents=True, exist_ok=True)
    for path, rows, ids in zip(made.paths, (left, right), wanted, strict=False):
        write_csv(
            path,
            FIELDS,
            (
                {
                    "id": row.id,
                    "given_names": row.person.given_names,
                    "surname": row.person.surname,
                    "date_of_birth": row.person.date_of_birth,
                    "aliases": ";".join(row.person.aliases),
                }
                for row in rows
                if row.id in ids
            ),
        )
    kinds = truth.kinds_of_left
    write_csv(
        made.paths[2],
        TRUTH,
        ({"left_id": one, "right_id": other, "kinds": "+".join(sorted(kinds[one]))} for one, other in pairs),
    )
    return made


Files = tuple[Iterable[Row], Iterable[Row], Iterable[Row]]


def _uk() -> Files:
    made = uk_set(SEED)
    return made.left, made.right, made.truth


def _febrl4(*, hidden: bool) -> Files:
    left, right = ([_row(*one) for one in records(name).items()] for name in (ORIGINALS, DUPLICATES))
    truth = [{"left_id": one, "right_id": other} for one, other in links()]
    if hidden:
        right = [*right, *others(left, OTHERS, random.Random(SEED))]
    return left, right, truth


def _row(name: str, line: dict[str, str]) -> Row:
    return {
        "id": name,
        "given_names": line["given_name"],
        "surname": line["surname"],
        "date_of_birth": line["date_of_birth"],
    }


def others(people: Sequence[Row], count: int, rng: random.Random) -> list[Row]:
    """`count` further people: each name drawn from `people` on its own, so as common as there, but recombined.

    Dates are any day between the first and the last date of `people`, as FEBRL draws them: those of the few drawn
    again would make each date as common as its neighbours never are. Whoever comes out with the very values of one
    of `people` is drawn again.
    """
    fields = ("given_names", "surname", "date_of_birth")
    taken = {tuple(row[field] for field in fields) for row in people}
    dates = [row["date_of_birth"] for row in people]
    days = [day.toordinal() for day in map(_day, dates) if day]
    made: list[Row] = []
    while len(made) < count:
        drawn = {field: rng.choice(people)[field] for field in fields}
        if drawn["date_of_birth"]:
            drawn["date_of_birth"] = date.fromordinal(rng.randint(min(days), max(days))).strftime("%Y%m%d")
        if tuple(drawn.values()) not in taken:
            made.append({"id": f"other-{len(made)}", **drawn})
    return made


def _day(text: str) -> date | None:
    try:
        return date.fromisoformat(text)
    except ValueError:
        return None
