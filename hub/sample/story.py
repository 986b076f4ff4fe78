"""The near-miss story, which is FICTION: one woman, two areas, two names, an Idva in both.

Its shape follows the near-miss review that SafeLives describes on its practice blog: discussed four times at
two Maracs, in touch with both areas' Idva services, and neither knew. Every name, date and place here is
drawn by the generator. Pure given a seed. Gives the areas' referrals with the story's cases among them, and
the three questions that the demonstration asks; the sharing forms are added by whoever asks.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, replace
from datetime import date, timedelta
from typing import Any

from rapidfuzz import fuzz

from hub.sample.names import communities, pick
from hub.sample.people import AREAS, TODAY, Case, Home, Identity, World
from hub.sample.referrals import Row, case_rows, person_row, referrals_of
from hub.sample.versions import Record

ASKING, KNOWING = "northmoor", "eastvale"
COMMUNITIES = ("british", "irish", "scottish", "caribbean", "polish")  # short forms are usual in all of these


@dataclass(frozen=True)
class Story:
    """`referrals`: rows by area; `questions`: CheckRequests without their sharing form, asked by `asking`."""

    referrals: dict[str, list[Row]]
    questions: dict[str, dict[str, Any]]
    asking: str = ASKING
    knowing: str = KNOWING


@dataclass(frozen=True)
class _Family:
    victim: Identity
    short: str
    partner: Identity
    child: Identity


def story(seed: int, cases: int = 220, today: date = TODAY) -> Story:
    """Return the three areas' referrals and the questions `known_elsewhere`, `known_nowhere`, `no_ground`."""
    world = World(seed)
    rows = referrals_of(world, cases, today)
    family = _family(world)
    for area in (KNOWING, ASKING):
        rows[area] += _her_cases(world, family, area, today)
    nowhere = unlike(world, [row for area in AREAS if area != ASKING for row in rows[area]])
    refused = unlike(world, [row for area in AREAS for row in rows[area]])
    for case, number in ((nowhere, 9003), (refused, 9004)):
        common = _case(ASKING, "marac", number, today - timedelta(days=6))
        rows[ASKING] += case_rows(world, case, common)
    questions = {
        "known_elsewhere": _question(rows[ASKING], number=9002),
        "known_nowhere": _question(rows[ASKING], number=9003),
        "no_ground": _question(rows[ASKING], number=9004),
    }
    return Story(
        {area: sorted(rows[area], key=lambda row: row["referral_date"]) for area in AREAS}, questions
    )


def _family(world: World) -> _Family:
    """Draw until there is a young woman with a short form of her own, whose partner bears another surname."""
    rng = world.rng
    while True:
        community = communities()[pick(rng, COMMUNITIES)]
        born = date(1986 + int(rng.random() * 12), 1 + int(rng.random() * 12), 4 + int(rng.random() * 20))
        surname, other = world.family_name(community), world.family_name(community)
        victim = world.person(community, "f", surname, born, world.home(AREAS[KNOWING]))
        partner = world.person(community, "m", other, born - timedelta(days=900), world.home(AREAS[KNOWING]))
        child_born = TODAY - timedelta(days=int(365 * (3 + rng.random() * 6)))
        child = world.person(community, "m", other, child_born, victim.home)
        short = [
            name for name in community.short(victim.given[0], "f") if fuzz.ratio(name, victim.given[0]) < 70
        ]
        if short and fuzz.ratio(surname, other) < 40 and child.given[0] != partner.given[0]:
            victim = replace(victim, given=victim.given[:1])
            return _Family(victim, pick(rng, short), partner, child)


