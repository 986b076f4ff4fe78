"""Agreements as documents: what is read, what is refused with file, line and field, and what they are named by."""

from __future__ import annotations

import datetime as dt

import pytest

from hub.consent import Rules, SharingAgreement, agreement_from_text, digest_said
from hub.consent.agreements import AgreementError
from hub.errors import UsageError
from hub.sample.agreement import agencies_of, agreement_text

TEXT = agreement_text(agencies_of(("northmoor", "eastvale")), dt.date(2026, 11, 22))


def read(text: str, rules: Rules) -> SharingAgreement:
    return agreement_from_text(text, "agreements/ours.toml", rules.law)


def test_an_agreement_says_who_signed_and_what_carries_each_class_of_data(rules: Rules) -> None:
    agreed = read(TEXT, rules)
    assert agreed.areas == {"northmoor", "eastvale"}
    assert agreed.signed_by("northmoor", "northmoor  COUNCIL", agreed.signatory[0].kind)
    assert not agreed.signed_by("eastvale", "Northmoor Council", agreed.signatory[0].kind)
    assert not agreed.signed_by("northmoor", "", None)
    row = agreed.basis_of(agreed.signatory[0].kind, agreed.basis[0].data[0])
    assert row
    assert (row.art6, row.art10) == ("e", "Sch1p10+p36")


@pytest.mark.parametrize(
    ("old", "new", "says"),
    [
        ("version = 1", "version = 2", "line 2: version"),
        ('ref = "', 'nonsense = "x"\nref = "', "line 3: nonsense: not a field of an agreement"),
        ("version = 1", "version = 1\nversion = 1", "line 3: cannot overwrite a value"),
        ('ref = "', 'reef = "', "line 1: ref: field required"),
        ("date = 2026-05-06", 'date = "2026-05-06"', "line 6: date"),
        ("date = 2026-05-06", "date = 2026-05-06T10:00:00", "line 6: date"),
        ("start = 2026-05-06", "start = 2026-05-05", "start: is before its date"),
        ("review = 2027-05-06", "review = 2026-05-05", "review: is before its start"),
        ("review = 2027-05-06", "review = 2027-05-06\nend = 2026-05-05", "end: is before its start"),
        ("review = 2027-05-06", "review = 9999-12-31", "review: is not a day of these centuries"),
        ('"publish", ', '"publish", "publish", ', "line 10: purposes: publish stands there twice"),
        ('"publish", ', '"browsing", ', "line 10: purposes"),
        ('area = "eastvale"', 'area = "northmoor"', "signatory: names one area"),
        (
            'agency = "Eastvale Police"',
            'agency = "Eastvale  council"',
            "signatory: eastvale and eastvalecouncil",
        ),
        ('kind = "police"', 'kind = "newspaper"', "signatory[1].kind"),
        ('by = "Data protection officer"', 'by = ""', "line 16: signatory[0].by"),
        ('agency = "Eastvale Police"', 'agency = "Eastvale \u202eecilop"', "characters that are no text"),
        (
            'kinds = ["council", "nhs"]',
            'kinds = ["council", "police"]',
            "basis: police and identity stands there",
        ),
        (
            'art6 = "e"',
            'art6 = "public task"',
            "basis[1].art6: 'public task' is none of grounds.toml: c, d, e",
        ),
        ('art6 = "e"', 'art6 = "ea_crime"', "Annex 1 para 5 is not open to a council"),
        ('art6 = "e"', 'art6 = "s35"', "Part 3 s.35 is not open to a council"),
        ('art10 = "Part3"', 'art10 = "Sch1p10+p36"', "one regime, Part 3 or the UK GDPR"),
        ('art10 = "Part3"', 'art10 = "Sch8p1"', "'Sch8p1' is no Article 10 condition of grounds.toml"),
        ('art9 = "Sch8p1"', 'art9 = "Part3"', "'Part3' is no Article 9 condition of grounds.toml"),
        ('art6 = "e"', 'art6 = "e"\nart9 = "h+Sch1p2"', ""),
        ('art6 = "ea_crime"', 'art6 = "ea_crime"\nart9 = "h+Sch1p2"', "is not open to an Idva charity"),
        ("without_consent = ", "# ", "basis[1].art10: DPA 2018 s.10(5) with Sch 1 paras 10 and 36 asks why"),
        ('power = "Crime', '# power = "Crime', "basis[1].power: a council needs a power to share: name it"),
        ('confidence = "', '# confidence = "', "basis[0].confidence"),
        ("[[basis]]", "[[bases]]", "basis: field required"),
        ("version = 1", "version = 1\nnote = '''" + "x" * 300_000 + "'''", "larger than 262,144 bytes"),
    ],
)
def test_a_broken_document_is_refused_with_its_line_and_field(
    old: str, new: str, says: str, rules: Rules
) -> None:
    assert old in TEXT
    broken = TEXT.replace(old, new)
    if not says:
        read(broken, rules)
        return
    with pytest.raises(AgreementError) as error:
        read(broken, rules)
    assert error.value.text.startswith("agreements/ours.toml")
    assert says in error.value.text
    assert isinstance(error.value, UsageError)
    assert error.value.kept
    assert error.value.do


def test_the_digest_is_of_what_it_says_and_not_of_how_the_file_is_written(rules: Rules) -> None:
    agreed = read(TEXT, rules)
    head, *signed = TEXT.split("[[signatory]]\n")
    last, bases = signed[-1].split("[[basis]]\n", 1)
    rewritten = "# written anew\n" + head.replace("\n", "  # as agreed\n", 1)
    rewritten += "".join(f"[[signatory]]\n{one}\n\n" for one in [last, *signed[:-1][::-1]])
    rewritten += "".join(f"[[basis]]\n{one}\n" for one in bases.split("[[basis]]\n")[::-1])
    rewritten = rewritten.replace('["identity", "involvement"]', '["involvement", "identity"]')
    assert read(rewritten, rules).digest == agreed.digest
    for old, new in (
        ('"Eastvale Police"', '"Eastvale Constabulary"'),
        ("review = 2027-05-06", "review = 2027-05-07"),
        ('art6 = "e"', 'art6 = "c"'),
        ('"publish", ', ""),
    ):
        assert read(TEXT.replace(old, new), rules).digest != agreed.digest
    assert digest_said(agreed.digest).replace(" ", "") == agreed.digest[:32]
    assert digest_said(agreed.digest).count(" ") == 7


def test_the_canonical_form_is_the_one_that_is_recorded(rules: Rules) -> None:
    """Two areas compare the digest: another one is another edition of the format."""
    assert digest_said(read(TEXT, rules).digest) == "edaf 6fb1 473b fa34 5cd6 162d f178 6815"


def test_it_counts_from_its_start_to_its_end_until_its_review(rules: Rules) -> None:
    agreed = read(TEXT.replace("review = 2027-05-06", "review = 2027-05-06\nend = 2027-01-31"), rules)
    assert agreed.why_not_on(dt.date(2026, 5, 5)) == "it starts on 2026-05-06"
    assert agreed.why_not_on(dt.date(2026, 5, 6)) == ""
    assert agreed.why_not_on(dt.date(2027, 1, 31)) == ""
    assert agreed.why_not_on(dt.date(2027, 2, 1)) == "it ended on 2027-01-31"
    open_ended = read(TEXT, rules)
    assert open_ended.why_not_on(dt.date(2027, 5, 6)) == ""
    assert open_ended.why_not_on(dt.date(2027, 5, 7)) == "its review was due on 2027-05-06"
