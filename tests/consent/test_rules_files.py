"""The two rules files: a broken one is refused at start, with the line and the reason."""

from __future__ import annotations

import datetime as dt
import tomllib

import pytest

from hub.consent import GroundKey, Rules, load_rules
from hub.consent.enactments import gateways_named
from hub.consent.form.vocabulary import DataClass
from hub.consent.rules.files import line_of, rules_from_text
from hub.consent.rules.in_words import basis_for, explain
from hub.errors import UsageError
from hub.node.settings import SHIPPED_CONFIG
from hub.values import AgencyKind, Level, Purpose, RequesterRole
from tests.consent.stories import ON

GROUNDS = (SHIPPED_CONFIG / "grounds.toml").read_text(encoding="utf-8")
POLICY = (SHIPPED_CONFIG / "policy.toml").read_text(encoding="utf-8")


def fault(old: str, new: str) -> tuple[str, int]:
    """The message for one change to the shipped files, and the line that the change is on."""
    where = GROUNDS if old in GROUNDS else POLICY
    assert where.count(old) >= 1
    line = where[: where.index(old)].count("\n") + 1
    grounds, policy = (text.replace(old, new, 1) if text is where else text for text in (GROUNDS, POLICY))
    with pytest.raises(UsageError) as caught:
        rules_from_text(grounds, policy)
    assert caught.value.do
    return caught.value.text, line


@pytest.mark.parametrize(
    ("old", "new", "says"),
    [
        (
            'needs = ["offence_type", "why',
            'needs = ["offense", "why',
            "grounds.crime.needs: 'offense' is named",
        ),
        (
            'art9 = ["g+Sch1p10"]',
            'art9 = ["g+Sch1p11"]',
            "grounds.crime.art9: 'g+Sch1p11' is named, which",
        ),
        ('art10 = ["Sch1p30"]', 'art10 = ["Sch1p31"]', "grounds.vital_interests.art10"),
        ('part3 = ["Sch8p2"]', 'part3 = ["Sch8p9"]', "grounds.administration_of_justice.part3"),
        ('basis = [{ key = "d" }]', 'basis = [{ key = "z" }]', "grounds.vital_interests.basis: 'z' is named"),
        ('to = ["council", "police"]', 'to = ["councils"]', "grounds.child_protection.to.0"),
        ('who = ["nhs", "council"]', 'who = ["doctors"]', "conditions.h+Sch1p2.who.0"),
        ("from = 2026-02-05", 'from = "spring"', "bases.ea_crime.from"),
        ('confidence = "high"', 'confidence = "sure"', "confidence"),
        ("filled_in = true", 'filled_in = "mostly"', "jurisdictions.england_wales.filled_in"),
        ('only_if = "incapable"', 'only_if = "tired"', "conditions.c.only_if"),
        (
            "on_request = true",
            "on_demand = true",
            "grounds.statutory_function.on_demand",
        ),
        ('manager_before = ["summary", "transfer"]', 'manager_before = ["summary"]', "must hold transfer"),
        ('automatic_levels = ["involvement"]', 'automatic_levels = ["summary"]', "may not hold summary"),
        ('least_band = "probable"', 'least_band = "likely"', "answer.least_band"),
        ("countersign = 3", "countersign = -3", "days.countersign"),
        ('coordinator = "transfer"', 'coordinator = "all"', "levels.marac_transfer.coordinator"),
        ("review_by = 2027-12-31", "review_by = 2027-13-31", "policy.toml, line"),
        ("[grounds.crime]", "[grounds.crime", "line"),
    ],
)
def test_a_broken_file_is_refused_with_its_line(old: str, new: str, says: str) -> None:
    text, line = fault(old, new)
    assert says.lower() in text.lower(), text
    assert f"line {line}" in text, (text, line)


