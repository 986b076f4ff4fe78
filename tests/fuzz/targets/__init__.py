"""Everything that reads what others send, one target each: a peer's messages, files, forms, programs' bodies.

A target's module is loaded when it is asked for: a campaign starts with what it reaches alone.
"""

from __future__ import annotations

from functools import cache
from importlib import import_module
from typing import Final

from tests.fuzz.judge import Target

MODULES: Final[dict[str, str]] = {
    "wire": "wire",
    "signed": "signed",
    "sealed": "sealed",
    "forms": "forms",
    "programs": "forms",
    "documents": "files",
    "import csv": "files",
    "import jsonl": "files",
    "referrals": "files",
    "attached": "files",
    "backup": "files",
    "settings": "settings",
    "rules": "settings",
}
"""The targets by name, and the module of each; what is read in a node that has to be set up is in `WHOLE`."""
WHOLE: Final[dict[str, str]] = {"peer": "nodes", "pages": "pages"}


@cache
def target(name: str) -> Target:
    """The target of that name."""
    module = import_module(f"{__name__}.{(MODULES | WHOLE)[name]}")
    found: Target = next(one for one in module.TARGETS if one.name == name)
    return found
