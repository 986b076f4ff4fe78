"""Changing what is sent so that most still has the shape that it is to have: documents, rows, forms, settings.

Each takes an input and a source of chance, and gives another. What cannot be taken apart is changed byte by byte.
"""

from __future__ import annotations

import csv
import io
import json
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from random import Random
from typing import Any, Final
from urllib.parse import parse_qsl, urlencode

from pydantic import BaseModel

from tests.federation.mutations import MISSING, VALUES, Raw, text_of
from tests.fuzz.judge import MARK

Change = Callable[[bytes, Random], bytes]
_BYTES: Final = (b'"', b"\\", b"\n", b"\0", b"\xff", b"\xed\xa0\x80", b",", b"{", b"]", b"\r")
AFRESH: Final = 40
"""Of a hundred changes so many begin with what is well formed, whatever a campaign has come to keep."""
HEAVY: Final = ("over-long", "a long list", "deep")
TEXTS: Final = (
    "", " ", MARK, f" {MARK} ", "A" * 201, "A" * 10_001, "9" * 20, "9" * 5_000, "\0", "\x1b[2J", "\u202e", "\ud800",
    "\u00e9", "\u0130\u0131", "\u00df", "\u0663", "\u00b2", "\u2167", "\ufb01", "\u200b", "\u2028", "\ufeff",
    "\uffff", "\U0001f600", "a\u0301" * 50, "2026-02-29", "2026-02-31", "0001-01-01", "9999-12-31",
    "2026-11-02T10:00:00",
    "31/2/2026", "4/7/91", "4 July 1991", "1991", "1991-04", "0000-00-00", "1e400", "nan", "-0", "01", "+1", "1_0",
    "0x1", "../../x", "/", ".", "a;b;c", ";", "=1+1", "@x", "%s %(what)s {0}", "<b>&", "\r\n", "\t", "'", '"', "\\",
    "A" * 43, "A" * 42 + "B", "AAAA", "AA==", "AB", "-_", "ab" * 16, "ab" * 32, "0" * 16, "northmoor", "eastvale",
    "none", "not known", "yes", "no", "true", "null", "unknown", "victim", "perpetrator", "child", "marac", "idva",
)  # fmt: skip
_ALIKE: Final = ("0123456789", "abcdef", "ghijklmnopqrstuvwxyz", "ABCDEFGHIJKLMNOPQRSTUVWXYZ", " -_.,;:/")
NUMBERS: Final = (
    0, 1, -1, 2, 12, 255, 366, 10_000, 2**31 - 1, 2**31, 2**53 - 1, 2**53, 2**63, 2**64, 2**80, -(2**63), 0.5, -0.0,
    1e308, 5e-324, 253_402_300_800, 10**15, 1_793_613_600,
)  # fmt: skip


def bytes_changed(data: bytes, chance: Random) -> bytes:
    """A few bytes otherwise, gone, twice or more."""
    made = bytearray(data)
    for _ in range(chance.randint(1, 4)):
        at = chance.randrange(len(made) + 1)
        how = chance.randrange(5)
        if how == 0 and at < len(made):
            made[at] ^= 1 << chance.randrange(8)
        elif how == 1 and at < len(made):
            made[at] = chance.randrange(256)
        elif how == 2:
            del made[at : at + chance.randint(1, 16)]
        elif how == 3:
            made[at:at] = made[at : at + chance.randint(1, 32)]
        else:
            made[at:at] = chance.choice(
                (b'"', b"\\", b"\n", b"\0", b"\xff", b"\xed\xa0\x80", b",", b"{", b"]", b"\r")
            )
    return bytes(made)


def text_changed(text: str, chance: Random) -> str:
    """A text otherwise: another one, a part of it, or a letter."""
    how, at = chance.randrange(6), chance.randrange(len(text) + 1)
    if how < 2:
        return chance.choice(TEXTS)
    if how == 2:
        return text[:at] + chance.choice(TEXTS) + text[at:]
    if how == 3:
        return text[:at] + text[at + chance.randint(1, 8) :]
    if how == 4:
        return (
            text[:at] + chr(chance.choice((chance.randrange(32, 127), chance.randrange(0xD000)))) + text[at:]
        )
    return text[:at] + text[at:].swapcase()


