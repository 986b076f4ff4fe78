"""Sealed channels on pages: a manager of the area that she is in opens one, one of the area that she fled answers.

In the old area nothing is listed: whoever answers types the reference that was read to them, each time, and what
they type is kept nowhere but in its envelope. Decides nothing itself (`hub.transfers.channel`).
"""

from __future__ import annotations

import datetime as dt
import secrets
from typing import Any, Final, Literal

from fastapi import Response
from pydantic import Field

from hub.cases.papers_shown import papers_shown
from hub.cases.shown import case_shown
from hub.consent import Decision
from hub.errors import ConflictError, HubError, InputError, NotFoundError, PeerError, UsageError
from hub.federation.peers import every_known
from hub.matching import name_words
from hub.matching.written_dates import DayWritten
from hub.records import papers
from hub.records.channels import Channel, ChannelState
from hub.records.submissions import Call
from hub.transfers.channel import answering, asking
from hub.transfers.channel.answering import Chosen, Seen, ToGive
from hub.values import LongText, NodeId, ShortText, Value
from hub.web.console.asked import Asked, Page, see
from hub.web.console.before import CLOCK
from hub.web.console.drafts import forget, typed_before
from hub.web.console.forms import Form, unsent
from hub.web.console.incoming import area_name
from hub.web.console.language import ZONE, gettext, mark
from hub.wire.channel import NotGiven, Reference
from hub.wire.transfers import Permitted

STATES: Final = {
    ChannelState.prepared: mark("To be rung"),
    ChannelState.asked: mark("Asked: their manager has not answered yet, or has not logged the call"),
    ChannelState.answered: mark("Their manager answered"),
    ChannelState.kept: mark("Put into the case"),
    ChannelState.refused: mark("Their manager gave nothing: ring them"),
    ChannelState.closed: mark("Ended"),
}
REFUSED: Final = {
    NotGiven.no_case: mark("She is not known there"),
    NotGiven.not_permitted: mark("It is not permitted"),
}
_NO_CONNECTION: Final = mark(
    "Tick that you have no connection with anyone in this case; if you have, another manager does this"
)
_WHOM: Final = mark("Name their manager, by given name and surname")


class OpeningTyped(Value):
    """What the manager types who opens one, or records the call, or does something with what came."""

    area: NodeId | None = Field(default=None, title=mark("the area that she fled"))
    other: ShortText = Field(default="", title=mark("their manager"))
    no_connection: bool = Field(
        default=False, title=mark("that you have no connection with anyone in this case")
    )
    channel: ShortText = Field(default="", title=mark("the channel"))
    on: DayWritten | None = Field(default=None, title=mark("the day of the call"))
    clock: ShortText = Field(default="", title=mark("the time of the call"))
    said: LongText = Field(default="", max_length=1_000, title=mark("what was said"))


class AnsweringTyped(Value):
    """What the manager types whom another area's manager rang: the reference, and what this step takes."""

    reference: ShortText = Field(default="", title=mark("the reference"))
    area: NodeId | None = Field(default=None, title=mark("the area that rang"))
    other: ShortText = Field(default="", title=mark("their manager"))
    on: DayWritten | None = Field(default=None, title=mark("the day of the call"))
    clock: ShortText = Field(default="", title=mark("the time of the call"))
    said: LongText = Field(default="", max_length=1_000, title=mark("what was said"))
    no_connection: bool = Field(
        default=False, title=mark("that you have no connection with anyone in this case")
    )
    case: ShortText = Field(default="", title=mark("her case here"))
    papers: tuple[ShortText, ...] = Field(default=(), max_length=200, title=mark("the papers"))
    permitted_by: ShortText = Field(default="", title=mark("who gave the permission"))
    permitted_on: DayWritten | None = Field(default=None, title=mark("the day of the permission"))
    reason: LongText = Field(default="", max_length=1_000, title=mark("why it may be given"))
    code: Literal["no_case", "not_permitted"] | None = Field(default=None, title=mark("why nothing is given"))


def _areas(asked: Asked) -> list[dict[str, str]]:
    return [{"value": one.node_id, "text": one.area} for one in every_known(asked.node).values()]


def _show_case(asked: Asked) -> Response:
    return _case_page(asked, typed_before(asked, OpeningTyped) or unsent())


def _case_page(
    asked: Asked, form: Form[Any], status: int = 200, decision: Decision | None = None
) -> Response:
    held = case_shown(asked.node, asked.acting, asked.place("case"))
    if held is None:
        return asked.not_found()
    found = asking.channels_of(asked.node, asked.acting, held.row.handle.hex())
    return asked.page(
        "case_channel.html",
        status,
        case=held.details,
        handle=held.row.handle.hex(),
        form=form,
        once_token=form.once or secrets.token_hex(16),
        areas=_areas(asked),
        decision=decision,
        one=_shown(asked, found[0]) if found and found[0].open else None,
        earlier=[_shown(asked, one) for one in found if not one.open],
    )


