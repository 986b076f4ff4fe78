"""Strict reading: what no document may hold, what is said of a wrong field, and which characters hide something."""

from __future__ import annotations

import json
from contextlib import suppress
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import ValidationError

from hub.parsing import (
    GIVEN_TWICE,
    MAX_DEPTH,
    MAX_INTEGER,
    JsonError,
    TextKind,
    first_error,
    hidden_characters,
    read_json,
)
from hub.records.check import CheckRequest
from hub.values import Person

NAME = "Zebedee Quartermaine"

REFUSED: dict[str, tuple[bytes, str, str]] = {
    "a field twice": (b'{"a": 1, "a": 1}', "given twice", "a"),
    "a field twice within": (b'{"a": [{"b": 1, "b": 2}]}', "given twice", "b"),
    "a name twice": (f'{{"{NAME}": 1, "{NAME}": 2}}'.encode(), "given twice", "(a field)"),
    "NaN": (b'{"a": NaN}', "not JSON: NaN is not a number", ""),
    "less than any number": (b'{"a": -Infinity}', "not JSON: -Infinity is not a number", ""),
    "a number that becomes infinite": (b'{"a": 1e999}', "a number is too large", ""),
    "a whole number too large": (b'{"a": 9007199254740992}', "a number is too large", ""),
    "a number of many digits": (b'{"a": ' + b"9" * 5_000 + b"}", "a number is too large", ""),
    "half of a character": (b'{"a": ["\\udc00"]}', "half of a character", "a[0]"),
    "half of a character in a name": (b'{"a": {"\\ud800": 1}}', "half of a character", "a"),
    "another encoding": ('{"a": 1}'.encode("utf-16"), "not UTF-8 text", ""),
    "nothing": (b"", "not JSON: line 1, column 1", ""),
    "something behind": (b'{"a": 1} {"a": 2}', "not JSON: line 1, column 10", ""),
    "a list": (b"[]", "not a JSON object", ""),
    "very deep": (b"[" * 200_000, "nested too deeply", ""),
    "too long": (b'{"a": "' + b"x" * 250_000 + b'"}', "larger than 250,000 bytes", ""),
}


@pytest.mark.parametrize(("data", "why", "field"), REFUSED.values(), ids=REFUSED)
def test_what_is_refused_says_why_and_where_and_nothing_of_the_data(
    data: bytes, why: str, field: str
) -> None:
    with pytest.raises(JsonError) as caught:
        read_json(data, 250_000)
    error = caught.value
    assert why in error.why
    assert error.field == field
    assert error.do
    assert NAME not in f"{error} {error.why} {error.do} {error.field}"


def nested(depth: int) -> bytes:
    return b'{"a": ' * depth + b"1" + b"}" * depth


def test_the_bounds_themselves_are_read() -> None:
    assert read_json(f'{{"a": {MAX_INTEGER}, "b": {-MAX_INTEGER}}}'.encode())["a"] == MAX_INTEGER
    assert read_json(nested(MAX_DEPTH))
    with pytest.raises(JsonError, match="nested too deeply"):
        read_json(nested(MAX_DEPTH + 1))


def test_a_byte_order_mark_and_a_whole_pair_of_halves_are_text() -> None:
    assert read_json(b'\xef\xbb\xbf{"a": "\\ud83d\\ude00"}') == {"a": "\U0001f600"}


def test_a_field_given_twice_is_named_and_not_its_values() -> None:
    with pytest.raises(JsonError, match=GIVEN_TWICE) as caught:
        read_json(b'{"case_ref": "C1", "aliases": {"a": 1, "a": 2}, "case_ref": "C2"}')
    assert caught.value.field == "a"


JSON = st.recursive(
    st.none()
    | st.booleans()
    | st.integers(-MAX_INTEGER, MAX_INTEGER)
    | st.floats(allow_nan=False, allow_infinity=False)
    | st.text(),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(), inner, max_size=3),
    max_leaves=10,
)


@given(st.dictionaries(st.text(), JSON, max_size=5))
def test_every_document_within_the_bounds_is_read_as_it_stands(document: dict[str, Any]) -> None:
    with suppress(JsonError):
        assert read_json(json.dumps(document).encode()) == document


@given(st.binary(max_size=200))
def test_any_bytes_are_read_or_refused(data: bytes) -> None:
    with suppress(JsonError):
        assert isinstance(read_json(data), dict)


WRONG: dict[str, tuple[dict[str, Any], str]] = {
    "a value of another kind": ({"role": NAME}, "role: input should be"),
    "an unknown field": ({"maiden_name": NAME}, "maiden_name: not a field of a person"),
    "a name as a field": ({NAME: 1}, "(a field): not a field of a person"),
    "a forename as a field": ({"Zebedee": 1}, "(a field): not a field of a person"),
    "an item of a list": ({"aliases": ["A Fern", {NAME: 1}]}, "aliases[1]: "),
}


@pytest.mark.parametrize(("data", "says"), WRONG.values(), ids=WRONG)
def test_the_first_error_names_the_field_and_repeats_nothing(data: dict[str, Any], says: str) -> None:
    with pytest.raises(ValidationError) as caught:
        Person.model_validate(data)
    said = str(first_error(caught.value, "a person"))
    assert said.startswith(says)
    assert NAME not in said


def test_the_choices_between_kinds_are_no_part_of_the_place() -> None:
    question = {
        "purpose": "referred_elsewhere",
        "requester": {"role": "idva", "agency_kind": "refuge"},
        "subject": {},
        "sharing_form": {},
        "areas": [],
    }
    with pytest.raises(ValidationError) as caught:
        CheckRequest.model_validate(question)
    assert first_error(caught.value, "a question").field == "areas"


HIDDEN: list[tuple[str, TextKind, bool]] = [
    ("Ruth Morbourne, Zoë", "shown", False),
    ("two\nlines\tand a tab", "prose", False),
    ("two\nlines", "line", True),
    ("a\u00a0space that does not break", "line", False),
    ("a\u00a0space that does not break", "shown", True),
    ("\u0645\u06cc\u200c\u062e\u0648\u0627\u0647\u0645", "line", False),
    ("a bullet \uf0b7 of a word processor", "prose", False),
    ("a bullet \uf0b7 of a word processor", "line", True),
    ("turned \u202e round", "prose", True),
    ("turned \u2067 round", "line", True),
    ("nul \x00", "prose", True),
    ("escape \x1b[2J", "prose", True),
    ("half \ud800", "prose", True),
]


@pytest.mark.parametrize(("text", "kind", "hides"), HIDDEN, ids=ascii)
def test_characters_that_hide_something_are_found(text: str, kind: TextKind, hides: bool) -> None:
    assert hidden_characters(text, kind) is hides
