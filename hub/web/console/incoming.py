"""What other areas ask of us: the list of what waits, and each request beside our case, to be decided by a person.

Gathers and words; whose request it is, and what goes, is `hub.checks.incoming`'s. Nothing is chosen beforehand, and
nothing is decided without a reason.
"""

from __future__ import annotations

from typing import Annotated, Any, Final, Literal

from fastapi import Response
from pydantic import Field, StringConstraints

from hub.checks import incoming
from hub.checks.incoming import Incoming, Opened
from hub.checks.released import BEYOND_INVOLVEMENT
from hub.checks.still_here import Answer, Said, say_still_here, told_lately, told_of
from hub.checks.unattended import unattended
from hub.matching import name_words
from hub.node.node import Node
from hub.records.received import HolderWord, Item
from hub.values import Level, LongText, ShortText, Value
from hub.web.console.asked import Asked, Page, see
from hub.web.console.drafts import forget, typed_before
from hub.web.console.forms import Form, unsent
from hub.web.console.incoming_words import (
    ANSWERS,
    bases,
    beside,
    items,
    named,
    office_in_words,
    packet_rows,
    who_asks,
)
from hub.web.console.language import gettext, mark, ngettext

_DAY_S: Final = 86_400
_NEWEST: Final = 10
_MANY: Final = 50
OTHER: Final = "other"
_SENTENCES: Final = {
    ("answer", "missing"): mark("Choose what you decide"),
    ("because", "missing"): mark("Write your reason"),
    ("because", "string_too_short"): mark("Write your reason"),
}


class Decided(Value):
    """What a person typed who decides about a request. `basis`: one offered, or another in `basis_words`.

    `items`: which go, of a part.
    """

    answer: Literal["release", "release_part", "withhold", "not_same", "ring_first"] = Field(
        title=mark("what you decide")
    )
    items: tuple[Item, ...] = Field(default=(), max_length=len(Item), title=mark("what goes"))
    because: Annotated[LongText, StringConstraints(min_length=2)] = Field(title=mark("your reason"))
    basis: ShortText = Field(default="", title=mark("our basis"))
    basis_words: LongText = Field(default="", title=mark("the other basis"))
    permission: LongText = Field(default="", title=mark("who allowed it"))


def waited(node: Node, since: int) -> str:
    """How long something has waited, in words."""
    days = max(0, node.now() - since) // _DAY_S
    return ngettext("waiting %(num)d day", "waiting %(num)d days", days) if days else gettext("came today")


def lines(asked: Asked) -> list[dict[str, Any]]:
    """What waits for a person here, oldest first, as lists show it."""
    return [
        {
            "address": one.address,
            "area": area_name(asked.node, one.request.key.peer),
            "case": one.case_ref,
            "waited": waited(asked.node, one.request.came_at),
            "level": one.request.key.level,
            "office": office_in_words(one),
        }
        for one in incoming.waiting_for(asked.node, asked.acting)
    ]


def answered(asked: Asked, most: int = _NEWEST) -> list[tuple[str, Incoming, Said | None]]:
    """What an agreement answered lately: what its area is called, it, and whether the victim is still here."""
    found = told_lately(asked.node, asked.acting, most)
    return [(area_name(asked.node, one.request.key.peer), one, said) for one, said in found]


def area_name(node: Node, peer: str) -> str:
    """What an area is called here."""
    known = node.areas.get(peer)
    return known.area if known else peer.replace("-", " ").title()


def _list(asked: Asked) -> Response:
    return _listed(asked, unsent())


def _listed(asked: Asked, form: Form[Any], status: int = 200) -> Response:
    return asked.page(
        "requests.html",
        status,
        form=form,
        requests=lines(asked),
        unattended=unattended(asked.node, asked.acting),
        answered=answered(asked, _MANY),
    )


def _one(asked: Asked) -> Response:
    opened = incoming.opened_at(asked.node, asked.acting, asked.place("request"))
    return (
        asked.not_found()
        if opened is None
        else _shown(asked, opened, typed_before(asked, Decided) or unsent())
    )


def _decide(asked: Asked) -> Response:
    opened = incoming.opened_at(asked.node, asked.acting, asked.place("request"))
    if opened is None:
        return asked.not_found()
    form = asked.form(Decided, _SENTENCES)
    if opened.line.waits and opened.office is not None:
        form = _complete(asked, opened, form)
    word = _word(asked, opened, form)
    if word is None:
        return _shown(asked, opened, form, 422)
    here = see(asked.request.url.path)
    forget(asked)
    if any(word.alike(one) for one in opened.line.request.recorded.words):
        return here  # Sent twice.
    if opened.line.waits and opened.office is None:
        return here
    if opened.line.waits and incoming.say(asked.node, opened, word) is not None:
        return here
    now = incoming.opened_at(asked.node, asked.acting, asked.place("request"))
    if now is None:
        return asked.not_found()
    sent_twice = any(word.alike(one) for one in now.line.request.recorded.words)
    return here if sent_twice else _shown(asked, now, unsent(), 409, stale=True)


class StillTyped(Value):
    """Whether the victim is still in our area."""

    answer: Answer = Field(title=mark("whether the victim is still in your area"))


