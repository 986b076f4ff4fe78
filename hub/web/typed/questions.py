"""The routine question as it is typed or sent: its answers, what is wrong with them, and asking it once."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from contextlib import suppress
from typing import Final

from pydantic import Field

from hub.checks import routine
from hub.checks.check import check
from hub.checks.routine import Asking, RoutineAnswers, WhyNow
from hub.consent import VictimAgreement
from hub.errors import ConflictError
from hub.federation.client import PeerClient
from hub.node.node import Node
from hub.records.cases import HeldCase
from hub.records.check import CheckRequest
from hub.values import NodeId, ShortText
from hub.web.typed.fled import FledTyped, wrong_with_fled
from hub.web.typed.words import mark

_REVIEWS: Final = mark(
    "Only the victim is at risk, so what was said stands and nobody was asked: take it to your manager or Caldicott"
    " Guardian"
)


KNOWN_AND_NOT: Final = mark("You wrote how you know somebody: choose Yes, or take the words away")


class AskForm(FledTyped):
    """What the page asks, and what it has ticked already."""

    why: WhyNow = Field(title=mark("why you ask now"))
    line: ShortText = Field(default="", title=mark("the line about why"))
    said: VictimAgreement = Field(title=mark("what the victim said about asking"))
    others: bool | None = Field(default=None, title=mark("whether anyone else is at risk"))
    knows: bool = Field(title=mark("whether you know anyone in this case"))
    how: ShortText = Field(default="", title=mark("how you know them"))
    people: tuple[ShortText, ...] = Field(max_length=20, title=mark("the people to ask about"))
    areas: tuple[NodeId, ...] = Field(max_length=400, title=mark("the areas to ask"))


def questions_of(case: HeldCase, answers: AskForm, asking: Asking) -> dict[str, CheckRequest]:
    """The question about each person, by the handle of the record. Pure."""
    people = [one.handle.hex() for one in routine.askable(case) if one.handle.hex() in answers.people]
    given = RoutineAnswers(
        why=answers.why,
        line=answers.line,
        said=answers.said,
        fled_from=answers.fled_from,
        knows_anyone=answers.knows,
        known_how=answers.how,
        people=tuple(people),
        areas=answers.areas,
        others_at_risk=answers.others if answers.said is VictimAgreement.refused else None,
    )
    return dict(zip(people, routine.routine_questions(case, given, asking), strict=True))


def wrong_with(answers: AskForm, case: HeldCase) -> Iterator[tuple[str, str]]:
    """What the fields say against each other, or against the case: the field, and a sentence."""
    if answers.said is VictimAgreement.refused and answers.others is None:
        yield "others", mark("Say whether anyone else is at risk")
    if answers.said is VictimAgreement.refused and answers.others is False:
        yield "others", _REVIEWS
    yield from wrong_with_fled(answers)
    if answers.knows and not answers.how:
        yield "how", mark("Say how you know them")
    if answers.how and not answers.knows:
        yield "knows", KNOWN_AND_NOT
    known = {one.handle.hex() for one in routine.askable(case)}
    if not known.intersection(answers.people):
        yield "people", mark("Tick somebody to ask about")


async def put_questions(
    node: Node, client: PeerClient, questions: Mapping[str, CheckRequest], ids: Mapping[str, str]
) -> None:
    """Ask each question, one after the other; one that is asked already is not asked again."""
    for handle, question in questions.items():
        with suppress(ConflictError):
            await check(node, client, question, check_id=ids[handle])
