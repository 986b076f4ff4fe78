"""`hub referral`: referring somebody by a file; the papers of a case, read, added to by a file and given out."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Annotated

import typer

from hub.cases.access import restrictions_on
from hub.cases.attachments import File, checked, read_file
from hub.cases.case_files import By, What, attach, give
from hub.cases.criteria import Fact
from hub.cases.papers_shown import of_cases_known, papers_shown
from hub.cases.refer import Referred, for_account
from hub.cases.referral import IN_WORDS, Referral
from hub.cases.referral_csv import read_referrals
from hub.cases.referral_sent import refer_or_propose
from hub.cases.repeat_decisions import HereAlready, Looker, here_already_at, note_entered
from hub.cases.shown import finds
from hub.checks.read import read_document
from hub.cli.acting import Speaker, TokenFile, speaker
from hub.cli.options import Home, Json, Who, opened, opened_to_read, read_case_ref
from hub.cli.output import EXIT_REFUSED, counted, err, out, plain, print_json
from hub.errors import ConflictError, InputError, NotFoundError, UsageError
from hub.files import write_atomically
from hub.node.node import Node
from hub.records import papers
from hub.records.cases import HeldCase
from hub.records.papers import KeptPaper
from hub.sample.referral import sample_referral
from hub.values import day_in_words

referral_app = typer.Typer(help="Referrals of this node's cases.", no_args_is_help=True)

EXPLAINED = """\
A sample: everyone in it is made up. Write it to a file, change it, and refer with `hub referral add`.
The fields are those of the printed Marac referral form, in its order; docs/formats.md has each. Needed: the
referring agency and a contact there, the victim's name or "not known", and one criterion. Professional judgement
alone is enough, with its rationale. Leave case_ref out for a new case; give it to complete a stub, or to add a
referral to a case.\
"""

QUARANTINED = (
    "No virus scanner is configured here ([attachments] in node.toml): attached files are kept in quarantine, and"
    " nobody is given them."
)


@referral_app.command("add")
def add(
    home: Annotated[
        Path | None, typer.Argument(metavar="HOME", help="The node's home folder.", show_default=False)
    ] = None,
    file: Annotated[
        Path | None,
        typer.Argument(
            metavar="REFERRAL.json",
            help="The referral, as the form is printed; or REFERRALS.csv, one a row.",
            show_default=False,
        ),
    ] = None,
    example: Annotated[
        bool, typer.Option("--example", help="Print a sample REFERRAL.json, and refer nobody.")
    ] = False,
    attach: Annotated[
        list[Path] | None,
        typer.Option(
            "--attach",
            metavar="FILE",
            help="A file that goes with it; again for another.",
            show_default=False,
        ),
    ] = None,
    who: Who = None,
    token: TokenFile = None,
    as_json: Json = False,
) -> None:
    """Refer somebody: a case is made or completed, with its referral and risk checklist. No area is asked."""
    if example:
        print_json(sample_referral())
        if not as_json:
            err.print(plain(EXPLAINED))
        return
    if home is None or file is None:
        raise typer.BadParameter("HOME and REFERRAL.json are needed, or --example alone.")
    with opened(home, as_json=as_json) as node:
        known = speaker(node, "referral add", who, token)
        if file.suffix.casefold() == ".csv":
            if attach:
                raise typer.BadParameter("--attach goes with one referral, as JSON.")
            _add_every(node, known, file, as_json=as_json)
            return
        told = read_document(file, Referral, "the referral")
        files = [checked(node, one.name, read_file(one)) for one in attach or ()]
        done, here = _refer(node, known, told, files)
        if any(one.said.quarantined for one in files):
            err.print(QUARANTINED)
        if as_json:
            print_json(_document(done, here))
        else:
            _show(done, attached=bool(files))
            if likely := [one for one in here if one.found.likely]:
                others = counted(len(likely), "other case/other cases")
                err.print(
                    f"Likely on {others} here: see `hub repeats show`, and decide whether it is a repeat."
                )


def _refer(
    node: Node, known: Speaker, told: Referral, files: Sequence[File] = ()
) -> tuple[Referred, list[HereAlready]]:
    if known.acting is not None:
        told = for_account(node, known.acting, told)
    done = refer_or_propose(node, told, known.corrector, known.opens, files)
    note_entered(node, known.named, done.case_ref)
    return done, here_already_at(node, Looker(known.named, known.opens), done.case_ref)


def _add_every(node: Node, known: Speaker, file: Path, *, as_json: bool) -> None:
    """Each row by itself: a good one is kept, whatever stands in another."""
    kept, rejected = [], []
    for one in read_referrals(file):
        if one.referral is None:
            rejected.append({"row": one.row, "field": one.field, "reason": one.reason})
            continue
        try:
            done, here = _refer(node, known, one.referral)
        except (InputError, ConflictError) as error:
            rejected.append({"row": one.row, "field": "", "reason": f"{error.text} {error.do}".strip()})
            continue
        kept.append({"row": one.row} | _document(done, here))
        if not as_json:
            _show(done)
    if as_json:
        print_json({"referrals": kept, "rejected": rejected})
    for wrong in () if as_json else rejected:
        err.print(plain(f"Row {wrong['row']} is not kept: {wrong['field']} {wrong['reason']}"))
    if rejected:
        raise typer.Exit(EXIT_REFUSED)


def _document(done: Referred, here: list[HereAlready]) -> dict[str, object]:
    decided = next((one.decision for one in here if one.decision and one.decision.decided == "repeat"), None)
    repeat = decided or done.repeat
    return {
        "case_ref": done.case_ref,
        "here_already": [one.found.model_dump(mode="json") for one in here],
        "repeat": repeat.model_dump(mode="json") if repeat else None,
        "added": len(done.added),
        "criteria": [one.model_dump(mode="json") | {"differs": one.differs} for one in done.facts],
        "child_referral": done.child_referral,
        "proposal": done.proposal or None,
    }


def _show(done: Referred, *, attached: bool = False) -> None:
    if done.proposal:
        out.print(
            plain(f"Case {done.case_ref} has a victim of another name or date of birth. Nothing was added.")
        )
        out.print(
            "A correction is proposed, with the referral in it: another person approves or refuses both."
        )
        out.print(plain(f"  {done.proposal}: see `hub case corrections`."))
        if attached:
            out.print("What was attached is not kept: attach it to the case once the referral is on it.")
        return
    if not done.added:
        out.print(plain(f"Case {done.case_ref} has this referral already. Nothing was added."))
        return
    was = "was here; the referral is added to it" if done.completed else "is new"
    out.print(plain(f"Case {done.case_ref} {was}."))
    for one in done.facts:
        out.print(plain(f"  {IN_WORDS[one.criterion]}: {_said(one)}"))
    if done.repeat is not None:
        last = day_in_words(done.repeat.last)
        err.print(plain(f"It repeats case {done.repeat.case_ref}, last referred on {last}: a Marac repeat."))
    if done.child_referral:
        err.print("Children may be at risk, and no referral to safeguard them is recorded: consider one now.")


def _said(one: Fact) -> str:
    ticked = {"yes": "ticked", "no": "not ticked", "not_completed": "not completed"}[one.ticked]
    beside = " That is not what was ticked: look at both." if one.differs else ""
    return f"{ticked}. {one.why}{beside}"


@referral_app.command("show")
def show(home: Home, who: Who = None, token: TokenFile = None, as_json: Json = False) -> None:
    """Show the papers of a case: its referrals, risk checklists and what else was kept. Standard input names it."""
    with opened_to_read(home, as_json=as_json) as node:
        known = speaker(node, "referral show", who, token)
        case_ref = read_case_ref()
        with known.opening_case(case_ref):
            found = _papers(node, known, case_ref)
        if as_json:
            print_json({"papers": [_paper(one) for one in found]})
            return
        for one in found:
            paper = one.paper
            out.print(plain(f"{one.number}. {paper.kind.value}, {paper.supplier}, by {paper.by}"))
            for line in _lines(paper.body):
                out.print(plain(f"   {line}"))
        if not found:
            out.print("No paper was kept of this case.")


@referral_app.command("attach")
def attach_to_case(
    home: Home,
    file: Annotated[
        Path, typer.Argument(metavar="FILE", help="The file, of at most 10 MB.", show_default=False)
    ],
    what: Annotated[
        What, typer.Option("--what", metavar="WHAT", help="What it is: minutes, checklist or other.")
    ] = "other",
    who: Who = None,
    token: TokenFile = None,
    as_json: Json = False,
) -> None:
    """Attach a file to a case: minutes, a risk checklist on paper, a scan. Standard input names the case."""
    with opened(home, as_json=as_json) as node:
        known = speaker(node, "referral attach", who, token)
        found = checked(node, file.name, read_file(file))
        held = _case(node, known, read_case_ref())
        handle = attach(node, _by(node, known), held, found, what)
        if as_json:
            print_json({"paper": handle, "quarantined": found.said.quarantined})
        else:
            out.print("The file is attached to the case.")
        if found.said.quarantined:
            err.print(QUARANTINED)


@referral_app.command("file")
def give_from_case(
    home: Home,
    number: Annotated[
        int,
        typer.Argument(
            metavar="NUMBER", help="The paper's number, as `hub referral show` has it.", show_default=False
        ),
    ],
    to: Annotated[Path, typer.Argument(metavar="TO", help="Where the file is written.", show_default=False)],
    who: Who = None,
    token: TokenFile = None,
    as_json: Json = False,
) -> None:
    """Write a file that is attached to a case; that it was given is recorded. Standard input names the case."""
    with opened(home, as_json=as_json) as node:
        known = speaker(node, "referral file", who, token)
        case_ref = read_case_ref()
        with known.opening_case(case_ref):
            held = _case(node, known, case_ref)
            kept = next((one for one in _papers(node, known, case_ref) if one.number == number), None)
            given = give(node, _by(node, known), held, kept) if kept else None
            if given is None:
                raise NotFoundError(
                    "This case has no such file.", kept="Nothing was written.", do="Check it."
                )
        _write(to, given.data)
        if as_json:
            print_json({"media_type": given.media_type, "size": len(given.data)})
        else:
            out.print(plain(f"Written: {given.media_type}, {len(given.data):,} bytes."))


def _write(to: Path, data: bytes) -> None:
    if to.exists():
        raise UsageError(
            "The file cannot be written: something is there already.",
            kept="What is there.",
            do="Give it the name of a new file.",
        )
    try:
        write_atomically(to, data, named=True)
    except OSError as error:
        raise UsageError(
            f"The file cannot be written: {error.strerror}.", kept="Nothing.", do="Check the place."
        ) from None


def _by(node: Node, known: Speaker) -> By:
    """Who attaches a file, or is given one: an account, somebody who is named, else the node's own agency."""
    if known.acting is not None:
        return By(known.acting.account.name, known.acting.organisation.name)
    if known.named is not None:
        return By(known.named.name, known.named.agency or node.settings.agency)
    return By("", node.settings.agency)


