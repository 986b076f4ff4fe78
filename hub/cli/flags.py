"""`hub flags`: which cases are flagged until when, which agencies were told, and who was seen again."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer
from pydantic import Field

from hub.cases.flags import Extension, agencies_of, extend, flags, seen_again, tell
from hub.checks.read import read_document
from hub.cli.acting import TokenFile, speaker
from hub.cli.options import Home, Json, Who, opened, opened_to_read
from hub.cli.output import counted, out, plain, print_json
from hub.cli.repeats import case_of, looker
from hub.errors import InputError
from hub.values import LongText, Person, ShortText, Value, day_in_words

flags_app = typer.Typer(
    help="Flags of this node's cases, for twelve months from the meeting.", no_args_is_help=True
)


class Told(Value):
    """That an agency was told of flags."""

    agency: ShortText = Field(min_length=1)
    case_refs: tuple[ShortText, ...] = Field(min_length=1, max_length=1_000)


class Longer(Extension):
    """That a flag stands for longer."""

    case_ref: ShortText = Field(min_length=1)


class Seen(Value):
    """That somebody was seen again."""

    person: Person
    words: LongText = Field(min_length=1)


Document = Annotated[
    Path,
    typer.Argument(metavar="SAID.json", help="What is said; docs/formats.md has it.", show_default=False),
]


@flags_app.command("list")
def list_(home: Home, who: Who = None, token: TokenFile = None, as_json: Json = False) -> None:
    """List the flags that stand, until when, and which agencies are still to be told."""
    with opened_to_read(home, as_json=as_json) as node:
        found = flags(node, looker(speaker(node, "flags list", who, token)))
        agencies = agencies_of(node)
        if as_json:
            rows = [
                {
                    "case_ref": one.case_ref,
                    "meeting": one.meeting.isoformat(),
                    "until": one.until.isoformat(),
                    "to_tell": one.to_tell(agencies),
                    "seen": [each.model_dump(mode="json") for each in one.kept.seen],
                }
                for one in found
            ]
            print_json({"flags": rows})
            return
        for one in found:
            left = ", ".join(one.to_tell(agencies)) or "nobody"
            out.print(plain(f"Case {one.case_ref}: until {day_in_words(one.until)}. Still to tell: {left}."))
            for each in one.kept.seen:
                out.print(plain(f"  Seen again by {each.agency} on {day_in_words(each.on)}: {each.words}"))
        if not found:
            out.print("No flag stands.")


@flags_app.command("told")
def told(home: Home, file: Document, who: Who = None, as_json: Json = False) -> None:
    """Keep that an agency was told of the flags of these cases, each with its end. Nothing is sent by itself."""
    with opened(home, as_json=as_json) as node:
        known = speaker(node, "flags told", who)
        said = read_document(file, Told, "what was told")
        handles = {case_of(node, known, ref).row.handle.hex() for ref in said.case_refs}
        new = tell(node, looker(known), said.agency, handles)
        if as_json:
            print_json({"agency": said.agency, "told": new})
            return
        out.print(plain(f"Kept: {said.agency} was told of {counted(new, 'flag/flags')}."))


@flags_app.command("extend")
def extend_(home: Home, file: Document, who: Who = None, as_json: Json = False) -> None:
    """Let a flag stand for longer, by authority and for a reason. The agencies are then to be told anew."""
    with opened(home, as_json=as_json) as node:
        known = speaker(node, "flags extend", who)
        said = read_document(file, Longer, "what is said")
        handle = case_of(node, known, said.case_ref).row.handle.hex()
        kept = extend(node, looker(known), handle, Extension(**said.model_dump(exclude={"case_ref"})))
        if as_json:
            print_json({"case_ref": kept.case_ref, "until": kept.until.isoformat()})
            return
        out.print(plain(f"Case {kept.case_ref} is flagged until {day_in_words(kept.until)}."))


@flags_app.command("seen")
def seen(home: Home, file: Document, who: Who = None, as_json: Json = False) -> None:
    """Keep that an agency saw somebody again. Whether anybody of that name is flagged is not said."""
    with opened(home, as_json=as_json) as node:
        known = speaker(node, "flags seen", who)
        said = read_document(file, Seen, "what was seen")
        if known.named is None:
            raise InputError("It is not said who saw them.", kept="Nothing.", do="Say it: --as WHO.json.")
        seen_again(node, known.named, said.person, said.words)
        if as_json:
            print_json({"kept": True})
            return
        out.print(
            "It is kept. If their case is flagged here, the coordinator reads it. That is not a referral."
        )
