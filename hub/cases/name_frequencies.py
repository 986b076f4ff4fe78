"""The enquirer's own value frequencies: how common names are where the asking happens.

Counted from the node's own people in memory and never stored. Kept per process until the records change.
"""

from __future__ import annotations

from functools import cache
from importlib import resources
from weakref import WeakKeyDictionary

from hub.matching import NameTable, Population, read_table
from hub.matching.config import PopulationSettings
from hub.node.node import Node
from hub.node.transaction import Reading
from hub.records.cases import open_person
from hub.store import cases

_known: WeakKeyDictionary[object, tuple[object, Population]] = WeakKeyDictionary()


@cache
def _table() -> NameTable:
    return read_table(resources.files("hub.matching.data").joinpath("population.csv.gz").read_bytes())


def name_frequencies(node: Node) -> Population:
    """The population of a node, counted anew when its records have changed."""
    with node.read() as tx:
        return frequencies_in(tx)


def frequencies_in(tx: Reading) -> Population:
    """The same, of the records as a transaction sees them."""
    node, version = tx.node, cases.version(tx.session)
    cached = _known.get(node.database)
    if cached and cached[0] == version:
        return cached[1]
    people = [open_person(tx.vault, handle, sealed) for _, handle, sealed in cases.people(tx.session)]
    population = Population.from_people(people, _table(), node.matching.population)
    _known[node.database] = (version, population)
    return population


def stated_frequencies(node: Node) -> Population:
    """The stated table alone: who is on the node's cases weighs nothing in it."""
    return _stated(node.matching.population)


@cache
def _stated(settings: PopulationSettings) -> Population:
    return Population.from_people((), _table(), settings)
