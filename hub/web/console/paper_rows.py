"""A paper of a case in rows, as its page shows it: what was asked, and what stands there, in plain words.

Names are as people write them, dates as pages say them; what names something here by its handle says nothing to a
reader, and is left out. The words themselves are `paper_words`'s. Asks nobody who may read it.
"""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Iterable, Iterator, Mapping
from contextlib import suppress
from typing import Any, Final

from hub.cases.answers import Name
from hub.cases.dash import QUESTIONS, Dash
from hub.cases.listing import ListedPaper
from hub.cases.repeat_papers import RepeatDecision, RepeatPaper
from hub.cases.repeats import Definition
from hub.records.papers import PaperKind
from hub.web.console.language import gettext, mark, moment, partial_date
from hub.web.console.paper_words import ASKED, BESIDES, FIELDS, answer_in_words
from hub.web.typed.listing import DONE
from hub.web.typed.repeats import DECIDED, HAPPENED

_LEFT_OUT: Final = frozenset(
    {"case_ref", "kind", "sealed", "fled_from", "publish", "dash", "checks", "account", "decider"}
)
_HANDLE: Final = re.compile("(?=[0-9]*[a-f])(?:[0-9a-f]{16}){1,4}")
"""A number of digits alone is one that somebody wrote."""
_DAY: Final = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}")
_MOMENTS: Final = frozenset({"at", "asked_at"})
_BORN: Final = frozenset({"dob", "victim_dob", "date_of_birth"})
_NAME: Final = frozenset(Name.model_fields)
_KIN: Final = re.compile(
    "(?:ex-|step|grand|foster-)?(?:child|son|daughter|partner|husband|wife|boyfriend|girlfriend|mother|father|parent"
    "|brother|sister|sibling)|cousin|uncle|aunt|nephew|niece"
)
"""Words that are read with "of". Whatever else is typed of a relationship, such as that it is not known, is not."""
_SHORT: Final = {"school": mark("school"), "aliases": mark("other names"), "why": mark("why")}
"""Labels within a line, where that of a row would be too long."""
_RELATED: Final = {
    "relationship_to_victim": (mark("%(relation)s of the victim"), mark("to the victim: %(relation)s")),
    "relationship_to_perpetrator": (
        mark("%(relation)s of the alleged perpetrator"),
        mark("to the alleged perpetrator: %(relation)s"),
    ),
}
_BEFORE_2018: Final = mark("The one before 2018: violence, threats, sexual abuse, stalking or harassment")
_WITH_WHOM: Final = {
    "nobody": mark("neither the victim nor the alleged perpetrator there"),
    "victim": mark("the victim there"),
    "perpetrator": mark("the alleged perpetrator there"),
}


def rows_of(
    kind: PaperKind, body: Mapping[str, Any], others: Mapping[str, str] | None = None
) -> list[tuple[str, str]]:
    """The rows of a paper that say something, in the order of the form.

    `others`: the numbers of other cases that whoever reads it may open, by handle (hex).
    """
    if kind is PaperKind.dash:
        return list(_dash(Dash.model_validate(body)))
    if kind is PaperKind.repeat:
        found = _repeat(RepeatPaper.model_validate(body), others or {})
    elif kind is PaperKind.listing:
        found = _listing(ListedPaper.model_validate(body))
    else:
        found = _rows(body.get("referral", body) if kind is PaperKind.referral else body)
    return [(label, text) for label, text in found if text]


def _rows(told: Mapping[str, Any]) -> Iterator[tuple[str, str]]:
    for name, value in told.items():
        if name in _LEFT_OUT:
            continue
        if isinstance(value, list) and value and isinstance(value[0], dict):
            yield from ((_label(name), _text(name, one)) for one in value)
        else:
            yield _label(name), _text(name, value)


def _label(name: str) -> str:
    return gettext(FIELDS.get(name, name.replace("_", " ").capitalize()))


def _text(name: str, value: Any) -> str:
    if name == "victim_tel":
        return ""  # Shown with the case, where it is safe to call.
    if isinstance(value, dict):
        return _part(value)
    if isinstance(value, list):
        return "; ".join(filter(None, (_text(name, one) for one in value)))
    if isinstance(value, bool):
        return answer_in_words("yes" if value else "no")
    if isinstance(value, int) and name in _MOMENTS:
        return moment(value) if value else ""
    return "" if value is None else _words(name, str(value))


def _words(name: str, text: str) -> str:
    if _HANDLE.fullmatch(text):
        return ""
    if name in _BORN:
        with suppress(ValueError, KeyError):
            return partial_date(text)
    if _DAY.fullmatch(text):
        with suppress(ValueError):
            return partial_date(text)
    return answer_in_words(text)


def _part(value: Mapping[str, Any]) -> str:
    """A part with several fields: a name as people write it; else each with its label where it needs one."""
    if value.keys() <= _NAME:
        name = Name.model_validate(value)
        return str(name) or (gettext(mark("name not known")) if name.not_known else "")
    return "; ".join(text for name, each in value.items() if (text := _said(name, each)))


