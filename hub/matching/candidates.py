"""From opened labels to candidates.

Gather what each asked person matched, weigh it, let one case's people support each other, and hold the candidates
of one person against each other.

Pure: labels come in opened, candidates go out with scores. It does not ask, look up, log or show anything.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field, replace
from itertools import accumulate
from math import log2
from operator import mul

from hub.matching.config import MatchingConfig
from hub.matching.keys import MatchKey
from hub.matching.score import AskedPerson, Namesakes, Score, posterior

_UNLIKELY = 0.5  # of there being no other likely record: below it, people are told of one


@dataclass(slots=True)
class _Matched:
    case: bytes
    completeness: int
    keys: list[MatchKey] = field(default_factory=list)


@dataclass(frozen=True, slots=True)
class ScoredCandidate:
    """One published person who may be the asked one. Handles are the holder's random ones for this epoch."""

    case_handle: bytes
    person_handle: bytes
    score: Score


class CandidateSet:
    """What one asked person's match-keys matched in one holder's feed."""

    def __init__(self, asked: AskedPerson, holder_size: int) -> None:
        self.asked = asked
        self._size = holder_size
        self._met: dict[bytes, _Matched] = {}

    def add(self, key: MatchKey, case_handle: bytes, person_handle: bytes, completeness: int) -> None:
        """Record that `key` opened this label."""
        met = self._met.get(person_handle)
        if met is None:
            met = self._met[person_handle] = _Matched(case_handle, completeness)
        met.keys.append(key)

    def candidates(self) -> list[ScoredCandidate]:
        """Everyone matched, weighed alone, highest score first."""
        counts = Counter(key for met in self._met.values() for key in set(met.keys))
        namesakes = Namesakes(self._size, counts)
        found = [
            ScoredCandidate(met.case, handle, self.asked.score(met.keys, met.completeness, namesakes))
            for handle, met in self._met.items()
        ]
        return sorted(found, key=lambda one: (-one.score.bits, one.person_handle))


def weigh(
    subject: Sequence[ScoredCandidate],
    related: Sequence[Sequence[ScoredCandidate]],
    holder_size: int,
    config: MatchingConfig,
) -> list[ScoredCandidate]:
    """The subject's candidates, supported by their cases and held against each other; highest score first.

    `related` are the candidates of the other people asked about, each alone.
    """
    raised = _supported(subject, related, holder_size, config)
    return sorted(_rivals(raised, holder_size, config), key=lambda one: (-one.score.bits, one.person_handle))


def _supported(
    subject: Sequence[ScoredCandidate],
    related: Sequence[Sequence[ScoredCandidate]],
    holder_size: int,
    config: MatchingConfig,
) -> list[ScoredCandidate]:
    """Each raised by what related asked people matched in the same holder case, whatever their roles.

    If the case is likely theirs, the subject is likely in it: the chance that this person is the subject rises
    from the holder-wide prior to `support.in_case`. A surname is then no evidence, since a family shares it
    (`Score.apart`). One held person cannot support herself.
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
    return raised


def _rivals(
    candidates: Sequence[ScoredCandidate], holder_size: int, config: MatchingConfig
) -> Iterator[ScoredCandidate]:
    """Each lowered by how likely another one is the subject: a holder mostly has one record of a person.

    The prior falls from `known_there` to `known_again`: a second record of one person loses log2 of their ratio
    at most.
    """
    again = config.bands.known_again / config.bands.known_there
    chances = [posterior(one.score.bits, holder_size, config) for one in candidates]
    before = list(accumulate((1 - chance for chance in chances), mul, initial=1.0))
    after = list(accumulate((1 - chance for chance in reversed(chances)), mul, initial=1.0))[::-1]
    for place, one in enumerate(candidates):
        no_other = before[place] * after[place + 1]
        lost = log2(no_other + again * (1 - no_other))
        yield replace(one, score=replace(one.score, bits=one.score.bits + lost, another=no_other < _UNLIKELY))