def value_changed(value: Any, chance: Random, pool: Sequence[Any]) -> Any:
    """A value otherwise: of its own kind mostly, or of any."""
    how = chance.randrange(20)
    if how == 0:
        name = chance.choice(list(VALUES))
        if name not in HEAVY or chance.randrange(40) == 0:
            return VALUES[name]
    if how < 4 and pool:
        return chance.choice(pool)
    if isinstance(value, str):
        return text_changed(value, chance)
    if isinstance(value, bool):
        return chance.choice((not value, None, 0, "yes"))
    if isinstance(value, int | float):
        return chance.choice((chance.choice(NUMBERS), value + 1, value - 1, str(value)))
    if isinstance(value, list):
        return _list_changed(value, chance)
    if isinstance(value, dict):
        return _fields_changed(value, chance, pool)
    return chance.choice((*NUMBERS, *TEXTS[:20], [], {}, True))


def mildly_changed(name: str, value: Any, chance: Random, by_name: Mapping[str, Sequence[Any]]) -> Any:
    """A value as another message may have it in a field of that name: of its own kind and shape."""
    others = by_name.get(name, ())
    if others and chance.randrange(2):
        return chance.choice(others)
    if isinstance(value, str) and value:
        at = chance.randrange(len(value))
        kind = next((one for one in _ALIKE if value[at] in one), "")
        return value[:at] + (chance.choice(kind) if kind else value[at]) + value[at + 1 :]
    if isinstance(value, bool):
        return not value
    if isinstance(value, int):
        return max(
            0, value + chance.choice((-1, 1, 60, -60, 86_400, chance.randrange(1 << chance.randrange(1, 31))))
        )
    if isinstance(value, list) and value:
        return chance.choice((value[1:], value + value[:1], value[::-1]))
    if isinstance(value, dict) and value:
        gone = chance.choice(list(value))
        return {key: one for key, one in value.items() if key != gone}
    return value


def _list_changed(value: list[Any], chance: Random) -> list[Any]:
    made = list(value)
    how = chance.randrange(4)
    if how == 0 and made:
        made.pop(chance.randrange(len(made)))
    elif how == 1 and made:
        made += [chance.choice(made)] * chance.choice((1, 1, 1, 2, 20, 70))
    elif how == 2:
        chance.shuffle(made)
    else:
        made.append(chance.choice((*TEXTS, *NUMBERS)))
    return made


def _fields_changed(value: dict[str, Any], chance: Random, pool: Sequence[Any]) -> dict[str, Any]:
    made = dict(value)
    how = chance.randrange(4)
    if how == 0 and made:
        made.pop(chance.choice(list(made)))
    elif how == 1 and made:
        made[text_changed(chance.choice(list(made)), chance)] = chance.choice(list(made.values()))
    elif how == 2 and made:
        one, other = chance.choice(list(made)), chance.choice(list(made))
        made[one], made[other] = made[other], made[one]
    elif pool:
        made[chance.choice((*TEXTS[:16], *made))] = chance.choice(pool)
    return made


def leaves(value: Any) -> list[Any]:
    """Every value in a document, itself too."""
    inner = value.values() if isinstance(value, dict) else value if isinstance(value, list) else ()
    return [value, *(each for one in inner for each in leaves(one))]


def named(value: Any) -> Iterator[tuple[str, Any]]:
    """Every field in a document, with its name."""
    if isinstance(value, dict):
        yield from value.items()
    inner = value.values() if isinstance(value, dict) else value if isinstance(value, list) else ()
    for one in inner:
        yield from named(one)


def choices(schema: Any) -> Iterator[tuple[str, Any]]:
    """Every value that a JSON Schema offers for a field, with its name."""
    whole = schema.get("$defs", {})
    for shape in (schema, *whole.values()):
        for name, field in shape.get("properties", {}).items():
            parts = [field, field.get("items", {}), *field.get("anyOf", ())]
            parts += [one["items"] for one in parts if isinstance(one.get("items"), dict)]
            for part in parts:
                kind = whole.get(str(part.get("$ref", "")).rsplit("/", 1)[-1], part)
                many = field.get("type") == "array"
                yield from ((name, [one] if many else one) for one in kind.get("enum", ()))
            if any(part.get("type") == "null" for part in parts):
                yield name, None


def twice(text: str, chance: Random) -> str:
    """JSON with a field twice."""
    at = text.find("{", chance.randrange(len(text) + 1))
    end = text.find(",", at)
    return text if at < 0 or end < 0 else text[: at + 1] + text[at + 1 : end] + "," + text[at + 1 :]


