"""What a model says of a form's fields: which there are, which hold several values, how they nest, their titles.

Pure reading of Pydantic models. Reads no request and checks no value.
"""

from __future__ import annotations

import re
import types
from collections.abc import Mapping
from dataclasses import dataclass
from enum import Enum
from typing import Annotated, Any, Final, Literal, Union, get_args, get_origin

from pydantic import BaseModel
from pydantic.fields import FieldInfo

from hub.web.console.language import gettext

MOST_ROWS: Final = 100
_ROW: Final = re.compile("0|[1-9][0-9]{0,3}")
_NAME: Final = re.compile("[A-Za-z0-9_]{1,64}")
_LISTS: Final = (list, tuple, set, frozenset)


@dataclass(frozen=True, slots=True)
class FieldShape:
    """A field of a model. `leaf`: it holds a value; `many`: several; `chosen`: one or more of those offered."""

    path: tuple[str, ...]
    leaf: bool
    many: bool
    chosen: bool
    title: str

    @property
    def name(self) -> str:
        """Its dotted name."""
        return ".".join(self.path)

    @property
    def pattern(self) -> str:
        """Its name with * for the number of a row."""
        return ".".join("*" if part.isdecimal() else part for part in self.path)


def shape_of(model: type[BaseModel], path: tuple[str, ...]) -> FieldShape | None:
    """Return the field at a path, or None where the model has none. What goes further than a value is left off."""
    kind: Any = model
    walked: list[str] = []
    title = ""
    for part in path:
        kind = _bare(kind)
        if _is_model(kind):
            if part not in kind.model_fields:
                return None
            info = kind.model_fields[part]
            kind, title = info.annotation, _title(part, info)
        elif (value := _named(kind)) is not None:
            if not _NAME.fullmatch(part):
                return None
            kind, title = value, f"the {part.replace('_', ' ')}"
        elif (item := _item(kind)) is not None and _is_model(_bare(item)):
            if not _ROW.fullmatch(part) or int(part) >= MOST_ROWS:
                return None
            kind = item
        else:
            break
        walked.append(part)
    if not walked:
        return None
    kind = _bare(kind)
    item = _item(kind)
    leaf = not _is_model(kind) and _named(kind) is None and not (item is not None and _is_model(_bare(item)))
    chosen = leaf and (item is not None or _is_choice(kind))
    return FieldShape(tuple(walked), leaf, leaf and item is not None, chosen, title)


def nested(
    model: type[BaseModel], typed: Mapping[FieldShape, tuple[str, ...]]
) -> tuple[dict[str, Any], dict[str, list[int]]]:
    """Return the data that fields make, without those left empty, and for each list the numbers of its rows."""
    tree: dict[str, Any] = {}
    for shape, texts in typed.items():
        said = [text.strip() for text in texts if text.strip()]
        if not said:
            continue
        place = tree
        for part in shape.path[:-1]:
            place = place.setdefault(part, {})
        place[shape.path[-1]] = said if shape.many else said[0]
    numbers: dict[str, list[int]] = {}
    return _filled(model, tree, "", numbers), numbers


def _filled(
    model: type[BaseModel], tree: dict[str, Any], name: str, numbers: dict[str, list[int]]
) -> dict[str, Any]:
    """The tree with its rows in order; a part that the model needs is there, if empty: its fields are missing."""
    data = dict(tree)
    for part, info in model.model_fields.items():
        kind, here = _bare(info.annotation), f"{name}.{part}".lstrip(".")
        item = _bare(_item(kind))
        if _is_model(kind) and (part in tree or info.is_required()):
            data[part] = _filled(kind, tree.get(part, {}), here, numbers)
        elif _is_model(item) and part in tree:
            numbers[here] = sorted(map(int, tree[part]))
            data[part] = [
                _filled(item, tree[part][str(number)], f"{here}.{place}", numbers)
                for place, number in enumerate(numbers[here])
            ]
    return data


def _title(name: str, info: FieldInfo) -> str:
    return gettext(info.title) if info.title else f"the {name.replace('_', ' ')}"


def _bare(kind: Any) -> Any:
    """A type without what is said about it, and without None beside it."""
    while True:
        if get_origin(kind) is Annotated:
            kind = get_args(kind)[0]
        elif get_origin(kind) in (Union, types.UnionType):
            rest = [one for one in get_args(kind) if one is not type(None)]
            if len(rest) != 1:
                return kind
            kind = rest[0]
        else:
            return kind


def _item(kind: Any) -> Any:
    """What a list has in it; None where it is no list."""
    return get_args(kind)[0] if get_origin(kind) in _LISTS and get_args(kind) else None


def _named(kind: Any) -> Any:
    """What stands under each name where values are kept by name; None where they are not."""
    return get_args(kind)[1] if get_origin(kind) is dict else None


def _is_model(kind: Any) -> bool:
    return isinstance(kind, type) and issubclass(kind, BaseModel)


def _is_choice(kind: Any) -> bool:
    return kind is bool or get_origin(kind) is Literal or (isinstance(kind, type) and issubclass(kind, Enum))
