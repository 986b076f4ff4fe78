"""THE route table of the console: every address that it has, and who may open it.

An address that is not in it is nowhere: `hub.web.console.app` does not start with one. Whoever may not open an
address, or a case by it, gets what they would get if it were not there. What concerns single cases, and the people
on them, is for `hub.cases.access`.
"""

from __future__ import annotations

from collections.abc import Mapping
from enum import StrEnum
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
TOKEN_MAKERS: Final = CASE_OPENERS | OFFICERS
LOG_READERS: Final = CASEWORKERS | OFFICERS
ADMINISTRATORS: Final = frozenset({_R.manager, _R.operator})


class Reads(StrEnum):
    """Whether an address shows a case to whoever opens it, and so leaves a read event (`hub.web.read_events`).

    `case`: the one that it names, or whose check, request or other thing it names. `named`: those that the page
    says itself, since the address does not. `list`: numbers of cases, and nobody's name. `nothing`: no case.
    """

    case = "case"
    named = "named"
    list = "list"
    nothing = "nothing"


CASE: Final = Reads.case
NAMED: Final = Reads.named
LIST: Final = Reads.list
NOTHING: Final = Reads.nothing


class Guard(NamedTuple):
    """Who may: no roles means anybody, signed in or not. `reads`: what whoever opens it sees of cases.

    There is no default: a new address is not there before somebody has said it.
    `fresh`: only moments after somebody showed who they are.
    `kept`: what they typed before is kept until then; else they type it again.
    `program`: at an address of programs what a token has to be for, or `PERSON` where no token will do.
    """

    roles: frozenset[AccountRole]
    reads: Reads
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


