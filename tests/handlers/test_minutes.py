"""Minutes: to everyone invited, the absent included, each their own copy; owed until each has it (T9, F5, REC-01)."""

from handlers import events as e
from handlers.effects import SendMinutes
from handlers.working_days import in_words
from tests.handlers.hearing import CONFERENCE, REVIEW, Hearing, a_worker, day, instant, there


def sat(*attendance: e.Attendance, post: bool = False) -> Hearing:
    h = Hearing()
    h.post = "accepted" if post else None
    return h.household().worked_with().episode().conference().sits(*attendance)


def copies(h: Hearing) -> set[str]:
    return {m.to.person for m in h.sent(SendMinutes)}


def test_the_minutes_go_to_everyone_invited_the_absent_included() -> None:
    h = sat(there("w-social"), there("w-health", "absent")).minuted()
    assert copies(h) == {"mother", "w-social", "w-health", "w-key", "w-chair-1"}


def test_the_minutes_go_to_whoever_came_without_being_asked() -> None:
    assert "w-fip" in copies(sat(there("w-fip", "deputy", "w-health")).minuted())


def test_somebody_who_was_called_off_and_stayed_away_gets_no_copy() -> None:
    h = Hearing().household().worked_with().conference()
    h.family(e.ProfessionalLeft("w-health", day("Mon 3 March 2025"))).sits(there("w-social")).minuted()
    assert "w-health" not in copies(h)


def test_nothing_is_sent_before_the_minutes_are_recorded_and_each_copy_only_once() -> None:
    h = sat(there("w-social"))
    assert not copies(h)
    h.minuted().minuted().answers("mother")
    assert len(h.sent(SendMinutes)) == len(copies(h)) == 5
    assert len({m.message for m in h.sent(SendMinutes)}) == 5


def test_a_worker_whose_episode_became_known_in_between_gets_a_copy_and_another_newcomer_does_not() -> None:
    h = Hearing().household().worked_with().conference().sits(there("w-social"))
    h.family(e.ProfessionalInvolved("w-fip", "fip_worker", h.now.date())).episode().minuted()
    assert "w-key" in copies(h) and "w-fip" not in copies(h)


def test_the_paper_tells_who_took_part_and_how() -> None:
    part = e.Attendance(person="mother", presence="part", present_from=instant("Wed 5 March 2025 09:30"))
    h = sat(part, there("w-social"), there("stranger", "absent")).minuted()
    lines = h.sent(SendMinutes, "w-social")[0].attendance
    told = [(x.name, x.role, x.agency, x.presence) for x in lines]
    assert told[:2] == [("M", "parent", "", "part"), ("W-SOCIAL", "social_worker", "Riverside Council", "present")]
    assert told[2] == ("stranger", "", "", "absent")
    assert (lines[0].present_from, lines[0].present_to) == (instant("Wed 5 March 2025 09:30"), None)


def test_the_paper_carries_decisions_discussion_and_tasks_with_the_names_of_those_who_took_them() -> None:
    block = e.Block(heading="Health", text="All is well.")
    tasks = (e.Task(what="Visit.", who="w-health", by=day("Mon 10 March 2025")), e.Task(what="Rest.", who="mother"))
    h = sat().family(e.MinutesRecorded(CONFERENCE, "w-minutes", ("A plan.",), (block,), tasks))
    paper = h.sent(SendMinutes, "w-key")[0]
    assert (paper.decisions, paper.discussion, paper.client_reference) == (("A plan.",), (block,), "CW-7741")
    assert [(t.what, t.who, t.by) for t in paper.tasks] == [
        ("Visit.", "W-HEALTH", day("Mon 10 March 2025")),
        ("Rest.", "M", None),
    ]


def test_the_paper_says_when_and_where_it_sat_and_of_what_it_is() -> None:
    paper = sat().minuted().sent(SendMinutes, "mother")[0]
    assert (in_words(paper.started_at), in_words(paper.ended_at)) == (
        "Wed 5 March 2025 09:00",
        "Wed 5 March 2025 11:00",
    )
    assert (paper.place, paper.kind, paper.client_reference) == ("Room 1, Civic Centre", "initial_conference", None)
    assert paper.because == "minutes of the initial child protection conference of Wed 5 March 2025"
    assert (paper.team, paper.telephone) == ("Riverside Conference Team", "01632 960 100")
    assert paper.stamped_at == instant("Wed 5 March 2025 11:00") and paper.next_meetings == ()


