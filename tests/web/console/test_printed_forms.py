"""The printed forms as their pages ask them: each field is found on the page served, typed there, and read back."""

from __future__ import annotations

import html
import re
from collections.abc import Iterable, Mapping, Sequence
from itertools import pairwise

import pytest

from hub.records.accounts import AccountRole
from tests.docs.printed import CHILD, DASH, QUESTIONS, REFERRAL, RESEARCH, Printed
from tests.federation.nodes import Areas
from tests.web.console.offered import filled, losing_fields, offered, said
from tests.web.console.signed_in import Console

BEFORE_SENDING = {"sealed": "no", "fled": "none"}


@pytest.fixture(scope="module")
def console(areas: Areas) -> Console:
    return Console.of(areas["eastvale"])


@pytest.fixture(scope="module")
def token(console: Console) -> str:
    return console.users[AccountRole.coordinator].signed_in()


def asked(page: str, form: Sequence[Printed]) -> Mapping[str, str | Sequence[str]]:
    """What is typed into a form, whose page asks each field of it in its words and order."""
    on_page = offered(page)
    names = list(dict.fromkeys(one.name for one in form))
    assert [name for name in on_page if name in names] == names
    for one in form:
        assert on_page[one.name].label.startswith(one.words), one.name
    return {one.name: one.typed for one in form if one.typed}


def read_back(page: str, form: Iterable[Printed]) -> None:
    """Each field stands on the page, beside its words."""
    there = said(page)
    for one in form:
        beside = [text for words, text in there if words.startswith(one.under or one.words)]
        wanted = one.read or one.typed
        assert any(str(wanted) in text for text in beside), (one.row, one.name, beside)


@pytest.fixture(scope="module")
def referred(console: Console, token: str) -> str:
    """The page of a case that was referred block by block, each as the page before it led there."""
    page = console.send("GET", "/referrals/new", token).text
    for block, form in REFERRAL.items():
        if block in ("perpetrators", "children"):
            more = filled(page, {}) | {"button": f"more.{block}"}
            page = console.send("POST", "/referrals/new", token, more).text
        sent = filled(page, asked(page, form)) | {"button": f"next.{block}"}
        page = console.send("POST", "/referrals/new", token, sent).text
    sent = filled(page, BEFORE_SENDING) | {"button": "send.send"}
    done = console.send("POST", "/referrals/new", token, sent)
    assert done.status_code == 303, html.unescape(done.text)
    return str(done.headers["location"])


def newest_paper(console: Console, token: str, case: str, kind: str) -> str:
    """The page of the newest paper of a kind, as the page of its case leads there."""
    shown = console.send("GET", case, token).text
    *_, last = re.findall(rf'href="(/cases/[0-9a-f]{{32}}/papers/[0-9a-f]{{32}})">{kind}\b', shown)
    return console.send("GET", last, token).text


def test_s003_r2_to_r39_each_field_of_the_referral_form_is_asked_in_its_order_and_read_back(
    console: Console, token: str, referred: str
) -> None:
    every = [one for form in REFERRAL.values() for one in form]
    read_back(
        newest_paper(console, token, referred, "Referral"), [one for one in every if one.under != "the case"]
    )
    case = console.send("GET", referred, token).text
    assert all(str(one.typed) in case for one in every if one.under == "the case")


def test_s003_r41_to_r83_each_question_of_the_dash_is_asked_in_its_order_and_read_back(
    console: Console, token: str, referred: str
) -> None:
    case = referred.partition("?")[0]
    page = console.send("GET", f"{case}/dash", token).text
    on_page = offered(page)
    for number, one in enumerate(QUESTIONS, 1):
        answer = on_page[f"questions.{one.name}.answer"]
        assert one.words in answer.label, one.name
        assert answer.values == {"yes": "Yes", "no": "No", "dont_know": "Don't know"}
        assert on_page.get(f"questions.{one.name}.ticks", answer).values in (one.ticks, answer.values)
        assert answer.given == [], number
    form = filled(page, {**asked(page, DASH), "total_yes": "5"})
    assert console.send("POST", f"{case}/dash", token, form).status_code == 303
    read = newest_paper(console, token, case, "Risk checklist")
    read_back(read, DASH)
    for words in ("Yes: 8", "know: 8", "counted 5", "not a definitive assessment"):
        assert words in html.unescape(read)


def test_s003_r84_to_r100_each_field_of_the_research_form_is_asked_in_its_order_and_read_back(
    console: Console, token: str, referred: str
) -> None:
    case = referred.partition("?")[0]
    page = console.send("GET", f"{case}/research", token).text
    form = filled(page, asked(page, RESEARCH)) | {"button": "save"}
    assert console.send("POST", f"{case}/research", token, form).status_code == 303
    read_back(newest_paper(console, token, case, "Research"), RESEARCH)


def test_s003_r74_each_field_of_the_referral_to_safeguard_children_is_asked_and_read_back(
    console: Console, token: str, referred: str
) -> None:
    case = referred.partition("?")[0]
    page = console.send("GET", f"{case}/child-referral", token).text
    form = filled(page, asked(page, CHILD))
    assert console.send("POST", f"{case}/child-referral", token, form).status_code == 303
    read_back(newest_paper(console, token, case, "Referral to safeguard children"), CHILD)


PAGES: Mapping[str, Sequence[Printed]] = {
    **{f"back.{after}": REFERRAL[block] for block, after in pairwise([*REFERRAL, "send"])},
    "dash": DASH,
    "research": RESEARCH,
    "child-referral": CHILD,
}
"""Each page by where it is: of the referral by the button of the page after it."""


def page_of(console: Console, token: str, case: str, place: str) -> str:
    if not place.startswith("back."):
        return console.send("GET", f"{case}/{place}", token).text
    page = console.send("POST", "/referrals/new", token, {"button": place}).text
    if place in ("back.children", "back.reason"):
        block = {"back.children": "perpetrators", "back.reason": "children"}[place]
        more = filled(page, {}) | {"button": f"more.{block}"}
        page = console.send("POST", "/referrals/new", token, more).text
    return page


@pytest.mark.parametrize(
    "place", [pytest.param(one, marks=pytest.mark.slow if one == "dash" else ()) for one in PAGES]
)
def test_each_field_that_a_page_loses_is_missed(
    console: Console, token: str, referred: str, place: str
) -> None:
    """Every one of them is taken out of the page, and of boxes each box; then nobody types the form on it."""
    case, form = referred.partition("?")[0], PAGES[place]
    asked(page_of(console, token, case, place), form)
    lost = {(one.name, "") for one in form}
    lost |= {(one.name, box) for one in form if not isinstance(one.typed, str) for box in one.typed}
    with losing_fields() as lose:
        for name, box in sorted(lost):
            lose(name, box)
            page = page_of(console, token, case, place)
            assert (name in offered(page)) is bool(box)
            with pytest.raises(AssertionError):
                filled(page, asked(page, form))


def test_what_a_page_does_not_ask_is_not_typed(console: Console, token: str) -> None:
    page = console.send("GET", "/referrals/new", token).text
    with pytest.raises(AssertionError, match="does not ask"):
        filled(page, {"victim_tel": "01632 960777"})
