"""One complete example of any model, with every field said, made from its own JSON Schema.

What the schema does not say, such as that a text is base64, is found by trying what such texts usually are.
"""

from __future__ import annotations

import copy
from collections.abc import Mapping, Sequence
from functools import cache
from typing import Any, Final

from pydantic import BaseModel, ValidationError

from tests.fuzz.judge import MARK

_TEXTS: Final[tuple[Any, ...]] = (
    MARK, "AAAA", "A" * 43, "2026-12-03", "1991-04-09", "northmoor", "ab" * 16, "ab" * 32, "0" * 16, "victim",
    "urn:marac-hub:problem:quota", "forename: agrees", "2026-11", "https://eastvale", f"{'ab' * 16}/{'cd' * 16}",
    f"{'ab' * 16}/{'cd' * 16}/summary", "yes", "none", "09:30", "01632960101", "AB1 2CD", "injury", "", 1, 0, None,
)  # fmt: skip
_NAMED: Final = {"date_of_birth": "1991-04-09"}
"""What no error would lead to, since a rule of all of a person looks at it."""
MOST_TRIES: Final = 400


class NoneMadeError(Exception):
    """No example could be made."""


@cache
def _made(model: type[BaseModel]) -> dict[str, Any]:
    whole = model.model_json_schema()
    said: dict[str, Any] = _of(whole, whole, 0)
    tried: dict[tuple[int | str, ...], int] = {}
    for _ in range(MOST_TRIES):
        try:
            model.model_validate(said)
        except ValidationError as error:
            _correct(said, tuple(error.errors()[0]["loc"]), tried)
        else:
            return said
    raise NoneMadeError(model.__name__)


def made(model: type[BaseModel]) -> dict[str, Any]:
    """An example of that model, as JSON has it."""
    return copy.deepcopy(_made(model))


def _of(shape: Mapping[str, Any], whole: Mapping[str, Any], depth: int) -> Any:  # noqa: C901 - one case a type
    if "$ref" in shape:
        return _of(whole["$defs"][shape["$ref"].rsplit("/", 1)[1]], whole, depth)
    if "const" in shape:
        return shape["const"]
    if "enum" in shape:
        return shape["enum"][-1]
    if one := shape.get("anyOf", shape.get("oneOf")):
        rest = [each for each in one if each.get("type") != "null"]
        return _of(rest[0], whole, depth)
    kind = shape.get("type")
    if kind == "object":
        if depth > 8:
            return {}
        told = {
            name: _NAMED.get(name) or _of(each, whole, depth + 1)
            for name, each in shape.get("properties", {}).items()
        }
        more = shape.get("additionalProperties")
        if isinstance(more, Mapping) and not told:
            names = shape.get("propertyNames", {}).get("enum", ["injury"])
            told[names[0]] = _of(more, whole, depth + 1)
        return told
    if kind == "array":
        if items := shape.get("prefixItems"):
            return [_of(each, whole, depth + 1) for each in items]
        return [_of(shape.get("items", {}), whole, depth + 1)] * max(1, shape.get("minItems", 1))
    if kind in ("integer", "number"):
        return max(1, shape.get("minimum", 1))
    if kind == "boolean":
        return True
    if kind == "string" and shape.get("format") == "date":
        return "2026-12-03"
    return MARK[: shape.get("maxLength", len(MARK))]


def _correct(
    said: dict[str, Any], place: Sequence[int | str], tried: dict[tuple[int | str, ...], int]
) -> None:
    """Put another value where one was refused; where that is not known, or nothing helps, leave the field out."""
    above: Any = said
    walked: list[int | str] = []
    for part in place[:-1]:
        if (isinstance(above, dict) and part in above) or (isinstance(above, list) and isinstance(part, int)):
            below = above[part]  # type: ignore[index]
            if not isinstance(below, dict | list):
                break
            above = below
            walked.append(part)
    last = next((part for part in reversed(place) if _has(above, part)), None)
    whole = said if last is None else above[last]
    if isinstance(whole, dict) and whole:
        whole.popitem()  # A rule of the whole: what is said last is left out.
        return
    if last is None:
        return
    key = (*walked, last)
    at = tried.setdefault(key, 0)
    tried[key] += 1
    if at < len(_TEXTS):
        above[last] = _TEXTS[at]
    elif isinstance(above, dict):
        above.pop(last)


def _has(above: Any, part: int | str) -> bool:
    if isinstance(above, dict):
        return part in above
    return isinstance(above, list) and isinstance(part, int) and part < len(above)
