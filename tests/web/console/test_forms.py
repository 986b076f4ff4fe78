"""Forms: dotted names become a model or errors in plain words; nothing beside the model's fields is ever set."""

from __future__ import annotations

import asyncio
import string
from collections.abc import Iterator
from enum import StrEnum
from pathlib import Path
from typing import Annotated, Any
from urllib.parse import urlencode

import pytest
from fastapi import Request, Response
from hypothesis import given
from hypothesis import strategies as st
from playwright.sync_api import Browser, Page
from pydantic import Field, StringConstraints, field_validator, model_validator

from hub.errors import InputError
from hub.matching.written_dates import DateWritten, DayWritten
from hub.values import Kind, ShortText, Value
from hub.web.console.forms import MOST_BYTES, MOST_FIELDS, Form, form_of, read_form, unsent
from tests.web.console.browser import served, violations
from tests.web.console.small import pages_of, small_console, with_templates


class Area(StrEnum):
    rivermouth = "rivermouth"
    holmedale = "holmedale"


class Entered(Value):
    surname: ShortText = Field(min_length=1, title="the surname")
    date_of_birth: DateWritten = ""


class Contact(Value):
    name: ShortText
    phone: Annotated[str, StringConstraints(pattern=r"^[0-9 ]+$")] = ""


class Case(Value):
    reference: ShortText = Field(title="the reference")
    kind: Kind
    fled: bool = Field(title="whether anyone has fled")
    areas: tuple[Area, ...] = ()
    no_connection: bool = False
    meeting: DayWritten | None = None
    reason: str = ""
    hours: int | None = Field(default=None, ge=1, le=72)
    password: str = ""
    people: tuple[Entered, ...] = Field(default=(), max_length=3)
    contact: Contact | None = None

    @field_validator("reason")
    @classmethod
    def _said(cls, text: str) -> str:
        if text == "x":
            raise ValueError("say why in a few words")
        return text


class Signed(Value):
    owner: Contact
    manager: bool = False

    @model_validator(mode="after")
    def _two(self) -> Signed:
        if self.manager:
            raise ValueError("somebody else has to sign.")
        return self


GOOD = [("reference", "RM-1"), ("kind", "marac"), ("fled", "no")]


def wrong(pairs: list[tuple[str, str]], **more: Any) -> dict[str, str]:
    form = form_of([*GOOD, *pairs], Case, **more)
    assert form.value is None
    return {problem.name: problem.text for problem in form.errors}


def test_dotted_names_become_a_model() -> None:
    pairs = [
        ("reference", " RM-0877 "), ("kind", "idva"), ("fled", "yes"), ("areas", "rivermouth"),
        ("meeting", "3/12/2026"),
        ("people.2.surname", "Grant"), ("people.10.surname", "Whitcombe"), ("people.2.date_of_birth", "July 1991"),
        ("contact.name", ""), ("once", "abc"), ("button", "save"), ("no_connection", "yes"), ("reason", "a\r\nb"),
    ]  # fmt: skip
    form = form_of(pairs, Case)
    assert form.errors == ()
    value = form.value
    assert value is not None
    assert (value.reference, value.kind, value.fled, value.areas) == (
        "RM-0877",
        Kind.idva,
        True,
        (Area.rivermouth,),
    )
    assert str(value.meeting) == "2026-12-03"
    assert value.people == (Entered(surname="Grant", date_of_birth="1991-07"), Entered(surname="Whitcombe"))
    assert value.contact is None
    assert (value.reason, value.no_connection) == ("a\nb", True)
    assert (form.once, form.button) == ("abc", "save")


def test_boxes_ticked_are_several_values() -> None:
    form = form_of([*GOOD, ("areas", "rivermouth"), ("areas", "holmedale"), ("areas", "")], Case)
    assert form.value
    assert form.value.areas == (Area.rivermouth, Area.holmedale)


