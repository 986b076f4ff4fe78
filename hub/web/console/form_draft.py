"""What was typed on the pages of a sharing form so far: kept with the session, by the form's address, until sent.

It is a draft of the form that the API, a file and the engine have (`hub.consent.form`), with the answer to who fled
as a page asks it. A page sets its own fields and no other. Kept sealed (`hub.accounts.sessions`).
"""

from __future__ import annotations

import json
import secrets
from collections.abc import Callable, Iterable, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, field, replace
from typing import Final

from pydantic import Field

from hub.accounts import sessions
from hub.consent import SharingForm
from hub.consent.form.fled import NOT_KNOWN, fled_areas
from hub.errors import InputError
from hub.node.node import Node
from hub.values import Level, NodeId, Role, ShortText
from hub.web.console.asked import Asked
from hub.web.console.forms import form_of, unsent
from hub.web.console.language import mark
from hub.web.console.questions import ROWS, Question, every_question
from hub.web.typed.fled import Fled, fled_from

Typed = Mapping[str, tuple[str, ...]]
_ONCE_BYTES: Final = 16


class FormTyped(SharingForm):
    """The form as pages ask it. `people`: handles of records; `areas`: those to ask."""

    fled: Fled | None = Field(default=None, title=mark("whether anyone here fled an area"))
    fled_areas: tuple[NodeId, ...] = Field(default=(), max_length=50)
    fled_else: ShortText = ""
    people: tuple[ShortText, ...] = Field(default=(), max_length=20)
    areas: tuple[NodeId, ...] = Field(default=(), max_length=400)

    @property
    def form(self) -> SharingForm:
        """The form as the engine reads it."""
        fled = fled_from(self.fled, self.fled_areas, self.fled_else) if self.fled else None
        own = {name: getattr(self, name) for name in SharingForm.model_fields}
        return SharingForm.model_validate({**own, "fled_from": fled})


@dataclass(frozen=True)
class Draft:
    """`once`: the form's own token, so that sending it twice asks once. `trail`: the pages answered, in order."""

    once: str = field(default_factory=lambda: secrets.token_hex(_ONCE_BYTES))
    typed: Typed = field(default_factory=dict, repr=False)
    trail: tuple[str, ...] = ()

    @classmethod
    def read(cls, text: str) -> Draft | None:
        """A draft as it was kept; None where nothing was."""
        if not text:
            return None
        kept = json.loads(text)
        typed = {name: tuple(values) for name, values in kept["typed"].items()}
        return cls(kept["once"], typed, tuple(kept["trail"]))

    @property
    def written(self) -> str:
        """The draft as it is kept."""
        return json.dumps({"once": self.once, "typed": self.typed, "trail": self.trail})

    @property
    def value(self) -> FormTyped:
        """What was typed, as the form has it. What cannot be read any more, of a page that changed, is left out."""
        return read_typed(self.typed)

    def answered(self, question: Question, typed: Typed) -> Draft:
        """The draft with a page's answers in place of those that it had before."""
        others = {name: texts for name, texts in self.typed.items() if not question.owns(name)}
        trail = (*(one for one in self.trail if one != question.slug), question.slug)
        whole = {**others, **typed}
        ticked = {number for number in ROWS.values() if f"grounds.{number}.key" in whole}
        whole = {name: texts for name, texts in whole.items() if _stays(name, ticked)}
        return replace(self, typed=whole, trail=trail if question.slug not in self.trail else self.trail)

    def filled(self, typed: Typed) -> Draft:
        """The draft with answers that were given elsewhere, where it has none of its own."""
        return replace(self, typed={**typed, **self.typed})

    def without(self, question: Question) -> FormTyped:
        """The form as it would be had that page not been answered."""
        return read_typed({name: texts for name, texts in self.typed.items() if not question.owns(name)})


def _stays(name: str, ticked: Iterable[int]) -> bool:
    """Whether a field is no evidence, or that of a ground that is ticked."""
    parts = name.split(".")
    return parts[0] != "grounds" or int(parts[1]) in ticked


def read_typed(typed: Typed) -> FormTyped:
    """What was typed, as the form has it, without what cannot be read."""
    pairs = [(name, text) for name, texts in typed.items() for text in texts]
    with suppress(InputError):
        form = form_of(pairs, FormTyped)
        wrong = {one.name for one in form.errors}
        if form.value is None:
            form = form_of([pair for pair in pairs if pair[0] not in wrong], FormTyped)
        if form.value is not None:
            return form.value
    return FormTyped()


def drafted(node: Node, form: SharingForm, people: Sequence[str], areas: Sequence[NodeId]) -> Draft:
    """A draft of what a form has that was put already, as pages ask it; not what the case and account say."""
    about = form.subjects[0] if form.subjects else None
    left_out = set() if form.level is not Level.involvement else {"subjects.0.data"}
    if about is None or about.role is not Role.victim:
        left_out |= {"subjects.0.agreement", "subjects.0.capacity", "subjects.0.only_self_at_risk"}
    values = form.model_dump(exclude={"fled_from", "grounds"}) | {
        **_fled(node, form),
        "people": people,
        "areas": areas,
        "grounds": {ROWS[one.key]: one.model_dump() for one in form.grounds},
    }
    pages = every_question(node.rules)
    typed = {
        name: texts
        for name, texts in unsent(values).typed.items()
        if name not in left_out and any(texts) and any(page.owns(name) for page in pages)
    }
    return Draft(
        typed=typed, trail=tuple(page.slug for page in pages if any(page.owns(name) for name in typed))
    )


def _fled(node: Node, form: SharingForm) -> dict[str, object]:
    """The answer to who fled as its page has it; nothing where the page could not show all of it."""
    answer = form.fled_from
    if answer is None:
        return {}
    named = fled_areas(answer)
    known = [one for one in named if node.areas.get(one) is not None]
    other = [one for one in named if one not in known]
    if len(other) > 1 or (named and NOT_KNOWN in answer):
        return {}
    fled: Fled = "areas" if named else "not_known" if answer else "none"
    return {"fled": fled, "fled_areas": known, "fled_else": "".join(other)}


def form_address(case: bytes) -> str:
    """Where the sharing form of a case is, by the handle of its record."""
    return f"/cases/{case.hex()}/form"


def kept_draft(asked: Asked, address: str) -> Draft | None:
    """What was typed of the form at an address."""
    return Draft.read(asked.session.forms.get(address, "")) if asked.session else None


def change_draft(asked: Asked, address: str, change: Callable[[Draft | None], Draft | None]) -> Draft | None:
    """Change what is kept, from what it is now, and give what is kept then."""
    if asked.session is None:
        return None

    def changed(text: str) -> str:
        after = change(Draft.read(text))
        return after.written if after else ""

    return Draft.read(sessions.change_form(asked.node, asked.session, address, changed))
