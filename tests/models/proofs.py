"""The models of docs/models: what ProVerif says of each, kept beside them and read again.

`python -m tests.models.proofs` runs every model where `proverif` is on the PATH and compares what it says with what
is kept; `--record` keeps it anew; names run a part. Where it is not there it says so and runs nothing. The twins of
a model are the model with one line changed; a property counts for something when there is a twin in which it fails.
"""

from __future__ import annotations

import hashlib
import re
import shutil
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path
from typing import Final

MODELS: Final = Path(__file__).parents[2] / "docs" / "models"
LIBRARY: Final = "library.pvl"
SECONDS: Final = 600
NOT_THERE: Final = (
    "proverif is not on the PATH: the models were not run. What it said of them when they were recorded stands in"
    " docs/models/output; the ordinary tests hold that to the models as they are now."
)
_TRACE: Final = "A trace has been found."
_RESULT: Final = re.compile(r"^RESULT (?!\()(?P<query>.*?) (?P<said>is true|is false|cannot be proved)\.$")


@dataclass(frozen=True)
class Result:
    """What was said of one property. `attack`: it fails, by a trace that was found."""

    query: str
    said: str
    attack: bool

    @property
    def holds(self) -> bool:
        """Whether it was proved."""
        return self.said == "is true"

    def __str__(self) -> str:
        return f"RESULT {self.query} {self.said}." + (f" {_TRACE}" if self.attack else "")


@dataclass(frozen=True)
class File:
    """A model or a twin as it was run: its name, its digest, and the results in the order of its properties."""

    name: str
    digest: str
    results: tuple[Result, ...] = ()

    def __str__(self) -> str:
        return "\n".join([f"{self.digest}  {self.name}", *map(str, self.results)])


@dataclass(frozen=True)
class Recorded:
    """All that is kept of one model: the tool's version, what cryptography was taken for, the model, its twins."""

    version: str
    library: File
    model: File
    twins: tuple[File, ...]

    def __str__(self) -> str:
        return "\n\n".join([self.version, *map(str, (self.library, self.model, *self.twins))]) + "\n"


def names() -> list[str]:
    """Every model, without its twins."""
    return sorted(path.stem for path in MODELS.glob("*.pv") if ".broken" not in path.name)


def twins(name: str) -> list[str]:
    """The files of a model's twins."""
    return sorted(path.name for path in MODELS.glob(f"{name}.broken*.pv"))


def digest(file: str) -> str:
    """SHA-256 (hex) of a file of the models as it is now."""
    return hashlib.sha256(MODELS.joinpath(file).read_bytes()).hexdigest()


def read_results(text: str) -> tuple[Result, ...]:
    """The results in what the tool printed or what is kept of it. A failure with a trace before it is an attack."""
    found: list[Result] = []
    traced = False
    for line in text.splitlines():
        kept, at, _ = line.partition(f" {_TRACE}")
        if line.strip().startswith(_TRACE):
            traced = True
        elif result := _RESULT.match(kept):
            attack = result["said"] != "is true" and (traced or bool(at))
            found.append(Result(result["query"], result["said"], attack))
            traced = False
    return tuple(found)


def recorded(name: str) -> Recorded:
    """What is kept of a model. Raises FileNotFoundError, ValueError."""
    text = MODELS.joinpath("output", f"{name}.txt").read_text(encoding="utf-8")
    version, *parts = text.rstrip("\n").split("\n\n")
    files = []
    for part in parts:
        head, _, rest = part.partition("\n")
        sum_of, _, file = head.partition("  ")
        files.append(File(file, sum_of, read_results(rest)))
    library, model, *others = files
    return Recorded(version, library, model, tuple(others))


def run(name: str, proverif: str) -> Recorded:
    """What ProVerif says of a model and of its twins now. Raises CalledProcessError, TimeoutExpired."""
    version = _said(proverif, "-help").partition(". ")[0].strip()
    files = [File(one, digest(one), _results(one, proverif)) for one in (f"{name}.pv", *twins(name))]
    return Recorded(version, File(LIBRARY, digest(LIBRARY)), files[0], tuple(files[1:]))


def _results(file: str, proverif: str) -> tuple[Result, ...]:
    return read_results(_said(proverif, "-lib", str(MODELS / LIBRARY), str(MODELS / file)))


def _said(*command: str) -> str:
    done = subprocess.run(command, capture_output=True, text=True, check=True, timeout=SECONDS)
    return done.stdout


def main(arguments: list[str]) -> int:
    """Run the models that are named, or all. 1 where one does not say what is kept of it."""
    proverif = shutil.which("proverif")
    if proverif is None:
        sys.stdout.write(NOT_THERE + "\n")
        return 0
    record = "--record" in arguments
    differ = 0
    for name in [one for one in arguments if one != "--record"] or names():
        now = run(name, proverif)
        kept = MODELS / "output" / f"{name}.txt"
        if record:
            kept.write_text(str(now), encoding="utf-8")
        same = kept.exists() and kept.read_text(encoding="utf-8") == str(now)
        differ += not same
        sys.stdout.write(f"{name}: {'as recorded' if same else 'NOT as recorded'}\n")
        if not same:
            sys.stdout.write(str(now))
    return 1 if differ else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