def _shown(asked: Asked, one: Channel) -> dict[str, Any]:
    refused = one.given.refused if one.given else None
    return {
        "id": one.id,
        "area": area_name(asked.node, one.peer),
        "other": one.asked.of,
        "number": one.number,
        "reference": one.reference,
        "state": gettext(STATES[one.state]),
        "why": gettext(REFUSED[refused]) if refused else "",
        "since": answering.when(one.at),
        "prepared": one.state is ChannelState.prepared,
        "waits": one.state is ChannelState.asked,
        "came": one.given if one.state is ChannelState.answered else None,
        "handle": one.case,
        "case": one.case_ref,
    }


def _send_case(asked: Asked) -> Response:
    held = case_shown(asked.node, asked.acting, asked.place("case"))
    if held is None:
        return asked.not_found()
    form = asked.form(OpeningTyped)
    said = form.value
    if said is None:
        return _case_page(asked, form, 422)
    act = {"call": _log_ours, "put": _put, "close": _close}.get(form.button, _prepare)
    try:
        wrong = act(asked, form, said)
    except (ConflictError, InputError, NotFoundError, PeerError, UsageError) as error:
        return _case_page(asked, form.with_error("", _words(error)), 409)
    if wrong is not None:
        return wrong
    forget(asked)
    return see(asked.request.url.path)


def _prepare(asked: Asked, form: Form[Any], said: OpeningTyped) -> Response | None:
    if said.area is None:
        form = form.with_error("area", gettext(mark("Choose the area that she fled")))
    if len(name_words(said.other)) < 2:
        form = form.with_error("other", gettext(_WHOM))
    if not said.no_connection:
        form = form.with_error("no_connection", gettext(_NO_CONNECTION))
    if form.value is None or said.area is None:
        return _case_page(asked, form, 422)
    decision = asking.prepare(
        asked.node, asked.acting, asked.place("case"), said.area, said.other, declared=said.no_connection
    )
    return None if decision.permitted else _case_page(asked, form, 422, decision)


def _log_ours(asked: Asked, form: Form[Any], said: OpeningTyped) -> Response | None:
    form = _with_wrong_call(asked, form, said)
    if form.value is None or said.on is None:
        return _case_page(asked, form, 422)
    found = {one.id: one for one in asking.channels_of(asked.node, asked.acting)}
    one = found.get(said.channel)
    if one is None:
        raise NotFoundError("There is no such channel here.", kept="Nothing.")
    asking.log_call(asked.node, asked.acting, one.id, _call(said, said.on, one.asked.of, one.number))
    return None


def _put(asked: Asked, _: Form[Any], said: OpeningTyped) -> Response | None:
    asking.put_into_case(asked.node, asked.acting, said.channel)
    return None


def _close(asked: Asked, _: Form[Any], said: OpeningTyped) -> Response | None:
    asking.close(asked.node, asked.acting, said.channel)
    return None


def _call(said: OpeningTyped | AnsweringTyped, on: dt.date, spoken_to: str, number: str) -> Call:
    return Call(spoken_to=spoken_to, on=on, clock=said.clock, said=said.said, number=number)


def _with_wrong_call(asked: Asked, form: Form[Any], said: OpeningTyped | AnsweringTyped) -> Form[Any]:
    """The form with what is wrong with the call as it was written down."""
    now = dt.datetime.fromtimestamp(asked.node.now(), ZONE)
    if said.on is None or said.on > now.date():
        form = form.with_error("on", gettext(mark("Give the day of the call; it cannot be after today")))
    if not CLOCK.fullmatch(said.clock):
        form = form.with_error("clock", gettext(mark("Give the time of the call, such as 14:20")))
    if not said.said:
        form = form.with_error("said", gettext(mark("Write what was said")))
    return form


def _show(asked: Asked) -> Response:
    return _page(asked, unsent())


def _page(
    asked: Asked,
    form: Form[Any],
    status: int = 200,
    seen: Seen | None = None,
    would: ToGive | None = None,
    done: str = "",
) -> Response:
    ours = asking.channels_of(asked.node, asked.acting)
    asked.shows(*(one.case for one in ours), *(case for case, _ in (seen.cases if seen else ())))
    return asked.page(
        "channels.html",
        status,
        form=form,
        once_token=form.once or secrets.token_hex(16),
        areas=_areas(asked),
        ours=[_shown(asked, one) for one in ours],
        seen=seen,
        from_area=area_name(asked.node, seen.logged.peer) if seen else "",
        answered=answering.when(seen.logged.answered_at) if seen and seen.logged.answered_at else None,
        papers=_papers(asked, form.text("case")) if seen and seen.cases else [],
        codes=[{"value": code.value, "text": gettext(text)} for code, text in REFUSED.items()],
        would=would,
        done=done,
    )


