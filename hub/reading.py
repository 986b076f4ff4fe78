"""Reading a question from a file or a request body, before anything trusts it."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any, Final

from pydantic import ValidationError

from hub.consent import parse_form
from hub.errors import InputError
from hub.matching import strict_date
from hub.question import CheckRequest
from hub.values import Person

MAX_BYTES: Final = 2 * 1024 * 1024


def read_check_request(path: Path) -> CheckRequest:
    """Read a CheckRequest from a JSON file. Raises InputError naming the field at fault."""
    try:
        if path.stat().st_size > MAX_BYTES:
            raise InputError(f"{path.name} is over 2 MB", do="a question is a few kilobytes: check the file")
        return parse_check_request(path.read_bytes())
    except OSError as error:
        raise InputError(f"{path.name} cannot be read", do="check the path and its permissions") from error


def parse_check_request(data: bytes) -> CheckRequest:
    """Parse a CheckRequest. Raises InputError naming the field at fault, never its value."""
    try:
        document: Any = json.loads(data)
    except (ValueError, RecursionError) as error:
        raise InputError("the question is not JSON", do="see the CheckRequest in docs/formats.md") from error
    if not isinstance(document, dict):
        raise InputError("the question must be a JSON object", do="see the CheckRequest in docs/formats.md")
    form = document.get("sharing_form")
    if not isinstance(form, dict):
        raise InputError("sharing_form is missing", do="attach the sharing form, even if it is not complete")
    document["sharing_form"] = parse_form(form)
    try:
        request = CheckRequest.model_validate(document)
    except ValidationError as error:
        raise InputError(_named(error), do="mend that field and ask again") from None
    for where, person in (
        ("subject", request.subject),
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
    first = error.errors()[0]
    path = ".".join(str(part) for part in first["loc"])
    if first["type"] == "extra_forbidden":
        return f"{path} is not a field of a question"
    return f"{path}: {first['msg']}"
