"""Read the people and the true pairs of a linkage benchmark from CSV files.

Lenient about values (other people's data is what is measured), strict about the files: raises InputError naming
the file and the column or line, never a value.
"""

from __future__ import annotations

import csv
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from benchmarks.febrl import records
from hub.errors import InputError
from hub.matching import parse_date
from hub.values import Person, Role

_NEEDED = ("id", "given_names", "surname", "date_of_birth")


@dataclass(frozen=True)
class Row:
    """One person of a file."""

    id: str
    person: Person
    case_ref: str


@dataclass(frozen=True)
class Truth:
    """The true pairs (left id, right id); `kinds`, where the file has them, and those of each left id."""

    pairs: frozenset[tuple[str, str]]
    kinds: tuple[str, ...]
    kinds_of_left: dict[str, frozenset[str]]


def read_people(path: Path, *, every_field: bool) -> list[Row]:
    """The people of `path`; postcode and phone only where `every_field`. Unknown columns are ignored."""
    rows: list[Row] = []
    seen: set[str] = set()
    for number, line in _lines(path, _NEEDED):
        name = line["id"]
        if not name or name in seen:
            raise InputError(f"{path.name}, line {number}: the id is {'used twice' if name else 'empty'}.")
        seen.add(name)
        rows.append(Row(name, _person(line, every_field), line.get("case_ref", "")))
    return rows


def _person(line: dict[str, str], every_field: bool) -> Person:
    role = line.get("role", "").lower()
    return Person(
        role=Role(role) if role in set(Role) else Role.other,
        given_names=line["given_names"][:200],
        surname=line["surname"][:200],
        aliases=tuple(part.strip()[:200] for part in line.get("aliases", "").split(";") if part.strip())[:20],
        date_of_birth=_date(line["date_of_birth"]),
        postcode=line.get("postcode", "")[:10] if every_field else "",
        phone=line.get("phone", "")[:30] if every_field else "",
    )


def _date(text: str) -> str:
    """The text as it is where a person record can hold it; else what it says, as YYYY-MM-DD or the known part."""
    if len(text) <= 10:
        return text
    year, month, day = parse_date(text)
    parts = [f"{year:04d}" if year else "0000", f"{month or 0:02d}", f"{day or 0:02d}"]
    return "-".join(parts) if (year, month, day) != (None, None, None) else ""


def read_truth(path: Path, left: set[str], right: set[str]) -> Truth:
    """The true pairs of `path`; every id must be in the files."""
    pairs: set[tuple[str, str]] = set()
    kinds: dict[str, set[str]] = {}
    for number, line in _lines(path, ("left_id", "right_id")):
        pair = line["left_id"], line["right_id"]
        if pair[0] not in left or pair[1] not in right:
            raise InputError(f"{path.name}, line {number}: an id is not in the files.")
        pairs.add(pair)
        kinds.setdefault(pair[0], set()).update(kind for kind in line.get("kinds", "").split("+") if kind)
    every = sorted({kind for some in kinds.values() for kind in some})
    return Truth(frozenset(pairs), tuple(every), {one: frozenset(some) for one, some in kinds.items()})


def _lines(path: Path, needed: tuple[str, ...]) -> Iterator[tuple[int, dict[str, str]]]:
    """Numbered lines as stripped values by lower-case column name."""
    try:
        with path.open(encoding="utf-8-sig", newline="") as file:
            reader = csv.reader(file)
            header = [name.strip().lower() for name in next(reader, [])]
            missing = [name for name in needed if name not in header]
            if missing:
                raise InputError(
                    f"{path.name} has no column {', '.join(missing)}.", do="See the header line."
                )
            for number, values in enumerate(reader, 2):
                if values:
                    padded = values + [""] * (len(header) - len(values))
                    yield (
                        number,
                        {name: value.strip() for name, value in zip(header, padded, strict=False)},
                    )
    except OSError as error:
        raise InputError(f"{path.name} cannot be read: {error.strerror}.") from error
    except (UnicodeDecodeError, csv.Error) as error:
        raise InputError(f"{path.name} is not a CSV file in UTF-8.") from error


Labelled = tuple[list[Person], list[Person], frozenset[tuple[int, int]]]


def febrl_people(number: int) -> Labelled:
    """FEBRL1-3 as people asked and people held: versions of a person fall on either side in turn."""
    sides: tuple[list[Person], list[Person]] = ([], [])
    entities: tuple[list[str], list[str]] = ([], [])
    for place, (name, line) in enumerate(sorted(records(str(number)).items(), key=_febrl_order)):
        entity = name.split("-")[1]
        side = place % 2
        sides[side].append(
            Person(
                given_names=line["given_name"], surname=line["surname"], date_of_birth=line["date_of_birth"]
            )
        )
        entities[side].append(entity)
    held: dict[str, list[int]] = {}
    for place, entity in enumerate(entities[1]):
        held.setdefault(entity, []).append(place)
    pairs = {(one, two) for one, entity in enumerate(entities[0]) for two in held.get(entity, ())}
    return sides[0], sides[1], frozenset(pairs)


def _febrl_order(item: tuple[str, dict[str, str]]) -> tuple[int, str]:
    """By person, then by version, so that neighbours are mostly of one person."""
    parts = item[0].split("-")
    return int(parts[1]), item[0]


def sample_people(kind: str, seed: int) -> Labelled:
    """The sample generator's UK set or cases as people asked and people held."""
    from hub import sample

    made = (
        sample.uk_set(seed, 2_500, 5_000, 25_000)
        if kind == "uk_set"
        else sample.uk_cases(seed, 600, 1_200, 7_000)
    )
    left = {row["id"]: place for place, row in enumerate(made.left)}
    right = {row["id"]: place for place, row in enumerate(made.right)}
    pairs = frozenset((left[row["left_id"]], right[row["right_id"]]) for row in made.truth)
    return (
        [_person(row, every_field=False) for row in made.left],
        [_person(row, every_field=False) for row in made.right],
        pairs,
    )
