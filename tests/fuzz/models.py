"""Every model that a command reads a file as, and every one that a page reads a form as, by the calls that do so.

Found in the code itself, so that a new one is tried without anybody remembering.
"""

from __future__ import annotations

import ast
import importlib
import inspect
from collections.abc import Iterator
from functools import cache
from pathlib import Path
from typing import Final

from pydantic import BaseModel

import hub
from hub.web.console import asked, case_papers

ROOT: Final = Path(hub.__file__).parents[1]
NOT_NAMED: Final = frozenset({"model", "CORRECTED[kind]"})
"""What such a call names without saying which model: whoever calls that function says it."""


def _calls(folder: str, names: tuple[str, ...], place: int) -> Iterator[tuple[str, str]]:
    """Of each call of these names: the module, and what stands in that place of its arguments."""
    for path in sorted(ROOT.joinpath(folder).rglob("*.py")):
        module = ".".join(path.relative_to(ROOT).with_suffix("").parts)
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            if isinstance(node, ast.Call) and len(node.args) > place:
                called = (
                    node.func.attr if isinstance(node.func, ast.Attribute) else getattr(node.func, "id", "")
                )
                if called in names:
                    yield module, ast.unparse(node.args[place])


def _models(found: Iterator[tuple[str, str]]) -> dict[str, type[BaseModel]]:
    models: dict[str, type[BaseModel]] = {}
    for module, name in found:
        if name in NOT_NAMED:
            continue
        model = getattr(importlib.import_module(module), name)
        assert inspect.isclass(model)
        assert issubclass(model, BaseModel)
        models[f"{module.rpartition('.')[2]}.{name}"] = model
    return models


@cache
def of_documents() -> dict[str, type[BaseModel]]:
    """The models of JSON files that commands read."""
    return _models(_calls("hub/cli", ("read_document",), 1))


@cache
def of_forms() -> dict[str, type[BaseModel]]:
    """The models of the console's forms."""
    found = _models(_calls("hub/web/console", ("form",), 0)) | _models(
        _calls("hub/web/console", ("form_of",), 1)
    )
    corrected = {f"case_papers.{kind}": model for kind, model in case_papers.CORRECTED.items()}
    return found | corrected | {"asked._Nothing": asked._Nothing}
