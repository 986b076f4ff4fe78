"""The picture of the floors in `ARCHITECTURE.md`, drawn from the import contract; run it to renew it.

    python -m tests.docs.floors

The picture stands between `<!-- floors -->` marks, which this writes. What stands around it is written by hand.
"""

from __future__ import annotations

import re
import tomllib
from collections.abc import Sequence
from pathlib import Path
from typing import Final

ROOT: Final = Path(__file__).parents[2]
PAGE: Final = ROOT / "ARCHITECTURE.md"
WIDTH: Final = 48
_BLOCK: Final = re.compile(r"(?ms)(?<=^<!-- floors -->\n).*?(?=^<!-- /floors -->$)")


def floors() -> list[list[str]]:
    """The rooms of each floor, the top floor first, as the contract "layers" has them."""
    settings = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))
    contracts = settings["tool"]["importlinter"]["contracts"]
    (layers,) = (one["layers"] for one in contracts if one["id"] == "layers")
    return [[room.strip() for room in layer.split("|")] for layer in layers]


def picture(house: Sequence[Sequence[str]]) -> str:
    """One box for each floor; rooms side by side have a wall between them."""
    lines = ["┌" + "─" * WIDTH + "┐"]
    for rooms in house:
        lines += ["│" + "│".join(_room(room, at, len(rooms)) for at, room in enumerate(rooms)) + "│"]
        lines += ["├" + "─" * WIDTH + "┤"]
    lines[-1] = "└" + "─" * WIDTH + "┘"
    return "\n".join(["```text", *lines, "```"]) + "\n"


def _room(name: str, at: int, rooms: int) -> str:
    """A room's name in its share of the floor; the last room has what the walls leave over."""
    share, over = divmod(WIDTH - (rooms - 1), rooms)
    return name.center(share + (over if at == rooms - 1 else 0))


def block(page: str) -> str:
    """The picture that a page shows."""
    found = _BLOCK.search(page)
    return found[0] if found else ""


def updated(page: str) -> str:
    """The page with the picture as the contract has it."""
    return _BLOCK.sub(lambda _: picture(floors()), page)


if __name__ == "__main__":
    PAGE.write_text(updated(PAGE.read_text(encoding="utf-8")), encoding="utf-8")
