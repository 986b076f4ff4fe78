"""What the pages say of the house, held against the tree: the picture of its floors, and every path and name."""

from __future__ import annotations

import re
from collections.abc import Iterator
from importlib import import_module
from pathlib import Path

import pytest

from tests.docs.floors import PAGE, ROOT, block, floors, picture, updated

PAGES = sorted(
    path
    for path in [*ROOT.glob("*.md"), *ROOT.glob("docs/**/*.md")]
    if path.name != "CHANGELOG.md"  # It tells of what is gone too.
)
TOP = "hub|tests|benchmarks|config|deploy|docs"
_PATH = re.compile(rf"(?<![\w./-])(?:{TOP})/[\w./*-]*[\w/*]")
_DOTTED = re.compile(r"(?<![\w./-])(?:hub|tests|benchmarks)(?:\.[A-Za-z_]\w*)+")
_PLACEHOLDER = re.compile(r"NNNN|NAME")
_NAME = re.compile(r"`([A-Za-z_]\w*)`")
_FILES = {"benchmarks.md", "hub.sqlite3"}  # dotted, and no module


def _ids(path: Path) -> str:
    return path.relative_to(ROOT).as_posix()


def test_the_picture_shows_the_floors_of_the_contract() -> None:
    """Bring it up to date with `python -m tests.docs.floors`."""
    page = PAGE.read_text(encoding="utf-8")
    assert block(page) == picture(floors())
    assert updated(page) == page


def test_the_picture_has_every_room_once_and_straight_walls() -> None:
    drawn = picture([["cli"], ["demo", "web"], ["a", "b", "c"]])
    lines = drawn.splitlines()[1:-1]
    assert re.findall(r"[a-z]+", "".join(lines)) == ["cli", "demo", "web", "a", "b", "c"]
    assert len({len(line) for line in lines}) == 1


@pytest.mark.parametrize("path", PAGES, ids=_ids)
def test_paths_that_pages_name_exist(path: Path) -> None:
    named = set(_PATH.findall(path.read_text(encoding="utf-8")))
    assert sorted(one for one in named if not _PLACEHOLDER.search(one) and not any(ROOT.glob(one))) == []


@pytest.mark.parametrize("path", PAGES, ids=_ids)
def test_dotted_names_that_pages_name_exist(path: Path) -> None:
    named = set(_DOTTED.findall(path.read_text(encoding="utf-8"))) - _FILES
    assert sorted(one for one in named if not _is_there(one)) == []


def _is_there(dotted: str) -> bool:
    """Whether it is a module, or something in one."""
    parts = dotted.split(".")
    for end in range(len(parts), 0, -1):
        place = ROOT.joinpath(*parts[:end])
        if place.is_dir() or place.with_suffix(".py").is_file():
            return end == len(parts) or hasattr(import_module(".".join(parts[:end])), parts[end])
    return False


def _lines() -> Iterator[tuple[list[Path], list[str]]]:
    """The modules that a line of the page names, and the bare names beside them."""
    for line in PAGE.read_text(encoding="utf-8").splitlines():
        files = [ROOT / one for one in _PATH.findall(line) if one.startswith("hub/") and one.endswith(".py")]
        if files:
            yield files, _NAME.findall(line)


def test_names_beside_a_module_stand_in_it() -> None:
    wrong = []
    for files, names in _lines():
        text = "\n".join(file.read_text(encoding="utf-8") for file in files)
        wrong += [name for name in names if not re.search(rf"\b{name}\b", text)]
    assert wrong == []
    assert sum(len(names) for _, names in _lines()) > 50
