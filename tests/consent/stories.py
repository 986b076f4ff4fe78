"""Reads the named cases: a form from `forms.toml`, what the case says is different, and what is expected.

Paths are written as the engine writes them in `missing`: "subjects[s1].data", "grounds[crime].evidence.child".
"""

from __future__ import annotations

import copy
import datetime as dt
import re
import tomllib
from functools import cache
from pathlib import Path
from typing import Any

HERE = Path(__file__).parent
ON = dt.date(2026, 11, 22)
STEP = re.compile(r"([a-z_0-9A-Z]+)(?:\[([^\]]+)\])?")


@cache
def shipped() -> dict[str, Any]:
    """The forms, people and evidence that cases start from."""
    return tomllib.loads((HERE / "forms.toml").read_text(encoding="utf-8"))


@cache
def all_cases() -> tuple[dict[str, Any], ...]:
    """Every case of every file, in order."""
    files = sorted((HERE / "cases").glob("*.toml"))
    return tuple(
        {**case, "file": file.stem}
        for file in files
        for case in tomllib.loads(file.read_text(encoding="utf-8"))["case"]
    )


def form_named(name: str) -> dict[str, Any]:
    """One of the complete forms, as JSON-like values."""
    if name == "empty":
        return {}
    form = copy.deepcopy(shipped()["form"][name])
    parent = form.pop("like", None)
    dropped = form.pop("drop", [])
    whole = {**form_named(parent), **form} if parent else form
    for path in dropped:
        remove(whole, path)
    if whole.get("grounds") and isinstance(whole["grounds"][0], str):
        whole["grounds"] = [ground(key) for key in whole["grounds"]]
    return whole


def ground(key: str) -> dict[str, Any]:
    """A ground with all its evidence."""
    return {"key": key, "evidence": dict(shipped()["ground"][key])}


def form_of(case: dict[str, Any]) -> dict[str, Any]:
    """The form of a case, with its differences made."""
    form = form_named(case["form"])
    if "tick" in case:
        form["grounds"] = [ground(key) for key in case["tick"]]
    for name in case.get("people", []):
        form["subjects"].append(copy.deepcopy(shipped()["person"][name]))
    for path, value in case.get("set", {}).items():
        put(form, path, value)
    for path in case.get("drop", []):
        remove(form, path)
    return form


def put(form: dict[str, Any], path: str, value: Any) -> None:
    """Set one answer."""
    holder, last = _walk(form, path)
    holder[last] = copy.deepcopy(value)


def remove(form: dict[str, Any], path: str) -> None:
    """Leave one answer out."""
    holder, last = _walk(form, path)
    del holder[last]


def _walk(form: dict[str, Any], path: str) -> tuple[Any, Any]:
    """The holder of an answer and its key; a row is found by its ref, key or role."""
    here: Any = form
    steps: list[Any] = []
    for name, row in STEP.findall(path):
        steps.append(name)
        if row:
            steps.append(("row", row))
    for index, step in enumerate(steps):
        final = index == len(steps) - 1
        if isinstance(step, tuple):
            step = next(
                i
                for i, row in enumerate(here)
                if step[1] in (row.get("ref"), row.get("key"), row.get("role"))
            )
        if final:
            return here, step
        here = here.setdefault(step, {}) if isinstance(here, dict) else here[step]
    raise AssertionError(path)
