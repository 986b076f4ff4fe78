"""Names: particles, titles, double-barrelled and single names, names in one box, short forms of each tradition."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from hub.matching.data import diminutives
from hub.matching.names import Name, alias_name, deletions, given_sounds, person_names, roots, surname_parts
from hub.matching.text import tokens
from tests.matching.people import person


@pytest.mark.parametrize(
    ("surname", "parts"),
    [
        ("Smith-Brown", ("smith", "brown")),
        ("van der Berg", ("berg",)),
        ("al-Hassan", ("hassan",)),
        ("bin Laden", ("laden",)),
        ("da Silva Santos", ("silva", "santos")),
        ("O'Brien", ("obrien",)),
        ("O Brien", ("obrien",)),
        ("Mac Donald", ("macdonald",)),
        ("St John", ("stjohn",)),
        ("de", ("de",)),
        ("Müller", ("muller",)),
        ("Ødegård", ("odegard",)),
    ],
)
def test_surnames(surname: str, parts: tuple[str, ...]) -> None:
    assert surname_parts(surname) == parts


@pytest.mark.parametrize(
    ("alias", "name"),
    [
        ("Anna Smith", Name(("anna",), ("smith",))),
        ("Anna Rose Smith-Brown", Name(("anna", "rose"), ("smith", "brown"))),
        ("Ali bin Hassan", Name(("ali",), ("hassan",))),
        ("Ewan Mc Donald", Name(("ewan",), ("mcdonald",))),
        ("Shaz", Name(("shaz",), ())),
        ("Mrs Smith", Name(("smith",), ())),
        ("", Name((), ())),
    ],
)
def test_names_in_one_box(alias: str, name: Name) -> None:
    assert alias_name(alias) == name


def test_a_chinese_given_name_of_two_syllables_is_one() -> None:
    assert person_names(person("Man Kit", "Wong"))[0].given == ("mankit",)
    assert person_names(person("Mary Ann", "Smith"))[0].given == ("mary", "ann")


def test_a_spelling_that_sounds_like_its_root_is_no_short_form() -> None:
    assert [form.known for form in given_sounds("ahmad")] == [False]
    assert [form.known for form in given_sounds("kasia")] == [True, False]


def test_a_title_that_is_also_a_name_is_read_both_ways() -> None:
    full = person_names(person("Harpreet Kaur", "Sidhu"))
    assert full == (Name(("harpreet",), ("sidhu",)), Name(("harpreet",), ("kaur",)))
    assert person_names(person("Harpreet", "Kaur"))[0] in full
    assert person_names(person("Sir John", "Smith")) == (Name(("john",), ("smith",)),)


def test_deletions_meet_across_one_slip() -> None:
    for slip in ("smth", "smiith", "smitk", "msith"):
        assert set(deletions("smith")) & set(deletions(slip)), slip
    assert not set(deletions("smith")) & set(deletions("jones"))


@pytest.mark.parametrize("table", [name for name in vars(diminutives) if name.isupper() and name != "ALL"])
def test_each_table_of_short_forms_is_folded_and_used(table: str) -> None:
    for line in filter(None, getattr(diminutives, table).split("\n")):
        root, _, rest = line.partition(":")
        assert tokens(root) == (root,)
        assert rest.strip()
        for word in rest.split():
            form = word.rstrip("?")
            assert len(tokens(form)) == 1
            if not word.endswith("?") and form != root and tokens(form) == (form,):
                assert roots(form), form


@given(st.text(max_size=30))
def test_folding_is_total_and_settles(text: str) -> None:
    words = tokens(text)
    assert tokens(" ".join(words)) == words
    assert all(word.isascii() and word.isalpha() and word == word.lower() for word in words)


@given(st.text(alphabet="abcdefghijklmnopqrstuvwxyz", min_size=1, max_size=12))
def test_every_name_has_a_sound(word: str) -> None:
    assert all(form.text for form in given_sounds(word))
