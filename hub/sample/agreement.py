"""A made-up sharing agreement between areas, as the text of the file that a node reads (`agreements/*.toml`).

What it names is what such an agreement might say, and no advice. Pure: the day comes in.
"""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date, timedelta
from typing import NamedTuple

SAMPLE_REF = "Inter-area agreement 2026/1 (fiction)"
PURPOSES = ("publish", "referred_elsewhere", "marac_transfer", "idva_prior_contact")


class Signed(NamedTuple):
    """An agency that signed for an area (by node id), and its kind."""

    area: str
    agency: str
    kind: str


def agencies_of(areas: Iterable[str]) -> list[Signed]:
    """The agencies that sign for made-up areas: a council, a police force and an Idva service each."""
    return [
        Signed(area, f"{area.title()} {agency}", kind)
        for area in areas
        for agency, kind in (("Council", "council"), ("Police", "police"), ("Idva Service", "idva_charity"))
    ]


def agreement_text(
    signed: Iterable[Signed],
    today: date,
    *,
    ref: str = SAMPLE_REF,
    days: int = 165,
    purposes: Iterable[str] = PURPOSES,
) -> str:
    """What these agencies signed some months before that day, to be reviewed so many days after it."""
    dated, review = today - timedelta(days=200), today + timedelta(days=days)
    agencies = "".join(
        f'[[signatory]]\narea = "{one.area}"\nagency = "{one.agency}"\nkind = "{one.kind}"\n'
        f'by = "Data protection officer"\non = {dated}\n\n'
        for one in signed
    )
    named = ", ".join(f'"{purpose}"' for purpose in purposes)
    head = _HEAD.format(ref=ref, dated=dated, review=review, purposes=named)
    return f"{head}\n{agencies}{_BASES}"


_HEAD = """\
# Made up, like everything of these areas.
version = 1
ref = "{ref}"
title = "Sharing between Maracs when somebody moves"
jurisdiction = "england_wales"
date = {dated}
start = {dated}
review = {review}
review_owner = "Data protection officer"
purposes = [{purposes}]
"""
_BASES = """\
[[basis]]
kinds = ["police", "probation"]
data = ["identity", "involvement", "risk", "children", "contact"]
power = "common law policing powers; Offender Management Act 2007 s.14"
art6 = "s35"
art9 = "Sch8p1"
art10 = "Part3"
confidence = "substantial public interest in preventing serious harm"

[[basis]]
kinds = ["council", "nhs"]
data = ["identity", "involvement", "risk", "children", "contact"]
power = "Crime and Disorder Act 1998 s.115; Localism Act 2011 s.1"
art6 = "e"
art10 = "Sch1p10+p36"
confidence = "substantial public interest in preventing serious harm"
without_consent = "asking the alleged perpetrator would defeat the protection"

[[basis]]
kinds = ["idva_charity", "refuge", "specialist_charity", "housing_association"]
data = ["identity", "involvement", "risk", "children", "contact"]
art6 = "ea_crime"
art10 = "Sch1p10+p36"
confidence = "substantial public interest in preventing serious harm"
without_consent = "asking the alleged perpetrator would defeat the protection"
"""
