"""Cases that move with somebody to another area: offering one, what others offer, and what became of each.

A manager offers, in their own name, after a preview item by item; whoever works on cases decides about one that is
offered. Words are kept here: the other area is told a code. Decides nothing itself (`hub.transfers`).
"""

from __future__ import annotations

import secrets
from typing import Any, Final, Literal

from fastapi import Response
from pydantic import Field

from hub.cases.may_follow import may_go
from hub.cases.packing import CHRONOLOGY, STAYS, PaperChosen
from hub.cases.papers_shown import papers_shown
from hub.cases.shown import case_shown
from hub.errors import ConflictError, HubError, InputError, NotFoundError
from hub.federation.peers import every_known
from hub.matching.written_dates import DayWritten
from hub.records import papers
from hub.records.cases import HeldCase
from hub.records.papers import KeptPaper
from hub.records.transfers import Transfer, moved_to
from hub.transfers.accept import accept, decline, incoming
from hub.transfers.decided import Offer
from hub.transfers.deliver import deliver_first
from hub.transfers.listing import Move, TransferLine, transfers_shown
from hub.transfers.offer import Preview, ask_back, offer_case, preview
from hub.values import LongText, NodeId, ShortText, Value
from hub.web.console.asked import Asked, Page, see
from hub.web.console.forms import Form, unsent
from hub.web.console.incoming import area_name
from hub.web.console.language import gettext, mark
from hub.wire.transfers import DeclineCode, Pack, Permitted, TransferState

OFFER: Final = "offer"
STATES: Final = {
    TransferState.offered: mark("Waits for an answer"),
    TransferState.accepted: mark("Accepted"),
    TransferState.declined: mark("Declined"),
    TransferState.withdrawn: mark("Withdrawn"),
    TransferState.expired: mark("Ended: nobody answered in time"),
}
_CALLED: Final[dict[tuple[str, Move], str]] = {
    ("out", ""): mark("Case %(case)s, to %(area)s"),
    ("out", "back"): mark("Case %(case)s, back to %(area)s"),
    ("out", "on"): mark("Case %(case)s, on to %(area)s"),
    ("in", ""): mark("Case %(case)s, from %(area)s"),
    ("in", "back"): mark("Case %(case)s, back from %(area)s"),
}
CODES: Final = {
    DeclineCode.wrong_area: mark("She is not in our area"),
    DeclineCode.wrong_person: mark("She is not the person they mean"),
    DeclineCode.duplicate: mark("We have this case already"),
}
SUPPLIERS: Final = {
    "stays": mark("It is theirs to keep."),
    "not_asked": mark("They were not asked yet."),
    "waits": mark("They were asked, and have not answered."),
    "refused": mark("They do not let it go."),
}
_SENTENCES: Final = {
    ("to", "missing"): mark("Choose the area that the victim moves to"),
    ("permitted_by", "missing"): mark("Write who gave the meeting's permission"),
    ("permitted_on", "missing"): mark("Write the day of that permission"),
    ("reason", "missing"): mark("Write why the case moves"),
    ("answer", "missing"): mark("Choose what you decide"),
}


class OfferTyped(Value):
    """What a manager types who offers a case: to which area, which papers, by whose permission and why."""

    to: NodeId = Field(title=mark("the area"))
    papers: tuple[ShortText, ...] = Field(default=(), max_length=200, title=mark("the papers"))
    permitted_by: ShortText = Field(min_length=1, title=mark("who gave the permission"))
    permitted_on: DayWritten = Field(title=mark("the day of the permission"))
    reason: LongText = Field(min_length=1, title=mark("why the case moves"))


class TransferDecided(Value):
    """What somebody decides about a transfer. `answer`: accept, withdraw, or a code of declining."""

    answer: Literal["accept", "withdraw", "wrong_area", "wrong_person", "duplicate"] = Field(
        title=mark("what you decide")
    )
    reason: LongText = ""


