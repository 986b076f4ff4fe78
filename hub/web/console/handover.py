"""The handover between the Idva services of two areas: what the one before writes, and what the one after reads.

On a page of each service's own, which no Marac opens. What is typed and not sent is kept nowhere: a draft would
stand under the node's key. Gathers and words; who may hand over, once, and to whom it is sealed is
`hub.transfers.handover`'s.
"""

from __future__ import annotations

from typing import Any, Final, Literal

from fastapi import Response
from pydantic import Field

from hub.errors import ConflictError
from hub.transfers.deliver import deliver_first
from hub.transfers.handover import Arrives, Handovers, HandoverTyped, hand_over, handovers
from hub.values import LongText, ShortText, Value
from hub.web.console.asked import Asked, Page, see
from hub.web.console.forms import Form, unsent
from hub.web.console.incoming import area_name
from hub.web.console.language import gettext, mark, ngettext

AGREED: Final = {
    "yes": mark("The client agreed"),
    "not_asked": mark("The client was not asked: it was not safe, or there was no time"),
    "refused": mark("The client did not agree"),
}
_SENTENCES: Final = {
    ("agreed", "missing"): mark("Say whether the client agreed"),
    ("words", "missing"): mark("Write what the other service has to know"),
}
MOST: Final = 2_000


class Written(Value):
    """What is typed to hand over."""

    agreed: Literal["yes", "not_asked", "refused"] = Field(title=mark("whether the client agreed"))
    because: LongText = Field(default="", max_length=MOST, title=mark("why it is handed over all the same"))
    words: LongText = Field(min_length=1, title=mark("what the other service has to know"))
    phone: ShortText = Field(default="", title=mark("the number to ring here"))


def _show(asked: Asked) -> Response:
    found = _found(asked)
    return asked.not_found() if found is None else _page(asked, found, unsent())


def _found(asked: Asked) -> Handovers | None:
    found = handovers(asked.node, asked.acting, asked.place("referral"))
    return found if found is not None and (found.leaves or found.arrives) else None


def _page(asked: Asked, found: Handovers, form: Form[Any], status: int = 200) -> Response:
    leaves, arrives = found.leaves, found.arrives
    return asked.page(
        "handover.html",
        status,
        form=form,
        referral=found.line.referral.id,
        number=found.line.number,
        leaves=leaves,
        to=area_name(asked.node, leaves.transfer.peer) if leaves else "",
        arrives=arrives,
        of=area_name(asked.node, arrives.transfer.peer) if arrives else "",
        state=in_words(arrives) if arrives else "",
        agreed=gettext(AGREED[arrives.words.agreed]) if arrives and arrives.words else "",
        choices=[{"value": key, "text": gettext(text)} for key, text in AGREED.items()],
    )


def handover_in_words(asked: Asked, referral: str) -> str:
    """How far the handovers of a referral are; empty where the case has not moved."""
    found = handovers(asked.node, asked.acting, referral)
    said = [in_words(found.arrives)] if found and found.arrives else []
    if found and found.leaves:
        area = area_name(asked.node, found.leaves.transfer.peer)
        if found.leaves.may:
            said.append(gettext("Hand over to the Idva service of %(area)s", area=area))
        elif found.leaves.done:
            said.append(gettext("Handed over to the Idva service of %(area)s", area=area))
        else:
            said.append(gettext("The case has moved to %(area)s", area=area))
    return ". ".join(said)


def in_words(arrives: Arrives) -> str:
    """How far a handover is that somebody waits for."""
    hours = ngettext("%(num)d hour", "%(num)d hours", arrives.clock.hours)
    if arrives.at is not None:
        return gettext("A handover came, %(hours)s after the case was accepted", hours=hours)
    return gettext("No handover yet, %(hours)s after the case was accepted", hours=hours)


def _hand_over(asked: Asked) -> Response:
    found = _found(asked)
    if found is None or found.leaves is None:
        return asked.not_found()
    form = asked.form(Written, _SENTENCES)
    typed = form.value
    if typed is None:
        return _page(asked, found, form, 422)
    if typed.agreed != "yes" and not typed.because:
        return _page(asked, found, form.with_error("because", gettext("Say why")), 422)
    try:
        delivery = hand_over(
            asked.node, asked.acting, asked.place("referral"), HandoverTyped(**typed.model_dump())
        )
    except ConflictError as error:
        return _page(asked, found, form.with_error("", f"{error.text} {error.do}".strip()), 409)
    asked.peers(lambda client: deliver_first(asked.node, client, delivery))
    return see(asked.request.url.path)


PAGES: Final = (
    Page("GET", "/idva-referrals/{referral}/handover", _show),
    Page("POST", "/idva-referrals/{referral}/handover", _hand_over),
)
