"""The two areas that the console's examples are of: their consoles, their people, and what stands in addresses."""

from __future__ import annotations

import re
from collections.abc import Mapping
from types import MappingProxyType
from typing import Any, Final

from hub.accounts import sessions
from hub.accounts.accounts import Acting, acting_as
from hub.accounts.provider import Flow, Proof
from hub.accounts.provider_sign_in import Entered, finish
from hub.cases.changes import find_case
from hub.cases.idva_inbox import take_on
from hub.cases.obligations import list_obligations
from hub.cases.shown import case_shown, lines
from hub.cases.stub import Referrer, Stub, enter_case
from hub.checks.answer import HolderDecision, record_holder_decision, waiting_requests
from hub.checks.sign import sign
from hub.checks.submissions import put_telling, submission_shown
from hub.consent import Decider
from hub.crypto.one_time import STEP_S, code_at
from hub.records import papers
from hub.records.accounts import AccountRole
from hub.records.check import CandidateRef
from hub.records.idva import every_idva_referral
from hub.records.papers import Paper, PaperKind
from hub.values import Kind, Level, Person, Role
from tests.accounts.people import User, invited, user
from tests.accounts.provider import ORGANISATION, Provider, with_provider
from tests.checks.pending import asked, told
from tests.checks.signing import CASEWORKER, asked_without_it, she_fled
from tests.cli.running import free_port
from tests.federation.nodes import IMPORTER, Areas, case, cases_of, hold, stranger
from tests.transfers.ringing import set_up
from tests.web.console.browser import apart
from tests.web.console.by_journey.example import AWAY, UNSIGNED, Example, R
from tests.web.console.handing_over import came_from, moved_on
from tests.web.console.signed_in import Console

HER: Final = cases_of("eastvale")[0][0]


def acting(who: User) -> Acting:
    """Somebody as they act."""
    with who.node.read() as tx:
        return acting_as(tx, who.account)


