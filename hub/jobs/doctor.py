"""What a node lacks before a first question can be asked and answered, and what else its operator should see to.

A list of questions to the node, each of which gives what it found, with what to do about it. Looks, and mends
nothing; no answer is about a person. Asks no other node; the provider of sign-in it asks.
"""

from __future__ import annotations

import asyncio
import shutil
from collections.abc import Callable, Iterator
from typing import Final, NamedTuple

from hub.accounts.accounts import every_account
from hub.accounts.organisations import every_organisation, folded
from hub.cases.access import of_no_case
from hub.cases.staff import staff_list
from hub.checks.unattended import count_unattended
from hub.consent import digest_said
from hub.crypto.notify import NotifyKey
from hub.errors import HubError
from hub.federation.differences import differences
from hub.federation.peers import DisabledPeer, every_known
from hub.jobs.carriers import secret_of
from hub.jobs.listing import worker_state
from hub.jobs.notices import mail_address, told_by_notice
from hub.jobs.warnings import backup_warning, exclusion_of_no_case
from hub.node.certificates import own_certificate
from hub.node.keys import ROOT_KEY
from hub.node.node import Node, key_folder
from hub.node.notice_settings import NotifyService
from hub.node.settings import SHIPPED_CONFIG, Contact, config_file
from hub.node.status import status_of
from hub.records import restorations
from hub.records.accounts import AccountRole, AccountState
from hub.records.channels import every_channel
from hub.store import feeds, notices
from hub.store.outbox import DeliveryState
from hub.values import Mode, Purpose, typed
from hub.wire.certificates import certificate_warning

LEAST_FREE: Final = 1_000_000_000  # bytes
SOON_DAYS: Final = 30


class Finding(NamedTuple):
    """What is not as it should be, and what to do. `missing`: no question can be asked or answered before it is."""

    about: str
    what: str
    do: str
    missing: bool = True


def findings(node: Node) -> list[Finding]:
    """Everything found, in the order in which it is best seen to. What a question fails on is a finding too."""
    found: list[Finding] = []
    for about, question in QUESTIONS.items():
        try:
            found += [Finding(about, *one) for one in question(node)]
        except HubError as error:
            found.append(Finding(about, error.text, error.do or "Correct it, and run this again."))
    return found


Found = Iterator[tuple[str, str] | tuple[str, str, bool]]


def _restoration(node: Node) -> Found:
    with node.read() as tx:
        restoring = restorations.open_one(tx) is not None
    if restoring:
        text = "This node was brought back from a backup: it publishes nothing and answers no peer until somebody"
        do = f"`{typed('restored', node.home)}` lists what is left to do, and ends it."
        yield f"{text} says that what happened since is in it.", do


def _agency(node: Node) -> Found:
    settings = node.settings
    for name in ("agency", "agency_kind"):
        if not getattr(settings, name):
            yield (
                f"`{name}` is not in node.toml: nothing is published or answered before this node says who it is.",
                "Write it there, as the agreements name it; config/node.example.toml shows how.",
            )
    if settings.contact == Contact():
        yield (
            "`[contact]` in node.toml has no telephone: other areas see none beside your answers.",
            'Write `phone` and `hours` there, such as phone = "01632 960101".',
        )