@pytest.mark.parametrize(
    ("grounds", "policy", "says"),
    [
        ("a = 1\nb = [1,\n", POLICY, "grounds.toml, line 2: "),
        (GROUNDS, "a = 1\nb = 'x\n", "policy.toml, line 2: "),
        (GROUNDS, "a = 1\na = 2\n", "policy.toml, line 2: cannot overwrite a value."),
        ("=", POLICY, "grounds.toml, line 1: invalid statement."),
    ],
)
def test_a_file_that_is_no_toml_is_refused_with_its_line(grounds: str, policy: str, says: str) -> None:
    with pytest.raises(UsageError) as caught:
        rules_from_text(grounds, policy)
    assert caught.value.text.startswith(says)
    assert caught.value.do == f"Correct {says.split(',')[0]}; nothing is decided until then."


def test_a_missing_part_is_named() -> None:
    data, policy = tomllib.loads(GROUNDS), tomllib.loads(POLICY)
    del data["grounds"]["crime"], policy["levels"]["publish"]
    with pytest.raises(UsageError, match=r"grounds\.toml: grounds: lacks crime"):
        load_rules(data, policy)
    with pytest.raises(UsageError, match=r"policy\.toml: levels: lacks publish"):
        load_rules(tomllib.loads(GROUNDS), policy)
    del policy["items"]["summary"]
    policy["levels"]["publish"] = {"manager": "involvement"}
    with pytest.raises(UsageError, match=r"policy\.toml: items: lacks summary"):
        load_rules(tomllib.loads(GROUNDS), policy)


def test_a_ground_has_a_basis_or_must_be_paired_and_not_both() -> None:
    data = tomllib.loads(GROUNDS)
    data["grounds"]["right_to_life"]["basis"] = [{"key": "e"}]
    with pytest.raises(UsageError, match="not both"):
        load_rules(data, tomllib.loads(POLICY))


def test_the_line_of_an_entry_or_of_what_holds_it() -> None:
    text = '# head\n[a]\nb = 1\n[a."c+d"]\ne = 2\n[[f]]\ng = 1\n[[f]]\ng = 2\n'
    assert line_of(text, ("a", "b")) == 3
    assert line_of(text, ("a", "c+d", "e")) == 5
    assert line_of(text, ("a", "zzz")) == 2
    assert line_of(text, ("f", 1, "g")) == 9
    assert line_of(text, ("f", 0)) == 6
    assert line_of(text, ("nowhere",)) == 1


def test_the_shipped_rules_are_dated_sourced_and_honest(rules: Rules) -> None:
    assert rules.name == f"grounds {rules.law.version}, policy {rules.policy.version}"
    off = [gateway.key for gateway in rules.law.gateways if not gateway.in_force]
    assert off == ["CA2004_s16LA", "CWSA2026_s4"]
    assert [key for key, rule in rules.law.jurisdictions.items() if rule.filled_in] == ["england_wales"]
    for key, rule in rules.law.grounds.items():
        assert rule.cited, key
        assert rule.from_ > dt.date(1900, 1, 1), key
    for purpose in Purpose:
        assert set(rules.policy.levels[purpose]) == set(RequesterRole)


def test_recognised_legitimate_interests_are_never_open_to_a_public_authority(rules: Rules) -> None:
    for key in GroundKey:
        for kind in AgencyKind:
            basis = basis_for(kind, rules.law.grounds[key], rules, ON)
            assert not (rules.law.agencies[kind].public and "(ea)" in basis)


@pytest.mark.parametrize(
    ("section", "key"),
    [
        ("Children Act 2004 s.16LA", "CA2004_s16LA"),
        ("s16LA of the Children Act 2004", "CA2004_s16LA"),
        ("section 16LA Children  Act 2004", "CA2004_s16LA"),
        ("CHILDREN ACT 1989 ss.17, 47", "CA1989"),
        ("PCSC Act 2022 s.16", "PCSC2022_s16"),
        ("Crime and Disorder Act 1998, section 115(1)", "CDA1998_s115"),
        ("Housing Act 1996 Pt 7", "HA1996_Pt7"),
        ("Part VII of the Housing Act 1996", "HA1996_Pt7"),
        ("Housing Act 1996, s.213B", "HA1996_Pt7"),
        ("Children\u2019s Wellbeing and Schools Act 2026 s.4", "CWSA2026_s4"),
    ],
)
def test_sections_are_recognised_as_people_write_them(rules: Rules, section: str, key: str) -> None:
    assert [gateway.key for gateway in gateways_named(section, rules)] == [key]


