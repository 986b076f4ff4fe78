"""The disclosure log across cases: what went out and came in, with its basis, who decided and the day.

Who reads which rows, and with which names, is `hub.cases.whole_log`'s to say. Changes nothing.
"""

from __future__ import annotations

from typing import Any, Final

from fastapi import Response

from hub.cases.whole_log import LogLine, Way, log_lines
from hub.records.accounts import AccountRole
from hub.web.console.asked import Asked, Page
from hub.web.console.forms import Form, unsent
from hub.web.console.language import gettext, mark
from hub.web.typed.cases import Search

MOST: Final = 100
WAYS: Final = {
    Way.asked: mark("We asked, without giving the name"),
    Way.named: mark("We gave the name and the date of birth"),
    Way.answered: mark("We answered what they asked"),
    Way.by_hand: mark("Somebody was told another way, and that was recorded by hand"),
}

_NOTHING: Final = {
    Way.asked: mark("It stands in the result"),
    Way.answered: mark("Nothing is awaited"),
}


def _list(asked: Asked) -> Response:
    return _page(asked, unsent())


def _search(asked: Asked) -> Response:
    form = asked.form(Search)
    return _page(asked, form, 422 if form.errors else 200)


def _page(asked: Asked, form: Form[Any], status: int = 200) -> Response:
    found = [] if form.errors else log_lines(asked.node, asked.acting, MOST + 1, form.text("number").strip())
    officer = asked.acting.account.role is AccountRole.data_protection_officer
    rows: list[tuple[LogLine, str, str, str]] = [
        (one, gettext(WAYS[one.way]), _agency(asked, one), _came(one, officer=officer))
        for one in found[:MOST]
    ]
    return asked.page(
        "disclosures.html", status, form=form, rows=rows, more=len(found) > MOST, officer=officer
    )


def _came(line: LogLine, *, officer: bool) -> str:
    """What came back, in words: of a question without a name no more than its result has."""
    if line.came:
        return gettext(mark("An answer is recorded")) if officer else line.came
    return gettext(_NOTHING.get(line.way, mark("Nothing yet")))


def _agency(asked: Asked, line: LogLine) -> str:
    """The agency, and the area where it is another name."""
    area = asked.node.areas.get(line.node_id)
    name = area.area if area else line.node_id
    return ", ".join(dict.fromkeys(filter(None, (line.agency, name))))


PAGES: Final = (Page("GET", "/disclosures", _list), Page("POST", "/disclosures", _search))
