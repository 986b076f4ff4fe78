"""`hub case seal`, `hub case unseal`, `hub seals list` and `hub seals decide`.

A case's reference is read from standard input: arguments are seen in process lists and kept in shells' histories.
"""

from __future__ import annotations

import datetime as dt
from pathlib import Path
from typing import Annotated, Any, Final

import typer

from hub.cases.hidden_for import Counts, HiddenFor
from hub.cases.likenesses import likenesses_shown
from hub.cases.seals import (
    Resealed,
    Said,
    ShownLikeness,
    decide_likeness,
    seal_case,
    shown_likenesses,
)
from hub.cli.acting import Speaker, TokenFile, decides, speaker
from hub.cli.options import Because, By, Home, Json, Who, opened, opened_to_read, read_case_ref
from hub.cli.output import counted, err, out, plain, print_json
from hub.records.reads import Came
from hub.records.words import SealWord
from hub.values import Person, day_in_words, typed

seals_app = typer.Typer(help="Who may be a sealed person on another case.", no_args_is_help=True)


def seal(home: Home, because: Because, who: By = None, as_json: Json = False) -> None:
    """Seal the case whose reference is read from standard input: its people leave the feed at once.

    The node's other records of them are sealed too, where that is certain; where it is likely a person decides.
    """
    _reseal(home, who, because, sealed=True, as_json=as_json)


def unseal(home: Home, because: Because, who: By = None, as_json: Json = False) -> None:
    """Unseal the case whose reference is read from standard input, and those that were sealed for it alone.

    For a manager whom staff.toml names; another person reviews it. A case on which somebody is sealed elsewhere
    stays sealed.
    """
    _reseal(home, who, because, sealed=False, as_json=as_json)


def _reseal(home: Path, who: Path | None, because: str, *, sealed: bool, as_json: bool) -> None:
    with opened(home, as_json=as_json) as node:
        said = Said(decides(node, "case seal" if sealed else "case unseal", who), because)
        done = seal_case(node, read_case_ref(), said, sealed=sealed)
        _tell(done, as_json=as_json)


@seals_app.command("list")
def list_(
    home: Home,
    every: Annotated[
        bool, typer.Option("--all", help="Also those that are certain, or were decided.")
    ] = False,
    who: Who = None,
    token: TokenFile = None,
    as_json: Json = False,
) -> None:
    """List who may be somebody whom another case hides. Until somebody decides, their cases are hidden too."""
    with opened_to_read(home, as_json=as_json) as node:
        known = speaker(node, "seals list", who, token)
        found = _shown(known, every=every)
        handles = dict.fromkeys(case for one in found for case in (one.case, one.likeness.sealed_case))
        known.leave(Came.shown, *(("case", one) for one in handles))
        if as_json:
            print_json({"seals": [_document(one) for one in found]})
            return
        for one in found:
            _show(one, known, home)
        if not found:
            out.print("Nothing waits." if not every else "There is none.")


@seals_app.command("decide")
def decide(
    home: Home,
    number: Annotated[
        str, typer.Argument(metavar="ID", help="As `hub seals list` shows it.", show_default=False)
    ],
    same: Annotated[bool, typer.Option("--same/--not-same", help="What was decided.", show_default=False)],
    because: Because,
    who: By = None,
    as_json: Json = False,
) -> None:
    """Decide whether somebody is the sealed person: then the case stays sealed, or is decided anew without that.

    That they are not is for a manager whom staff.toml names; another person reviews it.
    """
    with opened(home, as_json=as_json) as node:
        said = Said(decides(node, "seals decide", who), because)
        _tell(decide_likeness(node, number, said, same=same), as_json=as_json)


def _shown(known: Speaker, *, every: bool) -> list[ShownLikeness]:
    """The likenesses of which they may open both cases."""
    if known.acting is not None:
        return likenesses_shown(known.node, known.acting, every=every)
    return shown_likenesses(known.node, known.named, every=every)


_ELSEWHERE: Final = {
    HiddenFor.sealed: "is sealed on another case",
    HiddenFor.fled: "fled an area by another case",
    HiddenFor.not_known: "may have fled an area by another case",
    HiddenFor.another: "is hidden on another case",
}
_BY_THAT_CASE: Final = {
    HiddenFor.sealed: "who is sealed on",
    HiddenFor.fled: "who fled an area by",
    HiddenFor.not_known: "who may have fled an area by",
    HiddenFor.another: "who is hidden on",
}


