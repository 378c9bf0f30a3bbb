"""The state of duties is a function of the file: whatever order of arrival respects each source's own order, the same
duties stand in the end (decision 12). Events of one story are recorded at one instant and shuffled by Hypothesis."""

from collections.abc import Callable
from dataclasses import dataclass, replace
from functools import cache

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from handlers import events as e
from tests.handlers.hearing import (
    AREA,
    CHILD,
    CONFERENCE,
    FATHER,
    MOTHER,
    Hearing,
    a_conference,
    a_worker,
    an_enquiry,
    day,
    instant,
    there,
)

MONDAY = day("Mon 3 March 2025")
Sources = dict[str, tuple[e.Body, ...]]  # `kind/id of the stream, whose` -> what that source says, in its own order


@dataclass(frozen=True)
class Story:
    """When all is recorded, what went before, and what each source then says."""

    at: str
    start: Callable[[], Hearing]
    sources: Sources
    then: str = ""  # time passes until then at the end


def opened(worker: str = "w-key", service: str = "clearway", episode: str = "E-1") -> e.Body:
    return e.EpisodeOpened(episode, service, worker, MONDAY, "consent", "CW-7741")


def handed_over(worker: str, until: str | None = None) -> e.Body:
    return e.EpisodeHandedOver("E-1", worker, MONDAY, day(until) if until else None)


def factors(name: str, *codes: str, person: str | None = "mother") -> e.Body:
    found = tuple(e.Factor(code=c, person=person) for c in codes)
    return e.FactorsAssessed(name, MONDAY, found, "statutory")


def agreed(purpose: e.Purpose, given: bool = True, person: str = "mother") -> e.Body:
    return e.ConsentRecorded(person, purpose, given, "w-fip")


def leave(worker: str, first: str, last: str) -> e.Body:
    return e.LeaveRecorded(f"L-{worker}", worker, day(first), day(last))


def booked() -> Hearing:
    return a_conference(MOTHER, FATHER).episode().books("Wed 19 March 2025 10:00")


def sat() -> Hearing:
    """The conference has begun; nothing is recorded of it yet."""
    return booked().family(factors("A-1", "1B", person="father")).at("Wed 19 March 2025 13:00")


def at_home() -> Hearing:
    return Hearing().household(MOTHER, FATHER).worked_with().episode()


HELD = e.MeetingHeld(CONFERENCE, (there("w-social"),), plan=e.Plan(plan="P-1", category="neglect"))
MINUTES = e.MinutesRecorded(CONFERENCE, "w-minutes", ("A plan.",))
WEDNESDAY = day("Wed 19 March 2025")

