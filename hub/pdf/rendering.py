"""A template of typst, with JSON as its input, as PDF/UA-1 bytes in memory. Text is data, never markup."""

from __future__ import annotations

import datetime as dt
import json
import unicodedata
from collections.abc import Callable
from functools import cache
from pathlib import Path
from typing import Any

import typst
from anyascii import anyascii

from hub.errors import HubError


class PaperError(HubError):
    """The paper could not be rendered. Nothing was written."""

    code = "paper"


def rendered(template: Path, page: dict[str, Any], on: dt.date) -> bytes:
    """The PDF, dated that day: the same input, the same bytes. Raises `PaperError`."""
    try:
        return _compiled(template, page, on)
    except typst.TypstError:
        pass
    # PDF/UA allows no letter that the font lacks. Other scripts are transliterated; the record keeps them.
    try:
        return _compiled(template, {**_latin(page, _printable), "transliterated": True}, on)
    except typst.TypstError:
        pass
    try:
        return _compiled(template, {**_latin(page, str.isascii), "transliterated": True}, on)
    except typst.TypstError as error:
        raise PaperError("The PDF could not be made.", kept="The record.", do="Use --json.") from error


def _compiled(template: Path, page: dict[str, Any], on: dt.date) -> bytes:
    pdf = typst.compile(
        template.read_bytes(),
        font_paths=_fonts(),
        ignore_system_fonts=True,
        format="pdf",
        pdf_standards=["ua-1"],
        timestamp=dt.datetime(on.year, on.month, on.day, tzinfo=dt.UTC),
        sys_inputs={"data": json.dumps(page)},
    )
    if not isinstance(pdf, bytes):
        raise PaperError("The PDF could not be made.", kept="The record.", do="Use --json.")
    return pdf


def _latin(value: Any, allowed: Callable[[str], bool]) -> Any:
    """The same values with every character that is not `allowed` in ASCII, as nearly as it can be written so."""
    if isinstance(value, str):
        text = unicodedata.normalize("NFC", value)
        return "".join(char if allowed(char) else anyascii(char) for char in text)
    if isinstance(value, dict):
        return {key: _latin(item, allowed) for key, item in value.items()}
    return [_latin(item, allowed) for item in value] if isinstance(value, list) else value


def _printable(char: str) -> bool:
    """Whether the fonts have it: Latin with its accents, Greek, Cyrillic and common punctuation."""
    code = ord(char)
    latin = code < 0x180 or 0x218 <= code <= 0x21B
    return (
        latin or 0x391 <= code <= 0x3C9 or 0x410 <= code <= 0x451 or 0x2013 <= code <= 0x2026 or char == "€"
    )


@cache
def _fonts() -> typst.Fonts:
    """The fonts embedded in typst: Libertinus Serif (SIL Open Font License 1.1) and DejaVu Sans Mono."""
    return typst.Fonts(include_system_fonts=False)
