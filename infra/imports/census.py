"""One child of the children in need census, as what happened: enquiries, conferences, factors, plans and reviews.

The layouts of 2024 to 2026 (DfE's specifications of the census) differ in nothing that is read here. What cannot be
used is refused value by value, with its reason, and the rest goes on. Orders of dates are those of the published
validation rules (rules D-01 to D-03).
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from datetime import date
from xml.etree.ElementTree import Element

from handlers import events as e
from handlers.people import StreamId
from infra.imports.returns import Header, as_day
from infra.imports.rows import Refused, Wanted

CENSUS = "census"  # by whom: nobody here
DISCUSSION = "s47-"  # what its enquiries are called, before their first day
CHILD_ID = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]{0,59}")
SINCE = date(2000, 1, 1)  # nobody who was a child in 2024 was known before
CATEGORIES: dict[str, e.Category] = {
    "NEG": "neglect",
    "PHY": "physical",
    "SAB": "sexual",
    "EMO": "emotional",
    "MUL": "multiple",
}
LETTERS = {
    **dict.fromkeys(("1", "2", "3", "4", "5", "6"), "ABC"),
    **dict.fromkeys(("7", "9", "10", "11", "12", "13", "14", "15", "16", "17", "22", "23", "24"), "A"),
    "8": "BCDEF",
    "18": "ABC",
    "19": "ABC",
}
FACTORS = frozenset({"8A", "20", "21", *(n + letter for n, letters in LETTERS.items() for letter in letters)})
BY_HAND = (
    "the child is on a plan that cannot be used, so NO REVIEW OF IT FALLS DUE HERE: mend it and import again, or write"
    " the plan with its reviews by hand, as streams/schemas/plan-stood-before.v1.sample.json shows, for quorate publish"
)
YES, NO = frozenset({"true", "1"}), frozenset({"false", "0", ""})


class Child:
    """One child's record: wanted is what it says, refused what could not be used."""

    def __init__(self, element: Element, number: int, header: Header, area: str, known_from: date) -> None:
        """number: its place in the file; known_from: before it no deadline can be reckoned."""
        self.header, self.known_from = header, known_from
        self.refused: list[Refused] = []
        self.wanted: list[Wanted] = []
        said = _text(element, "ChildIdentifiers/LAchildID")
        self.name = said if CHILD_ID.fullmatch(said) else ""
        self.row = f"child {self.name or f'number {number}'}"
        if not self.name:
            why = "write letters, digits, dots and hyphens" if said else "add it"
            self.refuse("LAchildID", said, f"nobody can say whose record this is, so none of it is used: {why}")
        else:
            self.family = f"CIN-{self.name}"
            self.stream = StreamId(area, "family", self.family)
            self._read(element)
        self._say_without_review(element)

    def stood_before(self, element: Element, first: int, number: int) -> None:
        """The file has told of this child already: nothing of this record is used."""
        self.wanted, self.refused = [], []
        same = f"child number {first} of the file is the same, so none of child number {number} is used"
        self.refuse("LAchildID", self.name, f"{same}: put both records into one")
        self._say_without_review(element)

    def refuse(self, element: str, value: str, sentence: str) -> None:
        self.refused.append(Refused(self.row, element, value, sentence))

    def want(self, body: e.Body, on: date, *given: str) -> None:
        self.wanted.append(Wanted(self.stream, self.family, body, self.row, on, frozenset(given)))

    def day(self, group: Element, name: str, ahead: bool = False) -> date | None:
        """The day that this element of the group names; refused if it is none, or lies beyond the census day."""
        return self._day(name, _text(group, name), ahead)

    def _day(self, name: str, text: str, ahead: bool = False) -> date | None:
        if not text:
            return None
        on = as_day(text)
        if on is None:
            self.refuse(name, text, "it is no day: write it as 2025-03-31")
        elif on < SINCE:
            self.refuse(name, text, f"it lies before {SINCE}, when no child of this census was known: mend it")
        elif on > self.header.known_on and not ahead:
            self.refuse(name, text, f"it lies after the census day, {self.header.known_on}: mend it")
        else:
            return on
        return None

    def _read(self, element: Element) -> None:
        details = element.findall("CINdetails")
        referred = [on for on in (self.day(x, "CINreferralDate") for x in details) if on]
        self._child(element, min(referred, default=self.header.known_on))
        died_on = self._died_on(element)
        conferences: dict[date, str | None] = {}
        for group in details:
            self._enquiries(group, conferences, died_on)
        for on, discussion in conferences.items():
            name = f"initial-conference:{discussion or f'cpc-{on}'}"
            self.want(e.ConferenceHeldBefore(name, on, discussion), on, "held_on")
        self._assessments(details)
        self._plans(details, frozenset(conferences), died_on)

    def _died_on(self, element: Element) -> date | None:
        name = "ChildIdentifiers/PersonDeathDate"
        born, died_on = as_day(_text(element, "ChildIdentifiers/PersonBirthDate")), self.day(element, name)
        if born and died_on and died_on < born:
            self.refuse("PersonDeathDate", f"{died_on}", f"it lies before the child was born, {born}: mend either")
        return died_on

    def _child(self, element: Element, on: date) -> None:
        born = self.day(element, "ChildIdentifiers/PersonBirthDate")
        expected = self.day(element, "ChildIdentifiers/ExpectedPersonBirthDate", ahead=True)
        unborn = expected and not _text(element, "ChildIdentifiers/PersonBirthDate")
        relation: e.Relation = "unborn" if unborn else "child"
        # Nameless: whoever records the household knows the name.
        member = e.Member(person=self.family, name=self.name, relation=relation, born=born)
        self.want(e.MemberJoined(member, on), on, "relation", "born")

    # --- section 47 and the initial conference

    def _enquiries(self, group: Element, conferences: dict[date, str | None], died_on: date | None) -> None:
        referred_on = as_day(_text(group, "CINreferralDate"))
        closed = died_on or _text(group, "CINclosureDate")
        for enquiry in group.findall("Section47"):
            discussion = self._discussion(enquiry, referred_on)
            started_on = as_day(_text(enquiry, "S47ActualStartDate")) if discussion else referred_on
            sat_on = self._conference(enquiry, started_on)
            if sat_on:
                conferences[sat_on] = conferences.get(sat_on) or discussion
            elif not _text(enquiry, "DateOfInitialCPC"):
                self._still_to_come(enquiry, discussion, bool(closed))
        sat_on = self._conference(group, referred_on)
        if sat_on:
            conferences.setdefault(sat_on, None)

    def _discussion(self, enquiry: Element, referred_on: date | None) -> str | None:
        """The strategy discussion at which section 47 was initiated: its day is the start (rules D-01)."""
        name = "S47ActualStartDate"
        started_on = self.day(enquiry, name)
        if started_on is None:
            if not _text(enquiry, name):
                self.refuse(name, "", "a section 47 enquiry without its first day cannot be used: add it")
            return None
        if referred_on and started_on < referred_on:
            self.refuse(name, f"{started_on}", f"it began before the child was referred, {referred_on}: mend either")
            return None
        if started_on < self.known_from:
            sentence = f"bank holidays are known here from {self.known_from} on: add earlier years to their table"
            self.refuse(name, f"{started_on}", sentence)
            return None
        discussion = f"{DISCUSSION}{started_on}"
        self.want(e.StrategyDiscussionHeld(discussion, started_on, True), started_on)
        return discussion

    def _conference(self, group: Element, after: date | None) -> date | None:
        sat_on = self.day(group, "DateOfInitialCPC")
        if sat_on and after and sat_on < after:
            self.refuse("DateOfInitialCPC", f"{sat_on}", f"it lies before what it was called for, {after}: mend either")
            return None
        return sat_on

    def _still_to_come(self, enquiry: Element, discussion: str | None, closed: bool) -> None:
        """A conference that is required and was not held by the census day."""
        said = _text(enquiry, "ICPCnotRequired").lower()
        if said not in YES | NO:
            self.refuse("ICPCnotRequired", said, "it says neither true nor false: mend it")
            return
        target = self.day(enquiry, "InitialCPCtarget", ahead=True)
        if said in YES or target is None or discussion is None or closed:
            return
        if target < self.header.known_on:
            sentence = "a conference was required by then and none is returned: add DateOfInitialCPC or ICPCnotRequired"
            self.refuse("InitialCPCtarget", f"{target}", sentence)
            return
        self.want(e.ConferenceAskedFor(discussion, CENSUS), self.header.known_on)

    # --- assessments

    def _assessments(self, details: list[Element]) -> None:
        """Those of one day say together what was found: a child has one record of factors a day."""
        found: dict[date, dict[str, None]] = {}
        for assessment in (x for group in details for x in group.findall("Assessments")):
            on = self._assessed_on(assessment)
            codes = [c for c in map(self._factor, assessment.iter("AssessmentFactors")) if c]
            if on and codes:
                found.setdefault(on, {}).update(dict.fromkeys(codes))
        for on, named in sorted(found.items()):
            factors = tuple(e.Factor(code=code) for code in named)
            self.want(e.FactorsAssessed(f"assessment-{on}", on, factors, "statutory"), on)

    def _assessed_on(self, assessment: Element) -> date | None:
        started_on = self.day(assessment, "AssessmentActualStartDate")
        name = "AssessmentAuthorisationDate"
        authorised_on = self.day(assessment, name)
        factors = any((x.text or "").strip() for x in assessment.iter("AssessmentFactors"))
        if authorised_on and started_on and authorised_on < started_on:
            self.refuse(name, f"{authorised_on}", f"it lies before the assessment began, {started_on}: mend either")
            return None
        if authorised_on and not factors and authorised_on >= self.header.begins_on:
            self.refuse("AssessmentFactors", "", f"that of {authorised_on} lists none: add them, or 21 for none found")
        if factors and not (authorised_on or started_on):
            self.refuse(name, _text(assessment, name), "its factors have no day, so they cannot be used: add it")
        return authorised_on or started_on

    def _factor(self, element: Element) -> str | None:
        code = (element.text or "").strip().upper()
        if code and code not in FACTORS:
            self.refuse("AssessmentFactors", code, "no factor of the census is called so: mend the code")
            return None
        return code or None

    # --- plans

    def _plans(self, details: list[Element], sat_on: frozenset[date], died_on: date | None) -> None:
        plans: dict[date, e.PlanStoodBefore] = {}
        for group in details:
            closed_on = _text(group, "CINclosureDate") or (died_on and f"{died_on}") or ""
            for element in group.findall("ChildProtectionPlans"):
                plan = self._plan(element, sat_on, closed_on)
                if plan and plans.setdefault(plan.made_on, plan) != plan:
                    self.refuse(
                        "CPPstartDate", f"{plan.made_on}", "two plans of this day say different things: mend them"
                    )
        standing = [on for on, plan in sorted(plans.items()) if plan.ended_on is None]
        for on in standing[:-1]:
            self.refuse("CPPendDate", "", f"the plan of {on} has no end, and a child has one plan at a time: add it")
            del plans[on]
        for on, plan in sorted(plans.items()):
            self.want(plan, on)

    def _say_without_review(self, element: Element) -> None:
        """A child on a plan of which nobody would hear again."""
        plans = element.findall("CINdetails/ChildProtectionPlans")
        used = any(isinstance(x.body, e.PlanStoodBefore) and x.body.ended_on is None for x in self.wanted)
        died = _text(element, "ChildIdentifiers/PersonDeathDate")
        if not (used or died) and any(as_day(_text(x, "CPPendDate")) is None for x in plans):
            self.refuse("ChildProtectionPlans", "", BY_HAND)

    def _plan(self, element: Element, sat_on: frozenset[date], closed_on: str) -> e.PlanStoodBefore | None:
        made_on, ended_on = self.day(element, "CPPstartDate"), self.day(element, "CPPendDate")
        if made_on is None:
            if not _text(element, "CPPstartDate"):
                self.refuse("CPPstartDate", "", "a plan without its first day cannot be used: add it")
            return None
        if _text(element, "CPPendDate") and ended_on is None:
            self.refuse("CPPstartDate", f"{made_on}", "nobody can say whether this plan stands: mend its CPPendDate")
            return None
        category = self._category(element)
        reviews = tuple(self._reviews(element, made_on, ended_on))
        why = self._why_not(made_on, ended_on, reviews, sat_on, closed_on)
        if why:
            self.refuse(*why)
            return None
        return e.PlanStoodBefore(
            plan=f"plan-{made_on}",
            made_on=made_on,
            known_on=self.header.known_on,
            category=category,
            reviews=reviews,
            ended_on=ended_on,
        )

    def _why_not(
        self,
        made_on: date,
        ended_on: date | None,
        reviews: tuple[date, ...],
        sat_on: frozenset[date],
        closed_on: str,
    ) -> tuple[str, str, str] | None:
        """The element, its value and the sentence for a plan that cannot be used."""
        if ended_on and ended_on < made_on:
            return "CPPendDate", f"{ended_on}", f"it lies before the plan began, {made_on}: mend either"
        if made_on >= self.header.begins_on and made_on not in sat_on:
            sentence = "a plan is made at an initial conference, and none of that day is returned: add DateOfInitialCPC"
            return "CPPstartDate", f"{made_on}", sentence
        if ended_on is None and closed_on:
            return "CPPendDate", "", f"the case was closed on {closed_on}, and the plan of {made_on} has no end: add it"
        last_on = max((made_on, *reviews))
        if ended_on is None and last_on < self.known_from:
            sentence = (
                f"nothing of this plan is returned since then, and bank holidays are known here from {self.known_from}"
            )
            return "CPPreviewDate", f"{last_on}", f"{sentence}: add its later reviews"
        return None

    def _category(self, element: Element) -> e.Category | None:
        """The latest, else that of the beginning; a plan stands without one too."""
        known: e.Category | None = None
        for name in ("InitialCategoryOfAbuse", "LatestCategoryOfAbuse"):
            code = _text(element, name).upper()
            if code and code not in CATEGORIES:
                self.refuse(name, code, f"no category is called so: write {', '.join(CATEGORIES)}")
            known = CATEGORIES.get(code, known)
        return known

    def _reviews(self, element: Element, made_on: date, ended_on: date | None) -> Iterator[date]:
        name = "CPPreviewDate"
        days = {self._day(name, (x.text or "").strip()) for x in element.iter(name)}
        for on in sorted(on for on in days if on):
            if on <= made_on:
                self.refuse(name, f"{on}", f"it lies on or before the day on which the plan began, {made_on}: mend it")
            elif ended_on and on > ended_on:
                self.refuse(name, f"{on}", f"it lies after the end of the plan, {ended_on}: mend either")
            else:
                yield on


def _text(element: Element, path: str) -> str:
    return (element.findtext(path) or "").strip()