def _agreements(node: Node) -> Found:
    found, today, settings = node.agreements, node.today(), node.settings
    yield from ((one.text, one.do) for one in found.broken)
    if settings.agreement is not None:
        text = "`[agreement]` in node.toml is read no more: it names no basis."
        yield text, "Put the agreement into `agreements` in the home, as a file, and take that out.", False
    in_force = [one for one in found.held if not one.why_not_on(today)]
    for one in found.held:
        if why := one.why_not_on(today):
            yield f"Nothing rests on {one.ref}: {why}.", "Renew it, with the same file in every area.", False
    if not in_force:
        text = "No agreement is held and in force: nothing is published, and a question needs a legal ground."
        do = "Copy `agreements/agreement.toml.example` in the home to a file *.toml beside it, put in what your"
        yield text, f"{do} agencies have signed, and give the other areas the same file."
        return
    kind, us = settings.agency_kind, f"{settings.agency or 'this agency'} ({settings.agency_kind})"
    if kind and not any(one.signed_by(node.node_id, settings.agency, kind) for one in in_force):
        text = f"No agreement names {us} as a signatory of {node.node_id}."
        yield text, "Make the name, kind and node id the same in node.toml and in the agreement."
    if not any(Purpose.publish in one.purposes for one in in_force):
        yield (
            "No agreement in force is for `publish`: nobody can be matched here.",
            "Agree on it, if it is wanted.",
        )
    for one in in_force:
        last = min(filter(None, (one.end, one.review)))
        if (last - today).days <= SOON_DAYS:
            text = f"{one.ref} is in force until {last}. After that nothing rests on it, and what it carries ends."
            yield text, f"{one.review_owner} reviews it before.", False


def _areas(node: Node) -> Found:
    own = node.areas.get(node.node_id)
    if config_file(node.home, "areas.toml").parent == SHIPPED_CONFIG:
        text = "The areas known are the invented ones: there is no config/areas.toml in the home."
        do = "Write one, as `config/areas.toml.example` there shows: each area's node id, name, telephone"
        yield text, f"{do} and neighbours."
    elif own is None or not own.neighbours:
        text = "config/areas.toml names no neighbours of this node, so that a question has no areas to go to."
        yield text, f"Put {node.node_id} into it, with its neighbours, or name areas in each question.", False
    for area in node.areas.area:
        if not area.contact.phone:
            text = f"{area.area} has no telephone in config/areas.toml."
            yield text, "Write it there: it is shown beside every result."


def _policy(node: Node) -> Found:
    for name, document in node.rules.policy.policy_documents.items():
        if document.example:
            text = (
                f"The appropriate policy document `{name}` in policy.toml is the example, which names none."
            )
            yield text, "Put in your own before real use; docs/consent.md says what it is.", False
        if not document.in_date(node.today()):
            text = f"The appropriate policy document `{name}` in policy.toml is not in date ({document.ref})."
            yield text, "Review it: until then whatever needs it is not covered."


def _keys(node: Node) -> Found:
    certificate = own_certificate(node).told
    if certificate.ended(node.clock()):
        yield (
            f"This node's certificate ended on {certificate.last_day}: no other area believes it.",
            "Bring its root key and run `hub certify`.",
        )
    elif ending := certificate_warning("This node's", certificate, node.clock()):
        yield ending, "Bring its root key and run `hub certify`.", False
    if (key_folder(node.home, node.settings) / ROOT_KEY).exists():
        text = "The root key lies beside the others: who takes this machine takes the node's identity."
        do = f"Move {node.settings.keys}/{ROOT_KEY} to an offline medium."
        yield text, do, node.settings.mode is Mode.live
    if node.settings.mode is Mode.trial:
        yield (
            "This node is on trial, for invented people alone.",
            "docs/operations.md: how it goes live.",
            False,
        )


def _peers(node: Node) -> Found:
    known = every_known(node)
    if not known:
        yield (
            "No other area's node is trusted, so there is nobody to ask.",
            f"Run `{typed('peer add', node.home, 'URL')}`.",
        )
    for peer in known.values():
        if isinstance(peer, DisabledPeer):
            yield (
                f"{peer.area} is neither asked nor answered: {peer.why.text}",
                peer.why.do or "Telephone them.",
            )
        elif peer.synced_at is None:
            yield f"There is no copy of {peer.area}'s feed yet.", f"Run `{typed('sync', node.home)}`.", False
    yield from ((one.text, one.do) for one in differences(node))


def _feed(node: Node) -> Found:
    with node.read() as tx:
        state = feeds.state(tx.session)
    if state is None:
        text = "Nothing has been published, so nobody who asks this node is answered."
        yield text, "Run `hub import` and `hub publish`: a feed of nobody will do."


