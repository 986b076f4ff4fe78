"""Every page of the paper can be read: nothing leaves it, nothing is printed on anything else."""

from __future__ import annotations

import copy
import datetime as dt
from collections.abc import Iterator
from functools import cache
from io import BytesIO
from typing import Any

import pytest
from pypdf import PdfReader

from hub.cli.decide import read_rules
from hub.consent import decide, parse_form
from hub.consent.evidence import Closing, DisclosureLogEntry
from hub.consent.form.form import SharingForm
from hub.pdf.sharing_form import CasePaper, Filed, Settled, case_pdf, form_pdf
from hub.values import Person, Requester, RequesterRole
from tests.consent.stories import form_named
from tests.pdf.layout import SLACK, pages_of

RULES = read_rules()
ON = dt.date(2026, 11, 22)
PEOPLE = (1, 2, 3, 6)
ROLES = ("victim", "perpetrator", "child", "child", "other", "perpetrator")
LEFT, RIGHT = 42.5, 595.3 - 42.5
FOOT, HEAD = 42.5, 841.9 - 39
A_NAME = "Llanfairpwllgwyngyllgogerychwyrndrobwllllantysiliogogogoch" * 3
A_REF = "the-second-of-three-who-were-named-in-the-referral-of-November-"


def form_about(people: int, *, incident: str = "") -> dict[str, Any]:
    """A complete form about so many people."""
    form = form_named("refuge")
    one = form["subjects"][0]
    form["subjects"] = [
        copy.deepcopy(one) | {"ref": f"s{number + 1}", "role": role}
        for number, role in enumerate(ROLES[:people])
    ]
    return form | ({"incident": incident} if incident else {})


def at_length(form: dict[str, Any]) -> dict[str, Any]:
    """The same form with every text long, and with words that fit no line."""
    for number, subject in enumerate(form["subjects"]):
        subject["ref"] = f"{A_REF}{number}"
    form["requester"] |= {"name": A_NAME, "agency": "The Agency " * 18}
    form["recipient"] |= {"agency": A_NAME}
    risk = {"who": A_NAME, "from_whom": A_NAME, "concerns": "He threatened her. " * 130 + A_NAME}
    form["risk"] = [risk | {"immediate": A_NAME * 3, "identified_by": "her neighbour " * 14}] * 2
    form["incident"] = form["comments"] = "She came with two bags and no papers. " * 15 + A_NAME * 2
    form["necessity"] = "Earlier plans were lost. " + A_NAME * 4
    form["client_notified"] = {"notified": False, "why_not": "It is not safe. " * 30 + A_NAME}
    advice = {"kind": "external", "who": A_NAME, "date": "2026-11-19", "advice": "Share. " * 60}
    form["consultations"] = [advice | {"decision": "share " + A_NAME}]
    form["grounds"][0]["evidence"]["offence_type"] = "coercive control " * 20 + A_NAME
    form["review"]["owner"] = form["signatures"][1]["name"] = A_NAME
    form["dash"]["tool"] = A_NAME
    return form


def person_named(*, long: bool) -> Person:
    given, surname = ("Marie-Antoinette Elisabeth " * 7, A_NAME) if long else ("Test Ann", "Person")
    return Person(given_names=given[:200], surname=surname, date_of_birth="1990-05-04")


def filed(form: SharingForm, *, long: bool) -> Filed:
    """The form as it was decided, with everyone's name, a record and what was done."""
    decision = decide(form, RULES, ON)
    person = person_named(long=long)
    words = A_NAME if long else "telephone"
    row = DisclosureLogEntry(
        date=ON, agency=words, person=words, method=words, authority=words, response=words
    )
    by = Requester(name=words, role=RequesterRole.manager, agency_kind="council")
    done = Closing(by=by, on=ON, text=words * 3)
    return Filed(
        form,
        decision,
        ON,
        dict.fromkeys([one.ref for one in form.subjects], (person,)),
        (row,) * 2,
        tuple(Settled(one, closed=True, closing=done) for one in decision.obligations),
    )


def printed(form: dict[str, Any], *, long: bool = False) -> bytes:
    one = filed(parse_form(form), long=long)
    return case_pdf(CasePaper((one,), one.record, (person_named(long=long),)), RULES, ON)


@cache
def paper(people: int, *, long: bool) -> bytes:
    """What is printed of so many people."""
    form = form_about(people)
    return printed(at_length(form) if long else form, long=long)


