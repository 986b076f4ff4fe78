"""One row of an import file, checked: every cell is turned into a value or refused with a reason.

Pure: no files, no clock. A reason says what is wrong and what to do, and never repeats what the cell says. How
rows become cases is `assemble.py`; how a file becomes rows is `files.py`.
"""

from __future__ import annotations

import datetime as dt
import re
import unicodedata
from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import Final, Literal, TypeVar

from stdnum.exceptions import ValidationError
from stdnum.gb import nhs

from hub.consent.form.fled import NOT_KNOWN, area_written
from hub.matching import DateFault, DateQuestion, read_date
from hub.parsing import TextKind, hidden_characters
from hub.values import Kind, Person, Role

COLUMNS: Final = (
    "case_ref", "kind", "idva_service", "referral_date", "meeting_date", "role", "given_names", "surname",
    "aliases", "date_of_birth", "postcode", "address", "phone", "safe_to_call", "nhs_number", "agreement",
    "victim_aware", "criteria", "not_safe_to_talk_to", "fled_from", "sealed", "publish",
    "sharing_agreement",
)  # fmt: skip
MAX_LENGTH: Final = {
    "address": 2_000, "aliases": 4_000, "criteria": 4_000, "not_safe_to_talk_to": 4_000, "fled_from": 4_000,
    "postcode": 10, "phone": 30,
}  # fmt: skip
MAX_TEXT: Final = 200  # every other cell, and each alias or criterion
MAX_ITEMS: Final = 20
# An address may have lines; a reference is found again by its very letters, so all of them must be seen.
KINDS: Final[Mapping[str, TextKind]] = {"address": "prose", "case_ref": "shown"}
VictimAnswer = Literal["given", "refused", "not_asked", ""]
E = TypeVar("E", bound=StrEnum)

# What a spreadsheet takes for a formula, with the wide forms that it also takes (OWASP, "CSV injection").
FORMULA_STARTS: Final = tuple("=+-@\t\r＝＋－＠")  # noqa: RUF001
_PHONE = re.compile(r"\+?[0-9][0-9 ()./-]{2,}( ?(ext|x)\.? ?[0-9]{1,6})?", re.IGNORECASE | re.ASCII)
_POSTCODE = re.compile(r"[0-9a-z][0-9a-z -]*", re.IGNORECASE | re.ASCII)
NAMELESS: Final = {
    "unknown",
    "not known",
    "n/a",
    "tbc",
    "tba",
    "?",
    "??",
    "???",
    "not disclosed",
    "anonymous",
}
_YES_NO: Final = {"yes": True, "no": False}

FORMULA = "starts like a spreadsheet formula: remove the first character, or leave the cell empty"
IMPOSSIBLE_DATE = (
    "is not a date that exists: write YYYY-MM-DD or DD/MM/YYYY, or give the part that is known, as YYYY-MM or "
    "YYYY"
)
NOT_A_DAY = "is not a date that exists: write YYYY-MM-DD or DD/MM/YYYY"
NO_SUCH_MONTH = (
    "has a month that is not 1 to 12: the hub reads day/month/year, so write DD/MM/YYYY or YYYY-MM-DD"
)
NO_YEAR = "has no year, or one that is not of four digits: write DD/MM/YYYY or YYYY-MM-DD"
_DATE_FAULTS: Final = {DateFault.month: NO_SUCH_MONTH, DateFault.year: NO_YEAR}


@dataclass(frozen=True, slots=True)
class Rejected:
    """Why a row was not kept. `row` counts as a spreadsheet does (the header is 1); `field` may be empty."""

    row: int
    field: str
    reason: str


@dataclass(frozen=True, slots=True)
class PersonIntake:
    """A person of a row, with what never leaves the node. `safe_to_call`: None where unknown."""

    person: Person
    address: str
    safe_to_call: bool | None
    row: int


@dataclass(frozen=True, slots=True)
class RowIntake:
    """A checked row. With `problems`, only what makes its case more careful is to be relied on.

    That is the first four fields, who fled, and who is not safe to talk to.
    `sealed` is True and `publish` False where the cell says so or cannot be read: the safe way round. Likewise
    `fled_from` is not known. They are None where it is empty. `fled_asked`: the file has that column. `unread`: it
    is sealed for safety alone.
    """

    row: int
    case_ref: str
    sealed: bool | None
    publish: bool | None
    problems: tuple[Rejected, ...]
    fled_from: tuple[str, ...] | None = None
    fled_asked: bool = False
    unread: bool = False
    kind: Kind = Kind.marac
    idva_service: str = ""
    referral_date: dt.date | None = None
    meeting_date: dt.date | None = None
    agreement: VictimAnswer = ""
    victim_aware: bool | None = None
    criteria: tuple[str, ...] = ()
    not_safe_to_talk_to: tuple[str, ...] = ()
    sharing_agreement: str = ""
    person: PersonIntake | None = None

    @property
    def doubtful(self) -> bool:
        """Whether `case_ref` may be another case's, since it or the row itself is not good."""
        return any(problem.field in ("", "case_ref") for problem in self.problems)


