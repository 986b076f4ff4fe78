"""The near-miss story as people of two areas walk it, page by page: what each does, and what each sees.

One walk for the test (`test_near_miss`) and for the pictures of docs/walkthrough.md. It counts clicks, keystrokes
and what is typed again though a node held it already. Makes nothing of the story itself (`near_miss_world`).
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Final

from playwright.sync_api import Browser, BrowserContext, Page, expect

from hub.crypto.one_time import STEP_S
from hub.records.accounts import AccountRole
from tests.web.console.hand import Hand
from tests.web.console.near_miss_world import EARLIER, HEARD, HELPED, HERE, THERE, World, spellings
from tests.web.console.signed_in import sign_in_on_page

R = AccountRole
IN_WORDS: Final = {
    R.representative: "a representative of the police",
    R.coordinator: "the coordinator",
    R.manager: "a manager",
    R.idva: "an Idva",
}
FROM: Final = {
    "result": "h2:has-text('victim')",
    "answer": "h3",
    "all-answers": ".govuk-inset-text:has-text('Idva service')",
    "other-area": "#wanted",
}
"""From where on a picture shows a page, if not from its heading."""
MATCHES: Final = 3
"""Eastvale heard the case twice, and its Idva service helped."""
Take = Callable[[str, Page], None]
"""Takes a picture of a page, under the name of its step."""


@dataclass(frozen=True)
class Step:
    """One step as it was walked. `again`: what was typed in it although a node held it already.

    `meets`: which recommendation of the review what they see meets, if any.
    """

    name: str
    who: str
    does: str
    sees: str
    meets: str
    clicks: int
    keys: int
    again: tuple[str, ...]


@dataclass
class Walk:
    """People of both areas, each at a machine of their own; each area has a browser of its own."""

    world: World
    urls: Mapping[str, str]
    browsers: Mapping[str, Browser]
    scripts: bool = True
    take: Take = lambda _name, _page: None
    steps: list[Step] = field(default_factory=list)
    _hands: dict[tuple[str, AccountRole], Hand] = field(default_factory=dict)
    _machines: list[BrowserContext] = field(default_factory=list)

    def close(self) -> None:
        """Everybody goes home."""
        for one in self._machines:
            one.close()

    def hand(self, area: str, role: AccountRole) -> Hand:
        """Somebody at their page, signed in."""
        if (area, role) not in self._hands:
            machine = self.browsers[area].new_context(
                locale="en-GB", java_script_enabled=self.scripts, viewport={"width": 720, "height": 700}
            )
            self._machines.append(machine)
            self.world.areas.clock.advance(2 * STEP_S)  # A code is used once.
            page = machine.new_page()
            user = self.world.consoles[area].users[role]
            sign_in_on_page(page, self.urls[area], user)
            self._hands[area, role] = Hand(page)
        return self._hands[area, role]

    @contextmanager
    def step(
        self, name: str, who: tuple[str, AccountRole], does: str, sees: str, meets: str = ""
    ) -> Iterator[Hand]:
        """A step of somebody: what they see at its end is looked for, and counted what it took."""
        area, role = who
        hand = self.hand(area, role)
        before = (hand.clicks, hand.keys, len(hand.typed))
        yield hand
        expect(hand.page.get_by_role("main")).to_contain_text(sees)
        self.take(name, hand.page)
        typed = hand.typed[before[2] :]
        again = tuple(one for one in typed if one.casefold() in self._held) if self.steps else ()
        self.world.held.update(typed)
        clicks, keys = hand.clicks - before[0], hand.keys - before[1]
        called = f"{area.title()}: {IN_WORDS[role]}"
        self.steps.append(Step(name, called, does, sees, meets, clicks, keys, again))

    @property
    def _held(self) -> set[str]:
        return {one.casefold() for one in self.world.held if one}

    def go(self) -> list[Step]:
        """The whole story."""
        self.refer()
        self.here_already()
        self.ask()
        self.tell()
        self.learn()
        self.say()
        self.offer()
        self.accept()
        self.same_case()
        self.review()
        self.plan()
        return self.steps

    def refer(self) -> None:
        """The police refer a victim of whom nobody there knows that another area heard the case."""
        victim, him = self.world.victim, self.world.perpetrator
        with self.step(
            "referral",
            (HERE, R.representative),
            "refers the victim, on the blocks of the printed form",
            "Referral",
        ) as hand:
            hand.follow("Cases")
            hand.press("Refer somebody")
            hand.fill("Contact name(s)", "PC Reed")
            hand.press("Continue")
            hand.fill("Given names", victim.given_names)
            hand.fill("Surname", victim.surname)
            if victim.aliases:
                hand.fill("Other names", "; ".join(victim.aliases))
            hand.fill("Date of birth", spellings(victim.date_of_birth)[1])
            hand.press("Continue")
            hand.fill("Given names", him.given_names)
            hand.fill("Surname", him.surname)
            hand.fill("Date of birth", spellings(him.date_of_birth)[1])
            hand.press("Continue")
            hand.press("Continue")
            hand.fill(
                "Reason for referral", "He came to the door again last night and threatened to kill her."
            )
            hand.choose("Professional judgement", "Yes")
            hand.fill("briefly explain your rationale", "It grows worse each week.")
            hand.press("Continue")
            hand.choose("Is the victim aware", "Yes")
            hand.choose("Has consent been given?", "Yes")
            hand.press("Continue")
            hand.choose("referred to any other Marac previously?", "No")  # As nobody knew.
            hand.press("Continue")
            hand.choose("in hiding, a witness, or staff", "No")
            hand.choose("fled an area", "No, nobody")
            hand.press("Send the referral")

    def here_already(self) -> None:
        """Recommendation 2: it is a repeat, and seen as one."""
        with self.step(
            "here-already",
            (HERE, R.coordinator),
            f"decides that it is a repeat of case {EARLIER}",
            "A repeat, by",
            "2",
        ) as hand:
            hand.follow("My work")
            hand.page.locator("#here ~ ul").first.get_by_role("link").first.click()
            hand.clicks += 1
            hand.follow(f"Case {EARLIER}")
            hand.choose("What is it?", "A repeat")
            hand.tick("Threats")
            hand.press("Decide")

    def ask(self) -> None:
        """Recommendation 1: whether victim and perpetrator had help before, through other Maracs and services."""
        with self.step(
            "result",
            (HERE, R.coordinator),
            "asks other areas about the victim and the alleged perpetrator: four answers",
            "Asked about the alleged perpetrator",
            "1",
        ) as hand:
            hand.follow("The case")
            hand.press("Ask other areas")
            hand.choose("Why do you ask now?", "The risk has grown")
            hand.choose("What did the victim say about asking other areas?", "Agreed")
            hand.choose("Has anyone in this case fled an area?", "No, nobody has")
            hand.choose("Do you know anyone in this case?", "No")
            hand.press("Continue")
            hand.press("Ask")
            found = hand.page.get_by_role("main")
            expect(found).to_contain_text("Eastvale")
            expect(found.get_by_role("button", name="Tell Eastvale?").first).to_be_visible()
            expect(found).to_contain_text(re.compile("ikely the same person"))

    def tell(self) -> None:
        """Recommendation 1: what help it was: of the Marac there, by the agreement, at once."""
        with self.step(
            "answer",
            (HERE, R.coordinator),
            "tells Eastvale about whom it asks, of each match of the victim",
            "Marac involvement, as victim; last activity",
            "1",
        ) as hand:
            for _ in range(MATCHES):
                hand.press("Tell Eastvale?", exact=False)
                hand.choose("What do you want to do?", "Tell them and ask for involvement")
                hand.press("Confirm")

    def learn(self) -> None:
        """Neither area knew: now the other knows too, its Marac and its Idva service."""
        with self.step(
            "other-area",
            (THERE, R.coordinator),
            "finds in My work that Northmoor asked, under the agreement",
            "Is the victim still in your area?",
            "1",
        ) as hand:
            hand.follow("My work")
            expect(hand.page.get_by_role("main")).to_contain_text(f"Northmoor asked about case {HEARD}")

    def say(self) -> None:
        """Recommendation 1: and from whom: that an Idva service helped goes by the word of that service."""
        with self.step(
            "other-service",
            (THERE, R.idva),
            "says for the Idva service that it helped",
            "reads the answer when it asks again",
            "1",
        ) as hand:
            hand.follow("Answers wanted from us")
            hand.follow(f"asks about case {HELPED}")
            hand.tick("Release what is shown above")
            hand.fill("Your reason", "Our client, who has moved.")
            hand.tick("Another basis")
            hand.fill("The other basis", "Our client agreed when she came to us.")
            hand.press("Record my decision")
        with self.step(
            "all-answers",
            (HERE, R.coordinator),
            "looks for the answer that waited",
            "Idva service involvement",
            "1",
        ) as hand:
            hand.press("Look for the answer of Eastvale")

    def offer(self) -> None:
        """The victim has moved: the old area offers the case, with the plan."""
        with self.step(
            "offer",
            (THERE, R.manager),
            f"offers case {HEARD} to Northmoor, with its plan",
            "Waits for an answer",
        ) as hand:
            hand.follow("Cases")
            hand.follow(HEARD)
            hand.follow("Offer it to another area")
            hand.tick("Northmoor")
            hand.page.get_by_role("group", name="Which papers").get_by_role("checkbox").first.check()
            hand.clicks += 1
            hand.fill("Who gave the meeting's permission?", "The Marac chair")
            hand.fill("On which day?", "1 November 2026")
            hand.fill("Why does the case move?", "The victim has moved to Northmoor for good.")
            hand.press("Show what would move")
            expect(hand.page.get_by_role("main")).to_contain_text("It may be offered.")
            hand.press("Offer it")

    def accept(self) -> None:
        """The new area is responsible from now on."""
        with self.step("accepted", (HERE, R.coordinator), "accepts it", "Accepted", "1") as hand:
            hand.follow("My work")
            hand.follow(re.compile("from Eastvale"))
            hand.tick("Accept: it is a case here from now on")
            hand.press("Decide")

    def same_case(self) -> None:
        """Recommendation 2: the case that came is an earlier one of the same people."""
        with self.step(
            "repeat",
            (HERE, R.coordinator),
            "decides that the referral is a repeat of the case that came",
            "A repeat, by",
            "2",
        ) as hand:
            self._open_the_case(hand)
            hand.follow("Here already?")
            hand.follow(f"eastvale/{HEARD}")
            hand.choose("What is it?", "A repeat")
            hand.tick("Threats")
            hand.press("Decide")

    def _open_the_case(self, hand: Hand) -> None:
        """The referral's case, by its place in the list: nobody types its number."""
        hand.follow("Cases")
        hand.page.get_by_role("row").nth(2).get_by_role("link").click()
        hand.clicks += 1

    def review(self) -> None:
        """Recommendation 2: each action of both areas' plans is looked at again, before a new plan stands."""
        with self.step(
            "review",
            (HERE, R.coordinator),
            "reviews the plans before, of both areas, line by line",
            "Not done; still needed",
            "2",
        ) as hand:
            self._open_the_case(hand)
            hand.follow("Action plan")
            hand.press("Begin the plan")
            page = hand.page.get_by_role("main")
            expect(page).to_contain_text("The plan before, line by line")
            expect(page).to_contain_text("was not reviewed")
            expect(page.get_by_role("button", name="Accept the plan")).to_have_count(0)
            hand.press("Review the plan before")
            lines = page.get_by_role("group", name="What came of it?").count()
            assert lines == 3  # Two of the area that the victim came from, one of ours.
            for at in range(lines):
                for group, answer in (
                    ("What came of it?", "Not done"),
                    ("Is it still needed?", "Yes"),
                ):
                    page.get_by_role("group", name=group).nth(at).get_by_label(answer, exact=True).check()
                    hand.answers += 1
                    hand.clicks += 1
            hand.press("Keep the review")

    def plan(self) -> None:
        """Recommendation 4: each action says which risk it meets and what it will achieve; a copy is seen."""
        with self.step(
            "plan",
            (HERE, R.coordinator),
            "makes the new plan, of which each action says what it will achieve",
            "Accepted by",
            "4",
        ) as hand:
            self._action(
                hand, "Send him to the behavioural course", "Northmoor Probation", "Jo Ames", "divert"
            )
            expect(hand.page.get_by_role("main")).to_contain_text("Set before")
            self.take("copy", hand.page)
            self._action(hand, "Arrest for the breach of bail", "Northmoor Police", "DS Cole", "prosecute")
            hand.press("Say it of the whole plan")
            hand.fill("Who tells the victim", "The Idva, by telephone")
            hand.choose("as safe as it can be", "Yes")
            hand.fill("Who says so?", "Ida Fairweather")
            for label, said in (
                ("no independent support", "The Idva of both areas spoke yesterday."),
                ("behaviour was not", "There are two actions about it."),
                ("not identified", "Both areas' risks are on the table."),
                ("Complex needs", "The recovery service is at the meeting."),
            ):
                hand.fill(label, said)
            hand.press("Keep it")
            hand.press("Accept the plan")

    def _action(self, hand: Hand, what: str, agency: str, by: str, approach: str) -> None:
        hand.press("Add an action")
        hand.fill("What will be done?", what)
        hand.fill("Which agency does it?", agency)
        hand.fill("Who said so", by)
        divert = approach == "divert"
        hand.fill("By when?", "3/12/2026" if divert else "10/12/2026")
        hand.fill("Which risk", "He drinks before he comes" if divert else "He comes to the door")
        hand.fill("What will it achieve?", "He is sober" if divert else "He is held until the trial")
        hand.tick("The alleged perpetrator")
        hand.tick("Divert" if divert else "Prosecute")
        hand.press("Add it")


def table(steps: list[Step]) -> str:
    """The steps as docs/walkthrough.md has them."""
    head = "| | who | does | sees | recommendation | clicks | keystrokes | typed again |"
    rows = []
    for one in steps:
        did = f'[{one.name}](#{one.name}) | {one.who} | {one.does} | "{one.sees}" | {one.meets}'
        rows.append(f"| {did} | {one.clicks} | {one.keys} | {len(one.again)} |")
    clicks, keys = sum(one.clicks for one in steps), sum(one.keys for one in steps)
    again = sum(len(one.again) for one in steps)
    total = f"| **all** | | | | | **{clicks}** | **{keys}** | **{again}** |"
    return "\n".join((head, "|---|---|---|---|---|---|---|---|", *rows, total))
