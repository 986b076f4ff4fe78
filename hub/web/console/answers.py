"""The answers of a sharing form in words, to be checked before it is sent. Decides nothing."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final, NamedTuple

from hub.consent import GroundKey, Rules, SharingForm
from hub.consent.form.form import Risk
from hub.consent.form.vocabulary import answered
from hub.web.console.form_draft import Draft, FormTyped, Typed
from hub.web.console.forms import unsent
from hub.web.console.language import day, gettext, mark
from hub.web.console.questions import ADULT, EVIDENCE_WORDS, ROWS, Question, every_question, evidence_asked

_PROSE: Final = {"happened": "incident", "necessity": "necessity"}


class Answered(NamedTuple):
    """A line of the answers: the question, what was said, and the page where it is changed."""

    title: str
    said: list[str]
    slug: str


def answers_in_words(draft: Draft, rules: Rules, usual: Mapping[str, list[str]]) -> list[Answered]:
    """The answers in the form's order. `usual`: what stands where nobody said otherwise, by page."""
    return _answers(draft.typed, draft.value, rules, usual)


def form_in_words(form: SharingForm, rules: Rules) -> list[Answered]:
    """All that a form says that was put before somebody, whichever way it came, in the form's order."""
    values = form.model_dump(exclude={"fled_from", "grounds"}) | {
        "grounds": {ROWS[one.key]: one.model_dump() for one in form.grounds}
    }
    value = FormTyped(**{name: getattr(form, name) for name in SharingForm.model_fields})
    found = _answers(unsent(values).typed, value, rules, {})
    if form.dash is not None and form.dash.yes is not None:
        tool = " ".join(filter(None, (form.dash.tool, form.dash.version)))
        words = mark("%(yes)s yes, %(dont_know)s don't know (%(tool)s)")
        counted = gettext(
            words,
            yes=form.dash.yes,
            dont_know=form.dash.dont_know,
            tool=tool or gettext(mark("no tool named")),
        )
        found.append(Answered(gettext(mark("Risk checklist")), [counted], "dash"))
    if form.comments:
        found.append(Answered(gettext(mark("Comments")), [form.comments], "comments"))
    return found


def _answers(every: Typed, value: FormTyped, rules: Rules, usual: Mapping[str, list[str]]) -> list[Answered]:
    found = []
    for page in every_question(rules):
        typed = {name: texts for name, texts in every.items() if page.owns(name) and any(texts)}
        said = _said(page, typed, value) if typed and page.slug != "asked" else usual.get(page.slug, [])
        if page.slug == "grounds":
            said = [rules.law.grounds[one.key].label for one in value.grounds]
        if said:
            found.append(Answered(gettext(page.title), said, page.slug))
    return found


def ground_fields(
    ground: GroundKey, draft: Draft, rules: Rules, missing: list[str]
) -> tuple[list[str], list[str]]:
    """The names of what a ground asks as evidence, and of what it may be shown by besides, by the rules."""
    prefix = f"grounds[{ground}].evidence."
    wanted = [name.removeprefix(prefix) for name in missing if name.startswith(prefix)]
    own = f"grounds.{ROWS[ground]}.evidence."
    typed = [name.removeprefix(own) for name in draft.typed if name.startswith(own)]
    asked = list(dict.fromkeys([*evidence_asked(ground, rules), *wanted]))
    more = [one for one in dict.fromkeys([*ADULT, *typed]) if one not in asked]
    return asked, more


def _said(page: Question, typed: Typed, value: FormTyped) -> list[str]:
    if page.ground is not None:
        evidence = next((one.evidence for one in value.grounds if one.key is page.ground), {})
        return [
            f"{gettext(EVIDENCE_WORDS.get(name, name))} {text}"
            for name, text in evidence.items()
            if answered(text)
        ]
    if page.slug in _PROSE:
        return [getattr(value, _PROSE[page.slug])]
    if page.slug == "review":
        return [day(value.review.date)] if value.review.date else []
    chosen = [gettext(page.items[text]) for texts in typed.values() for text in texts if text in page.items]
    return [*chosen, *_beside(page, value)]


def _beside(page: Question, value: FormTyped) -> list[str]:
    """What was written beside what was chosen."""
    if page.slug == "fled":
        return list(value.form.fled_from or ()) if value.fled == "areas" else []
    if page.slug == "others":
        return [line for one in value.risk if (line := _at_risk(one))]
    if page.slug == "interest":
        return [value.conflicts.details] if value.conflicts.details else []
    if page.slug == "advice":
        return [
            line
            for one in value.consultations
            for line in (one.who, day(one.date) if one.date else "", one.advice, one.decision)
            if line
        ]
    return []


def _at_risk(one: Risk) -> str:
    """A row of the form's table of who is at risk: from whom, and the concerns around it."""
    who = (
        gettext(mark("%(who)s, from %(whom)s"), who=one.who, whom=one.from_whom) if one.from_whom else one.who
    )
    more = (
        one.concerns,
        gettext(mark("Immediate: %(what)s"), what=one.immediate) if one.immediate else "",
        gettext(mark("Identified by %(name)s"), name=one.identified_by) if one.identified_by else "",
    )
    said = ". ".join(text.rstrip(".") for text in more if text)
    return f"{who}: {said}" if who and said else who or said
