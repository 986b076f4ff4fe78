"""Made-up people and the cases that they are in: a victim, one or two perpetrators, children.

Pure given a `random.Random`. Holds what is true of a person; how an area writes it down, with its gaps and
slips, is `versions.py`.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import date, timedelta
from random import Random

from hub.sample.names import Community, Sex, draw_community, pick

TODAY = date(2026, 11, 1)  # ages are counted from here: a fixed day, so that a seed always gives the same

# Postcode areas that were never allotted, so no postcode here is anybody's.
AREAS = {"northmoor": "NM", "eastvale": "EV", "southmere": "SU"}
OTHER_POSTCODE_AREAS = (
    "AW",
    "CP",
    "DR",
    "FH",
    "HT",
    "KD",
    "LP",
    "MW",
    "NB",
    "OD",
    "PK",
    "RN",
    "TB",
    "WE",
    "WP",
)
_INWARD = "ABDEFGHJLNPQRSTUWXYZ"
_TREES = ("Alder", "Ash", "Beech", "Bramble", "Cedar", "Clover", "Elder", "Fern", "Hawthorn", "Hazel",
          "Holly", "Juniper", "Larch", "Linden", "Maple", "Rowan", "Sorrel", "Willow", "Yarrow")  # fmt: skip
_WAYS = ("Close", "Court", "Drive", "Gardens", "Lane", "Rise", "Road", "Street", "Terrace", "Walk", "Way")

# Ofcom, "Telephone numbers for use in TV and radio drama programmes": prefix, with three digits to follow.
DRAMA_MOBILE = "07700 900"
DRAMA_LANDLINES = ("0113 496 0", "0114 496 0", "0115 496 0", "0116 496 0", "0117 496 0", "0118 496 0",
                   "0121 496 0", "0131 496 0", "0141 496 0", "0151 496 0", "0161 496 0", "020 7946 0",
                   "0191 498 0", "01632 960")  # fmt: skip

MARRIED_NAME = {"british": 0.55, "irish": 0.5, "scottish": 0.5, "welsh": 0.5, "polish": 0.8, "romanian": 0.7,
                "ukrainian": 0.8, "turkish": 0.6, "indian": 0.6, "portuguese": 0.35, "caribbean": 0.5,
                "nigerian": 0.6, "ghanaian": 0.45}  # fmt: skip
MIDDLE_NAME = {"british": 0.75, "scottish": 0.7, "welsh": 0.7, "irish": 0.6, "caribbean": 0.7, "polish": 0.35,
               "nigerian": 0.5, "ghanaian": 0.5, "portuguese": 0.4, "romanian": 0.4}  # fmt: skip
TITLE_AS_SURNAME = {"sikh": 0.5, "pakistani": 0.35, "bangladeshi": 0.6}


@dataclass(frozen=True, slots=True)
class Home:
    """A household: where it lives and its telephone."""

    postcode: str
    address: str
    phone: str


@dataclass(frozen=True, slots=True)
class Identity:
    """What is true of one person. `former` is another surname used before; `known_as` are (given, surname)."""

    community: Community
    sex: Sex
    given: tuple[str, ...]
    surname: str
    former: str
    known_as: tuple[tuple[str, str], ...]
    born: date
    home: Home
    nhs_number: str


@dataclass(frozen=True, slots=True)
class Member:
    """One person's part in one case."""

    identity: Identity
    role: str


@dataclass(frozen=True, slots=True)
class Case:
    """The people of one case, the victim first."""

    members: tuple[Member, ...]


def nhs_numbers() -> Iterator[str]:
    """Yield valid NHS numbers of the 999 range, which is kept for testing: each once, in no plain order."""
    for index in range(1_000_000):
        digits = f"999{index * 7_919 % 1_000_000:06d}"
        check = -sum(int(digit) * (10 - place) for place, digit in enumerate(digits)) % 11
        if check < 10:
            yield f"{digits}{check}"


