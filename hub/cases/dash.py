"""The risk checklist (Dash): 24 questions with yes, no, don't know or not completed, and what a professional adds.

Pure. Source: SafeLives, Toolkit for Marac representatives, "SafeLives Dash risk checklist". The tool and its
version are kept with the answers: 14 of one is not 14 of another. What nobody completed counts as nothing at all,
never as zero, and "don't know" is shown beside the yeses. A checklist may be attached, with what it counts, in
place of being keyed. It excludes nobody: what it comes to stands beside a professional's judgement (`criteria`).
"""

from __future__ import annotations

from typing import Annotated, Any, Final, Literal, NamedTuple

from pydantic import Field, model_validator

from hub.cases.answers import NOT_COMPLETED, Answer, Box, YesNo
from hub.matching.written_dates import DayWritten
from hub.values import LongText, ShortText, Value

SAFELIVES: Final = "safelives_dash"
POLICE: Final = "police_dash_2009"
Tool = Literal["safelives_dash", "police_dash_2009"]
Count = Annotated[int, Field(ge=0, le=60)]


class Asked(NamedTuple):
    """A question of the checklist: its number, its name in a file, and what it asks for besides an answer.

    `boxes` are filled in with words, `ticks` say which.
    """

    number: int
    name: str
    boxes: tuple[str, ...] = ()
    ticks: tuple[str, ...] = ()


QUESTIONS: Final = (
    Asked(1, "injury", ("what", "first_injury")),
    Asked(2, "frightened"),
    Asked(3, "afraid_of_what"),
    Asked(4, "isolated"),
    Asked(5, "depressed_suicidal"),
    Asked(6, "separated"),
    Asked(7, "child_contact"),
    Asked(8, "stalking", ("what", "deliberate_to_intimidate")),
    Asked(9, "pregnant"),
    Asked(10, "more_often"),
    Asked(11, "worse"),
    Asked(12, "control_jealousy", ("specify",)),
    Asked(13, "weapons"),
    Asked(14, "threats_to_kill", ("other_specify",), ("you", "children", "other")),
    Asked(15, "strangle"),
    Asked(16, "sexual", ("who_else",)),
    Asked(17, "other_person", ("whom", "why")),
    Asked(
        18,
        "hurt_others",
        ("other_specify",),
        ("children", "another_family_member", "someone_previous_relationship", "other"),
    ),
    Asked(19, "animals"),
    Asked(20, "financial"),
    Asked(21, "drugs_alcohol_mh", ("details",), ("drugs", "alcohol", "mental_health")),
    Asked(22, "abuser_suicide"),
    Asked(
        23,
        "broken_orders",
        ("other_specify",),
        (
            "bail_conditions",
            "non_mol_or_occupation_order",
            "child_contact_arrangements",
            "forced_marriage_protection_order",
            "other",
        ),
    ),
    Asked(
        24,
        "criminal_history",
        ("other_specify",),
        ("domestic_abuse", "sexual_violence", "other_violence", "other"),
    ),
)
"""In the order in which they are printed."""

OF_CHILDREN: Final = (7, 9, 18)
"""Those that are about children and pregnancy, by the guidance to the checklist."""

_NAMED: Final = {one.name: one for one in QUESTIONS} | {str(one.number): one for one in QUESTIONS}


class Reply(Value):
    """One question as it was answered. `source`: who said it, where that is not the victim.

    `boxes`: what else the question asks for, by its name; `ticks`: which of those that it lists.
    """

    answer: Answer = "not_completed"
    comment: Box = ""
    source: ShortText = ""
    boxes: dict[ShortText, Box] = Field(default_factory=dict)
    ticks: tuple[ShortText, ...] = ()

    @property
    def said(self) -> bool:
        """Whether anything stands there."""
        return self != Reply()


class Severity(Value):
    """One kind of abuse in the severity of abuse grid: how severe, and whether it grows worse or more frequent."""

    severity: Literal["", "no", "standard", "moderate", "high", "dont_know"] = ""
    in_severity: Literal["", "worse", "unchanged", "reduced", "dont_know"] = ""
    in_frequency: Literal["", "worse", "unchanged", "reduced", "dont_know"] = ""


class SeverityGrid(Value):
    """The severity of abuse grid, which may go with the checklist."""

    physical: Severity = Severity()
    sexual: Severity = Severity()
    harassment_or_stalking: Severity = Severity()
    jealous_or_controlling: Severity = Severity()


class BeforeAsking(Value):
    """What is established before the first question, so that asking does no harm."""

    safe_to_talk_now: YesNo = "not_completed"
    time_to_talk: ShortText = ""
    safe_contact: ShortText = ""
    where_perpetrator_is: ShortText = ""
    where_children_are: ShortText = ""
    explained_why: YesNo = "not_completed"