def test_what_is_left_empty_is_absent() -> None:
    form = form_of([*GOOD, ("hours", " "), ("people.0.surname", ""), ("people.0.date_of_birth", "")], Case)
    assert form.value
    assert (form.value.hours, form.value.people) == (None, ())


@pytest.mark.parametrize(
    ("pairs", "name", "says"),
    [
        ([("hours", "soon")], "hours", "Enter the hours as a whole number"),
        ([("hours", "99")], "hours", "Enter the hours: 72 or less"),
        ([("hours", "0")], "hours", "Enter the hours: 1 or more"),
        ([("areas", "elsewhere")], "areas", "Choose an answer: the areas"),
        ([("meeting", "31/4/2026")], "meeting", "Check the day in the meeting: its month has no such day"),
        (
            [("meeting", "4/17/2026")],
            "meeting",
            "Check the month in the meeting: write the day, then the month, then the year",
        ),
        ([("meeting", "4/7")], "meeting", "Check the year in the meeting: write all four digits"),
        ([("meeting", "2026")], "meeting", "Enter the day, the month and the year of the meeting"),
        ([("meeting", "soon")], "meeting", "Write the meeting as a date, such as 4 July 1991 or 4/7/1991"),
        ([("reason", "x")], "reason", "Say why in a few words"),
        ([("reason", "a\u202eb")], "reason", "Type the reason again: it has characters that cannot be seen"),
        ([("people.4.date_of_birth", "1991")], "people.4.surname", "Enter the surname"),
        ([("contact.phone", "1")], "contact.name", "Enter the name"),
        (
            [("contact.name", "A"), ("contact.phone", "ring")],
            "contact.phone",
            "Check the phone: it is not written as expected",
        ),
        (
            [(f"people.{n}.surname", "A") for n in range(4)],
            "people.0.surname",
            "Choose at most 3: the people",
        ),
    ],
)
def test_an_error_names_its_field_and_says_what_to_do(
    pairs: list[tuple[str, str]], name: str, says: str
) -> None:
    assert wrong(pairs) == {name: says}


def test_rows_left_out_do_not_move_an_error_to_another_row() -> None:
    pairs = [("people.1.surname", ""), ("people.3.surname", "Grant"), ("people.7.date_of_birth", "31/4/1991")]
    assert set(wrong(pairs)) == {"people.7.surname", "people.7.date_of_birth"}


def test_what_is_missing_is_asked_for_or_chosen() -> None:
    form = form_of([], Case)
    assert [(one.id, one.text) for one in form.errors] == [
        ("reference", "Enter the reference"),
        ("kind", "Choose an answer: the kind"),
        ("fled", "Choose an answer: whether anyone has fled"),
    ]
    assert [one.name for one in form_of([], Signed).errors] == ["owner.name"]


def test_a_rule_of_the_whole_form_says_its_own_words() -> None:
    form = form_of([("owner.name", "A"), ("manager", "yes")], Signed)
    assert [(one.name, one.text) for one in form.errors] == [("", "Somebody else has to sign")]


def test_a_page_may_have_sentences_of_its_own() -> None:
    own = {("people.*.surname", "missing"): "Whose date of birth is that?", ("hours", "*"): "How many hours?"}
    pairs = [("people.0.date_of_birth", "1991"), ("hours", "soon")]
    assert set(wrong(pairs, sentences=own).values()) == set(own.values())


def test_a_year_of_two_digits_is_asked_back() -> None:
    form = form_of([*GOOD, ("people.0.surname", "A"), ("people.0.date_of_birth", "4 Jul 91?")], Case)
    assert form.choices == {"people.0.date_of_birth": ("1991-07-04", "1891-07-04")}
    assert form.errors[0].text == "Choose which year you mean in the date of birth"


