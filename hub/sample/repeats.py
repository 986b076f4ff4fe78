"""Two years of three areas in which people are referred again: with who is the same, which no area's file says.

Pure given a seed. Between two referrals somebody may move to another area, take another surname or the one before,
or be with another partner; a sister, a brother or a twin may be referred who is somebody else. The rates are
assumptions, written here and in `docs/sample-data.md`, and fitted to no file.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import date, timedelta
from random import Random

from hub.sample.names import pick
from hub.sample.people import AREAS, TODAY, Case, Identity, Member, World
from hub.sample.referrals import COLUMNS, Row, case_fields, person_row
from hub.sample.sets import WRITTEN
from hub.sample.versions import Record, version

DAYS = 730
FAMILIES = 300  # of each area, before anybody is referred again
AGAIN = 0.36  # of referrals are followed by another, if the two years are long enough
GAP_DAYS = 170  # between the two, on average; the tail is long
MOVES = 0.15  # of those who are referred again live in another area by then
NEW_NAME = 0.12  # of them have another surname
OTHER_PARTNER = 0.12  # of them with another perpetrator, and no child of before
RELATIVE = 0.05  # of referrals are followed by one of a brother, sister or twin of the victim
FIRST_CARE, AGAIN_CARE = 0.3, 1.0  # who writes it down again is another agency: as in the sets for linkage


@dataclass(frozen=True, slots=True)
class Referral:
    """One referral. `victim` and `perpetrators` tell who is who, and stand in no row."""

    area: str
    case_ref: str
    referred: date
    victim: str
    perpetrators: frozenset[str]
    rows: tuple[Row, ...]


def two_years(seed: int, families: int = FAMILIES, today: date = TODAY) -> list[Referral]:
    """The referrals of all three areas in the two years before `today`, in their order."""
    world, events = World(seed), list[tuple[date, str, Case, float]]()
    for area, prefix in AREAS.items():
        for _ in range(families):
            day = today - timedelta(days=int(world.rng.random() * DAYS))
            events += _course(world, world.case(prefix), area, day, today)
    events.sort(key=lambda one: one[0])
    return [_referral(world, event, number) for number, event in enumerate(events, start=1)]


def _course(
    world: World, case: Case, area: str, day: date, today: date
) -> Iterator[tuple[date, str, Case, float]]:
    """A family's referrals until today, each with the area, the people of then and how carefully it is written."""
    rng, care = world.rng, FIRST_CARE
    while day <= today:
        yield day, area, case, care
        if rng.random() < RELATIVE:
            near = _relatives(world, case)
            yield min(day + timedelta(days=_gap(rng)), today), area, near, AGAIN_CARE
        if rng.random() >= AGAIN:
            return
        day += timedelta(days=_gap(rng))
        if rng.random() < MOVES:
            area = pick(rng, tuple(other for other in AREAS if other != area))
            case = _moved(world, case, AREAS[area])
        case, care = _changed(world, case), AGAIN_CARE


def _gap(rng: Random) -> int:
    return 1 + int(rng.expovariate(1 / GAP_DAYS))


def _moved(world: World, case: Case, prefix: str) -> Case:
    """Whoever lived with the victim lives with them elsewhere now, but for a perpetrator."""
    before, home = case.members[0].identity.home, world.home(prefix)
    return Case(
        tuple(
            Member(replace(one.identity, home=home), one.role)
            if one.identity.home == before and one.role != "perpetrator"
            else one
            for one in case.members
        )
    )


def _changed(world: World, case: Case) -> Case:
    rng, members = world.rng, list(case.members)
    if rng.random() < OTHER_PARTNER:
        stranger = next(one for one in world.case().members if one.role == "perpetrator")
        members = [members[0], stranger]
    if rng.random() < NEW_NAME:
        members[0] = Member(_renamed(world, members[0].identity), members[0].role)
    return Case(tuple(members))


def _renamed(world: World, person: Identity) -> Identity:
    """Back to the surname of before, where there is one; else another, and what it was is known of half."""
    if person.former:
        return replace(person, surname=person.former, former=person.surname)
    new = person.community.gendered(world.family_name(person.community), person.sex)
    return replace(person, surname=new, former=person.surname if world.rng.random() < 0.5 else "")


def _relatives(world: World, case: Case) -> Case:
    """The case of a brother, sister or twin of the victim: with another perpetrator."""
    stranger = next(one for one in world.case().members if one.role == "perpetrator")
    return Case((Member(world.relative(case.members[0].identity), "victim"), stranger))


def _referral(world: World, event: tuple[date, str, Case, float], number: int) -> Referral:
    day, area, case, care = event
    rng = world.rng
    common = case_fields(rng, area, number, day, repeat=False) | {
        "case_ref": f"{AREAS[area]}-{number:05d}",
        "kind": "marac",
        "idva_service": "",
        "sealed": "no",
    }
    members = [one for one in case.members if one.role == "victim" or rng.random() < WRITTEN[one.role]]
    rows = tuple(person_row(common, one.role, _version(rng, one.identity, care)) for one in members)
    return Referral(
        area,
        common["case_ref"],
        day,
        case.members[0].identity.nhs_number,
        frozenset(one.identity.nhs_number for one in members if one.role == "perpetrator"),
        tuple({column: row[column] for column in COLUMNS} for row in rows),
    )


def _version(rng: Random, person: Identity, care: float) -> Record:
    while True:
        record, kinds = version(rng, person, care=care)
        if "dob_impossible" not in kinds:
            return record
