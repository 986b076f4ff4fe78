"""Who acts at a command: the table of commands, and the one place where somebody is known by more than a name.

On a node with accounts nobody acts by a typed name. Whoever asks or reads is the account of a token, which is read
from a file or from the environment, never from an argument; what takes a person is done in the console; the rest is
the operator's and recorded so. On a node without accounts who acts is who they say, as `staff.toml` knows them.
"""

from __future__ import annotations

import os
import pwd
from collections.abc import Callable, Iterator, Mapping
from contextlib import AbstractContextManager, contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Annotated, Final, NamedTuple

import typer

from hub.accounts.accounts import Acting, has_accounts
from hub.accounts.tokens import NotAllowedError, NoTokenError, bearer
from hub.cases.access import restrictions_on
from hub.cases.corrections import Corrector
from hub.cases.shown import checks_read, opener, opens
from hub.cases.staff import operator_of
from hub.checks.read import read_document
from hub.cli.output import err
from hub.errors import NotFoundError, UsageError
from hub.node.keys import read_secret
from hub.node.node import Node
from hub.records.accounts import AccountRole
from hub.records.cases import CaseDetails
from hub.records.check import RecordedCheck
from hub.records.reads import Came, ReadEvent, leave
from hub.values import Requester
from hub.web.guards import (
    ASK,
    CASEWORKERS,
    LIST,
    NAMED,
    NOTHING,
    OFFICERS,
    OPEN,
    PERSON,
    READ,
    Guard,
    Reads,
)

TOKEN_VARIABLE: Final = "HUB_TOKEN"  # noqa: S105 - its name

TokenFile = Annotated[
    Path | None,
    typer.Option(
        "--token-file",
        metavar="FILE",
        help="On a node with accounts: the token of the account that acts. Or in the environment: HUB_TOKEN.",
        show_default=False,
    ),
]


class Rule(NamedTuple):
    """What a command takes on a node with accounts.

    `guard`: as of an address of the console; open where it is the operator's own act. `page`: where in the
    console a person does it. `operators`: nobody need show a token; whoever does acts for its account.
    """

    guard: Guard
    page: str = ""
    operators: bool = False


_LISTS: Final = Rule(Guard(CASEWORKERS, LIST, program=READ))
_SHOWS: Final = Rule(Guard(CASEWORKERS, NAMED, program=READ))
_READS: Final = Rule(Guard(CASEWORKERS, NOTHING, program=READ))
_ASKS: Final = Rule(Guard(CASEWORKERS, NOTHING, program=ASK))
_ANSWERED: Final = Rule(Guard(CASEWORKERS, NAMED, program=ASK))
_OPERATORS: Final = Rule(OPEN, operators=True)
_SEES_ALL: Final = Rule(Guard(frozenset(), LIST), operators=True)
_LISTS_TO_OPERATORS: Final = Rule(Guard(CASEWORKERS, LIST, program=READ), operators=True)
_SEES: Final = Rule(Guard(CASEWORKERS, NOTHING, program=READ), operators=True)
_ACTS: Final = Rule(Guard(CASEWORKERS, NOTHING, program=ASK), operators=True)


def _person(page: str, reads: Reads = NOTHING) -> Rule:
    return Rule(Guard(CASEWORKERS, reads, program=PERSON), page)


