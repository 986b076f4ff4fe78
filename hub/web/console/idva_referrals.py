"""Referrals to the Idva service: the service's own list and each of them, and what the Marac sees of it.

Gathers and words; whose a referral is, and when its first contact is late, is `hub.cases.idva_inbox`'s.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, Final, Literal, NamedTuple

from fastapi import Response
from pydantic import Field

from hub.accounts.organisations import folded
from hub.cases import idva_inbox
from hub.cases.first_contact import FirstContact
from hub.cases.idva_inbox import MaracLine, ReferralLine, ReferralShown
from hub.cases.idva_plan import waiting_for_word
from hub.cases.passed_on import services
from hub.cases.repeat_decisions import note_found
from hub.cases.shown import case_shown
from hub.errors import ConflictError, NotFoundError
from hub.records.cases import HeldCase
from hub.values import LongText, ShortText, Value
from hub.web.console.asked import Asked, Page, see
from hub.web.console.forms import Form, unsent
from hub.web.console.handover import handover_in_words
from hub.web.console.language import gettext, mark, moment, ngettext, short_day
from hub.web.console.paper_rows import rows_of
from hub.web.console.paper_words import KINDS

MOST: Final = 200
_SENTENCES: Final = {("service", "missing"): mark("Choose the Idva service")}


class Act(Value):
    """What somebody of the service does about a referral. `words`: of a contact, for the service alone."""

    act: Literal["reached", "not_reached", "take_on"] = Field(title=mark("what you do"))
    words: LongText = Field(default="", title=mark("what you write of the contact"))


class WhichService(Value):
    """The service that a Marac's case is passed on to."""

    service: ShortText = Field(min_length=1, title=mark("the Idva service"))


class Line(NamedTuple):
    """A line of either list. `state`: how far the first contact is, in words; `late`: shown red.

    `plan`: where the service says whether the Marac's plan is safe, where that waits for it.
    """

    href: str
    number: str
    state: str
    late: bool
    transfer: bool
    plan: str = ""


class Lines(NamedTuple):
    """The first lines of a list, and whether there are more."""

    lines: list[Line]
    more: bool


def in_words(contact: FirstContact | None) -> str:
    """How far a first contact is, and since when that counts: in days where only the referral's day is known."""
    if contact is None:
        return gettext("Not passed on to an Idva service yet: say which")
    if contact.day is not None:
        days = ngettext("%(num)d day", "%(num)d days", contact.days)
        since = short_day(contact.day)
        if contact.reached:
            return gettext("Contacted: yes, %(days)s after the referral of %(day)s", days=days, day=since)
        return gettext("Contacted: no, %(days)s since the referral of %(day)s", days=days, day=since)
    hours = ngettext("%(num)d hour", "%(num)d hours", contact.hours)
    at = moment(contact.since)
    if contact.reached:
        return gettext("Contacted: yes, %(hours)s after it came here at %(moment)s", hours=hours, moment=at)
    return gettext("Contacted: no, %(hours)s since it came here at %(moment)s", hours=hours, moment=at)


def first_contacts(asked: Asked, most: int) -> Lines:
    """Who is not reached yet: of the service's own referrals, or of the Marac's cases."""
    if idva_inbox.acts_for_service(asked.acting):
        own = idva_inbox.of_service(asked.node, asked.acting)
        plans = _plans(asked)
        found = [_of_service(one, plans) for one in own if not one.contact.reached]
    else:
        found = [_of_marac(one) for one in idva_inbox.of_marac(asked.node, asked.acting)]
    return Lines(found[:most], len(found) > most)


def plans_to_say(asked: Asked) -> list[Line]:
    """The plans whose safety waits for the service's word."""
    found = waiting_for_word(asked.node, asked.acting)
    return [_of_service(one, [each.referral.id for each in found]) for one in found]


def _plans(asked: Asked) -> list[str]:
    return [one.referral.id for one in waiting_for_word(asked.node, asked.acting)]


def _of_service(one: ReferralLine, plans: Sequence[str] = ()) -> Line:
    here = f"/idva-referrals/{one.referral.id}"
    return Line(
        here,
        one.number,
        in_words(one.contact),
        one.contact.late,
        one.referral.why == "transfer",
        f"{here}/plan" if one.referral.id in plans else "",
    )


