"""A waiting request item by item: what would go, who supplied it, and a decision that releases a part.

What an item is, and which go by whose word, is `hub.checks.released`'s; recording is `hub.checks.answer`'s.
"""

from __future__ import annotations

from typing import Annotated, NamedTuple

from pydantic import Field, StringConstraints

from hub.cases.publication import supplier_of
from hub.checks.answer import HolderDecision, WaitingRequest, considered
from hub.checks.released import BEYOND_INVOLVEMENT
from hub.consent import Decider
from hub.errors import UsageError
from hub.node.node import Node
from hub.records.received import DisclosureKey, HolderWord, Item
from hub.values import Level, LongText, Value

Words = Annotated[LongText, StringConstraints(min_length=2)]


class PartDecision(Value):
    """What a person writes who releases a part: which items go, why the rest is withheld, and on what basis.

    `permission`: who allowed it to leave, and when; needed where more than involvement goes.
    """

    items: Annotated[tuple[Item, ...], Field(min_length=1, max_length=len(Item))]
    because: Words
    basis: Words
    permission: LongText = ""


class WaitingItem(NamedTuple):
    """One item of what an answer would hold. `supplied_by`: empty where nobody has recorded that."""

    item: Item
    says: str
    supplied_by: str
    with_idva_service: bool


def items_of(node: Node, waiting: WaitingRequest) -> list[WaitingItem]:
    """What would go if whoever it waits for released it, item by item; nothing where nothing would."""
    decider = Decider(waiting.waits_for[0]) if waiting.waits_for else Decider.coordinator
    with node.read() as tx:
        found = considered(tx, waiting.key, waiting.question, HolderDecision(decider, release=True))
    if found is None or not found.part.goes:
        return []
    agency = supplier_of(node, found.held.details, node.agreements.held).agency
    return [
        WaitingItem(
            one, found.packet.says(one), found.packet.supplied_by(one, agency), one in found.part.stays
        )
        for one in found.packet.items
    ]


def part_decision(
    node: Node, key: DisclosureKey, typed: PartDecision, by: Decider, name: str
) -> HolderDecision:
    """The decision that releases those items, with the word that is kept. Raises UsageError without permission."""
    if (
        key.level is not Level.involvement
        and BEYOND_INVOLVEMENT.intersection(typed.items)
        and not typed.permission
    ):
        raise UsageError(
            "More than involvement goes, and it is not said who allowed it to leave.",
            kept="Nothing was decided: it still waits.",
            do='Say in "permission" who allowed it, and when: who supplied it, or the meeting.',
        )
    word = HolderWord(
        by=name,
        office=by.value,
        at=node.now(),
        answer="release_part",
        because=typed.because,
        basis=typed.basis,
        permission=typed.permission,
        released=tuple(one for one in Item if one in typed.items),
    )
    return HolderDecision(by, release=True, name=name, word=word, items=word.released)
