"""Documents said wrongly: the text of one after the changes that `tests.federation.mutations` lists."""

from __future__ import annotations

import copy
import json
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from tests.federation.mutations import (
    DOCUMENTS,
    EACH,
    MISSING,
    MORE,
    OF_VALUE,
    VALUES,
    Document,
    Many,
    Mutation,
    Path,
    Raw,
    text_of,
    typed,
)


@dataclass(frozen=True)
class Others:
    """What else was said: by another area, and by the same one before; either may be missing."""

    another: Document | None = None
    earlier: Document | None = None


def changed(document: Document, changes: Sequence[Mutation], others: Others) -> str:
    """The document's text after these changes, one after the other; one of all of it ends it."""
    made = copy.deepcopy(document)
    for one in changes:
        if not one.path:
            return _whole(made, one.how, others)
        if one.path[0] not in ("jose", "signature"):
            _put(made, one, one.path, others)
    return text_of(made)


def header_changed(header: Document, changes: Sequence[Mutation]) -> str:
    """A token's header after these changes."""
    made = copy.deepcopy(header)
    for one in changes:
        if one.path[:1] == ("jose",):
            _put(made, one, one.path[1:], Others())
    return text_of(made)


def _whole(document: Document, how: str, others: Others) -> str:
    text = text_of(document)
    if how in DOCUMENTS:
        return DOCUMENTS[how]
    if how == "a field too many":
        return text_of({**document, "known": False})
    if how == "cut":
        return text[: len(text) // 2]
    if how == "with a tail":
        return text + " {}"
    other = others.another if how == "another area's" else others.earlier
    return text_of(other if other is not None else {})


def _put(document: Document, mutation: Mutation, path: Path, others: Others) -> None:
    *above, name = path
    how, place, another, earlier = mutation.how, document, others.another, others.earlier
    for at, step in enumerate(above):
        if step == EACH:
            continue
        inner = place.get(step)
        if [*above, ""][at + 1] == EACH:
            listed = inner if isinstance(inner, list) else []
            if not listed or not isinstance(listed[0], dict):  # There is none: one is made.
                listed = [{}, *listed]
            place[step], inner = listed, listed[0]
        elif not isinstance(inner, dict):  # It is not there: it is made.
            inner = place[step] = {}
        place = inner
        another, earlier = (_inner(one, step) for one in (another, earlier))
    value = place.get(name)
    if how in VALUES:
        new = VALUES[how]
    elif how in OF_VALUE:
        new = _made_of(name, value, how)
    else:
        new = typed(mutation.kind, path, how)
    if new is MORE:
        new = {**(value if isinstance(value, dict) else {}), "known": False}
    if isinstance(new, Many):
        listed = value if isinstance(value, list) and value else [{}]
        new = (listed * new.count)[: new.count]
    if how in ("another area's", "an earlier one"):
        new = ((another if how == "another area's" else earlier) or {}).get(name)
    if new is MISSING:
        place.pop(name, None)
    else:
        place[name] = new


def _inner(document: Document | None, step: str) -> Document:
    inner = (document or {}).get(step)
    if isinstance(inner, list) and inner:
        inner = inner[0]
    return inner if isinstance(inner, dict) else {}


def _made_of(name: str, value: Any, how: str) -> Any:
    if how == "in a list":
        return [value]
    if how == "in an object":
        return {"x": value}
    if how == "twice":
        text = text_of(value)
        return Raw(f"{text}, {json.dumps(name)}: {text}")
    if isinstance(value, bool):
        return not value
    if isinstance(value, int | float):
        return {"one less": value - 1, "one more": value + 1, "backwards": -value}.get(how, float(value))
    if isinstance(value, str):
        ways = {"one less": value[:-1], "one more": value + "A", "backwards": value[::-1]}
        return ways.get(how, value.swapcase())
    if isinstance(value, list):
        return {"one less": value[:-1], "one more": [*value, *value[:1]]}.get(how, value[::-1])
    return {"x": value}
