"""People and settings for tests of matching: strategies, the shipped configuration, a small population."""

from __future__ import annotations

import tomllib
from functools import cache
from importlib.resources import files
from pathlib import Path

from hypothesis import strategies as st

from hub.matching import MatchingConfig, NameTable, Population, load_config, read_table
from hub.sample import uk_set
from hub.values import Person

CONFIG_FILE = Path(__file__).parents[2] / "config" / "matching.toml"


@cache
def config() -> MatchingConfig:
    """The shipped configuration."""
    return load_config(tomllib.loads(CONFIG_FILE.read_text()))


@cache
def table() -> NameTable:
    """The shipped population table."""
    return read_table((files("hub.matching") / "data" / "population.csv.gz").read_bytes())


@cache
def population() -> Population:
    """That of a few hundred made-up people, with the shipped table."""
    made = uk_set(3, 0, 300, 1).left
    people = [
        Person(given_names=row["given_names"], surname=row["surname"], date_of_birth=row["date_of_birth"])
        for row in made
    ]
    return Population.from_people(people, table(), config().population)


def person(given: str = "", surname: str = "", born: str = "", *aliases: str) -> Person:
    """A person by what matching reads."""
    return Person(given_names=given, surname=surname, date_of_birth=born, aliases=aliases)


_TYPICAL = """Anna|Ann|Mary-Ann|Bill|William|O'Brien|McDonald|Smith|Smyth|Khan|Kasia|Łucja|Katarzyna|Begum|Wei Ling|
Wong|van der Berg|al-Hassan|Ng|Mohammed|Mohamud|王小明|Mateusz|Wójcik|Emeka|Okafor"""
_words = st.sampled_from(_TYPICAL.replace("\n", "").split("|"))
dates = st.one_of(
    st.just(""),
    st.dates().map(str),
    st.sampled_from(
        ["1984", "1984-03", "1984-01-01", "1984-13-05", "1984-02-30", "1984-03-99", "0000-00-00"]
    ),
)
names = st.one_of(_words, st.text(max_size=12), st.just(""))
people = st.builds(
    Person,
    given_names=st.lists(names, max_size=3).map(" ".join),
    surname=names,
    date_of_birth=st.one_of(dates, st.text(max_size=10)),
    aliases=st.lists(st.tuples(names, names).map(" ".join), max_size=3).map(tuple),
)
