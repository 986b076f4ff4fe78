"""Gathers every text of the console into its catalogue; run it after a text was added or changed.

    python -m tests.web.console.catalogue

What the catalogue says in place of a text is kept as long as the text is there. Where two branches meet in the
catalogue, take either and run this.
"""

from __future__ import annotations

from collections.abc import Iterator
from io import BytesIO
from pathlib import Path
from typing import Final

from babel.messages.catalog import Catalog
from babel.messages.extract import extract_from_dir
from babel.messages.pofile import read_po, write_po

from hub.web.console.language import LOCALE, WORDS

CONSOLE: Final = WORDS.parent
TYPED: Final = CONSOLE.parent / "typed"
PAGE: Final = WORDS / f"{LOCALE}.po"
_WAYS: Final = [("**.py", "python"), ("templates/**.html", "jinja2.ext:babel_extract")]
_OPTIONS: Final = {
    "templates/**.html": {
        "extensions": "jinja2.ext.do",
        "trimmed": "true",
        "silent": "false",
        "trim_blocks": "true",
        "lstrip_blocks": "true",
    }
}
_KEYWORDS: Final = {"_": None, "gettext": None, "ngettext": (1, 2), "mark": None}


def gathered(folder: Path = CONSOLE) -> Iterator[str | tuple[str, ...]]:
    """Every text of a folder's modules and templates."""
    for _file, _line, message, _comments, _context in extract_from_dir(
        folder, _WAYS, _OPTIONS, _KEYWORDS, strip_comment_tags=True
    ):
        yield message


def written() -> str:
    """The catalogue as it should be: every text, and what is said in place of it, in the order of the alphabet."""
    with PAGE.open("rb") as text:
        before = read_po(text, locale=LOCALE)
    catalogue = Catalog(locale=LOCALE, fuzzy=False)
    for message in (*gathered(), *gathered(TYPED)):
        known = before.get(message if isinstance(message, str) else message[0])
        catalogue.add(message, string=known.string if known else None)
    out = BytesIO()
    write_po(out, catalogue, width=0, no_location=True, omit_header=True, sort_output=True)
    header = 'msgid ""\nmsgstr ""\n"Content-Type: text/plain; charset=utf-8\\n"\n'
    header += '"Plural-Forms: nplurals=2; plural=(n != 1);\\n"\n\n'
    return header + out.getvalue().decode().rstrip() + "\n"


if __name__ == "__main__":
    PAGE.write_text(written(), encoding="utf-8")
