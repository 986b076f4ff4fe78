"""What an honest year asks of one neighbour, and how long a surname can be fished for within quotas that it fits.

Counts match-keys and evaluates none. The year: 415 referrals, a third of them of people referred before, each asked
about on its day by one of two people, in the version of another agency, with aliases and dates in part as the
sample generator has them; and every fortnight an agenda of twenty cases, asked about at once by one of the two.
`least` are the smallest quotas under which nothing of it is refused, over all the years drawn.

The attack knows a forename and a date of birth, and tries sound codes of surnames, and then whole surnames, by how
common they are in the shipped table: one an element, in every pool that has a class which tests one. `days` are how
long it takes by the quotas' own arithmetic, from a full bucket, for the recorded surname and for shares of people:
under the quotas as they are (`two_keys`), and under what would be the least ones if one-name keys had a PRF key of
their own and were asked for the subject alone (`three_keys`), if every class had one (`key_a_class`), if dates were
joined after the evaluation (`date_after`), and if a check could be about one person's names alone (`bound`). All
but the first leave padding out, so they are better than could be had.
"""

from __future__ import annotations

import argparse
import datetime as dt
import json
import sys
import tomllib
from bisect import bisect_left
from collections import Counter, defaultdict
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from importlib import resources
from typing import Final

from benchmarks.nodes import ROOT, told
from hub.matching import MatchingConfig, NameTable, load_config, match_keys, read_table
from hub.matching.forms import last_forms
from hub.matching.names import sound, surname_parts
from hub.node.settings import Quotas
from hub.sample.people import Case, World
from hub.values import Person, Role
from hub.wire.blinding import plan
from hub.wire.quota import OverQuota, Quota, QuotaState, charge

SEED: Final = 20_261_129
YEARS: Final = 8
REFERRALS: Final = 415
REPEATS: Final = 1 / 3
AGENDA: Final = 20
EVERY_DAYS: Final = 14
START: Final = int(dt.datetime(2026, 1, 1, tzinfo=dt.UTC).timestamp())
DAY_S: Final = 86_400
RECORDED: Final = "whitfield"
LONGEST_DAYS: Final = 730
BY_SOUND: Final = ("SR", "RR", "XR")
"""The forms that test a surname by its sound: one element tries one code."""
WHOLE: Final = ("SX", "A", "XX", "GX", "PX", "RX", "SW", "XD", "DX")
"""Those that test it whole, or but for a letter: one element tries about one surname."""
ONCE: Final = frozenset({"SR.ymd", "SX.ymd", "A.ymd", *(f"{form}." for form in (*BY_SOUND, *WHOLE))})
"""The classes that are left to be evaluated where dates are joined afterwards."""
PARTS: Final = {"half": 0.5, "three_quarters": 0.75, "nine_in_ten": 0.9}
ONE_NAME: Final = ("FX", "SX", "FR", "SR", "FP", "A")
Use = tuple[int, int]
"""When, in seconds since 1970, and how many elements."""


@dataclass(frozen=True)
class Question:
    """One check as a neighbour's counters meet it; `classes` counts the subject's match-keys by class."""

    at: int
    user: str
    agenda: bool
    strong: int
    weak: int
    classes: Mapping[str, int]


def honest_year(seed: int, config: MatchingConfig) -> list[Question]:
    """A year of an area's questions to one neighbour, in order."""
    world = World(seed)
    rng, told_of = world.rng, list[Case]()
    referred: list[tuple[int, list[Person]]] = []
    for day in sorted(rng.randrange(365) for _ in range(REFERRALS)):
        if told_of and rng.random() < REPEATS:
            case = rng.choice(told_of)
        else:
            case = world.case()
            told_of.append(case)
        referred.append((START + day * DAY_S + rng.randrange(9, 17) * 3_600, told(world, case)))
    asked = [(at, rng.choice(("one", "other")), False, people) for at, people in referred]
    asked += [(at, "one", True, people) for at, people in _agendas(referred)]
    asked.sort(key=lambda one: one[0])
    return [one for each in asked for one in _questions(*each, config)]


