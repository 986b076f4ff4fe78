"""Reading an import file: its rows, grouped into complete cases, each case good or refused with reasons.

Streams: rows of one case may stand anywhere in the file, and only their places are held in memory (about 100
bytes a row at worst). Stores nothing and decides nothing about publication (`importing`).

What becomes of a case with a bad row (docs/decisions/0301): the good rows are kept; without a good victim's row
nothing of the case is; contradictions refuse it. `sealed` on any row, good or bad or unreadable, seals the case,
also where nothing of it is kept: an earlier version may be in store. What rows say of areas that somebody fled is
put together, the more careful way.
"""

from __future__ import annotations

import datetime as dt
from array import array
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from hashlib import blake2b
from pathlib import Path
from typing import Any, Final

from hub.cases.importing.files import CHECK_FILE, Table, open_table
from hub.cases.importing.rejected import write_rejected
from hub.cases.importing.rows import PersonIntake, Rejected, RowIntake, VictimAnswer, parse_row, reference
from hub.consent.form.fled import most_careful
from hub.errors import InputError
from hub.values import Kind, Role

__all__ = ["CaseIntake", "PersonIntake", "Rejected", "Withheld", "assemble", "read_cases", "write_rejected"]

MAX_PEOPLE: Final = 100  # of one case
CASE_FIELDS: Final = (
    "kind",
    "idva_service",
    "referral_date",
    "meeting_date",
    "agreement",
    "victim_aware",
    "sharing_agreement",
)


@dataclass(frozen=True, slots=True)
class CaseIntake:
    """A case as a file tells it, the victim first.

    `sealed` None: a case in store stays as it is, a new one is not sealed. `publish` None: the agreements decide.
    `sharing_agreement` names one, where there are several; empty leaves it as it is in store.
    `fled_from` None: the answer in store stays. `fled_asked`: the file asks for it.
    `unread`: the rows that could not be read and for which alone it is sealed.
    `adds`: a referral more, of a case that has one: who is on it stays, and so does what this leaves empty.
    """

    case_ref: str
    kind: Kind
    idva_service: str
    referral_date: dt.date | None
    meeting_date: dt.date | None
    agreement: VictimAnswer
    victim_aware: bool | None
    criteria: tuple[str, ...]
    sealed: bool | None
    publish: bool | None
    people: tuple[PersonIntake, ...]
    not_safe_to_talk_to: tuple[str, ...] = ()
    fled_from: tuple[str, ...] | None = None
    fled_asked: bool = False
    sharing_agreement: str = ""
    unread: tuple[int, ...] = ()
    referring_agency: str = ""
    referring_contact: str = ""
    adds: bool = False


@dataclass(frozen=True, slots=True)
class Withheld:
    """What a file says that makes a case more careful, where nothing else of it can be kept.

    `case_ref` is empty where no case is named. `doubtful`: the rows that seal it and whose reference may not be
    right. `publish` is False or says nothing. `fled_from`, `not_safe_to_talk_to`, `unread`: as of a CaseIntake.
    """

    case_ref: str
    doubtful: tuple[int, ...] = ()
    sealed: bool = True
    unread: tuple[int, ...] = ()
    publish: bool | None = None
    fled_from: tuple[str, ...] | None = None
    not_safe_to_talk_to: tuple[str, ...] = ()


def read_cases(path: Path) -> Iterator[CaseIntake | Withheld | Rejected]:
    """Yield the cases of a CSV or JSON Lines file in the order of their first rows, and every refusal.

    Raises InputError if the file itself cannot be read (missing, empty, no header, not text, too many
    rows), UsageError if it is of another kind; either before any case is yielded, save for a file that
    changes meanwhile.
    """
    try:
        with open_table(path) as table:
            index = _Index()
            for record in table.records():
                if case_ref := reference(record.cells):
                    index.add(case_ref, record.offset, record.row)
                else:
                    yield from assemble([parse_row(record.cells, record.row, record.problem)])
            for places in index.cases():
                yield from _case(table, places)
    except OSError as error:
        raise InputError(f"The file cannot be read: {error.strerror}.", do=CHECK_FILE) from None


def _case(table: Table, places: Sequence[tuple[int, int]]) -> Iterator[CaseIntake | Withheld | Rejected]:
    records = (table.record_at(offset, row) for offset, row in places)
    rows = (parse_row(record.cells, record.row, record.problem) for record in records)
    if len(places) <= MAX_PEOPLE:
        yield from assemble(list(rows))
        return
    for _, row in places:
        yield Rejected(row, "case_ref", f"is shared by more than {MAX_PEOPLE} rows: a case has fewer people")
    yield from _withheld(list(rows))


