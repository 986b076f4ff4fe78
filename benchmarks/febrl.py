"""The FEBRL data sets as the repository carries them: see `data/febrl/README.md`."""

from __future__ import annotations

import csv
import gzip
from pathlib import Path
from typing import Final

FOLDER: Final = Path(__file__).parent / "data" / "febrl"
ORIGINALS, DUPLICATES = "4a", "4b"  # The two sides of FEBRL4.
Record = dict[str, str]


def records(name: str) -> dict[str, Record]:
    """The records of data set `name` (1, 2, 3, 4a or 4b) by their identifiers, in the file's order."""
    with gzip.open(FOLDER / f"dataset{name}.csv.gz", "rt", encoding="utf-8", newline="") as file:
        return {row["rec_id"]: row for row in csv.DictReader(file, skipinitialspace=True)}


def links() -> list[tuple[str, str]]:
    """The true pairs of FEBRL4: each original with its duplicate."""
    return [(f"rec-{number}-org", f"rec-{number}-dup-0") for number in range(5_000)]
