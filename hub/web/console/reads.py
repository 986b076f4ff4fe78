"""Who opened which case, as the data-protection officer reads it: by case, by person, by days. Changes nothing."""

from __future__ import annotations

from typing import Any, Final

from fastapi import Response

from hub.checks.openings import Openings, Thing, facts, is_of_one, openings_for
from hub.checks.unusual_reading import Reads
from hub.records.accounts import AccountRole
from hub.records.reads import Came
from hub.web.console.asked import Asked, Page
from hub.web.console.forms import Form, unsent
from hub.web.console.language import gettext, mark
from hub.web.console.words import role_in_words
from hub.web.typed.reads import ReadsTyped

MOST: Final = 200
THINGS: Final = {
    Thing.case: mark("A case"),
    Thing.paper: mark("Papers of a case"),
    Thing.file: mark("A file of a case"),
    Thing.result: mark("The result of a question"),
    Thing.request: mark("What another area asks of us"),
    Thing.transfer: mark("A case that moves"),
    Thing.papers: mark("A request for papers"),
    Thing.submission: mark("What waits for a manager's signature"),
    Thing.referral: mark("A referral to an Idva service"),
    Thing.obligation: mark("An obligation"),
    Thing.action: mark("An action of a plan"),
    Thing.hidden: mark("Who may be hidden"),
    Thing.list: mark("A list of cases by their numbers"),
}
UNUSUAL: Final = {
    Reads.many: mark("Opened far more cases than on other days"),
    Reads.out_of_hours: mark("Opened cases at night or at a weekend"),
    Reads.elsewhere: mark("Opened far more cases that another body referred than on other days"),
    Reads.refused: mark("Tried to open what is not there for them"),
}


def _list(asked: Asked) -> Response:
    return _page(asked, unsent())


def _search(asked: Asked) -> Response:
    form = asked.form(ReadsTyped)
    return _page(asked, form, 422 if form.errors else 200)


def _page(asked: Asked, form: Form[Any], status: int = 200) -> Response:
    wanted = (form.value or ReadsTyped()).wanted()
    found = Openings((), (), 0) if form.errors else openings_for(asked.node, asked.acting, wanted)
    since, until = wanted.days(asked.node.today())
    rows = [
        (one, _by(one.role), gettext(THINGS[one.thing]), one.came is Came.refused)
        for one in found.lines[:MOST]
    ]
    told = facts(found.lines) if is_of_one(found, wanted.number) else ()
    return asked.page(
        "reads.html",
        status,
        form=form,
        rows=rows,
        more=len(found.lines) > MOST,
        unusual=[(one, gettext(UNUSUAL[one.what])) for one in found.unusual],
        unread=found.unread,
        facts=[(one, _by(one.role), [gettext(THINGS[thing]) for thing in one.things]) for one in told],
        since=since,
        until=until,
    )


def _by(role: AccountRole | None) -> str:
    """In what role; of whoever ran a command, so."""
    return role_in_words(role) if role else gettext(mark("by a command on the machine"))


PAGES: Final = (Page("GET", "/reads", _list), Page("POST", "/reads", _search))
