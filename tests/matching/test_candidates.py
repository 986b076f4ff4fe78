"""Candidates of one question, and how the people of one case support each other."""

from __future__ import annotations

from math import log2

import pytest
from hypothesis import given
from hypothesis import strategies as st

from hub.matching import (
    AskedPerson,
    CandidateSet,
    Score,
    ScoredCandidate,
    completeness,
    match_keys,
    posterior,
    weigh,
)
from hub.values import Person
from tests.matching.people import config, person, population

SIZE = 5_000


def candidate(case: str, who: str, bits: float, apart: float | None = None) -> ScoredCandidate:
    return ScoredCandidate(case.encode(), who.encode(), Score(bits, bits if apart is None else apart))


def meet(asked: Person, *held: tuple[str, str, Person]) -> list[ScoredCandidate]:
    meeting = CandidateSet(AskedPerson(asked, population(), config()), SIZE)
    for case, who, other in held:
        for key in set(meeting.asked.keys) & set(match_keys(other, config())):
            meeting.add(key, case.encode(), who.encode(), completeness(other))
    return meeting.candidates()


def test_candidates_come_highest_first_each_once() -> None:
    anna = person("Anna", "Smith", "1984-03-17")
    found = meet(
        anna,
        ("c1", "p1", person("Anna", "Smith", "1990-03-17")),
        ("c2", "p2", anna),
        ("c3", "p3", person("Zoe")),
    )
    assert [one.person_handle for one in found] == [b"p2", b"p1"]


def test_a_changed_surname_is_found_by_the_rest_of_the_case() -> None:
    """The victim married and her date was misheard; the perpetrator and a child are plain."""
    victim = meet(person("Anna", "Smith", "1984-03-17"), ("c1", "v", person("Anna", "Jones", "1984-03-19")))
    partner = meet(
        person("Marek", "Lewandowski", "1980-05-05"),
        ("c1", "p", person("Marek", "Lewandowski", "1980-05-05")),
    )
    alone, helped = victim[0], weigh(victim, [partner], SIZE, config())[0]
    assert helped.score.bits > alone.score.bits + 5
    assert "case_agrees" in {reason.code for reason in helped.score.reasons}


def test_other_cases_and_the_same_person_do_not_support() -> None:
    mine = [candidate("c1", "a", 8.0)]
    assert weigh(mine, [[candidate("c2", "b", 40.0)]], SIZE, config()) == mine
    assert weigh(mine, [[candidate("c1", "a", 40.0)]], SIZE, config()) == mine


def test_a_shared_surname_is_no_evidence_inside_a_case() -> None:
    sister = candidate("c1", "sister", 6.0, apart=-9.0)
    assert weigh([sister], [[candidate("c1", "mother", 40.0)]], SIZE, config())[0].score.bits < 10


def test_a_namesake_loses_beside_the_one_who_fits_and_is_still_listed() -> None:
    """And is told so; a second record of one person loses little of much."""
    fits, namesake, again = (
        candidate("c1", "fits", 40.0),
        candidate("c2", "name", 12.0),
        candidate("c3", "x", 38.0),
    )
    alone, beside = (
        {one.person_handle: one.score for one in weigh(found, [], SIZE, config())}[b"name"]
        for found in ([namesake], [fits, namesake])
    )
    assert alone.bits == 12.0
    assert not alone.another
    bands = config().bands
    assert beside.bits == pytest.approx(12.0 + log2(bands.known_again / bands.known_there), abs=0.1)
    assert "another_agrees" in {reason.code for reason in beside.reasons}
    twice = weigh([fits, again], [], SIZE, config())
    assert min(one.score.bits for one in twice) > 35


def test_a_full_name_that_many_there_have_is_less_evidence() -> None:
    """What the table cannot know: how common both names together are where the question is answered."""
    asked = person("Blessing", "Oyelaran")
    one = meet(asked, ("c0", "p0", asked))[0].score.bits
    many = meet(asked, *((f"c{n}", f"p{n}", asked) for n in range(20)))[0].score.bits
    assert one - many > 2


bits = st.floats(-20, 60)
Found = list[tuple[str, str, float]]


@given(st.lists(st.tuples(st.sampled_from("abc"), st.sampled_from("pqrs"), bits), max_size=6), st.data())
def test_more_support_raises_more(found: Found, data: st.DataObject) -> None:
    if found:
        case, who, value = data.draw(st.sampled_from(found))
        subject = [candidate(case, case + who, value, data.draw(bits))]
        related = [[candidate(case, case + who, value) for case, who, value in found]]
        none, once, twice = (
            weigh(subject, some, SIZE, config())[0].score.bits for some in ([], related, related * 2)
        )
        assert none - 1e-9 <= once <= twice + 1e-9


@given(st.lists(st.tuples(st.just("c"), st.sampled_from("pqrs"), bits), max_size=5), bits, bits)
def test_equal_to_the_plain_definition_of_rivals(found: Found, mine: float, theirs: float) -> None:
    """The chance that nobody else is the subject, and the prior between one record of her and one more."""
    everyone = [candidate("d", "me", mine), candidate("e", "you", theirs)]
    everyone += [candidate(case, f"{who}{place}", value) for place, (case, who, value) in enumerate(found)]
    bands = config().bands
    for one in weigh(everyone, [], SIZE, config()):
        alone = next(other.score.bits for other in everyone if other.person_handle == one.person_handle)
        nobody = 1.0
        for other in everyone:
            if other.person_handle != one.person_handle:
                nobody *= 1 - posterior(other.score.bits, SIZE, config())
        prior = nobody * bands.known_there + (1 - nobody) * bands.known_again
        assert one.score.bits == pytest.approx(alone + log2(prior / bands.known_there))