def lines(asked: Asked) -> list[dict[str, Any]]:
    """The transfers that they may know of, as lists show them; the newest first."""
    return [_line(asked, one) for one in transfers_shown(asked.node, asked.acting)]


def waiting(asked: Asked) -> list[dict[str, Any]]:
    """Those that wait for somebody here: offered to us, or not settled between the areas."""
    found = transfers_shown(asked.node, asked.acting)
    return [
        _line(asked, one)
        for one in found
        if one.unsettled or (one.transfer.direction == "in" and one.transfer.open)
    ]


def _line(asked: Asked, one: TransferLine) -> dict[str, Any]:
    transfer, area = one.transfer, area_name(asked.node, one.transfer.peer)
    return {
        "id": transfer.id,
        "area": area,
        "out": transfer.direction == "out",
        "called": gettext(_CALLED[transfer.direction, one.move], case=transfer.case_ref, area=area),
        "state": gettext(STATES[transfer.state]),
        "since": one.since,
        "responsible": [area_name(asked.node, area) for area in one.responsible],
        "unsettled": one.unsettled,
        "code": gettext(CODES[transfer.code]) if transfer.code else "",
    }


def moved_from(asked: Asked, held: HeldCase) -> str:
    """The area that a case has moved to, as it is called here; nothing where it is here."""
    with asked.node.read() as tx:
        area = moved_to(tx, held.row.ref_digest)
    return area_name(asked.node, area) if area else ""


def moves_of(asked: Asked, held: HeldCase) -> list[dict[str, Any]]:
    """The moves of a case, the newest first: one that came back is a case and a transfer of its own."""
    digest = held.row.ref_digest.hex()
    found = transfers_shown(asked.node, asked.acting)
    return [_line(asked, one) for one in found if one.transfer.case == digest]


def _list(asked: Asked) -> Response:
    return asked.page("transfers.html", transfers=lines(asked))


def _offer(asked: Asked) -> Response:
    held = case_shown(asked.node, asked.acting, asked.place("case"))
    return asked.not_found() if held is None else _offered(asked, held, unsent())


def _offered(
    asked: Asked, held: HeldCase, form: Form[Any], status: int = 200, seen: Preview | None = None
) -> Response:
    kept = papers.current(papers_shown(asked.node, asked.acting, held))
    kept = [one for one in kept if one.paper.kind not in STAYS]
    goes = _goes(asked, held, seen.to) if seen else {}
    return asked.page(
        "case_transfer.html",
        status,
        case=held.details,
        handle=held.row.handle.hex(),
        form=form,
        once_token=form.once or secrets.token_hex(16),
        areas=[(one.node_id, one.area) for one in every_known(asked.node).values()],
        papers=[(one.handle, _paper(one), one.paper, goes.get(one.handle)) for one in kept],
        held_back=_held_back(held, seen, {one.handle for one in kept}) if seen else [],
        seen=seen,
        may_offer=asked.acting.account.role.value == "manager",
        earlier=moves_of(asked, held),
    )


def _goes(asked: Asked, held: HeldCase, to: str) -> dict[str, bool]:
    """By handle, whether a paper goes to that area today."""
    with asked.node.read() as tx:
        return {one.kept.handle: not one.held_by for one in may_go(tx, held, to)}


def _held_back(held: HeldCase, seen: Preview, readable: set[str]) -> list[dict[str, str]]:
    """The papers that stay, each with how far it is with its supplier and where they are asked."""
    there = f"/cases/{held.row.handle.hex()}/papers"
    return [
        {
            "called": _paper(row.kept),
            "supplier": row.held_by,
            "state": gettext(SUPPLIERS[row.state]),
            "page": f"{there}/{row.kept.handle}/supplier/{seen.to}"
            if (row.may_ask or row.asked) and row.kept.handle in readable
            else "",
        }
        for row in seen.held_back
    ]


def _paper(kept: KeptPaper) -> str:
    return gettext(
        "%(kind)s, from %(supplier)s", kind=kept.paper.kind.replace("_", " "), supplier=kept.paper.supplier
    )