def _still_here(asked: Asked) -> Response:
    form = asked.form(StillTyped)
    if told_of(asked.node, asked.acting, asked.place("request")) is None:
        return asked.not_found()
    if form.value is None:
        return _listed(asked, form, 422)
    say_still_here(asked.node, asked.acting, asked.place("request"), form.value.answer)
    return see("/requests")


def _complete(asked: Asked, opened: Opened, form: Form[Decided]) -> Form[Decided]:
    """The form, held to what this request asks beside: a basis of our own, and who allowed it."""
    typed = form.value
    if typed is None:
        return form
    if typed.items and typed.answer != "release_part":
        return form.with_error(
            "items", gettext("You ticked what goes: choose Release part, or take the ticks away")
        )
    if typed.answer not in ("release", "release_part"):
        return form
    if opened.line.closed_by_manager:
        return form.with_error(
            "answer", gettext("This area is not answered. What must be said, say by telephone")
        )
    if typed.answer == "release_part":
        form = _part_of(opened, form, typed.items)
    if not typed.basis or typed.basis not in (*bases(asked.node, opened), OTHER):
        form = form.with_error("basis", gettext("Choose our own basis for what goes"))
    elif typed.basis == OTHER and not typed.basis_words:
        form = form.with_error("basis_words", gettext("Write the other basis"))
    if _needs_permission(opened, typed) and not typed.permission:
        form = form.with_error("permission", gettext("Write who allowed it, and when"))
    return form


def _part_of(opened: Opened, form: Form[Decided], ticked: tuple[Item, ...]) -> Form[Decided]:
    """The form, held to a part that is one: some of what goes by their word, and not all."""
    goes = opened.considered.part.goes if opened.considered else ()
    if not ticked:
        return form.with_error("items", gettext("Tick what goes. Where nothing goes, withhold"))
    if not set(ticked) <= set(goes):
        return form.with_error("items", gettext("Tick only what goes by your word"))
    if set(ticked) == set(goes):
        return form.with_error("items", gettext("You ticked all that goes by your word: choose Release"))
    return form


def _needs_permission(opened: Opened, typed: Decided | None = None) -> bool:
    """Whether somebody has to have allowed it: where more than involvement is asked for, or goes."""
    asked_for = opened.line.request.key.level is not Level.involvement
    if typed is None or typed.answer != "release_part":
        return asked_for
    return asked_for and bool(BEYOND_INVOLVEMENT.intersection(typed.items))


def _word(asked: Asked, opened: Opened, form: Form[Decided]) -> HolderWord | None:
    """What they say, in their own name; None where the form has errors."""
    typed = form.value
    if typed is None:
        return None
    release = typed.answer in ("release", "release_part")
    basis = typed.basis_words if typed.basis == OTHER else bases(asked.node, opened).get(typed.basis, "")
    return HolderWord(
        by=asked.acting.account.name,
        office=(opened.office or asked.acting.account.role).value,
        at=asked.node.now(),
        answer=typed.answer,
        because=typed.because,
        basis=basis if release else "",
        permission=typed.permission if release else "",
        released=tuple(one for one in Item if one in typed.items),
    )


def _shown(
    asked: Asked, opened: Opened, form: Form[Any], status: int = 200, *, stale: bool = False
) -> Response:
    line, found = opened.line, opened.considered
    key, recorded = line.request.key, line.request.recorded
    area = area_name(asked.node, key.peer)
    return asked.page(
        "request.html",
        status,
        form=form,
        stale=stale,
        line=line,
        area_asking=area,
        waited=waited(asked.node, line.request.came_at),
        reads=incoming.reads(line),
        who=who_asks(asked.node, recorded.question),
        ours=found.held.details if found else None,
        hidden=bool(found and found.held.kept.sealed),
        beside=beside(found, recorded.question.subject) if found else (),
        items=items(recorded.disclosure),
        packet=packet_rows(asked.node, found) if found and line.waits else [],
        part=found.part if found else None,
        reasons=[one.text for one in line.decision.reasons],
        nothing_why=[one.text for one in found.decision.reasons] if found and not found.part.goes else [],
        namesake=_namesake(opened),
        words=[(ANSWERS[one.answer], one) for one in recorded.words],
        named=named,
        earlier=[
            (one, incoming.reads(one), [(ANSWERS[word.answer], word) for word in one.request.recorded.words])
            for one in opened.earlier
        ],
        may=line.waits and opened.office is not None,
        office=office_in_words(line),
        bases=bases(asked.node, opened),
        needs_permission=_needs_permission(opened),
        telephone=_telephone(asked.node, key.peer),
    )


def _namesake(opened: Opened) -> bool:
    """Whether who asks has the surname of anybody on our case."""
    asker = opened.line.request.recorded.question.excerpt.get("requester", {})
    words = name_words(str(asker.get("name", "")))
    if not words or opened.considered is None:
        return False
    people = (one.details.person for one in opened.considered.held.people)
    return any(words[-1] in name_words(one.surname) for one in people if one.surname)


def _telephone(node: Node, peer: str) -> str:
    known = node.areas.get(peer)
    return str(known.contact) if known else ""


PAGES: Final = (
    Page("GET", "/requests", _list),
    Page("GET", "/requests/{request}", _one),
    Page("POST", "/requests/{request}", _decide),
    Page("POST", "/requests/{request}/still-here", _still_here),
)
