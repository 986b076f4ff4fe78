"""The shipped rules, read once."""

from __future__ import annotations

import pytest

from hub.cli.decide import read_rules
from hub.consent import Rules


@pytest.fixture(scope="session")
def rules() -> Rules:
    """The rules as shipped in `config/`."""
    return read_rules()
