"""Match-keys: total, stable, the same however a name is typed, within budget, shared by variants of one person."""

from __future__ import annotations

import json
import statistics
import unicodedata
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from hub.matching import match_keys
from hub.sample import uk_set
from hub.values import Person
from tests.matching.people import config, people, person

VECTORS = Path(__file__).parents[1] / "vectors" / "match-keys.json"


def classes_met(one: Person, two: Person) -> set[str]:
    """The classes in which the two share a key."""
    return {key.cls for key in set(match_keys(one, config())) & set(match_keys(two, config()))}


@given(people)
def test_any_text_gives_distinct_keys_in_one_order_within_the_limit(one: Person) -> None:
    keys = match_keys(one, config())
    assert keys == match_keys(one.model_copy(), config())
    assert len(set(keys)) == len({key.material for key in keys}) == len(keys) <= config().keys.most
    for key in keys:
        assert key.material.startswith(b"v1|")
        assert key.weak == (key.cls.partition(".")[2] not in {"ymd", "dm"})


@given(people, st.sampled_from([str.upper, str.lower, str.swapcase]))
def test_case_spacing_and_composition_do_not_matter(one: Person, case: object) -> None:
    def typed(text: str) -> str:
        # Case is only invertible for some letters: those that fold alike are what is promised.
        changed = case(text) if callable(case) and case(text).casefold() == text.casefold() else text
        return "  " + unicodedata.normalize("NFD", str(changed)).replace(" ", " \t ")

    retyped = one.model_copy(
        update={
            "given_names": typed(one.given_names),
            "surname": typed(one.surname),
            "aliases": tuple(typed(alias) for alias in one.aliases),
        }
    )
    assert set(match_keys(retyped, config())) == set(match_keys(one, config()))


@pytest.mark.parametrize(
    ("one", "two"),
    [
        (("Łucja", "Wójcik"), ("Lucja", "Wojcik")),
        (("Seán", "Ó Briain"), ("Sean", "O Briain")),
        (("Siobhan", "O'Neill"), ("SIOBHAN", "ONeill")),
        (("Ali", "al-Hassan"), ("Ali", "Al Hassan")),
        (("Ali", "al-Hassan"), ("Ali", "Hassan")),
        (("Ewan", "Mc Donald"), ("Ewan", "McDonald")),
        (("Mrs Joan", "Smith"), ("Joan", "Smith")),
        (("Man Kit", "Wong"), ("ManKit", "Wong")),
        (("Xiu-Ying", "Chan"), ("Xiuying", "Chan")),
        (("Олена", "Шевченко"), ("Olena", "Shevchenko")),
    ],
)
def test_ways_of_writing_one_name_agree_without_a_date(one: tuple[str, str], two: tuple[str, str]) -> None:
    assert {"XX."} <= classes_met(person(*one), person(*two))


@pytest.mark.parametrize(
    ("one", "two"),
    [
        ("Bill", "William"),
        ("Kasia", "Katarzyna"),
        ("Gosia", "Małgorzata"),
        ("Seun", "Oluwaseun"),
        ("Sersha", "Saoirse"),
        ("Cabdi", "Abdi"),
        ("Vova", "Volodymyr"),
        ("Guri", "Gurpreet"),
        ("Zé", "José"),
        ("İbo", "İbrahim"),
        ("Md", "Mohammed"),
        ("Costel", "Constantin"),
        ("Dai", "Dafydd"),
        ("Wullie", "William"),
        ("Xavi", "Xavier"),
    ],
)
def test_a_short_form_meets_its_full_name(one: str, two: str) -> None:
    met = classes_met(person(one, "Example", "1984-03-17"), person(two, "Example", "1984-03-17"))
    assert {"FR.ymd", "FP.ymd"} & met


