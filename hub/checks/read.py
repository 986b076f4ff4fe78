"""Reading a question from a file or a request body, and evidence from a file, before anything trusts them."""

from __future__ import annotations

from pathlib import Path
from typing import Any, Final, TypeVar

from pydantic import ValidationError

from hub.consent import SharingForm, parse_form
from hub.consent.context import same
from hub.consent.form.form import Asker
from hub.consent.form.parse import check_text
from hub.errors import InputError, UsageError
from hub.matching import strict_date
from hub.parsing import JsonError, first_error, read_json
from hub.records.check import CheckRequest
from hub.values import Person, Requester, Value

MAX_BYTES: Final = 2 * 1024 * 1024
SEE: Final = "See docs/formats.md."

Document = TypeVar("Document", bound=Value)


def read_check_request(path: Path, by: Requester | None = None) -> CheckRequest:
    """Read a CheckRequest from a JSON file. `by`: the account that asks, of which the file then says nothing.

    Raises InputError naming the field at fault, UsageError without a file.
    """
    return parse_check_request(_content(path, "the question"), by)


def read_document(
    path: Path, model: type[Document], what: str, by: Requester | None = None, field: str = "by"
) -> Document:
    """Read a small JSON document such as evidence. A `form` in it may be of any edition.

    `by`: the account that acts, of which the file then says nothing in that field. Raises InputError, UsageError
    where there is no such file.
    """
    document = _json(_content(path, what), what)
    _say_who(document, field, by)
    if isinstance(document.get("form"), dict):
        document["form"] = parse_form(document["form"])
    try:
        return model.model_validate(document)
    except ValidationError as error:
        raise InputError(
            f"{what.capitalize()}: {first_error(error, what)}.", kept="Nothing.", do="Correct that field."
        ) from None


def read_form(path: Path) -> SharingForm:
    """Read a sharing form from a JSON file, as `read_check_request` does; of any edition."""
    return parse_form(_content(path, "the sharing form"))


def parse_check_request(data: bytes, by: Requester | None = None) -> CheckRequest:
    """Parse a CheckRequest; `by` as there. Raises InputError naming the field at fault, never its value."""
    document = _json(data, "the question")
    _say_who(document, "requester", by)
    form = document.get("sharing_form")
    if not isinstance(form, dict):
        raise InputError(
            "The question has no sharing_form.", do="Attach the sharing form, even if it is not complete."
        )
    document["sharing_form"] = of_account(parse_form(form), by)
    try:
        request = CheckRequest.model_validate(document)
    except ValidationError as error:
        raise InputError(
            f"{first_error(error, 'a question')}.", do="Correct that field and ask again."
        ) from None
    _require_one_agency(request)
    for where, person in (
        ("subject", request.subject),
        *((f"related[{at}]", one) for at, one in enumerate(request.related)),
    ):
        _strict_person(where, person)
    return request


def of_account(form: SharingForm, by: Requester | None) -> SharingForm:
    """A form whose requester is the account that gives it. Raises InputError where another is typed."""
    if by is None:
        return form
    if form.requester != Asker():
        raise _typed("sharing_form.requester")
    return form.model_copy(update={"requester": Asker(**by.model_dump())})


def _say_who(document: dict[str, Any], field: str, by: Requester | None) -> None:
    """Let the account be who acts. Raises InputError where the file says who."""
    if by is not None:
        if field in document:
            raise _typed(field)
        document[field] = by.model_dump(mode="json")


def _typed(field: str) -> InputError:
    return InputError(
        f"{field}: who acts here is the account of the token, and no name that is typed.",
        kept="Nothing was done.",
        do="Take that field out of the file.",
    )


def _require_one_agency(request: CheckRequest) -> None:
    """Raise InputError where the form is another agency's: exclusions go by the one, its grounds by the other."""
    form = request.sharing_form.requester.agency
    if form and not same(form, request.requester.agency):
        raise InputError(
            "requester.agency differs from sharing_form.requester.agency.",
            kept="Nobody was asked.",
            do="Write the same agency in both.",
        )


def _content(path: Path, what: str) -> bytes:
    try:
        if not path.is_file():
            raise UsageError(f"{what.capitalize()} is not a file.", do=f"Give its path. {SEE}")
        with path.open("rb") as file:
            return file.read(MAX_BYTES + 1)
    except OSError as error:
        raise UsageError(
            f"{what.capitalize()} cannot be read: {error.strerror}.", do="Check the path and its permissions."
        ) from None


def _json(data: bytes, what: str) -> dict[str, Any]:
    try:
        document = read_json(data, MAX_BYTES)
    except JsonError as error:
        where = error.field or what.capitalize()
        raise InputError(f"{where} is {error.why}.", do=f"{error.do} {SEE}") from None
    check_text(document)
    return document


def _strict_person(where: str, person: Person) -> None:
    if person.date_of_birth:
        try:
            strict_date(person.date_of_birth)
        except InputError as error:
            raise InputError(f"{where}.date_of_birth: {error.text}", do=error.do) from None
