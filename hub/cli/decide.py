"""`hub decide` and `hub policy`: the consent engine from the command line.

The edge around `hub.consent`: reads the form and the rules, knows today's date, prints, and chooses the exit
status: 0 permit; 1 refuse, incomplete, refer or a form that cannot be read; 2 wrong usage or a fault. Touches
no database. Not here: any rule.
"""

from __future__ import annotations

import datetime as dt
import json
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Annotated

import typer
from rich.console import Console
from rich.markup import escape

from hub.cli.output import reporting, write_file
from hub.consent import Context, Decision, Outcome, Rules, agreement_from_text, parse_form
from hub.consent import decide as decide_form
from hub.consent.context import NO_CONTEXT
from hub.consent.form.form import YEARS
from hub.consent.form.parse import MAX_BYTES
from hub.consent.rules.files import rules_from_text
from hub.consent.rules.in_words import explain
from hub.errors import HubError, InputError, UsageError
from hub.node.settings import SHIPPED_CONFIG, read_text
from hub.pdf.sharing_form import form_pdf

policy_app = typer.Typer(no_args_is_help=True, help="The rules that decisions are made by.")

RulesFolder = Annotated[
    Path | None,
    typer.Option("--rules", help="Folder with both rules files; else the shipped."),
]
HeldAgreement = Annotated[
    Path | None,
    typer.Option(
        "--agreement",
        metavar="AGREEMENT.toml",
        help="Decide as a node that holds this agreement; else the form's protocol is taken as stated.",
    ),
]
GivingArea = Annotated[
    str,
    typer.Option(
        "--area",
        metavar="NODE_ID",
        help="The area that shares, by its node id, which has to have signed that agreement.",
    ),
]
OnDay = Annotated[str, typer.Option("--at", metavar="YYYY-MM-DD", help="The day to decide on; else today.")]
AsJson = Annotated[bool, typer.Option("--json", help="One JSON document on standard output.")]


def read_rules(folder: Path | None = None) -> Rules:
    """Read and check both rules files. Raises `UsageError` with file, line and reason."""
    folder = folder or SHIPPED_CONFIG
    texts = []
    for name in ("grounds.toml", "policy.toml"):
        try:
            texts.append((folder / name).read_text(encoding="utf-8"))
        except (OSError, UnicodeDecodeError) as error:
            raise UsageError(
                f"{folder / name} cannot be read: {type(error).__name__}.",
                do="Give a folder with both files.",
            ) from None
    return rules_from_text(*texts)


def decide(
    form: Annotated[
        Path, typer.Argument(metavar="FORM.json", help="A sharing form, such as HOME/examples/form.json.")
    ],
    at: OnDay = "",
    rules: RulesFolder = None,
    agreement: HeldAgreement = None,
    area: GivingArea = "",
    pdf: Annotated[Path | None, typer.Option("--pdf", metavar="OUT.pdf", help="The form as PDF.")] = None,
    *,
    as_json: AsJson = False,
) -> None:
    """Decide one sharing form, and say what is missing."""
    with _reporting(as_json=as_json):
        on, in_force = _day(at), read_rules(rules)
        if pdf is not None and pdf.resolve() == form.resolve():
            raise UsageError(
                "The PDF would replace the form.", kept="The form.", do="Give --pdf another name."
            )
        filled = parse_form(_form_bytes(form))
        decision = decide_form(filled, in_force, on, _context(agreement, area, in_force))
        if pdf is not None:
            write_file(pdf, form_pdf(filled, decision, in_force, on))
        if as_json:
            sys.stdout.write(decision.model_dump_json(indent=2) + "\n")
        else:
            _say(decision)
        raise typer.Exit(0 if decision.outcome is Outcome.permit else 1)


@policy_app.command("explain")
def explain_command(at: OnDay = "", rules: RulesFolder = None, *, as_json: AsJson = False) -> None:
    """Print in words what each purpose, ground and role may get."""
    with _reporting(as_json=as_json):
        on, in_force = _day(at), read_rules(rules)
        text = explain(in_force, on)
        if as_json:
            text = json.dumps(
                {"rules": in_force.name, "on": on.isoformat(), "lines": text.splitlines()}, indent=2
            )
        sys.stdout.write(text + "\n")


def _context(agreement: Path | None, area: str, rules: Rules) -> Context:
    """What decides beside the form: the agreement that is held, if one is given."""
    if agreement is None:
        return NO_CONTEXT
    if not area:
        raise UsageError(
            "--agreement needs --area.", do="Name the area that shares, such as --area northmoor."
        )
    held = agreement_from_text(read_text(agreement), agreement.name, rules.law)
    return Context(agreements=(held,), area=area)


def _day(at: str) -> dt.date:
    if not at:
        return dt.datetime.now().astimezone().date()
    try:
        on = dt.date.fromisoformat(at)
    except ValueError:
        raise UsageError("--at is not a day written YYYY-MM-DD.", do="For example --at 2026-11-22.") from None
    if on.year not in YEARS:
        raise UsageError(
            f"--at is a day outside the years {YEARS.start} to {YEARS.stop - 1}, as a form's days may be.",
            do="For example --at 2026-11-22.",
        )
    return on


def _form_bytes(path: Path) -> bytes:
    try:
        with path.open("rb") as file:
            return file.read(MAX_BYTES + 1)
    except OSError as error:
        raise UsageError(f"The form cannot be read: {type(error).__name__}.", do="Check its name.") from None


@contextmanager
def _reporting(*, as_json: bool) -> Iterator[None]:
    """As of every command, with the field of a form that cannot be read."""
    with reporting(as_json=as_json):
        try:
            yield
        except HubError as error:
            _say_error(error, as_json=as_json)
            raise typer.Exit(error.exit_code) from None


def _say_error(error: HubError, *, as_json: bool) -> None:
    if as_json:
        document = {"error": {"code": error.code, "text": error.text, "kept": error.kept, "do": error.do}}
        if isinstance(error, InputError):
            document["error"]["field"] = error.text.partition(": ")[0]
        sys.stdout.write(json.dumps(document, indent=2) + "\n")
    else:
        Console(stderr=True, highlight=False, soft_wrap=True).print(escape(str(error)))


def _say(decision: Decision) -> None:
    """The decision for a person: outcome first, then what is missing, why, and what must be done."""
    out = Console(highlight=False, soft_wrap=True)
    level = f" at {decision.level}" if decision.permitted else ""
    to = f" to {', '.join(decision.refer_to)}" if decision.refer_to else ""
    out.print(f"[bold]{decision.outcome}[/bold]{escape(level + to)}")
    for title, lines in (
        ("Missing", decision.missing),
        ("Reasons", [f"{item.text} ({item.source})" for item in decision.reasons]),
        ("To do", [f"{item.due or 'always'}: {item.text}" for item in decision.obligations]),
    ):
        if lines:
            out.print(f"[bold]{title}[/bold]")
            for line in lines:
                out.print(f"  - {escape(line)}")
    out.print(f"Rules: {decision.rules}. Not legal advice.", style="dim")
