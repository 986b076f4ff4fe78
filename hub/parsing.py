"""What comes from outside, read strictly: readers of JSON and TOML, a sentence for a wrong field, a rule for text.

Pure, and of no other part: what it raises says why in words that repeat nothing of the data, and each edge turns
that into its own error. Not here: what the fields mean.
"""

from __future__ import annotations

import json
import math
import re
import tomllib
import unicodedata
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any, Final, Literal

from pydantic import ValidationError

MAX_BYTES: Final = 4 * 1024 * 1024  # of the longest document there is, a page of a feed
MAX_DEPTH: Final = 12
MAX_INTEGER: Final = 2**53 - 1  # beyond it, two readers may read two numbers (RFC 8785)

GIVEN_TWICE: Final = "given twice"

TextKind = Literal["prose", "line", "shown"]

_PLAIN: Final = re.compile(r"[a-z0-9_][A-Za-z0-9_]{0,49}")  # Names of people begin otherwise.
_TURNING: Final = frozenset("\u202a\u202b\u202c\u202d\u202e\u2066\u2067\u2068\u2069")
_PROSE: Final = frozenset({"Cc", "Cs"})
_LINE: Final = _PROSE | {"Cn", "Co", "Zl", "Zp"}


class JsonError(ValueError):
    """Why bytes are not a document we read: `why` follows "it is", `field` is the place where it is known."""

    def __init__(self, why: str, do: str = "Correct the file.", *, field: str = "") -> None:
        super().__init__(why)
        self.why = why
        self.do = do
        self.field = field


