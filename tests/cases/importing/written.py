"""Import files as people write them, for tests, and what comes of reading them."""

from __future__ import annotations

import csv
import io
import json
from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import Any

from hub.cases.importing.assemble import CaseIntake, Rejected, read_cases
from hub.cases.importing.rows import COLUMNS

VICTIM = {"case_ref": "C1", "kind": "marac", "role": "victim", "given_names": "Ada", "surname": "Fern"}
CHILD = VICTIM | {"role": "child", "given_names": "Bo"}
ARABLE = "Zzyzx"  # a value that must never come back in a reason


def csv_file(rows: Iterable[dict[str, str]], columns: Sequence[str] = COLUMNS) -> bytes:
    out = io.StringIO(newline="")
    writer = csv.DictWriter(out, columns, lineterminator="\r\n")
    writer.writeheader()
    writer.writerows(rows)
    return out.getvalue().encode()


def read(folder: Path, content: bytes, name: str = "in.csv") -> tuple[list[CaseIntake], list[Rejected]]:
    path = folder / name
    path.write_bytes(content)
    out = list(read_cases(path))
    cases = [one for one in out if isinstance(one, CaseIntake)]
    return cases, [one for one in out if isinstance(one, Rejected)]


def lines(*rows: Any) -> bytes:
    return "\n".join(json.dumps(row) for row in rows).encode()