class _Cells:
    """The cells of one row, read by kind; what is wrong is gathered in `problems`."""

    def __init__(self, cells: Mapping[str, str], row: int) -> None:
        self._cells = cells
        self._row = row
        self.problems: list[Rejected] = []

    def refuse(self, field: str, reason: str) -> None:
        """Note that a cell is not good."""
        self.problems.append(Rejected(self._row, field, reason))

    def text(self, field: str) -> str:
        """Return the cell's text, trimmed; empty where it is refused."""
        raw = self._cells.get(field, "")
        if not raw:
            return ""
        text = raw.strip()
        limit = MAX_LENGTH.get(field, MAX_TEXT)
        abroad = field == "phone" and _PHONE.fullmatch(text)  # Its plus begins no formula.
        if (raw.startswith(FORMULA_STARTS) or text.startswith(FORMULA_STARTS)) and not abroad:
            self.refuse(field, FORMULA)
        elif hidden_characters(text, KINDS.get(field, "line")):
            self.refuse(field, "has characters that are no text: type it again")
        elif len(text) > limit:
            self.refuse(field, f"is longer than {limit} characters: shorten it")
        else:
            return text
        return ""

    def name(self, field: str) -> str:
        """Return a name; a word that stands for none is refused, since it would match other areas' blanks."""
        text = self.text(field)
        if text.casefold() in NAMELESS:
            self.refuse(field, "stands for a name that is not known: leave the cell empty")
            return ""
        return text

    def items(self, field: str) -> tuple[str, ...]:
        """Return the parts between semicolons."""
        parts = tuple(filter(None, (part.strip() for part in self.text(field).split(";"))))
        if len(parts) > MAX_ITEMS:
            self.refuse(field, f"has more than {MAX_ITEMS} entries: keep the {MAX_ITEMS} that matter most")
        elif any(len(part) > MAX_TEXT for part in parts):
            self.refuse(field, f"has an entry of more than {MAX_TEXT} characters: separate entries by ;")
        elif any(part.startswith(FORMULA_STARTS) for part in parts):
            self.refuse(field, FORMULA)
        else:
            return parts
        return ()

    def fled_from(self) -> tuple[str, ...] | None:
        """Return whether anyone here fled an area, or None where empty; not known where the cell is refused."""
        before = len(self.problems)
        entries = self.items("fled_from")
        if len(self.problems) > before:
            return (NOT_KNOWN,)
        if [entry.casefold() for entry in entries] == ["none"]:
            return ()
        try:
            return (
                tuple(NOT_KNOWN if _said_not_known(entry) else area_written(entry) for entry in entries)
                or None
            )
        except ValueError:
            self.refuse("fled_from", "is no answer: write none, not known, or the areas, separated by ;")
            return (NOT_KNOWN,)

    def choice(self, field: str, kinds: type[E], *, fallback: E) -> E:
        """Return a required choice; the fallback where it is refused."""
        text = self.text(field).casefold()
        allowed = [kind.value for kind in kinds]
        if text in allowed:
            return kinds(text)
        self._refuse_choice(field, allowed, "is empty" if not text else "is not known")
        return fallback

    def one_of(self, field: str, allowed: tuple[str, ...]) -> str:
        """Return an optional choice, or empty."""
        text = self.text(field).casefold()
        if not text or text in allowed:
            return text
        self._refuse_choice(field, allowed, "is not known")
        return ""

    def _refuse_choice(self, field: str, allowed: tuple[str, ...] | list[str], what: str) -> None:
        self.refuse(field, f"{what}: write {', '.join(allowed[:-1])} or {allowed[-1]}")

    def yes_no(self, field: str, unreadable: bool | None) -> bool | None:
        """Return yes, no or None where empty; `unreadable` where the cell is refused."""
        before = len(self.problems)
        answer = _YES_NO.get(self.one_of(field, tuple(_YES_NO)))
        return unreadable if len(self.problems) > before else answer

    def day(self, field: str) -> dt.date | None:
        """Return a complete date, or None where empty or refused."""
        text = self._date(field, NOT_A_DAY)
        if len(text) == len("YYYY-MM-DD") and text[0] in "12":
            return dt.date.fromisoformat(text)
        if text:
            self.refuse(field, NOT_A_DAY)
        return None

    def date_of_birth(self) -> str:
        """Return YYYY, YYYY-MM, YYYY-MM-DD or empty."""
        return self._date("date_of_birth", IMPOSSIBLE_DATE)

    def _date(self, field: str, impossible: str) -> str:
        """Return the date of a cell, or empty. Nobody is there to be asked which of two dates a cell means."""
        found = read_date(self.text(field))
        if isinstance(found, DateFault):
            self.refuse(field, _DATE_FAULTS.get(found, impossible))
        elif isinstance(found, DateQuestion):
            self.refuse(field, NO_YEAR)
        else:
            return found
        return ""

    def shaped(self, field: str, shape: re.Pattern[str], what: str) -> str:
        """Return a cell of a given shape."""
        text = self.text(field)
        if text and not shape.fullmatch(text):
            self.refuse(field, what)
            return ""
        return text

    def nhs_number(self) -> str:
        """Return ten digits with a good check digit, or empty."""
        text = self.text("nhs_number")
        try:
            return nhs.validate(text) if text else ""
        except ValidationError:
            self.refuse(
                "nhs_number", "is not an NHS number (ten digits, the last a check digit): leave it empty"
            )
            return ""