RULES: Final[Mapping[str, Rule]] = {
    "check": _ANSWERED,
    "case add": _ASKS,
    "idva list": _LISTS,
    "idva contact": _ASKS,
    "idva safe": _person("/idva-referrals"),
    "idva take-on": _person("/idva-referrals"),
    "idva handovers": _SHOWS,
    "idva hand-over": _person("/idva-referrals"),
    "idva refer": _ASKS,
    "idva said": _ASKS,
    "duty show": _READS,
    "duty keep": _ASKS,
    "agenda show": _LISTS,
    "agenda ask": _ASKS,
    "checks list": _LISTS,
    "checks show": _SHOWS,
    "requests list": _LISTS,
    "obligations list": _LISTS,
    "disclosures list": _SHOWS,
    "seals list": _SHOWS,
    "plan show": _SHOWS,
    "plan save": _ASKS,
    "plan accept": _person("/cases"),
    "plan actions": _LISTS,
    "plan report": _ASKS,
    "flags list": _LISTS,
    "hearings list": _LISTS,
    **dict.fromkeys(("case disclosure-scheme", "case list-for"), _ASKS),
    "flags told": _person("/flags"),
    "flags extend": _person("/flags"),
    "flags seen": _person("/seen-again"),
    "repeats list": _LISTS_TO_OPERATORS,
    "repeats show": _SHOWS,
    "repeats figures": _LISTS,
    "repeats decide": _person("/cases"),
    "disclose": _person("/work", NAMED),
    "candidates dismiss": _person("/work"),
    "requests answer": _person("/requests"),
    "requests still-here": _ASKS,
    "obligations close": _ASKS,
    "records list": _LISTS,
    "records show": _SHOWS,
    "records ask": _ASKS,
    "records withdraw": _ASKS,
    "records answer": _person("/papers"),
    "records supplier": _person("/cases"),
    "transfer list": _LISTS,
    "channel list": _LISTS,
    "transfer notice": _ASKS,
    "transfer offer": _person("/cases"),
    "transfer accept": _person("/transfers"),
    "transfer decline": _person("/transfers"),
    "transfer withdraw": _person("/transfers"),
    "disclosures add": _person("/cases"),
    "referral show": _SHOWS,
    "case correct": _ASKS,
    "case corrections": _LISTS,
    "case decide": _person("/corrections"),
    "case seal": _OPERATORS,
    "case unseal": _person("/cases"),
    "case fled": _OPERATORS,
    "case safe": _person("/cases"),
    "seals decide": _OPERATORS,
    "referral add": _ACTS,
    "referral attach": _ASKS,
    "referral file": _SHOWS,
    "import": _ACTS,
    "publish": _SEES,
    "jobs list": _SEES,
    "jobs retry": _ACTS,
    "jobs cancel": _ACTS,
    "channel read": _SEES_ALL,
    "audit reads": Rule(Guard(OFFICERS, LIST, program=READ)),
    **dict.fromkeys(
        (
            *("init", "doctor", "serve", "worker", "console", "demo", "decide", "policy explain"),
            *("accounts invite", "accounts list", "accounts disable", "accounts reset"),
            *("certify", "keys list", "keys replace-root", "keys revoke", "keys rotate"),
            *("sync", "peer add", "peer remove", "peer list"),
            *("backup-key", "backup", "restore", "restored"),
            *(
                "audit verify",
                "audit resume",
                "audit heads",
                "audit reconcile",
                "audit request",
                "audit unusual",
            ),
        ),
        _OPERATORS,
    ),
}


@dataclass(frozen=True)
class Speaker:
    """Who acts at a command. `named`: as they are known, None where nobody is.

    `acting`: the account, on a node that has any.
    """

    node: Node
    command: str
    named: Requester | None = None
    acting: Acting | None = None

    @property
    def typed(self) -> bool:
        """Whether a file may say who acts: nobody has an account, or the operator acts."""
        return self.acting is None

    @property
    def account(self) -> Requester | None:
        """Who acts by an account; None where a file says it."""
        return self.named if self.acting else None

    @property
    def opens(self) -> Callable[[CaseDetails], bool] | None:
        """Which of the cases that they find are their organisation's and role's; None where all are."""
        return opens(self.acting) if self.acting else None

    @property
    def corrector(self) -> Corrector | None:
        """As whom they propose a correction; None where nobody is."""
        if self.acting is not None:
            return Corrector.of(self.acting)
        return Corrector.named(self.named) if self.named else None

    def page(self, path: str) -> str:
        """Where a person does what follows, in the console; nothing where it is done by commands."""
        return address(self.node, path) if self.acting else ""

    @contextmanager
    def opening(self, kind: str, number: str) -> Iterator[None]:
        """Look up what a command shows of a case, by what names it: kept once it is found, before it is printed.

        Kept also where there is no such thing, or none for them. Raises StorageError, and then nothing is shown.
        """
        try:
            yield
        except NotFoundError:
            self.leave(Came.refused, (kind, number))
            raise
        self.leave(Came.shown, (kind, number))

    def opening_case(self, case_ref: str) -> AbstractContextManager[None]:
        """As `opening`, of a case by its reference."""
        return self.opening("reference", self.node.case_digest(case_ref).hex())

    def leave(self, came: Came, *things: tuple[str, str]) -> None:
        """Keep that somebody opens something by this command. Raises StorageError."""
        account = self.acting.account if self.acting else None
        event = ReadEvent(
            at=self.node.now(),
            account=account.id if account else "",
            organisation=account.organisation if account else "",
            operator=_operating() if account is None else "",
            named=self.node.user(self.named.name) if account is None and self.named else "",
            place=f"hub {self.command}",
            things=things,
            came=came,
        )
        leave(self.node, event)

    def reads(self) -> Callable[[RecordedCheck], bool]:
        """Which checks they may read, beside what they are excluded from."""
        return checks_read(self.node, self.acting) if self.acting else lambda _: True

    def sees(self) -> Callable[[bytes | None], bool]:
        """Which cases they may open, by the digests of their references, beside what they are excluded from."""
        if self.acting is None:
            return lambda _: True
        found = opener(self.node, self.acting)
        return lambda digest: digest is not None and found(digest)


