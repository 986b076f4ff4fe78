"""People who are typed or sent, and not imported, checked as the rows of a file are. Pure."""

from __future__ import annotations

from collections.abc import Mapping

from hub.cases.importing.rows import parse_row
from hub.errors import InputError
from hub.values import Person


def cells_of(person: Person) -> dict[str, str]:
    """A person as the cells of a row."""
    told: dict[str, str] = person.model_dump(mode="json", exclude={"ref", "aliases"})
    return told | {"aliases": ";".join(person.aliases)}


def checked_person(person: Person, case: Mapping[str, str]) -> Person:
    """Somebody on a case as a row gives them; `case`: its cells. Raises InputError, which repeats nothing."""
    read = parse_row({**case, **cells_of(person)}, 0)
    if read.problems or read.person is None:
        wrong = read.problems[0]
        raise InputError(f"{wrong.field} {wrong.reason}.", kept="Nothing.", do="Correct it.")
    return read.person.person.model_copy(update={"ref": person.ref})