def _said_not_known(entry: str) -> bool:
    return entry.casefold().replace("_", " ") == "not known"


def reference(cells: Mapping[str, str]) -> str:
    """The case that a row names, without what nobody sees of it: a row with that is not good, but its case's."""
    text = cells.get("case_ref", "")
    if not text.isprintable():
        text = "".join(letter for letter in text if not unicodedata.category(letter).startswith("C"))
    return text.strip()


def parse_row(cells: Mapping[str, str], row: int, problem: str = "") -> RowIntake:
    """Return a row, checked. `problem` says what is wrong with the row itself: then no cell is trusted."""
    case_ref = reference(cells)
    if problem:
        why = (Rejected(row, "", problem),)
        return RowIntake(row, case_ref, sealed=True, publish=False, problems=why, unread=True)
    read = _Cells(cells, row)
    if not read.text("case_ref") and not read.problems:
        read.refuse("case_ref", "is empty: write the reference, for every row names its case")
    before = len(read.problems)
    sealed = read.yes_no("sealed", unreadable=True)
    unread = len(read.problems) > before
    publish = read.yes_no("publish", unreadable=False)
    careful = {
        "fled_from": read.fled_from(),
        "fled_asked": "fled_from" in cells,
        "not_safe_to_talk_to": read.items("not_safe_to_talk_to"),
        "unread": unread,
    }
    parsed = {
        "kind": read.choice("kind", Kind, fallback=Kind.marac),
        "idva_service": read.text("idva_service"),
        "referral_date": read.day("referral_date"),
        "meeting_date": read.day("meeting_date"),
        "agreement": read.one_of("agreement", ("given", "refused", "not_asked")),
        "victim_aware": read.yes_no("victim_aware", unreadable=None),
        "criteria": read.items("criteria"),
        "sharing_agreement": read.text("sharing_agreement"),
    }
    person = _person(read, row)
    if read.problems:
        return RowIntake(row, case_ref, sealed, publish, tuple(read.problems), **careful)  # type: ignore[arg-type]
    return RowIntake(row, case_ref, sealed, publish, (), person=person, **careful, **parsed)  # type: ignore[arg-type]


def _person(read: _Cells, row: int) -> PersonIntake | None:
    safe = read.one_of("safe_to_call", ("yes", "no", "unknown"))
    address = read.text("address")
    before = len(read.problems)
    given, surname = read.name("given_names"), read.name("surname")
    if not given and not surname and len(read.problems) == before:
        read.refuse("surname", "is empty, and so are the given names: leave the row out if neither is known")
    fields = {
        "role": read.choice("role", Role, fallback=Role.other),
        "given_names": given,
        "surname": surname,
        "aliases": read.items("aliases"),
        "date_of_birth": read.date_of_birth(),
        "postcode": read.shaped(
            "postcode", _POSTCODE, "has characters that no postcode has: put it right, or leave it empty"
        ),
        "phone": read.shaped(
            "phone", _PHONE, "is not a telephone number: write digits and spaces, or leave it empty"
        ),
        "nhs_number": read.nhs_number(),
    }
    if read.problems:
        return None
    return PersonIntake(Person.model_validate(fields), address, _YES_NO.get(safe), row)