def _worker(node: Node) -> Found:
    found = status_of(node)
    if found.late:
        text = f"Last done more than twice their interval ago: {', '.join(found.late)}."
        yield text, f"See `{typed('jobs list', node.home)}` and the worker's log.", False
    worker = worker_state(node)
    if not worker.running:
        age = None if worker.seen_at is None else node.now() - worker.seen_at
        seen = "has not been seen yet" if age is None else f"was last seen {age // 60} minutes ago"
        text = f"The worker {seen}: nothing is delivered, synced, published or signed by itself."
        yield (
            text,
            f"Start `{typed('worker', node.home)}` beside `{typed('serve', node.home)}`, as a service.",
        )


def _machine(node: Node) -> Found:
    found = status_of(node)
    if not found.ready:
        yield (
            f"The node cannot keep what it would answer ({', '.join(found.failing)}).",
            f"Check the database and its disk; `{typed('audit verify', node.home)}` looks at the log.",
        )
    free = shutil.disk_usage(node.home).free
    if free < LEAST_FREE:
        text = f"The disk of the home has {free // 1_000_000} MB left: a node on a full disk stops answering."
        yield text, "Make room: at least 1 GB."
    if warning := backup_warning(node):
        yield warning, "docs/operations.md says how, and how a node is brought back.", False
    if not node.settings.backup.recipients:
        text = "No backup can be made: `[backup]` in node.toml names nobody who could open one."
        yield text, "See docs/operations.md.", False


def _staff(node: Node) -> Found:
    """Raises UsageError when `staff.toml` is broken: nobody asks, and no case is shown, before it is right."""
    if not staff_list(node).staff:
        text = "staff.toml names nobody who works here: whether a question is about a colleague is not seen."
        do = "Write it in the home: `[[staff]]` for each, `[[exclusion]]` for whoever must not see a case."
        yield text, do, False
    for ref in of_no_case(node):
        yield exclusion_of_no_case(ref), "Correct it there, or enter or import the case.", False


def _console(node: Node) -> Found:
    """What keeps people from signing in: commands ask and answer without it."""
    url = node.settings.console.url
    if url is None:
        text = "`[console] url` is not in node.toml: nobody is told where the console is."
        yield (
            text,
            "Write where browsers reach it, with https on a live node; docs/operations.md says how.",
            False,
        )
    elif node.settings.mode is Mode.live and not node.settings.console.https:
        text = f"The console's address in node.toml is not https: {url}."
        yield (
            text,
            "Put a TLS proxy before it and write that address: a live node's console starts by no other.",
            False,
        )
    with node.read() as tx:
        managers = [
            one
            for one in every_account(tx)
            if one.role is AccountRole.manager and one.state is AccountState.open
        ]
    if not managers:
        text = "No manager has opened an account: nobody can confirm who may sign in to the console."
        yield (
            text,
            f"Run `{typed('accounts invite', node.home)}`, and have them open it in the console.",
            False,
        )
    elif len(managers) == 1:
        text = (
            "One manager alone has an account: should they lose the second factor, nobody could give another."
        )
        yield text, f"Invite another with `{typed('accounts invite', node.home)}`, whom they confirm.", False


def _provider(node: Node) -> Found:
    """Whether the provider of sign-in, if the node has one, is as a sign-in needs it: it is asked."""
    settings = node.settings.provider
    if settings is None:
        return
    # Of all commands this question alone speaks to a provider; the others start faster without.
    from hub.accounts.provider_client import look

    bodies = set(map(folded, settings.organisations))
    with node.read() as tx:
        known = {folded(one.name): one for one in every_organisation(tx)}
        theirs = {one.id for name, one in known.items() if name in bodies}
        with_password = [one for one in every_account(tx) if one.password and one.organisation in theirs]
    for name in settings.organisations:
        if folded(name) not in known:
            text = f"`organisations` of `[provider]` names a body that no account is of: {name}."
            yield text, "Write it as its accounts have it, or invite somebody of it.", False
    if with_password:
        text = f"Accounts of its organisations that still have a password: {len(with_password)}."
        do = "They go on with it. Two people give each a new start: see `hub accounts reset --help`."
        yield text, do, False
    try:
        asyncio.run(look(node))
    except HubError as error:
        do = "Correct `[provider]` in node.toml; where that is right, ring those who run the provider."
        yield f"Nobody signs in by the provider. {error.text}", do, False


