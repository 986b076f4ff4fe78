"""What was asked, and what has come of it, in a line for each question: for my work, and for the page of a case."""

from __future__ import annotations

from collections.abc import Callable, Collection
from itertools import islice
from typing import Final, NamedTuple

from hub.accounts.organisations import folded
from hub.cases.shown import checks_shown
from hub.records.check import DisclosureStatus
from hub.records.gists import CheckGist
from hub.web.console.asked import Asked
from hub.web.console.incoming import area_name
from hub.web.console.language import gettext, mark
from hub.web.console.submission_words import ROLES

RESULT: Final = "/checks/{check}"
_CAME: Final = {  # The furthest first.
    DisclosureStatus.answered: mark("%(area)s has answered."),
    DisclosureStatus.not_answered: mark("%(area)s answers nothing here: telephone them."),
    DisclosureStatus.pending: mark("%(area)s has been told; its answer waits for a person there."),
    DisclosureStatus.not_asked: mark("Possible match in %(area)s, which has not been told."),
}
_NONE: Final = mark("No possible match in what was shared: that never means not known.")
_REPLIES: Final = frozenset({DisclosureStatus.answered, DisclosureStatus.not_answered})
_LOOKED_AT: Final = 100


class Line(NamedTuple):
    """A question: about whom on the case it was, by their part, and what came of it, in words that name nobody."""

    check: CheckGist
    about: str
    came: list[str]


def asked_lines(asked: Asked, most: int, which: Callable[[CheckGist], bool] = lambda _: True) -> list[Line]:
    """The newest of the questions that they may open. Raises UsageError, RowsError."""
    found = islice(checks_shown(asked.node, asked.acting, which), most)
    return [Line(one, gettext(ROLES[one.about]), _came(asked, one)) for one in found]


class Lately(NamedTuple):
    """The newest questions: all; those with a reply; those told of, whose answer waits.

    `doubted`: those with a very likely match that somebody else said is not the same person, until one agrees.
    """

    checks: list[Line]
    replies: list[Line]
    waiting: list[Line]
    doubted: list[Line]


def lately(asked: Asked, most: int) -> Lately:
    """The newest of the questions that they may open, by what came of them. Raises UsageError, RowsError."""
    found = asked_lines(asked, _LOOKED_AT, lambda one: not one.nobody)
    own = folded(asked.acting.account.name)
    doubted = (one for one in found if one.check.doubted_by)
    lists = (
        found,
        [one for one in found if _has(one, _REPLIES)],
        [one for one in found if _has(one, {DisclosureStatus.pending})],
        [one for one in doubted if own not in map(folded, one.check.doubted_by)],
    )
    return Lately(*(of[:most] for of in lists))


def _has(line: Line, wanted: Collection[DisclosureStatus]) -> bool:
    return any(one in wanted for _, statuses in line.check.came for one in statuses)


def _came(asked: Asked, one: CheckGist) -> list[str]:
    """What came of a question so far, area by area."""
    furthest = ((area, next(each for each in _CAME if each in statuses)) for area, statuses in one.came)
    words = [gettext(_CAME[status], area=area_name(asked.node, area)) for area, status in furthest]
    return words or ([gettext(_NONE)] if one.answered else [])
