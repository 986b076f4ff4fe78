"""What a manager signs before anything moves, one a page: all that it says, and the fled-area question on its own.

They say that they have no connection with anyone in the case, show again who they are, and sign or send it back.
An area that somebody fled is told by telephone: who receives it is named first, the number is the node's own and is
shown once that is permitted, and the call is recorded. Decides nothing itself (`hub.checks.sign`).
"""

from __future__ import annotations

import datetime as dt
import re
from contextlib import suppress
from typing import Annotated, Any, Final, Literal

from fastapi import Response
from pydantic import Field, StringConstraints

from hub.cases.said_here import cases_that_say
from hub.cases.shown import CaseLine
from hub.checks.disclose import deliver_first
from hub.checks.sign import Signing, ToSign, ask_signed, not_rung, record_call, sign, to_sign
from hub.checks.submissions import Shown, send_back, submission_shown
from hub.consent.form.vocabulary import Decided
from hub.consent.telling import NotTold
from hub.errors import ConflictError, HubError
from hub.matching import name_words
from hub.matching.written_dates import DayWritten
from hub.records.submissions import Call, SubmissionState, TellingAnswer, submission_of
from hub.values import LongText, ShortText, Value
from hub.web.console.answers import form_in_words
from hub.web.console.asked import Asked, Page, see
from hub.web.console.drafts import forget, typed_before
from hub.web.console.forms import Form, unsent
from hub.web.console.language import ZONE, gettext, mark
from hub.web.console.submission_words import (
    asked_in_words,
    fled_in_words,
    said_in_words,
    state_in_words,
)

AGAINST: Final = {
    NotTold.fled: mark("Somebody in this case fled this area."),
    NotTold.not_safe: mark("The victim named this area, or somebody there, as not safe to talk to."),
    NotTold.sealed: mark("Somebody asked about is on a sealed case here."),
    NotTold.area_unknown: mark(
        "An area that somebody in this case fled is none that this node knows, so it may be this one."
    ),
    NotTold.not_known: mark("It is not known whether anyone in this case fled an area."),
    NotTold.unanswered: mark("Nobody has answered whether anyone in this case fled an area."),
}
"""What stands against telling an area, to the manager who decides about it."""
_ABOVE: Final = frozenset({"asked", "fled", "said", "level", "necessity"})
"""What of the form the page says already above its other answers."""
CLOCK: Final = re.compile(r"(?:[01]?\d|2[0-3])[:.][0-5]\d")
_NO_CONNECTION: Final = mark(
    "Tick that you have no connection with anyone in this case; if you have, another manager signs"
)


class SignForm(Value):
    """What a manager says who signs, or sends back. `seen`: what stood against telling when the page was made."""

    telling: Literal["yes", "no", "not_decided"] | None = Field(
        default=None, title=mark("whether they may be told")
    )
    words: LongText = Field(default="", title=mark("your reasons"))
    receiver: ShortText = Field(default="", title=mark("who there is to receive it"))
    receiver_known: bool = Field(default=False, title=mark("that they have no connection"))
    over_hub: bool = Field(default=False, title=mark("whether it goes over the hub too"))
    no_connection: bool = Field(
        default=False, title=mark("that you have no connection with anyone in this case")
    )
    missing: LongText = Field(default="", title=mark("what is missing"))
    seen: Annotated[str, StringConstraints(max_length=200)] = ""

    @property
    def answer(self) -> TellingAnswer | None:
        """What is kept of the answer about the area."""
        if self.telling not in ("yes", "no"):
            return None
        decided = Decided.share if self.telling == "yes" else Decided.do_not_share
        return TellingAnswer(
            decided=decided, words=self.words, receiver=self.receiver, over_hub=self.over_hub
        )


class CallForm(Value):
    """Whom a manager spoke to in the area, when, and what was said; or why nobody was rung."""

    spoken_to: ShortText = Field(default="", title=mark("whom you spoke to"))
    on: DayWritten | None = Field(default=None, title=mark("the day of the call"))
    clock: ShortText = Field(default="", title=mark("the time of the call"))
    said: LongText = Field(default="", title=mark("what was said"))
    why_not: LongText = Field(default="", title=mark("why they are not told after all"))


def _show(asked: Asked) -> Response:
    shown = submission_shown(asked.node, asked.acting, asked.place("submission"))
    if shown is None:
        return asked.not_found()
    model = CallForm if shown.state is SubmissionState.to_ring else SignForm
    return _page(asked, shown, typed_before(asked, model) or unsent())


def _send(asked: Asked) -> Response:
    shown = submission_shown(asked.node, asked.acting, asked.place("submission"))
    if shown is None:
        return asked.not_found()
    try:
        if shown.state is SubmissionState.to_ring:
            return _rung(asked, shown)
        if shown.state is SubmissionState.waiting:
            return _signed(asked, shown)
    except ConflictError:  # Somebody decided it meanwhile: what they decided is shown.
        pass
    return see(asked.request.url.path)


def _signed(asked: Asked, shown: Shown) -> Response:
    form = asked.form(SignForm)
    said = form.value
    try:
        then = to_sign(asked.node, asked.acting, shown.submission)
    except HubError as error:
        then, gone = None, error.text
    if said is not None and form.button == "back":
        if not said.missing:
            form = form.with_error("missing", gettext(mark("Say what is missing")))
            return _page(asked, shown, form, 422)
        send_back(asked.node, asked.acting, shown.number, said.missing)
        forget(asked)
        return see("/countersign")
    if said is not None and then is not None:
        for name, text in _wrong(said, then):
            form = form.with_error(name, text)
    if form.value is None or said is None or then is None or then.own:
        return _page(asked, shown, form, 422, (gone,) if then is None else ())
    try:
        done = sign(asked.node, asked.acting, shown, said.answer if then.fled else None)
    except ConflictError as error:
        if _state_now(asked, shown) is not SubmissionState.waiting:
            raise
        return _page(asked, shown, form, 422, (error.text,))
    forget(asked)
    return _sent(asked, done, shown)