def read_json(data: bytes, most: int = MAX_BYTES) -> dict[str, Any]:
    """Read a JSON object, UTF-8. Raises JsonError.

    No field twice, no NaN or Infinity nor a number that becomes one, no half of a character; size, depth and
    integers bounded.
    """
    if len(data) > most:
        raise JsonError(f"larger than {most:,} bytes", "Shorten its texts; attachments do not belong in it.")
    twice: list[str] = []

    def unique(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
        found: dict[str, Any] = {}
        for name, value in pairs:
            if name in found:
                twice.append(name)
            else:
                found[name] = value
        return found

    document = _loads(data, unique)
    if not isinstance(document, dict):
        raise JsonError("not a JSON object", "Write one object with named fields.")
    # Only an escape can hold half of a character, and only many brackets can be deep: rows have neither.
    if b"\\u" in data or data.count(b"{") + data.count(b"[") > MAX_DEPTH:
        _walk(document)
    if twice:
        raise JsonError(GIVEN_TWICE, "Keep one of the two.", field=plain_name(twice[0]))
    return document


def _walk(document: dict[str, Any]) -> None:
    for where, text in texts(document):
        if not text.isascii() and any("\ud800" <= char <= "\udfff" for char in text):
            raise JsonError("not UTF-8 text: it holds half of a character", field=where)


def _loads(data: bytes, unique: Any) -> Any:
    try:
        return json.loads(
            data.decode("utf-8-sig"),
            object_pairs_hook=unique,
            parse_constant=_no_constant,
            parse_float=_finite,
            parse_int=_bounded,
        )
    except JsonError:
        raise
    except UnicodeDecodeError:
        raise JsonError("not UTF-8 text", "Save it as UTF-8 JSON.") from None
    except json.JSONDecodeError as error:
        raise JsonError(f"not JSON: line {error.lineno}, column {error.colno}") from None
    except RecursionError:
        raise JsonError("not JSON that can be read: nested too deeply") from None


def _no_constant(name: str) -> Any:
    raise JsonError(f"not JSON: {name} is not a number")


def _finite(text: str) -> float:
    number = float(text)
    if not math.isfinite(number):
        raise JsonError("not JSON that can be read: a number is too large")
    return number


def _bounded(text: str) -> int:
    if len(text) > len(str(-MAX_INTEGER)) or abs(int(text)) > MAX_INTEGER:
        raise JsonError("not JSON that can be read: a number is too large")
    return int(text)


class TomlError(ValueError):
    """Why a text is not TOML that we read: `why` within a sentence, and the line where it is known."""

    def __init__(self, said: str) -> None:
        super().__init__(said)
        found = re.search(r"at line (\d+)", said)
        why = said.split(" (at")[0]
        self.why = why[0].lower() + why[1:]
        self.line = int(found[1]) if found else None


def read_toml(text: str) -> dict[str, Any]:
    """Read TOML. Raises TomlError, also for numbers of thousands of digits and for lists in lists without end."""
    try:
        return tomllib.loads(text)
    except tomllib.TOMLDecodeError as error:
        raise TomlError(str(error)) from None
    except ValueError:
        raise TomlError("A number has too many digits") from None
    except RecursionError:
        raise TomlError("It is nested too deeply") from None


def texts(value: Any, where: str = "", depth: int = 0) -> Iterator[tuple[str, str]]:
    """Every text with its place, the names of fields too. Raises JsonError where it is nested too deeply."""
    if isinstance(value, str):
        yield where, value
    elif isinstance(value, Mapping | list | tuple):
        if depth >= MAX_DEPTH:
            raise JsonError("nested too deeply", field=where)
        if isinstance(value, Mapping):
            for name, item in value.items():
                yield where, str(name)
                yield from texts(item, f"{where}.{plain_name(str(name))}".lstrip("."), depth + 1)
        else:
            for index, item in enumerate(value):
                yield from texts(item, f"{where}[{index}]", depth + 1)


def hidden_characters(text: str, kind: TextKind) -> bool:
    """Whether a text has characters that hide something from who reads it.

    Controls, halves of characters and marks that turn the direction, always. "prose" may have lines, and what a
    word processor pastes for its bullets; a "line" neither; what is "shown" of another area nothing but what
    prints.
    """
    if text.isprintable():
        return False
    return kind == "shown" or any(_hides(char, kind) for char in text)


def _hides(char: str, kind: TextKind) -> bool:
    if char in "\n\r\t" and kind == "prose":
        return False
    return char in _TURNING or unicodedata.category(char) in (_PROSE if kind == "prose" else _LINE)


def plain_name(name: str) -> str:
    """A field's name, to be said; one that is no plain word may be somebody's data, and is not repeated."""
    return name if _PLAIN.fullmatch(name) else "(a field)"


@dataclass(frozen=True, slots=True)
class FieldError:
    """The first field at fault and what is wrong with it. `path` is unfiltered: not for what others wrote."""

    path: tuple[str | int, ...]
    why: str
    unknown: bool

    @property
    def field(self) -> str:
        """The field's place, such as subjects[0].data, without what may be somebody's data."""
        known = [part for part in self.path if isinstance(part, int) or _PLAIN.fullmatch(part)]
        if self.unknown and known != list(self.path):
            known.append("(a field)")
        return "".join(f"[{part}]" if isinstance(part, int) else f".{part}" for part in known).lstrip(".")

    def __str__(self) -> str:
        return ": ".join(filter(None, (self.field, self.why)))


def first_field(error: ValidationError | JsonError) -> str:
    """Which field of a message is at fault, by a name of ours alone: an unknown one's is the sender's text."""
    if isinstance(error, JsonError):
        return "(body)"
    wrong = first_error(error, "the message")
    return "(unknown)" if wrong.unknown else wrong.field or "(body)"


def first_error(error: ValidationError, document: str) -> FieldError:
    """What a model first refuses, in words that repeat nothing of the data; `document` says what it was to be."""
    first = error.errors(include_url=False, include_input=False, include_context=False)[0]
    why = str(first["msg"]).removeprefix("Value error, ")
    unknown = first["type"] == "extra_forbidden"
    why = f"not a field of {document}" if unknown else why[0].lower() + why[1:]
    return FieldError(tuple(first["loc"]), why, unknown)