def _case(node: Node, known: Speaker, case_ref: str) -> HeldCase:
    """The case of a reference.

    Raises NotFoundError, for a case that is not there and for one that is none for them alike.
    """
    restrictions = restrictions_on(node, known.named)
    with node.read() as tx:
        held = restrictions.find(tx, case_ref)
    if held is None or not (known.opens is None or known.opens(held.details)):
        raise NotFoundError("There is no such case here.", kept="Nothing was changed.", do="Check it.")
    return held


def _papers(node: Node, known: Speaker, case_ref: str) -> list[KeptPaper]:
    """Those of a case that they read. Raises NotFoundError as `_case`."""
    held = _case(node, known, case_ref)
    if known.acting is not None:
        return papers_shown(node, known.acting, held)
    hidden = restrictions_on(node, known.named)
    with node.read() as tx:
        every = papers.of_case(tx, held.row)
    return of_cases_known(node, every, lambda one: finds(hidden, one.apart_for, one.row.ref_digest))


def _paper(kept: KeptPaper) -> dict[str, object]:
    told = kept.paper.model_dump(mode="json")
    return {"paper": kept.handle, "number": kept.number} | told


def _lines(body: object, name: str = "") -> Iterator[str]:
    """What was filled in, a line each."""
    if isinstance(body, dict):
        for key, value in body.items():
            yield from _lines(value, f"{name} {key}".strip().replace("_", " "))
    elif isinstance(body, list):
        for value in body:
            yield from _lines(value, name)
    elif body not in (None, "", "not_completed", False):
        yield f"{name}: {body}"