def _said(name: str, value: Any) -> str:
    if value in (None, "", []) or name in _LEFT_OUT:
        return ""
    text = _text(name, value)
    if not text or name in ("name", "person", "agency", "area", "address", "postcode"):
        return text
    if name in _BORN:
        return gettext(mark("born %(date)s"), date=text)
    if name in _RELATED:
        kin, other = _RELATED[name]
        word = text.casefold().replace(" ", "-").replace("step-", "step")
        return gettext(kin if _KIN.fullmatch(word) else other, relation=text[:1].lower() + text[1:])
    label = gettext(_SHORT[name]) if name in _SHORT else _label(name)
    return f"{label} {text}" if label.endswith("?") else f"{label}: {text}"


def _repeat(said: RepeatPaper, others: Mapping[str, str]) -> Iterator[tuple[str, str]]:
    if (one := said.decision) is not None:
        yield from _decision(one, others)
    yield gettext(mark("Found on, to be decided")), _cases(said.found, others)
    yield gettext(mark("To be decided anew, since who is on it was corrected")), _cases(said.again, others)
    yield gettext(mark("Not on any more, since who is on it was corrected")), _cases(said.ended, others)


def _decision(one: RepeatDecision, others: Mapping[str, str]) -> Iterator[tuple[str, str]]:
    yield gettext(mark("The other case")), _cases((one.other,), others)
    yield gettext(mark("What it is")), gettext(DECIDED[one.decided])
    yield gettext(mark("Why")), one.because
    yield gettext(mark("What happened since")), "; ".join(gettext(HAPPENED[each]) for each in one.happened)
    yield gettext(mark("When it happened")), _day(one.happened_on)
    yield gettext(mark("To which agency it was disclosed")), one.disclosed_to
    yield gettext(mark("How it meets the repeat threshold")), one.threshold
    yield gettext(mark("What the agency that refers again has done since")), one.done_since
    yield gettext(mark("Listed for the meeting of")), _day(one.meeting)
    if one.definition is Definition.violence:
        yield gettext(mark("Definition of a repeat")), gettext(_BEFORE_2018)
    if (meeting := one.professionals) is not None:
        parts = [answer_in_words(meeting.wanted)]
        if meeting.called_by:
            parts.append(gettext(mark("called by %(name)s"), name=meeting.called_by))
        if meeting.led_by:
            parts.append(gettext(mark("led by %(name)s"), name=meeting.led_by))
        if meeting.with_whom:
            parts.append(gettext(_WITH_WHOM[meeting.with_whom]))
        yield gettext(mark("Would a meeting of professionals help?")), ", ".join(parts)
    yield gettext(mark("Decided by")), one.by
    yield gettext(mark("Decided on")), _day(one.on)


def _listing(one: ListedPaper) -> Iterator[tuple[str, str]]:
    yield gettext(mark("What was done")), gettext(DONE[one.done])
    yield gettext(mark("Listed for the meeting of")), _day(one.said.day)
    if one.said.heard:
        yield gettext(mark("Heard on that day already")), answer_in_words("yes")
    yield gettext(mark("Before that, for")), _day(one.was)
    if one.said.before:
        was_heard = "yes" if one.said.before == "heard" else "no"
        yield gettext(mark("Was it heard on that earlier day?")), answer_in_words(was_heard)
    yield gettext(mark("Why")), one.said.because


def _cases(handles: Iterable[str], others: Mapping[str, str]) -> str:
    numbers = (others[one] for one in handles if one in others)
    return "; ".join(gettext(mark("Case %(case)s"), case=one) for one in numbers)


def _day(day: dt.date | None) -> str:
    return partial_date(day.isoformat()) if day else ""


def _dash(dash: Dash) -> Iterator[tuple[str, str]]:
    told = dash.model_dump(mode="json")
    for name in ("tool", "version", "completed_on", "completed_by"):
        yield gettext(FIELDS[name]), _text(name, told[name])
    yield from ((gettext(FIELDS[name]), _text(name, value)) for name, value in told["before"].items())
    for one in QUESTIONS:
        reply = dash.reply(one.name)
        besides = [f"{gettext(BESIDES[name])}: {answer_in_words(text)}" for name, text in reply.boxes.items()]
        ticks = [gettext(BESIDES[name]) for name in reply.ticks]
        parts = [answer_in_words(reply.answer), *besides, *ticks, reply.comment, reply.source]
        yield f"{one.number}. {gettext(ASKED[one.name])}", ". ".join(filter(None, parts))
    for name in list(told)[list(told).index("attached") :]:
        if name not in ("total_yes", "total_dont_know", "severity") and (text := _text(name, told[name])):
            yield gettext(FIELDS[name]), text
    if dash.severity is not None:
        for kind, grid in told["severity"].items():
            if text := _part(grid):
                yield kind.replace("_", " ").capitalize(), text