class _Index:
    """Where the rows of every case are: two numbers a row and one a case, no text."""

    def __init__(self) -> None:
        self._offsets = array("Q")
        self._rows = array("L")
        self._next = array("l")  # the same case's next row, -1 at its last
        self._last: dict[int, int] = {}  # by a digest of the reference, its last row so far
        self._first = array("L")

    def add(self, case_ref: str, offset: int, row: int) -> None:
        """Note a row's place."""
        digest = int.from_bytes(blake2b(case_ref.encode(), digest_size=8).digest())
        place = len(self._rows)
        if (last := self._last.get(digest)) is None:
            self._first.append(place)
        else:
            self._next[last] = place
        self._last[digest] = place
        self._offsets.append(offset)
        self._rows.append(row)
        self._next.append(-1)

    def cases(self) -> Iterator[list[tuple[int, int]]]:
        """Yield every case's (offset, row) pairs, in the order of first rows."""
        self._last.clear()
        for place in self._first:
            places = []
            while place >= 0:
                places.append((self._offsets[place], self._rows[place]))
                place = self._next[place]
            yield places


def assemble(rows: Sequence[RowIntake]) -> Iterator[CaseIntake | Withheld | Rejected]:
    """Yield the case that these rows of one reference make, and what of them is refused. Pure."""
    for row in rows:
        yield from row.problems
    good = []
    seen: dict[object, int] = {}
    for row in rows:
        if row.problems or row.person is None:
            continue
        what = (row.person.person, row.person.address)
        if (same := seen.setdefault(what, row.row)) != row.row:
            yield Rejected(row.row, "", f"says the same as row {same}: remove one")
        else:
            good.append(row)
    reason = _refusal(rows, good) if good else None
    if good and not reason:
        yield _merged(rows, good)
        return
    if reason:
        field, text = reason
        for row in good:
            yield Rejected(row.row, field, text)
    yield from _withheld(rows)


def _withheld(rows: Sequence[RowIntake]) -> Iterator[Withheld]:
    """Yield what makes a case of which nothing is kept more careful, if any of its rows says so."""
    seals = [row for row in rows if row.sealed]
    fled_from, unsafe = most_careful(*(row.fled_from for row in rows)), _unsafe(rows)
    publish = False if False in _publish(rows) else None
    if seals or fled_from or unsafe or publish is False:
        yield Withheld(
            (seals or rows)[-1].case_ref,
            tuple(row.row for row in seals if row.doubtful),
            sealed=bool(seals),
            unread=_unread(rows),
            publish=publish,
            fled_from=fled_from,
            not_safe_to_talk_to=unsafe,
        )


def _publish(rows: Sequence[RowIntake]) -> list[bool | None]:
    """What rows say of publishing; one that could not be read seals its case, and says nothing that is to stay."""
    return [row.publish for row in rows if not row.unread]


def _unsafe(rows: Sequence[RowIntake]) -> tuple[str, ...]:
    return tuple(dict.fromkeys(item for row in rows for item in row.not_safe_to_talk_to))


def _unread(rows: Sequence[RowIntake]) -> tuple[int, ...]:
    """The rows that seal their case since they could not be read, where no other row says that it is sealed."""
    seals = [row for row in rows if row.sealed]
    return tuple(row.row for row in seals) if all(row.unread for row in seals) else ()


def _people(good: Sequence[RowIntake]) -> tuple[PersonIntake, ...]:
    people = [row.person for row in good if row.person]
    return tuple(sorted(people, key=lambda one: one.person.role is not Role.victim))


def _first(good: Sequence[RowIntake], field: str) -> object:
    """Return what the first row that says anything says."""
    said = (getattr(row, field) for row in good)
    return next((value for value in said if value not in (None, "")), getattr(good[0], field))


def _refusal(rows: Sequence[RowIntake], good: Sequence[RowIntake]) -> tuple[str, str] | None:
    """Return the field and reason for which the complete case cannot be kept, if there is one."""
    victims = [one.row for one in _people(good) if one.person.role is Role.victim]
    if len(victims) > 1:
        return "role", f"the case has two victims, in rows {victims[0]} and {victims[1]}: give each a case"
    if not victims:
        if bad := [row.row for row in rows if row.problems]:
            return (
                "role",
                f"no victim in this case's good rows: put row {bad[0]} right and import the file again",
            )
        return "role", "the case has no victim: add the victim's row"
    for field in CASE_FIELDS:
        said: dict[object, int] = {}
        for row in good:
            if (value := getattr(row, field)) not in (None, ""):
                said.setdefault(value, row.row)
        if len(said) > 1:
            one, other = list(said.values())[:2]
            return field, f"rows {one} and {other} of this case say different things: make them say the same"
    return None


def _merged(rows: Sequence[RowIntake], good: Sequence[RowIntake]) -> CaseIntake:
    seals, said = [row.sealed for row in rows], _publish(rows)
    fields: dict[str, Any] = {field: _first(good, field) for field in CASE_FIELDS}
    return CaseIntake(
        case_ref=good[0].case_ref,
        criteria=tuple(dict.fromkeys(item for row in good for item in row.criteria)),
        not_safe_to_talk_to=_unsafe(rows),
        fled_from=most_careful(*(row.fled_from for row in rows)),
        fled_asked=any(row.fled_asked for row in rows),
        sealed=True if True in seals else (False if False in seals else None),
        publish=False if False in said else (True if True in said else None),
        people=_people(good),
        unread=_unread(rows),
        **fields,
    )
