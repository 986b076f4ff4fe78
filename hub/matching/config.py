"""The matching configuration: which key groups are on, and the weights, bands and thresholds fitted offline.

Takes the parsed TOML of `config/matching.toml` and checks it; it reads no file. It holds no classes: those are
part of the protocol (`hub.matching.keys`).
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Annotated

from pydantic import BaseModel, ConfigDict, Field, ValidationError

from hub.errors import UsageError
from hub.parsing import first_error

Share = Annotated[float, Field(gt=0, lt=1)]


class _Section(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")


class Keys(_Section):
    """Which groups of weak keys (a name without a full date) are made, and how many keys one person may have."""

    most: int = Field(ge=20, le=400)
    one_name_partial_date: bool
    two_names_partial_date: bool
    two_names_date_slip: bool
    two_names_no_date: bool
    deletions_no_date: bool


class NameWeights(_Section):
    """Bits that each level of agreement of one name adds before the value's rarity."""

    same: float
    close: float
    sounds: float
    differs: float


class ForenameWeights(NameWeights):
    """Forenames also agree as any of the given names, or by how they start."""

    middle: float
    starts: float


class DateWeights(_Section):
    """Bits that each level of agreement of the date of birth adds before its rarity.

    `known_part` and `known_part_differs` are for dates of which one side knows only a part.
    """

    same: float
    swapped: float
    year_slip: float
    day_slip: float
    year_month: float
    year_day: float
    month_day: float
    year: float
    differs: float
    known_part: float
    known_part_differs: float


class Weights(_Section):
    """The fitted weights.

    `rarity` scales the bits of a rare name: under 1, since names hang together. Where the forename differs, a
    family may be what is matched: `family_surname` is the most that the rarity of its surname may add, `twins_date`
    the most that a date may inside a case.
    """

    rarity: float = Field(gt=0, le=1)
    family_surname: float = Field(ge=0)
    twins_date: float = Field(ge=0)
    names_swapped: float
    forename: ForenameWeights
    surname: NameWeights
    date: DateWeights


class PopulationSettings(_Section):
    """How the stated table and the enquirer's own records blend into value frequencies.

    `namesakes`: how many people of both names the blend counts as, against those that the holder's feed has.
    """

    table_people: float = Field(gt=0, le=10_000_000)
    namesakes: float = Field(gt=0, le=1_000)
    least_community: Share
    youngest_year: int
    oldest_year: int


class Bands(_Section):
    """Posterior probabilities from which a band holds.

    `known_there`: the prior that a holder knows someone; `known_again`: that it has one more record of someone
    it knows.
    """

    known_there: Share
    known_again: Share
    strong: Share
    probable: Share
    possible: Share


class Support(_Section):
    """`in_case`: how likely a given person of a case is the subject, once the case is surely the subject's."""

    in_case: Share


class Confirm(_Section):
    """The holder's comparison in the clear: least similarity (0-100) for a field and for all together."""

    name: float = Field(ge=0, le=100)
    passes: float = Field(ge=0, le=100)


class MatchingConfig(_Section):
    """Everything tunable in `hub.matching`, checked."""

    keys: Keys
    weights: Weights
    population: PopulationSettings
    bands: Bands
    support: Support
    confirm: Confirm


def load_config(data: Mapping[str, object]) -> MatchingConfig:
    """The configuration from the parsed TOML of `config/matching.toml`; raises UsageError naming the key."""
    try:
        return MatchingConfig.model_validate(data)
    except ValidationError as error:
        wrong = first_error(error, "the matching configuration")
        raise UsageError(
            f"The matching configuration is wrong at {wrong.field or 'the top'}: {wrong.why}.",
            do="Correct that key in config/matching.toml.",
        ) from None
