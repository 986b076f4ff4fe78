"""Referrals of the three fictional areas, as rows of an import file.

Pure given a seed. Some cases are sealed, some not to be published, some leave it to the area's agreement;
some are repeats in the same area, a few are about people known to another. The planted story is `story.py`.
"""

from __future__ import annotations

from datetime import date, timedelta
from random import Random

from hub.sample.names import pick
from hub.sample.people import AREAS, TODAY, Case, Identity, World
from hub.sample.versions import Record, version

COLUMNS = (
    "case_ref", "kind", "idva_service", "referral_date", "meeting_date", "role", "given_names", "surname",
    "aliases", "date_of_birth", "postcode", "address", "phone", "safe_to_call", "nhs_number", "agreement",
    "victim_aware", "criteria", "sealed", "publish",
)  # fmt: skip
CRITERIA = ("professional_judgement", "visible_high_risk", "potential_escalation", "marac_repeat")
CASES = 220
REPEATED = 0.18  # of an area's cases are about people of an earlier one
FROM_ELSEWHERE = 0.03  # of an area's cases are about people of a case in another area
CARE = 0.3
Row = dict[str, str]


def area_referrals(seed: int, cases: int = CASES, today: date = TODAY) -> dict[str, list[Row]]:
    """Return every area's rows in order of referral: `cases` in each, dated in the year before `today`."""
    return referrals_of(World(seed), cases, today)


def referrals_of(world: World, cases: int, today: date) -> dict[str, list[Row]]:
    """Return the same, of people drawn from this world."""
    rng = world.rng
    told: dict[str, list[Case]] = {area: [] for area in AREAS}
    rows: dict[str, list[Row]] = {}
    for area, prefix in AREAS.items():
        elsewhere = [case for other in AREAS if other != area for case in told[other]]
        days = sorted((int(rng.random() * 365) for _ in range(cases)), reverse=True)
        rows[area] = []
        for number, days_ago in enumerate(days, start=1):
            chance, homes = rng.random(), True
            if chance < REPEATED and told[area]:
                case, repeat = pick(rng, told[area]), True
            elif chance < REPEATED + FROM_ELSEWHERE and elsewhere:
                case, repeat, homes = pick(rng, elsewhere), False, False
            else:
                case, repeat = world.case(prefix), False
                told[area].append(case)
            referred = today - timedelta(days=days_ago)
            common = case_fields(rng, area, number, referred, repeat=repeat)
            rows[area] += case_rows(world, case, common, "" if homes else prefix)
    return rows


def case_fields(rng: Random, area: str, number: int, referred: date, *, repeat: bool) -> Row:
    """Return what all rows of one case say alike."""
    kind = "marac" if rng.random() < 0.72 else "idva"
    criteria = [name for name in CRITERIA[:3] if rng.random() < 0.4] or [CRITERIA[0]]
    return {
        "case_ref": f"{AREAS[area]}{'' if kind == 'marac' else 'I'}-{referred.year}-{number:04d}",
        "kind": kind,
        "idva_service": f"{area.title()} Idva Service" if kind == "idva" or rng.random() < 0.6 else "",
        "referral_date": referred.isoformat(),
        "meeting_date": (referred + timedelta(days=10 + int(rng.random() * 21))).isoformat()
        if kind == "marac"
        else "",
        "agreement": pick(rng, ("given",) * 7 + ("refused",) + ("not_asked",) * 2),
        "victim_aware": "yes" if rng.random() < 0.9 else "no",
        "criteria": ";".join(criteria + ([CRITERIA[3]] if repeat else [])),
        "sealed": "yes" if rng.random() < 0.04 else "no",
        "publish": pick(rng, ("yes",) * 13 + ("",) * 4 + ("no",) * 3),
    }


def case_rows(world: World, case: Case, common: Row, moved_to: str = "") -> list[Row]:
    """Return a case's rows, one a person, the victim first. That it is sealed is said of the victim alone."""
    rows = []
    moved = world.home(moved_to) if moved_to else None
    for member in case.members:
        lives_with_victim = member.identity.home == case.members[0].identity.home
        record = possible_version(world.rng, member.identity)
        home = moved if moved and lives_with_victim else record.home
        row = person_row(common, member.role, record) | {
            "postcode": home.postcode,
            "address": home.address,
            "phone": home.phone if member.role != "child" else "",
            "safe_to_call": pick(world.rng, ("yes", "yes", "no", "unknown"))
            if member.role == "victim"
            else "unknown",
            "nhs_number": member.identity.nhs_number if world.rng.random() < 0.3 else "",
        }
        rows.append(row if member.role == "victim" else row | {"sealed": ""})
    return rows


def possible_version(rng: Random, person: Identity) -> Record:
    """Return a version without an impossible date: an import refuses those."""
    while True:
        record, kinds = version(rng, person, care=CARE)
        if "dob_impossible" not in kinds:
            return record


def person_row(common: Row, role: str, record: Record) -> Row:
    """Return one row: the case's fields and one person's names and date of birth; the rest empty."""
    said = {
        "role": role,
        "given_names": record.given_names,
        "surname": record.surname,
        "aliases": ";".join(record.aliases),
        "date_of_birth": record.date_of_birth,
        "postcode": record.home.postcode,
        "address": record.home.address,
    }
    return {column: (common | said).get(column, "") for column in COLUMNS}