def test_the_paper_names_what_follows_without_places_or_people() -> None:
    plan = e.Plan(plan="P-1", category="neglect", core_group=("w-social",))
    h = Hearing().household().worked_with().conference().sits(plan=plan).minuted()
    assert h.sent(SendMinutes, "mother")[0].next_meetings == (
        "Review child protection conference: Wed 7 May 2025 09:00 (due by Thu 5 June 2025)",
        "Core group: Fri 7 March 2025 09:00 (due by Wed 19 March 2025)",
    )


def test_a_meeting_without_a_time_is_named_as_such() -> None:
    plan = e.Plan(plan="P-1", category="neglect", core_group=("w-social",))
    h = Hearing().household().worked_with().conference().sits(plan=plan).cancels("core-group:P-1:1").minuted()
    assert (
        h.sent(SendMinutes, "mother")[0].next_meetings[1] == "Core group: time to be found (due by Wed 19 March 2025)"
    )


def test_a_conferences_minutes_are_owed_15_working_days_after_it() -> None:
    duty = sat(there("w-social")).duty("send_minutes", to="mother")
    assert (duty.owner, duty.closes_on, duty.rule) == ("minute_taker", "accepted", "REC-01")
    assert in_words(duty.due_at) == "Wed 26 March 2025 23:59"
    assert duty.sentence.startswith("Send mother the minutes of the initial child protection conference.")


def test_a_project_reviews_minutes_are_owed_10_working_days_after_it() -> None:
    h = Hearing().household().fip().sits(meeting=REVIEW)  # Mon 14 April; over Easter
    duty = h.duty("send_minutes", to="mother", meeting=REVIEW)
    assert (duty.rule, in_words(duty.due_at)) == ("MIN-CGFIP", "Wed 30 April 2025 23:59")


def test_a_secure_address_has_its_minutes_when_the_relay_took_them() -> None:
    duty = sat(there("w-social"), post=True).minuted().duty("send_minutes", to="w-social")
    assert duty.ended == "evidence" and duty.ended_by == "accepted Wed 5 March 2025 11:00"


def test_word_that_minutes_are_ready_is_not_having_them_and_collecting_them_is() -> None:
    h = sat(there("mother"), post=True).minuted()
    assert h.open("send_minutes", to="mother")
    h.family(e.CallLogged(CONFERENCE, "mother", "collected", "w-coordinator"))
    assert h.duty("send_minutes", to="mother").ended_by.startswith("collected")


def test_a_treatment_worker_without_a_secure_address_has_them_once_they_are_collected() -> None:
    h = Hearing().told("partnership", a_worker("w-key", "clearway", secure=False))
    h.post = "accepted"
    h.household().worked_with().episode().conference().sits(there("w-key")).minuted()
    assert h.open("send_minutes_treatment")
    h.family(e.CallLogged(CONFERENCE, "w-key", "collected", "w-coordinator"))
    assert h.duty("send_minutes_treatment").ended == "evidence"


def test_minutes_that_bounce_are_owed_again() -> None:
    h = sat(there("w-social"), post=True).minuted()
    message = h.meeting().papers["w-social"].message
    h.family(e.MessageFailed(message, CONFERENCE, "w-social", "minutes", "bounced"))
    assert h.open("send_minutes", to="w-social")


def test_somebody_without_an_address_is_owed_a_copy_by_hand() -> None:
    h = Hearing().unreachable("w-health", agency="health").household().worked_with().conference().sits().minuted()
    assert "w-health" not in copies(h) and h.open("send_minutes", to="w-health")
    h.family(e.CallLogged(CONFERENCE, "w-health", "collected", "w-coordinator"))
    assert h.duty("send_minutes", to="w-health").ended == "evidence"
