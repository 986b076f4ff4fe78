"""Who is compared: each tool's runner, its settings in words, and what it must see in the clear."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

HERE = Path(__file__).parent


@dataclass(frozen=True)
class Tool:
    """One column of the table. `runner` is a module of `benchmarks.peers.runners`; none for the product itself."""

    name: str
    title: str
    runner: str
    settings: str
    sees: str

    @property
    def requirements(self) -> Path:
        """The pinned packages of its environment."""
        return HERE / f"{self.name}.txt"


_SPLINK = (
    "DuckDB; the levels of its name comparison, with term frequencies, and of its date of birth comparison, "
    "plus its level for columns the other way round and one for partial dates that agree; nine "
    "blocking rules (each value alone, names crossed, starts of names with year or with month and day); u "
    "from 3 million random pairs, m by expectation maximisation in two sessions; no labels"
)

HUB = Tool(
    "hub",
    "hub",
    "",
    "`benchmarks.linkage --fields names-dob`, shipped configuration; a keyed hash in place of the PRF for the "
    "figures of accuracy, which it does not change; the times are with the PRF "
    "(publishing for 100,000: `benchmarks.publish`)",
    "nothing: the holder sees blinded values, the enquirer which of its own match-keys the holder has",
)

PEERS = (
    Tool("splink4", "Splink 4", "splink_linker", _SPLINK, "both files, whole, in one place"),
    Tool("splink5", "Splink 5", "splink_linker", _SPLINK, "both files, whole, in one place"),
    Tool(
        "rapidfuzz",
        "RapidFuzz",
        "rapidfuzz_clear",
        "every pair; Jaro-Winkler on given names (whole or first alone) .25 and surname .35, or crossed at .95 of "
        "that; "
        "optimal string alignment over the digits of the date .40, day and month turned at .95; absent counts .5",
        "both files, whole, in one place",
    ),
    Tool(
        "anonlink",
        "anonlink + clkhash",
        "clk",
        "1,024 bits, 200 bits a field, bigrams of names, single digits by position of the date (the schema of "
        "clkhash's tutorial cut to these fields); every pair by Dice coefficient, .7 and over kept; "
        "given names whole, so a middle name that one side leaves out counts against",
        "no value; but both sides share one secret, with which whoever compares can try any name offline",
    ),
    Tool(
        "crate",
        "CRATE",
        "crate",
        "hashed identifiers, all defaults: forename, surname (metaphone, first two letters), partial dates, the "
        "population frequencies it ships (US); candidates from its shortlist by date, all kept from log odds -14",
        "no value, but name frequencies; both sides share one secret, as for anonlink",
    ),
    Tool(
        "psi",
        "OpenMined PSI",
        "psi",
        "exact strings, four a person: names with date, surname with date, given names with date, names alone, "
        "worth 4, 3, 2, 1; raw data structure",
        "nothing: each side learns which of the enquirer's strings met, and the sizes",
    ),
)
TOOLS = (HUB, *PEERS)
