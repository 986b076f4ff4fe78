"""How our person and theirs are set side by side."""

from __future__ import annotations

from types import SimpleNamespace
from typing import Any, cast

from hub.values import Person, Role
from hub.web.console.incoming_words import beside


def test_names_that_agree_by_others_are_not_said_to_agree_as_they_stand() -> None:
    ours = Person(role=Role.victim, given_names="Paulette", surname="Henry", aliases=("Paula Henry",))
    theirs = Person(role=Role.victim, given_names="paulette", surname="Smith", aliases=("Paula Henry",))
    fields = [
        SimpleNamespace(field=name, similarity=value)
        for name, value in (("forename", 100.0), ("surname", 100.0), ("date_of_birth", None))
    ]
    found = SimpleNamespace(person=SimpleNamespace(person=ours), agreed=SimpleNamespace(fields=fields))
    said = {row.what: row for row in beside(cast(Any, found), theirs)}
    assert said["First names"][3] == "agrees"
    assert said["Surname"][3] == "agrees by another name"
