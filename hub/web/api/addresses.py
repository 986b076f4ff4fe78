"""Every address of the programs' interface: what does its work, what it takes and gives, and an example of each.

Who may, and what a token has to be for, is in `hub.web.guards`. The examples are tested against the models.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any, Final, NamedTuple

from pydantic import BaseModel

from hub.cases.meeting_days import Listing
from hub.checks.disclosure_scheme import SchemeTyped
from hub.web.api import (
    acts,
    agendas,
    asked_papers,
    disclosure_scheme,
    files,
    hearings,
    models,
    moves,
    plans,
    reads,
    services,
    still_here,
)
from hub.web.api import examples as eg
from hub.web.api.acts import Call
from hub.web.typed.clients_answer import AnswerTyped
from hub.web.typed.duty import DutyTyped
from hub.web.typed.first_contacts import FirstContactShown
from hub.web.typed.handovers import HandoversTold
from hub.web.typed.people import CorrectionTyped
from hub.web.typed.plans import ReportTyped
from hub.web.typed.reads import ReadsTyped

ROOT: Final = "/api/v1"
MOST_BYTES: Final = 100_000


class Address(NamedTuple):
    """An address of the interface. `act` is None where it takes a person; `doing` says what that person does.

    `most`: so many bytes are read of what is sent.
    """

    method: str
    path: str
    act: Callable[[Call], BaseModel] | None = None
    takes: type[BaseModel] | None = None
    gives: type[BaseModel] | None = None
    sent: Mapping[str, Any] | None = None
    given: Mapping[str, Any] | None = None
    doing: str = ""
    status: int = 200
    most: int = MOST_BYTES


ADDRESSES: Final = (
    Address("GET", "/cases", acts.list_cases, gives=models.Cases, given=eg.LISTED),
    Address(
        "POST",
        "/cases/search",
        acts.search_cases,
        models.Search,
        models.Cases,
        {"number": "2026-0412"},
        eg.LISTED,
    ),
    Address("POST", "/cases", acts.enter, models.CaseTyped, models.CaseShown, eg.STUB, eg.SHOWN, status=201),
    Address(
        "POST",
        "/referrals",
        acts.send_referral,
        models.Referral,
        models.ReferralKept,
        eg.REFERRAL,
        eg.REFERRED,
        status=201,
    ),
    Address("GET", "/cases/{case}", acts.show_case, gives=models.CaseShown, given=eg.SHOWN),
    Address(
        "GET",
        "/cases/{case}/papers",
        files.list_papers,
        gives=files.PapersOfCase,
        given={"papers": [files.EXAMPLE]},
    ),
    Address(
        "POST",
        "/cases/{case}/files",
        files.attach_file,
        files.FileSent,
        files.PaperOfCase,
        {"what": "minutes", "name": "minutes.txt", "data": "TWludXRlcwo="},
        files.EXAMPLE,
        status=201,
        most=files.MOST_BYTES,
    ),
    Address(
        "GET",
        "/cases/{case}/papers/{paper}/file",
        files.give_file,
        gives=files.FileGiven,
        given={"name": "attached-file.txt", "media_type": "text/plain", "data": "TWludXRlcwo="},
    ),
    Address("GET", "/duty", services.show_duty, gives=services.OnDuty, given=eg.ON_DUTY),
    Address("POST", "/duty", services.keep_who_is_on_duty, DutyTyped, services.OnDuty, eg.DUTY, eg.ON_DUTY),
    Address(
        "GET",
        "/idva-referrals",
        services.list_idva_referrals,
        gives=services.IdvaReferrals,
        given={"referrals": [eg.IDVA_REFERRAL]},
    ),
    Address(
        "POST",
        "/idva-referrals/{referral}/contacts",
        services.tried,
        services.TriedTyped,
        FirstContactShown,
        {"reached": False},
        eg.NOT_REACHED,
    ),
    Address(
        "GET",
        "/idva-referrals/{referral}/handover",
        services.show_handovers,
        gives=HandoversTold,
        given=eg.HANDOVERS,
    ),
    Address("POST", "/idva-referrals/{referral}/handover", doing="hands over to another Idva service"),
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
        eg.IDVA_REFERRAL,
    ),
    Address("POST", "/cases/{case}/meeting", acts.list_case, Listing, models.CaseShown, eg.MEETING, eg.SHOWN),
    Address(
        "GET",
        "/corrections",
        acts.list_corrections,
        gives=models.Corrections,
        given={
            "corrections": [
                {
                    "page": f"/cases/{eg.CASE}/people/{eg.RECORD}",
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
                    "record": eg.RECORD,
                    "role": "victim",
                    "given_names": "Toya",
                    "surname": "Marlowe",
                    "aliases": "Toya Grant",
                    "date_of_birth": "18 February 1997",
                }
            ],
            "because": "Married in May.",
        },
        {"page": f"/cases/{eg.CASE}/people/{eg.RECORD}"},
        status=201,
    ),
    Address(
        "GET",
        "/transfers",
        moves.list_transfers,
        gives=moves.TransfersListed,
        given={"transfers": [eg.TRANSFER]},
    ),
    Address(
        "GET",
        "/transfers/{transfer}",
        moves.read_transfer,
        gives=moves.TransferListed,
        given=eg.TRANSFER,
    ),
    Address(
        "POST",
        "/cases/{case}/move-notices",
        moves.give_move_notice,
        moves.NoticeTyped,
        moves.NoticeKept,
        {"area": "eastvale", "stays": "for_good", "heard": "yes", "agenda_sent": "not_known"},
        {"page": f"/cases/{eg.CASE}/papers/{eg.RECORD}"},
        status=201,
    ),
    Address("POST", "/cases/{case}/transfers", doing="offers a case, with what may follow the victim"),
    Address("POST", "/transfers/{transfer}", doing="accepts, declines or withdraws a transfer"),
    Address("POST", "/corrections/{correction}", doing="approves or refuses a correction"),
    Address("GET", "/flags", acts.list_flags, gives=models.FlagsListed, given={"flags": [eg.FLAG]}),
    Address(
        "GET",
        "/cases/{case}/disclosure-scheme",
        disclosure_scheme.show_scheme,
        gives=disclosure_scheme.SchemeShown,
        given=eg.SCHEME,
    ),
    Address(
        "POST",
        "/cases/{case}/disclosure-scheme",
        disclosure_scheme.record_scheme,
        SchemeTyped,
        disclosure_scheme.SchemeShown,
        eg.SCHEME_SAID,
        eg.SCHEME,
    ),
    Address("POST", "/reads", reads.list_reads, ReadsTyped, reads.ReadsListed, eg.READS_WANTED, eg.READS),
    Address(
        "GET",
        "/hearings",
        hearings.list_hearings,
        gives=hearings.HearingsListed,
        given={"hearings": [eg.HEARING]},
    ),
    Address(
        "GET",
        "/cases/{case}/here-already",
        acts.here_already,
        gives=models.HereAlreadyListed,
        given={"here_already": [{"found": eg.FOUND, "decision": None}]},
    ),
    Address(
        "POST",
        "/cases/{case}/questions",
        acts.ask,
        models.Question,
        models.QuestionsPut,
        eg.QUESTION,
        {"checks": [{"record": eg.RECORD, "check_id": eg.CHECK}], "refusals": []},
    ),
    Address(
        "POST",
        "/requests/{request}/still-here",
        still_here.still_here,
        models.StillHereSent,
        models.StillHereKept,
        {"answer": "not_known"},
        {"answer": "not_known"},
    ),
    Address(
        "GET",
        "/agenda/{day}",
        agendas.show_agenda,
        gives=models.Agenda,
        given={"day": "2026-12-03", "cases": [eg.ON_AGENDA]},
    ),
    Address(
        "POST",
        "/agenda/{day}",
        agendas.ask_agenda,
        models.AgendaSent,
        models.AgendaAsked,
        {"cases": [eg.CASE], "knows_nobody": True, "once": "agenda of 3 December"},
        {"cases": [{"case": eg.CASE, "checks": [eg.CHECK], "stopped": []}]},
    ),
    Address(
        "GET",
        "/cases/{case}/checks",
        acts.list_checks,
        gives=models.Checks,
        given={
            "checks": [
                {
                    "check_id": eg.CHECK,
                    "asked_at": "2026-11-29T09:30:00Z",
                    "asked_by": "Ash Underhill",
                    "outcome": "permit",
                }
            ]
        },
    ),
    Address("GET", "/checks/{check}", acts.show_check, gives=models.CheckResult, given=eg.RESULT),
    Address(
        "GET",
        "/requests",
        acts.list_requests,
        gives=models.Requests,
        given={
            "requests": [
                {
                    "page": f"/requests/{eg.RECORD}",
                    "area": "eastvale",
                    "case_ref": "NM-2026-0412",
                    "level": "involvement",
                    "came_at": "2026-11-29T09:30:00Z",
                }
            ],
            "answered": [
                {
                    "request": eg.RECORD,
                    "area": "eastvale",
                    "case_ref": "NM-2026-0412",
                    "came_at": "2026-11-29T09:30:00Z",
                    "still_here": None,
                }
            ],
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
                    "page": f"/obligations/{eg.RECORD}",
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
    Address("GET", "/cases/{case}/plan", plans.show_plan, gives=models.PlanShown, given=eg.PLAN),
    Address(
        "POST",
        "/cases/{case}/plan",
        plans.add_to_plan,
        models.PlanSent,
        models.PlanShown,
        {"begin": True, "actions": [{**eg.ACTION, "due": "3 December 2026"}], "tells_victim": "The Idva"},
        eg.PLAN,
    ),
    Address("GET", "/actions", plans.list_actions, gives=models.Actions, given={"actions": [eg.OPEN_ACTION]}),
    Address(
        "POST",
        "/actions/{action}",
        plans.report_on_action,
        ReportTyped,
        models.ActionOpen,
        {"outcome": "done", "worked": "yes"},
        eg.OPEN_ACTION,
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
