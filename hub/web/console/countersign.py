"""Countersigning, one a page: what moved, about whom, to whom, what the victim said, and the caseworker's reason.

Emergencies first, with the hours left. A manager signs in their own name once they have shown again who they are,
and never for what they asked themselves. There is no way to sign several at once. What has to be signed before
anything moves stands above it in the list, and has pages of its own (`before`).
"""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass
from typing import Any, Final

from fastapi import Response
from pydantic import Field

from hub.cases.close import ToClose, close, look_at
from hub.cases.obligations import ListedObligation
from hub.cases.shown import case_shown, shown_among
from hub.checks.submissions import waiting_for_manager
from hub.consent.evidence import Closing
from hub.consent.form.form import SharingForm
from hub.errors import NotFoundError
from hub.records.cases import HeldCase
from hub.records.gists import every_gist
from hub.values import Value
from hub.web.console.asked import Asked, Page, see
from hub.web.console.drafts import forget, typed_before
from hub.web.console.forms import Form, unsent
from hub.web.console.language import ZONE, gettext, mark
from hub.web.console.submission_words import about_in_words, fled_in_words, said_in_words
from hub.web.typed.owed import AHEAD, owed, read

CODE: Final = "countersign"
_OWN: Final = "by.name: another person than the caseworker"


class Signed(Value):
    """What a manager ticks who signs."""

    no_connection: bool = Field(
        default=False, title=mark("that you have no connection with anyone in this case")
    )


@dataclass(frozen=True)
class Item:
    """One to be signed, as the list has it."""

    owed: ListedObligation
    emergency: bool
    hours: int


def _items(asked: Asked) -> list[Item]:
    """What waits for a manager's signature, emergencies first, then by day."""
    today, now = asked.node.today(), dt.datetime.fromtimestamp(asked.node.now(), ZONE)
    found = []
    owing = [one for one in owed(asked.node, asked.acting, today + AHEAD) if one.code == CODE]
    for one in read(asked.node, owing):
        there = look_at(asked.node, one.number, asked.acting.requester)
        if there is not None:
            found.append(Item(one, there.open.form.emergency is not None, _hours(one.due, now)))
    return sorted(found, key=lambda one: (not one.emergency, one.hours))


def _hours(due: dt.date | None, now: dt.datetime) -> int:
    """The whole hours that are left until the day is over."""
    end = dt.datetime.combine((due or now.date()) + dt.timedelta(days=1), dt.time(), ZONE)
    return max(0, int((end - now).total_seconds() // 3600))


def _list(asked: Asked) -> Response:
    found = waiting_for_manager(asked.node, asked.acting)
    about = about_in_words([one.submission for one in found])
    before = [(one, about.get(one.number, "")) for one in found]
    return asked.page("countersign_list.html", items=_items(asked), before=before)


def _found(asked: Asked) -> ToClose | None:
    found = look_at(asked.node, asked.place("number"), asked.acting.requester)
    if found is None or found.open.obligation.code != CODE:
        return None
    return found if found.case_digest in shown_among(asked.node, asked.acting, {found.case_digest}) else None


def _one(asked: Asked) -> Response:
    found = _found(asked)
    if found is None:
        return asked.not_found()
    return _page(asked, found, typed_before(asked, Signed) or unsent())


def _sign(asked: Asked) -> Response:
    found = _found(asked)
    if found is None:
        return asked.not_found()
    form = asked.form(Signed)
    said = form.value
    if said is not None and not said.no_connection:
        text = mark(
            "Tick that you have no connection with anyone in this case; if you have, another manager signs"
        )
        form = form.with_error("no_connection", gettext(text))
    if form.value is None or said is None or _OWN in found.lacks:
        return _page(asked, found, form, 422)
    forget(asked)
    if not found.done:
        text = "Countersigned. No connection with anyone in this case."
        closing = Closing(by=asked.acting.requester, on=asked.node.today(), text=text)
        try:
            lacking = close(asked.node, [found.number], closing).lacking
        except NotFoundError:  # Somebody signed meanwhile.
            lacking = {}
        if lacking:
            return _page(asked, found, form, 422)
    return see(asked.request.url.path)


def _page(asked: Asked, found: ToClose, form: Form[Any], status: int = 200) -> Response:
    held, decided = _case(asked, found), found.open.form
    return asked.page(
        "countersign.html",
        status,
        form=form,
        found=found,
        handle=held.row.handle.hex() if held else "",
        people=[one.details.person for one in held.people] if held else [],
        moved=[one for one in found.open.rows if one.told],
        asked_blind=[one for one in found.open.rows if not one.told],
        said=list(dict.fromkeys(said_in_words(decided))),
        reason=_reason(decided),
        owing=found.open.obligation.text,
        fled=fled_in_words(decided.fled_from),
        own=_OWN in found.lacks,
        emergency=decided.emergency is not None,
        hours=_hours(found.open.obligation.due, dt.datetime.fromtimestamp(asked.node.now(), ZONE)),
    )


def _case(asked: Asked, found: ToClose) -> HeldCase | None:
    with asked.node.read() as tx:
        handles = [one.row.handle.hex() for one in every_gist(tx) if one.row.ref_digest == found.case_digest]
    return case_shown(asked.node, asked.acting, handles[0]) if handles else None


def _reason(form: SharingForm) -> str:
    """The caseworker's reason in their own words."""
    return (form.emergency.imminent_threat if form.emergency else "") or form.necessity or form.incident


PAGES: Final = (
    Page("GET", "/countersign", _list),
    Page("GET", "/countersign/{number}", _one),
    Page("POST", "/countersign/{number}", _sign),
)
