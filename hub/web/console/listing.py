"""The day of a case's meeting: listing it for one, moving it to another, and taking it off the list.

Gathers and words; what may be said of the day is `hub.cases.meeting_days`'s, and it is kept by `hub.cases.listing`.
"""

from __future__ import annotations

from typing import Any, Final

from fastapi import Response

from hub.cases.listing import list_for, listings_of
from hub.cases.meeting_days import Lack, Listing, came, lacking
from hub.cases.shown import case_shown, of_marac
from hub.records.cases import HeldCase
from hub.records.transfers import moved_to
from hub.values import Kind
from hub.web.console.asked import Asked, Page, see
from hub.web.console.drafts import forget, typed_before
from hub.web.console.forms import Form, unsent
from hub.web.console.incoming import area_name
from hub.web.console.language import gettext
from hub.web.typed.listing import DONE, WRONG, ListingTyped

OFF: Final = "off"


def _case(asked: Asked) -> HeldCase | None:
    """A case of the Marac, for its own coordinators and managers."""
    held = case_shown(asked.node, asked.acting, asked.place("case"))
    if held is None or held.details.kind is not Kind.marac or not of_marac(asked.acting):
        return None
    return held


def _show(asked: Asked) -> Response:
    held = _case(asked)
    return (
        asked.not_found()
        if held is None
        else _page(asked, held, typed_before(asked, ListingTyped) or unsent())
    )


def _page(asked: Asked, held: HeldCase, form: Form[Any], status: int = 200) -> Response:
    today = asked.node.today()
    with asked.node.read() as tx:
        said, moved = listings_of(tx, held), moved_to(tx, held.row.ref_digest)
    return asked.page(
        "case_meeting.html",
        status,
        form=form,
        case=held.details,
        handle=held.row.handle.hex(),
        came=came(held.details, today),
        moved=area_name(asked.node, moved) if moved else "",
        before=[(paper, one, gettext(DONE[one.done])) for paper, one in said],
    )


def _keep(asked: Asked) -> Response:
    held = _case(asked)
    if held is None:
        return asked.not_found()
    form = asked.form(ListingTyped)
    typed, off = form.value, form.button == OFF
    if typed is not None and typed.day is None and not off:
        form = form.with_error("day", gettext("Write the day of the meeting"))
    if typed is None or form.value is None:
        return _page(asked, held, form, 422)
    said = typed.taken_off() if off else typed.listed()
    if lack := lacking(held.details, said, asked.node.today()):
        return _page(asked, held, form.with_error(_field(lack, said), gettext(WRONG[lack.text])), 422)
    list_for(asked.node, held, asked.acting.requester, said)
    forget(asked)
    return see(f"/cases/{held.row.handle.hex()}")


def _field(lack: Lack, said: Listing) -> str:
    return "why_off" if said.day is None and lack.field == "because" else lack.field


PAGES: Final = (
    Page("GET", "/cases/{case}/meeting", _show),
    Page("POST", "/cases/{case}/meeting", _keep),
)