class World:
    """Draws people. Keeps what must be drawn once only: NHS numbers and telephone numbers."""

    def __init__(self, seed: int, postcode_areas: tuple[str, ...] = OTHER_POSTCODE_AREAS) -> None:
        self.rng = Random(seed)  # noqa: S311 - made-up people, not secrets
        self._areas = postcode_areas
        self._nhs_numbers = nhs_numbers()
        lines = [f"{prefix}{i:03d}" for prefix in DRAMA_LANDLINES for i in range(1000)]
        mobiles = [f"{DRAMA_MOBILE}{i:03d}" for i in range(1000)]
        self._phones = sorted(lines, key=lambda _: self.rng.random())
        self._phones += sorted(mobiles, key=lambda _: self.rng.random())

    def home(self, area: str = "") -> Home:
        """Return a new household. No telephone once the drama numbers are used up: none is given twice."""
        rng = self.rng
        area = area or pick(rng, self._areas)
        inward = f"{int(rng.random() * 10)}{pick(rng, _INWARD)}{pick(rng, _INWARD)}"
        postcode = f"{area}{1 + int(rng.random() * 24)} {inward}"
        address = f"{1 + int(rng.random() * 140)} {pick(rng, _TREES)} {pick(rng, _WAYS)}"
        phone = self._phones.pop() if self._phones and rng.random() < 0.8 else ""
        return Home(postcode, address, phone)

    def person(self, community: Community, sex: Sex, surname: str, born: date, home: Home) -> Identity:
        """Return a person of this community, whose family bears this surname."""
        rng = self.rng
        given = [community.given(rng, sex)]
        if rng.random() < MIDDLE_NAME.get(community.key, 0.15):
            given.append(community.given(rng, sex))
        title = community.title(sex)
        if title and rng.random() < TITLE_AS_SURNAME[community.key]:
            surname = title.draw(rng)
        elif title and community.key == "sikh":
            given.append(title.draw(rng))
        surname = community.gendered(surname, sex)
        former = community.gendered(self.family_name(community), sex) if rng.random() < 0.02 else ""
        return Identity(
            community,
            sex,
            tuple(dict.fromkeys(given)),
            surname,
            former,
            self._known_as(community, sex, given[0], surname),
            born,
            home,
            next(self._nhs_numbers),
        )

    def _known_as(
        self, community: Community, sex: Sex, given: str, surname: str
    ) -> tuple[tuple[str, str], ...]:
        rng = self.rng
        english = community.english_female if sex == "f" else community.english_male
        if english and rng.random() < 0.35:
            return ((english.draw(rng), surname),)
        if rng.random() > 0.08:
            return ()
        kind, short = rng.random(), community.short(given, sex)
        if kind < 0.5 and short:
            return ((pick(rng, short), surname),)
        if kind < 0.7:
            return ((community.given(rng, sex), surname),)
        if kind < 0.9:
            return ((given, community.gendered(self.family_name(community), sex)),)
        return ((community.given(rng, sex), community.gendered(self.family_name(community), sex)),)

    def family_name(self, community: Community) -> str:
        """Return a surname as a family of this community carries it."""
        rng = self.rng
        if community.key in ("somali", "arabic") and rng.random() < 0.3:
            return f"{community.male.draw(rng)} {community.surname(rng)}"  # father's and grandfather's name
        if community.key == "portuguese" and rng.random() < 0.6:
            return f"{community.surname(rng)} {community.surname(rng)}"
        if community.key in ("british", "irish", "scottish", "welsh") and rng.random() < 0.03:
            return f"{community.surname(rng)}-{community.surname(rng)}"
        return community.surname(rng)

    def adult_born(self) -> date:
        """Return an adult's date of birth: 17 to 75, most under 45."""
        years = 17 + 58 * self.rng.random() ** 1.6
        return TODAY - timedelta(days=int(years * 365.25))

    def case(self, area: str = "") -> Case:
        """Return a case: a victim, one or two perpetrators and up to four children (about 3.5 people)."""
        rng = self.rng
        home = self.home(area)
        community = draw_community(rng)
        victim_sex: Sex = "m" if rng.random() < 0.064 else "f"  # SafeLives, 12 months to September 2024
        other_sex: Sex = "m" if victim_sex == "f" else "f"
        if rng.random() < 0.016:
            other_sex = victim_sex
        partner_community = community if rng.random() < 0.85 else draw_community(rng)
        own, theirs = self.family_name(community), self.family_name(partner_community)
        victim = self.person(community, victim_sex, own, self.adult_born(), home)
        apart = home if rng.random() < 0.45 else self.home(area)
        born = victim.born + timedelta(days=int((rng.random() - 0.6) * 12 * 365))
        youngest = TODAY - timedelta(days=17 * 366)
        born = min(born, youngest - (born - youngest))  # turned back, so that no date becomes a common one
        partner = self.person(partner_community, other_sex, theirs, born, apart)
        if victim_sex == "f" and rng.random() < MARRIED_NAME.get(community.key, 0.08):
            married = community.gendered(partner_community.gendered(theirs, "m"), "f")
            victim = replace(victim, surname=married, former=victim.surname)
        members = [Member(victim, "victim"), Member(partner, "perpetrator")]
        families = ((victim, own), (partner, theirs))
        members += [Member(child, "child") for child in self._children(*families)]
        if rng.random() < 0.12:
            members.append(Member(self._second_perpetrator(partner), "perpetrator"))
        return Case(tuple(members))

    def _children(self, mother: tuple[Identity, str], father: tuple[Identity, str]) -> Iterator[Identity]:
        """Yield the children: most bear the father's family name, some are known by the mother's too."""
        rng = self.rng
        (victim, own), (partner, theirs) = mother, father
        community, family, other = partner.community, theirs, own
        if rng.random() < 0.3:
            community, family, other = victim.community, own, theirs
        if community.key == "somali":
            family = f"{partner.given[0]} {theirs.split()[0]}"
        age = (TODAY - victim.born).days // 365
        wanted = pick(rng, (0, 0, 1, 1, 1, 2, 2, 2, 3, 4)) if 18 <= age <= 55 else 0
        born = TODAY - timedelta(days=int(rng.random() * min(age - 17, 17) * 365) + 20)
        names: set[str] = set()
        for _ in range(wanted):
            sex: Sex = "f" if rng.random() < 0.49 else "m"
            child = self.person(community, sex, family, born, victim.home)
            if child.given[0] in names:
                continue
            names.add(child.given[0])
            if sex == "m" and community is partner.community and rng.random() < 0.03:
                child = replace(child, given=partner.given)  # named after his father
            yield replace(child, former=community.gendered(other, sex) if rng.random() < 0.12 else "")
            if rng.random() > 0.03:  # the rest are twins
                born += timedelta(days=400 + int(rng.random() * 1200))
            if born > TODAY:
                return

    def relative(self, person: Identity) -> Identity:
        """Return a brother or sister of this person, one in four a twin: near, and somebody else."""
        rng = self.rng
        sex: Sex = "f" if rng.random() < 0.5 else "m"
        apart = 0 if rng.random() < 0.25 else int((rng.random() - 0.5) * 12 * 365)
        born = min(person.born + timedelta(days=apart), TODAY - timedelta(days=30))
        for _ in range(10):
            kin = self.person(person.community, sex, person.surname, born, person.home)
            if kin.given[0] not in person.given:
                return replace(kin, surname=person.community.gendered(person.surname, sex))
        return kin

    def _second_perpetrator(self, first: Identity) -> Identity:
        rng = self.rng
        if rng.random() < 0.5:
            return self.relative(first)
        community = draw_community(rng)
        return self.person(community, "m", self.family_name(community), self.adult_born(), self.home())
