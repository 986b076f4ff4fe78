"""The smallest inputs that reach as much of `hub` as all of a campaign's do, kept for each test run.

What an input reaches are the steps from line to line of the hub's own code, as Python itself traces them.
"""

from __future__ import annotations

import io
import sys
import tarfile
from collections.abc import Iterable, Iterator
from contextlib import suppress
from pathlib import Path
from types import FrameType
from typing import Any, Final

from tests.fuzz.judge import Target, judged, listening
from tests.fuzz.targets import MODULES, WHOLE
from tests.fuzz.targets import target as target_of

KEPT: Final = Path(__file__).parent / "corpus.tar.xz"
Step = tuple[str, int, int]


def reached(target: Target, data: bytes) -> set[Step]:
    """The steps of the hub's code that an input takes."""
    steps = set[Step]()

    def trace(frame: FrameType, _event: str, _given: object) -> Any:
        name = frame.f_code.co_filename
        if "/hub/" not in name:
            return None
        last = frame.f_lineno

        def line(inner: FrameType, event: str, _given: object) -> Any:
            nonlocal last
            if event == "line":
                steps.add((name, last, inner.f_lineno))
                last = inner.f_lineno
            return line

        return line

    sys.settrace(trace)
    try:
        with suppress(Exception):
            judged(target, data)
    finally:
        sys.settrace(None)
    return steps


def smallest(target: Target, inputs: Iterable[bytes]) -> list[bytes]:
    """Of these inputs, the smallest first, each that reaches something that none before it did."""
    known, kept = set[Step](), []
    for data in sorted(inputs, key=lambda one: (len(one), one)):
        steps = reached(target, data)
        if not steps <= known:
            known |= steps
            kept.append(data)
    return kept


def keep(folder: Path, names: Iterable[str], place: Path = KEPT) -> str:
    """Keep the smallest corpus of these targets in place of theirs before, of the others what is kept."""
    names = list(names)
    every = {name: list(kept(name, place)) for name in (*MODULES, *WHOLE)}
    with listening():
        for name in names:
            corpus = [path.read_bytes() for path in sorted((folder / name / "corpus").glob("*"))]
            every[name] = smallest(target_of(name), [*every[name], *corpus])
    out = io.BytesIO()
    with tarfile.open(fileobj=out, mode="w:xz", preset=9) as archive:
        for name, inputs in every.items():
            for number, data in enumerate(inputs):
                member = tarfile.TarInfo(f"{name}/{number:05}")
                member.size = len(data)
                archive.addfile(member, io.BytesIO(data))
    place.write_bytes(out.getvalue())
    return (
        ", ".join(f"{name}: {len(inputs)}" for name, inputs in every.items())
        + f"; {len(out.getvalue()):,} bytes"
    )


def kept(name: str, place: Path = KEPT) -> Iterator[bytes]:
    """A target's inputs that are kept."""
    if not place.exists():
        return
    with tarfile.open(place) as archive:
        for member in archive.getmembers():
            if member.name.rpartition("/")[0] == name and (file := archive.extractfile(member)):
                yield file.read()
