"""An example of every page of the console in every state: where it is, who opens it, and what they send.

In the order in which they can be met: each is an address of the route table with what is there. Two real areas:
Northmoor asks about a case of its own, Eastvale is asked.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from types import MappingProxyType
from typing import Any, Final

from hub.accounts.accounts import acting_as
from hub.accounts.provider import Flow, Proof
from hub.accounts.provider_sign_in import Entered, finish
from hub.cases.obligations import list_obligations
from hub.cases.shown import lines
from hub.cases.stub import Referrer, Stub, enter_case
from hub.crypto.one_time import STEP_S, code_at
from hub.records.accounts import AccountRole
from hub.values import Kind, Person, Role
from hub.web.console.referrals import BLOCKS
from hub.web.guards import ROUTES
from tests.accounts.people import PASSWORD, User, invited, user
from tests.accounts.provider import ORGANISATION, Provider, with_provider
from tests.checks.pending import asked, told
from tests.checks.signing import CASEWORKER, she_fled
from tests.cli.running import free_port
from tests.federation.nodes import IMPORTER, Areas, case, cases_of, hold, stranger
from tests.web.console.browser import apart
from tests.web.console.signed_in import Console

R = AccountRole
HER: Final = cases_of("eastvale")[0][0]
NOBODY: Final = "nobody"
UNSIGNED: Final = "unsigned"  # A coordinator whose agency has signed no agreement.
PROVEN: Final = "proven"  # Somebody who signs in by the provider.
AWAY: Final = "away"  # Somebody whose session is locked.
Fields = Mapping[str, str | tuple[str, ...]]
ANSWERS: Final[Fields] = MappingProxyType(
    {
        "why": "risk_grew",
        "said": "given",
        "fled": "none",
        "knows": "false",
        "people": "{people}",
        "areas": "eastvale",
    }
)
EMERGENCY: Final[Fields] = MappingProxyType(
    {
        "given_names": "Nell",
        "surname": "Longstaffe",
        "date_of_birth": "1991",
        "threat": "He said that he comes tonight.",
        "fled": "none",
        "areas": "eastvale",
        "once": "1f" * 16,
    }
)
FORM_PAGES: Final = (
    "asked",
    "fled",
    "others",
    "able",
    "level",
    "data",
    "receiver",
    "grounds",
    "ground-statutory-function",
    "ground-child-protection",
    "advice",
    "review",
)  # The rest are met in `test_form_journey`.
TOLD: Final[Fields] = MappingProxyType(
    {
        "date": "1 November 2026",
        "agency": "Southmere Council",
        "person": "Jo Lowther",
        "method": "by telephone",
        "authority": "Her agreement.",
    }
)
FLED: Final = MappingProxyType({"check": "{fled_check}", "candidate": "{fled_candidate}"})
FOR_MINUTES: Final[Fields] = MappingProxyType({"level": "summary", "reason": "The minutes are wanted."})
TO_TELL: Final[Fields] = MappingProxyType(
    {"level": "involvement", "reason": "Their Idva knows her, and he works for the council there."}
)
YES: Final[Fields] = MappingProxyType(
    {
        "button": "sign",
        "telling": "yes",
        "words": "She asked us to ring Jo.",
        "receiver": "Jo Lowther",
        "receiver_known": "yes",
        "no_connection": "yes",
        "seen": "fled",
    }
)
CALL: Final[Fields] = MappingProxyType(
    {
        "button": "rung",
        "spoken_to": "Jo Lowther",
        "on": "1 November 2026",
        "clock": "14:20",
        "said": "She is known there, and has an Idva.",
    }
)
REFERRAL: Final[Fields] = MappingProxyType(
    {
        "referring_agency": "Northmoor Police",
        "contact_names": "The duty desk",
        "victim_name.given_names": "Dorothea",
        "victim_name.surname": "Longacre",
        "crit_professional_judgement": "yes",
        "crit_visible_high_risk": "yes",
        "pj_rationale": "Frightened to go home.",
        "sealed": "no",
        "fled": "none",
    }
)
REFERRED: Final = MappingProxyType({"case": "{referred}"})
CHECKLIST: Final[Fields] = MappingProxyType(
    {
        "questions.injury.answer": "yes",
        "questions.weapons.answer": "dont_know",
        "total_yes": "4",
        "other_risk_info": "Far from the road.",
    }
)
NEW_CASE: Final[Fields] = MappingProxyType(
    {
        "case_ref": "NM-new",
        "agency": "Northmoor Police",
        "contact": "The duty desk",
        "victim.given_names": "Dorothea",
        "victim.surname": "Quillfeather",
        "victim.date_of_birth": "4 July 1991",
        "sealed": "no",
        "fled": "areas",
        "fled_other": "Vale of Elsewhere",
    }
)
ACTION: Final[Fields] = MappingProxyType(
    {
        "what": "Brief the patrols on the address.",
        "agency": "Northmoor Police",
        "volunteered_by": "Sergeant Lowe",
        "due": "3 December 2026",
        "risk": "He follows her home.",
        "achieves": "Patrols know whom to look for.",
        "addresses": "perpetrator",
        "approach": "disrupt",
    }
)
WHOLE: Final[Fields] = MappingProxyType({"tells_victim": "The Idva", "safe": "yes", "safe_by": "The Idva"})
AGAIN: Final = MappingProxyType({"case": "{again}", "other": "{before}"})
"""A case of somebody who was referred before, and the case of then."""
FLAGGED: Final = MappingProxyType({"case": "{flagged}"})
LONGER: Final[Fields] = MappingProxyType(
    {
        "until": "4 July 2029",
        "reason": "sex_offender",
        "authority": "The chair",
        "because": "He is on the register.",
    }
)
PLANNED: Final = MappingProxyType({"case": "{planned}"})
REVIEWED: Final[Fields] = MappingProxyType(
    {
        "reviewed.0.action": "{line}",
        "reviewed.0.outcome": "done",
        "reviewed.0.worked": "no",
        "reviewed.0.still_needed": "yes",
    }
)
MOVES: Final[Fields] = MappingProxyType(
    {
        "to": "eastvale",
        "permitted_by": "Marac Chair",
        "permitted_on": "1 November 2026",
        "reason": "She has moved there for good.",
        "button": "look",
    }
)
SILENT: Final[Mapping[str, str]] = MappingProxyType({"check": "{silent}", "area": "westhaven"})
"""A check of which an area gave no answer."""
NO_PAGES: Final = frozenset(
    {"GET /healthz", "GET /static/{digest}/{name:path}", "GET /checks/{check}/certificate"}
) | {f"{method} {path}" for method, path in ROUTES if path.startswith("/api/")}


@dataclass(frozen=True)
class Example:
    """A page. `at`: whose console; `who`: a role, or one of those above; `form`: what is sent there.

    `status`: what the page answers once its redirects were followed; `places`: what stands in the address, if not
    what the examples before left there.
    """

    route: str
    who: AccountRole | str = R.coordinator
    form: Fields = field(default_factory=dict)
    status: int = 200
    at: str = "northmoor"
    places: Mapping[str, str] = field(default_factory=dict)


E = Example
EXAMPLES: Final[tuple[Example, ...]] = (
    E("GET /sign-in", NOBODY),
    E("POST /sign-in", NOBODY, status=403),
    E("GET /invitation", NOBODY),
    E("POST /invitation", NOBODY, status=403),
    E("POST /invitation", NOBODY, {"sign_in": "{invited}", "invitation": "{code}"}),
    E("POST /invitation/open", NOBODY, status=403),
    E("POST /invitation/open", NOBODY, {"sign_in": "{invited}", "invitation": "{code}"}, 422),
    E(
        "POST /invitation/open",
        NOBODY,
        {
            "sign_in": "{invited}",
            "invitation": "{code}",
            "password": PASSWORD,
            "code": "{shown}",
            "factor": "{factor}",
        },
    ),
    E("GET /sign-in", PROVEN, at="eastvale"),
    E(
        "POST /invitation",
        NOBODY,
        {"sign_in": "{elsewhere}", "invitation": "{elsewhere_code}"},
        at="eastvale",
    ),
    E("GET /sign-in/provider/back", NOBODY, at="eastvale", status=403),
    E("GET /sign-in/provider", PROVEN, at="eastvale"),
    E("GET /confirm", PROVEN, at="eastvale"),
    E("GET /confirm/provider", PROVEN, at="eastvale"),
    E("GET /work", PROVEN, at="eastvale"),
    E("GET /work", AWAY),
    E("GET /"),
    E("GET /confirm"),
    E("POST /confirm", status=403),
    E("GET /programs"),
    E("POST /programs", status=422),
    E("POST /programs", form={"program": "A nightly list", "scopes": ("read", "ask"), "days": "30"}),
    E("GET /programs"),
    E("GET /cases", R.representative),
    E("GET /cases"),
    E("POST /cases", form={"number": "{ref}"}),
    E("POST /cases", form={"number": "no such reference"}),
    E("POST /cases", form={"number": "x" * 3_000}, status=422),
    E("GET /referrals/new"),
    E("POST /referrals/new", form={"button": "next.referrer"}, status=422),
    *(E("POST /referrals/new", form={**REFERRAL, "button": f"next.{one}"}) for one in list(BLOCKS)[:-1]),
    E("POST /referrals/new", form={**REFERRAL, "button": "more.afraid"}),
    E("POST /referrals/new", form={**REFERRAL, "sealed": "", "button": "send.send"}, status=422),
    E("POST /referrals/new", form={**REFERRAL, "button": "send.send"}),
    E("GET /cases/{case}/papers/{paper}", places=REFERRED),
    E("GET /cases/{case}/papers/{paper}", places={"case": "{referred}", "paper": "ab" * 16}, status=404),
    E("GET /cases/{case}/dash", places=REFERRED),
    E("POST /cases/{case}/dash", form={"date_1": "31/2/2026"}, places=REFERRED, status=422),
    E("POST /cases/{case}/dash", form=CHECKLIST, places=REFERRED),
    E("GET /cases/{case}/papers/{paper}", places=REFERRED),
    E(
        "POST /cases/{case}/papers/{paper}/correct",
        places={"case": "{referred}", "paper": "ab" * 16},
        status=404,
    ),
    E(
        "GET /cases/{case}/papers/{paper}/correct",
        places={"case": "{referred}", "paper": "ab" * 16},
        status=404,
    ),
    E("GET /cases/{case}", places=REFERRED),
    E(
        "GET /cases/{case}/papers/{paper}/correct",
        places={"case": "{referred}", "paper": "{checklist}"},
    ),
    E("GET /cases/{case}/child-referral", places=REFERRED),
    E("POST /cases/{case}/child-referral", places=REFERRED, status=422),
    E("POST /cases/{case}/child-referral", form={"made": "no", "why_not": "No child."}, places=REFERRED),
    E("GET /cases/{case}/research", places=REFERRED),
    E("POST /cases/{case}/research", places=REFERRED, status=422),
    E("POST /cases/{case}/research", form={"name_agency": "Police", "button": "more"}, places=REFERRED),
    E("POST /cases/{case}/research", form={"name_agency": "Police"}, places=REFERRED),
    E("GET /cases/new"),
    E("POST /cases/new", status=422),
    E("POST /cases/new", form=NEW_CASE),
    E("GET /cases/{case}"),
    E("GET /cases/{case}", places={"case": "ab" * 16}, status=404),
    E("GET /cases/{case}/ask", UNSIGNED, places={"case": "{unsigned_case}"}),
    E("GET /cases/{case}/ask"),
    E("POST /cases/{case}/ask", status=422),
    E("POST /cases/{case}/ask", form=ANSWERS),
    E("POST /cases/{case}/ask", form={**ANSWERS, "once": "0f" * 16, "button": "ask"}),
    E("GET /cases/{case}/form", UNSIGNED, places={"case": "{unsigned_case}"}),
    *(
        E("GET /cases/{case}/form/{question}", UNSIGNED, places={"case": "{unsigned_case}", "question": one})
        for one in FORM_PAGES
    ),
    E("GET /cases/{case}/form/{question}", places={"question": "nothing"}, status=404),
    E("POST /cases/{case}/form/{question}", places={"question": "necessity"}, status=422),
    E(
        "POST /cases/{case}/form/{question}",
        form={"necessity": "For her safety."},
        places={"question": "necessity"},
    ),
    E("GET /cases/{case}/form"),
    E("POST /cases/{case}/form", places={"case": "ab" * 16}, status=404),
    E("GET /emergency"),
    E("POST /emergency", status=422),
    E("GET /work"),
    E("GET /work", R.manager),
    E("GET /checks/{check}"),
    E("GET /checks/{check}/{area}/{candidate}/tell"),
    E("POST /checks/{check}/{area}/{candidate}/tell", status=422),
    E("POST /checks/{check}/{area}/{candidate}/dismiss", status=422),
    E("POST /checks/{check}/{area}/{candidate}/dismiss", form={"because": "Born another year."}),
    E("POST /checks/{check}/{area}/{candidate}/tell", form={"choice": "tell"}),
    E("GET /cases/{case}"),
    E("GET /disclosures"),
    E("GET /disclosures", R.data_protection_officer),
    E("POST /disclosures", form={"number": "{ref}"}),
    E("POST /disclosures", form={"number": "x" * 3_000}, status=422),
    E("GET /obligations"),
    E("GET /obligations/{number}"),
    E("POST /obligations/{number}", status=422),
    E("GET /requests"),
    E("GET /requests", at="eastvale"),
    E("GET /requests/{request}", at="eastvale"),
    E("POST /requests/{request}", at="eastvale", status=422),
    E(
        "POST /requests/{request}",
        at="eastvale",
        form={"answer": "release_part", "because": "The rest by telephone."},
        status=422,
    ),
    E(
        "POST /requests/{request}",
        at="eastvale",
        form={"answer": "ring_first", "because": "I ring Northmoor today."},
    ),
    E("GET /requests/{request}", at="eastvale"),
    E(
        "POST /requests/{request}",
        at="eastvale",
        form={"answer": "withhold", "because": "She asked us not to."},
    ),
    E("GET /requests", at="eastvale"),
    E("GET /work", at="eastvale"),
    E("GET /checks/{check}", places=SILENT),
    E("GET /checks/{check}/{area}/rung", places=SILENT),
    E("POST /checks/{check}/{area}/rung", places=SILENT, status=422),
    E("POST /checks/{check}/{area}/rung", form={"whom": "The duty desk", "said": "No reply."}, places=SILENT),
    E("GET /work"),
    E("GET /countersign", R.manager),
    E("POST /emergency", form=EMERGENCY),
    E("GET /countersign", R.manager),
    E("GET /work", R.manager),
    E("GET /obligations/{number}", R.manager, places={"number": "{to_complete}"}),
    E("GET /obligations/{number}/form", R.manager, places={"number": "{to_complete}"}),
    E("POST /obligations/{number}/form", R.manager, places={"number": "ab" * 16}, status=404),
    E(
        "GET /obligations/{number}/form/{question}",
        R.manager,
        places={"number": "{to_complete}", "question": "grounds"},
    ),
    E(
        "POST /obligations/{number}/form/{question}",
        R.manager,
        places={"number": "{to_complete}", "question": "necessity"},
        status=422,
    ),
    E("GET /countersign/{number}", R.manager, places={"number": "{to_sign}"}),
    E("POST /countersign/{number}", R.manager, places={"number": "{to_sign}"}, status=422),
    E(
        "POST /countersign/{number}",
        R.manager,
        form={"no_connection": "yes"},
        places={"number": "{to_sign}"},
    ),
    E("GET /cases/{case}/told"),
    E("POST /cases/{case}/told", status=422),
    E("POST /cases/{case}/told", form=TOLD),
    E("GET /cases/{case}/transfer"),
    E("GET /cases/{case}/transfer", R.manager),
    E("POST /cases/{case}/transfer", R.manager, status=422),
    E("POST /cases/{case}/transfer", R.manager, form=MOVES),
    E("POST /cases/{case}/transfer", R.manager, form={**MOVES, "button": "offer"}),
    E("GET /transfers"),
    E("GET /transfers", at="eastvale"),
    E("GET /transfers/{transfer}"),
    E("GET /transfers/{transfer}", at="eastvale"),
    E("POST /transfers/{transfer}", at="eastvale", status=422),
    E("POST /transfers/{transfer}", at="eastvale", form={"answer": "duplicate", "reason": "Heard here."}),
    E("GET /cases/{case}/fled"),
    E("POST /cases/{case}/fled", status=422),
    E(
        "POST /cases/{case}/fled",
        form={"fled": "areas", "fled_areas": "southmere", "because": "She said so."},
    ),
    E("POST /cases/{case}/fled", form={"fled": "none", "because": "A slip."}, status=422),
    E("GET /cases/{case}/safe", R.manager),
    E("GET /cases/{case}/safe", R.manager, places={"case": "{not_safe}"}),
    E("POST /cases/{case}/safe", R.manager, places={"case": "{not_safe}"}, status=422),
    E(
        "POST /cases/{case}/safe",
        R.manager,
        form={"entry": "Jo Lowther", "because": "She asked us to."},
        places={"case": "{not_safe}"},
    ),
    E("GET /cases/{case}/unseal", R.manager),
    E("GET /cases/{case}/seal"),
    E("POST /cases/{case}/seal", status=422),
    E("POST /cases/{case}/seal", form={"because": "He works for an agency here."}),
    E("GET /seals"),
    E("GET /seals/{likeness}"),
    E("POST /seals/{likeness}", status=422),
    E("POST /seals/{likeness}", form={"same": "not_same", "because": "Born another year."}, status=422),
    E("POST /seals/{likeness}", R.manager, form={"same": "not_same", "because": "Born another year."}),
    E("GET /cases/{case}/unseal", R.manager),
    E("POST /cases/{case}/unseal", R.manager, status=422),
    E("POST /cases/{case}/unseal", R.manager, form={"because": "Ada is to be found again."}),
    E("GET /checks/{check}/{area}/{candidate}/tell", places=FLED),
    E("GET /checks/{check}/{area}/{candidate}/ask-manager", places=FLED),
    E("GET /checks/{check}/{area}/{candidate}/ask-manager"),
    E("POST /checks/{check}/{area}/{candidate}/ask-manager", status=422, places=FLED),
    E("POST /checks/{check}/{area}/{candidate}/ask-manager", form=FOR_MINUTES, status=422),
    E("POST /checks/{check}/{area}/{candidate}/ask-manager", form=TO_TELL, places=FLED),
    E("GET /checks/{check}/{area}/{candidate}/tell", places=FLED),
    E("GET /checks/{check}/{area}/{candidate}/ask-manager", places=FLED),
    E("GET /submissions/{submission}"),
    E("GET /work"),
    E("GET /work", R.manager),
    E("GET /countersign", R.manager),
    E("GET /countersign/before/{submission}", R.manager),
    E("POST /countersign/before/{submission}", R.manager, status=422),
    E("POST /countersign/before/{submission}", R.manager, {"button": "back"}, 422),
    E("POST /countersign/before/{submission}", R.manager, {"button": "back", "missing": "Which minutes?"}),
    E("GET /submissions/{submission}"),
    E("GET /work"),
    E("POST /checks/{check}/{area}/{candidate}/ask-manager", form=TO_TELL, places=FLED),
    E("POST /countersign/before/{submission}", R.manager, {**YES, "receiver": "Jo"}, 422),
    E("POST /countersign/before/{submission}", R.manager, YES),
    E("GET /submissions/{submission}"),
    E("POST /countersign/before/{submission}", R.manager, status=422),
    E("POST /countersign/before/{submission}", R.manager, CALL),
    E("GET /submissions/{submission}"),
    E("POST /checks/{check}/{area}/{candidate}/ask-manager", form=TO_TELL, places=FLED),
    E("POST /submissions/{submission}/ask", places={"submission": "ab" * 16}, status=404),
    E("POST /submissions/{submission}/again", places={"submission": "ab" * 16}, status=404),
    E("POST /submissions/{submission}/again"),
    E("POST /submissions/{submission}/ask"),
    E("POST /submissions/{submission}/withdraw", places={"submission": "ab" * 16}, status=404),
    E("POST /submissions/{submission}/withdraw"),
    E("GET /flags"),
    E("POST /flags", status=422),
    E("POST /flags", form={"agency": "Police", "cases": "{flagged}"}),
    E("GET /flags"),
    E("GET /cases/{case}/flag", places=FLAGGED),
    E("POST /cases/{case}/flag", places=FLAGGED, status=422),
    E("POST /cases/{case}/flag", form={**LONGER, "until": "1 January 2020"}, places=FLAGGED, status=422),
    E("POST /cases/{case}/flag", form=LONGER, places=FLAGGED),
    E("GET /seen-again", R.representative),
    E("POST /seen-again", R.representative, status=422),
    E("POST /seen-again", R.representative, {"person.surname": "Quill", "words": "New locks."}),
    E("GET /cases/{case}/here-already"),
    E("GET /cases/{case}/here-already", places=AGAIN),
    E("GET /cases/{case}/here-already/{other}", places=AGAIN),
    E("POST /cases/{case}/here-already/{other}", places=AGAIN, status=422),
    E("POST /cases/{case}/here-already/{other}", form={"decided": "repeat"}, places=AGAIN, status=422),
    E(
        "POST /cases/{case}/here-already/{other}",
        form={"decided": "repeat", "happened": ("contact", "other"), "professionals": "no"},
        places=AGAIN,
    ),
    E("GET /cases/{case}/plan", places=PLANNED),
    E("GET /cases/{case}/plan/action", places=PLANNED, status=404),
    E("POST /cases/{case}/plan", places={"case": "ab" * 16}, status=404),
    E("POST /cases/{case}/plan/remove", places=PLANNED, status=404),
    E("POST /cases/{case}/plan", places=PLANNED),
    E("GET /cases/{case}/plan/action", places=PLANNED),
    E("POST /cases/{case}/plan/action", places=PLANNED, status=422),
    E("POST /cases/{case}/plan/action", form={**ACTION, "what": "Mark the file."}, places=PLANNED),
    E("POST /cases/{case}/plan/remove", form={"action": "{in_plan}"}, places=PLANNED),
    E("POST /cases/{case}/plan/action", form=ACTION, places=PLANNED),
    E("GET /cases/{case}/plan/whole", places=PLANNED),
    E("POST /cases/{case}/plan/whole", form={"safe": "yes"}, places=PLANNED, status=422),
    E("POST /cases/{case}/plan/whole", form=WHOLE, places=PLANNED),
    E("POST /cases/{case}/plan/accept", form={"seen": "ab" * 16}, places=PLANNED, status=409),
    E("POST /cases/{case}/plan/accept", form={"seen": "{seen}"}, places=PLANNED),
    E("GET /actions"),
    E("GET /actions/{action}"),
    E("POST /actions/{action}", form={"outcome": "not_done", "worked": "not_known"}, status=422),
    E("POST /actions/{action}", form={"outcome": "done", "worked": "no"}),
    E("POST /cases/{case}/plan", places=PLANNED),
    E("POST /cases/{case}/plan/action", form=ACTION, places=PLANNED),
    E("GET /cases/{case}/plan/review", places=PLANNED),
    E(
        "POST /cases/{case}/plan/review",
        form={"reviewed.0.action": "{line}", "reviewed.0.outcome": "done"},
        places=PLANNED,
        status=422,
    ),
    E("POST /cases/{case}/plan/review", form=REVIEWED, places=PLANNED),
    E("GET /cases/{case}/plan/whole", places=PLANNED),
    E("GET /prompts"),
    E("GET /nothing", R.data_protection_officer),
    E("GET /accounts", R.operator),
    E("GET /accounts", R.manager),
    E("POST /accounts/{account}/confirm", R.manager, places={"account": "{waiting}"}),
    E("POST /accounts/{account}/confirm", R.manager, status=409, places={"account": "{waiting}"}),
    E("POST /accounts/{account}/ask-for-reset", R.operator, places={"account": "{other}"}),
    E("POST /accounts/{account}/ask-for-reset", R.operator, status=409, places={"account": "{other}"}),
    E("POST /accounts/{account}/reset", R.manager, places={"account": "{other}"}),
    E("POST /accounts/{account}/reset", R.manager, status=409, places={"account": "{other}"}),
    E("POST /accounts/{account}/disable", R.manager, places={"account": "{other}"}),
    E("POST /accounts/{account}/disable", R.manager, status=400, places={"account": "{haven}"}),
    E("GET /programs", R.manager),
    E("POST /programs/{token}/end", places={"token": "ab" * 32}, status=404),
    E("POST /programs/{token}/end"),
    E("POST /sign-out", R.manager),
)


class World:
    """The two areas' consoles, their people, and what stands in each address (`places`)."""

    def __init__(self, areas: Areas, provider: Provider) -> None:
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
        self._by_provider()
        signed = {"signatures": CASEWORKER}
        self.places["silent"] = asked(areas, asks=signed, also=("westhaven",)).check_id
        told(areas, asked(areas, asks=signed))
        self._fled()
        self._owed()

    def _fled(self) -> None:
        """A question about somebody who, it is learnt then, fled the area that may know her."""
        found = asked(self.areas, number=3, ref="ev-fled", asks={"signatures": CASEWORKER})
        she_fled(self.areas)
        candidate = found.areas[0].candidates[0].handle
        self.places |= {"fled_check": found.check_id, "fled_candidate": candidate}

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
    "transfer": r'href="/transfers/([0-9a-f]{32})"',
    "request": r'href="/requests/([0-9a-f]+)"',
    "likeness": r'href="/seals/([0-9a-f]+)"',
}
