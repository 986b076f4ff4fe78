"""What `docs/commands.md` must say of each command, taken from the program; run it to bring the page up to date.

    python -m tests.docs.pages

Each command has a section `## hub NAME` with a block between `<!-- help -->` marks, which this writes. What
stands around the blocks is written by hand and kept.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from enum import EnumType
from pathlib import Path
from textwrap import fill
from typing import Any, Final, get_args

from hub.cli.app import COMMANDS, load

DOCS: Final = Path(__file__).parents[2] / "docs"
PAGE: Final = DOCS / "commands.md"
WIDTH: Final = 100
_BLOCK: Final = re.compile(
    r"(?ms)^## hub (?P<name>[a-z -]+)\n\n<!-- help -->\n(?P<block>.*?)<!-- /help -->\n"
)


def commands() -> dict[str, Any]:
    """Every command of the program by its name, such as "peer add"."""
    return {name: one for word in COMMANDS for name, one in _walk(load(word), word)}


def _walk(command: Any, name: str) -> Iterator[tuple[str, Any]]:
    subcommands = getattr(command, "commands", None)
    if subcommands is None:
        yield name, command
        return
    for word, one in subcommands.items():
        yield from _walk(one, f"{name} {word}".strip())


def help_of(name: str, command: Any) -> str:
    """A command's help as the page shows it: usage, what it does, and each argument and option."""
    arguments = [one for one in command.params if one.param_type_name == "argument"]
    options = [one for one in command.params if one.param_type_name == "option"]
    usage = " ".join(["hub", name, *map(_argument, arguments), *map(_usage, options)])
    lines = [fill(usage, WIDTH, subsequent_indent="    ", break_on_hyphens=False), ""]
    lines += [fill(command.help or "", WIDTH), ""]
    rows = [(_argument(one), one.help or "") for one in arguments]
    rows += [(" ".join([*one.opts, *one.secondary_opts]), _with_default(one)) for one in options]
    lines += [f"  {left:<14} {right}" for left, right in rows]
    return "\n".join(["```text", *lines, "```"]) + "\n"


def _argument(one: Any) -> str:
    return str(one.metavar or one.name.upper())


def _usage(one: Any) -> str:
    flag = one.type_descriptor.annotation is bool
    text = "/".join([*one.opts, *one.secondary_opts])
    text = text if flag else f"{text} {_value(one)}"
    return text if one.required else f"[{text}]"


def _value(option: Any) -> str:
    kind = option.type_descriptor.annotation
    members: list[Any] = list(kind) if isinstance(kind, EnumType) else []
    choices = [one.value for one in members] or [one for one in get_args(kind) if isinstance(one, str)]
    return "|".join(choices) or _argument(option)


def _with_default(one: Any) -> str:
    default = getattr(one.default, "value", one.default)
    said = "" if default in (None, "", False) or callable(default) else f" Default: {default}."
    return f"{one.help or ''}{said}"


def blocks(page: str) -> dict[str, str]:
    """The help blocks of a page, by command."""
    return {found["name"]: found["block"] for found in _BLOCK.finditer(page)}


def updated(page: str) -> str:
    """The page with every block as the program has it, and a section for each command that lacks one."""
    known = commands()

    def fresh(found: re.Match[str]) -> str:
        name = found["name"]
        return _section(name, known[name]) if name in known else found[0]

    page = _BLOCK.sub(fresh, page)
    missing = [name for name in known if name not in blocks(page)]
    return page + "".join("\n" + _section(name, known[name]) for name in missing)


def _section(name: str, command: Any) -> str:
    return f"## hub {name}\n\n<!-- help -->\n{help_of(name, command)}<!-- /help -->\n"


if __name__ == "__main__":
    PAGE.write_text(updated(PAGE.read_text(encoding="utf-8")), encoding="utf-8")
