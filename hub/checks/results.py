"""From what matched to what is shown: bands, reasons in words, and who was dismissed as not the same person.

Pure. How many more there are is always said, never hidden. Does not ask (`hub.checks.ask_area`) or remember
(`hub.checks.dismissals`).
"""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from typing import Final

from hub.matching import MatchingConfig, band_of
from hub.records.check import Candidate
from hub.values import Band
from hub.wire.lookup import Found

MOST_CANDIDATES: Final = 20
LIKELY: Final = (Band.strong, Band.probable)


@dataclass(frozen=True, slots=True)
class Presented:
    """Candidates surest first, those dismissed, and what else a person should know."""

    candidates: tuple[Candidate, ...]
    set_aside: tuple[Candidate, ...]
    note: str


def present(found: Found, config: MatchingConfig, dismissed: Collection[bytes]) -> Presented:
    """Return what is shown of one area's findings. `dismissed`: person handles of candidates dismissed before."""
    listed: list[Candidate] = []
    set_aside: list[Candidate] = []
    cases = set()
    for one in found.subject:
        sure = band_of(one.score, found.size, config)
        if sure is None:
            continue
        cases.add(one.case_handle)
        reasons = tuple(reason.text for reason in one.score.reasons)
        handle = one.person_handle.hex()
        candidate = Candidate(band=sure, reasons=reasons, handle=handle, whole=one.score.met.whole)
        (set_aside if one.person_handle in dismissed else listed).append(candidate)
    notes = []
    if len(listed) > MOST_CANDIDATES:
        more = len(listed) - MOST_CANDIDATES
        notes.append(f"{more} more possible matches are not listed: give more of the date of birth.")
    if set_aside:
        notes.append(f"Dismissed before as not the same person: {len(set_aside)}.")
    if _cases_met(found, config) - cases:
        notes.append(
            "At least two other people of this case are likely known there in one case, but the subject was not "
            "matched in it. The subject may be known there under another name: telephone the area."
        )
    return Presented(tuple(listed[:MOST_CANDIDATES]), tuple(set_aside), " ".join(notes))


def _cases_met(found: Found, config: MatchingConfig) -> set[bytes]:
    """The holder's cases in which two related people or more are likely known, whatever their roles."""
    who: dict[bytes, set[int]] = {}
    for number, candidates in enumerate(found.related):
        for one in candidates:
            if band_of(one.score, found.size, config) in LIKELY:
                who.setdefault(one.case_handle, set()).add(number)
    return {case for case, people in who.items() if len(people) > 1}
