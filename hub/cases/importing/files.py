"""The rows of a CSV or JSON Lines file, as text, one at a time, whatever the file holds.

Never holds more than one row: a file may be of any size up to `MAX_ROWS`. A row that cannot be read is a
record with a `problem`, and reading goes on with the next line. What the cells mean is `rows.py`.
"""

from __future__ import annotations

import csv
import json
import os
import re
import stat
from abc import ABC, abstractmethod
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import BinaryIO, Final

from hub.cases.importing.rows import COLUMNS
from hub.errors import InputError, UsageError
from hub.parsing import GIVEN_TWICE, JsonError, read_json

MAX_ROWS: Final = 1_000_000  # about two and a half years of every Marac in the country
MAX_LINE: Final = 65_536  # bytes
MAX_LINES: Final = 40  # of one row: an address may have some
REQUIRED: Final = ("case_ref", "kind", "role")
IGNORED: Final = ("row", "reason")  # what `write_rejected` adds: a corrected copy may be imported as it is
LISTS: Final = ("aliases", "criteria", "fled_from")
SAVE_AS: Final = "Save it as 'CSV UTF-8 (comma delimited)' and import it again."
CHECK_FILE: Final = "Check its name and your right to read it."
_NAMED_CASE: Final = re.compile(r'"case_ref"\s*:\s*(?:("(?:[^"\\]|\\.)*")|([0-9]+))')
NOT_UTF8: Final = "is not UTF-8 text: save the file as 'CSV UTF-8'"


@dataclass(frozen=True, slots=True)
class Record:
    """One row as text. `row` counts as a spreadsheet does. With a `problem`, `cells` has what could be read."""

    row: int
    offset: int
    cells: dict[str, str]
    problem: str = ""


class _BrokenError(Exception):
    """A row that cannot be read; the text says why."""


class Table(ABC):
    """An open file of rows."""

    first_row = 1

    def __init__(self, file: BinaryIO) -> None:
        self._file = file
        self.columns: tuple[str, ...] = COLUMNS
        if file.read(3) != b"\xef\xbb\xbf":
            file.seek(0)
        self._start = file.tell()

    def records(self) -> Iterator[Record]:
        """Yield every row that is not blank. Raises InputError past `MAX_ROWS`."""
        self._file.seek(self._start)
        row = self.first_row
        while (record := self._record(row)) is not None:
            if record.cells or record.problem:
                yield record
            row += 1
            if row > MAX_ROWS + self.first_row:
                raise InputError(
                    f"The file has more than {MAX_ROWS:,} rows.",
                    do="Split it without dividing a case, and import the parts.",
                )

    def record_at(self, offset: int, row: int) -> Record:
        """Return the row that starts at this byte. Raises InputError if the file was cut short meanwhile."""
        self._file.seek(offset)
        record = self._record(row)
        if record is None:
            raise InputError("The file changed while it was read.", do="Import it again when it is at rest.")
        return record

    def _record(self, row: int) -> Record | None:
        offset = self._file.tell()
        try:
            cells = self._cells()
        except _BrokenError as broken:
            # Lose this line alone, not whatever an open quotation mark swallowed.
            self._file.seek(offset)
            start = self._skip_line().decode(errors="replace")
            return Record(row, offset, {"case_ref": self._case_ref(start)}, str(broken))
        return None if cells is None else self._checked(row, offset, cells)

    @abstractmethod
    def _cells(self) -> list[tuple[str, str]] | None:
        """Read on and return the next row's cells with their columns, or None at the end."""

    @abstractmethod
    def _case_ref(self, line: str) -> str:
        """Return the case that the start of an unreadable line names, as far as it can be read, or empty."""

    def _checked(self, row: int, offset: int, cells: list[tuple[str, str]]) -> Record:
        record = {column: text for column, text in cells if column not in IGNORED}
        try:
            "".join(record.values()).encode()
        except UnicodeEncodeError:
            return Record(row, offset, record, NOT_UTF8)
        return Record(row, offset, record)

    def _line(self) -> bytes:
        line = self._file.readline(MAX_LINE + 1)
        if len(line) > MAX_LINE:
            raise _BrokenError(f"has a line of more than {MAX_LINE:,} bytes: shorten it")
        return line

    def _skip_line(self) -> bytes:
        """Skip a line, however long, and return its start."""
        start = piece = self._file.readline(MAX_LINE)
        while piece and not piece.endswith(b"\n"):
            piece = self._file.readline(MAX_LINE)
        return start


class CsvTable(Table):
    """Comma-separated values with a header."""

    def __init__(self, file: BinaryIO) -> None:
        super().__init__(file)
        try:
            names = self._fields()
        except _BrokenError:
            names = None
        self.columns = _header(names)
        self._start = file.tell()
        self.first_row = 2

    def _fields(self) -> list[str] | None:
        try:
            return next(csv.reader(self._lines(), strict=True), None)
        except csv.Error:
            raise _BrokenError(
                "has a quotation mark that does not belong or is not closed: double it, or quote all of the cell"
            ) from None

    def _lines(self) -> Iterator[str]:
        for _ in range(MAX_LINES):
            if not (line := self._line()):
                return
            yield line.decode("utf-8", "surrogateescape")

    def _cells(self) -> list[tuple[str, str]] | None:
        fields = self._fields()
        if fields is None:
            return None
        while len(fields) > len(self.columns) and not fields[-1].strip():
            fields.pop()
        if not any(field.strip() for field in fields):
            return []
        return list(zip(self.columns, fields, strict=False)) + [("", "")] * (len(fields) - len(self.columns))

    def _case_ref(self, line: str) -> str:
        try:
            fields = next(csv.reader([line.replace("\r", "").replace("\n", "")]), [])
        except csv.Error:
            return ""
        return dict(zip(self.columns, fields, strict=False)).get("case_ref", "")

    def _checked(self, row: int, offset: int, cells: list[tuple[str, str]]) -> Record:
        record = Table._checked(self, row, offset, [cell for cell in cells if cell[0]])
        if cells and len(cells) != len(self.columns) and not record.problem:
            problem = (
                f"has {len(cells)} cells where the header has {len(self.columns)}: put a cell with a comma in it "
                "between quotation marks"
            )
            return Record(row, offset, record.cells, problem)
        return record


