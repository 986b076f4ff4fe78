"""Passwords of tests cost little: what they cost is tested once."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from tests.accounts.people import cheap_passwords


@pytest.fixture(autouse=True)
def _cheap_passwords() -> Iterator[None]:
    with cheap_passwords():
        yield
