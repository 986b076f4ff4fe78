"""Tables of names as text, each file with its source and licence, and how they are read.

A line that begins with # is a comment; [name] begins a section. What a line means is said in its file.
"""

from __future__ import annotations

from importlib import resources


def sections(name: str) -> dict[str, list[str]]:
    """The lines of a table by their section, in the file's order."""
    found: dict[str, list[str]] = {}
    lines: list[str] = []
    for line in resources.files(__name__).joinpath(name).read_text(encoding="utf-8").splitlines():
        if line.startswith("["):
            lines = found.setdefault(line.strip("[]"), [])
        elif line and not line.startswith("#"):
            lines.append(line)
    return found
