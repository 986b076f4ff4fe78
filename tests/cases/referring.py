"""Referrals as agencies send them."""

from __future__ import annotations

import copy
from typing import Any

from hub.sample.referral import sample_referral


def sample(**changes: Any) -> dict[str, Any]:
    """The sample, with some fields otherwise; None takes one away."""
    told = copy.deepcopy(sample_referral()) | changes
    return {name: value for name, value in told.items() if value is not None}
