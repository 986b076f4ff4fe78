"""`hub restored`: what people did since the backup, and the end of the restoration."""

from __future__ import annotations

import asyncio
from pathlib import Path
from typing import Annotated, Any, Final, Literal

import typer

from hub.accounts.accounts import has_accounts
from hub.audit.events import Action
from hub.backup.finish import ToDo, finish, not_known_in_words, to_do, waive
from hub.backup.lost_acts import EXCLUDED
from hub.cases.access import restrictions_on
from hub.cases.kept_out import CaseRestrictions
from hub.cases.seals import Said
from hub.cases.staff import CaseExclusion
from hub.cli.acting import says
from hub.cli.options import Home, Json, opened
from hub.cli.output import EXIT_REFUSED, counted, err, out, plain, print_json
from hub.errors import LogError, UsageError
from hub.federation.client import PeerClient
from hub.federation.faults import fault_of
from hub.federation.heads import show_head
from hub.federation.peers import every_known
from hub.federation.rotate_keys import rotate
from hub.node.node import Node
from hub.records.cases import digest_for
from hub.records.restorations import LostAct
from hub.values import Requester

_IN_WORDS: Final = {
    Action.case_entered: "a case was entered by its stub",
    Action.paper_kept: "a paper was added to a case",
    Action.case_listed: "a case was listed for a meeting, moved to another, or taken off the list",
    Action.case_sealed: "a case was sealed",
    Action.case_unsealed: "a case was unsealed",
    Action.sealed_person_decided: "it was decided of somebody on a case whether they are a sealed person",
    Action.flight_answered: "it was answered whether anyone on a case fled an area",
    Action.not_safe_taken_off: "somebody on a case was said to be safe to talk to after all",
    Action.publication_ended: "a case ceased to be published",
    Action.pair_set_aside: "a candidate was dismissed",
    Action.pair_taken_back: "a dismissal was taken back",
    Action.area_rung: "an area was rung, and what was said written down",
    Action.disclosure_decided: "a disclosure was decided",
    Action.delivery_stopped: "a delivery was cancelled",
    Action.delivery_resumed: "a delivery was tried again",
    Action.obligation_closed: "an obligation was closed",
    Action.sharing_recorded: "rows were added to a disclosure log",
    Action.submission_made: "something was put before a manager",
    Action.submission_decided: "something that was put before a manager was signed, sent back or withdrawn",
    Action.transfer_offered: "a case was offered to another area",
    Action.transfer_received: "another area offered a case",
    Action.transfer_told: "another area said how far a case that moves is",
    # pragma: allowlist nextline secret
    Action.service_key_heard: "another area told the key of the Idva service to which a case moved",
    Action.handover_sent: "an Idva service handed over to the one of another area",
    Action.handover_came: "an Idva service of another area handed over to one here",
    Action.transfer_accepted: "a case that another area offered was accepted",
    Action.transfer_declined: "a case that another area offered was declined",
    Action.transfer_asked_back: "a case that was offered to another area was asked back",
    Action.channel_prepared: "a manager prepared a sealed channel",
    Action.channel_asked: "a manager logged the call of a sealed channel",
    Action.channel_answered: "another area's manager answered over a sealed channel",
    Action.channel_ended: "what came by a sealed channel was put into its case, or the channel ended",
    Action.papers_asked: "papers were asked of another area",
    Action.papers_asked_of_us: "another area asked for papers",
    Action.papers_decided: "papers that another area asked for were released or withheld",
    Action.papers_arrived: "papers came from another area",
    Action.papers_told: "another area was told what was decided about papers",
    Action.hearing_told: "another area was told the day of a later hearing",
    Action.hearing_heard: "another area told the day of a later hearing",
    Action.call_recorded: "it was recorded that an area was rung",
    Action.idva_referred: "a case was passed on to an Idva service",
    Action.idva_taken_on: "an Idva service took on somebody who was referred to it",
    Action.idva_tried: "an Idva service tried to be in contact with somebody",
    Action.duty_kept: "a body said who is on duty, and on what number",
    Action.account_invited: "somebody was invited to an account",
    Action.account_confirmed: "a manager confirmed an account",
    Action.account_disabled: "an account was disabled",
    Action.factor_reset_asked: "a new second factor was asked for",
    Action.factor_reset: "an account was given a new second factor",
    Action.peer_added: "an area's node was trusted",
    Action.peer_removed: "an area's node was trusted no more",
    Action.key_changed: "a key of this node was changed",
    Action.root_changed: "the root key was changed",
    Action.certificates_revoked: "certificates were revoked",
    EXCLUDED: "staff.toml had an exclusion",
}


