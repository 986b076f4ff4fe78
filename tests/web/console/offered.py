"""What a page that was served asks: its fields by their names, each with its label, and a form of them alone.

What a browser sends is what the page offers. A test that posts a field which no page has would be green with the
field gone: `filled` takes no such value.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from html.parser import HTMLParser
from typing import Any

import pytest
from jinja2 import Environment

from hub.web.console import rendering

Typed = Mapping[str, str | Sequence[str]]


@dataclass
class Offered:
    """A field of a page. `label`: its own, or its group's; `values`: what may be chosen, with what stands there.

    `given`: what the page has filled in.
    """

    name: str
    kind: str
    label: str = ""
    values: dict[str, str] = field(default_factory=dict)
    given: list[str] = field(default_factory=list)

    @property
    def chosen(self) -> bool:
        """Whether it is answered by choosing."""
        return self.kind in ("radio", "checkbox", "select")


class _Reader(HTMLParser):
    def __init__(self) -> None:
        super().__init__()
        self.fields: dict[str, Offered] = {}
        self.said: list[tuple[str, str]] = []
        self._legends: list[str] = []
        self._label: str | None = None
        self._labels: dict[str, str] = {}
        self._of: dict[str, tuple[Offered, str]] = {}
        self._text: list[str] = []
        self._open: Offered | None = None

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        has = {name: value or "" for name, value in attrs}
        if tag == "fieldset":
            self._legends.append("")
        if tag in ("legend", "label", "textarea", "dt", "dd", "option"):
            self._text = []
        if tag == "label":
            self._label = has.get("for")
        if tag == "option" and self._open is not None:
            self._open.values[has.get("value", "")] = ""
            if "selected" in has:
                self._open.given.append(has.get("value", ""))
        if tag in ("input", "textarea", "select") and has.get("name"):
            self._field(tag, has)

    def _field(self, tag: str, has: Mapping[str, str]) -> None:
        kind = has.get("type", "text") if tag == "input" else tag
        one = self.fields.setdefault(has["name"], Offered(has["name"], kind))
        value = has.get("value", "on" if kind == "checkbox" else "")
        if one.chosen:
            one.values.setdefault(value, "")
            one.label = one.label or next((text for text in reversed(self._legends) if text), "")
        if tag == "input" and (not one.chosen or "checked" in has):
            one.given.append(value)
        self._of[has.get("id", "")] = one, value
        self._open = one if tag in ("textarea", "select") else None

    def handle_data(self, data: str) -> None:
        self._text.append(data)

    def handle_endtag(self, tag: str) -> None:
        text = " ".join("".join(self._text).split())
        if tag == "legend" and self._legends:
            self._legends[-1] = text
        elif tag == "fieldset" and self._legends:
            self._legends.pop()
        elif tag == "label":
            self._labels[self._label or ""] = text
        elif tag == "textarea" and self._open is not None:
            self._open.given.append("".join(self._text).removeprefix("\n"))
        elif tag == "dt":
            self.said.append((text, ""))
        elif tag == "dd" and self.said and not self.said[-1][1]:
            self.said[-1] = (self.said[-1][0], text)

    def finished(self) -> None:
        """Give each field the words that are for it."""
        for where, text in self._labels.items():
            if where in self._of:
                one, value = self._of[where]
                if one.chosen and one.kind != "select":
                    one.values[value] = text
                    one.label = one.label or text
                else:
                    one.label = text


def offered(page: str) -> dict[str, Offered]:
    """The fields of a page by their names, in its order."""
    reader = _Reader()
    reader.feed(page)
    reader.finished()
    return reader.fields


def said(page: str) -> list[tuple[str, str]]:
    """What the page says in its lists of words and what stands beside them, in its order."""
    reader = _Reader()
    reader.feed(page)
    return reader.said


def filled(page: str, values: Typed) -> dict[str, str | Sequence[str]]:
    """What a browser sends of a page on which this is typed. Raises AssertionError where it cannot be."""
    fields = offered(page)
    missing = [name for name in values if name not in fields]
    assert not missing, f"the page does not ask {missing}"
    for name, value in values.items():
        wrong = [
            one for one in ([value] if isinstance(value, str) else value) if one not in fields[name].values
        ]
        assert not fields[name].chosen or not wrong, f"the page does not offer {wrong} for {name}"
        assert fields[name].kind != "hidden", f"the page shows nobody {name}"
    given = {name: one.given for name, one in fields.items() if one.given}
    return {**given, **values}


@contextmanager
def losing_fields() -> Iterator[Callable[[str, str], None]]:
    """Lets each page lose a field that is named, or one of its boxes, as if its template did not have it."""
    lost = {"name": "", "box": ""}
    component = rendering._component

    def losing(lenient: Environment, template: str) -> tuple[str, Callable[..., Any]]:
        name, drawn = component(lenient, template)

        def without(params: Any = None, **more: Any) -> Any:
            given = params or {}
            items = given.get("items") or ()
            if not lost["name"] or name in ("govukButton", "govukSummaryList"):
                return drawn(params, **more)
            if given.get("name") == lost["name"] and not lost["box"]:
                return ""
            kept = [one for one in items if not _is_lost(one, given.get("name"))]
            return drawn({**given, "items": kept} if len(kept) < len(items) else params, **more)

        return name, without

    def _is_lost(one: Mapping[str, Any], group: object) -> bool:
        return one.get("name", group) == lost["name"] and lost["box"] in ("", one.get("value"))

    def lose(name: str, box: str = "") -> None:
        lost.update(name=name, box=box)

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(rendering, "_component", losing)
        rendering.environment.cache_clear()
        yield lose
    rendering.environment.cache_clear()