class Dash(Value):
    """A risk checklist. `attached`: it is attached in place of being keyed, and `total_yes` is what it says.

    `questions` by their names; one that is not there was not completed. The professional's part is in the order in
    which it is printed.
    """

    tool: Tool = "safelives_dash"
    version: ShortText = "24 questions, 2014"
    completed_on: DayWritten | None = None
    completed_by: ShortText = ""
    before: BeforeAsking = BeforeAsking()
    questions: dict[ShortText, Reply] = Field(default_factory=dict)
    attached: bool = False
    total_yes: Count | None = None
    total_dont_know: Count | None = None

    other_risk_info: LongText = ""
    willing_to_engage: Box = ""
    abuser_occupation_interests: Box = ""
    victim_priorities: LongText = ""
    grounds_for_marac: YesNo = "not_completed"
    referral_made: YesNo = "not_completed"
    signed_1: ShortText = ""
    date_1: DayWritten | None = None
    risk_to_children: YesNo = "not_completed"
    child_referral_made: YesNo = "not_completed"
    child_referral_date: DayWritten | None = None
    signed_2: ShortText = ""
    date_2: DayWritten | None = None
    name: ShortText = ""
    practitioner_notes: LongText = ""
    severity: SeverityGrid | None = None
    supplementary: LongText = ""

    @model_validator(mode="before")
    @classmethod
    def _keyed(cls, said: Any) -> Any:
        """A file may name a question beside the rest, by its name or number, and answer it with a word alone."""
        if not isinstance(said, dict):
            return said
        named = {key: value for key, value in said.items() if str(key) in _NAMED}
        rest = {key: value for key, value in said.items() if key not in named}
        under = rest.pop("questions", {})
        if not isinstance(under, dict):
            return said
        found: dict[str, Any] = {}
        for key, value in (*under.items(), *named.items()):
            asked = _NAMED.get(str(key))
            if asked is None:
                raise ValueError("a question is none of the checklist's")
            if asked.name in found:
                raise ValueError(f"question {asked.number} is answered twice")
            found[asked.name] = _reply(asked, value)
        return rest | {"questions": found}

    def reply(self, name: str) -> Reply:
        """The answer to a question; one that is not there was not completed."""
        return self.questions.get(name, Reply())

    def counted(self, answer: Answer) -> int:
        """How many questions have that answer."""
        return sum(self.reply(one.name).answer == answer for one in QUESTIONS)

    @property
    def keyed(self) -> bool:
        """Whether any question was completed here."""
        return self.counted(NOT_COMPLETED) < len(QUESTIONS)

    @property
    def yeses(self) -> int | None:
        """How many yeses it has: as they were keyed, else as the attached one says. None: it is not known."""
        return self.counted("yes") if self.keyed else self.total_yes

    @property
    def dont_knows(self) -> int | None:
        """How many questions were answered with "don't know"; None where that is not known."""
        return self.counted("dont_know") if self.keyed else self.total_dont_know

    @property
    def left_out(self) -> int | None:
        """How many questions nobody completed; None of one that is attached."""
        return self.counted(NOT_COMPLETED) if self.keyed else None

    @property
    def totals_differ(self) -> bool:
        """Whether whoever completed it counted otherwise than its answers."""
        return self.keyed and self.total_yes is not None and self.total_yes != self.counted("yes")

    @property
    def speaks_of_children(self) -> bool:
        """Whether it says that children are at risk, or may be."""
        about = (one.name for one in QUESTIONS if one.number in OF_CHILDREN)
        return self.risk_to_children == "yes" or any(self.reply(name).answer == "yes" for name in about)


def _reply(asked: Asked, value: Any) -> Any:
    """A reply, with what the question asks for besides under its own names: `{"answer": "yes", "what": ...}`."""
    if isinstance(value, Reply):
        return value
    if not isinstance(value, dict):
        return {"answer": value}
    rest, boxes, ticks = dict(value), dict(value.get("boxes") or {}), list(value.get("ticks") or ())
    for name in (*asked.boxes, *asked.ticks):
        if name not in rest:
            continue
        given = rest.pop(name)
        if name in asked.ticks and (given is True or str(given).casefold() in ("yes", "y", "true")):
            ticks.append(name)
        elif name in asked.boxes and given not in (None, ""):
            boxes[name] = "yes" if given is True else "no" if given is False else given
    sub = rest.pop("sub", None) or ()
    ticks.extend(one for one in sub if not isinstance(sub, dict) or sub[one] is True)
    if not {*boxes} <= {*asked.boxes} or not {*ticks} <= {*asked.ticks}:
        raise ValueError(f"question {asked.number} has a box or a tick that is none of its own")
    return rest | {"boxes": boxes, "ticks": tuple(dict.fromkeys(ticks))}
