"""The configuration: the shipped file loads, and every mistake is named."""

from __future__ import annotations

import copy
import tomllib
from typing import Any

import pytest

from hub.errors import UsageError
from hub.matching import load_config
from tests.matching.people import CONFIG_FILE, config

SHIPPED = tomllib.loads(CONFIG_FILE.read_text())


@pytest.mark.parametrize(
    ("path", "value"),
    [
        ("keys.most", 4),
        ("keys.most", "many"),
        ("weights.date.same", "heavy"),
        ("bands.strong", 1.5),
        ("support.in_case", 0),
        ("confirm.passes", 101),
        ("weights.colour", 1.0),
    ],
)
def test_a_mistake_is_named(path: str, value: object) -> None:
    data: Any = copy.deepcopy(SHIPPED)
    *sections, key = path.split(".")
    inner = data
    for section in sections:
        inner = inner[section]
    inner[key] = value
    with pytest.raises(UsageError, match=path):
        load_config(data)


def test_a_missing_section_is_named() -> None:
    with pytest.raises(UsageError, match="weights"):
        load_config({key: value for key, value in SHIPPED.items() if key != "weights"})


def test_shipped_weights_are_in_order() -> None:
    """A closer level never weighs less than a looser one: reasons and monotone scores rest on it."""
    weights = config().weights
    for name in (weights.forename, weights.surname):
        assert name.same >= name.close
        assert name.close >= name.differs
    assert weights.names_swapped >= weights.forename.close + weights.surname.close
    assert config().bands.strong > config().bands.probable > config().bands.possible
