"""The completed form as a PDF that a screen reader can read and a case file can keep."""

from __future__ import annotations

import datetime as dt
import json
from io import BytesIO
from typing import Any

import pytest
from pypdf import PdfReader

from hub.cli.decide import read_rules
from hub.consent import decide, parse_form
from hub.pdf.sharing_form import CasePaper, Filed, case_pdf, form_record
from hub.values import Person
from tests.consent.stories import form_named, ground

RULES = read_rules()
ON = dt.date(2026, 11, 22)


def paper(
    form: dict[str, Any], victims: tuple[Person, ...] = (), **people: tuple[Person, ...]
) -> tuple[bytes, str]:
    filled = parse_form(form)
    filed = Filed(filled, decide(filled, RULES, ON), ON, people)
    pdf = case_pdf(CasePaper((filed,), victims=victims), RULES, ON)
    pages = PdfReader(BytesIO(pdf)).pages
    return pdf, " ".join(" ".join(page.extract_text() for page in pages).split())


def test_two_tagged_pages_with_title_and_language() -> None:
    pdf, _ = paper(form_named("refuge"))
    reader = PdfReader(BytesIO(pdf))
    root: Any = reader.trailer["/Root"]
    assert len(reader.pages) == 2
    assert root["/Lang"] == "en-GB"
    assert root["/MarkInfo"]["/Marked"]
    assert "/StructTreeRoot" in root
    assert root["/ViewerPreferences"]["/DisplayDocTitle"]
    assert reader.metadata is not None
    assert reader.metadata.title == "Information sharing without consent form"
    assert b"<pdfuaid:part>1</pdfuaid:part>" in root["/Metadata"].get_object().get_data()


def test_every_box_of_the_printed_form_has_its_place() -> None:
    form = form_named("refuge") | {"comments": "seen with her key worker"}
    form["consultations"] = [
        {"kind": "external", "who": "Home Office", "date": "2026-11-19", "advice": "share"},
        {"who": "Bea Manager", "date": "2026-11-20", "decided": "do_not_share", "decision": "not yet"},
    ]
    _, text = paper(form, s1=(Person(given_names="Test", surname="Person", date_of_birth="1990-05"),))
    for words in (
        "Outcome Level Decided on Rules permit involvement 2026-11-22",
        "Test Person 1990-05",
        "ex-partner",
        "15 yes, 3 don't know (SafeLives Dash 24 questions)",
        "She arrived on 18 November",
        "Protocol relevant: no",
        "Prevention or detection of crime",
        "preventing a homicide",
        "Right to be free from torture",
        "pressing need, risk of not disclosing, duty of confidentiality",
        "seen with her key worker",
        "Home Office",
        "do not share; not yet",
        "yes 2026-11-19 told 2027-01-15 Bea Manager",
        "caseworker Ada Worker 2026-11-20 signed",
        "manager Bea Manager 2026-11-21 signed",
        "Eastvale Council",
        "OFFICIAL-SENSITIVE",
        "Page 2 of 2",
    ):
        assert words in text, words


def test_what_is_open_is_said_on_paper() -> None:
    form = form_named("refuge") | {"necessity": "", "grounds": []}
    form["signatures"] = form["signatures"][:1]
    _, text = paper(form)
    assert "Missing: necessity; protocol or grounds." in text
    assert "not signed" in text
    assert "Necessity and proportionality: not answered" in text
    form = form_named("refuge")
    form["signatures"] = form["signatures"][:1]
    assert "to countersign by 2026-11-25" in paper(form)[1]
    form |= {"conflicts": {"declared": True, "details": "my cousin"}}
    assert "For the decision of: manager." in paper(form)[1]


def test_an_empty_form_still_prints() -> None:
    _, text = paper({})
    assert "Dash risk checklist (if it has been possible to complete): not completed." in text
    assert "Missing: jurisdiction; purpose" in text


