"""The printed forms of a Marac, row by row: each field by the words of its form, what is typed, and what is read.

Written here once more, in the order of the forms, so that a field which the program loses is missed. Source:
SafeLives, Toolkit for Marac representatives. `tests/web/console/test_printed_forms.py` types them on the pages
served, and takes each away.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Final, NamedTuple


class Printed(NamedTuple):
    """A field: the row that asks for it, its name and words on the page, what is typed, and what is read back.

    `typed`: of several boxes that are ticked, all. `read`: empty where it is what was typed. `under`: the words
    beside which it is read; empty: its own.
    """

    row: str
    name: str
    words: str
    typed: str | Sequence[str]
    read: str = ""
    under: str = ""


def _r(number: int) -> str:
    return f"S003-R{number}"


_BORN: Final = "Date of birth, or what is known of it"
REFERRAL: Final[Mapping[str, tuple[Printed, ...]]] = {
    "referrer": (
        Printed(_r(2), "referring_agency", "Referring agency", "Eastvale Housing"),
        Printed(_r(3), "contact_names", "Contact name(s)", "The duty desk"),
        Printed(_r(4), "contact_tel_email", "Telephone / email", "01632 960001"),
        Printed(_r(5), "date", "Date", "1 November 2026", "1 November 2026"),
    ),
    "victim": (
        Printed(_r(6), "victim_name.given_names", "Given names", "Dorothea", under="Victim name"),
        Printed(_r(6), "victim_name.surname", "Surname", "Quillfeather", under="Victim name"),
        Printed(_r(7), "victim_dob", _BORN, "4/7/1991", "4 July 1991", "Victim date of birth"),
        Printed(_r(8), "victim_address", "Address", "1 High Street, Eastvale"),
        Printed(_r(9), "victim_tel", "Telephone number", "01632 960777", under="the case"),
        Printed(_r(10), "tel_safe_to_call", "Is this number safe to call?", "yes", "Yes"),
        Printed(
            _r(11),
            "contact_info",
            "Any relevant contact information, such as times to call",
            "Mornings alone.",
        ),
        Printed(_r(12), "diversity", "Diversity data (if known)", ("BME", "disabled", "LGBTQ_plus"), "B&ME"),
        Printed(_r(13), "diversity", "Diversity data (if known)", (), "Disabled"),
        Printed(_r(14), "diversity", "Diversity data (if known)", (), "LGBTQ+"),
        Printed(_r(15), "gender", "Gender", "female", "Female"),
    ),
    "perpetrators": (
        Printed(_r(16), "perpetrators.0.name.given_names", "Given names", "Ned", under="Perpetrator"),
        Printed(_r(16), "perpetrators.0.name.surname", "Surname", "Longstaffe", under="Perpetrator"),
        Printed(_r(17), "perpetrators.0.dob", _BORN, "March 1988", "March 1988", "Perpetrator"),
        Printed(_r(18), "perpetrators.0.address", "Address", "9 Low Road", under="Perpetrator"),
        Printed(
            _r(19),
            "perpetrators.0.relationship_to_victim",
            "Relationship to victim",
            "ex-partner",
            under="Perpetrator",
        ),
        Printed(_r(16), "perpetrators.1.name.given_names", "Given names", "Ted", under="Perpetrator"),
        Printed(_r(16), "perpetrators.1.name.surname", "Surname", "Longbarrow", under="Perpetrator"),
    ),
    "children": (
        Printed(_r(20), "children.0.name.given_names", "Given names", "Pip", under="Child"),
        Printed(_r(20), "children.0.name.surname", "Surname", "Quillfeather", under="Child"),
        Printed(_r(20), "children.0.dob", _BORN, "2019", "2019", "Child"),
        Printed(_r(21), "children.0.relationship_to_victim", "Relationship to victim", "son", under="Child"),
        Printed(
            _r(22),
            "children.0.relationship_to_perpetrator",
            "Relationship to perpetrator",
            "stepchild",
            under="Child",
        ),
        Printed(_r(23), "children.0.address", "Address", "with an aunt", under="Child"),
        Printed(_r(24), "children.0.school", "School (if known)", "Eastvale Infants", under="Child"),
        Printed(_r(20), "children.1.name.given_names", "Given names", "Sal", under="Child"),
    ),
    "reason": (
        Printed(_r(31), "reason", "Reason for referral / additional information", "It grew worse."),
        Printed(_r(25), "crit_professional_judgement", "Professional judgement", "yes", "Yes"),
        Printed(
            _r(29),
            "pj_rationale",
            "If referred on professional judgement, please briefly explain your rationale",
            "Frightened to go home.",
        ),
        Printed(
            _r(26),
            "crit_visible_high_risk",
            "Visible high risk (the number of ticks on the risk checklist that is agreed here)",
            "no",
            "No",
        ),
        Printed(
            _r(27),
            "crit_potential_escalation",
            "Potential escalation (the number of incidents in 12 months that is agreed here)",
            "yes",
            "Yes",
        ),
        Printed(
            _r(28),
            "crit_marac_repeat",
            "Marac repeat (further incident identified within twelve months from the date of the last referral)",
            "no",
            "No",
        ),
        Printed(
            _r(30),
            "repeat_date_listed_case_no",
            "If a repeat, the date listed / case number (if known)",
            "Heard in May, 41",
        ),
    ),
    "consent": (
        Printed(_r(32), "victim_aware", "Is the victim aware of the Marac referral?", "no", "No"),
        Printed(_r(33), "not_aware_why", "If no, why not?", "He reads the post."),
        Printed(_r(34), "consent_given", "Has consent been given?", "no", "No"),
    ),
    "afraid": (
        Printed(
            _r(35),
            "afraid_of.0.person",
            "Person",
            "his brother",
            under="Who is the victim afraid of? (all potential threats, not just the primary perpetrator)",
        ),
        Printed(
            _r(36),
            "safe_to_talk_to.0.person",
            "Person",
            "the midwife",
            under="Who does the victim believe it safe to talk to?",
        ),
        Printed(
            _r(37),
            "not_safe_to_talk_to.0.person",
            "Person",
            "his sister",
            under="Who does the victim believe it not safe to talk to?",
        ),
        Printed(
            _r(37),
            "not_safe_to_talk_to.0.agency",
            "Agency",
            "Castlebridge Homes",
            under="Who does the victim believe it not safe to talk to?",
        ),
        Printed(
            _r(38),
            "other_marac_before",
            "Has the victim been referred to any other Marac previously?",
            "yes",
            "Yes",
        ),
        Printed(_r(39), "other_marac_where_when", "If yes, where / when?", "Southmere, 2023"),
    ),
}
"""Marac referral form, by the blocks of its pages."""


class Question(NamedTuple):
    """A question of the Dash: its name, words of it, and the words of the boxes and ticks that it has besides."""

    name: str
    words: str
    boxes: Mapping[str, str] = {}
    ticks: Mapping[str, str] = {}


_OTHER: Final = {"other_specify": "Other (please specify)"}
QUESTIONS: Final = (
    Question("injury", "resulted in injury", {"what": "What", "first_injury": "Is this the first injury?"}),
    Question("frightened", "very frightened"),
    Question("afraid_of_what", "What are you afraid of"),
    Question("isolated", "isolated from family/friends"),
    Question("depressed_suicidal", "depressed or having suicidal thoughts"),
    Question("separated", "separated or tried to separate"),
    Question("child_contact", "conflict over child contact"),
    Question(
        "stalking",
        "follow, stalk or harass",
        {"what": "What", "deliberate_to_intimidate": "Is this done deliberately to intimidate?"},
    ),
    Question("pregnant", "pregnant or have you recently had a baby"),
    Question("more_often", "happening more often"),
    Question("worse", "getting worse"),
    Question("control_jealousy", "control everything you do", {"specify": "Specify"}),
    Question("weapons", "weapons or objects"),
    Question(
        "threats_to_kill",
        "threatened to kill you or someone else",
        _OTHER,
        {"you": "You", "children": "Children", "other": "Other"},
    ),
    Question("strangle", "strangle / choke / suffocate / drown"),
    Question("sexual", "of a sexual nature", {"who_else": "If someone else, who"}),
    Question("other_person", "any other person who has threatened", {"whom": "Whom", "why": "Why"}),
    Question(
        "hurt_others",
        "hurt anyone else",
        _OTHER,
        {
            "children": "Children",
            "another_family_member": "Another family member",
            "someone_previous_relationship": "Someone from a previous relationship",
            "other": "Other",
        },
    ),
    Question("animals", "mistreated an animal or the family pet"),
    Question("financial", "financial issues"),
    Question(
        "drugs_alcohol_mh",
        "drugs, alcohol or mental health",
        {"details": "Details"},
        {"drugs": "Drugs", "alcohol": "Alcohol", "mental_health": "Mental health"},
    ),
    Question("abuser_suicide", "threatened or attempted suicide"),
    Question(
        "broken_orders",
        "broken bail/an injunction",
        _OTHER,
        {
            "bail_conditions": "Bail conditions",
            "non_mol_or_occupation_order": "Non Molestation/Occupation Order",
            "child_contact_arrangements": "Child contact arrangements",
            "forced_marriage_protection_order": "Forced Marriage Protection Order",
            "other": "Other",
        },
    ),
    Question(
        "criminal_history",
        "in trouble with the police or have a criminal history",
        _OTHER,
        {
            "domestic_abuse": "Domestic abuse",
            "sexual_violence": "Sexual violence",
            "other_violence": "Other violence",
            "other": "Other",
        },
    ),
)
"""The 24 questions of the SafeLives Dash, S003-R41 to R64."""
ANSWERS: Final = {"yes": "Yes", "no": "No", "dont_know": "Don't know"}
DASH_BEFORE: Final = (
    Printed(_r(68), "tool", "Tool", "police_dash_2009", "Police DASH (2009)"),
    Printed(_r(80), "before.safe_to_talk_now", "Is it safe to talk now?", "yes", "Yes"),
    Printed(_r(80), "before.time_to_talk", "How much time is there to talk?", "Half an hour"),
    Printed(_r(80), "before.safe_contact", "What are safe contact details?", "A friend's telephone"),
    Printed(_r(80), "before.where_perpetrator_is", "Where is the perpetrator?", "At work"),
    Printed(_r(80), "before.where_children_are", "Where are the children?", "At nursery"),
    Printed(
        _r(80),
        "before.explained_why",
        "Was it explained why these questions are asked, and what a Marac is?",
        "yes",
        "Yes",
    ),
)
DASH_AFTER: Final = (
    Printed(
        _r(69),
        "other_risk_info",
        "Is there any other relevant information (from victim or professional) which may increase risk levels?",
        "Far from the road.",
    ),
    Printed(
        _r(70),
        "willing_to_engage",
        "Are they willing to engage with your service? Describe.",
        "Yes, by telephone.",
    ),
    Printed(
        _r(71),
        "abuser_occupation_interests",
        "Consider the abuser's occupation / interests. Could this give them unique access to weapons? Describe.",
        "He shoots clays.",
    ),
    Printed(
        _r(72),
        "victim_priorities",
        "What are the victim's greatest priorities to address their safety?",
        "New locks.",
    ),
    Printed(
        _r(73),
        "grounds_for_marac",
        "Do you believe that there are reasonable grounds for referring this case to Marac?",
        "yes",
        "Yes",
    ),
    Printed(_r(73), "referral_made", "If yes, have you made a referral?", "no", "No"),
    Printed(_r(73), "signed_1", "Signed", "First Signer"),
    Printed(_r(73), "date_1", "Date", "2 November 2026", "2 November 2026"),
    Printed(
        _r(74),
        "risk_to_children",
        "Do you believe that there are risks facing the children in the family?",
        "yes",
        "Yes",
    ),
    Printed(
        _r(74),
        "child_referral_made",
        "If yes, have you made a referral to safeguard the children?",
        "yes",
        "Yes",
    ),
    Printed(_r(74), "child_referral_date", "Date referral made", "3 November 2026", "3 November 2026"),
    Printed(_r(74), "signed_2", "Signed (children)", "Second Signer", under="Signed"),
    Printed(_r(74), "date_2", "Date (children)", "4 November 2026", "4 November 2026", "Date"),
    Printed(_r(74), "name", "Name", "Named Signer"),
    Printed(_r(75), "practitioner_notes", "Practitioner's notes", "Call on Fridays."),
    Printed(_r(83), "severity.physical.severity", "Physical abuse: how severe?", "high", "High", "Physical"),
    Printed(
        _r(83),
        "severity.sexual.in_severity",
        "Sexual abuse: in severity",
        "worse",
        "Worse",
        "Sexual",
    ),
    Printed(
        _r(83),
        "severity.harassment_or_stalking.in_frequency",
        "Harassment or stalking: in frequency",
        "unchanged",
        "Unchanged",
        "Harassment or stalking",
    ),
    Printed(
        _r(83),
        "severity.jealous_or_controlling.severity",
        "Jealous or controlling behaviour: how severe?",
        "moderate",
        "Moderate",
        "Jealous or controlling",
    ),
    Printed(_r(83), "supplementary", "Supplementary questions and answers", "Asked of debts."),
)


def question_fields(number: int, one: Question) -> tuple[Printed, ...]:
    """A question of the Dash as it is filled in: number from 1."""
    at, row, under = f"questions.{one.name}", _r(40 + number), f"{number}. "
    answer = list(ANSWERS)[number % 3]
    boxes = tuple(
        Printed(row, f"{at}.boxes.{name}", words, f"{name} {number}", f"{words}: {name} {number}", under)
        for name, words in one.boxes.items()
    )
    ticks = (
        (
            Printed(
                row,
                f"{at}.ticks",
                f"Question {number}: which?",
                tuple(one.ticks),
                ". ".join(one.ticks.values()),
                under,
            ),
        )
        if one.ticks
        else ()
    )
    return (
        Printed(row, f"{at}.answer", f"{number}. ", answer, ANSWERS[answer], under),
        *boxes,
        *ticks,
        Printed(row, f"{at}.comment", f"Comment on question {number}", f"Comment {number}", under=under),
        Printed(
            row,
            f"{at}.source",
            f"Source for question {number}, if not the victim",
            f"Source {number}",
            under=under,
        ),
    )


DASH: Final = (
    *DASH_BEFORE,
    *(field for number, one in enumerate(QUESTIONS, 1) for field in question_fields(number, one)),
    *DASH_AFTER,
)
"""SafeLives Dash risk checklist."""
RESEARCH: Final = (
    Printed(_r(84), "name_agency", "Name and agency", "Ash Underhill, police"),
    Printed(_r(85), "tel_email", "Telephone / email", "01632 960002"),
    Printed(_r(86), "date", "Date", "5 November 2026", "5 November 2026"),
    Printed(_r(87), "victim_name.given_names", "Victim: given names", "Dorothea", under="Victim name"),
    Printed(_r(87), "victim_name.surname", "Victim: surname", "Quillfeather", under="Victim name"),
    Printed(_r(87), "victim_dob", "Victim date of birth", "4/7/1991", "4 July 1991"),
    Printed(_r(87), "victim_address", "Victim address", "1 High Street", under="Address"),
    Printed(_r(88), "marac_case_number", "Marac case number (from agenda)", "EV-41"),
    Printed(
        _r(89), "victim_details_accurate", "Are the victim details on the Marac list accurate?", "yes", "Yes"
    ),
    Printed(
        _r(89),
        "victim_changes",
        "Changes, errors or other information on the victim (such as aliases or nicknames)",
        "Known as Dolly.",
    ),
    Printed(
        _r(90),
        "children_details_accurate",
        "Are the children's details on the Marac list accurate?",
        "yes",
        "Yes",
    ),
    Printed(
        _r(90),
        "children_changes",
        "Changes, errors or other information on the children",
        "One is at college.",
    ),
    Printed(
        _r(91),
        "perpetrator_details_accurate",
        "Are the perpetrator details on the Marac list accurate?",
        "yes",
        "Yes",
    ),
    Printed(
        _r(91),
        "perpetrator_changes",
        "Changes, errors or other information on the perpetrator",
        "Drives a van.",
    ),
    Printed(
        _r(92), "last_contacts", "Records of last sightings, meetings or phone calls", "Seen on Tuesday."
    ),
    Printed(
        _r(93),
        "attitude_demeanour",
        "Recent attitude, behaviour and demeanour, including changes",
        "Quieter.",
    ),
    Printed(
        _r(94),
        "risk_relevant",
        "Any relevant information that relates to the risk indicators on the checklist",
        "Two calls in May.",
    ),
    Printed(
        _r(95),
        "other_info",
        "Other information (such as actions already taken by your agency)",
        "A marker is set.",
    ),
    Printed(
        _r(96),
        "victim_priorities",
        "What are the victim's greatest priorities to address their safety?",
        "Her school run.",
    ),
    Printed(
        _r(97),
        "afraid_of.0.person",
        "Person",
        "his cousin",
        under="Who is the victim afraid of? (all potential threats, not just the primary perpetrator)",
    ),
    Printed(
        _r(98),
        "safe_to_talk_to.0.person",
        "Person",
        "her tutor",
        under="Who does the victim believe it safe to talk to?",
    ),
    Printed(
        _r(99),
        "not_safe_to_talk_to.0.person",
        "Person",
        "The landlord",
        under="Who does the victim believe it not safe to talk to?",
    ),
    Printed(
        _r(100),
        "looked_back_to",
        "How far back your records were looked into",
        "1 November 2024",
        "1 November 2024",
    ),
    Printed(_r(100), "relevance", "What your agency counts as relevant", "All of two years."),
)
"""Research form for Marac."""
CHILD: Final = (
    Printed(_r(74), "made", "Was a referral to safeguard the children made?", "yes", "Yes", "Made"),
    Printed(_r(74), "date", "Date referral made", "6 November 2026", "6 November 2026", "Date"),
    Printed(_r(74), "to", "To whom", "Children's services", under="To"),
    Printed(_r(74), "children", "For which children, and what for", "For Pip.", under="Child"),
    Printed(_r(74), "signed", "Signed", "Third Signer"),
)
"""The referral to safeguard children, at the end of the Dash."""


class Asked(NamedTuple):
    """A field of the sharing form: its row, the page that asks it, its name, words of it, and what is typed.

    `beside`: what its page wants with it; `kept`: what stands in the field then; `said`: what stands among the
    answers. `ground`: the ground that it shows.
    """

    row: str
    page: str
    field: str
    words: str
    typed: str
    said: str
    beside: Mapping[str, str | Sequence[str]] = {}
    kept_as: str = ""
    ground: str = ""

    @property
    def kept(self) -> str:
        """What stands in the field when its page is opened again."""
        return self.kept_as or self.typed


_ELSE: Final = {"subjects.0.only_self_at_risk": "no", "risk.0.who": "The neighbour's child"}
_WHO: Final = {
    "consultations.0.who": "Pat Example, Caldicott Guardian",
    "consultations.0.date": "1 November 2026",
    "consultations.0.decided": "share",
}
# By the row of each ground, in the order of the form: its name, words of what shows it, and where those are kept.
GROUNDS: Final = {
    115: ("crime", "offence_type", "Which offence"),
    116: ("vital_interests", "imminent_threat_to_life", "What threatens life"),
    117: ("administration_of_justice", "proceedings_ref", "Which proceedings"),
    118: ("statutory_function", "section", "Which Act and section"),
    119: ("court_order", "court", "Which court"),
    120: ("public_interest", "outweighs_because", "outweigh confidence"),
    121: ("child_protection", "child", "Which child"),
    122: ("right_to_life", "real_and_immediate_risk_facts", "real and immediate"),
    123: ("inhuman_treatment", "ill_treatment_risk_facts", "ill-treatment is feared"),
}
_BALANCE: Final = (
    ("pressing_need", "There is a pressing need"),
    ("risk_of_not_disclosing", "The risk of not sharing"),
    ("respective_risks_to_those_affected", "The risks to each person affected"),
    ("interest_of_other_agency_in_receiving", "What the other agency needs it for"),
    ("public_interest_of_disclosure", "The public interest in sharing"),
    ("human_rights", "Human rights"),
    ("duty_of_confidentiality", "The duty of confidence"),
    ("other", "Something else"),
)
SHARING: Final = (
    Asked(
        _r(104),
        "others",
        "risk.0.who",
        "Who else?",
        "Her mother",
        "Her mother",
        {**_ELSE, "risk.0.concerns": "x"},
    ),
    Asked(_r(105), "others", "risk.0.from_whom", "From whom?", "his brother", "The neighbour", {**_ELSE}),
    Asked(
        _r(106),
        "others",
        "risk.0.concerns",
        "Concerns around this risk",
        "That he returns.",
        "That he returns.",
        _ELSE,
    ),
    Asked(_r(111), "happened", "incident", "What happened?", "He broke the door.", "He broke the door."),
    *(Asked(_r(124), "balancing", "balancing", words, name, words) for name, words in _BALANCE),
    *(
        Asked(
            _r(row),
            f"ground-{key.replace('_', '-')}",
            f"grounds.{at}.evidence.{name}",
            words,
            f"What shows ground {at}.",
            f"What shows ground {at}.",
            ground=key,
        )
        for at, (row, (key, name, words)) in enumerate(GROUNDS.items())
    ),
    Asked(_r(126), "advice", "consultations.0.who", "Who was consulted", "Pat Example", "Pat Example", _WHO),
    Asked(_r(126), "advice", "consultations.0.date", "When?", "1 November 2026", "1 November 2026", _WHO),
    Asked(_r(126), "advice", "consultations.0.decided", "To share", "share", "To share", _WHO),
    Asked(_r(126), "advice", "consultations.0.decision", "In their words", "Share it.", "Share it.", _WHO),
    Asked(_r(130), "review", "review.date", "looked at again", "4 December 2026", "4 December 2026"),
)
"""Information sharing without consent form, as far as a page asks it."""
