"""Value frequencies: the table and the enquirer's own records together."""

from __future__ import annotations

import gzip

from hub.matching import PartialDate, Population, read_table
from tests.matching.people import config, person, table

SETTINGS = config().population


def test_the_shipped_table_states_its_sources_and_sums_to_less_than_one() -> None:
    for shares in (table().given, table().surname):
        assert 0.5 < sum(share for _, share in shares) <= 1
    assert dict(table().surname)["smith"] > dict(table().surname)["wojcik"]
    assert table().communities["S", "wojcik"] == {"polish"}


def test_own_records_and_table_blend() -> None:
    own = [person("Zbigniew", "Wójcik")] * 100
    here, nowhere = (
        Population.from_people(own, table(), SETTINGS),
        Population.from_people([], table(), SETTINGS),
    )
    assert here.share("FX", "zbigniew") > 10 * nowhere.share("FX", "zbigniew")
    assert here.share("SX", "smith") < nowhere.share("SX", "smith")
    assert nowhere.share("SX", "nosuchname") > 0


def test_only_a_date_that_is_repeated_counts_as_common() -> None:
    date = PartialDate(1984, 3, 17)
    few = [person("Anna", "Smith", "1984-03-17")] * 2 + [person("Zoe", "Lee", "1990-05-06")] * 98
    many = [person("Anna", "Smith", "1984-03-17")] * 50 + [person("Zoe", "Lee", "1990-05-06")] * 50
    assert Population.from_people(few, table(), SETTINGS).date_share(date) < 0.001
    assert Population.from_people(many, table(), SETTINGS).date_share(date) > 0.4


def test_years_are_smoothed() -> None:
    found = Population.from_people([person(born="1984")] * 1_000, table(), SETTINGS)
    assert found.year_share(1984) == found.year_share(1986) > 10 * found.year_share(1950) > 0


def test_a_table_reads_back() -> None:
    text = "# source\nG,anna,0.5\nS,smith,0.25\nCS,khan,pakistani\nCS,khan,indian\n"
    found = read_table(gzip.compress(text.encode()))
    assert found.given == (("anna", 0.5),)
    assert found.communities == {("S", "khan"): {"pakistani", "indian"}}
