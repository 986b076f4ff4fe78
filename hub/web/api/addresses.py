"""Every address of the programs' interface: what does its work, what it takes and gives, and an example of each.

Who may, and what a token has to be for, is in `hub.web.guards`. The examples are tested against the models.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any, Final, NamedTuple

from pydantic import BaseModel

from hub.web.api import acts, agendas, asked_papers, models, moves, plans, services
from hub.web.api.acts import Call
from hub.web.typed.clients_answer import AnswerTyped
from hub.web.typed.duty import DutyTyped
from hub.web.typed.people import CorrectionTyped
from hub.web.typed.plans import ReportTyped

ROOT: Final = "/api/v1"
_CASE: Final = "5f0c" * 8
_RECORD: Final = "a1b2" * 8
_CHECK: Final = "9e7d" * 8


class Address(NamedTuple):
    """An address of the interface. `act` is None where it takes a person; `doing` says what that person does."""

    method: str
    path: str
    act: Callable[[Call], BaseModel] | None = None
    takes: type[BaseModel] | None = None
    gives: type[BaseModel] | None = None
    sent: Mapping[str, Any] | None = None
    given: Mapping[str, Any] | None = None
    doing: str = ""
    status: int = 200


_LISTED: Final = {
    "cases": [{"case": _CASE, "case_ref": "NM-2026-0412", "kind": "marac", "stub": True}],
    "more": False,
}
_ON_AGENDA: Final = {
    "case": _CASE,
    "case_ref": "NM-2026-0412",
    "last_asked": "2026-11-24T09:12:00Z",
    "changed": ["new_name"],
    "people": 2,
    "alone": None,
}
_PERSON: Final = {
    "role": "victim",
    "given_names": "Toya",
    "surname": "Grant",
    "date_of_birth": "1997-02-18",
    "postcode": "NM14 8YN",
}
_SHOWN: Final = {
    "case": _CASE,
    "case_ref": "NM-2026-0412",
    "kind": "marac",
    "stub": True,
    "sealed": False,
    "referring_agency": "Northmoor Police",
    "referring_contact": "The duty desk",
    "meeting_date": None,
    "fled_from": [],
    "people": [{"record": _RECORD, "person": _PERSON}],
}
_STUB: Final = {
    "case_ref": "NM-2026-0412",
    "agency": "Northmoor Police",
    "contact": "The duty desk",
    "victim": {
        "given_names": "Toya",
        "surname": "Grant",
        "date_of_birth": "18 February 1997",
        "postcode": "NM14 8YN",
    },
    "sealed": False,
    "fled": "none",
}
_REFERRAL: Final = {
    "referring_agency": "Northmoor Police",
    "contact_names": "The duty desk",
    "victim_name": {"given_names": "Toya", "surname": "Grant"},
    "victim_dob": "18 February 1997",
    "crit_professional_judgement": "yes",
    "pj_rationale": "Frightened to come home since they separated.",
    "sealed": False,
    "fled_from": [],
}
_REFERRED: Final = {
    "case": _CASE,
    "case_ref": "R-2026-7F3A2C90B1",
    "added": 1,
    "criteria": [
        {
            "criterion": "professional_judgement",
            "ticked": "yes",
            "found": "met",
            "why": "A professional judges so. That is enough.",
            "differs": False,
        }
    ],
    "here_already": [],
    "repeat": None,
    "child_referral": False,
}
_QUESTION: Final = {
    "once": "listing-2026-11-29",
    "why": "risk_grew",
    "said": "given",
    "fled": "none",
    "knows": False,
    "people": [_RECORD],
    "areas": ["eastvale"],
}
_RESULT: Final = {
    "check_id": _CHECK,
    "case_ref": "NM-2026-0412",
    "decision": {"outcome": "permit", "level": "involvement"},
    "areas": [
        {
            "node_id": "eastvale",
            "area": "Eastvale",
            "status": "answered",
            "contact": "01632 960002",
            "candidates": [
                {
                    "band": "strong",
                    "whole": True,
                    "reasons": ["surname agrees"],
                    "handle": _RECORD,
                    "disclosure": {"status": "not_asked"},
                }
            ],
        }
    ],
    "took_ms": 412.5,
}

_ACTION: Final = {
    "what": "Brief the patrols on the address.",
    "agency": "Northmoor Police",
    "volunteered_by": "Sergeant Lowe",
    "due": "2026-12-03",
    "risk": "Followed home.",
    "achieves": "Patrols know whom to look for.",
    "addresses": "perpetrator",
    "approach": "disrupt",
}
_KEPT_ACTION: Final = {**_ACTION, "id": "5f0c" * 4}
_PLAN: Final = {
    "plan": {"actions": [_KEPT_ACTION], "tells_victim": "The Idva"},
    "lacks": [{"code": "safety_not_said", "text": "Nobody has said whether the plan is safe."}],
    "set_before": {},
    "earlier": None,
}
_OPEN_ACTION: Final = {"case_ref": "NM-2026-0412", "overdue": False, "action": _KEPT_ACTION}
_FOUND: Final = {
    "case": _RECORD,
    "case_ref": "NM-2025-0311",
    "kind": "marac",
    "standing": "repeat",
    "band": "strong",
    "reasons": ["same date of birth", "same forename", "same surname"],
    "victim": "Toya Grant",
    "part": "victim",
    "same_perpetrators": [{"referred": "Dev Marlowe", "there": "Dev Marlowe"}],
    "other_perpetrators": [],
    "referred": ["2026-02-01"],
    "last": "2026-02-01",
    "repeat_until": "2027-02-01",
    "met": "2026-02-19",
}

_FLAG: Final = {
    "case": _CASE,
    "case_ref": "NM-2026-0412",
    "meeting": "2026-02-19",
    "until": "2027-02-19",
    "to_tell": ["Northmoor Police"],
    "seen": [],
}

_DUTY: Final = {"worker": "Ida Fairweather", "phone": "01632 960123"}
_ON_DUTY: Final = {"organisation": "Haven", "duty": _DUTY}

_NOT_REACHED: Final = {"contacted": False, "hours": 51, "late": True}
_IDVA_REFERRAL: Final = {"referral": "", "case": _CASE, "case_ref": "NM-2026-0412", **_NOT_REACHED}

ADDRESSES: Final = (
    Address("GET", "/cases", acts.list_cases, gives=models.Cases, given=_LISTED),
    Address(
        "POST",
        "/cases/search",
        acts.search_cases,
        models.Search,
        models.Cases,
        {"number": "2026-0412"},
        _LISTED,
    ),
    Address("POST", "/cases", acts.enter, models.CaseTyped, models.CaseShown, _STUB, _SHOWN, status=201),
    Address(
        "POST",
        "/referrals",
        acts.send_referral,
        models.Referral,
        models.ReferralKept,
        _REFERRAL,
        _REFERRED,
        status=201,
    ),
    Address("GET", "/cases/{case}", acts.show_case, gives=models.CaseShown, given=_SHOWN),
    Address("GET", "/duty", services.show_duty, gives=services.OnDuty, given=_ON_DUTY),
    Address("POST", "/duty", services.keep_who_is_on_duty, DutyTyped, services.OnDuty, _DUTY, _ON_DUTY),
    Address(
        "GET",
        "/idva-referrals",
        services.list_idva_referrals,
        gives=services.IdvaReferrals,
        given={"referrals": [_IDVA_REFERRAL]},
    ),
    Address(
        "POST",
        "/idva-referrals/{referral}/contacts",
        services.tried,
        services.TriedTyped,
        services.FirstContactShown,
        {"reached": False},
        _NOT_REACHED,
    ),
    Address("POST", "/idva-referrals/{referral}/plan", doing="says whether a plan is safe"),
    Address("POST", "/idva-referrals/{referral}", doing="takes a client on"),
    Address(
        "POST",
        "/cases/{case}/prior-contact",
        services.keep_clients_answer,
        AnswerTyped,
        services.AnswerKept,
        {"said": "yes", "alone": "yes"},
        {"said": "yes", "basis": "The client's agreement, under ...", "agreement": "given"},
    ),
    Address(
        "POST",
        "/cases/{case}/idva",
        services.refer_to_service,
        services.ServiceTyped,
        services.IdvaReferralShown,
        {"service": "Haven"},
        _IDVA_REFERRAL,
    ),
    Address(
        "GET",
        "/corrections",
        acts.list_corrections,
        gives=models.Corrections,
        given={
            "corrections": [
                {
                    "page": f"/cases/{_CASE}/people/{_RECORD}",
                    "case_ref": "NM-2026-0412",
                    "by": "Ash Underhill",
                    "proposed_at": "2026-11-29T09:30:00Z",
                }
            ]
        },
    ),
    Address(
        "POST",
        "/cases/{case}/corrections",
        acts.propose_correction,
        CorrectionTyped,
        models.CorrectionProposed,
        {
            "people": [
                {
                    "record": _RECORD,
                    "role": "victim",
                    "given_names": "Toya",
                    "surname": "Marlowe",
                    "aliases": "Toya Grant",
                    "date_of_birth": "18 February 1997",
                }
            ],
            "because": "Married in May.",
        },
        {"page": f"/cases/{_CASE}/people/{_RECORD}"},
        status=201,
    ),
    Address(
        "GET",
        "/transfers",
        moves.list_transfers,
        gives=moves.TransfersListed,
        given={
            "transfers": [
                {
                    "page": f"/transfers/{_RECORD}",
                    "direction": "out",
                    "peer": "eastvale",
                    "case_ref": "NM-2026-0412",
                    "state": "offered",
                    "since": "2026-11-29T09:30:00Z",
                    "code": None,
                    "responsible": ["northmoor"],
                    "unsettled": False,
                    "items": [{"kind": "plan", "title": "Action plan", "supplier": "Police", "held_by": ""}],
                }
            ]
        },
    ),
    Address(
        "POST",
        "/cases/{case}/move-notices",
        moves.give_move_notice,
        moves.NoticeTyped,
        moves.NoticeKept,
        {"area": "eastvale", "stays": "for_good", "heard": "yes", "agenda_sent": "not_known"},
        {"page": f"/cases/{_CASE}/papers/{_RECORD}"},
        status=201,
    ),
    Address("POST", "/cases/{case}/transfers", doing="offers a case, with what may follow the victim"),
    Address("POST", "/transfers/{transfer}", doing="accepts, declines or withdraws a transfer"),
    Address("POST", "/corrections/{correction}", doing="approves or refuses a correction"),
    Address("GET", "/flags", acts.list_flags, gives=models.FlagsListed, given={"flags": [_FLAG]}),
    Address(
        "GET",
        "/cases/{case}/here-already",
        acts.here_already,
        gives=models.HereAlreadyListed,
        given={"here_already": [{"found": _FOUND, "decision": None}]},
    ),
    Address(
        "POST",
        "/cases/{case}/questions",
        acts.ask,
        models.Question,
        models.QuestionsPut,
        _QUESTION,
        {"checks": [{"record": _RECORD, "check_id": _CHECK}], "refusals": []},
    ),
    Address(
        "GET",
        "/agenda/{day}",
        agendas.show_agenda,
        gives=models.Agenda,
        given={"day": "2026-12-03", "cases": [_ON_AGENDA]},
    ),
    Address(
        "POST",
        "/agenda/{day}",
        agendas.ask_agenda,
        models.AgendaSent,
        models.AgendaAsked,
        {"cases": [_CASE], "knows_nobody": True, "once": "agenda of 3 December"},
        {"cases": [{"case": _CASE, "checks": [_CHECK], "stopped": []}]},
    ),
    Address(
        "GET",
        "/cases/{case}/checks",
        acts.list_checks,
        gives=models.Checks,
        given={
            "checks": [
                {
                    "check_id": _CHECK,
                    "asked_at": "2026-11-29T09:30:00Z",
                    "asked_by": "Ash Underhill",
                    "outcome": "permit",
                }
            ]
        },
    ),
    Address("GET", "/checks/{check}", acts.show_check, gives=models.CheckResult, given=_RESULT),
    Address(
        "GET",
        "/requests",
        acts.list_requests,
        gives=models.Requests,
        given={
            "requests": [
                {
                    "page": f"/requests/{_RECORD}",
                    "area": "eastvale",
                    "case_ref": "NM-2026-0412",
                    "level": "involvement",
                    "came_at": "2026-11-29T09:30:00Z",
                }
            ]
        },
    ),
    Address(
        "GET",
        "/obligations",
        acts.list_obligations,
        gives=models.Obligations,
        given={
            "obligations": [
                {
                    "page": f"/obligations/{_RECORD}",
                    "code": "notify_client",
                    "text": "Tell the client what was shared, unless that is unsafe.",
                    "case_ref": "NM-2026-0412",
                    "due": "2026-12-02",
                    "overdue_days": 0,
                    "owner": "Ash Underhill",
                }
            ]
        },
    ),
    Address("GET", "/cases/{case}/plan", plans.show_plan, gives=models.PlanShown, given=_PLAN),
    Address(
        "POST",
        "/cases/{case}/plan",
        plans.add_to_plan,
        models.PlanSent,
        models.PlanShown,
        {"begin": True, "actions": [{**_ACTION, "due": "3 December 2026"}], "tells_victim": "The Idva"},
        _PLAN,
    ),
    Address("GET", "/actions", plans.list_actions, gives=models.Actions, given={"actions": [_OPEN_ACTION]}),
    Address(
        "POST",
        "/actions/{action}",
        plans.report_on_action,
        ReportTyped,
        models.ActionOpen,
        {"outcome": "done", "worked": "yes"},
        _OPEN_ACTION,
    ),
    Address(
        "GET",
        "/papers",
        asked_papers.list_papers,
        gives=models.PapersRequests,
        given={"papers": [asked_papers.PAPERS]},
    ),
    Address(
        "POST",
        "/checks/{check}/papers",
        asked_papers.ask_for_papers,
        models.PapersWanted,
        models.PapersListed,
        asked_papers.WANTED,
        asked_papers.PAPERS,
        status=201,
    ),
    Address("POST", "/papers/{papers}", doing="releases or withholds papers"),
    Address("POST", "/cases/{case}/plan/acceptance", doing="accepts a plan"),
    Address("POST", "/requests/{request}", doing="decides about a request"),
    Address("POST", "/cases/{case}/here-already", doing="decides whether a case is a repeat"),
    Address("POST", "/checks/{check}/disclosures", doing="tells an area about whom a question is"),
    Address("POST", "/checks/{check}/dismissals", doing="says that somebody is not the same person"),
    Address("POST", "/obligations/{number}", doing="closes or countersigns what is owed"),
    Address("POST", "/accounts", doing="changes an account"),
)
