"""That somebody was seen again is answered alike, and at a tick, whether or not they are flagged."""

from __future__ import annotations

import pytest

from hub.cases.flags import flags
from hub.cases.repeat_decisions import Looker
from hub.records.accounts import AccountRole
from hub.web import ticks
from tests.accounts.people import cheap_passwords
from tests.federation.nodes import Areas, case, hold, stranger
from tests.web.console.signed_in import Console, normal


def test_whoever_says_it_learns_nothing_by_the_answer_or_its_time(
    areas: Areas, monkeypatch: pytest.MonkeyPatch
) -> None:
    node, her = areas["eastvale"], stranger(70)
    hold(node, case("EV-70", [her], meeting_date=node.today()))
    waited: list[float] = []

    async def noted(seconds: float) -> None:
        waited.append(seconds)

    with cheap_passwords():
        console = Console.of(node)
        token = console.users[AccountRole.representative].signed_in()
    monkeypatch.setattr(ticks, "sleep", noted)
    said = {"person.given_names": her.given_names, "person.surname": her.surname, "words": "New locks."}
    said["person.date_of_birth"] = her.date_of_birth
    other = stranger(71)
    nobody = said | {"person.given_names": other.given_names, "person.surname": other.surname}
    answers = [console.send("POST", "/seen-again", token, form) for form in (said, nobody)]
    assert [one.status_code for one in answers] == [200, 200]
    assert normal(answers[0].text) == normal(answers[1].text)
    assert len(waited) == 2
    (flag,) = (one for one in flags(node, Looker(None)) if one.case_ref == "EV-70")
    assert len(flag.kept.seen) == 1
