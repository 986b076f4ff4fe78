"""What an operator writes for a node in TOML: agreements, the rules, its settings, its staff.

First check: the file is TOML.
"""

from __future__ import annotations

import tempfile
import tomllib
from collections.abc import Callable, Mapping
from functools import cache
from pathlib import Path
from typing import Any, Final

from hub.cases.agency_prompts import AgencyPrompts
from hub.cases.criteria import Thresholds
from hub.cases.staff import StaffList
from hub.consent import agreement_from_text
from hub.consent.rules.files import rules_from_text
from hub.matching import load_config
from hub.node.settings import SHIPPED_CONFIG, Areas, Settings, parse, read_toml
from hub.sample.agreement import Signed, agreement_text
from tests.fuzz.changing import Kinds, Lines, kind_of
from tests.fuzz.judge import Seen, Target, require_same
from tests.fuzz.targets.files import TODAY

STAFF: Final = """[[staff]]
given_names = "Mo"
surname = "Ashdown"
date_of_birth = "1980-02-01"
manager = true

[[exclusion]]
person = "Mo Ashdown"
case_ref = "NM-1"
"""
MODELS: Final[Mapping[str, Any]] = {
    "node.toml": Settings,
    "areas.toml": Areas,
    "staff.toml": StaffList,
    "thresholds.toml": Thresholds,
    "agency_prompts.toml": AgencyPrompts,
}


def _shipped(name: str) -> str:
    return SHIPPED_CONFIG.joinpath(name).read_text(encoding="utf-8")


@cache
def _law() -> Any:
    return rules_from_text(_shipped("grounds.toml"), _shipped("policy.toml")).law


@cache
def _folder() -> tempfile.TemporaryDirectory[str]:
    return tempfile.TemporaryDirectory(prefix="hub-fuzz-")


def _parsed(name: str, body: bytes) -> None:
    path = Path(_folder().name) / name
    path.write_bytes(body)
    value = parse(MODELS[name], read_toml(path), path)
    require_same(value, MODELS[name].model_validate(value.model_dump(by_alias=True)))


def _agreement(text: str) -> None:
    agreement = agreement_from_text(text, "agreement.toml", _law())
    require_same(agreement.digest, agreement_from_text(text, "agreement.toml", _law()).digest)


def _matching(text: str) -> None:
    path = Path(_folder().name) / "matching.toml"
    path.write_text(text, encoding="utf-8")
    load_config(read_toml(path))


_TEXTS: Final[Mapping[str, Callable[[str], object]]] = {
    "agreement.toml": _agreement,
    "grounds.toml": lambda text: rules_from_text(text, _shipped("policy.toml")),
    "policy.toml": lambda text: rules_from_text(_shipped("grounds.toml"), text),
    "matching.toml": _matching,
}


def _attempt(data: bytes, seen: Seen) -> None:
    name, body = kind_of(data)
    try:
        text = body.decode()
        tomllib.loads(text)
        seen.past = True
    except (ValueError, RecursionError):
        text = body.decode("utf-8", "replace")
    if name in MODELS:
        _parsed(name, body)
    elif name in _TEXTS:
        _TEXTS[name](text)


def _seeds(names: tuple[str, ...]) -> dict[str, list[bytes]]:
    signed = [Signed("northmoor", "Police", "police"), Signed("eastvale", "Haven", "idva_charity")]
    written = {"agreement.toml": agreement_text(signed, TODAY), "staff.toml": STAFF}
    example = {"node.toml": "node.example.toml"}
    return {name: [(written.get(name) or _shipped(example.get(name, name))).encode()] for name in names}


def _target(name: str, names: tuple[str, ...], longest: int) -> Target:
    change = Kinds(_seeds(names), Lines())
    return Target(name, "TOML", change.all, _attempt, change, longest)


TARGETS: Final = (
    _target("settings", ("agreement.toml", *MODELS, "matching.toml"), 12_000),
    _target("rules", ("grounds.toml", "policy.toml"), 32_000),
)