class JsonTable(Table):
    """JSON Lines: an object a line, with the same fields; lists where a cell may have several, true and false."""

    def _cells(self) -> list[tuple[str, str]] | None:
        line = self._line()
        if not line:
            return None
        if not line.strip():
            return []
        try:
            document = read_json(line)
        except JsonError as error:
            if error.why == GIVEN_TWICE:
                raise _BrokenError("has a field twice: keep one") from None
            raise _BrokenError(f"is {error.why.partition(':')[0]}: write one object a line") from None
        if unknown := _unknown(document):
            raise _BrokenError(f"has fields that are not known ({unknown}): use {', '.join(COLUMNS)}")
        return [(name, _as_text(name, value)) for name, value in document.items()] or [("case_ref", "")]

    def _case_ref(self, line: str) -> str:
        named = {text or number for text, number in _NAMED_CASE.findall(line)}
        try:
            return str(json.loads(named.pop())) if len(named) == 1 else ""
        except ValueError:
            return ""


def _as_text(field: str, value: object) -> str:
    if value is None:
        return ""
    if isinstance(value, bool):
        return "yes" if value else "no"
    if isinstance(value, str):
        return value
    if field in LISTS and type(value) is list and all(isinstance(item, str) for item in value):
        if any(";" in item for item in value):
            raise _BrokenError(f"has a semicolon inside an entry of {field}: make it two entries")
        return "none" if field == "fled_from" and not value else ";".join(value)
    raise _BrokenError(f"has something else than text in {field}: write it between quotation marks")


def _unknown(names: Iterable[str]) -> str:
    """Return which names are not known by their number, or empty; a name may be somebody's data."""
    known = (*COLUMNS, *IGNORED)
    numbers = [str(number) for number, name in enumerate(names, 1) if name not in known]
    return f"number {', '.join(numbers)}" if numbers else ""


def _header(names: list[str] | None) -> tuple[str, ...]:
    """Return the columns. Raises InputError and names what is wrong."""
    columns = [name.strip().casefold().replace(" ", "_") for name in names or ()]
    while columns and not columns[-1]:
        columns.pop()
    known = [name for name in columns if name in COLUMNS]
    if not known:
        if len(columns) == 1 and re.search(r"case_ref[;\t|]|[;\t|]case_ref", columns[0]):
            raise InputError("The file's cells are not separated by commas.", do=SAVE_AS)
        raise InputError(
            "The file's first line is not a header, or is not readable.",
            do=f"Start it with the names of the columns: {','.join(COLUMNS)}. {SAVE_AS}",
        )
    if unknown := _unknown(columns):
        raise InputError(
            f"The header has columns that are not known: {unknown}.",
            do=f"Rename or remove them; the known ones are {', '.join(COLUMNS)}.",
        )
    if twice := sorted({name for name in known if known.count(name) > 1}):
        raise InputError(f"The header names columns twice: {', '.join(twice)}.", do="Keep one of each.")
    missing = [name for name in REQUIRED if name not in known]
    if not {"given_names", "surname"} & set(known):
        missing.append("given_names or surname")
    if missing:
        raise InputError(f"The header lacks columns: {', '.join(missing)}.", do="Add them to the first line.")
    return tuple(columns)


def _look(head: bytes) -> None:
    """Refuse a file that is no text at all, by how it starts."""
    if not head.strip(b"\xef\xbb\xbf \t\r\n"):
        raise InputError("The file is empty.", do="Nothing was imported: check the export that made it.")
    if head.startswith((b"\xff\xfe", b"\xfe\xff")) or head.count(0) > len(head) // 4:
        raise InputError("The file is not UTF-8 text.", do=SAVE_AS)
    if b"\n" not in head and b"\r" in head:
        raise InputError("The file's lines end in carriage returns alone.", do=SAVE_AS)


@contextmanager
def open_table(path: Path) -> Iterator[Table]:
    """Open a file of rows. Raises InputError if it is no such file, UsageError where it is not there."""
    if path.suffix.lower() not in (".csv", ".jsonl"):
        raise UsageError("Only files that end in .csv or .jsonl can be imported.", do=SAVE_AS)
    try:
        # Looked at before it is opened: a named pipe would wait for somebody who writes to it.
        if not stat.S_ISREG(path.stat().st_mode):
            raise UsageError("This is not a plain file.", do="Save the rows as a file and import that.")
        file = path.open("rb")
    except OSError as error:
        raise UsageError(f"The file cannot be read: {error.strerror}.", do=CHECK_FILE) from None
    with file:
        before = os.fstat(file.fileno())
        _look(file.read(4096))
        file.seek(0)
        yield CsvTable(file) if path.suffix.lower() == ".csv" else JsonTable(file)
        after = os.fstat(file.fileno())
    if (before.st_size, before.st_mtime_ns) != (after.st_size, after.st_mtime_ns):
        raise InputError(
            "The file changed while it was read.",
            kept="What was imported so far.",
            do="Import it again at rest.",
        )
