"""The two rules files from their text, with the line of whatever is wrong with them.

Pure: text in, rules or `UsageError` out. Not here: what the rules mean (`rules`), reading files (the edges).
"""

from __future__ import annotations

import re
from typing import Any

from hub.consent.rules.rules import Rules, RulesError, load_rules
from hub.errors import UsageError
from hub.parsing import TomlError, read_toml

HEADER = re.compile(r"^\s*(\[\[?)\s*(.+?)\s*\]\]?\s*(?:#.*)?$")
KEY = re.compile(r"""^\s*((?:"[^"]*"|[A-Za-z0-9_-]+)(?:\s*\.\s*(?:"[^"]*"|[A-Za-z0-9_-]+))*)\s*=""")
PART = re.compile(r'"([^"]*)"|([A-Za-z0-9_-]+)')


def rules_from_text(grounds: str, policy: str) -> Rules:
    """Parse and check both files. Raises `UsageError` with the file, the line, the entry and the reason."""
    parsed = _parsed(grounds, "grounds.toml"), _parsed(policy, "policy.toml")
    try:
        return load_rules(*parsed)
    except RulesError as error:
        line = line_of(grounds if error.file == "grounds.toml" else policy, error.where)
        place = ".".join(str(part) for part in error.where)
        raise UsageError(f"{error.file}, line {line}: {place}: {error.why}.", do=error.do) from None


def _parsed(text: str, file: str) -> dict[str, Any]:
    try:
        return read_toml(text)
    except TomlError as error:
        raise UsageError(
            f"{file}, line {error.line or len(text.splitlines())}: {error.why}.",
            do=f"Correct {file}; nothing is decided until then.",
        ) from None


def line_of(text: str, where: tuple[str | int, ...]) -> int:
    """The line (from 1) of the entry, or of the nearest thing around it that the file does name."""
    best, depth = 1, 0
    table: tuple[str | int, ...] = ()
    counts: dict[tuple[str, ...], int] = {}
    for number, line in enumerate(text.splitlines(), start=1):
        if header := HEADER.match(line):
            names = tuple(quoted or bare for quoted, bare in PART.findall(header[2]))
            table = names
            if header[1] == "[[":
                counts[names] = counts.get(names, -1) + 1
                table = (*names, counts[names])
            path = table
        elif key := KEY.match(line):
            path = (*table, *(quoted or bare for quoted, bare in PART.findall(key[1])))
        else:
            continue
        if len(path) > depth and path == where[: len(path)]:
            best, depth = number, len(path)
    return best
