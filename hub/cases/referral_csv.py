"""Referrals from a table: one row a referral, each column a field of the form by its dotted name.

`perpetrators.0.name` is the first perpetrator's name, `dash.injury` the first question. An empty cell is a box that
nobody completed. A row that cannot be read is said with its reason, and the others are read. Stores nothing.
"""

from __future__ import annotations

import csv
import io
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any, Final, NamedTuple

from pydantic import ValidationError

from hub.cases.importing.rows import FORMULA, FORMULA_STARTS
from hub.cases.referral import MOST_ROWS, Referral
from hub.errors import InputError
from hub.parsing import first_error, hidden_characters, plain_name

MAX_BYTES: Final = 4 * 1024 * 1024
MAX_REFERRALS: Final = 1_000
_COLUMN: Final = re.compile(r"[a-z][a-z0-9_]*(\.([a-z][a-z0-9_]*|[0-9]{1,2})){0,3}")
_PHONES: Final = ("victim_tel", "contact_tel_email")
_NUMBER: Final = re.compile(r"\+[0-9][0-9 ]*")


class Row(NamedTuple):
    """A row: as the spreadsheet counts it, and either the referral or the field and what is wrong there."""

    row: int
    referral: Referral | None
    field: str = ""
    reason: str = ""


def read_referrals(path: Path) -> Iterator[Row]:
    """The referrals of a CSV file, UTF-8 with a header. Raises InputError where the file itself cannot be read."""
    rows = csv.reader(io.StringIO(_text(path), newline=""), strict=True)
    columns: list[str] = []
    number = 0
    try:
        for number, cells in enumerate(rows, 1):
            if number == 1:
                columns = _header(cells)
            elif any(cell.strip() for cell in cells):
                yield _row(number, columns, cells)
            if number > MAX_REFERRALS + 1:
                raise InputError(
                    f"The file has more than {MAX_REFERRALS} referrals.",
                    kept=f"The first {MAX_REFERRALS}.",
                    do="Send the rest in another file.",
                )
    except csv.Error:
        raise InputError(
            f"Row {number + 1} has a quotation mark that does not belong or is not closed.",
            kept="The referrals before it.",
            do="Correct it and send the file again: nothing is kept twice.",
        ) from None


def _text(path: Path) -> str:
    try:
        with path.open("rb") as file:
            data = file.read(MAX_BYTES + 1)
        if len(data) > MAX_BYTES:
            raise InputError("The file is larger than 4 MB.", kept="Nothing.", do="Send it in parts.")
        return data.decode("utf-8-sig")
    except OSError as error:
        raise InputError(f"The file cannot be read: {error.strerror}.", do="Check its name.") from None
    except UnicodeDecodeError:
        raise InputError(
            "The file is not UTF-8 text.", kept="Nothing.", do="Save it as 'CSV UTF-8'."
        ) from None


def _header(cells: list[str]) -> list[str]:
    columns = [cell.strip() for cell in cells]
    for place, name in enumerate(columns, 1):
        top = name.split(".")[0]
        if not _COLUMN.fullmatch(name) or top not in Referral.model_fields or columns.count(name) > 1:
            raise InputError(
                f"Column {place} is no field of a referral, or stands there twice.",
                kept="Nothing.",
                do="Name each column by a field, such as victim_name or perpetrators.0.name: docs/formats.md.",
            )
    return columns


def _row(number: int, columns: list[str], cells: list[str]) -> Row:
    if len(cells) > len(columns):
        return Row(number, None, "", "has more cells than the header: remove what is too much")
    tree: dict[str, Any] = {}
    for name, cell in zip(columns, cells, strict=False):
        text = cell.strip()
        phone = name in _PHONES and _NUMBER.fullmatch(text)
        if text.startswith(FORMULA_STARTS) and not phone:
            return Row(number, None, name, FORMULA)
        if hidden_characters(text, "prose"):
            return Row(number, None, name, "has characters that are no text: type it again")
        if text:
            _put(tree, name.split("."), text)
    try:
        return Row(number, Referral.model_validate(_listed(tree)))
    except ValidationError as error:
        wrong = first_error(error, "a referral")
        return Row(
            number, None, plain_name(wrong.field) if "." not in wrong.field else wrong.field, wrong.why
        )


def _put(tree: dict[str, Any], path: list[str], text: str) -> None:
    place = tree
    for part in path[:-1]:
        below = place.setdefault(part, {})
        if not isinstance(below, dict):  # dash.injury beside dash.injury.comment
            below = place[part] = {"answer": below}
        place = below
    there = place.get(path[-1])
    place[path[-1]] = there | {"answer": text} if isinstance(there, dict) else text


def _listed(tree: dict[str, Any]) -> dict[str, Any]:
    """The tree, with numbered parts of the form's lists as lists, in order."""
    told = dict(tree)
    for name in ("perpetrators", "children", "afraid_of", "safe_to_talk_to", "not_safe_to_talk_to"):
        numbered = told.get(name)
        if isinstance(numbered, dict) and all(key.isdecimal() for key in numbered):
            told[name] = [numbered[key] for key in sorted(numbered, key=int)[: MOST_ROWS * 2]]
    return told
