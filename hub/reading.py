"""Reading a question from a file or a request body, before anything trusts it."""

from __future__ import annotations

import json
import re
from pathlib import Path
from typing import Any, Final

from pydantic import ValidationError

from hub.consent import parse_form
from hub.errors import InputError
from hub.matching import strict_date
from hub.question import CheckRequest
from hub.values import Person

MAX_BYTES: Final = 2 * 1024 * 1024
SEE: Final = "see the CheckRequest in docs/formats.md"


def read_check_request(path: Path) -> CheckRequest:
    """Read a CheckRequest from a JSON file. Raises InputError naming the field at fault."""
    try:
        if not path.is_file():
            raise InputError("the question is not a file", do="give the path of a CheckRequest in JSON")
        with path.open("rb") as file:
            data = file.read(MAX_BYTES + 1)
    except OSError as error:
        raise InputError(
            f"the question cannot be read: {error.strerror}", do="check the path and its permissions"
        ) from None
    return parse_check_request(data)


def parse_check_request(data: bytes) -> CheckRequest:
    """Parse a CheckRequest. Raises InputError naming the field at fault, never its value."""
    if len(data) > MAX_BYTES:
        raise InputError("the question is over 2 MB", do="a question is a few kilobytes: check the file")
    try:
        document: Any = json.loads(data)
    except (ValueError, RecursionError):
        raise InputError("the question is not JSON", do=SEE) from None
    if not isinstance(document, dict):
        raise InputError("the question must be a JSON object", do=SEE)
    form = document.get("sharing_form")
    if not isinstance(form, dict):
        raise InputError("sharing_form is missing", do="attach the sharing form, even if it is not complete")
    document["sharing_form"] = parse_form(form)
    try:
        request = CheckRequest.model_validate(document)
    except ValidationError as error:
        raise InputError(_named(error), do="mend that field and ask again") from None
    subject = request.subject
    if not (subject.given_names or subject.surname or subject.aliases):
        raise InputError("subject has no name", do="give a name or an alias: nobody can be met without one")
    for where, person in (
        ("subject", subject),
        *((f"related[{at}]", one) for at, one in enumerate(request.related)),
    ):
        _strict_person(where, person)
    return request


def _strict_person(where: str, person: Person) -> None:
    if person.date_of_birth:
        try:
            strict_date(person.date_of_birth)
        except InputError as error:
            raise InputError(f"{where}.date_of_birth: {error.text}", do=error.do) from None


def _named(error: ValidationError) -> str:
    """The field and what is wrong with it; a name that is no plain word may be somebody's data."""
    first = error.errors()[0]
    parts = [str(part) for part in first["loc"]]
    path = ".".join(part if re.fullmatch(r"[a-z_0-9]{1,30}", part) else "a field" for part in parts)
    if first["type"] == "extra_forbidden":
        return f"{path} is not a field of a question"
    return f"{path}: {first['msg']}"