def _state_now(asked: Asked, shown: Shown) -> SubmissionState | None:
    found = submission_shown(asked.node, asked.acting, shown.number)
    return found.state if found is not None else None


def _sent(asked: Asked, done: Signing, shown: Shown) -> Response:
    """Send or ask what was signed; where an area cannot be told it waits, and the worker goes on trying."""
    delivery = done.delivery
    if delivery is not None:
        with suppress(HubError):
            asked.peers(lambda client: deliver_first(asked.node, client, delivery))
    if done.question is not None:
        with asked.node.read() as tx:
            signed = submission_of(tx, shown.number)
        with suppress(HubError):
            asked.peers(lambda client: ask_signed(asked.node, client, signed))
    return see(asked.request.url.path)


def _wrong(said: SignForm, then: ToSign) -> list[tuple[str, str]]:
    """What the fields say against each other, or lack: the field, and a sentence."""
    found = []
    if then.fled:
        found += _wrong_telling(said, then)
    if not said.no_connection:
        found.append(("no_connection", gettext(_NO_CONNECTION)))
    return found


def _wrong_telling(said: SignForm, then: ToSign) -> list[tuple[str, str]]:
    if said.telling is None:
        return [("telling", gettext(mark("Say whether they may be told")))]
    if said.telling == "not_decided":
        text = mark("While that is not decided nobody is told: send it back, and say what you need to know")
        return [("telling", gettext(text))]
    if said.seen != then.seen:
        text = mark("What stands against telling them has changed since this page was made: read it again")
        return [("telling", gettext(text))]
    found = []
    if not said.words:
        found.append(("words", gettext(mark("Give your reasons"))))
    if said.telling == "yes":
        if len(name_words(said.receiver)) < 2:
            text = mark("Name who there is to receive it, by given name and surname")
            found.append(("receiver", gettext(text)))
        if not said.receiver_known:
            text = mark("Tick that they have no connection with anyone in this case, as far as you know")
            found.append(("receiver_known", gettext(text)))
    return found


def _rung(asked: Asked, shown: Shown) -> Response:
    form = asked.form(CallForm)
    said = form.value
    if said is not None and form.button == "not_rung":
        if not said.why_not:
            form = form.with_error("why_not", gettext(mark("Say why they are not told after all")))
            return _page(asked, shown, form, 422)
        not_rung(asked.node, asked.acting, shown, said.why_not)
        forget(asked)
        return see(asked.request.url.path)
    if said is not None:
        for name, text in _wrong_call(said, dt.datetime.fromtimestamp(asked.node.now(), ZONE)):
            form = form.with_error(name, text)
    if form.value is None or said is None or said.on is None:
        return _page(asked, shown, form, 422)
    number = to_sign(asked.node, asked.acting, shown.submission).number
    call = Call(spoken_to=said.spoken_to, on=said.on, clock=said.clock, said=said.said, number=number)
    done = record_call(asked.node, asked.acting, shown, call)
    forget(asked)
    return _sent(asked, done, shown)


def _wrong_call(said: CallForm, now: dt.datetime) -> list[tuple[str, str]]:
    found = []
    if len(name_words(said.spoken_to)) < 2:
        found.append(("spoken_to", gettext(mark("Name whom you spoke to, by given name and surname"))))
    if said.on is None or said.on > now.date():
        found.append(("on", gettext(mark("Give the day of the call; it cannot be after today"))))
    if not CLOCK.fullmatch(said.clock):
        found.append(("clock", gettext(mark("Give the time of the call, such as 14:20"))))
    elif said.on == now.date() and dt.time.fromisoformat(said.clock.replace(".", ":").zfill(5)) > now.time():
        found.append(("clock", gettext(mark("Give the time of the call; it cannot be later than now"))))
    if not said.said:
        found.append(("said", gettext(mark("Write what was said"))))
    return found


def _page(
    asked: Asked, shown: Shown, form: Form[Any], status: int = 200, problems: tuple[str, ...] = ()
) -> Response:
    submission, then = shown.submission, None
    try:
        then = to_sign(asked.node, asked.acting, submission)
    except HubError as error:  # Its candidate or its area is not there any more, or not to be believed.
        problems = (*problems, error.text) if error.text not in problems else problems
    return asked.page(
        "before.html",
        status,
        numbers=True,
        form=form,
        shown=shown,
        one=submission,
        then=then,
        problems=problems,
        against=[gettext(AGAINST[one]) for one in then.against] if then else [],
        say_so=_say_so(asked, then),
        state=state_in_words(shown.state),
        steps=[(step, state_in_words(step.state)) for step in submission.steps],
        level=asked_in_words(submission),
        said=list(dict.fromkeys(said_in_words(submission.form))),
        answers=[one for one in form_in_words(submission.form, asked.node.rules) if one.slug not in _ABOVE],
        fled=fled_in_words(then.fled_from if then else submission.form.fled_from),
        lacking=then.lacks if then and shown.state is SubmissionState.waiting else submission.not_accepted,
        to_area=submission.area_called,
    )


def _say_so(asked: Asked, then: ToSign | None) -> list[CaseLine]:
    """The cases by which something stands against telling the area, of those that this manager may open."""
    if then is None or not then.fled:
        return []
    return cases_that_say(asked.node, asked.acting, (then.request.subject, *then.request.related))


PAGES: Final = (
    Page("GET", "/countersign/before/{submission}", _show),
    Page("POST", "/countersign/before/{submission}", _send),
)
