"""Later hearings in other areas as pages say them, for the page of a case and for my work. Gathers nothing."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Final

from hub.checks.heard_elsewhere import HeardElsewhere
from hub.node.node import Node
from hub.records.hearings import State
from hub.web.console.incoming import area_name
from hub.web.console.language import day, gettext, mark

_WORDS: Final[Mapping[State, str]] = {
    "heard": mark("Heard at %(area)s on %(day)s"),
    "listed": mark("To be heard at %(area)s on %(day)s"),
    "not_known": mark("Was to be heard at %(area)s on %(day)s, which has not said since whether it was"),
}


def in_words(node: Node, found: Iterable[HeardElsewhere]) -> list[tuple[HeardElsewhere, str]]:
    """Each with its sentence."""
    return [
        (one, gettext(_WORDS[one.state], area=area_name(node, one.area), day=day(one.day))) for one in found
    ]
