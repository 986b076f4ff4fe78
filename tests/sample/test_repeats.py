"""The two years of referrals: the same for a seed, with what the benchmark of repeats is about."""

from __future__ import annotations

from hub.sample import COLUMNS
from hub.sample.people import AREAS, TODAY
from hub.sample.repeats import DAYS, Referral, two_years


def test_a_seed_gives_the_same_two_years_with_repeats_moves_and_new_names() -> None:
    made = two_years(5, families=60)
    assert made == two_years(5, families=60)
    assert made != two_years(6, families=60)
    assert {one.area for one in made} == set(AREAS)
    assert [one.referred for one in made] == sorted(one.referred for one in made)
    assert all(0 <= (TODAY - one.referred).days <= DAYS for one in made)
    assert len({one.case_ref for one in made}) == len(made)
    before = dict[str, Referral]()
    again = list[tuple[Referral, Referral]]()
    for one in made:
        if one.victim in before:
            again.append((before[one.victim], one))
        before[one.victim] = one
    assert 0.15 < len(again) / len(made) < 0.45
    assert any(first.area != second.area for first, second in again)
    assert any(first.perpetrators.isdisjoint(second.perpetrators) for first, second in again)
    assert any(first.rows[0]["surname"] != second.rows[0]["surname"] for first, second in again)
    assert any((second.referred - first.referred).days > 366 for first, second in again)


def test_no_row_tells_who_is_who() -> None:
    for one in two_years(5, families=20):
        for row in one.rows:
            assert tuple(row) == COLUMNS
            assert not {one.victim, *one.perpetrators} & set(row.values())