@pytest.mark.parametrize(
    "pairs",
    [
        [("manager", "yes")],
        [("people.0.role", "victim")],
        [("people.0", "x")],
        [("people", "x")],
        [("contact", "x")],
        [("reference.x", "x")],
        [("areas.0", "rivermouth")],
        [("people.-1.surname", "x")],
        [("people.01.surname", "x")],
        [("people.100.surname", "x")],
        [("people.\u0661.surname", "x")],
        [("people.x.surname", "x")],
        [("__class__", "x")],
        [("model_config", "x")],
        [("people.0.surname.0.surname", "x")],
        [("", "x")],
        [("reference", "a"), ("reference", "b")],
        [("once", "a"), ("once", "b")],
    ],
    ids=str,
)
def test_a_field_that_no_page_of_ours_has_is_refused(pairs: list[tuple[str, str]]) -> None:
    with pytest.raises(InputError) as refused:
        form_of(pairs, Case)
    assert "rivermouth" not in str(refused.value)


class Shown(Value):
    evidence: dict[ShortText, Annotated[str, StringConstraints(max_length=20)]] = Field(default_factory=dict)


def test_what_is_kept_by_name_is_typed_by_name() -> None:
    form = form_of([("evidence.court", "Eastvale"), ("evidence.case_no", "")], Shown)
    assert form.value == Shown(evidence={"court": "Eastvale"})
    [problem] = form_of([("evidence.court", "x" * 21)], Shown).errors
    assert problem.name == "evidence.court"
    for name in ("evidence", "evidence.a-b", "evidence.court.more", "evidence." + "x" * 65):
        with pytest.raises(InputError):
            form_of([(name, "x")], Shown)


@given(
    st.lists(
        st.tuples(
            st.sampled_from(["reference", "kind", "hours", "people.1.surname", "meeting", "reason", "areas"])
            | st.text(max_size=20),
            # Of what no sentence of ours is made: part of one would be found in it by chance.
            st.text(
                st.characters(exclude_categories=["Cs"], exclude_characters=string.ascii_letters + " "),
                max_size=30,
            ),
        ),
        max_size=6,
    )
)
def test_whatever_is_sent_gives_a_value_or_errors_or_is_refused(pairs: list[tuple[str, str]]) -> None:
    try:
        form = form_of(pairs, Case)
    except InputError:
        return
    assert (form.value is None) == bool(form.errors)
    for problem in form.errors:
        assert problem.text
        assert not any(len(text) > 3 and text in problem.text for _, text in pairs)


def test_what_was_typed_is_not_in_a_forms_own_words() -> None:
    form = form_of([*GOOD, ("people.0.surname", "Whitcombe"), ("password", "hunter2")], Case)
    assert "Whitcombe" not in repr(form)
    assert "hunter2" not in repr(form)


def sent(body: bytes, kind: str = "application/x-www-form-urlencoded") -> Form[Case]:
    async def receive() -> dict[str, Any]:
        return {"type": "http.request", "body": body, "more_body": False}

    scope = {"type": "http", "method": "POST", "headers": [(b"content-type", kind.encode())]}
    return asyncio.run(read_form(Request(scope, receive), Case))


def test_a_request_is_read() -> None:
    form = sent(
        urlencode([*GOOD, ("people.0.surname", "Dvořák")]).encode(), "application/x-www-form-urlencoded;a=b"
    )
    assert form.value
    assert form.value.people[0].surname == "Dvořák"
    assert len(sent(b"").errors) == 3


@pytest.mark.parametrize(
    ("body", "kind"),
    [
        (b"{}", "application/json"),
        (b"a=b", "multipart/form-data; boundary=x"),
        (b"a=b", "text/plain"),
        (b"reference=" + b"x" * MOST_BYTES, "application/x-www-form-urlencoded"),
        (b"&".join([b"areas=x"] * (MOST_FIELDS + 1)), "application/x-www-form-urlencoded"),
        (b"reference=%ff", "application/x-www-form-urlencoded"),
        (b"reference=\xff", "application/x-www-form-urlencoded"),
        (b"reference", "application/x-www-form-urlencoded"),
    ],
    ids=["json", "multipart", "text", "too long", "too many", "no UTF-8", "no ASCII", "no value"],
)
def test_what_is_no_form_is_refused(body: bytes, kind: str) -> None:
    with pytest.raises(InputError):
        sent(body, kind)


