"""What of a form goes to another area: it still stands there, and it says no more than it must."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given

from hub.consent import Context, SharingForm, decide, excerpt, parse_form
from hub.consent.areas import Area
from hub.consent.form.redaction import KEPT_HERE
from tests.consent.forms import LAW, NODE, RULES, documents, read
from tests.consent.stories import ON, form_named, put

EASTVALE = Area("eastvale", ("Eastvale",))


def over_there(form: SharingForm) -> SharingForm:
    """The excerpt as the other area reads it from its bytes."""
    return parse_form(excerpt(form, EASTVALE, ON).model_dump_json(exclude_defaults=True).encode())


@LAW
@given(documents())
def test_what_stands_here_stands_there(document: dict[str, Any]) -> None:
    form = read(document)
    if decide(form, RULES, ON, NODE).permitted:
        assert decide(over_there(form), RULES, ON, Context(asserted=True)).permitted


@pytest.mark.parametrize(
    ("path", "value"),
    [
        ("conflicts", {"declared": False, "details": "none"}),
        ("conflicts", {"declared": True, "details": "No known conflicts"}),
        ("conflicts", {"conflict": "none"}),
        ("client_notified", {"notified": False, "why_not": "unsafe"}),
        ("emergency", {"imminent_threat": True}),
        ("grounds[crime].evidence.note", "the file is in the safe"),
    ],
)
def test_answers_that_permit_here_are_not_turned_against_the_form_there(path: str, value: Any) -> None:
    document = form_named("police")
    put(document, path, value)
    form = parse_form(document)
    assert decide(form, RULES, ON).permitted
    assert decide(over_there(form), RULES, ON, Context(asserted=True)).permitted


@pytest.mark.parametrize(
    "path",
    [
        "incident",
        "comments",
        "necessity",
        "risk",
        "client_notified.why_not",
        "emergency",
        "conflicts.details",
        "consultations",
        "grounds[crime].evidence.necessary",
    ],
)
def test_free_words_stay_here(path: str) -> None:
    """Whatever a person wrote in her own words, nothing of it is in what the other area reads."""
    words = "larch rise forty two"
    document = form_named("police")
    whole: dict[str, Any] = {
        "emergency": {"imminent_threat": words},
        "risk": [dict.fromkeys(("who", "from_whom", "concerns", "immediate", "identified_by"), words)],
        "consultations": [
            {"kind": "external", "who": words, "date": ON.isoformat(), "advice": words, "decision": words}
        ],
    }
    put(document, path, whole.get(path, words))
    form = parse_form(document)
    assert "larch" in form.model_dump_json()
    assert "larch" not in excerpt(form, EASTVALE, ON).model_dump_json()


def test_evidence_under_a_name_of_ones_own_stays_here() -> None:
    document = form_named("police")
    put(document, "grounds[crime].evidence.lives_at_larch_rise", "yes")
    assert "larch" not in excerpt(parse_form(document), EASTVALE, ON).model_dump_json()


@pytest.mark.parametrize("written", ["eastvale", "Eastvale", "East Vale", "east_vale"])
def test_an_area_she_fled_learns_that_it_is_one_and_of_no_other(written: str) -> None:
    form = parse_form(form_named("police") | {"fled_from": [written, "westhaven"]})
    assert excerpt(form, EASTVALE, ON).fled_from == ("eastvale",)
    assert excerpt(form, Area("southmere"), ON).fled_from == ()


@pytest.mark.parametrize(
    ("decision", "sent"),
    [
        ({"decided": "share", "decision": "She lives at larch rise."}, "share"),
        ({"decision": "share: involvement only, no location"}, "share: involvement only"),
        ({"decided": "share", "decision": "Involvement only: larch rise."}, "share: involvement only"),
        ({"decided": "do_not_share"}, "do not share"),
        ({"decided": "not_decided", "decision": "larch rise"}, KEPT_HERE),
        ({"decided": "share", "decision": "Do not share."}, KEPT_HERE),
    ],
)
def test_a_decision_goes_with_its_limit_and_without_its_words(decision: dict[str, str], sent: str) -> None:
    document = form_named("hospital")
    document["consultations"] = [{"who": "Caldicott Guardian", "date": ON.isoformat(), **decision}]
    (advice,) = over_there(parse_form(document)).consultations
    assert (advice.decision, advice.decided) == (sent, None)


@pytest.mark.parametrize(
    ("answer", "told"),
    [
        ("not_known", None),
        (["westhaven"], ()),
        (["westhaven", "Eastvale"], ("eastvale",)),
        ([], ()),
    ],
)
def test_an_area_reads_of_flight_what_concerns_itself_alone(
    answer: object, told: tuple[str, ...] | None
) -> None:
    document = form_named("police")
    document["fled_from"] = answer
    assert over_there(parse_form(document)).fled_from == told


def test_an_interest_that_was_described_is_still_one_over_there() -> None:
    document = form_named("police")
    document["conflicts"] = {"declared": True, "details": "I know her brother from the larch rise club."}
    assert over_there(parse_form(document)).conflicts.details == KEPT_HERE


def test_advice_of_the_signing_manager_by_name_is_a_managers() -> None:
    document = form_named("police")
    manager = {"role": "manager", "name": "Robin Sample", "date": str(ON)}
    document["signatures"] = [
        *(one for one in document.get("signatures", []) if one["role"] != "manager"),
        manager,
    ]
    document["consultations"] = [
        {"kind": "internal", "who": who, "date": str(ON), "advice": "Yes.", "decision": "share"}
        for who in ("Robin Sample", "Alex Sample")
    ]
    read_there = over_there(parse_form(document)).consultations
    assert [one.who for one in read_there] == ["manager", KEPT_HERE]
