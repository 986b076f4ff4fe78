"""The one reader of forms: fields with dotted names become nested data, and those a model, or errors in words.

`people.0.surname` is the surname of the first of `people`. A field left empty is absent, so the model's own default
holds. A field that the model does not have, or that is given twice and holds one value, comes from no page of ours:
the request is refused. What was typed is kept to be shown again, and is in no error's words. The sentences are in
`hub.web.console.sentences`. Stores nothing, and sets nothing that the model does not name.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace
from enum import Enum
from typing import Any, Final, Generic, TypeVar
from urllib.parse import parse_qsl

from fastapi import Request
from pydantic import BaseModel, ValidationError

from hub.errors import InputError
from hub.parsing import hidden_characters
from hub.web.console.form_shape import FieldShape, nested, shape_of
from hub.web.console.language import gettext, mark
from hub.web.console.sentences import Sentences, sentence

T = TypeVar("T", bound=BaseModel)

MOST_BYTES: Final = 500_000
MOST_FIELDS: Final = 1_000
ONCE: Final = "once"
BUTTON: Final = "button"
_OWN: Final = (ONCE, BUTTON)
_HIDDEN: Final = mark("Type %(what)s again: it has characters that cannot be seen")
_NOT_OURS: Final = "Open the page again and send the form from there."


@dataclass(frozen=True, slots=True)
class FieldProblem:
    """What is wrong with a field, in a sentence. `name` is dotted, and empty where it is the form as a whole."""

    name: str
    text: str

    @property
    def id(self) -> str:
        """The id of the field's element, which the summary of errors leads to."""
        return field_id(self.name)


@dataclass(frozen=True, slots=True)
class Form(Generic[T]):
    """A form: what was typed, and either the `value` it makes or its `errors`.

    `choices` are the dates that a field may mean, to be asked back. `once` is the form's own token, so that sending
    it twice does it once; `button` is the value of the button that sent it.
    """

    typed: Mapping[str, tuple[str, ...]] = field(default_factory=dict, repr=False)
    value: T | None = field(default=None, repr=False)
    errors: tuple[FieldProblem, ...] = ()
    choices: Mapping[str, tuple[str, ...]] = field(default_factory=dict, repr=False)
    once: str = ""
    button: str = ""

    def id(self, name: str) -> str:
        """Return the id of a field's element."""
        return field_id(name)

    def text(self, name: str) -> str:
        """Return what was typed into a field, or empty."""
        return (self.typed.get(name) or ("",))[0]

    def texts(self, name: str) -> tuple[str, ...]:
        """Return the boxes of a field that were ticked."""
        return self.typed.get(name, ())

    def error(self, name: str) -> str:
        """Return what is wrong with a field, or empty."""
        return next((problem.text for problem in self.errors if problem.name == name), "")

    def rows(self, name: str, least: int = 1) -> list[int]:
        """Return the numbers of a list's rows that were typed, such as those of `people`; at least so many."""
        own = (typed.removeprefix(f"{name}.") for typed in self.typed if typed.startswith(f"{name}."))
        starts = (one.split(".")[0] for one in own)
        found = {int(start) for start in starts if start.isdecimal()}
        new = (number for number in range(least + len(found)) if number not in found)
        while len(found) < least:
            found.add(next(new))
        return sorted(found)

    def with_error(self, name: str, text: str) -> Form[T]:
        """Return the form with one error more, found where the model could not see it; it has no value then."""
        return replace(self, value=None, errors=(*self.errors, FieldProblem(name, text)))


def field_id(name: str) -> str:
    """Return the id of a field's element by its name."""
    return name.replace(".", "-") or "form"


async def read_form(request: Request, model: type[T], sentences: Sentences | None = None) -> Form[T]:
    """Read a request's form. Raises InputError as `read_pairs`.

    `sentences` are a page's own, by a field and an error's type, such as ("people.*.surname", "missing"), or "*".
    """
    return form_of(await read_pairs(request), model, sentences)


async def read_pairs(request: Request) -> list[tuple[str, str]]:
    """Return a form's names and values as they were sent. Raises InputError where it is no form, or too large."""
    kind = request.headers.get("Content-Type", "").partition(";")[0].strip().lower()
    if kind != "application/x-www-form-urlencoded":
        raise InputError("This is not a form.", do=_NOT_OURS)
    body = bytearray()
    async for chunk in request.stream():
        body += chunk
        if len(body) > MOST_BYTES:
            raise InputError(
                "The form is too long.", kept="Nothing.", do="Shorten its texts and send it again."
            )
    try:
        return parse_qsl(
            body.decode("ascii"),
            keep_blank_values=True,
            strict_parsing=bool(body),
            errors="strict",
            max_num_fields=MOST_FIELDS,
        )
    except ValueError as error:
        raise InputError("This is not a form.", do=_NOT_OURS) from error


