"""The program with one place of it taken away, in every Python process that has this folder on its path.

HUB_WITHOUT names the place as `docs/traceability.md` does: a page (`/prompts`), a call (`POST /api/v1/referrals`),
a command (`hub plan save`) or an option of one (`hub disclosures list --pdf`). HUB_REACHED names a file: each place
that is reached goes into it, with the test that reached it. It is no part of the program: `tests.docs.rows_fall`
puts it there.
"""

from __future__ import annotations

import importlib.abc
import inspect
import os
import sys
from collections.abc import Awaitable, Callable, Sequence
from pathlib import Path
from types import ModuleType
from typing import Any

WITHOUT = os.environ.get("HUB_WITHOUT", "")
REACHED = os.environ.get("HUB_REACHED", "")
WAIT_MS = 4_000
"""How long a browser looks for what is not there."""


def reached(place: str) -> None:
    """Write down that a test came there."""
    if REACHED:
        test = os.environ.get("PYTEST_CURRENT_TEST", "").rsplit(" (", 1)[0]
        with Path(REACHED).open("a", encoding="utf-8") as file:
            file.write(f"{test}\t{place}\n")


def _answering(guarded: Callable[..., Any], places: Callable[..., set[str]]) -> Callable[..., Any]:
    """What makes an address's answer; the one that is taken away answers as an address that never was."""

    def made(*of: Any) -> Callable[[Any], Awaitable[Any]]:
        answer, here = guarded(*of), places(*of)

        async def answered(request: Any) -> Any:
            from starlette.exceptions import HTTPException

            if WITHOUT in here:
                raise HTTPException(404)
            for place in here:
                reached(place)
            return await answer(request)

        answered.__signature__ = inspect.signature(answer, eval_str=True)  # type: ignore[attr-defined]
        return answered

    return made


def _console(module: Any) -> None:
    module._guarded = _answering(module._guarded, lambda made, page, guard: {page.path})


def _api(module: Any) -> None:
    def places(one: Any, made: Any, allowances: Any) -> set[str]:
        return {f"{one.method} {module.ROOT}{one.path}"}

    module._guarded = _answering(module._guarded, places)


def _commands(module: Any) -> None:
    load, without = module.load, WITHOUT.removeprefix("hub ") if WITHOUT.startswith("hub ") else ""
    module.COMMANDS.pop(without, None)

    def loaded(name: str) -> Any:
        found = load(name)
        _walk(found, name, without)
        return found

    module.load = loaded


def _walk(command: Any, name: str, without: str) -> None:
    commands = getattr(command, "commands", None)
    if commands is None:
        act = command.callback
        command.params = [one for one in command.params if f"{name} {one.opts[0]}" != without]

        def called(*of: Any, **more: Any) -> Any:
            reached(f"hub {name}")
            return act(*of, **more)

        command.callback = called
        return
    for word in [one for one in commands if f"{name} {one}" == without]:
        del commands[word]
    for word, one in commands.items():
        _walk(one, f"{name} {word}", without)


def _browser(module: Any) -> None:
    make = module.Browser.new_context

    def made(self: Any, **more: Any) -> Any:
        context = make(self, **more)
        context.set_default_timeout(WAIT_MS)
        return context

    module.Browser.new_context = made


CHANGED: dict[str, Callable[[Any], None]] = {
    "hub.web.console.app": _console,
    "hub.web.api.app": _api,
    "hub.cli.app": _commands,
}
if WITHOUT:
    CHANGED["playwright.sync_api"] = _browser


class _Loader(importlib.abc.Loader):
    """A module's own loader, and then its change."""

    def __init__(self, own: Any) -> None:
        self.own = own

    def __getattr__(self, name: str) -> Any:
        return getattr(self.own, name)

    def create_module(self, spec: Any) -> Any:
        return self.own.create_module(spec)

    def exec_module(self, module: ModuleType) -> None:
        self.own.exec_module(module)
        CHANGED[module.__name__](module)


class _Finder(importlib.abc.MetaPathFinder):
    """Finds what is changed."""

    def find_spec(self, name: str, path: Sequence[str] | None, target: Any = None) -> Any:
        if name not in CHANGED:
            return None
        for finder in sys.meta_path:
            if finder is not self and (spec := finder.find_spec(name, path, target)) is not None:
                spec.loader = _Loader(spec.loader)
                return spec
        return None


if WITHOUT or REACHED:
    sys.meta_path.insert(0, _Finder())
