"""A paper is read in plain words: names and days as people write them, each thing with its label, and no handle."""

from __future__ import annotations

import datetime as dt
import re

import pytest

from hub.cases.listing import ListedPaper
from hub.cases.meeting_days import Listing
from hub.cases.referral import Referral
from hub.cases.repeat_papers import ProfessionalsMeeting, RepeatDecision, RepeatPaper
from hub.cases.repeats import Happened
from hub.records.papers import PaperKind
from hub.web.console.paper_rows import rows_of

OTHER = "c9b8" * 8


def test_a_referral_is_read_with_names_and_days_as_people_write_them_and_whose_child_a_child_is() -> None:
    said = {
        "referring_agency": "Northmoor Council",
        "contact_names": "The duty desk",
        "date": "2026-11-28",
        "victim_name": {"given_names": "Dorothea", "surname": "Quillfeather"},
        "victim_dob": "1991-07",
        "perpetrators": [
            {"name": {"not_known": True}, "relationship_to_victim": "Ex-partner", "aliases": ["Red"]}
        ],
        "children": [
            {
                "name": "Wren Quillfeather",
                "dob": "2019-02-03",
                "relationship_to_victim": "not known",
                "relationship_to_perpetrator": "Stepchild",
                "school": "Northmoor Primary",
            }
        ],
    }
    body = {"referral": Referral.model_validate(said).model_dump(mode="json", exclude_defaults=True)}
    rows = dict(rows_of(PaperKind.referral, body))
    assert rows["Date"] == "28 November 2026"
    assert rows["Victim name"] == "Dorothea Quillfeather"
    assert rows["Victim date of birth"] == "July 1991"
    assert rows["Perpetrator"] == "name not known; ex-partner of the victim; other names: Red"
    assert rows["Child"] == (
        "Wren Quillfeather; born 3 February 2019; to the victim: not known;"
        " stepchild of the alleged perpetrator; school: Northmoor Primary"
    )


def test_a_decision_about_who_is_here_already_is_read_row_by_row_in_plain_words() -> None:
    decision = RepeatDecision(
        other=OTHER,
        decided="repeat",
        happened=(Happened.violence, Happened.contact),
        happened_on=dt.date(2026, 11, 28),
        disclosed_to="Their GP",
        done_since="Referred to housing",
        meeting=dt.date(2026, 12, 3),
        professionals=ProfessionalsMeeting(wanted="yes", led_by="Ada North", with_whom="nobody"),
        by="Ash Underhill",
        on=dt.date(2026, 11, 30),
    )
    body = RepeatPaper(decision=decision).model_dump(mode="json", exclude_defaults=True)
    assert rows_of(PaperKind.repeat, body, {OTHER: "NM-7"}) == [
        ("The other case", "Case NM-7"),
        ("What it is", "A repeat"),
        ("What happened since", "Violence; Unwanted contact by the perpetrator"),
        ("When it happened", "28 November 2026"),
        ("To which agency it was disclosed", "Their GP"),
        ("What the agency that refers again has done since", "Referred to housing"),
        ("Listed for the meeting of", "3 December 2026"),
        (
            "Would a meeting of professionals help?",
            "Yes, led by Ada North, neither the victim nor the alleged perpetrator there",
        ),
        ("Decided by", "Ash Underhill"),
        ("Decided on", "30 November 2026"),
    ]


def test_what_was_said_of_the_day_of_a_meeting_is_read_with_the_day_before_and_why() -> None:
    said = Listing(day=dt.date(2026, 12, 3), before="not_heard", because="The chair was ill.")
    paper = ListedPaper(done="moved", was=dt.date(2026, 11, 19), said=said)
    assert rows_of(PaperKind.listing, paper.model_dump(mode="json", exclude_defaults=True)) == [
        ("What was done", "Moved to another day"),
        ("Listed for the meeting of", "3 December 2026"),
        ("Before that, for", "19 November 2026"),
        ("Was it heard on that earlier day?", "No"),
        ("Why", "The chair was ill."),
    ]
    heard = Listing(day=dt.date(2026, 11, 12), heard=True, before="heard")
    paper = ListedPaper(done="further", was=dt.date(2026, 11, 5), said=heard)
    assert rows_of(PaperKind.listing, paper.model_dump(mode="json", exclude_defaults=True)) == [
        ("What was done", "Listed again, for a further hearing"),
        ("Listed for the meeting of", "12 November 2026"),
        ("Heard on that day already", "Yes"),
        ("Before that, for", "5 November 2026"),
        ("Was it heard on that earlier day?", "Yes"),
    ]


def test_what_was_found_says_on_which_cases_and_names_none_that_the_reader_may_not_open() -> None:
    body = {"found": [OTHER, "ab" * 16]}
    assert rows_of(PaperKind.repeat, body, {OTHER: "NM-7"}) == [("Found on, to be decided", "Case NM-7")]


def test_a_plan_is_read_with_a_label_for_each_thing_and_no_handle_of_an_action() -> None:
    action = {
        "id": "ab" * 8,
        "what": "Brief the patrols",
        "agency": "Northmoor Police",
        "due": "2026-12-03",
        "addresses": "perpetrator",
        "reports": [{"outcome": "impossible", "because": "No staff", "by": "S. Lowe", "at": 1_764_500_000}],
    }
    ((label, text),) = rows_of(PaperKind.plan, {"actions": [action]})
    assert label == "Action"
    assert "ab" * 8 not in text
    for part in (
        "Brief the patrols",
        "By when: 3 December 2026",
        "About: The alleged perpetrator",
        "Impossible",
    ):
        assert part in text
    assert "1764500000" not in text


@pytest.mark.parametrize("text", ["20261128", "2026-13-40", "2026", "1991-07"])
def test_what_is_no_day_is_shown_as_it_was_typed(text: str) -> None:
    assert rows_of(PaperKind.research, {"other_info": text}) == [
        ("Other information (such as actions already taken by your agency)", text)
    ]


def test_that_an_idva_finds_a_plan_unsafe_and_that_an_action_is_not_needed_any_more_is_read_as_no() -> None:
    said = {"safe": False, "because": "He has her new number.", "by": "Ida Fairweather", "service": "Haven"}
    body = {"safety": said, "reviewed": [{"still_needed": False, "outcome": "not_done"}]}
    text = " ".join(f"{label}: {text}" for label, text in rows_of(PaperKind.plan, body))
    assert re.search(r"safe[^;]*\? No", text), text
    assert re.search(r"needed\?? ?:? ?No", text), text


def test_a_number_that_somebody_wrote_is_read_however_long() -> None:
    body = {"referral": {"background": "1234567890123456", "account": "ab" * 8}}
    assert rows_of(PaperKind.referral, body)[0][1] == "1234567890123456"
