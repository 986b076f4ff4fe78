"""The command `python -m hub.sample`: writes sample sets and sample referrals to files."""

from __future__ import annotations

import datetime as dt
import json
import sys
from pathlib import Path
from typing import Annotated

import typer

from hub.sample import AREAS, COLUMNS, story, uk_cases, uk_set, write_csv, write_set
from hub.sample.agreement import agencies_of, agreement_text
from hub.sample.question import near_miss

app = typer.Typer(
    add_completion=False,
    pretty_exceptions_enable=False,
    no_args_is_help=True,
    help="Made-up people: nobody here exists.",
)
Seed = Annotated[int, typer.Option(help="The same seed gives the same bytes.")]
Folder = Annotated[Path, typer.Option(help="Folder for LEFT.csv, RIGHT.csv and TRUTH.csv.")]
Count = Annotated[int, typer.Option(min=0)]


@app.command("uk-set")
def write_uk_set(
    seed: Seed, out: Folder, known: Count = 5_000, asked: Count = 10_000, holder: Count = 100_000
) -> None:
    """Write people asked against people held, with the truth."""
    write_set(uk_set(seed, known, asked, holder), out)


@app.command("cases")
def write_cases(
    seed: Seed, out: Folder, known: Count = 1_500, asked: Count = 3_000, holder: Count = 28_500
) -> None:
    """Write the same with complete cases; counts are of cases."""
    write_set(uk_cases(seed, known, asked, holder), out)


@app.command("referrals")
def write_referrals(
    area: Annotated[str, typer.Option(help=f"One of {', '.join(AREAS)}.")],
    out: Annotated[Path, typer.Option(help="The CSV file, as `hub import` reads it.")],
    seed: Seed = 1,
    cases: Annotated[int, typer.Option(min=1)] = 220,
) -> None:
    """Write one area's referrals, with the near-miss story among them."""
    if area not in AREAS:
        raise typer.BadParameter(f"choose one of {', '.join(AREAS)}")
    write_csv(out, COLUMNS, story(seed, cases).referrals[area])


@app.command("agreement")
def write_sample_agreement(
    out: Annotated[Path, typer.Option(help="The TOML file, as a node reads it in `agreements`.")],
) -> None:
    """Write the agreement of the made-up areas, as if signed some months ago."""
    text = agreement_text(agencies_of(AREAS), dt.datetime.now(dt.UTC).date())
    out.write_text(text, encoding="utf-8")


@app.command("question")
def write_question(
    out: Annotated[Path, typer.Option(help="The JSON file, as `hub check` reads it.")],
    seed: Seed = 1,
    cases: Annotated[int, typer.Option(min=1)] = 220,
    agreement: Annotated[
        str, typer.Option(help="The agreement that it is asked under.")
    ] = "Inter-area agreement 2026/1",
) -> None:
    """Write Northmoor's question about somebody whom Eastvale knows, of the referrals of the same seed."""
    asked = near_miss(seed, cases, dt.datetime.now(dt.UTC).date(), agreement)
    out.write_text(json.dumps(asked, indent=2) + "\n", encoding="utf-8")


if __name__ == "__main__":
    try:
        app(prog_name="python -m hub.sample")
    except OSError as error:
        sys.stderr.write(f"sample: the files cannot be written: {error.strerror}\n")
        sys.exit(2)