def test_a_form_is_filled_in_with_what_is_there() -> None:
    value = Case(
        reference="RM-1",
        kind=Kind.idva,
        fled=False,
        areas=(Area.holmedale,),
        people=(Entered(surname="Grant"),),
    )
    form = unsent(value)
    assert (form.text("kind"), form.text("fled"), form.texts("areas")) == ("idva", "no", ("holmedale",))
    assert form.text("people.0.surname") == "Grant"
    again = form_of([(name, text) for name, texts in form.typed.items() for text in texts], Case)
    assert again.value == value
    assert unsent({"people.0.surname": ("Grant",)}).text("people.0.surname") == "Grant"
    assert form.rows("people", 2) == [0, 1]
    assert unsent().rows("people") == [0]


def test_an_error_found_later_takes_the_value_away() -> None:
    form = form_of(GOOD, Case).with_error("reference", "This reference is taken")
    assert form.value is None
    assert form.error("reference") == "This reference is taken"


@pytest.fixture(scope="module")
def url() -> Iterator[str]:
    app, pages = small_console(), pages_of()

    @app.get("/case")
    async def shown(request: Request) -> Response:
        return pages.page(request, "typed_case.html", form=unsent())

    @app.post("/case")
    async def keep(request: Request) -> Response:
        form = await read_form(request, Case)
        if form.value is None:
            return pages.page(request, "typed_case.html", 422, form=form)
        return Response(f"{form.value.people[0].date_of_birth} {form.once} {form.button}")

    with pytest.MonkeyPatch.context() as patch, served(app) as address:
        with_templates(Path(__file__).with_name("templates"), patch)
        yield f"{address}/case"


@pytest.mark.parametrize("scripts", [True, False], ids=["with scripts", "without"])
def test_a_form_comes_back_with_its_errors_and_what_was_typed(
    url: str, browser: Browser, scripts: bool
) -> None:
    context = browser.new_context(java_script_enabled=scripts)
    page = context.new_page()
    page.goto(url)
    if scripts:
        assert violations(page) == []
    page.get_by_label("Surname").first.fill('"><b>Whitcombe')
    page.get_by_label("Date of birth").first.fill("4 Jul 91")
    page.get_by_label("Rivermouth").check()
    page.get_by_label("Password", exact=True).fill("hunter2")
    page.get_by_role("button", name="Save").click()
    assert page.title().startswith("Error: ")
    if scripts:
        assert violations(page) == []
        assert page.evaluate("document.activeElement.className") == "govuk-error-summary"
    for link in page.locator(".govuk-error-summary a").all():
        target = page.locator(f"[id='{(link.get_attribute('href') or '')[1:]}']")
        assert target.count() == 1
        assert target.evaluate("one => one.matches('input, textarea, select')")
    assert page.get_by_label("Surname").first.input_value() == '"><b>Whitcombe'
    assert page.get_by_label("Rivermouth").is_checked()
    assert page.get_by_label("Password", exact=True).input_value() == ""
    page.get_by_label("Reference").fill("RM-1")
    page.get_by_label("Marac").check()
    page.get_by_label("No", exact=True).check()
    page.get_by_label("4 July 1991").check()
    page.get_by_role("button", name="Save").click()
    assert page.inner_text("body") == "1991-07-04 token-1 save"
    context.close()


def test_by_keyboard_alone_an_error_leads_to_its_field(url: str, page: Page) -> None:
    page.goto(url)
    page.get_by_role("button", name="Save").press("Enter")
    page.get_by_role("link", name="Enter the reference").press("Enter")
    assert page.evaluate("document.activeElement.id") == "reference"
    page.keyboard.type("RM-1")
    assert page.get_by_label("Reference").input_value() == "RM-1"
    assert (
        page.get_by_label("Reference").get_attribute("aria-describedby") == "reference-hint reference-error"
    )