class World:
    """The two areas' consoles, their people, and what stands in each address (`places`)."""

    def __init__(self, areas: Areas, provider: Provider) -> None:
        set_up(areas)
        self.areas, self.provider = areas, provider
        self.ports = {"northmoor": free_port(), "eastvale": free_port()}
        there = f"http://127.0.0.1:{self.ports['eastvale']}"
        nodes = (areas["northmoor"], with_provider(areas["eastvale"], provider.issuer, there))
        self.consoles = {
            node.node_id: Console.of(node, "Police", lambda node: areas.client(node.node_id))
            for node in nodes
        }
        node = areas["northmoor"]
        self.manager = self.consoles["northmoor"].users[R.manager]
        self.unsigned = self._somebody("Bo Elsewhere", "Northmoor Council")
        self.away = self._somebody("Wes Awbrey", "Police")
        other = self._somebody("Una Leaver", "Police")
        new, code = invited(node, "Ned Newcome", R.operator, organisation="Police")
        waiting, _ = invited(
            node,
            "Wil Waiting",
            by=self.consoles["northmoor"].users[R.operator].account,
            organisation="Police",
        )
        self.places: dict[str, str] = {
            "ref": "NM-seen",
            "case": self._case("NM-seen", self.consoles["northmoor"].users[R.coordinator]),
            "not_safe": self._case(
                "NM-named", self.unsigned, stranger(77), not_safe_to_talk_to=("Jo Lowther",)
            ),
            "likely": self._case("NM-likely", self.unsigned, HER.model_copy(update={"date_of_birth": ""})),
            "unsigned_case": self._case("NM-other", self.unsigned),
            "planned": self._case("NM-planned", self.unsigned, stranger(78)),
            "flagged": self._flagged(),
            "before": self._case("NM-before", self.unsigned, stranger(79)),
            "again": self._case("NM-again", self.unsigned, stranger(79)),
            "invited": new.sign_in,
            "code": code,
            "waiting": waiting.id,
            "haven": self.consoles["northmoor"].users[R.idva].account.id,
            "other": other.account.id,
            "area": "eastvale",
            "factor": "",
        }
        self.places["planned_referral"] = self._referral(self.places["planned"])
        self._handovers()
        self._by_provider()
        signed = {"signatures": CASEWORKER}
        self.places["silent"] = asked(areas, asks=signed, also=("westhaven",)).check_id
        told(areas, asked(areas, asks=signed))
        self._left(self.unsigned)
        self._fled()
        self._papers()
        self._owed()

    def _left(self, who: User) -> None:
        """Somebody signs out while a form is not sent."""
        session = sessions.find(who.node, who.signed_in())
        assert session is not None
        sessions.keep_draft(who.node, session, "/cases/new", '[["case_ref", "NM-left"]]')
        sessions.end(who.node, session)

    def _fled(self) -> None:
        """A question about somebody who, it is learnt then, fled the area that may know her."""
        found = asked(self.areas, number=3, ref="ev-fled", asks={"signatures": CASEWORKER})
        she_fled(self.areas)
        candidate = found.areas[0].candidates[0].handle
        self.places |= {"fled_check": found.check_id, "fled_candidate": candidate}
        self.places["left_check"] = asked_without_it(self.areas).check_id

    def _papers(self) -> None:
        """A question whose answer is that Eastvale knows her, and a manager's signature for asking for more."""
        old, new = self.areas["eastvale"], self.areas["northmoor"]
        found = asked(
            self.areas, number=5, ref="ev-papers", ours="NM-papers", asks={"signatures": CASEWORKER}
        )
        told(self.areas, found)
        known_as = new.check_at("eastvale", found.check_id)
        (waits,) = (one for one in waiting_requests(old) if one.key.check_id == known_as)
        released = HolderDecision(Decider.coordinator, release=True, name="P. Shah")
        record_holder_decision(old, waits.key, released)
        told(self.areas, found)
        target = CandidateRef(found.check_id, "eastvale", found.areas[0].candidates[0].handle)
        ash, mo = (acting(self.consoles["northmoor"].users[one]) for one in (R.coordinator, R.manager))
        put = put_telling(new, ash, target, Level.summary, "The minutes are wanted.")
        shown = submission_shown(new, mo, put.number)
        assert shown is not None
        done = sign(new, mo, shown, None)
        assert done.delivery is not None, done
        with old.write() as tx:
            held = find_case(tx, "ev-papers")
            assert held is not None
            told_of = {"body": {"text": "Heard."}, "by": "P. Shah", "at": tx.now, "supplier": "Police"}
            handles = papers.put(
                tx,
                held.row,
                Paper(kind=PaperKind.minutes, may_follow="yes", **told_of),
                Paper(
                    kind=PaperKind.minutes, may_follow="ask", **{**told_of, "supplier": "Eastvale Hospital"}
                ),
            )
        self.places |= {
            "hit": found.check_id,
            "hit_candidate": target.handle or "",
            "their_case": held.row.handle.hex(),
            "their_paper": handles[1],
            "minutes": handles[0],
        }

    def _somebody(self, name: str, organisation: str) -> User:
        return user(self.areas["northmoor"], name, by=self.manager.account, organisation=organisation)

    def _case(self, ref: str, who: User, victim: Person = HER, **more: Any) -> str:
        him = stranger(31).model_copy(update={"role": Role.perpetrator})
        stub: dict[str, Any] = {"case_ref": ref, "kind": Kind.marac, "sealed": False, "fled_from": (), **more}
        referrer = Referrer(agency="Police", contact="The duty desk")
        node = self.areas["northmoor"]
        people = (victim, him)
        enter_case(node, Stub(**stub, referrer=referrer, by=IMPORTER, people=people))
        with node.read() as tx:
            return lines(node, acting_as(tx, who.account), 1, ref)[0].handle

    def _flagged(self) -> str:
        """A case that was heard some months ago."""
        node = self.areas["northmoor"]
        hold(node, case("NM-flagged", (stranger(80),)))
        with node.read() as tx:
            return lines(node, acting_as(tx, self.unsigned.account), 1, "NM-flagged")[0].handle

    def _referral(self, case: str) -> str:
        """The referral of a case to the Idva service."""
        with self.areas["northmoor"].read() as tx:
            return next(one.id for one in every_idva_referral(tx) if one.case == case)

    def _handovers(self) -> None:
        """A client whose case has moved, and a case that came with a handover."""
        node, other = self.areas["northmoor"], self.areas["eastvale"]
        moved, came = (
            self._case(f"NM-{name}", self.unsigned, stranger(number))
            for name, number in (("moved-on", 83), ("came", 84))
        )
        idva = acting(self.consoles["northmoor"].users[R.idva])
        self.places |= {"moved_referral": self._referral(moved), "came_referral": self._referral(came)}
        take_on(node, idva, self.places["moved_referral"])
        held = [case_shown(node, acting(self.unsigned), one) for one in (moved, came)]
        assert held[0] is not None
        assert held[1] is not None
        key = other.service_sealing("ab" * 16, "c1" * 16).public_key().public_bytes_raw()
        moved_on(node, held[0], key)
        came_from(node, held[1], "Reached safely at work, before noon.")

    def _by_provider(self) -> None:
        """Two people of Eastvale's who sign in by the provider: one is there, the other is invited."""
        console = self.consoles["eastvale"]
        node, by = console.node, console.users[R.manager].account
        there, _ = invited(node, "Pru Proven", by=by, organisation=ORGANISATION)
        flow = Flow(state="", nonce="", verifier="", begun_at=1, invitation=there.invitation)
        proof = Proof(self.provider.issuer, "pru", there.sign_in, frozenset(["hub-coordinator"]), node.now())
        assert isinstance(finish(node, flow, proof), Entered)
        self.provider.somebody = {"sub": "pru", "email": there.sign_in}
        new, code = invited(node, "Ned Elsewhere", by=by, organisation=ORGANISATION)
        self.places |= {"elsewhere": new.sign_in, "elsewhere_code": code}

    def _owed(self) -> None:
        node = self.areas["northmoor"]
        owed = list_obligations(node, None, node.today(), every=True)
        self.places["number"] = owed[0].number

    def somebody(self, example: Example) -> User | None:
        """Who opens the page."""
        if isinstance(example.who, AccountRole):
            return self.consoles[example.at].users[example.who]
        return {UNSIGNED: self.unsigned, AWAY: self.away}.get(example.who)

    def signed_in(self, who: User) -> str:
        """The cookie of somebody who signs in now."""
        self.areas.clock.advance(STEP_S)
        return apart(who.signed_in)

    def filled(self, text: str, own: Mapping[str, str] = MappingProxyType({})) -> str:
        """A text with what stands in its places."""
        secret = self.places.get("secret", "").replace(" ", "")
        shown = code_at(secret, self.areas["northmoor"].now()) if secret else ""
        places = {**self.places, "shown": shown}
        return re.sub(r"\{(\w+)\}", lambda one: self.filled(own.get(one[1]) or places[one[1]]), text)

    def learn(self, page: str) -> None:
        """Take from a page what later addresses are made of."""
        for name, pattern in _LINKS.items():
            if found := re.search(pattern, page):
                self.places |= found.groupdict() if found.groupdict() else {name: found[1]}