@pytest.mark.parametrize("long", [False, True])
@pytest.mark.parametrize("people", PEOPLE)
def test_nothing_leaves_its_cell_or_the_page_and_nothing_is_overprinted(people: int, long: bool) -> None:
    pages = pages_of(paper(people, long=long))
    assert sum(len(page.runs) for page in pages) > 150
    assert sum(len(page.rules) for page in pages) > 40
    for page in pages:
        assert min(run.left for run in page.runs) > LEFT - 0.5
        assert max(run.right for run in page.runs) < RIGHT + SLACK
        assert min(run.base for run in page.body) > FOOT
        assert max(run.top for run in page.runs) < HEAD
        assert page.overprinted() == []
        assert page.cut() == []


@pytest.mark.parametrize("people", PEOPLE)
def test_an_ordinary_form_has_two_pages_however_many_people(people: int) -> None:
    filled = parse_form(form_about(people))
    assert len(pages_of(form_pdf(filled, decide(filled, RULES, ON), RULES, ON))) == 2


def test_no_heading_stands_last_on_a_page_and_no_short_row_is_parted() -> None:
    """Whatever stands above: here from one line to the height of half a page."""
    source = "DPA 2018 Sch 2 para 2 (exemption); Sch 1 para 10; Crime and Disorder Act 1998 s.115"
    for lines in range(1, 34, 3):
        pdf = printed(
            form_about(
                3, incident="She came with two bags and no papers at all, she says, and no coat. " * lines
            )
        )
        for page in pages_of(pdf):
            assert not min(page.body, key=lambda run: run.base).bold, lines
        texts = [" ".join(page.extract_text().split()) for page in PdfReader(BytesIO(pdf)).pages]
        assert sum(text.count(source) for text in texts) == 3, lines


def test_the_head_of_a_table_stands_on_every_page_that_it_has() -> None:
    texts = [" ".join(page.extract_text().split()) for page in PdfReader(BytesIO(paper(6, long=True))).pages]
    parts = [text for text in texts if "He threatened her." in text]
    assert len(parts) > 1
    assert all("Who is at risk? From whom?" in text for text in parts)


def test_the_five_questions_are_in_order_with_those_alike_in_one_row() -> None:
    pdf = PdfReader(BytesIO(paper(6, long=False)))
    text = " ".join(" ".join(page.extract_text() for page in pdf.pages).split())
    rows = (
        "Power to share all a private body",
        "Basis (Article 6 or law enforcement) s1, s2, s3, s4, s5, s6 (identity, involvement)",
        "Special category data (Article 9) s1, s2, s3, s4, s5, s6 (identity, involvement)",
        "Offence data (Article 10) s1, s3, s4, s5 (identity, involvement); s2, s6 (identity) not engaged",
        "Offence data (Article 10) s2, s6 (involvement) preventing or detecting",
        "Confidence s1, s2, s3, s4, s5, s6 substantial",
        "Necessity and proportionality all necessity is stated",
    )
    places = [text.find(row) for row in rows]
    assert -1 not in places, places
    assert places == sorted(places)


def test_a_word_that_was_broken_reads_as_it_was_written() -> None:
    """Whoever seeks a name in the file, or copies it, meets no letter that nobody wrote."""
    pdf = PdfReader(BytesIO(printed(form_about(1) | {"comments": A_NAME * 2})))
    text = "".join("".join(page.extract_text() for page in pdf.pages).split())
    assert f"Comments:{A_NAME * 2}Client" in text
    assert text.isprintable()


@pytest.mark.parametrize("long", [False, True])
def test_every_table_is_tagged_with_its_head_however_long_it_is(long: bool) -> None:
    """What a screen reader needs: each table once, though it goes over pages, and a heading for every column."""
    pdf = PdfReader(BytesIO(paper(6, long=long)))
    root: Any = pdf.trailer["/Root"]
    assert b"<pdfuaid:part>1</pdfuaid:part>" in root["/Metadata"].get_object().get_data()
    tables = [one for one in tagged(root["/StructTreeRoot"]) if one["/S"] == "/Table"]
    assert len(tables) == (15 if long else 14)
    for table in tables:
        head, *rows = [one for one in tagged(table) if one["/S"] == "/TR"]
        assert {one["/S"] for one in children(head)} == {"/TH"}
        assert rows
        assert all(len(children(row)) == len(children(head)) for row in rows)


def children(element: Any) -> list[Any]:
    """The elements right below another, without the text."""
    below = element.get("/K", [])
    below = [one.get_object() for one in (below if isinstance(below, list) else [below])]
    return [one for one in below if isinstance(one, dict) and "/S" in one]


def tagged(element: Any) -> Iterator[Any]:
    """Every element below another."""
    for one in children(element):
        yield one
        yield from tagged(one)