def found_words(same: Counts, waiting: Counts) -> list[str]:
    """What is said of records that are, or may be, of somebody whom another case hides."""
    words = []
    for why, said in _ELSEWHERE.items():
        if same[why]:
            some = counted(same[why], "record is of somebody/records are each of somebody")
            words.append(f"{some} who {said}: hidden too.")
    for why, said in _ELSEWHERE.items():
        if waiting[why]:
            words.append(
                f"{counted(waiting[why], 'record/records')} may be of somebody who {said}. Until somebody decides, "
                "their cases are hidden too: see `hub seals list`."
            )
    return words


def _tell(done: Resealed, *, as_json: bool) -> None:
    if as_json:
        print_json(
            {
                "sealed": done.sealed,
                "withdrawn": done.withdrawn,
                "also_sealed": done.also.total(),
                "waiting": done.waiting.total(),
                "before": done.before and _before(done.before),
            }
        )
        return
    if done.before is not None:
        word = "Sealed" if done.before.sealed else "Unsealed"
        when = day_in_words(_day(done.before))
        by = f"by {done.before.by}" if done.before.by else "when its altered rows were accepted"
        out.print(plain(f"{word} already {by}, on {when}. Nothing was changed."))
    if not done.sealed:
        out.print("The case is not sealed. `hub publish` adds its people to the feed if they may be matched.")
    elif done.for_others:
        out.print("The case is hidden for somebody on it whom another case hides, or may.")
        out.print("See `hub seals list --all`.")
    else:
        out.print("The case is sealed.")
    if done.unread:
        err.print(
            f"[bold]Warning:[/] {plain(done.unread)} Who left the feed is not told before that is put right."
        )
    if done.withdrawn:
        some = counted(done.withdrawn, "person has/people have")
        out.print(f"{some} left the feed: peers' next questions do not match them.")
    for line in found_words(done.also, done.waiting):
        out.print(line)


def _before(word: SealWord) -> dict[str, Any]:
    return {"sealed": word.sealed, "by": word.by, "on": _day(word).isoformat()}


def _day(word: SealWord) -> dt.date:
    return _on(word.at)


def _on(at: int) -> dt.date:
    return dt.datetime.fromtimestamp(at, dt.UTC).date()


def _document(one: ShownLikeness) -> dict[str, Any]:
    like = one.likeness
    return {
        "id": like.id,
        "certain": like.certain,
        "decided": like.decided,
        "by": like.by,
        "because": like.because,
        "on": _on(like.at).isoformat() if like.at else None,
        "hidden_for": one.why.value,
        "case_ref": one.case_ref,
        "person": _person(one.person),
        "sealed_case_ref": one.sealed_case_ref,
        "sealed_person": _person(one.sealed_person),
    }


def _show(one: ShownLikeness, known: Speaker, home: Path) -> None:
    like = one.likeness
    how = "is" if like.same else "may be" if like.seals else "is not"
    out.print(plain(f"{like.id}  {_words(one.person)}, on {one.case_ref},"))
    out.print(plain(f"  {how} {_words(one.sealed_person)}, {_BY_THAT_CASE[one.why]} {one.sealed_case_ref}."))
    if like.decided:
        same = "the same person" if like.same else "somebody else"
        when = f" on {day_in_words(_on(like.at))}" if like.at else ""
        out.print(plain(f"  Decided by {like.by}{when}: {same}. {like.because}"))
    elif like.certain:
        how = known.page(f"/seals/{like.id}")
        line = how or f"{typed('seals decide', home, like.id)} --not-same --as WHO.json --because ..."
        out.print(
            "  Certain, as they are written down: nobody has to decide. If it is somebody else all the same:"
        )
        out.print(plain(f"  {line}"))
    else:
        how = known.page(f"/seals/{like.id}")
        line = (
            how or f"{typed('seals decide', home, like.id)} --same or --not-same --as WHO.json --because ..."
        )
        out.print(plain(f"  To decide: {line}"))


def _words(person: Person) -> str:
    name = f"{person.given_names} {person.surname}".strip()
    aliases = f" (also {'; '.join(person.aliases)})" if person.aliases else ""
    return f"{name}{aliases}, {person.role}, born {person.date_of_birth or 'on a day not recorded'}"


def _person(person: Person) -> dict[str, Any]:
    return {
        "role": person.role.value,
        "given_names": person.given_names,
        "surname": person.surname,
        "aliases": list(person.aliases),
        "date_of_birth": person.date_of_birth,
    }
