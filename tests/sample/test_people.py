"""Made-up people: nobody's number, nobody's postcode, families that hang together."""

from __future__ import annotations

import re
from collections import Counter
from itertools import islice

import pytest

from hub.sample.people import AREAS, OTHER_POSTCODE_AREAS, TODAY, Case, World, nhs_numbers

# Royal Mail's postcode areas, all 124 with the Crown dependencies, and BF of the forces.
_REAL = """
AB AL B BA BB BD BF BH BL BN BR BS BT CA CB CF CH CM CO CR CT CV CW DA DD DE DG DH DL DN DT DY E EC
EH EN EX FK FY G GL GU GY HA HD HG HP HR HS HU HX IG IM IP IV JE KA KT KW KY L LA LD LE LL LN LS LU
M ME MK ML N NE NG NN NP NR NW OL OX PA PE PH PL PO PR RG RH RM S SA SE SG SK SL SM SN SO SP SR SS
ST SW SY TA TD TF TN TQ TR TS TW UB W WA WC WD WF WN WR WS WV YO ZE
"""
REAL_POSTCODE_AREAS = set(_REAL.split())
# Ofcom, telephone numbers for use in TV and radio drama programmes.
DRAMA = re.compile(
    r"(07700 900|01632 960|01(13|14|15|16|17|18|21|31|41|51|61) 496 0|020 7946 0|0191 498 0)\d{3}"
)


@pytest.fixture(scope="module")
def cases() -> list[Case]:
    world = World(11)
    return [world.case() for _ in range(3_000)]


def test_nhs_numbers_are_valid_and_of_the_test_range() -> None:
    numbers = list(islice(nhs_numbers(), 50_000))
    assert len(set(numbers)) == len(numbers)
    for number in numbers:
        assert re.fullmatch(r"999\d{7}", number)
        assert sum(int(digit) * (10 - place) for place, digit in enumerate(number)) % 11 == 0


def test_postcodes_are_well_formed_and_of_no_real_area(cases: list[Case]) -> None:
    assert not REAL_POSTCODE_AREAS & {*AREAS.values(), *OTHER_POSTCODE_AREAS}
    for case in cases:
        for member in case.members:
            postcode = member.identity.home.postcode
            assert re.fullmatch(r"[A-Z]{2}[0-9]{1,2} [0-9][ABD-HJLNP-UW-Z]{2}", postcode), postcode


def test_phones_are_of_the_drama_ranges_and_never_of_two_homes(cases: list[Case]) -> None:
    homes = {member.identity.home for case in cases for member in case.members}
    phones = [home.phone for home in homes if home.phone]
    assert len(phones) > 2_000
    assert len(set(phones)) == len(phones)
    assert all(DRAMA.fullmatch(phone) for phone in phones)


def test_a_world_that_runs_out_of_numbers_shares_none() -> None:
    world = World(12)
    phones = [home.phone for home in (world.home() for _ in range(22_000)) if home.phone]
    assert len(set(phones)) == len(phones) == 15_000
    assert world.home().phone == ""


def test_cases_are_families(cases: list[Case]) -> None:
    roles = Counter(tuple(sorted(Counter(m.role for m in case.members).items())) for case in cases)
    assert all(case.members[0].role == "victim" for case in cases)
    assert all(sum(m.role == "victim" for m in case.members) == 1 for case in cases)
    assert all(1 <= sum(m.role == "perpetrator" for m in case.members) <= 2 for case in cases)
    assert 3.0 < sum(len(case.members) for case in cases) / len(cases) < 4.0
    assert len(roles) > 6
    with_children = [case for case in cases if any(m.role == "child" for m in case.members)]
    related = 0
    for case in with_children:
        parents = {name for m in case.members[:2] for name in (m.identity.surname, m.identity.former)}
        related += any(m.identity.surname in parents for m in case.members if m.role == "child")
    assert related > 0.8 * len(with_children)
    for case in cases:
        for member in case.members:
            years = (TODAY - member.identity.born).days / 365.25
            assert 0 <= years < 18.5 if member.role == "child" else years > 4


def test_women_who_married_have_another_surname(cases: list[Case]) -> None:
    victims = [case.members[0].identity for case in cases if case.members[0].identity.sex == "f"]
    assert 0.3 < sum(bool(victim.former) for victim in victims) / len(victims) < 0.6