def _agendas(referred: Sequence[tuple[int, list[Person]]]) -> Iterator[tuple[int, list[Person]]]:
    """Twenty cases a fortnight: those that wait, oldest first, and of before where there are fewer."""
    heard = 0
    for day in range(EVERY_DAYS - 1, 365, EVERY_DAYS):
        at = START + day * DAY_S + 10 * 3_600
        before = [people for when, people in referred if when < at]
        waiting = before[heard : heard + AGENDA]
        again = before[max(0, heard - (AGENDA - len(waiting))) : heard]
        heard += len(waiting)
        yield from ((at, people) for people in (*waiting, *again))


def _questions(
    at: int, user: str, agenda: bool, people: Sequence[Person], config: MatchingConfig
) -> Iterator[Question]:
    keys = [match_keys(one, config) for one in people]
    for place, one in enumerate(people):
        if one.role in (Role.victim, Role.perpetrator) and keys[place]:
            sent = plan(keys[place], [*keys[:place], *keys[place + 1 :]])
            classes = Counter(key.cls for key in keys[place])
            yield Question(at, user, agenda, sent.strong_size, sent.weak_size, classes)


def least(years: Iterable[Sequence[Use]]) -> Quota:
    """The smallest quota that refuses nothing: a month's most, a thirtieth of it each day, and the burst left."""
    years = list(years)
    months = [_by(uses, lambda at: dt.datetime.fromtimestamp(at, dt.UTC).strftime("%Y-%m")) for uses in years]
    month = max(most for each in months for most in each.values())
    per_day = -(-month // 30)
    burst = max(_deepest(uses, per_day) for uses in years)
    return Quota(per_day=per_day, burst=burst, per_month=month)


def _by(uses: Iterable[Use], name: Callable[[int], str]) -> dict[str, int]:
    found: dict[str, int] = defaultdict(int)
    for at, elements in uses:
        found[name(at)] += elements
    return found


def _deepest(uses: Sequence[Use], per_day: int) -> int:
    """How far below full a bucket falls that refills by so many a day."""
    owed, before, deepest = 0.0, uses[0][0], 0.0
    for at, elements in uses:
        owed = max(0.0, owed - (at - before) * per_day / DAY_S) + elements
        before, deepest = at, max(deepest, owed)
    return int(deepest) + 1


def refused(uses: Iterable[Use], quota: Quota) -> int:
    """How many of these a quota refuses."""
    state: QuotaState | None = None
    many = 0
    for at, elements in uses:
        after = charge(state, quota, elements, at)
        if isinstance(after, OverQuota):
            many += 1
        else:
            state = after
    return many


@dataclass(frozen=True)
class Surnames:
    """Surnames of the shipped table, commonest first: each with its share and the place of its sound code."""

    shares: tuple[float, ...]
    codes: tuple[int, ...]
    recorded: int

    @classmethod
    def shipped(cls) -> Surnames:
        """Those of the table."""
        whole: Counter[tuple[str, str]] = Counter()
        by_code: Counter[str] = Counter()
        for text, share in _table().surname:
            surname = last_forms(surname_parts(text))[0]
            whole[surname, sound(surname)] += share  # type: ignore[assignment]
            by_code[sound(surname)] += share  # type: ignore[assignment]
        place = {code: at for at, (code, _) in enumerate(by_code.most_common())}
        order = whole.most_common()
        recorded = next(at for at, ((surname, _), _) in enumerate(order) if surname == RECORDED)
        total = sum(share for _, share in order)
        return cls(
            tuple(share / total for _, share in order), tuple(place[code] for (_, code), _ in order), recorded
        )

    def met(self, sounds: int, exact: int) -> tuple[float, bool]:
        """The share of people met by so many codes and then whole surnames, and whether the recorded one is."""
        found, recorded = 0.0, False
        for at, (share, code) in enumerate(zip(self.shares, self.codes, strict=True)):
            if code >= sounds:
                if exact <= 0:
                    continue
                exact -= 1
            found += share
            recorded |= at == self.recorded
        return found, recorded


@dataclass(frozen=True)
class Design:
    """The quotas of pools with a class that tests a surname: by its sound, and whole."""

    sounds: Sequence[Quota]
    exact: Sequence[Quota] = ()

    def days(self, surnames: Surnames) -> dict[str, float | None]:
        """Days until the recorded surname is met, and shares of people; None where it is too long."""
        sounds, exact = _granted(self.sounds), _granted(self.exact)
        hours = range(LONGEST_DAYS * 24)

        def days(enough: Callable[[float, bool], bool]) -> float | None:
            at = bisect_left(hours, 1, key=lambda hour: int(enough(*surnames.met(sounds[hour], exact[hour]))))
            return round(at / 24, 1) if at < len(hours) else None

        found = {name: days(lambda share, _, part=part: share >= part) for name, part in PARTS.items()}  # type: ignore[misc]
        return {"recorded": days(lambda _, recorded: recorded), **found}


def _granted(quotas: Sequence[Quota]) -> list[int]:
    """How many elements these together have granted after each hour, to somebody who takes all there are."""
    total = [0] * (LONGEST_DAYS * 24)
    for quota in quotas:
        state: QuotaState | None = None
        taken = 0
        for hour in range(len(total)):
            now = START + hour * 3_600
            for step in (1_000, 100, 10, 1):
                while not isinstance(after := charge(state, quota, step, now), OverQuota):
                    state, taken = after, taken + step
            total[hour] += taken
    return total


def _uses(year: Iterable[Question], count: Callable[[Question], int]) -> list[Use]:
    return [(one.at, count(one)) for one in year]


def _table() -> NameTable:
    return read_table(resources.files("hub.matching.data").joinpath("population.csv.gz").read_bytes())


def measure(years: int) -> dict[str, object]:
    """The honest years, the least quotas, and how long the attack takes."""
    config = load_config(tomllib.loads((ROOT / "config" / "matching.toml").read_text()))
    drawn = [honest_year(SEED + number, config) for number in range(years)]
    every = [one for year in drawn for one in year]
    classes = sorted({name for one in every for name in one.classes})

    def of(count: Callable[[Question], int], among: Callable[[Question], bool] = lambda _: True) -> Quota:
        return least([_uses(filter(among, year), count) for year in drawn])

    def counted(*names: str) -> Quota:
        return of(lambda one: sum(one.classes[name] for name in names))

    sounds = [name for name in classes if name.partition(".")[0] in BY_SOUND]
    dated = [name for name in classes if name.endswith(".ymd") and name.partition(".")[0] in ONE_NAME]
    shipped = Quotas()
    pools: dict[str, tuple[Quota, Callable[[Question], int]]] = {
        "strong": (shipped.strong, lambda one: one.strong),
        "weak": (shipped.weak, lambda one: one.weak),
    }
    whole = [name for name in classes if name.partition(".")[0] in WHOLE]
    designs = {
        "two_keys": Design([shipped.strong, shipped.weak]),
        "three_keys": Design([counted(*dated), shipped.weak]),
        "key_a_class": Design([counted(one) for one in sounds], [counted(one) for one in whole]),
        "date_after": Design(
            [counted(one) for one in sounds if one in ONCE], [counted(one) for one in whole if one in ONCE]
        ),
        "bound": Design([of(lambda one: max(one.classes["SR.ymd"], one.classes["RR."]))]),
    }
    surnames = Surnames.shipped()
    return {
        "years": years,
        "checks": {"a_year": round(len(every) / years), **of(lambda _: 1).model_dump()},
        "least": {
            name: {
                "all": of(count).model_dump(),
                "one_user": of(count, lambda one: one.user == "one").model_dump(),
            }
            for name, (_, count) in pools.items()
        },
        "refused": {
            name: sum(refused(_uses(year, count), quota) for year in drawn)
            for name, (quota, count) in pools.items()
        },
        "largest_check": {
            "elements": max(one.strong + one.weak for one in every),
            "weak": max(one.weak for one in every),
        },
        "by_class": {name: counted(name).model_dump() for name in classes},
        "by_sound": counted(*sounds).model_dump(),
        "days": {name: design.days(surnames) for name, design in designs.items()},
    }


def main(arguments: Sequence[str] | None = None) -> int:
    """Run from the command line; 0 done, 2 wrong usage."""
    parser = argparse.ArgumentParser(
        prog="python -m benchmarks.quotas", description=(__doc__ or "").partition("\n")[0]
    )
    parser.add_argument("--years", type=int, default=YEARS, help="how many honest years are drawn")
    parser.add_argument("--json", action="store_true", help="one JSON document on standard output")
    options = parser.parse_args(arguments)
    if options.years < 1:
        parser.error("at least 1 year")
    print(json.dumps(measure(options.years), indent=None if options.json else 2))
    return 0


if __name__ == "__main__":
    sys.exit(main())