OPEN: Final = Guard(frozenset(), NOTHING)
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
    ("GET", "/"): Guard(EVERYBODY, NOTHING),
    ("POST", "/sign-out"): Guard(EVERYBODY, NOTHING),
    ("GET", "/confirm"): Guard(EVERYBODY, NOTHING),
    ("POST", "/confirm"): Guard(EVERYBODY, NOTHING),
    ("GET", "/left"): Guard(EVERYBODY, NOTHING),
    ("POST", "/left"): Guard(EVERYBODY, NOTHING),
    ("GET", "/confirm/provider"): Guard(EVERYBODY, NOTHING),
    ("GET", "/work"): Guard(CASEWORKERS, LIST),
    ("GET", "/duty"): Guard(CASEWORKERS, NOTHING),
    ("POST", "/duty"): Guard(CASEWORKERS, NOTHING),
    ("GET", "/idva-referrals"): Guard(CASEWORKERS, LIST),
    ("GET", "/idva-referrals/{referral}"): Guard(IDVA_SERVICES, CASE),
    ("POST", "/idva-referrals/{referral}"): Guard(IDVA_SERVICES, CASE),
    ("GET", "/idva-referrals/{referral}/plan"): Guard(IDVA_SERVICES, CASE),
    ("POST", "/idva-referrals/{referral}/plan"): Guard(IDVA_SERVICES, CASE),
    ("GET", "/idva-referrals/{referral}/handover"): Guard(IDVA_SERVICES, CASE),
    ("POST", "/idva-referrals/{referral}/handover"): Guard(IDVA_SERVICES, CASE, kept=False),
    ("GET", "/cases/{case}/prior-contact"): Guard(IDVA_SERVICES, CASE),
    ("POST", "/cases/{case}/prior-contact"): Guard(IDVA_SERVICES, CASE),
    ("GET", "/cases/{case}/meeting"): Guard(MARAC, CASE),
    ("POST", "/cases/{case}/meeting"): Guard(MARAC, CASE),
    ("GET", "/cases/{case}/idva"): Guard(MARAC, CASE),
    ("POST", "/cases/{case}/idva"): Guard(MARAC, CASE),
    ("GET", "/agenda"): Guard(CASEWORKERS, LIST),
    ("GET", "/agenda/{day}"): Guard(CASEWORKERS, LIST),
    ("POST", "/agenda/{day}"): Guard(CASEWORKERS, LIST),
    ("GET", "/emergency"): Guard(CASEWORKERS, NOTHING),
    ("POST", "/emergency"): Guard(CASEWORKERS, LIST),
    ("GET", "/cases"): Guard(CASE_OPENERS, LIST),
    ("POST", "/cases"): Guard(CASE_OPENERS, LIST),
    ("GET", "/cases/new"): Guard(CASEWORKERS, NOTHING),
    ("POST", "/cases/new"): Guard(CASEWORKERS, NOTHING),
    ("GET", "/referrals/new"): Guard(CASE_OPENERS, NOTHING),
    ("POST", "/referrals/new"): Guard(CASE_OPENERS, NOTHING),
    ("GET", "/cases/{case}"): Guard(CASE_OPENERS, CASE),
    ("GET", "/corrections"): Guard(CASEWORKERS, LIST),
    ("GET", "/cases/{case}/people"): Guard(CASE_OPENERS, CASE),
    ("POST", "/cases/{case}/people"): Guard(CASE_OPENERS, CASE),
    ("GET", "/cases/{case}/people/{correction}"): Guard(CASE_OPENERS, CASE),
    ("POST", "/cases/{case}/people/{correction}"): Guard(CASE_OPENERS, CASE, fresh=True),
    ("GET", "/flags"): Guard(CASEWORKERS, LIST),
    ("POST", "/flags"): Guard(CASEWORKERS, LIST),
    ("GET", "/cases/{case}/flag"): Guard(CASEWORKERS, CASE),
    ("POST", "/cases/{case}/flag"): Guard(CASEWORKERS, CASE),
    ("GET", "/seen-again"): Guard(CASE_OPENERS, NOTHING),
    ("POST", "/seen-again"): Guard(CASE_OPENERS, NOTHING),
    ("GET", "/cases/{case}/here-already"): Guard(CASEWORKERS, CASE),
    ("GET", "/cases/{case}/here-already/{other}"): Guard(CASEWORKERS, CASE),
    ("POST", "/cases/{case}/here-already/{other}"): Guard(CASEWORKERS, CASE),
    ("GET", "/cases/{case}/papers/{paper}"): Guard(CASE_OPENERS, CASE),
    ("GET", "/cases/{case}/papers/{paper}/correct"): Guard(CASE_OPENERS, CASE),
    ("POST", "/cases/{case}/papers/{paper}/correct"): Guard(CASE_OPENERS, CASE),
    ("GET", "/cases/{case}/papers/{paper}/file"): Guard(CASE_OPENERS, CASE),
    ("GET", "/cases/{case}/file"): Guard(CASE_OPENERS, CASE),
    ("POST", "/cases/{case}/file"): Guard(CASE_OPENERS, CASE),
    ("GET", "/cases/{case}/dash"): Guard(CASE_OPENERS, CASE),
    ("POST", "/cases/{case}/dash"): Guard(CASE_OPENERS, CASE),
    ("GET", "/cases/{case}/disclosure-scheme"): Guard(CASEWORKERS, CASE),
    ("POST", "/cases/{case}/disclosure-scheme"): Guard(CASEWORKERS, CASE),
    ("GET", "/cases/{case}/child-referral"): Guard(CASE_OPENERS, CASE),
    ("POST", "/cases/{case}/child-referral"): Guard(CASE_OPENERS, CASE),
    ("GET", "/cases/{case}/research"): Guard(CASE_OPENERS, CASE),
    ("POST", "/cases/{case}/research"): Guard(CASE_OPENERS, CASE),
    ("GET", "/cases/{case}/seal"): Guard(CASEWORKERS, CASE),
    ("POST", "/cases/{case}/seal"): Guard(CASEWORKERS, CASE),
    ("GET", "/cases/{case}/unseal"): Guard(MANAGERS, CASE),
    ("POST", "/cases/{case}/unseal"): Guard(MANAGERS, CASE, fresh=True),
    ("GET", "/cases/{case}/fled"): Guard(CASEWORKERS, CASE),
    ("POST", "/cases/{case}/fled"): Guard(CASEWORKERS, CASE),
    ("GET", "/cases/{case}/safe"): Guard(MANAGERS, CASE),
    ("POST", "/cases/{case}/safe"): Guard(MANAGERS, CASE, fresh=True),
    ("GET", "/cases/{case}/moved"): Guard(CASE_OPENERS, CASE),
    ("POST", "/cases/{case}/moved"): Guard(CASE_OPENERS, CASE),
    ("GET", "/cases/{case}/told"): Guard(CASEWORKERS, CASE),
    ("POST", "/cases/{case}/told"): Guard(CASEWORKERS, CASE),
    ("GET", "/cases/{case}/plan"): Guard(CASEWORKERS, CASE),
    ("POST", "/cases/{case}/plan"): Guard(CASEWORKERS, CASE),
    ("POST", "/cases/{case}/plan/accept"): Guard(CASEWORKERS, CASE),
    ("GET", "/cases/{case}/plan/action"): Guard(CASEWORKERS, CASE),
    ("POST", "/cases/{case}/plan/action"): Guard(CASEWORKERS, CASE),
    ("POST", "/cases/{case}/plan/remove"): Guard(CASEWORKERS, CASE),
    ("GET", "/cases/{case}/plan/review"): Guard(CASEWORKERS, CASE),
    ("POST", "/cases/{case}/plan/review"): Guard(CASEWORKERS, CASE),
    ("GET", "/cases/{case}/plan/whole"): Guard(CASEWORKERS, CASE),
    ("POST", "/cases/{case}/plan/whole"): Guard(CASEWORKERS, CASE),
    ("GET", "/prompts"): Guard(CASE_OPENERS, LIST),
    ("GET", "/actions"): Guard(CASE_OPENERS, LIST),
    ("GET", "/actions/{action}"): Guard(CASE_OPENERS, NAMED),
    ("POST", "/actions/{action}"): Guard(CASE_OPENERS, NAMED),
    ("GET", "/transfers"): Guard(CASEWORKERS, LIST),
    ("GET", "/transfers/{transfer}"): Guard(CASEWORKERS, CASE),
    ("POST", "/transfers/{transfer}"): Guard(CASEWORKERS, CASE, fresh=True),
    ("GET", "/cases/{case}/transfer"): Guard(CASEWORKERS, CASE),
    ("POST", "/cases/{case}/transfer"): Guard(MANAGERS, CASE, fresh=True),
    ("GET", "/cases/{case}/channel"): Guard(MANAGERS, CASE),
    ("POST", "/cases/{case}/channel"): Guard(MANAGERS, CASE, fresh=True),
    ("GET", "/channels"): Guard(MANAGERS, NOTHING),
    ("POST", "/channels"): Guard(MANAGERS, NOTHING, fresh=True, kept=False),
    ("GET", "/checks/{check}/{area}/{candidate}/papers"): Guard(CASEWORKERS, CASE),
    ("POST", "/checks/{check}/{area}/{candidate}/papers"): Guard(CASEWORKERS, CASE),
    ("GET", "/papers"): Guard(CASEWORKERS, LIST),
    ("GET", "/papers/{papers}"): Guard(CASEWORKERS, CASE),
    ("POST", "/papers/{papers}"): Guard(CASEWORKERS, CASE, fresh=True),
    ("GET", "/cases/{case}/papers/{paper}/supplier/{area}"): Guard(CASEWORKERS, CASE),
    ("POST", "/cases/{case}/papers/{paper}/supplier/{area}"): Guard(CASEWORKERS, CASE),
    ("GET", "/seals"): Guard(CASEWORKERS, NAMED),
    ("GET", "/seals/{likeness}"): Guard(CASEWORKERS, NAMED),
    ("POST", "/seals/{likeness}"): Guard(CASEWORKERS, NAMED),
    ("GET", "/requests"): Guard(CASEWORKERS, LIST),
    ("GET", "/requests/{request}"): Guard(CASEWORKERS, CASE),
    ("POST", "/requests/{request}"): Guard(CASEWORKERS, CASE, fresh=True),
    ("POST", "/requests/{request}/still-here"): Guard(CASEWORKERS, CASE),
    ("GET", "/cases/{case}/ask"): Guard(CASEWORKERS, CASE),
    ("POST", "/cases/{case}/ask"): Guard(CASEWORKERS, CASE),
    ("GET", "/cases/{case}/form"): Guard(CASEWORKERS, CASE),
    ("POST", "/cases/{case}/form"): Guard(CASEWORKERS, CASE),
    ("GET", "/cases/{case}/form/{question}"): Guard(CASEWORKERS, CASE),
    ("POST", "/cases/{case}/form/{question}"): Guard(CASEWORKERS, CASE),
    ("GET", "/checks/{check}"): Guard(CASEWORKERS, CASE),
    ("GET", "/checks/{check}/certificate"): Guard(CASEWORKERS, CASE),
    ("GET", "/checks/{check}/{area}/{candidate}/tell"): Guard(CASEWORKERS, CASE),
    ("POST", "/checks/{check}/{area}/{candidate}/tell"): Guard(CASEWORKERS, CASE),
    ("POST", "/checks/{check}/{area}/{candidate}/dismiss"): Guard(CASEWORKERS, CASE),
    ("GET", "/checks/{check}/{area}/{candidate}/ask-manager"): Guard(CASEWORKERS, CASE),
    ("POST", "/checks/{check}/{area}/{candidate}/ask-manager"): Guard(CASEWORKERS, CASE),
    ("GET", "/checks/{check}/{area}/ask-manager"): Guard(CASEWORKERS, CASE),
    ("POST", "/checks/{check}/{area}/ask-manager"): Guard(CASEWORKERS, CASE),
    ("GET", "/submissions/{submission}"): Guard(CASEWORKERS, CASE),
    ("POST", "/submissions/{submission}/withdraw"): Guard(CASEWORKERS, CASE),
    ("GET", "/checks/{check}/{area}/rung"): Guard(CASEWORKERS, CASE),
    ("POST", "/checks/{check}/{area}/rung"): Guard(CASEWORKERS, CASE),
    ("POST", "/checks/{check}/{area}/again"): Guard(CASEWORKERS, CASE),
    ("POST", "/submissions/{submission}/again"): Guard(CASEWORKERS, CASE),
    ("POST", "/submissions/{submission}/ask"): Guard(CASEWORKERS, CASE),
    ("GET", "/obligations"): Guard(CASEWORKERS, LIST),
    ("GET", "/obligations/{number}"): Guard(CASEWORKERS, CASE),
    ("POST", "/obligations/{number}"): Guard(CASEWORKERS, CASE),
    ("GET", "/obligations/{number}/form"): Guard(CASEWORKERS, CASE),
    ("POST", "/obligations/{number}/form"): Guard(CASEWORKERS, CASE),
    ("GET", "/obligations/{number}/form/{question}"): Guard(CASEWORKERS, CASE),
    ("POST", "/obligations/{number}/form/{question}"): Guard(CASEWORKERS, CASE),
    ("GET", "/countersign"): Guard(MANAGERS, LIST),
    ("GET", "/countersign/before/{submission}"): Guard(MANAGERS, CASE),
    ("POST", "/countersign/before/{submission}"): Guard(MANAGERS, CASE, fresh=True),
    ("GET", "/countersign/{number}"): Guard(MANAGERS, CASE),
    ("POST", "/countersign/{number}"): Guard(MANAGERS, CASE, fresh=True),
    ("GET", "/unusual"): Guard(OFFICERS, NOTHING),
    ("GET", "/reads"): Guard(OFFICERS, LIST),
    ("POST", "/reads"): Guard(OFFICERS, LIST),
    ("GET", "/disclosures"): Guard(LOG_READERS, LIST),
    ("POST", "/disclosures"): Guard(LOG_READERS, LIST),
    ("GET", "/nothing"): Guard(EVERYBODY, NOTHING),
    ("GET", "/accounts"): Guard(ADMINISTRATORS, NOTHING),
    ("POST", "/accounts/{account}/confirm"): Guard(MANAGERS, NOTHING, fresh=True),
    ("POST", "/accounts/{account}/disable"): Guard(ADMINISTRATORS, NOTHING, fresh=True),
    ("POST", "/accounts/{account}/ask-for-reset"): Guard(ADMINISTRATORS, NOTHING, fresh=True),
    ("POST", "/accounts/{account}/reset"): Guard(MANAGERS, NOTHING, fresh=True),
    ("GET", "/programs"): Guard(TOKEN_MAKERS, NOTHING),
    ("POST", "/programs"): Guard(TOKEN_MAKERS, NOTHING, fresh=True),
    ("POST", "/programs/{token}/end"): Guard(TOKEN_MAKERS, NOTHING),
    ("GET", "/api/v1/openapi.json"): OPEN,
    ("GET", "/api/v1/cases"): Guard(CASE_OPENERS, LIST, program=READ),
    ("POST", "/api/v1/cases"): Guard(CASEWORKERS, NAMED, program=ASK),
    ("POST", "/api/v1/cases/search"): Guard(CASE_OPENERS, LIST, program=READ),
    ("POST", "/api/v1/referrals"): Guard(CASE_OPENERS, NAMED, program=ASK),
    ("GET", "/api/v1/cases/{case}"): Guard(CASE_OPENERS, CASE, program=READ),
    ("GET", "/api/v1/cases/{case}/papers"): Guard(CASE_OPENERS, CASE, program=READ),
    ("POST", "/api/v1/cases/{case}/files"): Guard(CASE_OPENERS, CASE, program=ASK),
    ("GET", "/api/v1/cases/{case}/papers/{paper}/file"): Guard(CASE_OPENERS, CASE, program=READ),
    ("GET", "/api/v1/duty"): Guard(CASEWORKERS, NOTHING, program=READ),
    ("POST", "/api/v1/duty"): Guard(CASEWORKERS, NOTHING, program=ASK),
    ("GET", "/api/v1/idva-referrals"): Guard(CASEWORKERS, LIST, program=READ),
    ("POST", "/api/v1/idva-referrals/{referral}/contacts"): Guard(CASEWORKERS, CASE, program=ASK),
    ("POST", "/api/v1/idva-referrals/{referral}/plan"): Guard(IDVA_SERVICES, CASE, program=PERSON),
    ("GET", "/api/v1/idva-referrals/{referral}/handover"): Guard(CASEWORKERS, CASE, program=READ),
    ("POST", "/api/v1/idva-referrals/{referral}/handover"): Guard(IDVA_SERVICES, CASE, program=PERSON),
    ("POST", "/api/v1/idva-referrals/{referral}"): Guard(IDVA_SERVICES, CASE, program=PERSON),
    ("POST", "/api/v1/cases/{case}/prior-contact"): Guard(CASEWORKERS, CASE, program=ASK),
    ("POST", "/api/v1/cases/{case}/idva"): Guard(MARAC, CASE, program=ASK),
    ("POST", "/api/v1/cases/{case}/meeting"): Guard(MARAC, CASE, program=ASK),
    ("GET", "/api/v1/transfers"): Guard(CASEWORKERS, LIST, program=READ),
    ("GET", "/api/v1/transfers/{transfer}"): Guard(CASEWORKERS, CASE, program=READ),
    ("POST", "/api/v1/transfers/{transfer}"): Guard(CASEWORKERS, CASE, program=PERSON),
    ("POST", "/api/v1/cases/{case}/transfers"): Guard(CASEWORKERS, CASE, program=PERSON),
    ("POST", "/api/v1/cases/{case}/move-notices"): Guard(CASE_OPENERS, CASE, program=ASK),
    ("GET", "/api/v1/corrections"): Guard(CASEWORKERS, LIST, program=READ),
    ("POST", "/api/v1/cases/{case}/corrections"): Guard(CASE_OPENERS, CASE, program=ASK),
    ("POST", "/api/v1/corrections/{correction}"): Guard(CASEWORKERS, CASE, program=PERSON),
    ("GET", "/api/v1/flags"): Guard(CASEWORKERS, LIST, program=READ),
    ("POST", "/api/v1/reads"): Guard(OFFICERS, LIST, program=READ),
    ("GET", "/api/v1/hearings"): Guard(CASEWORKERS, LIST, program=READ),
    ("GET", "/api/v1/cases/{case}/disclosure-scheme"): Guard(CASEWORKERS, CASE, program=READ),
    ("POST", "/api/v1/cases/{case}/disclosure-scheme"): Guard(CASEWORKERS, CASE, program=ASK),
    ("GET", "/api/v1/cases/{case}/here-already"): Guard(CASEWORKERS, CASE, program=READ),
    ("POST", "/api/v1/cases/{case}/questions"): Guard(CASEWORKERS, CASE, program=ASK),
    ("GET", "/api/v1/cases/{case}/checks"): Guard(CASEWORKERS, CASE, program=READ),
    ("GET", "/api/v1/checks/{check}"): Guard(CASEWORKERS, CASE, program=READ),
    ("GET", "/api/v1/agenda/{day}"): Guard(CASEWORKERS, LIST, program=READ),
    ("POST", "/api/v1/agenda/{day}"): Guard(CASEWORKERS, LIST, program=ASK),
    ("GET", "/api/v1/requests"): Guard(CASEWORKERS, LIST, program=READ),
    ("GET", "/api/v1/obligations"): Guard(CASEWORKERS, LIST, program=READ),
    ("GET", "/api/v1/cases/{case}/plan"): Guard(CASEWORKERS, CASE, program=READ),
    ("POST", "/api/v1/cases/{case}/plan"): Guard(CASEWORKERS, CASE, program=ASK),
    ("POST", "/api/v1/cases/{case}/plan/acceptance"): Guard(CASEWORKERS, CASE, program=PERSON),
    ("GET", "/api/v1/actions"): Guard(CASE_OPENERS, LIST, program=READ),
    ("POST", "/api/v1/actions/{action}"): Guard(CASE_OPENERS, NAMED, program=ASK),
    ("POST", "/api/v1/cases/{case}/here-already"): Guard(CASEWORKERS, CASE, program=PERSON),
    ("GET", "/api/v1/papers"): Guard(CASEWORKERS, LIST, program=READ),
    ("POST", "/api/v1/checks/{check}/papers"): Guard(CASEWORKERS, CASE, program=ASK),
    ("POST", "/api/v1/papers/{papers}"): Guard(CASEWORKERS, CASE, program=PERSON),
    ("POST", "/api/v1/requests/{request}"): Guard(CASEWORKERS, CASE, program=PERSON),
    ("POST", "/api/v1/requests/{request}/still-here"): Guard(CASEWORKERS, CASE, program=ASK),
    ("POST", "/api/v1/checks/{check}/disclosures"): Guard(CASEWORKERS, CASE, program=PERSON),
    ("POST", "/api/v1/checks/{check}/dismissals"): Guard(CASEWORKERS, CASE, program=PERSON),
    ("POST", "/api/v1/obligations/{number}"): Guard(CASEWORKERS, CASE, program=PERSON),
    ("POST", "/api/v1/accounts"): Guard(CASE_OPENERS, NOTHING, program=PERSON),
}
