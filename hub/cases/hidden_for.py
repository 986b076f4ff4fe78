"""For what a case hides its people, for whoever may know of it: nobody reads that a woman is sealed who fled.

Counts and names reasons alone. Does not say who may know of a case (`access`), and does not search (`same_people`).
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping
from enum import StrEnum

from hub.consent.form.fled import NOT_KNOWN, fled_areas
from hub.records.cases import CaseDetails, Likeness


class HiddenFor(StrEnum):
    """Why somebody is hidden by a case, the gravest first. `another`: for what yet another case says of them."""

    sealed = "sealed"
    fled = "fled"
    not_known = "not_known"
    another = "another"


Counts = Counter[HiddenFor]


def hidden_for(case: CaseDetails) -> HiddenFor:
    """Why a case that hides its people does."""
    if case.sealed:
        return HiddenFor.sealed
    if fled_areas(case.fled_from):
        return HiddenFor.fled
    return HiddenFor.not_known if NOT_KNOWN in (case.fled_from or ()) else HiddenFor.another


def counted_once(found: Iterable[Likeness], why: Mapping[str, HiddenFor]) -> Counts:
    """How many people these likenesses are of, each by the gravest reason. `why`: by the hiding case's handle."""
    order = list(HiddenFor)
    gravest = dict[str, HiddenFor]()
    for one in found:
        reason = why.get(one.sealed_case, HiddenFor.another)
        before = gravest.get(one.person, HiddenFor.another)
        gravest[one.person] = min(reason, before, key=order.index)
    return Counter(gravest.values())
