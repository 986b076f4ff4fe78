"""The benchmark of quotas: an honest year is not refused, the least quota is the least, fishing is not stopped."""

from __future__ import annotations

import datetime as dt
import tomllib
from typing import Any, NamedTuple

import pytest

from benchmarks.nodes import ROOT
from benchmarks.quotas import (
    DAY_S,
    SEED,
    START,
    Design,
    Question,
    Surnames,
    honest_year,
    least,
    measure,
    refused,
)
from hub.audit.events import Action
from hub.checks.unusual import Seen, What, signs
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


def test_an_honest_year_is_seldom_out_of_the_ordinary_and_a_burst_taken_whole_is() -> None:
    """Questions of weekends are asked on the Monday; the first agenda is news."""
    honest = [_on_a_working_day(one) for one in honest_year(SEED, CONFIG)]
    seen = [Seen(one.at_time, Action.request_received, "eastvale", elements=one.elements) for one in honest]
    shown = list(signs(seen))
    assert {one.what for one in shown} <= {What.volume}
    assert 1 <= len(shown) <= 3
    quotas = Quotas()
    attack = Seen(
        dt.datetime(2026, 12, 1, 12, tzinfo=dt.UTC),
        Action.request_received,
        "eastvale",
        elements=quotas.strong.burst + quotas.weak.burst,
    )
    assert dt.date(2026, 12, 1) in {one.day for one in signs([*seen, attack])}
    assert dt.date(2026, 12, 1) not in {one.day for one in shown}


class _Asked(NamedTuple):
    at_time: dt.datetime
    elements: int


def _on_a_working_day(one: Question) -> _Asked:
    at = dt.datetime.fromtimestamp(one.at, dt.UTC)
    at += dt.timedelta(days=max(0, 7 - at.weekday()) if at.weekday() > 4 else 0)
    return _Asked(at, one.strong + one.weak)
