"""The comparison in the clear: passes variants of one person, refuses strangers, ignores roles and absences."""

from __future__ import annotations

import pytest
from hypothesis import given

from hub.matching import confirm
from hub.values import Person, Role
from tests.matching.people import config, people, person

ANNA = person("Anna", "Smith", "1984-03-17")


@pytest.mark.parametrize(
    ("asked", "held"),
    [
        (ANNA, ANNA),
        (ANNA, person("Anna", "Jones", "1984-03-17")),
        (ANNA, person("Anna", "Smith", "1984-07-13")),
        (ANNA, person("Smith", "Ana", "1984-03-17")),
        (ANNA, person("Anna", "Smith")),
        (ANNA, person("Anna", "Smyth", "1984")),
        (person("Bill", "O'Brien", "1984-03-07"), person("William", "OBrien", "1984-07-03")),
        (person("Kasia", "Wójcik", "1984-03-17"), person("Katarzyna", "Wojcik", "1984-03-18")),
        (person("Anna", "Smith", "1984-03-17", "Zoe Kowalska"), person("Zoe", "Kowalska", "1984-03-17")),
        (person("", "Smith", "1984-03-17"), ANNA),
    ],
)
def test_variants_of_one_person_pass(asked: Person, held: Person) -> None:
    assert confirm(asked, held, config()).passes


@pytest.mark.parametrize(
    "held",
    [
        person("Peter", "Jones", "1971-11-02"),
        person("Peter", "Jones", "1984-03-17"),
        person("Anna", "Smith", "1971-11-02"),
        person("Anna", "Jones", "1984-05-02"),
        person("Anna", "Jones"),
        person("Anna"),
        person("", "", "1984-03-17"),
        person(),
    ],
)
def test_strangers_do_not(held: Person) -> None:
    assert not confirm(ANNA, held, config()).passes


def test_fields_say_where_they_agree() -> None:
    found = confirm(ANNA, person("Anna", "Nguyen", "1984"), config())
    fields = dict(found.fields)
    assert fields["forename"] == 100
    assert fields["surname"] is not None
    assert fields["surname"] < 60
    assert fields["date_of_birth"] == 100
    assert dict(confirm(ANNA, person("Anna", "Smith"), config()).fields)["date_of_birth"] is None


@given(people, people)
def test_total_the_same_both_ways_and_blind_to_roles(one: Person, two: Person) -> None:
    found = confirm(one, two, config())
    assert 0 <= found.score <= 100
    assert confirm(two, one, config()).passes == found.passes
    assert confirm(one.model_copy(update={"role": Role.child}), two, config()) == found


def test_a_name_that_agrees_outdoes_two_that_half_resemble_the_other_way_round() -> None:
    asked = person("Fatima", "Begum", "1984-03-17")
    fields = confirm(asked, person("Fatima", "Ali", "1984-03-17"), config()).fields
    assert fields[0].similarity == 100.0
