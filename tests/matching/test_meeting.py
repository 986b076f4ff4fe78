"""Candidates of one question, and how the people of one case support each other."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from hub.matching import AskedPerson, Candidate, Meeting, Score, completeness, match_keys, support
from hub.values import Person
from tests.matching.people import config, person, population

SIZE = 5_000


def candidate(case: str, who: str, bits: float, apart: float | None = None) -> Candidate:
    return Candidate(case.encode(), who.encode(), Score(bits, bits if apart is None else apart))


def meet(asked: Person, *held: tuple[str, str, Person]) -> list[Candidate]:
    meeting = Meeting(AskedPerson(asked, population(), config()))
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
    alone, helped = victim[0], support(victim, [partner], SIZE, config())[0]
    assert helped.score.bits > alone.score.bits + 5
    assert "case_agrees" in {reason.code for reason in helped.score.reasons}


def test_other_cases_and_the_same_person_do_not_support() -> None:
    mine = [candidate("c1", "a", 8.0)]
    assert support(mine, [[candidate("c2", "b", 40.0)]], SIZE, config()) == mine
    assert support(mine, [[candidate("c1", "a", 40.0)]], SIZE, config()) == mine


def test_a_shared_surname_is_no_evidence_inside_a_case() -> None:
    sister = candidate("c1", "sister", 6.0, apart=-9.0)
    assert support([sister], [[candidate("c1", "mother", 40.0)]], SIZE, config())[0].score.bits < 10


bits = st.floats(-20, 60)


@given(st.lists(st.tuples(st.sampled_from("abc"), st.sampled_from("pqrs"), bits), max_size=6), st.data())
def test_support_only_raises_and_more_of_it_raises_more(
    found: list[tuple[str, str, float]], data: st.DataObject
) -> None:
    subject = [candidate(case, case + who, value) for case, who, value in dict.fromkeys(found)]
    related = [[candidate(case, case + who, value) for case, who, value in found]]
    before = {(one.case_handle, one.person_handle, one.score.apart): one.score.bits for one in subject}
    once = support(subject, related, SIZE, config())
    twice = support(subject, related * 2, SIZE, config())
    for one, two in ((once, before), (twice, {_key(c): c.score.bits for c in once})):
        for raised in one:
            assert raised.score.bits >= two[_key(raised)] - 1e-9


def _key(one: Candidate) -> tuple[bytes, bytes, float]:
    return one.case_handle, one.person_handle, one.score.apart