_LINKS: Final = {
    "paper": r"/cases/(?P<referred>[0-9a-f]{32})/papers/(?P<paper>[0-9a-f]{32})",
    "checklist": r'/papers/([0-9a-f]{32})">Risk checklist',
    "secret": r'class="[^"]*hub-key[^"]*">([A-Z2-7 ]{16,})<',
    "factor": r'name="factor" value="([^"]+)"',
    "people": r'name="people"[^>]*value="([0-9a-f]{32})"',
    "check": r"/checks/(?P<check>[0-9a-f]{32})/(?P<area>\w+)/(?P<candidate>[0-9a-f]+)/tell",
    "in_plan": r'name="action" value="([0-9a-f]{16})"',
    "seen": r'name="seen" value="([0-9a-f]{32})"',
    "action": r'href="/actions/([0-9a-f]{16})"',
    "line": r'name="reviewed\.0\.action" value="([0-9a-f]{16})"',
    "to_sign": r'href="/countersign/(\w+)"',
    "to_complete": r'(?s)Emergencies to be completed.*?href="/obligations/(\w+)"',
    "token": r'action="/programs/([0-9a-f]{64})/end"',
    "submission": r"/(?:submissions|countersign/before)/([0-9a-f]{32})",
    "correction": r"/cases/[0-9a-f]{32}/people/([0-9a-f]{32})",
    "transfer": r'href="/transfers/([0-9a-f]{32})"',
    "channel": r'name="channel" value="([0-9a-f]{32})"',
    "papers": r'href="/papers/([0-9a-f]{32})"',
    "request": r'href="/requests/([0-9a-f]+)"',
    "client": r"/cases/([0-9a-f]{32})/prior-contact",
    "idva_referral": r'href="/idva-referrals/([0-9a-f]{32})"',
    "likeness": r'href="/seals/([0-9a-f]+)"',
}
