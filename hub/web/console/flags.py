"""Flags: the list of those that stand and whom to tell, one that stands for longer, and who was seen again.

Nothing leaves by itself: a person tells an agency and ticks it here. Whoever says that somebody was seen again
reads the same page whether anybody of that name is flagged or not.
"""

from __future__ import annotations

from typing import Any, Final

from anyio import to_thread
from fastapi import Response

from hub.cases.flags import Flag, agencies_of, extend, flag_of, flags, seen_again, tell
from hub.cases.repeat_decisions import Looker
from hub.cases.shown import asker_of
from hub.errors import InputError
from hub.values import Role
from hub.web import ticks
from hub.web.console.asked import Asked, Page, see
from hub.web.console.drafts import forget, typed_before
from hub.web.console.forms import Form, unsent
from hub.web.console.language import gettext
from hub.web.typed.flags import REASONS, WHOM, LongerTyped, SeenTyped, ToldTyped
from hub.web.typed.repeats import HAPPENED

MOST: Final = 500
"""Told of at once, to an agency; what is left is to tell once those are."""
ON_A_PAGE: Final = 20
SHOWN: Final = 5
FEW: Final = 3
_DIGITS: Final = 7


def _list(asked: Asked) -> Response:
    return _listed(asked, unsent())


def _listed(asked: Asked, form: Form[Any], status: int = 200) -> Response:
    every, agencies = flags(asked.node, Looker.of(asked.acting)), agencies_of(asked.node)
    pages = max(1, -(-len(every) // ON_A_PAGE))
    page = min(_page_number(asked), pages)
    seen = [(one, each) for one in every for each in one.kept.seen]
    of = ((each, [one for one in every[:MOST] if one.to_tell([each])]) for each in agencies)
    return asked.page(
        "flags.html",
        status,
        form=form,
        rows=[(one, one.to_tell(agencies)) for one in every[(page - 1) * ON_A_PAGE : page * ON_A_PAGE]],
        seen=sorted(seen, key=lambda one: one[1].on, reverse=True),
        to_tell=[(each, some) for each, some in of if some],
        every=len(every),
        page=page,
        pages=pages,
        shown=SHOWN,
        few=FEW,
    )


def _page_number(asked: Asked) -> int:
    """Which page of the flags that stand, from 1; the first where the address says none."""
    typed = asked.request.query_params.get("page", "")
    return max(1, int(typed)) if typed.isascii() and typed.isdigit() and len(typed) < _DIGITS else 1


def _told(asked: Asked) -> Response:
    form = asked.form(ToldTyped)
    typed = form.value
    if typed is not None and typed.agency not in agencies_of(asked.node):
        form = form.with_error("agency", gettext("Choose one of the agencies"))
    if typed is None or form.value is None:
        return _listed(asked, form, 422)
    tell(asked.node, Looker.of(asked.acting), typed.agency, typed.cases)
    return see("/flags")


def _one(asked: Asked) -> Response:
    found = flag_of(asked.node, Looker.of(asked.acting), asked.place("case"))
    if found is None:
        return asked.not_found()
    return _page(asked, found, typed_before(asked, LongerTyped) or unsent())


def _page(asked: Asked, found: Flag, form: Form[Any], status: int = 200) -> Response:
    extension = found.kept.extension
    return asked.page(
        "flag.html",
        status,
        form=form,
        flag=found,
        why=gettext(REASONS[extension.reason]) if extension else "",
        reasons=[{"value": key, "text": gettext(text)} for key, text in REASONS.items()],
    )


def _longer(asked: Asked) -> Response:
    looker = Looker.of(asked.acting)
    found = flag_of(asked.node, looker, asked.place("case"))
    if found is None:
        return asked.not_found()
    form = asked.form(LongerTyped)
    if form.value is None:
        return _page(asked, found, form, 422)
    try:
        extend(asked.node, looker, found.case, form.value.extension)
    except InputError as error:
        return _page(asked, found, form.with_error("until", error.text.rstrip(".")), 422)
    forget(asked)
    return see(f"/cases/{found.case}/flag")


def _seen_form(asked: Asked) -> Response:
    return _seen_page(asked, typed_before(asked, SeenTyped) or unsent())


def _seen_page(asked: Asked, form: Form[Any], status: int = 200, *, done: bool = False) -> Response:
    happened = [gettext(text) for text in HAPPENED.values()]
    return asked.page("seen_again.html", status, form=form, happened=happened, done=done)


async def _seen(asked: Asked) -> Response:
    """Answered at a tick: that somebody is flagged is written down, and takes longer than that nobody is."""
    begun = ticks.clock()
    answer = await to_thread.run_sync(_keep_seen, asked)
    await ticks.to_the_tick(asked.node, begun)
    return answer


def _keep_seen(asked: Asked) -> Response:
    form = asked.form(SeenTyped)
    typed = form.value
    if typed is not None and not (typed.person.given_names or typed.person.surname):
        form = form.with_error("person.surname", gettext(WHOM))
    if typed is None or form.value is None:
        return _seen_page(asked, form, 422)
    seen_again(asked.node, asker_of(asked.acting), typed.person.person(Role.victim), typed.words)
    forget(asked)
    return _seen_page(asked, unsent(), done=True)


PAGES: Final = (
    Page("GET", "/flags", _list),
    Page("POST", "/flags", _told),
    Page("GET", "/cases/{case}/flag", _one),
    Page("POST", "/cases/{case}/flag", _longer),
    Page("GET", "/seen-again", _seen_form),
    Page("POST", "/seen-again", _seen),
)
