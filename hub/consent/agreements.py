"""Sharing agreements between areas: who signed, what for, what data, and on which basis and condition each shares.

Pure: text in, values out; every basis and condition named is looked up in the law as data. An agreement records a
basis, it does not supply one (ICO Data Sharing Code). Not here: what it answers for a form (`coverage`), the folder
that the documents are in (`hub.node.agreements`).
"""

from __future__ import annotations

import datetime as dt
import hashlib
import re
from collections.abc import Iterator
from functools import cached_property
from typing import Annotated, Any, Final, Literal, Self

import rfc8785
from pydantic import AfterValidator, Field, StringConstraints, ValidationError, model_validator

from hub.consent.areas import folded
from hub.consent.form.form import YEARS
from hub.consent.form.vocabulary import DataClass, Jurisdiction
from hub.consent.rules.files import line_of
from hub.consent.rules.rules import Law
from hub.errors import UsageError
from hub.parsing import TomlError, first_error, hidden_characters, read_toml
from hub.values import AgencyKind, NodeId, Purpose, Value

MAX_BYTES: Final = 256 * 1024
DIGITS_SAID: Final = 32
"""How many digits of a digest are read out by telephone: enough to tell two versions apart."""


def _plain(text: str) -> str:
    if hidden_characters(text, "line"):
        raise ValueError("has characters that are no text")
    return text


Line = Annotated[str, StringConstraints(min_length=1, max_length=200), AfterValidator(_plain)]
LineOrNothing = Annotated[str, StringConstraints(max_length=200), AfterValidator(_plain)]
Day = Annotated[dt.date, Field(strict=True)]


class Signatory(Value):
    """An agency that signed for an area, what kind of body it is, by whom and when."""

    area: NodeId
    agency: Line
    kind: AgencyKind
    by: Line
    on: Day


class AgreedBasis(Value):
    """What carries these classes of data when an agency of these kinds shares them.

    `art6`, `art9` and `art10` are keys of `grounds.toml`; a class of data that engages an Article for which no
    condition is named is not covered. `without_consent`: why there is none, where a condition asks it.
    """

    kinds: Annotated[tuple[AgencyKind, ...], Field(min_length=1, max_length=50)]
    data: Annotated[tuple[DataClass, ...], Field(min_length=1, max_length=50)]
    power: LineOrNothing = ""
    art6: Line
    art9: LineOrNothing = ""
    art10: LineOrNothing = ""
    confidence: Line
    without_consent: LineOrNothing = ""


class SharingAgreement(Value):
    """One agreement, of edition 1 of this format: in force from `start` to `end`, both included, till `review`."""

    version: Literal[1]
    ref: Line
    title: Line
    jurisdiction: Jurisdiction
    date: Day
    start: Day
    end: Day | None = None
    review: Day
    review_owner: Line
    purposes: Annotated[tuple[Purpose, ...], Field(min_length=1, max_length=50)]
    signatory: Annotated[tuple[Signatory, ...], Field(min_length=2, max_length=500)]
    basis: Annotated[tuple[AgreedBasis, ...], Field(min_length=1, max_length=100)]

    @model_validator(mode="after")
    def _coherent(self) -> Self:
        for name in ("date", "start", "end", "review"):
            if getattr(self, name) is not None and getattr(self, name).year not in YEARS:
                raise ValueError(f"{name}: is not a day of these centuries")
        if self.start < self.date:
            raise ValueError("start: is before its date: it counts for nothing before it is made")
        if self.end is not None and self.end < self.start:
            raise ValueError("end: is before its start")
        if self.review < self.start:
            raise ValueError("review: is before its start")
        if len(self.areas) < 2:
            raise ValueError("signatory: names one area: an agreement is between two at least")
        _once("purposes", self.purposes)
        _once("signatory", ((one.area, folded(one.agency)) for one in self.signatory))
        _once("basis", ((kind, data) for row in self.basis for kind in row.kinds for data in row.data))
        return self

    @property
    def areas(self) -> frozenset[str]:
        """The node ids of the areas for which anybody signed."""
        return frozenset(one.area for one in self.signatory)

    @cached_property
    def digest(self) -> str:
        """SHA-256 (hex) over its canonical JSON (RFC 8785): of what it says, not of how the file is written."""
        return hashlib.sha256(rfc8785.dumps(self._canonical())).hexdigest()

    def _canonical(self) -> dict[str, Any]:
        """All that it says; what is a set is in order."""
        said = self.model_dump(mode="json")
        said["purposes"] = sorted(said["purposes"])
        said["basis"] = sorted(
            ({**row, "kinds": sorted(row["kinds"]), "data": sorted(row["data"])} for row in said["basis"]),
            key=rfc8785.dumps,
        )
        said["signatory"] = sorted(said["signatory"], key=rfc8785.dumps)
        return said

    def signed_by(self, area: str, agency: str, kind: AgencyKind | None) -> bool:
        """Whether an agency of that name and kind signed for the area."""
        name = folded(agency)
        return bool(name) and any(
            (one.area, one.kind) == (area, kind) and folded(one.agency) == name for one in self.signatory
        )

    def basis_of(self, kind: AgencyKind | None, data: DataClass) -> AgreedBasis | None:
        """What carries that class of data when an agency of that kind shares it, if anything is agreed."""
        return next((row for row in self.basis if kind in row.kinds and data in row.data), None)

    def why_not_on(self, day: dt.date) -> str:
        """Why it counts for nothing on a day, or nothing."""
        if day < self.start:
            return f"it starts on {self.start}"
        if self.end is not None and day > self.end:
            return f"it ended on {self.end}"
        return f"its review was due on {self.review}" if day > self.review else ""


