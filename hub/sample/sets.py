"""Linkage sets with known truth: the UK set (people) and its cases.

Pure given a seed, but for `write_set`. LEFT is asked, RIGHT is held; TRUTH pairs their ids and names what
stands between the two versions. The columns are those of `python -m benchmarks.linkage`.
"""

from __future__ import annotations

import csv
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path
from random import Random

from hub.sample.names import pick
from hub.sample.people import Case, Member, World
from hub.sample.versions import Record, between, version

FIELDS = ("id", "given_names", "surname", "date_of_birth", "aliases", "postcode", "phone", "case_ref", "role")
TRUTH_FIELDS = ("left_id", "right_id", "kinds")
HOLDER_CARE = 0.3  # the holder's own slips, beside the enquirer's at 1
MOVED = 0.6  # of the asked have another home than the holder knows
NEAR_UNKNOWN = 0.06  # of the asked who are not held are brothers, sisters or twins of somebody held
WRITTEN = {"victim": 0.97, "perpetrator": 0.85, "child": 0.75}  # chance that a member is in an area's file
OTHER_PARTNER = 0.12  # of known cases name another perpetrator on the other side
COUNTER_ALLEGATION = 0.04  # of known cases have victim and perpetrator the other way round
Row = dict[str, str]


@dataclass(frozen=True)
class LinkageSet:
    """Rows by `FIELDS` and `TRUTH_FIELDS`."""

    left: list[Row]
    right: list[Row]
    truth: list[Row]


def _row(row_id: str, record: Record, role: str, case_ref: str = "") -> Row:
    return {
        "id": row_id,
        "given_names": record.given_names,
        "surname": record.surname,
        "date_of_birth": record.date_of_birth,
        "aliases": ";".join(record.aliases),
        "postcode": record.home.postcode,
        "phone": record.home.phone,
        "case_ref": case_ref,
        "role": role,
    }


class _Truth:
    """Collects both sides, and pairs whoever is on both."""

    def __init__(self, seed: int) -> None:
        self.world = World(seed)
        self.rng = self.world.rng
        self.left: list[Row] = []
        self.right: list[Row] = []
        self.truth: list[Row] = []
        self._held: dict[str, tuple[str, Record, set[str]]] = {}

    def hold(self, member: Member, case_ref: str = "") -> None:
        """Put a person into the holder's file."""
        record, kinds = version(self.rng, member.identity, care=HOLDER_CARE)
        row_id = f"R{len(self.right):06d}"
        self.right.append(_row(row_id, record, member.role, case_ref))
        self._held[member.identity.nhs_number] = (row_id, record, kinds)

    def ask(self, member: Member, case_ref: str = "") -> None:
        """Put a person into the enquirer's file, and the pair into the truth if the holder has them."""
        home = self.world.home() if self.rng.random() < MOVED else None
        record, kinds = version(self.rng, member.identity, home=home)
        row_id = f"L{len(self.left):06d}"
        self.left.append(_row(row_id, record, member.role, case_ref))
        if held := self._held.get(member.identity.nhs_number):
            right_id, theirs, their_kinds = held
            found = between((record, kinds), (theirs, their_kinds))
            self.truth.append({"left_id": row_id, "right_id": right_id, "kinds": "+".join(found)})

    def set(self) -> LinkageSet:
        """Return what was collected, the asked in no telling order."""
        return LinkageSet(_shuffled(self.rng, self.left), self.right, self.truth)


def _shuffled(rng: Random, rows: list[Row]) -> list[Row]:
    return sorted(rows, key=lambda _: rng.random())


def uk_set(seed: int, known: int = 5_000, asked: int = 10_000, holder: int = 100_000) -> LinkageSet:
    """Return `asked` people, of whom `known` are among the `holder` people, in another version.

    No case references: the people are asked one by one. ValueError if known > asked or known > holder.
    """
    if not 0 <= known <= min(asked, holder):
        raise ValueError("known must be at most asked and at most holder")
    made = _Truth(seed)
    held: list[Member] = []
    while len(held) < holder:
        held.extend(made.world.case().members)
    del held[holder:]
    for member in held:
        made.hold(member)
    for index in sorted(range(holder), key=lambda _: made.rng.random())[:known]:
        made.ask(held[index])
    while len(made.left) < asked:
        if held and made.rng.random() < NEAR_UNKNOWN:
            near = pick(made.rng, held)
            made.ask(Member(made.world.relative(near.identity), near.role))
        else:
            made.ask(pick(made.rng, made.world.case().members))
    return made.set()


def uk_cases(seed: int, known: int = 1_500, asked: int = 3_000, holder: int = 28_500) -> LinkageSet:
    """Return complete cases: `asked` of them, `known` of those held too (about 3.5 people a case).

    Households are incomplete on both sides, roles may differ, and a known victim may have another partner.
    """
    if not 0 <= known <= min(asked, holder):
        raise ValueError("known must be at most asked and at most holder")
    made = _Truth(seed)
    cases = [made.world.case() for _ in range(holder)]
    for number, case in enumerate(cases):
        for member in _written(made.rng, case):
            made.hold(member, f"H{number:06d}")
    for index in sorted(range(holder), key=lambda _: made.rng.random())[:known]:
        _ask_case(made, _retold(made.world, cases[index]), index)
    for number in range(asked - known):
        _ask_case(made, made.world.case(), holder + number)
    return made.set()


def _ask_case(made: _Truth, case: Case, number: int) -> None:
    for member in _written(made.rng, case):
        made.ask(member, f"E{number:06d}")


def _written(rng: Random, case: Case) -> list[Member]:
    members = [member for member in case.members if rng.random() < WRITTEN[member.role]]
    return members or [case.members[0]]


def _retold(world: World, case: Case) -> Case:
    """Return the case as another area tells it: other partner, roles the other way round."""
    rng = world.rng
    turned = {"victim": "perpetrator", "perpetrator": "victim", "child": "child"}
    members = list(case.members)
    if rng.random() < OTHER_PARTNER:
        stranger = next(m.identity for m in world.case().members if m.role == "perpetrator")
        members = [Member(stranger, "perpetrator") if m.role == "perpetrator" else m for m in members[:2]] + [
            m for m in members[2:] if m.role == "child"
        ]
    elif rng.random() < COUNTER_ALLEGATION:
        members = [Member(m.identity, turned[m.role]) for m in members]
    return Case(tuple(members))


def write_csv(path: Path, fields: Iterable[str], rows: Iterable[Row]) -> None:
    """Write rows as UTF-8 CSV with plain line ends, the same bytes everywhere."""
    with path.open("w", encoding="utf-8", newline="") as file:
        writer = csv.DictWriter(file, list(fields), lineterminator="\n")
        writer.writeheader()
        writer.writerows(rows)


def write_set(made: LinkageSet, folder: Path) -> None:
    """Write LEFT.csv, RIGHT.csv and TRUTH.csv."""
    folder.mkdir(parents=True, exist_ok=True)
    write_csv(folder / "LEFT.csv", FIELDS, made.left)
    write_csv(folder / "RIGHT.csv", FIELDS, made.right)
    write_csv(folder / "TRUTH.csv", TRUTH_FIELDS, made.truth)
