"""`hub case safe`: taking off whom the victim named as not safe to talk to. Names come from standard input."""

from __future__ import annotations

from typing import Annotated

import typer

from hub.cases.not_safe import named_on, take_off
from hub.cases.seals import Said
from hub.cli.acting import decides
from hub.cli.options import By, Home, Json, opened, read_case_ref, read_line
from hub.cli.output import out, plain, print_json


def safe(
    home: Home,
    who: By = None,
    because: Annotated[
        str, typer.Option("--because", metavar="TEXT", help="Why; kept.", show_default=False)
    ] = "",
    listing: Annotated[
        bool, typer.Option("--list", help="Show who stands there, and change nothing.")
    ] = False,
    as_json: Json = False,
) -> None:
    """Take somebody off those whom the victim named as not safe to talk to.

    Standard input has the case's reference and, on the next line, the name as --list shows it. For a manager whom
    staff.toml names; another person reviews it. Nobody is told of anyone by this.
    """
    with opened(home, as_json=as_json) as node:
        by = decides(node, "case safe", who)
        case_ref = read_case_ref()
        if listing:
            named = named_on(node, case_ref, by)
            if as_json:
                print_json({"not_safe_to_talk_to": named})
                return
            for one in named:
                out.print(plain(one))
            if not named:
                out.print("Nobody stands on this case as not safe to talk to.")
            return
        entry = read_line("Name, as it stands there", "The name of who is safe to talk to was not given.")
        done = take_off(node, case_ref, entry, Said(by, because))
        if as_json:
            print_json({"taken_off": done.taken_off, "not_safe_to_talk_to": done.left})
            return
        out.print(plain(f"Taken off: {'; '.join(done.taken_off)}. Left: {'; '.join(done.left) or 'nobody'}."))
        out.print(
            "What another case says of the same people counts as before. A file imported later that names them "
            "adds them again. Another manager reviews this: `hub obligations list`."
        )
