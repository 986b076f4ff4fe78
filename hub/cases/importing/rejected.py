"""Writing the bad rows of an import file beside it, as they stood, each with its reasons.

Reads the file again; holds only the reasons. The original is never touched.
"""

from __future__ import annotations

import csv
import re
from collections.abc import Iterable
from io import TextIOWrapper
from pathlib import Path

from hub.cases.importing.files import IGNORED, Table, open_table
from hub.cases.importing.rows import FORMULA_STARTS, Rejected
from hub.errors import StorageError
from hub.files import replacing


def rejected_path(path: Path) -> Path:
    """Return where the bad rows of a file go: beside it."""
    return path.with_suffix(".rejected.csv")


def write_rejected(path: Path, rejected: Iterable[Rejected]) -> Path | None:
    """Write the bad rows of a file beside it, each with its reasons, or remove what an earlier run wrote.

    Returns the file written, None where nothing was rejected. Only its owner may read it; cells that a
    spreadsheet would take for a formula begin with an apostrophe. Whole or not at all.

    Raises StorageError, InputError where the file cannot be read again.
    """
    reasons: dict[int, list[str]] = {}
    for one in rejected:
        reasons.setdefault(one.row, []).append(f"{one.field} {one.reason}".strip())
    target = rejected_path(path)
    try:
        if not reasons:
            target.unlink(missing_ok=True)
            return None
        with open_table(path) as table:
            _write(target, table, reasons)
    except OSError as error:
        raise StorageError(
            f"The rejected rows could not be written: {error.strerror}.",
            kept="The good rows.",
            do="Make room or ask for the right to write beside the file, and import it again.",
        ) from None
    return target


def _write(target: Path, table: Table, reasons: dict[int, list[str]]) -> None:
    columns = [column for column in table.columns if column not in IGNORED]
    with replacing(target) as file:
        text = TextIOWrapper(file, encoding="utf-8", errors="replace", newline="")
        writer = csv.writer(text, lineterminator="\n")
        writer.writerow([*columns, *IGNORED])
        for record in table.records():
            if why := reasons.get(record.row):
                cells = [_harmless(record.cells.get(column, "")) for column in columns]
                writer.writerow([*cells, str(record.row), "; ".join(why)])
        text.detach()


def _harmless(cell: str) -> str:
    plain_number = re.fullmatch(r"\+[0-9][0-9 ]*", cell)
    return f"'{cell}" if cell.lstrip(" ").startswith(FORMULA_STARTS) and not plain_number else cell
