"""The words of the printed forms, field by field in their order, for the pages that show or ask them.

How a paper is laid out in rows is `paper_rows`'s.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

from hub.cases.referral import Criterion
from hub.records.papers import PaperKind
from hub.web.console.language import gettext, mark

KINDS: Final = {
    PaperKind.referral: mark("Referral"),
    PaperKind.dash: mark("Risk checklist"),
    PaperKind.research: mark("Research"),
    PaperKind.child_referral: mark("Referral to safeguard children"),
    PaperKind.minutes: mark("Minutes"),
    PaperKind.plan: mark("Action plan"),
    PaperKind.plan_review: mark("Review of a plan"),
    PaperKind.flag: mark("Flag"),
    PaperKind.repeat: mark("Found here already"),
    PaperKind.move_notice: mark("Notice of a move"),
    PaperKind.staff_warning: mark("Warning for staff"),
    PaperKind.attachment: mark("Attached file"),
    PaperKind.idva_contact: mark("Contact by the Idva service"),
    PaperKind.clients_answer: mark("What the client said about asking"),
    PaperKind.records_request: mark("Request for records"),
    PaperKind.correction: mark("Correction of who is on the case"),
    PaperKind.still_here: mark("Whether the victim is still here"),
    PaperKind.disclosure_scheme: mark("Disclosure scheme considered"),
    PaperKind.idva_handover: mark("Handover to the Idva service of another area"),
    PaperKind.listing: mark("Listed for a meeting"),
}
CRITERIA: Final[Mapping[Criterion, str]] = {
    "professional_judgement": mark("Professional judgement"),
    "visible_high_risk": mark(
        "Visible high risk (the number of ticks on the risk checklist that is agreed here)"
    ),
    "potential_escalation": mark(
        "Potential escalation (the number of incidents in 12 months that is agreed here)"
    ),
    "marac_repeat": mark(
        "Marac repeat (further incident identified within twelve months from the date of the last referral)"
    ),
}
_OF_PEOPLE: Final = {
    "given_names": mark("Given names"),
    "surname": mark("Surname"),
    "aliases": mark("Other names"),
    "dob": mark("Date of birth"),
    "date_of_birth": mark("Date of birth"),
    "address": mark("Address"),
    "postcode": mark("Postcode"),
    "phone": mark("Telephone number"),
    "nhs_number": mark("NHS number"),
    "role": mark("Part in the case"),
    "person": mark("Person"),
    "agency": mark("Agency"),
    "area": mark("Area"),
    "why": mark("Why"),
}
_OF_OTHERS: Final = {
    "what": mark("What will be done"),
    "volunteered_by": mark("Volunteered by"),
    "due": mark("By when"),
    "risk": mark("Which risk it meets"),
    "achieves": mark("What it will achieve"),
    "addresses": mark("About"),
    "approach": mark("What it does about the behaviour"),
    "with_agencies": mark("Jointly with"),
    "reports": mark("What came of it"),
    "outcome": mark("What came of it"),
    "worked": mark("Did it work?"),
    "still_needed": mark("Still needed?"),
    "at": mark("When"),
    "asked_at": mark("Asked"),
    "by": mark("By"),
    "on": mark("On"),
    "until": mark("Until"),
    "authority": mark("By whose authority"),
    "meeting_date": mark("Meeting"),
    "actions": mark("Action"),
    "tells_victim": mark("Who tells the victim, if that is safe"),
    "safety": mark("As safe as it can be?"),
    "safe": mark("Is it safe?"),
    "risk_it_makes": mark("What risk an action may itself cause"),
    "no_action_on_perpetrator": mark("Why nothing is done about the behaviour"),
    "reviewed": mark("Reviewed, of the plan before"),
    "accepted_by": mark("Accepted by"),
    "accepted_on": mark("Accepted on"),
    "proposer": mark("Proposed by"),
    "changes": mark("Change"),
    "before": mark("Before"),
    "after": mark("After"),
    "state": mark("How it stands"),
    "words": mark("In their words"),
    "stays": mark("For how long"),
    "heard": mark("Heard here?"),
    "agenda_sent": mark("Agenda sent?"),
}
FIELDS: Final = {
    "considered": mark("Was the disclosure scheme considered?"),
    "because": mark("Why"),
    "referring_agency": mark("Referring agency"),
    "contact_names": mark("Contact name(s)"),
    "contact_tel_email": mark("Telephone / email"),
    "date": mark("Date"),
    "victim_name": mark("Victim name"),
    "victim_dob": mark("Victim date of birth"),
    "victim_address": mark("Address"),
    "victim_tel": mark("Telephone number"),
    "tel_safe_to_call": mark("Is this number safe to call?"),
    "contact_info": mark("Any relevant contact information, such as times to call"),
    "diversity": mark("Diversity data (if known)"),
    "gender": mark("Gender"),
    "perpetrators": mark("Perpetrator"),
    "children": mark("Child"),
    "relationship_to_victim": mark("Relationship to victim"),
    "relationship_to_perpetrator": mark("Relationship to perpetrator"),
    "school": mark("School (if known)"),
    "reason": mark("Reason for referral / additional information"),
    **{f"crit_{name}": words for name, words in CRITERIA.items()},
    "pj_rationale": mark("If referred on professional judgement, please briefly explain your rationale"),
    "repeat_date_listed_case_no": mark("If a repeat, the date listed / case number (if known)"),
    "incidents_12_months": mark("Incidents reported in the past 12 months"),
    "victim_aware": mark("Is the victim aware of the Marac referral?"),
    "not_aware_why": mark("If no, why not?"),
    "consent_given": mark("Has consent been given?"),
    "afraid_of": mark(
        "Who is the victim afraid of? (all potential threats, not just the primary perpetrator)"
    ),
    "safe_to_talk_to": mark("Who does the victim believe it safe to talk to?"),
    "not_safe_to_talk_to": mark("Who does the victim believe it not safe to talk to?"),
    "other_marac_before": mark("Has the victim been referred to any other Marac previously?"),
    "other_marac_where_when": mark("If yes, where / when?"),
    "victim_aliases": mark("Other names"),
    "victim_postcode": mark("Postcode"),
    "victim_nhs_number": mark("NHS number"),
    "name_agency": mark("Name and agency"),
    "tel_email": mark("Telephone / email"),
    "marac_case_number": mark("Marac case number (from agenda)"),
    "victim_details_accurate": mark("Are the victim details on the Marac list accurate?"),
    "victim_changes": mark(
        "Changes, errors or other information on the victim (such as aliases or nicknames)"
    ),
    "children_details_accurate": mark("Are the children's details on the Marac list accurate?"),
    "children_changes": mark("Changes, errors or other information on the children"),
    "perpetrator_details_accurate": mark("Are the perpetrator details on the Marac list accurate?"),
    "perpetrator_changes": mark("Changes, errors or other information on the perpetrator"),
    "last_contacts": mark("Records of last sightings, meetings or phone calls"),
    "attitude_demeanour": mark("Recent attitude, behaviour and demeanour, including changes"),
    "risk_relevant": mark("Any relevant information that relates to the risk indicators on the checklist"),
    "other_info": mark("Other information (such as actions already taken by your agency)"),
    "victim_priorities": mark("What are the victim's greatest priorities to address their safety?"),
    "looked_back_to": mark("How far back your records were looked into"),
    "relevance": mark("What your agency counts as relevant"),
    "tool": mark("Tool"),
    "version": mark("Version of the tool"),
    "completed_on": mark("Completed on"),
    "completed_by": mark("Completed by"),
    "safe_to_talk_now": mark("Is it safe to talk now?"),
    "time_to_talk": mark("How much time is there to talk?"),
    "safe_contact": mark("What are safe contact details?"),
    "where_perpetrator_is": mark("Where is the perpetrator?"),
    "where_children_are": mark("Where are the children?"),
    "explained_why": mark("Was it explained why these questions are asked, and what a Marac is?"),
    "attached": mark("The checklist is attached in place of being keyed"),
    "total_yes": mark("Total 'yes' responses"),
    "total_dont_know": mark("Total 'don't know' responses"),
    "other_risk_info": mark(
        "Is there any other relevant information (from victim or professional) which may increase risk levels?"
    ),
    "willing_to_engage": mark("Are they willing to engage with your service? Describe."),
    "abuser_occupation_interests": mark(
        "Consider the abuser's occupation / interests. Could this give them unique access to weapons? Describe."
    ),
    "grounds_for_marac": mark(
        "Do you believe that there are reasonable grounds for referring this case to Marac?"
    ),
    "referral_made": mark("If yes, have you made a referral?"),
    "signed_1": mark("Signed"),
    "date_1": mark("Date"),
    "risk_to_children": mark("Do you believe that there are risks facing the children in the family?"),
    "child_referral_made": mark("If yes, have you made a referral to safeguard the children?"),
    "child_referral_date": mark("Date referral made"),
    "signed_2": mark("Signed"),
    "date_2": mark("Date"),
    "name": mark("Name"),
    "practitioner_notes": mark("Practitioner's notes"),
    "severity": mark("Severity of abuse grid"),
    "supplementary": mark("Supplementary questions and answers"),
    **_OF_PEOPLE,
    **_OF_OTHERS,
}
ASKED: Final = {
    "injury": mark("Has the current incident resulted in injury?"),
    "frightened": mark("Are you very frightened?"),
    "afraid_of_what": mark("What are you afraid of? Is it further injury or violence?"),
    "isolated": mark("Do you feel isolated from family/friends?"),
    "depressed_suicidal": mark("Are you feeling depressed or having suicidal thoughts?"),
    "separated": mark("Have you separated or tried to separate from the abuser(s) within the past year?"),
    "child_contact": mark("Is there conflict over child contact?"),
    "stalking": mark("Do the abuser(s) constantly text, call, contact, follow, stalk or harass you?"),
    "pregnant": mark("Are you pregnant or have you recently had a baby (within the last 18 months)?"),
    "more_often": mark("Is the abuse happening more often?"),
    "worse": mark("Is the abuse getting worse?"),
    "control_jealousy": mark(
        "Do the abuser(s) try to control everything you do and/or are they excessively jealous?"
    ),
    "weapons": mark("Have the abuser(s) ever used weapons or objects to hurt you?"),
    "threats_to_kill": mark(
        "Have the abuser(s) ever threatened to kill you or someone else and you believed them?"
    ),
    "strangle": mark("Have the abuser(s) ever attempted to strangle / choke / suffocate / drown you?"),
    "sexual": mark(
        "Do the abuser(s) do or say things of a sexual nature that make you feel bad or that physically hurt you or"
        " someone else?"
    ),
    "other_person": mark("Is there any other person who has threatened you or who you are afraid of?"),
    "hurt_others": mark("Do you know if the abuser(s) have hurt anyone else?"),
    "animals": mark("Have the abuser(s) ever mistreated an animal or the family pet?"),
    "financial": mark("Are there any financial issues?"),
    "drugs_alcohol_mh": mark(
        "Have the abuser(s) had problems in the past year with drugs, alcohol or mental health leading to problems"
        " in leading a normal life?"
    ),
    "abuser_suicide": mark("Have the abuser(s) ever threatened or attempted suicide?"),
    "broken_orders": mark(
        "Have the abuser(s) ever broken bail/an injunction and/or formal agreement for when they can see you and/or"
        " the children?"
    ),
    "criminal_history": mark(
        "Do you know if the abuser(s) have ever been in trouble with the police or have a criminal history?"
    ),
}
HINTS: Final = {
    "afraid_of_what": mark("What the abuser(s) might do and to whom, including children"),
    "isolated": mark("Do the abuser(s) try to stop you from seeing friends/family/doctor or others?"),
    "control_jealousy": mark("Consider 'honour'-based violence and specify behaviour"),
    "other_person": mark("Consider extended family if 'honour'-based violence"),
    "hurt_others": mark("Consider 'honour'-based violence, and children, siblings or elderly relatives"),
    "financial": mark("Such as being dependent for money, or that they have recently lost their job"),
    "broken_orders": mark("You may wish to consider an ex-partner of the perpetrator"),
}
BESIDES: Final = {
    "what": mark("What"),
    "first_injury": mark("Is this the first injury?"),
    "deliberate_to_intimidate": mark("Is this done deliberately to intimidate?"),
    "specify": mark("Specify"),
    "other_specify": mark("Other (please specify)"),
    "who_else": mark("If someone else, who"),
    "whom": mark("Whom"),
    "why": mark("Why"),
    "details": mark("Details"),
    "you": mark("You"),
    "children": mark("Children"),
    "other": mark("Other"),
    "another_family_member": mark("Another family member"),
    "someone_previous_relationship": mark("Someone from a previous relationship"),
    "drugs": mark("Drugs"),
    "alcohol": mark("Alcohol"),
    "mental_health": mark("Mental health"),
    "bail_conditions": mark("Bail conditions"),
    "non_mol_or_occupation_order": mark("Non Molestation/Occupation Order"),
    "child_contact_arrangements": mark("Child contact arrangements"),
    "forced_marriage_protection_order": mark("Forced Marriage Protection Order"),
    "domestic_abuse": mark("Domestic abuse"),
    "sexual_violence": mark("Sexual violence"),
    "other_violence": mark("Other violence"),
}
_SAID: Final = {
    "yes": mark("Yes"),
    "no": mark("No"),
    "dont_know": mark("Don't know"),
    "not_completed": mark("Not completed"),
    "safelives_dash": mark("SafeLives Dash"),
    "police_dash_2009": mark("Police DASH (2009)"),
    "BME": mark("B&ME"),
    "disabled": mark("Disabled"),
    "LGBTQ_plus": mark("LGBTQ+"),
    "female": mark("Female"),
    "male": mark("Male"),
    "non_binary": mark("Non-binary"),
    "another": mark("Another"),
    "not_known": mark("Not known"),
    "done": mark("Done"),
    "not_done": mark("Not done"),
    "impossible": mark("Impossible"),
    "victim": mark("The victim"),
    "perpetrator": mark("The alleged perpetrator"),
    "others": mark("Somebody else, or staff"),
    "other": mark("Other"),
    "divert": mark("Divert"),
    "manage": mark("Manage"),
    "disrupt": mark("Disrupt"),
    "prosecute": mark("Prosecute"),
    "proposed": mark("Proposed"),
    "approved": mark("Approved"),
    "refused": mark("Refused"),
    "withdrawn": mark("Withdrawn"),
    "allowed": mark("Allowed"),
    "standard": mark("Standard"),
    "moderate": mark("Moderate"),
    "high": mark("High"),
    "worse": mark("Worse"),
    "unchanged": mark("Unchanged"),
    "reduced": mark("Reduced"),
    "for_good": mark("For good"),
    "temporarily": mark("For a time"),
    "professional_judgement": mark("Professional judgement"),
    "coordinator": mark("Coordinator"),
    "idva": mark("Idva"),
    "manager": mark("Manager"),
}


def answer_in_words(said: str) -> str:
    """An answer as it is shown."""
    return gettext(_SAID.get(said, said))
