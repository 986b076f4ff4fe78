"""Reading a sharing form from bytes or parsed JSON: limits, versions, fields and their types.

Raises `InputError` that names the field and never repeats what was written in it. A question left open is not
an error here, nor are two answers that cannot both be true (`coherence`): they leave the form incomplete.
Not here: deciding (`engine`), reading files (the command's job).
"""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from typing import Any

from pydantic import ValidationError

from hub.consent.form.form import FORM_VERSION, SharingForm
from hub.consent.form.printed_form import from_paper
from hub.errors import InputError

MAX_BYTES = 1_000_000
"""Far beyond any form that people fill in; every text field has its own limit besides."""

MAX_DEPTH = 12

DATED = re.compile(r"(20\d\d)(?:-\d{1,2}){0,2}")
"""An edition named by its date, such as 2026-11."""

CURRENT_SINCE = 2026
"""The year from which a dated edition is the current one; before it lies the paper form."""


def parse_form(data: bytes | Mapping[str, Any]) -> SharingForm:
    """Read a form of this or an older version. Raises `InputError` naming the field and what to do."""
    document = _document(data) if isinstance(data, bytes) else dict(data)
    document = _this_version(document)
    check_text(document, "", 0)
    try:
        return SharingForm.model_validate(document)
    except ValidationError as error:
        raise _named(error) from None


def rejected(field: str, why: str, do: str = "") -> InputError:
    """The error for one field."""
    return InputError(f"{field}: {why}.", kept="nothing", do=do or f"Correct {field} and decide again.")


def _document(data: bytes) -> dict[str, Any]:
    if len(data) > MAX_BYTES:
        raise rejected(
            "form", f"larger than {MAX_BYTES:,} bytes", "Shorten its texts; attachments do not belong in it."
        )
    try:
        document = json.loads(
            data.decode("utf-8-sig"), object_pairs_hook=_no_twins, parse_constant=_no_constant
        )
    except UnicodeDecodeError:
        raise rejected("form", "not UTF-8 text", "Save it as UTF-8 JSON.") from None
    except (ValueError, RecursionError) as error:
        why = (
            f"not JSON: line {error.lineno}, column {error.colno}"
            if isinstance(error, json.JSONDecodeError)
            else ""
        )
        raise rejected("form", why or "not JSON that can be read", "Correct the file.") from None
    if not isinstance(document, dict):
        raise rejected("form", "not a JSON object", "A form is one JSON object with named fields.")
    return document


def _no_twins(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    """Two answers to one question contradict each other; JSON readers would keep the last in silence."""
    seen: dict[str, Any] = {}
    for key, value in pairs:
        if key in seen:
            raise rejected(key[:80], "answered twice")
        seen[key] = value
    return seen


def _no_constant(name: str) -> Any:
    raise rejected("form", f"{name} is not a number that a form can hold")


def _this_version(document: dict[str, Any]) -> dict[str, Any]:
    given = document.get("form_version")
    text = str(FORM_VERSION if given in (None, "") else given).strip().lower().removeprefix("v").split(".")[0]
    if dated := DATED.fullmatch(text):
        text = str(FORM_VERSION + (int(dated[1]) > CURRENT_SINCE) - (int(dated[1]) < CURRENT_SINCE))
    if isinstance(given, bool) or not text.isascii() or not text.isdigit() or int(text) > FORM_VERSION:
        raise rejected(
            "form_version",
            f"not an edition this hub can read (it reads 0, the paper form, and {FORM_VERSION})",
            "Fill in the current form, or update the hub.",
        )
    if int(text) == 0:
        return from_paper(document)
    return {**document, "form_version": int(text)}


def check_text(value: Any, where: str = "", depth: int = 0) -> None:
    """No control characters: they hide text from readers and have no place in a case file. Raises InputError."""
    if depth > MAX_DEPTH:
        raise rejected(where or "form", "nested too deeply")
    if isinstance(value, str):
        if any(_hidden(char) for char in value):
            raise rejected(where, "contains control characters or broken text")
    elif isinstance(value, Mapping):
        for key, item in value.items():
            check_text(item, f"{where}.{str(key)[:80]}".lstrip("."), depth + 1)
    elif isinstance(value, list | tuple):
        for index, item in enumerate(value):
            check_text(item, f"{where}[{index}]", depth + 1)


def _hidden(char: str) -> bool:
    """A control, half of a character, or a mark that turns the direction of what is read."""
    code = ord(char)
    turned = 0x202A <= code <= 0x202E or 0x2066 <= code <= 0x2069
    return (code < 32 and char not in "\n\r\t") or 0x7F <= code < 0xA0 or 0xD800 <= code <= 0xDFFF or turned


def _named(error: ValidationError) -> InputError:
    """The first fault in the words of the form: which field, and what it takes."""
    first = error.errors(include_url=False, include_input=False)[0]
    field = ""
    for part in first["loc"]:
        field += f"[{part}]" if isinstance(part, int) else f".{str(part)[:80]}"
    why = str(first["msg"]).removeprefix("Value error, ")
    if first["type"] == "extra_forbidden":
        why = "not a field of the form"
    return rejected(field.lstrip(".") or "form", why[0].lower() + why[1:])
