"""The benchmark of quotas: an honest year is not refused, the least quota is the least, fishing is not stopped."""

from __future__ import annotations

import tomllib
from typing import Any

import pytest

from benchmarks.nodes import ROOT
from benchmarks.quotas import DAY_S, SEED, START, Design, Surnames, honest_year, least, measure, refused
from hub.matching import load_config
from hub.node.settings import Quotas
from hub.wire.quota import Quota

CONFIG = load_config(tomllib.loads((ROOT / "config" / "matching.toml").read_text()))


def test_the_default_quotas_refuse_nothing_of_an_honest_year() -> None:
    """By the counters themselves: all of a peer, and the one user there who asks about every agenda."""
    year = honest_year(SEED, CONFIG)
    assert sum(one.agenda for one in year) > 26 * 40
    quotas = Quotas()
    for pool, counts in {
        quotas.strong: [(one, one.strong) for one in year],
        quotas.weak: [(one, one.weak) for one in year],
    }.items():
        user = Quota(
            per_day=int(pool.per_day * quotas.user_share),
            burst=int(pool.burst * quotas.user_share),
            per_month=int(pool.per_month * quotas.user_share),
        )
        assert refused([(one.at, many) for one, many in counts], pool) == 0
        assert refused([(one.at, many) for one, many in counts if one.user == "one"], user) == 0


def test_the_least_quota_refuses_nothing_and_one_less_does() -> None:
    uses = [(START + day * DAY_S, 30 if day % 7 else 200) for day in range(60)]
    quota = least([uses])
    assert refused(uses, quota) == 0
    assert refused(uses, quota.model_copy(update={"burst": quota.burst - 2})) > 0
    assert refused(uses, quota.model_copy(update={"per_month": quota.per_month - 1})) > 0


def test_a_surname_is_fished_within_a_day_under_the_quotas_and_not_where_a_check_is_bound_to_one_name() -> (
    None
):
    """What SECURITY.md says of a stolen key, and what decision 0213 says would have to change."""
    quotas, surnames = Quotas(), Surnames.shipped()
    found = Design([quotas.strong, quotas.weak]).days(surnames)
    assert found["recorded"] is not None
    assert found["recorded"] < 1
    bound = Design([Quota(per_day=10, burst=70, per_month=300)]).days(surnames)
    assert bound["recorded"] is not None
    assert bound["recorded"] > 30


@pytest.mark.slow
def test_the_honest_years_fit_the_quotas_as_the_documentation_says() -> None:
    found: Any = measure(8)
    assert found["refused"] == {"strong": 0, "weak": 0}
    assert found["days"]["key_a_class"]["recorded"] < 1
    assert found["days"]["bound"]["recorded"] > 30
