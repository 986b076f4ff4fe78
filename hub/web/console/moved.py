"""Notice that a victim has moved to another area, by anybody who works on the case; My work shows it at once.

It asks for no address, and nobody elsewhere is told by it: whoever works on the case is asked to offer it.
"""

from __future__ import annotations

from typing import Any, Final, Literal

from fastapi import Response
from pydantic import Field

from hub.cases.shown import asker_of, case_shown
from hub.records.cases import HeldCase
from hub.transfers.move_notice import MoveNotice, Said, give_notice
from hub.values import NodeId, Value
from hub.web.console.asked import Asked, Page, see
from hub.web.console.cases import areas_of
from hub.web.console.drafts import forget, typed_before
from hub.web.console.forms import Form, unsent
from hub.web.console.language import mark


class MovedTyped(Value):
    """To which area, for how long, and what this area has done about the case."""

    area: NodeId = Field(title=mark("the area that the victim has moved to"))
    stays: Literal["temporarily", "for_good", "not_known"] = Field(title=mark("for how long"))
    heard: Said = Field(title=mark("whether the case was heard here"))
    agenda_sent: Said = Field(title=mark("whether its agenda was sent"))


_SENTENCES: Final = {
    ("area", "missing"): mark("Choose the area that the victim has moved to"),
    ("stays", "missing"): mark("Say whether it is temporary or for good"),
    ("heard", "missing"): mark("Say whether the case was heard here"),
    ("agenda_sent", "missing"): mark("Say whether its agenda was sent"),
}


def _case(asked: Asked) -> HeldCase | None:
    return case_shown(asked.node, asked.acting, asked.place("case"))


def _show(asked: Asked) -> Response:
    held = _case(asked)
    return (
        asked.not_found() if held is None else _page(asked, held, typed_before(asked, MovedTyped) or unsent())
    )


def _page(asked: Asked, held: HeldCase, form: Form[Any], status: int = 200) -> Response:
    return asked.page(
        "case_moved.html",
        status,
        form=form,
        case=held.details,
        handle=held.row.handle.hex(),
        areas=[
            {"value": node_id, "text": name}
            for node_id, name in areas_of(asked.node)
            if node_id != asked.node.node_id
        ],
    )


def _give(asked: Asked) -> Response:
    held = _case(asked)
    if held is None:
        return asked.not_found()
    form = asked.form(MovedTyped, _SENTENCES)
    if form.value is None:
        return _page(asked, held, form, 422)
    said = form.value.model_dump()
    notice = MoveNotice(case_ref=held.details.case_ref, by=asker_of(asked.acting), **said)
    paper = give_notice(asked.node, notice)
    forget(asked)
    return see(f"/cases/{held.row.handle.hex()}/papers/{paper}")


PAGES: Final = (
    Page("GET", "/cases/{case}/moved", _show),
    Page("POST", "/cases/{case}/moved", _give),
)
