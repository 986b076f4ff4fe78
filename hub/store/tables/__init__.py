"""The tables. Identity stands only in `sealed` columns, encrypted under a key that is not in the database.

Plain columns hold what queries need: random handles, keyed digests, tokens, states and times. Holds no queries and
leaves the store under no name: queries give values of their own. Times are whole seconds since 1970, UTC.
"""

from hub.store.tables.accounts import (
    AccountRecord,
    ApiTokenRecord,
    ApiTokenSeen,
    OrganisationRecord,
    SessionRecord,
    SessionSeen,
    SignInTries,
)
from hub.store.tables.audit import AuditEntry
from hub.store.tables.cases import CaseRecord, PersonKeys, PersonRecord
from hub.store.tables.channels import ArrivedRecord, ChannelRecord, EnvelopeRecord
from hub.store.tables.checks import CheckRecord, NotSamePair, Receipt, ToldCandidate
from hub.store.tables.decisions import DecisionRecord, ObligationRecord, SharingRecord
from hub.store.tables.feed import CrowdedKeys, FeedEntry, FeedState
from hub.store.tables.idva import IdvaReferralRecord
from hub.store.tables.jobs import OutboxRow, ScheduledJob
from hub.store.tables.notices import LastNotice, NoticeRecord
from hub.store.tables.papers import CaseAttachment, CasePaper
from hub.store.tables.papers_requests import PapersPack, PapersRequestRecord
from hub.store.tables.peers import Peer, PeerEntry, PeerFeed
from hub.store.tables.reads import ReadBatch
from hub.store.tables.received import (
    IdempotentAnswer,
    QuotaUse,
    ReceivedCheck,
    ReceivedDisclosure,
    SeenMessage,
)
from hub.store.tables.restorations import RestorationRecord
from hub.store.tables.submissions import SubmissionRecord
from hub.store.tables.transfers import TransferPack, TransferRecord
from hub.store.tables.witness import AcknowledgementRecord, PeerHead

__all__ = [
    "AccountRecord",
    "AcknowledgementRecord",
    "ApiTokenRecord",
    "ApiTokenSeen",
    "ArrivedRecord",
    "AuditEntry",
    "CaseAttachment",
    "CasePaper",
    "CaseRecord",
    "ChannelRecord",
    "CheckRecord",
    "CrowdedKeys",
    "DecisionRecord",
    "EnvelopeRecord",
    "FeedEntry",
    "FeedState",
    "IdempotentAnswer",
    "IdvaReferralRecord",
    "LastNotice",
    "NotSamePair",
    "NoticeRecord",
    "ObligationRecord",
    "OrganisationRecord",
    "OutboxRow",
    "PapersPack",
    "PapersRequestRecord",
    "Peer",
    "PeerEntry",
    "PeerFeed",
    "PeerHead",
    "PersonKeys",
    "PersonRecord",
    "QuotaUse",
    "ReadBatch",
    "Receipt",
    "ReceivedCheck",
    "ReceivedDisclosure",
    "RestorationRecord",
    "ScheduledJob",
    "SeenMessage",
    "SessionRecord",
    "SessionSeen",
    "SharingRecord",
    "SignInTries",
    "SubmissionRecord",
    "ToldCandidate",
    "TransferPack",
    "TransferRecord",
]
