"""The least that each command takes, for tests that walk them."""

from __future__ import annotations

from pathlib import Path
from typing import Final

from tests.docs.pages import commands

ONE_OF: Final = {"requests answer": ("--release",)}
"""What a command takes one of several of."""
CHOSEN: Final = {
    ("case decide", "answer"): "approve",
    ("requests still-here", "answer"): "moved",
    ("referral file", "number"): 1,
}
"""Of an argument that is one of a few words, one that it can be."""


def least(name: str, home: Path) -> list[object]:
    """The least that a command takes: what it names is not there."""
    words: list[object] = list(ONE_OF.get(name, ()))
    for one in commands()[name].params:
        if one.param_type_name == "argument":
            words.append(home if one.name == "home" else CHOSEN.get((name, one.name), "ab" * 8))
        elif one.required:
            flag = one.type_descriptor.annotation is bool
            words += [one.opts[0]] if flag else [one.opts[0], "because-of-this"]
    return words