def _her_cases(world: World, family: _Family, area: str, today: date) -> list[Row]:
    """Return the area's cases about her: two Marac referrals and one of its Idva service."""
    knowing = area == KNOWING
    home = family.victim.home if knowing else world.home(AREAS[area])
    days = (410, 255, 250) if knowing else (120, 9, 100)
    victim, partner, child = _as_known(family, home, here=knowing)
    rows: list[Row] = []
    for number, days_ago, kind in zip((9001, 9002, 9005), days, ("marac", "marac", "idva"), strict=True):
        common = _case(area, kind, number, today - timedelta(days=days_ago))
        rows.append(person_row(common, "victim", victim) | {"phone": home.phone, "safe_to_call": "no"})
        rows.append(person_row(common, "perpetrator", partner) | {"safe_to_call": "unknown"})
        rows.append(person_row(common, "child", child) | {"safe_to_call": "unknown"})
    return rows


def _as_known(family: _Family, home: Home, *, here: bool) -> tuple[Record, Record, Record]:
    """Return the three as the first area (`here`) or the second knows them."""
    her, him, child = family.victim, family.partner, family.child
    given = " ".join(him.given) if here else him.given[0]
    partner = Record(given, him.surname, him.born.isoformat(), (), him.home, "")
    son = Record(child.given[0], child.surname, child.born.isoformat(), (), home, "")
    if here:
        alias = (f"{family.short} {her.surname}",)
        return Record(her.given[0], her.surname, her.born.isoformat(), alias, home, ""), partner, son
    married = him.community.gendered(him.surname, "f")
    born = (her.born + timedelta(days=1)).isoformat()
    earlier = (f"{family.short} {her.surname}",)  # which she once gave as an earlier name
    return Record(family.short, married, born, earlier, home, ""), partner, son


def _case(area: str, kind: str, number: int, referred: date) -> Row:
    meeting = (referred + timedelta(days=14)).isoformat() if kind == "marac" else ""
    return {
        "case_ref": f"{AREAS[area]}{'' if kind == 'marac' else 'I'}-{number}",
        "kind": kind,
        "idva_service": f"{area.title()} Idva Service",
        "referral_date": referred.isoformat(),
        "meeting_date": meeting,
        "agreement": "given",
        "victim_aware": "yes",
        "criteria": "professional_judgement;visible_high_risk",
        "sealed": "no",
        "publish": "yes",
    }


def unlike(world: World, rows: Iterable[Row]) -> Case:
    """Draw a case nobody of which is like anybody in these rows: no shared surname or date, no like name."""
    others = list(rows)
    surnames = {word.casefold() for row in others for word in row["surname"].split()}
    births = {row["date_of_birth"] for row in others}
    names = [f"{row['given_names']} {row['surname']}".casefold() for row in others]
    while True:
        case = world.case(AREAS[ASKING])
        people = [member.identity for member in case.members]
        if any(
            p.surname.casefold() in surnames or p.born.isoformat() in births or p.known_as for p in people
        ):
            continue
        whole = [f"{p.given[0]} {p.surname}".casefold() for p in people]
        if not any(fuzz.ratio(name, other) > 75 for name in whole for other in names):
            return case


def _question(rows: Iterable[Row], number: int) -> dict[str, Any]:
    """Return the check of one of the asking area's own cases, its victim the subject."""
    case_ref = f"{AREAS[ASKING]}-{number}"
    people = [
        {
            "ref": f"p{place}",
            "role": row["role"],
            "given_names": row["given_names"],
            "surname": row["surname"],
            "aliases": [alias for alias in row["aliases"].split(";") if alias],
            "date_of_birth": row["date_of_birth"],
            "postcode": row["postcode"],
            "phone": row["phone"],
            "nhs_number": row["nhs_number"],
        }
        for place, row in enumerate((row for row in rows if row["case_ref"] == case_ref), start=1)
    ]
    return {
        "purpose": "referred_elsewhere",
        "case_ref": case_ref,
        "requester": {
            "name": "Sample Coordinator",
            "role": "coordinator",
            "agency": f"{ASKING.title()} Council",
            "agency_kind": "council",
        },
        "subject": people[0],
        "related": people[1:],
        "areas": "all",
        "disclose": "ask_first",
        "level": "involvement",
    }
