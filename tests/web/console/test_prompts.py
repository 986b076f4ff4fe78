"""The prompts of each agency on the page that is served: what it may know, and what it may offer."""

from __future__ import annotations

import html
import re
from typing import Final

import pytest

from hub.records.accounts import AccountRole
from tests.federation.nodes import Areas
from tests.web.console.signed_in import Console

# By each agency of the toolkit: how many prompts of information and of actions it has, and words of one of each.
AGENCIES: Final = {
    "Police": (12, "Earlier domestic abuse incidents and offences", 9, "Arrest the offender"),
    "Idva service": (9, "Whether the victim is engaged", 7, "whether the plan as a whole is as safe"),
    "Probation": (6, "Earlier convictions", 5, "Make the supervising officer aware"),
    "Children and young people's services": (3, "What assessments found", 4, "Take safeguarding action"),
    "Health visitor or midwife": (4, "Whether appointments are kept", 2, "see the victim alone"),
    "Housing": (8, "Incidents and damage at the property", 6, "Consider moving the victim"),
    "Drug and alcohol team": (3, "The perpetrator's use of substances", 2, "first in the queue"),
    "Adult mental health services": (2, "The perpetrator's mental health", 2, "Complete the picture"),
    "Refuge provider": (2, "Earlier stays", 2, "Have the police protect"),
    "A&E": (1, "Attendances of victim, perpetrator and children", 2, "Flag the patients' records"),
    "Adult services": (2, "care and support needs", 2, "Refer to adult safeguarding"),
    "Education": (3, "attendance, performance and behaviour", 3, "Mark the school on police systems"),
    "Specialist service for Black and minority ethnic victims": (
        *(4, "Abuse and needs of its client"),
        *(3, "does not want a general service"),
    ),
    "LGBTQ+ service": (4, "Whether its client is out", 3, "without outing them"),
    "Sexual violence services": (2, "History of abuse, fears and barriers", 2, "through a prosecution"),
    "Community perpetrator programme": (
        3,
        "the perpetrator's attitude",
        2,
        "Tell those who support the victim",
    ),
    "Child and adolescent mental health services (CAMHS)": (
        *(3, "Why a child was referred"),
        *(2, "See the child sooner"),
    ),
}


@pytest.fixture(scope="module")
def page(areas: Areas) -> str:
    """As a representative opens it from the actions."""
    console = Console.of(areas["eastvale"])
    token = console.users[AccountRole.representative].signed_in()
    there, *_ = re.findall(r'href="(/prompts)"', console.send("GET", "/actions", token).text)
    return html.unescape(console.send("GET", there, token).text)


def listed(part: str) -> list[str]:
    return re.findall(r"<li>(.*?)</li>", part)


@pytest.mark.parametrize("agency", AGENCIES)
def test_s003_r181_to_r197_each_agency_reads_what_it_may_bring_and_what_it_may_offer(
    page: str, agency: str
) -> None:
    (own,) = [part for part in page.split("<h2")[1:] if f">{agency}</h2>" in part]
    information, actions = own.split("Actions it may offer")
    brings, known, offers, act = AGENCIES[agency]
    assert (len(listed(information)), len(listed(actions))) == (brings, offers)
    assert any(known in one for one in listed(information))
    assert any(act in one for one in listed(actions))


def test_there_are_seventeen_and_no_other(page: str) -> None:
    assert re.findall(r'<h2[^>]* id="[a-z_]+">(.*?)</h2>', page) == list(AGENCIES)
