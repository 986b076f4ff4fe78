"""Matching people by tokens alone: match-keys, weights, scores, bands, and the holder's comparison in the clear.

Pure: no I/O, no clock, no settings; configuration and tables come in as parsed data.
"""

from hub.matching.called import may_be_called, name_words
from hub.matching.candidates import CandidateSet, ScoredCandidate, weigh
from hub.matching.config import MatchingConfig, load_config
from hub.matching.confirm import Confirmation, FieldComparison, confirm
from hub.matching.dates import DateFault, DateQuestion, PartialDate, parse_date, read_date, strict_date
from hub.matching.home import home, home_keys
from hub.matching.keys import MatchKey, match_keys
from hub.matching.population import NameTable, Population, read_table
from hub.matching.reasons import MatchReason
from hub.matching.score import AskedPerson, Namesakes, Score, band, band_of, completeness, posterior, score

__all__ = [
    "AskedPerson",
    "CandidateSet",
    "Confirmation",
    "DateFault",
    "DateQuestion",
    "FieldComparison",
    "MatchKey",
    "MatchReason",
    "MatchingConfig",
    "NameTable",
    "Namesakes",
    "PartialDate",
    "Population",
    "Score",
    "ScoredCandidate",
    "band",
    "band_of",
    "completeness",
    "confirm",
    "home",
    "home_keys",
    "load_config",
    "match_keys",
    "may_be_called",
    "name_words",
    "parse_date",
    "posterior",
    "read_date",
    "read_table",
    "score",
    "strict_date",
    "weigh",
]
