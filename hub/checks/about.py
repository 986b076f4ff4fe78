"""Whom a question is about: people on a case in store, as that has them.

A question names them by as much as tells them apart on the case: a role, a reference, a name. Their details are the
case's, aliases included; what is typed beside them must be the case's too, or the question is refused. Pure. Not
here: which case somebody may know of (`hub.cases.access`).
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence

from hub.errors import InputError
from hub.records.check import CheckRequest
from hub.values import Person


def about(request: CheckRequest, people: Sequence[Person]) -> CheckRequest:
    """The question with everybody in it as the case has them. Raises InputError, naming fields and never values."""
    subject = _on_case("subject", request.subject, people)
    related = tuple(_on_case(f"related[{at}]", one, people) for at, one in enumerate(request.related))
    return request.model_copy(update={"subject": subject, "related": related})


def require_name(subject: Person) -> None:
    """Raise InputError where the subject has no name."""
    if not (subject.given_names or subject.surname or subject.aliases):
        raise InputError(
            "The subject has no name.", do="Give a name or an alias: nobody can be matched without one."
        )


def _on_case(where: str, named: Person, people: Sequence[Person]) -> Person:
    """The one of the people who is named. A reference that the case does not have is a label of the form's."""
    with_ref = [one for one in people if named.ref and one.ref == named.ref]
    same = [one for one in people if one.model_copy(update={"ref": named.ref}) == named]
    fits = {one: tuple(_differing(named, one)) for one in with_ref or same or people}
    found = [one for one, differs in fits.items() if not differs]
    if len(found) == 1:
        return found[0].model_copy(update={"ref": named.ref or found[0].ref})
    if found:
        raise InputError(
            f"{where}: several people on this case fit.", do="Give as much of the name as tells them apart."
        )
    closest = min(fits.values(), key=len, default=())
    fields = ", ".join(f"{where}.{name}" for name in closest) or where
    raise InputError(
        f"{fields}: not what the case in store has of anybody. A question is about a person on the case.",
        do="Leave out what the case has, or correct the case: import it again with `hub import`.",
    )


def _differing(named: Person, held: Person) -> Iterator[str]:
    """The fields in which what is typed is not what the case has."""
    if named.role is not held.role:
        yield "role"
    names = set(map(_folded, (f"{held.given_names} {held.surname}", *held.aliases)))
    full = _folded(f"{named.given_names} {named.surname}")
    parts = (("given_names", held.given_names), ("surname", held.surname))
    if not (named.given_names and named.surname and full in names):
        yield from (
            name
            for name, own in parts
            if getattr(named, name) and _folded(getattr(named, name)) not in (_folded(own), *names)
        )
    if not set(map(_folded, named.aliases)) <= names:
        yield "aliases"
    if not held.date_of_birth.startswith(named.date_of_birth):
        yield "date_of_birth"
    for name in ("postcode", "phone", "nhs_number"):
        typed = _marks(getattr(named, name))
        if typed and typed != _marks(getattr(held, name)):
            yield name


def _folded(name: str) -> str:
    return " ".join(name.casefold().split())


def _marks(text: str) -> str:
    return re.sub(r"[^0-9a-z+]", "", text.casefold())