def _of_marac(one: MaracLine) -> Line:
    late = one.contact is None or one.contact.late
    return Line(f"/cases/{one.case}/idva", one.number, in_words(one.contact), late, transfer=False)


def _list(asked: Asked) -> Response:
    service = idva_inbox.acts_for_service(asked.acting)
    done = idva_inbox.of_service(asked.node, asked.acting) if service else []
    plans = _plans(asked)
    return asked.page(
        "idva_referrals.html",
        service=service,
        waiting=first_contacts(asked, MOST),
        reached=[_of_service(one, plans) for one in done if one.contact.reached][:MOST],
    )


def _one(asked: Asked) -> Response:
    found = idva_inbox.shown(asked.node, asked.acting, asked.place("referral"))
    return asked.not_found() if found is None else _page(asked, found, unsent())


def _page(asked: Asked, found: ReferralShown, form: Form[Any], status: int = 200) -> Response:
    referral, held = found.line.referral, found.held
    return asked.page(
        "idva_referral.html",
        status,
        form=form,
        line=_of_service(found.line),
        referral=referral,
        handover=handover_in_words(asked, referral.id),
        people=_people(held) if held else [],
        case=held.details if held else None,
        papers=[
            {
                "kind": gettext(KINDS[one.paper.kind]),
                "supplier": one.paper.supplier,
                "rows": rows_of(one.paper.kind, one.paper.body),
            }
            for one in found.papers
        ],
    )


def _people(held: HeldCase) -> list[dict[str, Any]]:
    return [
        {
            "person": one.details.person,
            "phone": one.details.person.phone if one.details.safe_to_call else "",
            "hidden": bool(one.details.person.phone) and not one.details.safe_to_call,
        }
        for one in held.people
    ]


def _act(asked: Asked) -> Response:
    number = asked.place("referral")
    found = idva_inbox.shown(asked.node, asked.acting, number)
    if found is None:
        return asked.not_found()
    form = asked.form(Act, {("act", "missing"): mark("Choose what you record")})
    if form.value is None:
        return _page(asked, found, form, 422)
    if form.value.act == "take_on":
        client = idva_inbox.take_on(asked.node, asked.acting, number)
        note_found(asked.node, bytes.fromhex(client))
        return see(f"/cases/{client}")
    act = form.value
    try:
        idva_inbox.tried(asked.node, asked.acting, number, reached=act.act == "reached", words=act.words)
    except ConflictError as error:
        return _page(asked, found, form.with_error("words", error.text.rstrip(".")), 422)
    return see(f"/idva-referrals/{number}")


def _case(asked: Asked) -> Response:
    line = idva_inbox.of_case(asked.node, asked.acting, asked.place("case"))
    return asked.not_found() if line is None else _case_page(asked, line, unsent())


def _case_page(asked: Asked, line: MaracLine, form: Form[Any], status: int = 200) -> Response:
    held = case_shown(asked.node, asked.acting, line.case)
    unsafe = set(map(folded, held.details.not_safe_to_talk_to)) if held else set()
    with asked.node.read() as tx:
        names = [one.name for one in services(tx)]
    return asked.page(
        "case_idva.html",
        status,
        form=form,
        handle=line.case,
        number=line.number,
        state=in_words(line.contact),
        late=line.contact is None or line.contact.late,
        services=[one for one in names if folded(one) not in unsafe],
    )


def _refer(asked: Asked) -> Response:
    line = idva_inbox.of_case(asked.node, asked.acting, asked.place("case"))
    if line is None:
        return asked.not_found()
    form = asked.form(WhichService, _SENTENCES)
    if form.value is None:
        return _case_page(asked, line, form, 422)
    try:
        idva_inbox.refer_to(asked.node, asked.acting, line.case, form.value.service)
    except (ConflictError, NotFoundError) as error:
        return _case_page(asked, line, form.with_error("service", error.text.rstrip(".")), 422)
    return see(f"/cases/{line.case}/idva")


PAGES: Final = (
    Page("GET", "/idva-referrals", _list),
    Page("GET", "/idva-referrals/{referral}", _one),
    Page("POST", "/idva-referrals/{referral}", _act),
    Page("GET", "/cases/{case}/idva", _case),
    Page("POST", "/cases/{case}/idva", _refer),
)