def speaker(node: Node, command: str, who: Path | None = None, token: Path | None = None) -> Speaker:
    """Who acts at a command. `who`: the file of a typed name; `token`: that of a token.

    That somebody opens a list is kept here; of what a command shows of one case, by `Speaker.opening`.
    Raises NoTokenError, NotAllowedError, UsageError, InputError on a bad file; RowsError, StorageError.
    """
    known = _known(node, command, who, token)
    if RULES[command].guard.reads is LIST:
        known.leave(Came.shown)
    return known


def _known(node: Node, command: str, who: Path | None, token: Path | None) -> Speaker:
    rule, given = RULES[command], _token(token)
    if not has_accounts(node):
        if given is not None:
            text = "Nobody has an account on this node, so that no token holds here."
            raise UsageError(
                text, kept="Nothing was done.", do=f"Take --token-file and {TOKEN_VARIABLE} away."
            )
        return Speaker(node, command, _typed(node, who))
    if who is not None:
        raise typed_name(node, rule)
    if rule.guard.program == PERSON:
        raise takes_person(node, rule.page)
    if rule.operators and given is None:
        return Speaker(node, command, _typed(node, None))
    if rule.guard.open:
        text = "This is the operator's own to do, and is recorded as the operator's."
        raise UsageError(text, kept="Nothing was done.", do=f"Take --token-file and {TOKEN_VARIABLE} away.")
    found = bearer(node, given) if given else None
    if (
        found is None
        or not rule.guard.admits(found.acting.account.role)
        or rule.guard.program not in {scope.value for scope in found.scopes}
    ):
        raise _no_token(node, rule)
    officer = found.acting.account.role is AccountRole.data_protection_officer  # Asks and decides nothing.
    return Speaker(node, command, None if officer else found.acting.requester, found.acting)


def says(node: Node, command: str, who: Path | None) -> Requester | None:
    """Who says something: by a file of theirs or, where people have accounts, the operator whose act it is.

    Raises as `speaker`.
    """
    named = speaker(node, command, who).named
    return operator_of(node) if named is None and has_accounts(node) else named


def decides(node: Node, command: str, who: Path | None) -> Requester:
    """As `says`, where somebody has to. Raises UsageError where nobody is named."""
    named = says(node, command, who)
    if named is None:
        raise UsageError(
            "It is not said who decides.", kept="Nothing was done.", do="Say it: --as WHO.json, a requester."
        )
    return named


def typed_name(node: Node, rule: Rule) -> UsageError:
    """The error for a name that somebody typed, on a node whose people have accounts."""
    do = _in_console(node, rule.page) if rule.guard.program == PERSON else _by_token(node, rule)
    if rule.guard.open:
        do = "Leave the name out: this is recorded as the operator's."
    return UsageError(
        "People have accounts on this node, and a name that is typed is nobody's.",
        kept="Nothing was done.",
        do=do,
    )


def takes_person(node: Node, page: str) -> NotAllowedError:
    """The error for what somebody does who signs in."""
    return NotAllowedError(
        "This takes a person, who signs in: people have accounts on this node.",
        kept="Nothing was done.",
        do=_in_console(node, page),
    )


def address(node: Node, page: str) -> str:
    """A page of the console as people open it."""
    return f"{node.settings.console.url or 'the console'}{page}"


def _no_token(node: Node, rule: Rule) -> NoTokenError:
    """The one error, whether there is no token, it does not hold any more, or it is for something else."""
    return NoTokenError(
        "People have accounts on this node, and no token was shown that holds for this.",
        kept="Nothing was done.",
        do=_by_token(node, rule),
    )


def _in_console(node: Node, page: str) -> str:
    return f"Sign in and do it there: {address(node, page)}."


def _by_token(node: Node, rule: Rule) -> str:
    what = "asking" if rule.guard.program == ASK else "reading"
    return (
        f"Sign in to the console and do it there, or make a token for {what} at {address(node, '/programs')} and"
        f" give its file: --token-file FILE, or the token itself in {TOKEN_VARIABLE}."
    )


def _token(file: Path | None) -> str | None:
    """The token that was given, in a file or else in the environment; None where none was. Raises UsageError."""
    if file is None:
        return os.environ.get(TOKEN_VARIABLE, "").strip() or None
    if not file.is_file():
        raise UsageError("--token-file is not a file.", kept="Nothing was done.", do="Give its path.")
    return read_secret(file).strip()


def _operating() -> str:
    """Whoever runs the command, as the machine knows them: no variable of theirs says it."""
    try:
        return pwd.getpwuid(os.getuid()).pw_name
    except KeyError:
        return str(os.getuid())


def _typed(node: Node, who: Path | None) -> Requester | None:
    """Who acts as a file says; somebody unnamed reads that there may be more to see. Raises InputError."""
    if who is not None:
        return read_document(who, Requester, "the file of who asks")
    with suppress(UsageError):  # Told by whatever needs the list of staff.
        if restrictions_on(node, None).any:
            how = "--token-file" if has_accounts(node) else "--as WHO.json"
            err.print(f"Cases that are restricted for somebody are not shown without {how}.")
    return None