def _requests(node: Node) -> Found:
    """Whether an Idva service for which something waits can answer it: it answers about its own records alone."""
    with node.read() as tx:
        if not every_account(tx):
            return
    for service, count in count_unattended(node).items():
        text = f"Requests of other areas that wait for {service}, of which nobody can sign in: {count}."
        do = f"Ring them, and invite one of theirs with `{typed('accounts invite', node.home)}`."
        yield text, do, False


def _deliveries(node: Node) -> Found:
    stopped = sum(count for state, count in status_of(node).deliveries.items() if state != DeliveryState.open)
    if stopped:
        yield (
            f"Deliveries that are not made and wait for a person: {stopped}.",
            f"See `{typed('jobs list', node.home)}`.",
            False,
        )


def _notices(node: Node) -> Found:
    """Whether people hear of what waits for them. Raises UsageError where a secret cannot be read."""
    settings = node.settings.notices
    if settings is None:
        text = "`[notices]` is not in node.toml: people hear of what waits for them only where they look."
        yield text, "Write how they are told, by a mail server or GOV.UK Notify: docs/operations.md.", False
        return
    secret = secret_of(node.home, settings)
    if isinstance(settings, NotifyService):
        NotifyKey.parse(secret)
    elif settings.user and not secret:
        text = "`[notices]` in node.toml has a `user` of the mail server, and no `password_file`."
        yield text, "Name the file that holds the password.", False
    without = sum(not mail_address(one) for one in told_by_notice(node))
    if without:
        text = f"People who sign in with what is no mail address, and so are sent no notices: {without}."
        yield text, "Invite them anew with their address at work.", False
    with node.read() as tx:
        failed = sum(row.state is not DeliveryState.open for row in notices.every(tx.session))
    if failed:
        text = f"Notices that were given up and wait for a person: {failed}."
        yield text, f"See `{typed('jobs list', node.home)}`.", False


def _channels(node: Node) -> Found:
    """How many sealed channels opened here wait. What managers here were asked this node cannot count."""
    with node.read() as tx:
        waits = [one for one in every_channel(tx) if one.open]
        over = sum(tx.now >= one.until for one in waits)
    if waits:
        text = f"Sealed channels that managers here opened and that are not at an end: {len(waits)}"
        do = "Each stands on its manager's own page: they log the call, put in what came, or close it."
        yield f"{text}; of which the time has passed: {over}.", do, False


QUESTIONS: Final[dict[str, Callable[[Node], Found]]] = {
    "restoration": _restoration,
    "machine": _machine,
    "agency": _agency,
    "agreements": _agreements,
    "areas": _areas,
    "policy": _policy,
    "keys": _keys,
    "peers": _peers,
    "feed": _feed,
    "worker": _worker,
    "console": _console,
    "provider": _provider,
    "requests": _requests,
    "deliveries": _deliveries,
    "notices": _notices,
    "channels": _channels,
    "staff": _staff,
}


def held_agreements(node: Node) -> list[dict[str, str | bool]]:
    """The agreements that are held, each with its digest as it is read out, and whether it is in force."""
    today = node.today()
    return [
        {
            "ref": one.ref,
            "digest": one.digest,
            "said": digest_said(one.digest),
            "in_force": not one.why_not_on(today),
            "review": one.review.isoformat(),
        }
        for one in node.agreements.held
    ]
