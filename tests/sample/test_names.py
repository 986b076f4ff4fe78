"""The name lists: whole, skewed as names are, and with variants that mean something."""

from __future__ import annotations

from collections import Counter
from random import Random

import pytest

from hub.sample.names import Community, communities, draw_community


@pytest.mark.parametrize("community", communities().values(), ids=lambda c: c.key)
def test_lists_are_large_enough_and_clean(community: Community) -> None:
    for names in (community.female, community.male, community.surnames):
        assert len(names.names) >= 30
        for name in names.names:
            for text in (*name.spellings, *name.short):
                assert text == text.strip()
                assert text
                assert not set(text) & set(",;/~+=@\t\n0123456789"), text
            assert name.spellings[0] not in name.spellings[1:]


def test_shares_follow_the_table() -> None:
    rng = Random(5)
    drawn = Counter(draw_community(rng).key for _ in range(20_000))
    assert set(drawn) == set(communities())
    assert 0.59 < drawn["british"] / 20_000 < 0.65
    assert 0.030 < drawn["pakistani"] / 20_000 < 0.042


def test_common_names_are_common() -> None:
    """A few names are borne by many, and most names by few."""
    rng, british = Random(6), communities()["british"]
    drawn = Counter(british.surname(rng) for _ in range(20_000))
    top = [count for _, count in drawn.most_common(20)]
    assert sum(top) > 20_000 * 0.1
    assert len(drawn) > 1_500
    assert top[0] > 5 * drawn.most_common(200)[-1][1]


def test_variants_are_of_the_same_name() -> None:
    pakistani, polish = communities()["pakistani"], communities()["polish"]
    assert {"Muhammad", "Mohamed"} <= set(pakistani.spellings("Mohammed", "m"))
    assert "Mohammed" not in pakistani.spellings("Mohammed", "m")
    assert "Kasia" in polish.short("Katarzyna", "f")
    assert polish.gendered("Kowalski", "f") == "Kowalska"
    assert polish.gendered("Kowalska", "m") == "Kowalski"
    assert communities()["british"].spellings("Nobody", "f") == ()