STORIES: dict[str, Story] = {
    "everything begins at once": Story(
        "Mon 3 March 2025 10:00",
        Hearing,
        {
            "family/F-1, registry": (
                e.HouseholdRecorded((MOTHER, FATHER, CHILD)),
                e.ProfessionalInvolved("w-social", "social_worker", MONDAY),
            ),
            "family/F-1, enquiry": an_enquiry(MONDAY),
            "person/mother, clearway": (opened(), handed_over("w-key-2", "Fri 7 March 2025")),
            "person/father, beacon": (opened("w-beacon-key", "beacon", "E-2"), e.EpisodeClosed("E-2", MONDAY)),
            "family/F-1, assessor": (factors("A-1", "1B", "2B"), e.FactorWithdrawn("2B", "w-social", "mother")),
            "partnership, directory": (leave("w-key-2", "Wed 5 March 2025", "Wed 5 March 2025"),),
        },
    ),
    "projects, reviews and consent": Story(
        "Mon 3 March 2025 11:00",
        at_home,
        {
            "family/F-1, project": (
                e.FipStarted("FIP-1", MONDAY, "w-fip"),
                e.MeetingAskedFor("R-1", "joint_care_plan_review", day("Mon 24 March 2025"), "w-social", "mother"),
            ),
            "family/F-1, consent": (agreed("fip"), agreed("fip", False), agreed("joint_review")),
            "family/F-1, manager": (e.ConsentOverridden("father", "fip", "life_at_risk", "w-head"),),
            "family/F-1, referrer": (e.ReferralMade("R-2", "w-head", "verbal"), e.ReferralConfirmed("R-2", "w-head")),
            "family/F-1, registry": (e.FlagRecorded(True, "w-social", "father", "drugs", "statutory"),),
            "partnership, directory": (a_worker("w-key", "clearway", address=False), a_worker("w-key", "clearway")),
        },
    ),
    "changes, arrivals and departures": Story(
        "Tue 4 March 2025 10:00",
        lambda: a_conference(MOTHER).books("Wed 19 March 2025 10:00").episode(),
        {
            "family/F-1, registry": (
                e.MemberJoined(FATHER, MONDAY),
                e.SignificantChangeRecorded("C-1", "child_returned_home", MONDAY, "w-social"),
            ),
            "person/father, beacon": (opened("w-beacon-key", "beacon", "E-2"),),
            "family/F-1, assessor": (factors("A-1", "2B", person="father"),),
            "person/mother, clearway": (e.EpisodeHandedOver("E-mother", "w-key-2", MONDAY),),
            "partnership, directory": (leave("w-spoc", "Tue 4 March 2025", "Wed 5 March 2025"),),
            "family/F-1, advice": (e.AdviceAsked("A-1", "w-social"),),
        },
    ),
    "answers, moves and people": Story(
        "Tue 4 March 2025 10:00",
        booked,
        {
            "family/F-1, coordinator": (
                e.BookingAsked(CONFERENCE, instant("Wed 12 March 2025 10:00"), "w-coordinator"),
                e.AnswerGiven(CONFERENCE, "w-key", "accepted", "w-coordinator"),
                e.AnswerGiven(CONFERENCE, "w-key-2", "tentative", "w-coordinator"),
            ),
            "person/mother, clearway": (
                e.EpisodeHandedOver("E-mother", "w-key-2", MONDAY),
                e.EpisodeClosed("E-mother", day("Tue 4 March 2025")),
                e.EpisodeReopened("E-mother", day("Tue 4 March 2025")),
            ),
            "person/father, beacon": (opened("w-beacon-key", "beacon", "E-2"),),
            "family/F-1, registry": (e.ReportReceived(CONFERENCE, "w-spoc", "w-coordinator"),),
            "partnership, directory": (leave("w-key-2", "Wed 12 March 2025", "Wed 12 March 2025"),),
        },
    ),
    "adjourned and found again": Story(
        "Wed 19 March 2025 11:00",
        lambda: booked().at("Wed 19 March 2025 11:00"),
        {
            "family/F-1, chair": (e.MeetingAdjourned(CONFERENCE, "w-chair-1", "The school did not come."),),
            "person/father, beacon": (opened("w-beacon-key", "beacon", "E-2"),),
            "family/F-1, assessor": (factors("A-1", "1B"),),
            "person/mother, clearway": (e.EpisodeHandedOver("E-mother", "w-key-2", MONDAY),),
            "partnership, directory": (leave("w-key-2", "Thu 20 March 2025", "Fri 21 March 2025"),),
        },
    ),
    "after the meeting": Story(
        "Wed 19 March 2025 13:00",
        sat,
        {
            "family/F-1, chair": (HELD, MINUTES, e.PlanEnded("P-1", WEDNESDAY, "w-chair-1")),
            "family/F-1, coordinator": (
                e.AnswerGiven(CONFERENCE, "w-key", "accepted", "w-coordinator"),
                e.CallLogged(CONFERENCE, "w-spoc", "spoke", "w-coordinator"),
            ),
            "person/mother, clearway": (
                e.EpisodeHandedOver("E-mother", "w-key-2", WEDNESDAY),
                e.EpisodeClosed("E-mother", WEDNESDAY),
            ),
            "person/father, beacon": (opened("w-beacon-key", "beacon", "E-2"),),
            "partnership, directory": (leave("w-key", "Wed 19 March 2025", "Thu 20 March 2025"),),
        },
        then="Tue 1 April 2025 10:00",
    ),
}


def state(h: Hearing) -> set[tuple[object, ...]]:
    """Every duty that did not lapse: which, to whom while it is open, and whether it was met. Sending what was sent to
    people no longer asked cannot be undone, so cancellations depend on what had gone out."""
    lasting = [d for d in h.file.duties.values() if d.ended != "lapse" and "cancel" not in d.kind]
    lasting = [d for d in lasting if d.kind != "send_invitation"]
    return {(d.id, d.kind, d.adult, d.service, d.meeting, None if d.ended else d.to, d.ended) for d in lasting}


def told_in(story: Story, order: list[str]) -> Hearing:
    """The story, each source saying its next in this order."""
    h = story.start().at(story.at)
    left = {name: list(bodies) for name, bodies in story.sources.items()}
    for name in order:
        kind, _, id_ = name.partition(",")[0].partition("/")
        stream = AREA.sibling(kind, id_)  # type: ignore[arg-type]
        body = left[name].pop(0)
        h.deliver(e.Event(f"{name} {len(left[name])}", name, stream, h.now, h.now, body))
    return h.at(story.then) if story.then else h


def turns(story: Story) -> list[str]:
    return [name for name, bodies in story.sources.items() for _ in bodies]


@cache
def plainly(name: str) -> frozenset[tuple[object, ...]]:
    """What stands when each source is heard out before the next."""
    return frozenset(state(told_in(STORIES[name], turns(STORIES[name]))))


@settings(max_examples=120, deadline=None, derandomize=True, database=None)
@given(st.sampled_from(sorted(STORIES)), st.data())
def test_whatever_order_of_arrival_keeps_each_sources_own_ends_in_the_same_duties(
    name: str, drawn: st.DataObject
) -> None:
    h = told_in(STORIES[name], drawn.draw(st.permutations(turns(STORIES[name]))))
    assert not h.parked and state(h) == plainly(name) != set()


@pytest.mark.parametrize("name", STORIES)
def test_telling_every_event_twice_changes_nothing_that_stands(name: str) -> None:
    story = STORIES[name]
    if any(isinstance(b, e.MeetingAdjourned | e.BookingAsked) for bodies in story.sources.values() for b in bodies):
        return  # said again, these ask for another time
    twice = replace(story, sources={n: tuple(x for b in bodies for x in (b, b)) for n, bodies in story.sources.items()})
    assert state(told_in(twice, turns(twice))) == plainly(name)
