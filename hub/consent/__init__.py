"""Consent and legal grounds: forms in, decisions out. Pure: no I/O, no clock, no settings.

`decide` for the enquirer, `decide_answer` for the holder, `Publications` for what peers' checks may match.
Reading rules files and printing belong to the edges (`hub.cli.decide`, `hub.pdf`).
"""

from hub.consent.agreements import SharingAgreement, agreement_from_text, digest_said
from hub.consent.context import (
    ConflictOfInterest,
    Context,
    Exclusion,
    Staff,
    conflicts_of_interest,
    is_excluded,
)
from hub.consent.decide import decide
from hub.consent.decision import Answer, Decision, Obligation, Outcome, Reason, Release
from hub.consent.form.form import Protocol, SharingForm
from hub.consent.form.parse import parse_form
from hub.consent.form.redaction import excerpt
from hub.consent.form.vocabulary import Capacity, DataClass, GroundKey, Jurisdiction, VictimAgreement
from hub.consent.holder import Decider, HeldRecord, Lacks, PeerRequest, decide_answer
from hub.consent.publication import (
    PublicationCase,
    Publications,
    Publisher,
    decide_publication,
    publication_form,
    why_not_published,
)
from hub.consent.rules.files import rules_from_text
from hub.consent.rules.rules import Rules, load_rules
from hub.consent.telling import NotTold, Telling

__all__ = [
    "Answer",
    "Capacity",
    "ConflictOfInterest",
    "Context",
    "DataClass",
    "Decider",
    "Decision",
    "Exclusion",
    "GroundKey",
    "HeldRecord",
    "Jurisdiction",
    "Lacks",
    "NotTold",
    "Obligation",
    "Outcome",
    "PeerRequest",
    "Protocol",
    "PublicationCase",
    "Publications",
    "Publisher",
    "Reason",
    "Release",
    "Rules",
    "SharingAgreement",
    "SharingForm",
    "Staff",
    "Telling",
    "VictimAgreement",
    "agreement_from_text",
    "conflicts_of_interest",
    "decide",
    "decide_answer",
    "decide_publication",
    "digest_said",
    "excerpt",
    "is_excluded",
    "load_rules",
    "parse_form",
    "publication_form",
    "rules_from_text",
    "why_not_published",
]