class Json:
    """Changes JSON documents, by what other documents have (`seeds`) and what models offer (`models`) for a field.

    `wild`: of a hundred changes so many are of any kind; the others keep a field's own shape.
    """

    def __init__(
        self, seeds: Sequence[bytes] = (), models: Iterable[type[BaseModel]] = (), wild: int = 40
    ) -> None:
        documents = [json.loads(seed) for seed in seeds]
        self.pool = [one for document in documents for one in leaves(document) if one not in ("", None)]
        self.wild = wild
        self.by_name: dict[str, list[Any]] = {}
        offered = (choices(model.model_json_schema()) for model in models)
        for name, value in (
            *(one for each in documents for one in named(each)),
            *(one for each in offered for one in each),
        ):
            if value not in (known := self.by_name.setdefault(name, [])):
                known.append(value)

    def __call__(self, data: bytes, chance: Random) -> bytes:
        if chance.randrange(100) < 3:
            return bytes_changed(data, chance)
        try:
            document = json.loads(data)
        except (ValueError, RecursionError):
            return bytes_changed(data, chance)
        for _ in range(chance.choice((1, 1, 1, 2, 3))):
            document = self._within("", document, chance, wild=chance.randrange(100) < self.wild)
        text = _text(document)
        if not chance.randrange(100):
            text = twice(text, chance)
        return text.encode("utf-8", "surrogatepass")

    def _within(self, above: str, value: Any, chance: Random, *, wild: bool) -> Any:
        """The value with something in it otherwise; deeper rather than here."""
        if isinstance(value, dict) and value and chance.randrange(8):
            name = chance.choice(list(value))
            new = self._within(name, value[name], chance, wild=wild)
            made = {key: new if key == name else one for key, one in value.items()}
            if new is MISSING:
                del made[name]
            return made
        if isinstance(value, list) and value and chance.randrange(4):
            at = chance.randrange(len(value))
            new = self._within("", value[at], chance, wild=wild)
            return [one for one in (*value[:at], new, *value[at + 1 :]) if one is not MISSING]
        if wild:
            return value_changed(value, chance, self.pool)
        return mildly_changed(above, value, chance, self.by_name)


def _text(document: Any) -> str:
    if isinstance(document, Raw) or document is MISSING:
        return document.text if isinstance(document, Raw) else ""
    return text_of(document)


class Rows:
    """Changes files of comma-separated values: cells, rows and the header."""

    def __init__(self, columns: Sequence[str]) -> None:
        self.columns = columns

    def __call__(self, data: bytes, chance: Random) -> bytes:
        if chance.randrange(12) == 0:
            return bytes_changed(data, chance)
        try:
            rows = list(csv.reader(io.StringIO(data.decode("utf-8", "surrogateescape"), newline="")))
        except csv.Error:
            return bytes_changed(data, chance)
        for _ in range(chance.choice((1, 1, 2, 3))):
            self._change(rows, chance)
        out = io.StringIO(newline="")
        writer = csv.writer(out, lineterminator=chance.choice(("\r\n", "\r\n", "\n")))
        try:
            writer.writerows(rows)
        except csv.Error:
            return bytes_changed(data, chance)
        return out.getvalue().encode("utf-8", "surrogatepass" if chance.randrange(4) == 0 else "replace")

    def _change(self, rows: list[list[str]], chance: Random) -> None:
        if not rows:
            rows.append(list(self.columns))
        how = chance.randrange(16)
        at = 0 if how == 0 else chance.randrange(min(1, len(rows) - 1), len(rows))
        row = rows[at]
        if how == 1:
            rows.insert(at, list(row))
        elif how == 2 and len(rows) > 2:
            rows.pop(at)
        elif how == 3:
            place = chance.randrange(len(row) + 1)
            for each in rows:
                each.insert(min(place, len(each)), chance.choice((*self.columns, *TEXTS)))
        elif how == 4:
            row.append(chance.choice(TEXTS))
        elif how == 5:
            other = chance.choice(rows)
            row[:] = [chance.choice(pair) for pair in zip(row, other, strict=False)]
        elif row:
            place = chance.randrange(len(row))
            row[place] = chance.choice(self.columns) if at == 0 else text_changed(row[place], chance)