@pytest.mark.parametrize(
    ("one", "two", "cls"),
    [
        (("Anna", "Smith", "1984-03-17"), ("Smith", "Anna", "1984-03-17"), "SW.ymd"),
        (("Anna", "Smith", "1984-03-07"), ("Anna", "Jones", "1984-07-03"), "FX.dm"),
        (("Anna", "Smith", "1984-03-17"), ("Anna", "Jones", "1984-03"), "FX.ym"),
        (("Anna", "Smith", "1984-03-17"), ("Anna", "Smith", "1984"), "RR.y"),
        (("Anna", "Smith", "1984-03-17"), ("Anna", "Smith", "1984-01-01"), "RR.y"),
        (("Anna", "Smith", "1984-03-17"), ("Anna", "Smith", "1985-03-17"), "FX.md"),
        (("Anna", "Smith", "1984-03-17"), ("Anna", "Smith", "1984-17-03"), "FX.ymd"),
        (("Anna", "Smith", "1984-02-20"), ("Anna", "Smith", "1984-02-30"), "RR.ym"),
        (("Anna", "Smith", "1984-03-17"), ("Ana", "Smyth", "1974-03-17"), "RR.umd"),
        (("Anna", "Smith", "1984-03-17"), ("Anna", "Smith", "1986-03-17"), "RR.tmd"),
        (("Anna", "Smith", "1984-03-17"), ("Anna", "Smith", "1984-03-07"), "RR.ymu"),
        (("Anna", "Smith", "1984-03-17"), ("Anna", "Smith", "1984-03-16"), "RR.ymt"),
        (("J. Anna", "Smith", "1984-03-17"), ("Anna K", "Smith", "1984-03-17"), "XX."),
        (("Anna", "Smith nee Jones", "1984-03-17"), ("Anna", "Jones", ""), "XX."),
        (("Anna", "Smith", "1984-03-17"), ("Annna", "Brown", "1984-03-17"), "A.ymd"),
        (("Anna Rose", "Smith", "1984-03-17"), ("Rose", "Smith", ""), "GX."),
        (("Anna", "Smith-Brown", "1984-03-17"), ("Anna", "Brown", ""), "XX."),
    ],
)
def test_errors_that_people_make_still_meet(
    one: tuple[str, str, str], two: tuple[str, str, str], cls: str
) -> None:
    assert cls in classes_met(person(*one), person(*two))


def test_an_alias_meets_the_recorded_name() -> None:
    known = person("Anna", "Smith", "1984-03-17", "Anya Kowalska")
    assert {"FX.ymd", "SX.ymd", "XX."} <= classes_met(known, person("Anya", "Kowalska", "1984-03-17"))


def test_strangers_share_nothing() -> None:
    assert not classes_met(person("Anna", "Smith", "1984-03-17"), person("Peter", "Jones", "1971-11-02"))


@pytest.mark.parametrize(
    "group", ["one_name_partial_date", "two_names_partial_date", "two_names_no_date", "deletions_no_date"]
)
def test_each_weak_group_can_be_switched_off(group: str) -> None:
    off = config().model_copy(update={"keys": config().keys.model_copy(update={group: False})})
    one = person("Anna", "Smith", "1984-03-17")
    gone = set(match_keys(one, config())) - set(match_keys(one, off))
    assert gone
    assert all(key.weak for key in gone)


def test_the_budget_holds_for_made_up_people() -> None:
    rows = uk_set(4, 0, 400, 1).left
    counts = sorted(
        len(
            match_keys(
                Person(
                    given_names=row["given_names"],
                    surname=row["surname"],
                    date_of_birth=row["date_of_birth"],
                    aliases=tuple(filter(None, row["aliases"].split(";"))),
                ),
                config(),
            )
        )
        for row in rows
    )
    assert statistics.median(counts) <= 60
    assert counts[int(0.95 * len(counts))] <= 100


def recorded(people: list[dict[str, object]]) -> list[dict[str, object]]:
    """The vectors' contents for these people."""
    return [
        {
            "person": one,
            "keys": [key.material.decode() for key in match_keys(Person.model_validate(one), config())],
        }
        for one in people
    ]


def test_recorded_vectors_still_hold() -> None:
    """Both areas must derive the same text: a change here is a change of protocol, and of `VERSION`.

    To record anew: `python -m tests.matching.test_keys`.
    """
    vectors = json.loads(VECTORS.read_text())
    assert recorded([one["person"] for one in vectors]) == vectors


_RECORDED: list[dict[str, object]] = [
    {"given_names": "Anna Rose", "surname": "Smith-Brown", "date_of_birth": "1984-03-07"},
    {"given_names": "Kasia", "surname": "Wójcik", "date_of_birth": "1990-11", "aliases": ["Kate Wojcik"]},
    {"given_names": "Man Kit", "surname": "Wong", "date_of_birth": "1971-01-01"},
    {"given_names": "", "surname": "al-Hassan", "date_of_birth": ""},
]

if __name__ == "__main__":
    VECTORS.write_text(json.dumps(recorded(_RECORDED), indent=1, ensure_ascii=False) + "\n")
