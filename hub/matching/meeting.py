"""From opened labels to candidates: gather what each asked person met, weigh it, let one case's people support
each other.

Pure: labels come in opened, candidates go out with scores. It does not ask, look up, log or show anything.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from math import log2

from hub.matching.config import MatchingConfig
from hub.matching.keys import MatchKey
from hub.matching.score import AskedPerson, Score, posterior


@dataclass(slots=True)
class _Met:
    case: bytes
    completeness: int
    keys: list[MatchKey] = field(default_factory=list)


@dataclass(frozen=True, slots=True)
class Candidate:
    """One published person who may be the asked one. Handles are the holder's random ones for this epoch."""

    case_handle: bytes
    person_handle: bytes
    score: Score


class Meeting:
    """What one asked person's match-keys met in one holder's feed."""

    def __init__(self, asked: AskedPerson) -> None:
        self.asked = asked
        self._met: dict[bytes, _Met] = {}

    def add(self, key: MatchKey, case_handle: bytes, person_handle: bytes, completeness: int) -> None:
        """Record that `key` opened this label."""
        met = self._met.get(person_handle)
        if met is None:
            met = self._met[person_handle] = _Met(case_handle, completeness)
        met.keys.append(key)

    def candidates(self) -> list[Candidate]:
        """Everyone met, weighed alone, highest score first."""
        found = [
            Candidate(met.case, handle, self.asked.score(met.keys, met.completeness))
            for handle, met in self._met.items()
        ]
        return sorted(found, key=lambda one: (-one.score.bits, one.person_handle))


def support(
    subject: Sequence[Candidate],
    related: Sequence[Sequence[Candidate]],
    holder_size: int,
    config: MatchingConfig,
) -> list[Candidate]:
    """The subject's candidates again, each raised by what related asked people met in the same holder case.

    Whatever their roles. If the case is likely theirs, the subject is likely in it: the chance that this person is
    the subject rises from the holder-wide prior to `support.in_case`. A surname is then no evidence, since a family
    shares it (`Score.apart`). One held person cannot support herself. Highest score first.
    """
    base = posterior(0.0, holder_size, config)
    met: dict[bytes, list[tuple[bytes, float]]] = {}
    for candidates in related:
        for one in candidates:
            chance = posterior(one.score.bits, holder_size, config)
            met.setdefault(one.case_handle, []).append((one.person_handle, chance))
    raised = []
    for one in subject:
        unlikely = 1.0
        for person, chance in met.get(one.case_handle, ()):
            if person != one.person_handle:
                unlikely *= 1 - chance
        prior = base + (1 - unlikely) * max(config.support.in_case - base, 0.0)
        bits = one.score.apart + log2(prior / (1 - prior)) - log2(base / (1 - base))
        if bits > one.score.bits:
            one = replace(one, score=replace(one.score, bits=bits, by_case=True))
        raised.append(one)
    return sorted(raised, key=lambda one: (-one.score.bits, one.person_handle))
