"""`hub audit reads`: who opened which case, for the data-protection officer."""

from __future__ import annotations

import datetime as dt
from typing import Annotated

import typer

from hub.checks.openings import OpeningLine, Openings, Wanted, facts, openings_for, openings_named
from hub.cli.acting import TokenFile, speaker
from hub.cli.options import Home, Json, Who, opened_to_read, read_case_ref
from hub.cli.output import counted, err, out, plain, print_json
from hub.records.reads import Came


def reads(
    home: Home,
    days: Annotated[int, typer.Option(min=1, max=3_660, help="So many days, until today.")] = 30,
    one_case: Annotated[
        bool,
        typer.Option("--one-case", help="Of the case whose reference is read from standard input."),
    ] = False,
    for_her: Annotated[
        bool,
        typer.Option("--for-her", help="Of that case, what the victim may be told: bodies, roles and days."),
    ] = False,
    who: Who = None,
    token: TokenFile = None,
    as_json: Json = False,
) -> None:
    """Show who opened which case, who tried to open what is not there for them, and what is unusual in it.

    For the data-protection officer, by a token of theirs where people have accounts. Cases stand by their numbers.
    """
    with opened_to_read(home, as_json=as_json) as node:
        known = speaker(node, "audit reads", who, token)
        case_ref = read_case_ref() if one_case or for_her else ""
        wanted = Wanted(number=case_ref, since=node.today() - dt.timedelta(days=days - 1))
        if known.acting is not None:
            found = openings_for(node, known.acting, wanted)
        else:
            found = openings_named(node, known.named, wanted)
        if for_her:
            _show_facts(found, as_json=as_json)
        elif as_json:
            unusual = [{**one._asdict(), "day": one.day.isoformat()} for one in found.unusual]
            lines = [_row(one) for one in found.lines]
            print_json({"reads": lines, "unusual": unusual, "unread": found.unread})
        else:
            _show(found)


def _show_facts(found: Openings, *, as_json: bool) -> None:
    told = list(facts(found.lines))
    if as_json:
        print_json({"facts": [{**one._asdict(), "day": one.day.isoformat()} for one in told]})
        return
    for one in told:
        things, times = ", ".join(one.things), counted(one.times, "time/times")
        body = one.organisation or "this node"
        out.print(plain(f"{one.day}: {body}, {one.role or 'by a command'}: {things} ({times})"))
    if not told:
        out.print("Nobody opened it.")


def _show(found: Openings) -> None:
    for one in found.lines:
        cases = ", ".join(case.number or "not held here" for case in one.cases) or "none"
        came = "" if one.came is Came.shown else " Nothing was shown."
        where = one.organisation or "on the machine"
        out.print(plain(f"{_moment(one)} {one.who}, {where}: {one.thing}, case {cases}. {one.place}.{came}"))
    for sign in found.unusual:
        usually = f"{sign.what} {sign.counted}, usually {sign.usual}"
        out.print(plain(f"To ask about: {sign.day} {sign.who}: {usually}"))
    if not found.lines:
        out.print("Nobody opened any.")
    if found.unread:
        lines = counted(found.unread, "line of the journal is/lines of the journal are")
        err.print(f"{lines} not as this node wrote them: who opened what is not complete.")


def _row(one: OpeningLine) -> dict[str, object]:
    return {
        "at": _moment(one),
        "who": one.who,
        "organisation": one.organisation,
        "role": one.role,
        "thing": one.thing,
        "place": one.place,
        "cases": [case.number for case in one.cases],
        "came": one.came,
    }


def _moment(one: OpeningLine) -> str:
    return f"{one.at:%Y-%m-%dT%H:%M:%SZ}"
