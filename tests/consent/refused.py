"""A complete form with changes, as bytes, and how one that cannot be read is refused."""

from __future__ import annotations

import json
from typing import Any

import pytest

from hub.consent import parse_form
from hub.errors import InputError
from tests.consent.stories import form_named, put


def sent(**changes: Any) -> bytes:
    """A complete form with these fields changed; `a__b` is the field b of a."""
    form = form_named("refuge")
    for path, value in changes.items():
        put(form, path.replace("__", "."), value)
    return json.dumps(form).encode()


def refusal(data: bytes | dict[str, Any]) -> InputError:
    """The refusal of a form."""
    with pytest.raises(InputError) as caught:
        parse_form(data)
    return caught.value