def restored(
    home: Home,
    because: Annotated[
        str, typer.Option(help="The reason, which stands on the record.", show_default=False)
    ] = "",
    imported: Annotated[
        bool, typer.Option("--imported", help="The files since were imported again.")
    ] = False,
    waived: Annotated[
        bool, typer.Option("--waived", help="They are not, and somebody answers for that.")
    ] = False,
    numbers: Annotated[
        list[int] | None,
        typer.Option(
            "--waive-act",
            metavar="NUMBER",
            help="Do without something that was done by hand, as listed: a manager, --as. May be given again.",
            show_default=False,
        ),
    ] = None,
    not_known: Annotated[
        bool,
        typer.Option(
            "--acts-not-known",
            help="What was done by hand since the backup is not known, and a manager, --as, answers for that.",
        ),
    ] = False,
    who: Annotated[
        Path | None,
        typer.Option("--as", metavar="WHO.json", help="Who says so: a requester.", show_default=False),
    ] = None,
    as_json: Json = False,
) -> None:
    """List what was done by hand since the backup, and end the restoration: the node publishes and answers."""
    ending = imported or waived
    with opened(home, as_json=as_json, interrupted="What was recorded.") as node:
        asker = says(node, "restored", who)
        _require_sense(because, asker, ends=(imported, waived), waives=(bool(numbers), not_known))
        if numbers:
            waive(node, numbers, Said(asker or _nobody(), because))
        to_do(node)  # There is one, or nobody is asked.
        unheard = asyncio.run(_hear_from_peers(node))
        if ending:
            said = Said(asker or _nobody(), because) if not_known else None
            how: Literal["imported", "waived"] = "imported" if imported else "waived"
            finish(node, how, because, unheard=unheard, without_knowing=said)
            done = rotate(node)
            if as_json:
                print_json({"people": done.people})
            else:
                some = counted(done.people, "person/people")
                out.print(f"The node publishes and answers again: {some} can be matched by peers' checks.")
            return
        found = to_do(node)
        _list(found, restrictions_on(node, None if has_accounts(node) else asker), node, as_json=as_json)
        if found.left or not found.all_known:
            raise typer.Exit(EXIT_REFUSED)


async def _hear_from_peers(node: Node) -> list[str]:
    """Hear from each area what it holds of the log as it was; gives the names of those that cannot be asked."""
    unheard: list[str] = []
    async with PeerClient(node) as client:
        for peer, known in every_known(node).items():
            if not known.asked:
                continue
            try:
                await show_head(node, client, peer)
            except LogError:
                raise
            except Exception as error:  # noqa: BLE001 - one area's fault is not the others'
                unheard.append(known.area)
                err.print(plain(f"{known.area} could not be asked what it holds. {fault_of(error).text}"))
    return unheard


def _require_sense(
    because: str, who: Requester | None, *, ends: tuple[bool, bool], waives: tuple[bool, bool]
) -> None:
    what, do = "", ""
    if all(ends):
        what, do = "Say either --imported or --waived.", "Give one."
    elif any((*ends, *waives)) and not because.strip():
        what, do = "That needs its reason.", "Give --because."
    elif any(waives) and who is None:
        what, do = "That needs who answers for it.", "Give --as WHO.json."
    elif waives[1] and not any(ends):
        what, do = "--acts-not-known goes with --imported or --waived.", "Give one."
    if what:
        raise UsageError(what, kept="Nothing was changed.", do=do)


def _list(found: ToDo, hidden: CaseRestrictions, node: Node, *, as_json: bool) -> None:
    acts = [_document(one, found, hidden, node) for one in found.acts]
    if as_json:
        print_json(
            {
                "backup_at": found.backup_at,
                "all_known": found.all_known,
                "lost_by_peers": found.lost_by_peers,
                "acts": acts,
            }
        )
        return
    for one in acts:
        about = f": {one['about']}" if one["about"] else ""
        at = one["at"][:16].replace("T", " ") or "at some time"
        out.print(plain(f"{one['number']:>4}  {at:<16}  {one['state']:<6}  {one['what']}{about}"))
    if not acts:
        out.print("Nothing is known to have been done by hand since the backup.")
    if not found.all_known:
        what = not_known_in_words(found.backup_at)
        out.print(f"[bold]{what}[/]: the log of the home as it was cannot be read to its end.")
    if found.lost_by_peers:
        out.print(f"Lost, by what other areas hold: {found.lost_by_peers} entries of the audit log.")
    if found.left:
        out.print(
            f"{len(found.left)} to be done again, or waived: --waive-act NUMBER --as WHO.json --because ..."
        )


def _document(act: LostAct, found: ToDo, hidden: CaseRestrictions, node: Node) -> dict[str, Any]:
    """An act as people see it. Of a case that is restricted for somebody the reference is not told without --as."""
    state = "waived" if act.waived_by else "to do" if act in found.left else "done"
    return {
        "number": act.number,
        "at": act.at,
        "action": act.action,
        "kind": act.kind,
        "what": _IN_WORDS.get(act.action, act.action),
        "about": _about(act, hidden, node),
        "state": state,
        "waived_by": act.waived_by,
        "waived_because": act.waived_because,
    }


def _about(act: LostAct, hidden: CaseRestrictions, node: Node) -> str:
    if act.case_ref:
        if hidden.restricts(digest_for(node.keys.vault, act.case_ref, act.apart)):
            return "a case with exclusions, shown to whoever may know of it (--as WHO.json)"
        extra = ", ".join(filter(None, (act.kind, _answer(act), _excluded(act))))
        return f"{act.case_ref} ({extra})" if extra else act.case_ref
    if act.exclusion:
        return _excluded(act)
    refs = act.about.model_dump(exclude_none=True)
    return ", ".join([*filter(None, [act.kind]), *(f"{name} {value}" for name, value in refs.items())])


def _answer(act: LostAct) -> str:
    if act.action != Action.flight_answered or act.fled_from is None:
        return ""
    return "fled from " + (", ".join(act.fled_from) or "none")


def _excluded(act: LostAct) -> str:
    if not act.exclusion:
        return ""
    one = CaseExclusion.model_validate_json(act.exclusion)
    return "excluded: " + ", ".join(filter(None, (one.person, one.team, one.agency)))


def _nobody() -> Requester:
    raise UsageError("That needs who answers for it.", kept="Nothing was changed.", do="Give --as WHO.json.")
