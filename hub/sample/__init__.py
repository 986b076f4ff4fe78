"""Made-up people: a seeded generator of fictional UK Marac and Idva referrals.

Pure given a seed: the same seed gives the same bytes on every machine. It reads only its own name lists and
no clock. Nobody here exists; NHS numbers are of the 999 test range, telephone numbers of Ofcom's ranges for
drama, postcodes of areas that were never allotted. `docs/sample-data.md` says what is modelled and what not.
"""

from hub.sample.people import AREAS, Case, Identity, Member
from hub.sample.referrals import COLUMNS, area_referrals
from hub.sample.sets import LinkageSet, uk_cases, uk_set, write_csv, write_set
from hub.sample.story import Story, story
from hub.sample.versions import Record, version

__all__ = [
    "AREAS",
    "COLUMNS",
    "Case",
    "Identity",
    "LinkageSet",
    "Member",
    "Record",
    "Story",
    "area_referrals",
    "story",
    "uk_cases",
    "uk_set",
    "version",
    "write_csv",
    "write_set",
]
