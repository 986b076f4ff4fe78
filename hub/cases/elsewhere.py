"""What this node's cases say of people, whichever case somebody asks from: areas fled, and that they are sealed.

By the comparison in the clear. A case that must not be known of adds "not known" and no more. Reads alone; does not
say who is told (`hub.consent`).
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

from hub.consent.form.fled import NOT_KNOWN, most_careful
from hub.matching import confirm
from hub.node.transaction import Reading
from hub.records.cases import named_people
from hub.records.gists import every_gist
from hub.values import Person


@dataclass(frozen=True, slots=True)
class Elsewhere:
    """The areas that somebody fled by any case, `NOT_KNOWN` among them, and whether anybody is on a sealed one."""

    fled_from: tuple[str, ...] = ()
    sealed: bool = False


def said_of(
    tx: Reading, people: Sequence[Person], restricts: Callable[[bytes], bool], *, kept_out: bool = False
) -> Elsewhere:
    """What every case with one of these people on it says. That nobody fled says nothing. Raises StorageError.

    Who is `kept_out` of one of these people asks nobody about them: cases that they must not know of say nothing.
    """
    fled, sealed = tuple[str, ...](), False
    for held in named_people(tx, [case.row for case in every_gist(tx) if case.grave]):
        there = [one.details.person for one in held.people]
        if not any(confirm(one, other, tx.node.matching).passes for one in people for other in there):
            continue
        hidden = restricts(held.row.ref_digest)
        if hidden and kept_out:
            continue
        fled = most_careful(fled, (NOT_KNOWN,) if hidden else held.details.fled_from) or ()
        shut = held.details.sealed if kept_out else held.kept.sealed
        sealed = sealed or (shut and not hidden)
    return Elsewhere(fled, sealed)