def digest_said(digest: str) -> str:
    """A digest as it is read out: in groups of four."""
    return " ".join(re.findall("....", digest[:DIGITS_SAID]))


class AgreementError(UsageError):
    """A file that is no agreement as it stands. `file` and `why` are for whoever lists such files."""

    def __init__(self, file: str, why: str, line: int | None = None) -> None:
        where = f"{file}, line {line}" if line else file
        super().__init__(
            f"{where}: {why}.",
            kept="Nothing rests on this agreement while it stands so.",
            do=f"Correct {file}; `hub doctor` says whether it can be read. Nothing needs to be restarted.",
        )
        self.file = file
        self.why = why


def agreement_from_text(text: str, file: str, law: Law) -> SharingAgreement:
    """The agreement that a TOML file holds. Raises AgreementError naming the file, the line, the field and why."""
    if len(text.encode()) > MAX_BYTES:
        raise AgreementError(file, f"it is larger than {MAX_BYTES:,} bytes")
    try:
        data = read_toml(text)
    except TomlError as error:
        raise AgreementError(file, error.why, error.line) from None
    try:
        agreement = SharingAgreement.model_validate(data)
    except ValidationError as error:
        wrong = first_error(error, "an agreement")
        where: tuple[str | int, ...] = wrong.path
        if not where and ": " in wrong.why:
            where = (wrong.why.partition(": ")[0],)
        why = str(wrong) if wrong.path else wrong.why
        raise AgreementError(file, why, line_of(text, where)) from None
    for row, field, why in _against_the_law(agreement, law):
        raise AgreementError(file, f"basis[{row}].{field}: {why}", line_of(text, ("basis", row, field)))
    return agreement


def _once(name: str, entries: Any) -> None:
    seen = set()
    for one in entries:
        if one in seen:
            said = " and ".join(one) if isinstance(one, tuple) else one
            raise ValueError(f"{name}: {said} stands there twice")
        seen.add(one)


def _against_the_law(agreement: SharingAgreement, law: Law) -> Iterator[tuple[int, str, str]]:
    """What a basis names that the law does not have, or does not open to these agencies: row, field, why."""
    for number, row in enumerate(agreement.basis):
        basis = law.bases.get(row.art6)
        if basis is None:
            yield number, "art6", f"{row.art6!r} is none of grounds.toml: {', '.join(law.bases)}"
            continue
        yield from ((number, "art6", why) for why in _closed(law, row, basis.who, basis.cited))
        for article, key in ((9, row.art9), (10, row.art10)):
            if key:
                yield from ((number, f"art{article}", why) for why in _condition(law, row, article, key))
        public = [kind for kind in row.kinds if law.agencies[kind].public]
        if public and not row.power:
            yield number, "power", f"{law.agencies[public[0]].a} needs a power to share: name it"


def _condition(law: Law, row: AgreedBasis, article: int, key: str) -> Iterator[str]:
    condition = law.conditions.get(key)
    if condition is None or condition.article != article:
        known = ", ".join(name for name, one in law.conditions.items() if one.article == article)
        yield f"{key!r} is no Article {article} condition of grounds.toml: {known}"
        return
    yield from _closed(law, row, condition.who, condition.cited)
    if condition.part3 != ("competent" in law.bases[row.art6].who):
        yield f"{condition.cited} does not go with {law.bases[row.art6].cited}: one regime, Part 3 or the UK GDPR"
    if condition.without_consent and not row.without_consent:
        yield f"{condition.cited} asks why there is no consent: say it in without_consent"


def _closed(law: Law, row: AgreedBasis, who: tuple[Any, ...], cited: str) -> Iterator[str]:
    for kind in row.kinds:
        if not law.belongs(kind, who):
            yield f"{cited} is not open to {law.agencies[kind].a}"
