"""One error family for all of the hub, with two faces: a machine's status and a person's text.

A failure is an exception of this family. A refusal is not: it is a value (`hub.consent`), so that its audit
row is kept. Public texts say what happened, what was kept and what to do, and never carry personal data.
"""

from __future__ import annotations

import traceback
from typing import ClassVar


class HubError(Exception):
    """Something went wrong. `code` and `status` are for programs; `text`, `kept` and `do` are for people.

    `text` says what happened, `kept` what was kept and `do` what to do next. Each begins with a capital letter, or
    with the file, field or option at fault, and ends with a full stop.
    """

    code: ClassVar[str] = "fault"
    status: ClassVar[int] = 500
    exit_code: ClassVar[int] = 2

    def __init__(self, text: str, *, kept: str = "", do: str = "") -> None:
        super().__init__(text)
        self.text = text
        self.kept = kept
        self.do = do

    def __str__(self) -> str:
        """The complete public message on one line."""
        kept, do = self.kept and f"Kept: {self.kept}", self.do and f"To do: {self.do}"
        return " ".join(filter(None, (self.text, kept, do)))


class InputError(HubError):
    """What we were given cannot be read: a file, a form, a request, a setting."""

    code = "invalid_input"
    status = 422
    exit_code = 1


class UsageError(HubError):
    """The command or its configuration is wrong, whatever the input."""

    code = "usage"
    status = 400


class NotFoundError(HubError):
    """No such thing, or nothing this user may know of: the two are never distinguished."""

    code = "not_found"
    status = 404
    exit_code = 1


class ConflictError(HubError):
    """The thing asked for clashes with what is already there or under way."""

    code = "conflict"
    status = 409
    exit_code = 1


class StorageError(HubError):
    """The database or the disk failed us."""

    code = "storage"
    status = 500


class LogError(StorageError):
    """The audit log is not as it was signed for, or nothing is left that it was signed by: the node stops."""

    code = "audit_log"
    status = 503


class RowsError(LogError):
    """Rows of the database are not as the audit log says. The node stops until somebody lets it go on."""


class PeerError(HubError):
    """A peer is unreachable, is not who it says, or broke the protocol.

    `problem` is its refusal's code, if any; `sent` says that what was asked may have reached it all the same.
    """

    code = "peer"
    status = 502

    def __init__(
        self, text: str, *, problem: str = "", sent: bool = False, kept: str = "", do: str = ""
    ) -> None:
        super().__init__(text, kept=kept, do=do)
        self.problem = problem
        self.sent = sent


class UnreachableError(PeerError):
    """A peer did not answer. `why` is a code."""

    code = "unreachable"
    status = 504

    def __init__(self, text: str, *, why: str = "", sent: bool = False, kept: str = "", do: str = "") -> None:
        super().__init__(text, sent=sent, kept=kept, do=do)
        self.why = why


class ScannerError(HubError):
    """The virus scanner did not say whether a file is harmless, so none is taken."""

    code = "scanner"
    status = 503


class NoticeError(HubError):
    """A notice could not be handed to whoever carries it. Its text names nobody."""

    code = "notice"
    status = 502


class AuthenticationError(HubError):
    """A message is not from whom it says, is stale, replayed, or bound to something else."""

    code = "authentication"
    status = 401


class ClockError(AuthenticationError):
    """A message that holds in all but its time: sent at `sent_at` by its sender's clock, read at `now` by ours."""

    code = "clock"

    def __init__(self, *, sent_at: int, now: float) -> None:
        ahead = round(sent_at - now)
        way = "ahead of" if ahead > 0 else "behind"
        super().__init__(
            f"Its clock is {_duration(abs(ahead))} {way} ours.",
            do="Both operators compare their clocks with the true time.",
        )
        self.now = round(now)


def does_not_verify(what: str, error: HubError) -> PeerError:
    """Return the error for something of an area's that does not verify: by its clock, or altogether."""
    if isinstance(error, ClockError):
        return PeerError(f"{what} cannot be taken. {error.text}", problem=error.code, do=error.do)
    return PeerError(f"{what} does not verify. {error.text}", do=error.do or "Tell both operators.")


def _duration(seconds: int) -> str:
    for unit, name in ((86_400, "days"), (3_600, "hours"), (60, "minutes")):
        if seconds >= 2 * unit:
            return f"{seconds // unit} {name}"
    return f"{seconds} seconds"


class QuotaError(HubError):
    """The peer or user has asked more than its quota. `retry_after` is in seconds."""

    code = "quota"
    status = 429
    exit_code = 1

    def __init__(self, text: str, *, retry_after: int, kept: str = "", do: str = "") -> None:
        super().__init__(text, kept=kept, do=do)
        self.retry_after = retry_after


def unforeseen(error: Exception) -> HubError:
    """A fault of our own as one of the family: its kind and place alone, as its text may hold personal data."""
    frames = [
        frame for frame in traceback.extract_tb(error.__traceback__) if "hub" in frame.filename.split("/")
    ]
    at = f" at {frames[-1].filename.split('/')[-1]}:{frames[-1].lineno}" if frames else ""
    return HubError(
        f"An unexpected fault: {type(error).__name__}{at}.",
        kept="What was stored before; a step that fails leaves nothing.",
    )