@pytest.mark.parametrize(
    "section",
    ["Children Act 2004 s.100", "Children Act 2004 s.116", "Care Act 2014 s.420", "Housing Act 1996 s.7", ""],
)
def test_other_sections_are_not_mistaken_for_them(rules: Rules, section: str) -> None:
    assert gateways_named(section, rules) == []


def test_explain_says_what_each_purpose_ground_and_role_may_get(rules: Rules) -> None:
    told = explain(rules, ON)
    for word in (*Purpose, *RequesterRole, *GroundKey):
        assert word in told
    for agency in rules.law.agencies.values():
        assert agency.name in told
    assert "Scotland: not filled in: everything is refused." in told
    assert "s.4; commencement" in told
    assert "(not in force, off)" in told
    assert "must be paired" in told
    assert "council, school, court, NHS body" in told or "council, nhs" in told.lower()


def test_explain_follows_the_day(rules: Rules) -> None:
    before, after = (explain(rules, day) for day in (dt.date(2026, 2, 4), dt.date(2026, 2, 5)))
    assert "Annex 1 para 5" not in before
    assert "Annex 1 para 5" in after
    assert "NOT in date" in explain(rules, dt.date(2028, 1, 1))
    assert (
        "\n  general: EXAMPLE appropriate policy document: safeguarding and crime, NOT in date (review by"
        in explain(rules, dt.date(2028, 1, 1))
    )
    assert (
        "\n  crime: Prevention or detection of crime, apprehension or prosecution of offenders (NOT IN FORCE)\n"
        in (explain(rules, dt.date(2017, 1, 1)))
    )


def test_explain_prints_lists_and_ends_as_they_are(rules: Rules) -> None:
    crime = rules.law.grounds[GroundKey.crime]
    ending = crime.model_copy(update={"to_date": dt.date(2026, 12, 31), "who": ("public",)})
    law = rules.law.model_copy(update={"grounds": {**rules.law.grounds, GroundKey.crime: ending}})
    levels = frozenset({Level.involvement, Level.summary})
    sensitive = rules.policy.sensitive.model_copy(
        update={"art9": frozenset({DataClass.health, DataClass.risk}), "art10": frozenset(DataClass)}
    )
    policy = rules.policy.model_copy(
        update={
            "protocol": rules.policy.protocol.model_copy(update={"levels": levels}),
            "sensitive": sensitive,
        }
    )
    told = explain(Rules(law=law, policy=policy), ON)
    assert "Rule dated 2018-05-25 until 2026-12-31. Needs: offence_type," in told
    assert "at involvement, summary, for children," in told
    assert "(Art 9): health, risk." in told
    assert "(Art 10): children, contact, health, identity, involvement, offences, risk." in told
    assert basis_for(AgencyKind.refuge, ending, rules, ON) == ""
    assert basis_for(AgencyKind.council, ending, rules, ON).startswith("public task")
    assert basis_for(AgencyKind.refuge, crime, rules, ON).startswith("recognised legitimate interest")


def test_a_rule_applies_from_its_first_day_to_its_last(rules: Rules) -> None:
    rule = rules.law.bases["f"].model_copy(
        update={"from_": dt.date(2026, 1, 1), "to_date": dt.date(2026, 12, 31)}
    )
    days = [dt.date(2025, 12, 31), dt.date(2026, 1, 1), dt.date(2026, 12, 31), dt.date(2027, 1, 1)]
    assert [rule.live(day) for day in days] == [False, True, True, False]
    assert not rule.model_copy(update={"in_force": False}).live(days[1])


def test_explain_says_which_entries_are_examples_until_they_are_replaced(rules: Rules) -> None:
    assert explain(rules, ON).count("EXAMPLE: it names no real document") == 2
    own = {
        name: document.model_copy(update={"example": False, "ref": "Our own, of January 2026"})
        for name, document in rules.policy.policy_documents.items()
    }
    policy = rules.policy.model_copy(update={"policy_documents": own})
    assert "EXAMPLE" not in explain(Rules(law=rules.law, policy=policy), ON)