class Pairs:
    """Changes forms as browsers send them: names, values and their order. `names`: fields that forms have."""

    def __init__(self, names: Sequence[str]) -> None:
        self.names = names

    def __call__(self, data: bytes, chance: Random) -> bytes:
        if chance.randrange(16) == 0:
            return bytes_changed(data, chance)
        pairs = parse_qsl(data.decode("ascii", "replace"), keep_blank_values=True, errors="replace")
        for _ in range(chance.choice((1, 1, 2, 4))):
            self.change(pairs, chance)
        errors = "surrogatepass" if chance.randrange(8) == 0 else "replace"
        return urlencode(pairs, errors=errors).encode()

    def change(self, pairs: list[tuple[str, str]], chance: Random) -> None:
        """Change one of these."""
        how = chance.randrange(12)
        if not pairs or how == 0:
            pairs.append((chance.choice(self.names), chance.choice(TEXTS)))
            return
        at = chance.randrange(len(pairs))
        name, value = pairs[at]
        if how == 1:
            pairs.pop(at)
        elif how == 2:
            pairs.insert(at, (name, chance.choice((value, *TEXTS))))
        elif how == 3:
            parts = name.split(".")
            place = chance.randrange(len(parts))
            parts[place] = chance.choice(
                ("0", "1", "7", "99", "100", "00", "9" * 5_000, "\u0663", "", *TEXTS[:8])
            )
            pairs[at] = (".".join(parts), value)
        elif how == 4:
            pairs[at] = (name + "." + chance.choice(("0", "x", "given_names", "answer", "")), value)
        else:
            pairs[at] = (name, text_changed(value, chance))


class Lines:
    """Changes settings in TOML: values, lines and headers."""

    _VALUES: Final = (
        '""', f'"{MARK}"', "0", "-1", "1e400", "nan", "inf", "[]", "{}", "true", "2026-02-28",
        "2026-11-02T10:00:00Z", "9223372036854775808", '"A"', "[[]]", "'''x'''", "0x10", "1_0", "[1, 'a']",
        "{a = 1}", '"\\u0000"', "07:30:00", "99999999999999999999999999", '"' + "A" * 300 + '"', '["victim"]',
        '"https://eastvale"', "0001-01-01",
    )  # fmt: skip

    def __call__(self, data: bytes, chance: Random) -> bytes:
        if chance.randrange(12) == 0:
            return bytes_changed(data, chance)
        lines = data.decode("utf-8", "replace").split("\n")
        for _ in range(chance.choice((1, 1, 2, 3))):
            self._change(lines, chance)
        return "\n".join(lines).encode("utf-8", "replace")

    def _change(self, lines: list[str], chance: Random) -> None:
        at = chance.randrange(len(lines))
        how = chance.randrange(8)
        name, equals, value = lines[at].partition("=")
        if how == 0:
            lines.pop(at)
            lines.append("") if not lines else None
        elif how == 1:
            lines.insert(at, chance.choice(lines))
        elif how == 2:
            lines[at] = text_changed(name, chance).replace("\n", "") + equals + value
        elif equals:
            lines[at] = (
                f"{name}= {chance.choice(self._VALUES)}"
                if how < 6
                else f"{name}={text_changed(value, chance)}"
            )


class Kinds:
    """Inputs of several kinds, each named by its first line; then comes what is sent."""

    def __init__(self, seeds: Mapping[str, Sequence[bytes]], change: Change) -> None:
        self.seeds, self.change, self.names = seeds, change, list(seeds)

    def __call__(self, data: bytes, chance: Random) -> bytes:
        kind, _, body = data.partition(b"\n")
        name = kind.decode("ascii", "replace")
        if name not in self.seeds or chance.randrange(50) == 0:
            name = chance.choice(self.names)
            body = b""
        if not body or chance.randrange(100) < AFRESH:
            body = chance.choice(list(self.seeds[name]))
        return name.encode() + b"\n" + self.change(body, chance)

    def all(self) -> list[bytes]:
        """Every seed, with its kind."""
        return [name.encode() + b"\n" + body for name, bodies in self.seeds.items() for body in bodies]


def kind_of(data: bytes) -> tuple[str, bytes]:
    """The kind of an input, and what is sent."""
    kind, _, body = data.partition(b"\n")
    return kind.decode("ascii", "replace"), body
