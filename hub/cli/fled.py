"""`hub case fled`: correcting whether anyone on a case fled an area. Its reference is read from standard input."""

from __future__ import annotations

from typing import Annotated

import typer
from pydantic import TypeAdapter, ValidationError

from hub.cases.areas import unknown_among
from hub.cases.flight import correct_answer
from hub.cases.seals import Said
from hub.cli.acting import decides
from hub.cli.options import Because, By, Home, Json, opened, read_case_ref
from hub.cli.output import counted, err, out, plain, print_json
from hub.consent.form.fled import NOT_KNOWN, FledFrom, fled_areas
from hub.errors import InputError, UsageError
from hub.node.node import THE_OPERATOR

UNKNOWN = (
    "{} is no area that this node knows, by id or name. Nobody is told about anyone on this case before that is "
    "put right with `hub case fled`, unless a manager decides."
)


def fled(
    home: Home,
    because: Because,
    who: By = None,
    area: Annotated[
        list[str] | None,
        typer.Option(help="An area fled, by node id or name; once for each.", show_default=False),
    ] = None,
    not_known: Annotated[bool, typer.Option("--not-known", help="Nobody could say, or not of all.")] = False,
    nobody: Annotated[bool, typer.Option("--nobody", help="Nobody here fled an area.")] = False,
    as_json: Json = False,
) -> None:
    """Correct whether anyone fled an area, on the case whose reference is read from standard input.

    What is given takes the place of what was answered before. A more careful answer counts at once; to take back an
    area, or that it is not known, is for a manager whom staff.toml names; another
    person reviews it. Nobody is told of anyone by this.
    """
    with opened(home, as_json=as_json) as node:
        by = decides(node, "case fled", who)
        answer = _answer(area or [], not_known=not_known, nobody=nobody)
        said = Said(by, because)
        done = correct_answer(node, read_case_ref(), answer, said)
        with node.read() as tx:
            unknown = unknown_among(tx, answer)
        before = None if by.name == THE_OPERATOR else done.before  # Who opens no case reads nothing of one.
        if as_json:
            document = {"before": before, "fled_from": done.now, "withdrawn": done.withdrawn}
            print_json({**document, "unknown_areas": unknown})
            return
        shown = "" if by.name == THE_OPERATOR else f"Before: {_words(done.before)}. "
        out.print(plain(f"{shown}Now: {_words(done.now)}."))
        if done.withdrawn:
            out.print(f"{counted(done.withdrawn, 'person has/people have')} left the feed.")
        out.print(
            "What another case says of the same people counts as before; so does an earlier question: ask again."
        )
        for one in unknown:
            err.print(plain(UNKNOWN.format(one)))


def _answer(areas: list[str], *, not_known: bool, nobody: bool) -> tuple[str, ...]:
    if nobody == bool(areas or not_known):
        raise UsageError(
            "Say who fled: --area, --not-known, or --nobody alone.",
            kept="Nothing was changed.",
            do="Give one.",
        )
    try:
        given: tuple[str, ...] = TypeAdapter(FledFrom).validate_python(
            tuple(dict.fromkeys([*areas, *([NOT_KNOWN] if not_known else [])]))
        )
    except ValidationError:
        raise InputError(
            "--area is not an area's node id or name.", kept="Nothing was changed.", do="See `hub peer list`."
        ) from None
    return given


def _words(answer: tuple[str, ...] | None) -> str:
    if answer is None:
        return "nobody had answered"
    return "; ".join([*fled_areas(answer), *(["not known"] if NOT_KNOWN in answer else [])]) or "nobody fled"
