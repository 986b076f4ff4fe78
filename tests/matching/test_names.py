"""Names: particles, titles, double-barrelled and single names, names in one box, short forms of each tradition."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from hub.matching.data import sections
from hub.matching.names import (
    Name,
    alias_name,
    alias_names,
    deletions,
    given_sounds,
    person_names,
    roots,
    surname_parts,
)
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
        ("Alhassan", ("hassan",)),
        ("Benali", ("ali",)),
        ("Allen", ("allen",)),
        ("Vandenberg", ("berg",)),
        ("Saint John", ("stjohn",)),
        ("Unknown", ()),
        ("Not known", ()),
        ("X", ()),
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
        ("Mrs Smith", Name((), ("smith",))),
        ("Sir Arthur", Name(("arthur",), ())),
        ("", Name((), ())),
    ],
)
def test_names_in_one_box(alias: str, name: Name) -> None:
    assert alias_name(alias) == name


ANN = Name(("ann",), ("hart",))


@pytest.mark.parametrize(
    ("alias", "names"),
    [
        ("Lena Hart aka Anna Byrne", ["lena hart", "anna byrne"]),
        ("Lena Hart / Anna Byrne; Shadow", ["lena hart", "anna byrne", "shadow -"]),
        ("Lena Hart or Byrne", ["lena hart", "lena byrne"]),
        ("Lena Byrne/Doyle", ["lena byrne", "lena doyle"]),
        ("Lena (Leni) Hart", ["lena leni hart"]),
        ("Lena (née Byrne) Hart", ["lena hart", "lena byrne"]),
        ('Lena "Leni" Hart', ["lena leni hart"]),
        ("née Byrne", ["ann byrne"]),
        ("Lena née Byrne", ["lena -", "lena byrne"]),
        ("Shaz/Shazza", ["shaz -", "shazza -"]),
        ("also known as Shadow", ["shadow -"]),
        ("Byrne, Anna", ["anna byrne"]),
        ("van den Berg, Anna", ["anna berg"]),
        ("John Temple, 3rd Viscount Palmerston", ["john temple", "john palmerston"]),
        ("Sir Arthur Quill, 2nd Baronet", ["arthur quill"]),
        ("John Pym, Jr.", ["john pym"]),
        ("Chan Lai Wah", ["chan lai wah", "laiwah chan"]),
        ("Victor Orban", ["victor orban"]),
    ],
)
def test_several_names_in_one_box(alias: str, names: list[str]) -> None:
    found = [" ".join((*name.given, *(name.surname or ["-"]))) for name in alias_names(alias, ANN)]
    assert found == names


def test_a_name_that_is_not_known_is_absent() -> None:
    assert person_names(person("Mrs", "Pym")) == (Name((), ("pym",)),)
    assert person_names(person("Unknown", "N/K")) == ()
    assert person_names(person("Earl", "Pym")) == (Name(("earl",), ("pym",)),)


def test_a_surname_box_with_two_names_is_two_names() -> None:
    assert person_names(person("Zara", "Doyle (née Byrne)")) == (
        Name(("zara",), ("doyle",)),
        Name(("zara",), ("byrne",)),
    )
    assert person_names(person("John", "Pym, Jr.")) == (Name(("john",), ("pym",)),)


def test_an_arabic_article_joins_two_words() -> None:
    assert person_names(person("Nur al-Din", "Saleh"))[0].given == ("nuruddin",)
    assert roots("noureddine") == ("nuruddin",)
    assert person_names(person("Saif ul-Islam", "Zubair"))[0].given == ("saifulislam",)


@pytest.mark.parametrize(
    ("written", "words"),
    [
        ("Cabdi Xasan", ("abdi", "hassan")),
        ("محمد الحسن", ("mohammed", "hassan")),
        ("عائشة بیگم", ("aisha", "begum")),
        ("王小明", ("wang", "xiao", "ming")),
        ("ਹਰਪ੍ਰੀਤ ਕੌਰ", ("harprit", "kaur")),
        ("রহমান", ("rahman",)),
        ("विजय कुमार", ("vijay", "kumar")),
    ],
)
def test_what_a_script_leaves_unwritten_is_added(written: str, words: tuple[str, ...]) -> None:
    assert tokens(written) == words


@pytest.mark.parametrize(
    ("full", "short"),
    [
        ("oluwatemitope", "tope"),
        ("chiamaka", "amaka"),
        ("kwadwo", "kojo"),
        ("saoirse", "sorsha"),
        ("lakshmi", "laxmi"),
        ("krzysztof", "kris"),
        ("conceicao", "sao"),
        ("abdulkadir", "abdiqadir"),
        ("yevhen", "evgen"),
    ],
)
def test_short_forms_meet_their_name(full: str, short: str) -> None:
    assert {one.text for one in given_sounds(full)} & {one.text for one in given_sounds(short)}


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


@pytest.mark.parametrize("table", sections("diminutives.txt"))
def test_each_table_of_short_forms_is_folded_and_used(table: str) -> None:
    for line in sections("diminutives.txt")[table]:
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