def _send_offer(asked: Asked) -> Response:
    held = case_shown(asked.node, asked.acting, asked.place("case"))
    if held is None:
        return asked.not_found()
    form = asked.form(OfferTyped, _SENTENCES)
    typed = form.value
    if typed is None:
        return _offered(asked, held, form, 422)
    offer = Offer(
        case_ref=held.details.case_ref,
        to=typed.to,
        items=(*(PaperChosen(paper=one) for one in typed.papers), CHRONOLOGY),
        permission=Permitted(by=typed.permitted_by, date=typed.permitted_on),
        reason=typed.reason,
    )
    by, signer = asked.acting.requester, asked.acting.account.name
    try:
        if form.button != OFFER:
            return _offered(asked, held, form, seen=preview(asked.node, offer, by, signer))
        made = offer_case(asked.node, offer, by, signer)
    except (ConflictError, InputError, NotFoundError) as error:
        return _offered(asked, held, form.with_error("", f"{error.text} {error.do}".strip()), 409)
    if made.transfer is None:
        return _offered(asked, held, form, 422, seen=preview(asked.node, offer, by, signer))
    _tell(asked, made.delivery)
    return see(f"/transfers/{made.transfer.id}")


def _tell(asked: Asked, delivery: str) -> None:
    """The first try; what fails waits for the worker, and stands on the page."""
    asked.peers(lambda client: deliver_first(asked.node, client, delivery))


def _found(asked: Asked) -> TransferLine | None:
    number = asked.place("transfer")
    found = transfers_shown(asked.node, asked.acting)
    return next((one for one in found if one.transfer.id == number), None)


def _one(asked: Asked) -> Response:
    found = _found(asked)
    return asked.not_found() if found is None else _shown(asked, found, unsent())


def _shown(asked: Asked, found: TransferLine, form: Form[Any], status: int = 200) -> Response:
    transfer, pack = found.transfer, _pack(asked, found.transfer)
    return asked.page(
        "transfer.html",
        status,
        one=_line(asked, found),
        transfer=transfer,
        pack=pack,
        form=form,
        once_token=form.once or secrets.token_hex(16),
        codes=[{"value": code.value, "text": gettext(text)} for code, text in CODES.items()],
        wanted=transfer.wanted is not None,
        steps=[(one, gettext(STATES[one.state])) for one in transfer.steps if one.by],
    )


def _pack(asked: Asked, transfer: Transfer) -> Pack | None:
    if transfer.direction == "out" or not transfer.open:
        return None
    return incoming(asked.node, transfer.id, asked.acting.requester)[1]


def _decide(asked: Asked) -> Response:
    found = _found(asked)
    if found is None:
        return asked.not_found()
    form = asked.form(TransferDecided, _SENTENCES)
    typed = form.value
    if typed is None:
        return _shown(asked, found, form, 422)
    number, by = found.transfer.id, asked.acting.requester
    if (typed.answer == "withdraw") != (found.transfer.direction == "out"):
        return _shown(asked, found, form.with_error("answer", gettext("Choose what you decide")), 422)
    try:
        if typed.answer == "withdraw":
            delivery = ask_back(asked.node, number, by, typed.reason)
        elif typed.answer == "accept":
            delivery = accept(asked.node, number, by, typed.reason).delivery
        else:
            delivery = decline(asked.node, number, by, DeclineCode(typed.answer), typed.reason).delivery
    except (ConflictError, InputError) as error:
        now = _found(asked)
        return (
            asked.not_found() if now is None else _shown(asked, now, form.with_error("", _said(error)), 409)
        )
    _tell(asked, delivery)
    return see(f"/transfers/{number}")


def _said(error: HubError) -> str:
    return f"{error.text} {error.kept}".strip()


PAGES: Final = (
    Page("GET", "/transfers", _list),
    Page("GET", "/transfers/{transfer}", _one),
    Page("POST", "/transfers/{transfer}", _decide),
    Page("GET", "/cases/{case}/transfer", _offer),
    Page("POST", "/cases/{case}/transfer", _send_offer),
)
