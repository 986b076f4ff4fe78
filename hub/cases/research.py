"""The research form: what one agency finds in its own records on a case of the agenda.

Pure. Source: SafeLives, Toolkit for Marac representatives, "Research form for Marac". It stays with the
agency whose it is: gathering it before a meeting, or circulating it, is a pitfall there (`papers_shown`).
"""

from __future__ import annotations

from typing import Final

from pydantic import Field

from hub.cases.answers import Box, Name, People, YesNo
from hub.matching.written_dates import DateWritten, DayWritten
from hub.values import LongText, ShortText, Value

FORM: Final = "marac_research/2026"
NOT_SAID: Final = "details that are not right"


class Research(Value):
    """Research, field by field as the form is printed; then how far back this agency's records were looked into."""

    name_agency: ShortText = Field(min_length=1, title="your name and agency")
    tel_email: ShortText = ""
    date: DayWritten | None = None
    victim_name: Name = Name()
    victim_dob: DateWritten = ""
    victim_address: Box = ""
    marac_case_number: ShortText = ""
    victim_details_accurate: YesNo = "not_completed"
    victim_changes: Box = ""
    children_details_accurate: YesNo = "not_completed"
    children_changes: Box = ""
    perpetrator_details_accurate: YesNo = "not_completed"
    perpetrator_changes: Box = ""
    last_contacts: LongText = ""
    attitude_demeanour: LongText = ""
    risk_relevant: LongText = ""
    other_info: LongText = ""
    victim_priorities: LongText = ""
    afraid_of: People = ()
    safe_to_talk_to: People = ()
    not_safe_to_talk_to: People = ()
    looked_back_to: DayWritten | None = None
    relevance: Box = ""

    @property
    def wrong(self) -> str:
        """What it says is not right about who is on the case; nothing where it says of nothing that it is not."""
        found = (
            (self.victim_details_accurate, self.victim_changes),
            (self.children_details_accurate, self.children_changes),
            (self.perpetrator_details_accurate, self.perpetrator_changes),
        )
        said = [words or NOT_SAID for accurate, words in found if accurate == "no"]
        return "; ".join(dict.fromkeys(said))