def test_a_protocol_prints_with_its_date() -> None:
    _, text = paper(form_named("routine"))
    assert "yes: Inter-area agreement 2026/1 of 2026-04-01, covers publish, referred elsewhere" in text


def test_markup_is_printed_as_it_was_written() -> None:
    form = form_named("refuge") | {"incident": "#set text(red) *bold* $x$ <script> = head // \\ `raw` @ref"}
    assert "#set text(red) *bold* $x$ <script> = head // \\ `raw` @ref" in paper(form)[1]


@pytest.mark.parametrize("words", ["مرحبا", "বাংলা", "中文", "Ελένη Łucja Žaneta", "😀", "a\u0301e\u0308"])
def test_scripts_beyond_the_font_are_transliterated_not_refused(words: str) -> None:
    pdf, _ = paper(form_named("refuge") | {"comments": words})
    assert pdf.startswith(b"%PDF")


def test_only_the_letters_that_the_font_lacks_are_rewritten_and_it_is_said() -> None:
    """A name on paper that is not the one given would be another name."""
    text = paper(form_named("refuge") | {"comments": "Zo\u00eb O\u2019Neill, \u0141ucja, \u4e2d\u6587"})[1]
    assert "Zo\u00eb O\u2019Neill, \u0141ucja" in text
    assert "\u4e2d" not in text
    assert "written in Latin letters" in " ".join(text.split())
    assert "written in Latin letters" not in " ".join(paper(form_named("refuge"))[1].split())


def test_the_same_input_gives_the_same_bytes() -> None:
    assert paper(form_named("refuge"))[0] == paper(form_named("refuge"))[0]


BY_HAND = "To be written in by hand: not known here."
SEE = Person(given_names="Seraphina", surname="Quillfeather", date_of_birth="1988-02-29")
BEE = Person(given_names="Beatrix", surname="Quillfeather")


def test_the_first_box_is_the_victims_name_and_date_of_birth() -> None:
    first = "Information sharing without consent form Victim Name Date of birth "
    _, text = paper(form_named("refuge"), (SEE, BEE))
    assert f"{first}Seraphina Quillfeather 1988-02-29 Beatrix Quillfeather not known Decision" in text
    assert BY_HAND not in text
    _, text = paper(form_named("refuge"))
    assert f"{first}{BY_HAND} {BY_HAND} Decision" in text
    assert "see case file" not in text


def test_every_person_whom_a_subject_stands_for_has_a_row() -> None:
    _, text = paper(form_named("refuge"), s1=(SEE, BEE))
    assert "s1: victim Seraphina Quillfeather 1988-02-29 identity, involvement not asked" in text
    assert "s1: victim Beatrix Quillfeather not known identity, involvement not asked" in text


def test_no_person_is_printed_unless_given() -> None:
    _, text = paper(form_named("refuge"), s2=(SEE,))
    assert "Seraphina" not in text
    assert "s1: victim ................................ ................ identity" in text


def test_nobodys_name_is_in_what_a_file_says_of_itself() -> None:
    pdf, text = paper(form_named("refuge"), (SEE,), s1=(SEE,))
    assert text.count("Seraphina Quillfeather 1988-02-29") == 2
    reader = PdfReader(BytesIO(pdf))
    root: Any = reader.trailer["/Root"]
    outline = [str(one["/Title"]) for one in reader.outline if isinstance(one, dict)]
    said = [*map(str, (reader.metadata or {}).values()), root["/Metadata"].get_object().get_data().decode()]
    assert len(said) > 3
    for words in (*said, *outline):
        for secret in ("Seraphina", "Quillfeather", "1988"):
            assert secret not in words


def test_the_same_as_json() -> None:
    form = parse_form(form_named("refuge") | {"grounds": [ground("crime")]})
    record = form_record(form, decide(form, RULES, ON), ON)
    assert json.loads(json.dumps(record)) == record
    assert parse_form(record["form"]) == form
