"""The benchmark of saving referrals: what it sends is a referral, half of them of people whom the node holds."""

from __future__ import annotations

from itertools import islice
from typing import Any

import pytest

from benchmarks.nodes import cases_of, world
from benchmarks.referrals import families, measure, referral, typed
from hub.cases.referral import Referral
from hub.web.typed.referrals import ReferralTyped


def test_what_is_sent_is_a_referral_by_each_way_in() -> None:
    for people in islice(families(60), 12):
        sent = Referral.model_validate(referral(people))
        assert sent.victim_name.surname == people[0].surname
        assert len(sent.perpetrators) + len(sent.children) == len(people) - 1
        fields = {name.split(".")[0] for name in typed(referral(people))} - {"button"}
        assert fields <= set(ReferralTyped.model_fields)


def test_every_second_family_is_one_that_the_node_holds() -> None:
    held = {one.identity.born.isoformat() for case in cases_of(world(0), 60) for one in case.members}
    known = [any(one.date_of_birth in held for one in people) for people in islice(families(60), 12)]
    assert sum(known) >= 5
    assert not all(known)


@pytest.mark.slow
def test_a_small_run_saves_by_each_way_in() -> None:
    found: Any = measure(20)
    assert set(found) == {"cases", "search", "page", "api", "command", "machine"}
    assert found["command"]["cpu_ms"]["p50"] > found["command"]["bare_ms"]["p50"] > 0
