"""Friday, five to five: a story of the emergency route, from the threat to Monday's closed obligations."""

from __future__ import annotations

import copy
import datetime as dt
from typing import Any

from hub.consent import Obligation, Outcome, Rules, decide, parse_form
from hub.consent.evidence import Closing, DisclosureLogEntry, OpenObligation, due, lacking
from hub.values import AgencyKind, Requester, RequesterRole
from tests.consent.stories import form_named

FRIDAY = dt.date(2026, 11, 27)


def person(name: str, role: RequesterRole = RequesterRole.idva) -> Requester:
    return Requester(name=name, role=role, agency="Refuge", agency_kind=AgencyKind.refuge)


def at_five_to_five() -> dict[str, Any]:
    """What Ada can type in two minutes: who, what for, the threat, her own name."""
    full = form_named("refuge")
    return {
        key: full[key]
        for key in ("form_version", "jurisdiction", "purpose", "requester", "recipient", "subjects")
    } | {
        "level": "summary",
        "emergency": {"imminent_threat": "he has texted that he is ten minutes away with a knife"},
        "grounds": [{"key": "vital_interests", "evidence": {}}],
        "signatures": [{"role": "caseworker", "name": "Ada Worker", "date": "2026-11-27"}],
    }


def test_the_longest_overdue_come_first_and_ties_keep_a_fixed_order() -> None:
    days = [dt.date(2026, 11, 30), dt.date(2026, 11, 28), dt.date(2026, 11, 28)]
    owed = [
        Obligation(code=code, text=text, due=day)
        for code, text, day in zip(("review", "notify_client", "countersign"), "abc", days, strict=True)
    ]
    twins = [Obligation(code="review", text=text, due=days[0]) for text in "zy"]
    assert due([*owed, *twins], days[0]) == (owed[2], owed[1], owed[0], *twins)


def test_friday_at_five_to_five(rules: Rules) -> None:
    # She refuses: she is afraid that it will make him worse. The manager has gone home. 999 has been called.
    form = at_five_to_five()
    form["subjects"][0] |= {"agreement": "refused", "capacity": "has", "aware": True}

    # Without the emergency, the half-filled form goes nowhere, and says what is missing.
    calm = {key: value for key, value in form.items() if key != "emergency"}
    assert decide(parse_form(calm), rules, FRIDAY).outcome is Outcome.incomplete

    # With it, the least packet moves at once: that she is known, not the summary that Ada asked for.
    decision = decide(parse_form(form), rules, FRIDAY)
    assert decision.outcome is Outcome.permit
    assert decision.level == "involvement"
    assert [release.data for release in decision.releases] == [("identity", "involvement")]
    assert decision.reasons[0].code == "emergency"

    # What it leaves: the form by tomorrow with each open answer named, the countersignature, her refusal answered.
    owed = {item.code: item for item in decision.obligations}
    assert owed["complete_emergency"].due == dt.date(2026, 11, 28)
    for name in ("why it is necessary", "when it is looked at again", "what was weighed", "known to you"):
        assert name in owed["complete_emergency"].text
    assert owed["countersign"].due == dt.date(2026, 11, 28)
    assert owed["answer_refusal"].due == dt.date(2026, 12, 4)
    assert owed["notify_client"].due == dt.date(2026, 12, 4)
    assert owed["record_recipients"].due == dt.date(2026, 11, 28)
    assert owed["review"].due == dt.date(2026, 11, 28)

    # On Saturday three are due, the rest are not; being late blocks nothing, so the same question is permitted.
    saturday = dt.date(2026, 11, 28)
    assert {item.code for item in due(decision.obligations, saturday)} == {
        "complete_emergency",
        "countersign",
        "record_recipients",
        "review",
    }
    assert due(decision.obligations, FRIDAY) == ()
    assert decide(parse_form(form), rules, dt.date(2026, 12, 20)).outcome is Outcome.permit

    # Ada cannot countersign herself, nor can a colleague; the duty manager can.
    def lacks(code: str, closing: Closing, *rows: DisclosureLogEntry) -> tuple[str, ...]:
        held = OpenObligation(owed[code], parse_form(form), FRIDAY, "RF-7", rows)
        return lacking(held, closing, rules, saturday)

    own = Closing(by=person("ADA worker", RequesterRole.idva), on=saturday)
    assert lacks("countersign", own) == (
        "by.role: a manager",
        "by.name: another person than the caseworker",
    )
    bea = person("Bea Manager", RequesterRole.manager)
    assert lacks("countersign", Closing(by=bea, on=saturday)) == ()

    # The record wants each recipient in full, and the review wants each response or its recorded absence.
    row = DisclosureLogEntry(date=FRIDAY, agency="Eastvale Police", person="duty officer", method="telephone")
    closing = Closing(by=person("Ada Worker"), on=saturday, text="He was arrested.", sharings=(row,))
    assert lacks("record_recipients", closing) == (
        "sharings[Eastvale Council]",
        "sharings[Eastvale Police].authority",
    )
    assert lacks("review", closing) == ("sharings[Eastvale Police].response",)
    answered = row.model_copy(
        update={"authority": "vital interests", "response": "no response by 28 November"}
    )
    council = DisclosureLogEntry(date=FRIDAY, agency="Eastvale Council", told=False)
    closing = closing.model_copy(update={"sharings": (answered,)})
    assert lacks("record_recipients", closing, council) == ()
    assert lacks("review", closing, council) == ()
    assert lacks("review", closing.model_copy(update={"text": ""})) == ("text",)
    assert lacks("answer_refusal", own) == ("text",)
    assert lacks("answer_refusal", Closing(by=person(""), on=saturday, text="told on Monday")) == ("by.name",)

    # Two empty rows lack everything, each by name.
    agencies = ("Eastvale Council", "Eastvale Police")
    bare = tuple(DisclosureLogEntry(date=FRIDAY, agency=agency) for agency in agencies)
    closing = closing.model_copy(update={"sharings": bare})
    assert lacks("record_recipients", closing) == tuple(
        f"sharings[{agency}].{part}" for agency in agencies for part in ("person", "method", "authority")
    )

    # The emergency closes with the completed form, which has to stand on its own; half of it does not.
    half = Closing(by=person("Ada Worker"), on=saturday)
    assert lacks("complete_emergency", half) == ("form",)
    half = half.model_copy(update={"form": parse_form(form)})
    assert "form.necessity" in lacks("complete_emergency", half)

    # On Monday the whole form is filled in and signed by both: the summary may now be asked for.
    monday = form_named("refuge") | {"level": "summary"}
    monday["subjects"] = copy.deepcopy(form["subjects"])
    monday["signatures"] = [
        *form["signatures"],
        {"role": "manager", "name": "Bea Manager", "date": "2026-11-30"},
    ]
    on_monday = dt.date(2026, 11, 30)
    decision = decide(parse_form(monday), rules, on_monday)
    assert (decision.outcome, decision.level) == (Outcome.permit, "summary")
    whole = Closing(by=person("Ada Worker"), on=on_monday, form=parse_form(monday))
    emergency = OpenObligation(owed["complete_emergency"], parse_form(form), FRIDAY, "RF-7")
    assert lacking(emergency, whole, rules, on_monday) == ()
