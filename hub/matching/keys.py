"""Match-keys: the derived strings that two areas' records of one person are likely to share.

A key joins a form of one or both names with a date of birth, part of it, or none. The classes are part of the
protocol: both areas must derive the same text. `VERSION` changes when any of them does. Nothing here is secret
and nothing is weighed; how keys become tokens is `hub.federation`.
"""

from __future__ import annotations

from typing import NamedTuple

from hub.matching.config import Keys, MatchingConfig
from hub.matching.dates import PartialDate, parse_date
from hub.matching.forms import Piece, pieces
from hub.matching.names import Name, person_names
from hub.values import Person

VERSION = "v1"


class MatchKey(NamedTuple):
    """One match-key. `cls` is form.date, for example FX.ymd; `weak` keys have a name without a full date."""

    cls: str
    text: str
    weak: bool

    @property
    def material(self) -> bytes:
        """The canonical bytes that the PRF evaluates."""
        return f"{VERSION}|{self.cls}|{self.text}".encode()


class Meaning(NamedTuple):
    """What meeting one of the asked person's own keys would say of the names and of the date.

    `date` is ymd, dm (day and month in either order), tmd, umd, ymt, ymu (of the year or of
    the day only the tens or the units), ym, yd, md, y or empty.
    """

    piece: Piece
    date: str
    other_name: bool


class Row(NamedTuple):
    """One line of the plan: which forms join which date part, at most `each` pieces a form.

    `group` is the switch in the configuration for weak keys; empty for a full date.
    """

    date: str
    forms: tuple[str, ...]
    each: int
    group: str = ""


_ALL = 99
_FULL = (
    Row("ymd", ("FX", "SX", "FR", "SR", "SW", "FP"), _ALL),
    Row("ymd", ("A",), _ALL),
    Row("dm", ("FX", "SX", "RR"), 1),
)
_NO_DATE = (Row("", ("XX", "RR", "SW", "RX", "XR", "PX", "GX"), _ALL, "two_names_no_date"),)
_PARTS = tuple(
    Row(date, forms, each, group)
    for forms, each, group in (
        (("RR",), _ALL, "two_names_partial_date"),
        (("FX", "SX"), 1, "one_name_partial_date"),
    )
    for date in ("ym", "yd", "md")
)
_YEAR = (Row("y", ("RR", "SW"), _ALL, "two_names_partial_date"),)
_SLIP = tuple(Row(date, ("RR",), 1, "two_names_date_slip") for date in ("tmd", "umd", "ymt", "ymu"))
_DELETIONS = (Row("", ("XD", "DX"), _ALL, "deletions_no_date"),)

# In order of worth: where a person has too many keys, the last are left out.
RECORDED_NAME = (*_FULL, *_NO_DATE, *_PARTS[:3], *_SLIP, *_YEAR, *_PARTS[3:], *_DELETIONS)
OTHER_NAME = (*_FULL[:1], *_NO_DATE, *_YEAR, *_PARTS[:3], *_FULL[1:])


def match_keys(person: Person, config: MatchingConfig) -> tuple[MatchKey, ...]:
    """The person's match-keys, aliases included: unique, in a fixed order, at most `config.keys.most`; total."""
    return tuple(meanings(person, config))


def meanings(person: Person, config: MatchingConfig) -> dict[MatchKey, Meaning]:
    """The same keys, each with what meeting it would say; for scoring on the asking side."""
    found: dict[MatchKey, Meaning] = {}
    dates = date_texts(parse_date(person.date_of_birth))
    names = person_names(person)
    for name in names[:1]:
        _add(found, name, dates, RECORDED_NAME, config.keys)
    for row in OTHER_NAME:
        for name in names[1:]:
            _add(found, name, dates, (row,), config.keys)
    if len(found) > config.keys.most:
        return dict(list(found.items())[: config.keys.most])
    return found


def _add(
    found: dict[MatchKey, Meaning], name: Name, dates: dict[str, str], rows: tuple[Row, ...], settings: Keys
) -> None:
    forms = pieces(name)
    for row in rows:
        if row.date not in dates or (row.group and not getattr(settings, row.group)):
            continue
        value = dates[row.date]
        for form in row.forms:
            cls = f"{form}.{row.date}"
            for piece in forms.get(form, ())[: row.each]:
                key = MatchKey(cls, f"{piece.text}|{value}", bool(row.group))
                if key not in found:
                    found[key] = Meaning(piece, row.date, rows is not RECORDED_NAME)


def date_texts(date: PartialDate) -> dict[str, str]:
    """The canonical text of each date class that `date` supports; "" (no date) always.

    Day and month sorted is only for a date that could be read either way.
    """
    year, month, day = (None if part is None else f"{part:02d}" for part in date)
    texts = {"": ""}
    if year:
        texts["y"] = year
    if year and month:
        texts["ym"] = f"{year}-{month}"
    if year and day:
        texts["yd"] = f"{year}--{day}"
    if month and day:
        texts["md"] = f"--{month}-{day}"
    if year and month and day:
        texts["ymd"] = f"{year}-{month}-{day}"
        texts["tmd"] = f"{year[:3]}_-{month}-{day}"
        texts["umd"] = f"___{year[3]}-{month}-{day}"
        texts["ymt"] = f"{year}-{month}-{day[0]}_"
        texts["ymu"] = f"{year}-{month}-_{day[1]}"
        if day <= "12":
            texts["dm"] = f"{year}~{min(month, day)}-{max(month, day)}"
    return texts
