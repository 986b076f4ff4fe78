"""Every text of the pages is in the catalogue, and can be said otherwise; dates and times are as we write them."""

from __future__ import annotations

import datetime as dt
import re
from pathlib import Path

import pytest
from babel.messages.pofile import read_po

from hub.records.papers import PaperKind
from hub.web.console import language, rendering
from hub.web.console.paper_rows import rows_of
from tests.web.console.catalogue import PAGE, gathered, written

TEMPLATES = sorted(rendering.TEMPLATES.rglob("*.html"))


def test_the_catalogue_has_every_text_and_no_other() -> None:
    assert PAGE.read_text(encoding="utf-8") == written(), "run `make words`"


def test_texts_are_gathered_from_modules_and_templates(tmp_path: Path) -> None:
    tmp_path.joinpath("page.py").write_text('x = gettext("One")\ny = mark("Two")\nz = ngettext("a", "b", 2)')
    tmp_path.joinpath("templates").mkdir()
    tmp_path.joinpath("templates/a.html").write_text('{{ _("Three") }}{% trans %}Four\n  lines{% endtrans %}')
    assert sorted(map(str, gathered(tmp_path))) == ["('a', 'b')", "Four lines", "One", "Three", "Two"]


def unspoken(text: str) -> list[str]:
    """The words of a template that are read by people and are not of the catalogue."""
    text = re.sub(r"(?s)<script\b.*?</script>|\{% trans.*?endtrans %\}", "", text)
    tokens = [(kind, value) for _, kind, value in rendering.environment().lex(text) if kind != "whitespace"]
    shown = "".join(value for kind, value in tokens if kind == "data")
    read_out = re.findall(r'(?:alt|title|placeholder|aria-label)="([^"]*)"', shown)
    found = re.findall(r"[A-Za-z]{2,}", re.sub(r"(?s)<[^>]*>", "", shown) + " ".join(read_out))
    calls: list[str] = []  # what each open bracket belongs to
    before = ""
    for kind, value in tokens:
        if kind == "operator" and value in "([{":
            calls.append(before)
        elif kind == "operator" and value in ")]}":
            calls.pop()
        elif kind == "string" and not {"_", "gettext", "ngettext"} & set(calls):
            words = value.strip("'\"").split()
            if words and (
                words[0][0].isupper() or (len(words) > 1 and not all("-" in word for word in words))
            ):
                found.append(value)
        before = value
    return found


@pytest.mark.parametrize("template", TEMPLATES, ids=lambda path: str(path.relative_to(rendering.TEMPLATES)))
def test_a_template_has_no_text_beside_the_catalogue_and_takes_nothing_for_safe(template: Path) -> None:
    text = template.read_text(encoding="utf-8")
    assert unspoken(text) == []
    assert not re.search(r"\|\s*safe\b|Markup|autoescape", text)


@pytest.mark.parametrize(
    "text",
    [
        "<p>Case</p>",
        '<p title="Case"></p>',
        '{{ govukButton({"text": "Save"}) }}',
        '{{ text_field(form, "name", "her surname") }}',
        '{{ govukHint({"text": "Save"}) }}{{ _("Save") }}',
    ],
)
def test_the_check_sees_a_text_beside_the_catalogue(text: str) -> None:
    assert len(unspoken(text)) == 1


def test_the_catalogue_may_say_it_otherwise(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    other = tmp_path / "cy.po"
    other.write_text('msgid "Sign out"\nmsgstr "Allgofnodi"\n', encoding="utf-8")
    monkeypatch.setattr(language, "_words", lambda: language.catalogue(other))
    assert language.gettext("Sign out") == "Allgofnodi"
    assert language.gettext("Menu") == "Menu"


def test_the_catalogue_can_be_read_as_it_is() -> None:
    with PAGE.open("rb") as text:
        assert len(read_po(text)) > 10


def test_dates_and_times_are_as_people_write_them() -> None:
    day = dt.date(2026, 12, 2)
    assert language.day(day) == "Wednesday 2 December 2026"
    assert language.short_day(day) == "2 December 2026"
    summer = dt.datetime(2026, 7, 1, 8, 3, tzinfo=dt.UTC)
    assert language.clock(summer) == language.clock(summer.timestamp()) == "9:03am"
    assert language.clock(dt.datetime(2026, 12, 2, 14, 5, tzinfo=dt.UTC)) == "2:05pm"
    assert language.moment(summer) == "9:03am on Wednesday 1 July 2026"
    with pytest.raises(ValueError, match="zone"):
        language.clock(dt.datetime(2026, 7, 1))  # noqa: DTZ001


@pytest.mark.parametrize(
    ("text", "words"),
    [("1991-07-04", "4 July 1991"), ("1991-07", "July 1991"), ("1991", "1991"), ("", "")],
)
def test_a_date_of_which_parts_are_unknown_is_said_in_words(text: str, words: str) -> None:
    assert language.partial_date(text) == words


def test_what_was_left_empty_is_shown_as_nothing_and_not_as_the_catalogues_header() -> None:
    assert language.gettext("") == ""
    rows = rows_of(PaperKind.referral, {"referral": {"contact_tel_email": "", "reason": "It grew worse."}})
    assert [text for _, text in rows] == ["It grew worse."]


def test_one_message_for_one_and_for_many() -> None:
    assert language.ngettext("%(num)d area", "%(num)d areas", 1) == "1 area"
    assert language.ngettext("%(num)d area", "%(num)d areas", 3) == "3 areas"
