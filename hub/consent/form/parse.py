"""Reading a sharing form from bytes or parsed JSON: limits, versions, fields and their types.

Raises `InputError` that names the field and never repeats what was written in it. A question left open is not
an error here, nor are two answers that cannot both be true (`contradictions`): they leave the form incomplete.
Not here: deciding (`hub.consent.decide`), reading files (the command's job).
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any

from pydantic import ValidationError

from hub.consent.form.form import FORM_VERSION, SharingForm
from hub.consent.form.printed_form import from_paper
from hub.errors import InputError
from hub.parsing import JsonError, first_error, hidden_characters, read_json, texts

MAX_BYTES = 1_000_000
"""Far beyond any form that people fill in; every text field has its own limit besides."""

DATED = re.compile(r"(20\d\d)(?:-\d{1,2}){0,2}")
"""An edition named by its date, such as 2026-11."""

EDITION = re.compile("[0-9]{1,4}")
"""An edition by its number."""

CURRENT_SINCE = 2026
"""The year from which a dated edition is the current one; before it lies the paper form."""


def parse_form(data: bytes | Mapping[str, Any]) -> SharingForm:
    """Read a form of this or an older version. Raises `InputError` naming the field and what to do."""
    try:
        document = read_json(data, MAX_BYTES) if isinstance(data, bytes) else dict(data)
        document = _this_version(document)
        check_text(document)
        return SharingForm.model_validate(document)
    except JsonError as error:
        raise rejected(error.field or "form", error.why, "" if error.field else error.do) from None
    except ValidationError as error:
        wrong = first_error(error, "the form")
        raise rejected(wrong.field or "form", wrong.why) from None


def rejected(field: str, why: str, do: str = "") -> InputError:
    """The error for one field."""
    return InputError(f"{field}: {why}.", kept="Nothing.", do=do or f"Correct {field} and decide again.")


def _this_version(document: dict[str, Any]) -> dict[str, Any]:
    given = document.get("form_version")
    text = str(FORM_VERSION if given in (None, "") else given).strip().lower().removeprefix("v").split(".")[0]
    if dated := DATED.fullmatch(text):
        text = str(FORM_VERSION + (int(dated[1]) > CURRENT_SINCE) - (int(dated[1]) < CURRENT_SINCE))
    if isinstance(given, bool) or not EDITION.fullmatch(text) or int(text) > FORM_VERSION:
        raise rejected(
            "form_version",
            f"not an edition this hub can read (it reads 0, the paper form, and {FORM_VERSION})",
            "Fill in the current form, or update the hub.",
        )
    if int(text) == 0:
        return from_paper(document)
    return {**document, "form_version": int(text)}


def check_text(document: Mapping[str, Any]) -> None:
    """Nothing hidden from readers: it has no place in a case file. Raises InputError, JsonError if too deep."""
    for where, text in texts(document):
        if hidden_characters(text, "prose"):
            raise rejected(where or "form", "contains control characters or broken text")