def _papers(asked: Asked, case: str) -> list[dict[str, Any]]:
    """The papers of her case here, to be ticked one by one, with whether each may follow her."""
    held = case_shown(asked.node, asked.acting, case)
    if held is None:
        return []
    hints = {
        "yes": gettext(mark("It may follow the victim.")),
        "ask": gettext(mark("Its supplier is asked first: it stays.")),
        "no": gettext(mark("It stays.")),
    }
    return [
        {
            "value": one.handle,
            "text": f"{one.paper.kind.replace('_', ' ')}, {one.paper.supplier}",
            "hint": {"text": hints[one.paper.may_follow]},
        }
        for one in papers.current(papers_shown(asked.node, asked.acting, held))
    ]


def _send(asked: Asked) -> Response:
    form = asked.form(AnsweringTyped)
    said = form.value
    if said is None:
        return _page(asked, form, 422)
    act = {"log": _log_theirs, "look": _look, "give": _give, "refuse": _refuse}.get(form.button, _open)
    try:
        return act(asked, form, said, Reference.typed(said.reference))
    except InputError as error:
        return _page(asked, form.with_error("reference", error.text.rstrip(".")), 422)
    except NotFoundError as error:
        return _page(asked, form.with_error("reference", _words(error)), 409)
    except (ConflictError, PeerError, UsageError) as error:
        return _page(asked, form.with_error("", _words(error)), 409)


def _log_theirs(asked: Asked, form: Form[Any], said: AnsweringTyped, reference: Reference) -> Response:
    form = _with_wrong_call(asked, form, said)
    if said.area is None:
        form = form.with_error("area", gettext(mark("Choose the area that rang")))
    if len(name_words(said.other)) < 2:
        form = form.with_error("other", gettext(_WHOM))
    if form.value is None or said.on is None or said.area is None:
        return _page(asked, form, 422)
    area = asked.node.areas.get(said.area)
    call = _call(said, said.on, said.other, str(area.contact) if area else "")
    answering.log_call(asked.node, asked.acting, reference, said.area, said.other, call)
    return _page(asked, unsent(), done=gettext(mark("The call is logged.")))


def _open(asked: Asked, form: Form[Any], _: AnsweringTyped, reference: Reference) -> Response:
    return _page(asked, form, seen=answering.see(asked.node, asked.acting, reference))


def _chosen(asked: Asked, form: Form[Any], said: AnsweringTyped) -> tuple[Form[Any], Chosen | None]:
    if not said.case:
        form = form.with_error("case", gettext(mark("Choose her case here")))
    if not said.permitted_by:
        form = form.with_error("permitted_by", gettext(mark("Write who gave the meeting's permission")))
    if said.permitted_on is None or said.permitted_on > asked.node.today():
        form = form.with_error("permitted_on", gettext(mark("Write the day of that permission")))
    if not said.reason:
        form = form.with_error("reason", gettext(mark("Write why it may be given")))
    if not said.no_connection:
        form = form.with_error("no_connection", gettext(_NO_CONNECTION))
    if form.value is None or said.permitted_on is None:
        return form, None
    permission = Permitted(by=said.permitted_by, date=said.permitted_on)
    return form, Chosen(said.case, said.papers, permission, said.reason, said.no_connection)


def _look(asked: Asked, form: Form[Any], said: AnsweringTyped, reference: Reference) -> Response:
    form, chosen = _chosen(asked, form, said)
    seen = answering.see(asked.node, asked.acting, reference)
    if chosen is None:
        return _page(asked, form, 422, seen)
    try:
        would = answering.to_give(asked.node, asked.acting, reference, chosen)
    except UsageError as error:
        return _page(asked, form.with_error("case", _words(error)), 409, seen)
    return _page(asked, form, 200, seen, would)


def _give(asked: Asked, form: Form[Any], said: AnsweringTyped, reference: Reference) -> Response:
    form, chosen = _chosen(asked, form, said)
    seen = answering.see(asked.node, asked.acting, reference)
    if chosen is None:
        return _page(asked, form, 422, seen)
    try:
        would = answering.give(asked.node, asked.acting, reference, chosen)
    except UsageError as error:
        return _page(asked, form.with_error("case", _words(error)), 409, seen)
    if not would.decision.permitted:
        return _page(asked, form, 422, seen, would)
    text = mark(
        "It is given: the other manager has it within the hour. Keep the reference with your own papers."
    )
    return _page(asked, unsent(), done=gettext(text))


def _refuse(asked: Asked, form: Form[Any], said: AnsweringTyped, reference: Reference) -> Response:
    if said.code is None:
        form = form.with_error("code", gettext(mark("Choose why nothing is given")))
        return _page(asked, form, 422, answering.see(asked.node, asked.acting, reference))
    answering.refuse(asked.node, asked.acting, reference, NotGiven(said.code))
    text = mark("Nothing is given. Ring the other manager and say why.")
    return _page(asked, unsent(), done=gettext(text))


def _words(error: HubError) -> str:
    return f"{error.text} {error.do}".strip()


PAGES: Final = (
    Page("GET", "/cases/{case}/channel", _show_case),
    Page("POST", "/cases/{case}/channel", _send_case),
    Page("GET", "/channels", _show),
    Page("POST", "/channels", _send),
)
