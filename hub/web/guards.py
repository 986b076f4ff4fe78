"""THE route table of the console: every address that it has, and who may open it.

An address that is not in it is nowhere: `hub.web.console.app` does not start with one. Whoever may not open an
address, or a case by it, gets what they would get if it were not there. What concerns single cases, and the people
on them, is for `hub.cases.access`.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final, NamedTuple

from hub.records.accounts import AccountRole
from hub.records.tokens import TokenScope

_R = AccountRole
EVERYBODY: Final = frozenset(AccountRole)
CASEWORKERS: Final = frozenset({_R.coordinator, _R.idva, _R.manager})
IDVA_SERVICES: Final = frozenset({_R.idva, _R.manager})
MARAC: Final = frozenset({_R.coordinator, _R.manager})
CASE_OPENERS: Final = CASEWORKERS | {_R.representative}
MANAGERS: Final = frozenset({_R.manager})
OFFICERS: Final = frozenset({_R.data_protection_officer})
LOG_READERS: Final = CASEWORKERS | OFFICERS
ADMINISTRATORS: Final = frozenset({_R.manager, _R.operator})


class Guard(NamedTuple):
    """Who may: no roles means anybody, signed in or not. `fresh`: only moments after somebody showed who they are.

    `kept`: what they typed before is kept until then; else they type it again.
    `program`: at an address of programs what a token has to be for, or `PERSON` where no token will do.
    """

    roles: frozenset[AccountRole] = frozenset()
    fresh: bool = False
    kept: bool = True
    program: str = ""

    @property
    def open(self) -> bool:
        """Whether it answers anybody, and so tells nothing about anyone."""
        return not self.roles

    def admits(self, role: AccountRole) -> bool:
        """Whether somebody in this role may."""
        return self.open or role in self.roles


OPEN: Final = Guard()
PERSON: Final = "person"
READ: Final = TokenScope.read.value
ASK: Final = TokenScope.ask.value
ROUTES: Final[Mapping[tuple[str, str], Guard]] = {
    ("GET", "/healthz"): OPEN,
    ("GET", "/static/{digest}/{name:path}"): OPEN,
    ("GET", "/sign-in"): OPEN,
    ("POST", "/sign-in"): OPEN,
    ("GET", "/sign-in/provider"): OPEN,
    ("GET", "/sign-in/provider/back"): OPEN,
    ("GET", "/invitation"): OPEN,
    ("POST", "/invitation"): OPEN,
    ("POST", "/invitation/open"): OPEN,
    ("GET", "/"): Guard(EVERYBODY),
    ("POST", "/sign-out"): Guard(EVERYBODY),
    ("GET", "/confirm"): Guard(EVERYBODY),
    ("POST", "/confirm"): Guard(EVERYBODY),
    ("GET", "/left"): Guard(EVERYBODY),
    ("POST", "/left"): Guard(EVERYBODY),
    ("GET", "/confirm/provider"): Guard(EVERYBODY),
    ("GET", "/work"): Guard(CASEWORKERS),
    ("GET", "/duty"): Guard(CASEWORKERS),
    ("POST", "/duty"): Guard(CASEWORKERS),
    ("GET", "/idva-referrals"): Guard(CASEWORKERS),
    ("GET", "/idva-referrals/{referral}"): Guard(IDVA_SERVICES),
    ("POST", "/idva-referrals/{referral}"): Guard(IDVA_SERVICES),
    ("GET", "/idva-referrals/{referral}/plan"): Guard(IDVA_SERVICES),
    ("POST", "/idva-referrals/{referral}/plan"): Guard(IDVA_SERVICES),
    ("GET", "/idva-referrals/{referral}/handover"): Guard(IDVA_SERVICES),
    ("POST", "/idva-referrals/{referral}/handover"): Guard(IDVA_SERVICES, kept=False),
    ("GET", "/cases/{case}/prior-contact"): Guard(IDVA_SERVICES),
    ("POST", "/cases/{case}/prior-contact"): Guard(IDVA_SERVICES),
    ("GET", "/cases/{case}/idva"): Guard(MARAC),
    ("POST", "/cases/{case}/idva"): Guard(MARAC),
    ("GET", "/agenda"): Guard(CASEWORKERS),
    ("GET", "/agenda/{day}"): Guard(CASEWORKERS),
    ("POST", "/agenda/{day}"): Guard(CASEWORKERS),
    ("GET", "/emergency"): Guard(CASEWORKERS),
    ("POST", "/emergency"): Guard(CASEWORKERS),
    ("GET", "/cases"): Guard(CASE_OPENERS),
    ("POST", "/cases"): Guard(CASE_OPENERS),
    ("GET", "/cases/new"): Guard(CASEWORKERS),
    ("POST", "/cases/new"): Guard(CASEWORKERS),
    ("GET", "/referrals/new"): Guard(CASE_OPENERS),
    ("POST", "/referrals/new"): Guard(CASE_OPENERS),
    ("GET", "/cases/{case}"): Guard(CASE_OPENERS),
    ("GET", "/corrections"): Guard(CASEWORKERS),
    ("GET", "/cases/{case}/people"): Guard(CASE_OPENERS),
    ("POST", "/cases/{case}/people"): Guard(CASE_OPENERS),
    ("GET", "/cases/{case}/people/{correction}"): Guard(CASE_OPENERS),
    ("POST", "/cases/{case}/people/{correction}"): Guard(CASE_OPENERS, fresh=True),
    ("GET", "/flags"): Guard(CASEWORKERS),
    ("POST", "/flags"): Guard(CASEWORKERS),
    ("GET", "/cases/{case}/flag"): Guard(CASEWORKERS),
    ("POST", "/cases/{case}/flag"): Guard(CASEWORKERS),
    ("GET", "/seen-again"): Guard(CASE_OPENERS),
    ("POST", "/seen-again"): Guard(CASE_OPENERS),
    ("GET", "/cases/{case}/here-already"): Guard(CASEWORKERS),
    ("GET", "/cases/{case}/here-already/{other}"): Guard(CASEWORKERS),
    ("POST", "/cases/{case}/here-already/{other}"): Guard(CASEWORKERS),
    ("GET", "/cases/{case}/papers/{paper}"): Guard(CASE_OPENERS),
    ("GET", "/cases/{case}/papers/{paper}/correct"): Guard(CASE_OPENERS),
    ("POST", "/cases/{case}/papers/{paper}/correct"): Guard(CASE_OPENERS),
    ("GET", "/cases/{case}/papers/{paper}/file"): Guard(CASE_OPENERS),
    ("GET", "/cases/{case}/file"): Guard(CASE_OPENERS),
    ("POST", "/cases/{case}/file"): Guard(CASE_OPENERS),
    ("GET", "/cases/{case}/dash"): Guard(CASE_OPENERS),
    ("POST", "/cases/{case}/dash"): Guard(CASE_OPENERS),
    ("GET", "/cases/{case}/disclosure-scheme"): Guard(CASEWORKERS),
    ("POST", "/cases/{case}/disclosure-scheme"): Guard(CASEWORKERS),
    ("GET", "/cases/{case}/child-referral"): Guard(CASE_OPENERS),
    ("POST", "/cases/{case}/child-referral"): Guard(CASE_OPENERS),
    ("GET", "/cases/{case}/research"): Guard(CASE_OPENERS),
    ("POST", "/cases/{case}/research"): Guard(CASE_OPENERS),
    ("GET", "/cases/{case}/seal"): Guard(CASEWORKERS),
    ("POST", "/cases/{case}/seal"): Guard(CASEWORKERS),
    ("GET", "/cases/{case}/unseal"): Guard(MANAGERS),
    ("POST", "/cases/{case}/unseal"): Guard(MANAGERS, fresh=True),
    ("GET", "/cases/{case}/fled"): Guard(CASEWORKERS),
    ("POST", "/cases/{case}/fled"): Guard(CASEWORKERS),
    ("GET", "/cases/{case}/safe"): Guard(MANAGERS),
    ("POST", "/cases/{case}/safe"): Guard(MANAGERS, fresh=True),
    ("GET", "/cases/{case}/moved"): Guard(CASE_OPENERS),
    ("POST", "/cases/{case}/moved"): Guard(CASE_OPENERS),
    ("GET", "/cases/{case}/told"): Guard(CASEWORKERS),
    ("POST", "/cases/{case}/told"): Guard(CASEWORKERS),
    ("GET", "/cases/{case}/plan"): Guard(CASEWORKERS),
    ("POST", "/cases/{case}/plan"): Guard(CASEWORKERS),
    ("POST", "/cases/{case}/plan/accept"): Guard(CASEWORKERS),
    ("GET", "/cases/{case}/plan/action"): Guard(CASEWORKERS),
    ("POST", "/cases/{case}/plan/action"): Guard(CASEWORKERS),
    ("POST", "/cases/{case}/plan/remove"): Guard(CASEWORKERS),
    ("GET", "/cases/{case}/plan/review"): Guard(CASEWORKERS),
    ("POST", "/cases/{case}/plan/review"): Guard(CASEWORKERS),
    ("GET", "/cases/{case}/plan/whole"): Guard(CASEWORKERS),
    ("POST", "/cases/{case}/plan/whole"): Guard(CASEWORKERS),
    ("GET", "/prompts"): Guard(CASE_OPENERS),
    ("GET", "/actions"): Guard(CASE_OPENERS),
    ("GET", "/actions/{action}"): Guard(CASE_OPENERS),
    ("POST", "/actions/{action}"): Guard(CASE_OPENERS),
    ("GET", "/transfers"): Guard(CASEWORKERS),
    ("GET", "/transfers/{transfer}"): Guard(CASEWORKERS),
    ("POST", "/transfers/{transfer}"): Guard(CASEWORKERS, fresh=True),
    ("GET", "/cases/{case}/transfer"): Guard(CASEWORKERS),
    ("POST", "/cases/{case}/transfer"): Guard(MANAGERS, fresh=True),
    ("GET", "/cases/{case}/channel"): Guard(MANAGERS),
    ("POST", "/cases/{case}/channel"): Guard(MANAGERS, fresh=True),
    ("GET", "/channels"): Guard(MANAGERS),
    ("POST", "/channels"): Guard(MANAGERS, fresh=True, kept=False),
    ("GET", "/checks/{check}/{area}/{candidate}/papers"): Guard(CASEWORKERS),
    ("POST", "/checks/{check}/{area}/{candidate}/papers"): Guard(CASEWORKERS),
    ("GET", "/papers"): Guard(CASEWORKERS),
    ("GET", "/papers/{papers}"): Guard(CASEWORKERS),
    ("POST", "/papers/{papers}"): Guard(CASEWORKERS, fresh=True),
    ("GET", "/cases/{case}/papers/{paper}/supplier/{area}"): Guard(CASEWORKERS),
    ("POST", "/cases/{case}/papers/{paper}/supplier/{area}"): Guard(CASEWORKERS),
    ("GET", "/seals"): Guard(CASEWORKERS),
    ("GET", "/seals/{likeness}"): Guard(CASEWORKERS),
    ("POST", "/seals/{likeness}"): Guard(CASEWORKERS),
    ("GET", "/requests"): Guard(CASEWORKERS),
    ("GET", "/requests/{request}"): Guard(CASEWORKERS),
    ("POST", "/requests/{request}"): Guard(CASEWORKERS, fresh=True),
    ("POST", "/requests/{request}/still-here"): Guard(CASEWORKERS),
    ("GET", "/cases/{case}/ask"): Guard(CASEWORKERS),
    ("POST", "/cases/{case}/ask"): Guard(CASEWORKERS),
    ("GET", "/cases/{case}/form"): Guard(CASEWORKERS),
    ("POST", "/cases/{case}/form"): Guard(CASEWORKERS),
    ("GET", "/cases/{case}/form/{question}"): Guard(CASEWORKERS),
    ("POST", "/cases/{case}/form/{question}"): Guard(CASEWORKERS),
    ("GET", "/checks/{check}"): Guard(CASEWORKERS),
    ("GET", "/checks/{check}/certificate"): Guard(CASEWORKERS),
    ("GET", "/checks/{check}/{area}/{candidate}/tell"): Guard(CASEWORKERS),
    ("POST", "/checks/{check}/{area}/{candidate}/tell"): Guard(CASEWORKERS),
    ("POST", "/checks/{check}/{area}/{candidate}/dismiss"): Guard(CASEWORKERS),
    ("GET", "/checks/{check}/{area}/{candidate}/ask-manager"): Guard(CASEWORKERS),
    ("POST", "/checks/{check}/{area}/{candidate}/ask-manager"): Guard(CASEWORKERS),
    ("GET", "/checks/{check}/{area}/ask-manager"): Guard(CASEWORKERS),
    ("POST", "/checks/{check}/{area}/ask-manager"): Guard(CASEWORKERS),
    ("GET", "/submissions/{submission}"): Guard(CASEWORKERS),
    ("POST", "/submissions/{submission}/withdraw"): Guard(CASEWORKERS),
    ("GET", "/checks/{check}/{area}/rung"): Guard(CASEWORKERS),
    ("POST", "/checks/{check}/{area}/rung"): Guard(CASEWORKERS),
    ("POST", "/checks/{check}/{area}/again"): Guard(CASEWORKERS),
    ("POST", "/submissions/{submission}/again"): Guard(CASEWORKERS),
    ("POST", "/submissions/{submission}/ask"): Guard(CASEWORKERS),
    ("GET", "/obligations"): Guard(CASEWORKERS),
    ("GET", "/obligations/{number}"): Guard(CASEWORKERS),
    ("POST", "/obligations/{number}"): Guard(CASEWORKERS),
    ("GET", "/obligations/{number}/form"): Guard(CASEWORKERS),
    ("POST", "/obligations/{number}/form"): Guard(CASEWORKERS),
    ("GET", "/obligations/{number}/form/{question}"): Guard(CASEWORKERS),
    ("POST", "/obligations/{number}/form/{question}"): Guard(CASEWORKERS),
    ("GET", "/countersign"): Guard(MANAGERS),
    ("GET", "/countersign/before/{submission}"): Guard(MANAGERS),
    ("POST", "/countersign/before/{submission}"): Guard(MANAGERS, fresh=True),
    ("GET", "/countersign/{number}"): Guard(MANAGERS),
    ("POST", "/countersign/{number}"): Guard(MANAGERS, fresh=True),
    ("GET", "/unusual"): Guard(OFFICERS),
    ("GET", "/disclosures"): Guard(LOG_READERS),
    ("POST", "/disclosures"): Guard(LOG_READERS),
    ("GET", "/nothing"): Guard(EVERYBODY),
    ("GET", "/accounts"): Guard(ADMINISTRATORS),
    ("POST", "/accounts/{account}/confirm"): Guard(MANAGERS, fresh=True),
    ("POST", "/accounts/{account}/disable"): Guard(ADMINISTRATORS, fresh=True),
    ("POST", "/accounts/{account}/ask-for-reset"): Guard(ADMINISTRATORS, fresh=True),
    ("POST", "/accounts/{account}/reset"): Guard(MANAGERS, fresh=True),
    ("GET", "/programs"): Guard(CASE_OPENERS),
    ("POST", "/programs"): Guard(CASE_OPENERS, fresh=True),
    ("POST", "/programs/{token}/end"): Guard(CASE_OPENERS),
    ("GET", "/api/v1/openapi.json"): OPEN,
    ("GET", "/api/v1/cases"): Guard(CASE_OPENERS, program=READ),
    ("POST", "/api/v1/cases"): Guard(CASEWORKERS, program=ASK),
    ("POST", "/api/v1/cases/search"): Guard(CASE_OPENERS, program=READ),
    ("POST", "/api/v1/referrals"): Guard(CASE_OPENERS, program=ASK),
    ("GET", "/api/v1/cases/{case}"): Guard(CASE_OPENERS, program=READ),
    ("GET", "/api/v1/cases/{case}/papers"): Guard(CASE_OPENERS, program=READ),
    ("POST", "/api/v1/cases/{case}/files"): Guard(CASE_OPENERS, program=ASK),
    ("GET", "/api/v1/cases/{case}/papers/{paper}/file"): Guard(CASE_OPENERS, program=READ),
    ("GET", "/api/v1/duty"): Guard(CASEWORKERS, program=READ),
    ("POST", "/api/v1/duty"): Guard(CASEWORKERS, program=ASK),
    ("GET", "/api/v1/idva-referrals"): Guard(CASEWORKERS, program=READ),
    ("POST", "/api/v1/idva-referrals/{referral}/contacts"): Guard(CASEWORKERS, program=ASK),
    ("POST", "/api/v1/idva-referrals/{referral}/plan"): Guard(IDVA_SERVICES, program=PERSON),
    ("GET", "/api/v1/idva-referrals/{referral}/handover"): Guard(CASEWORKERS, program=READ),
    ("POST", "/api/v1/idva-referrals/{referral}/handover"): Guard(IDVA_SERVICES, program=PERSON),
    ("POST", "/api/v1/idva-referrals/{referral}"): Guard(IDVA_SERVICES, program=PERSON),
    ("POST", "/api/v1/cases/{case}/prior-contact"): Guard(CASEWORKERS, program=ASK),
    ("POST", "/api/v1/cases/{case}/idva"): Guard(MARAC, program=ASK),
    ("GET", "/api/v1/transfers"): Guard(CASEWORKERS, program=READ),
    ("GET", "/api/v1/transfers/{transfer}"): Guard(CASEWORKERS, program=READ),
    ("POST", "/api/v1/transfers/{transfer}"): Guard(CASEWORKERS, program=PERSON),
    ("POST", "/api/v1/cases/{case}/transfers"): Guard(CASEWORKERS, program=PERSON),
    ("POST", "/api/v1/cases/{case}/move-notices"): Guard(CASE_OPENERS, program=ASK),
    ("GET", "/api/v1/corrections"): Guard(CASEWORKERS, program=READ),
    ("POST", "/api/v1/cases/{case}/corrections"): Guard(CASE_OPENERS, program=ASK),
    ("POST", "/api/v1/corrections/{correction}"): Guard(CASEWORKERS, program=PERSON),
    ("GET", "/api/v1/flags"): Guard(CASEWORKERS, program=READ),
    ("GET", "/api/v1/hearings"): Guard(CASEWORKERS, program=READ),
    ("GET", "/api/v1/cases/{case}/disclosure-scheme"): Guard(CASEWORKERS, program=READ),
    ("POST", "/api/v1/cases/{case}/disclosure-scheme"): Guard(CASEWORKERS, program=ASK),
    ("GET", "/api/v1/cases/{case}/here-already"): Guard(CASEWORKERS, program=READ),
    ("POST", "/api/v1/cases/{case}/questions"): Guard(CASEWORKERS, program=ASK),
    ("GET", "/api/v1/cases/{case}/checks"): Guard(CASEWORKERS, program=READ),
    ("GET", "/api/v1/checks/{check}"): Guard(CASEWORKERS, program=READ),
    ("GET", "/api/v1/agenda/{day}"): Guard(CASEWORKERS, program=READ),
    ("POST", "/api/v1/agenda/{day}"): Guard(CASEWORKERS, program=ASK),
    ("GET", "/api/v1/requests"): Guard(CASEWORKERS, program=READ),
    ("GET", "/api/v1/obligations"): Guard(CASEWORKERS, program=READ),
    ("GET", "/api/v1/cases/{case}/plan"): Guard(CASEWORKERS, program=READ),
    ("POST", "/api/v1/cases/{case}/plan"): Guard(CASEWORKERS, program=ASK),
    ("POST", "/api/v1/cases/{case}/plan/acceptance"): Guard(CASEWORKERS, program=PERSON),
    ("GET", "/api/v1/actions"): Guard(CASE_OPENERS, program=READ),
    ("POST", "/api/v1/actions/{action}"): Guard(CASE_OPENERS, program=ASK),
    ("POST", "/api/v1/cases/{case}/here-already"): Guard(CASEWORKERS, program=PERSON),
    ("GET", "/api/v1/papers"): Guard(CASEWORKERS, program=READ),
    ("POST", "/api/v1/checks/{check}/papers"): Guard(CASEWORKERS, program=ASK),
    ("POST", "/api/v1/papers/{papers}"): Guard(CASEWORKERS, program=PERSON),
    ("POST", "/api/v1/requests/{request}"): Guard(CASEWORKERS, program=PERSON),
    ("POST", "/api/v1/requests/{request}/still-here"): Guard(CASEWORKERS, program=ASK),
    ("POST", "/api/v1/checks/{check}/disclosures"): Guard(CASEWORKERS, program=PERSON),
    ("POST", "/api/v1/checks/{check}/dismissals"): Guard(CASEWORKERS, program=PERSON),
    ("POST", "/api/v1/obligations/{number}"): Guard(CASEWORKERS, program=PERSON),
    ("POST", "/api/v1/accounts"): Guard(CASE_OPENERS, program=PERSON),
}