def form_of(pairs: Iterable[tuple[str, str]], model: type[T], sentences: Sentences | None = None) -> Form[T]:
    """Return the form that names and values make. Raises InputError as `read_form`."""
    own: dict[str, str] = dict.fromkeys(_OWN, "")
    typed: dict[str, list[str]] = {}
    for name, text in pairs:
        if name in own and not own[name]:
            own[name] = text
        else:
            typed.setdefault(name, []).append(text.replace("\r\n", "\n").replace("\r", "\n"))
    shapes = {name: _shape(model, name, len(texts)) for name, texts in typed.items()}
    kept = {name: tuple(texts) for name, texts in typed.items()}
    form: Form[T] = Form(kept, once=own[ONCE], button=own[BUTTON])
    hidden = [name for name, texts in kept.items() if any(hidden_characters(text, "prose") for text in texts)]
    if hidden:
        problems = (FieldProblem(name, gettext(_HIDDEN, what=shapes[name].title)) for name in hidden)
        return replace(form, errors=tuple(problems))
    data, numbers = nested(model, {shapes[name]: texts for name, texts in kept.items()})
    try:
        return replace(form, value=model.model_validate(data))
    except ValidationError as error:
        return _with_problems(form, model, error, numbers, sentences or {})


def unsent(values: BaseModel | Mapping[str, Any] | None = None) -> Form[Any]:
    """Return a form as it is first shown, filled in with values: a model's, nested data, or those of a draft."""
    given = values.model_dump() if isinstance(values, BaseModel) else values or {}
    return Form(dict(_flat(given)))


def _shape(model: type[BaseModel], name: str, given: int) -> FieldShape:
    shape = shape_of(model, tuple(name.split(".")))
    if shape is None or not shape.leaf or shape.name != name:
        raise InputError("The form has a field that this page does not have.", do=_NOT_OURS)
    if given > 1 and not shape.many:
        raise InputError("The form has a field twice.", do=_NOT_OURS)
    return shape


def _with_problems(
    form: Form[T],
    model: type[BaseModel],
    error: ValidationError,
    numbers: Mapping[str, list[int]],
    sentences: Sentences,
) -> Form[T]:
    problems: dict[str, FieldProblem] = {}
    choices: dict[str, tuple[str, ...]] = {}
    for one in error.errors(include_url=False, include_input=False):
        context = one.get("ctx", {})
        path = tuple(map(str, _as_typed(one["loc"], numbers))) or tuple(
            str(context.get("field", "")).split(".")
        )
        shape = shape_of(model, path)
        name = _leading(shape.name, form.typed) if shape else ""
        if name in problems:
            continue
        problems[name] = FieldProblem(name, sentence(one["type"], shape, context, one["msg"], sentences))
        if one["type"] == "date_asked":
            choices[name] = tuple(str(context["choices"]).split(","))
    return replace(form, errors=tuple(problems.values()), choices=choices)


def _as_typed(place: tuple[int | str, ...], numbers: Mapping[str, list[int]]) -> list[int | str]:
    """The place of an error by the rows' numbers as they were typed: rows left empty were left out."""
    found: list[int | str] = []
    for part in place:
        rows = numbers.get(".".join(map(str, found)), [])
        found.append(rows[part] if isinstance(part, int) and part < len(rows) else part)
    return found


def _leading(name: str, typed: Mapping[str, object]) -> str:
    """The field that an error of a whole part leads to: the first that was typed there, or the name itself."""
    if name in typed:
        return name
    return next((one for one in typed if one.startswith(f"{name}.")), name)


def _flat(value: Any, name: str = "") -> Iterable[tuple[str, tuple[str, ...]]]:
    if isinstance(value, Mapping):
        for key, item in value.items():
            yield from _flat(item, f"{name}.{key}" if name else str(key))
    elif isinstance(value, list | tuple | set | frozenset):
        if any(isinstance(item, Mapping) for item in value):
            for number, item in enumerate(value):
                yield from _flat(item, f"{name}.{number}")
        elif value:
            yield name, tuple(map(_said, value))
    elif value is not None:
        yield name, (_said(value),)


def _said(value: Any) -> str:
    if isinstance(value, bool):
        return "yes" if value else "no"
    if isinstance(value, dt.date):
        return value.isoformat()
    return str(value.value if isinstance(value, Enum) else value)
