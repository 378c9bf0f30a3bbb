"""Reports of the agencies asked to a conference, whether or not they come (rules ATT-03, REP-01)."""

from msgspec.structs import replace

from handlers import events as e
from handlers.effects import SendInvitation, SendLetter, SendNotice
from handlers.working_days import in_words
from tests.handlers.hearing import CONFERENCE, Hearing, a_conference, a_worker, england, there


def ahead() -> Hearing:
    """A conference on Wed 19 March 10:00; it is Mon 3 March."""
    return a_conference().books("Wed 19 March 2025 10:00")


def reports(h: Hearing, person: str = "w-health") -> Hearing:
    return h.family(e.ReportReceived(CONFERENCE, person, "w-coordinator"))


def promises(h: Hearing, words: str, person: str = "w-health") -> Hearing:
    return h.family(e.ReportPromised(CONFERENCE, person, h.fork().at(words).now.date(), person))


def test_each_agency_that_is_asked_to_a_conference_owes_a_report_once_however_many_of_its_people_come() -> None:
    h = ahead().family(e.ProfessionalInvolved("w-coordinator", "social_worker", ahead().now.date())).episode()
    assert {d.service for d in h.open("report_from_agency")} == {"council", "health"}
    assert {in_words(d.due_at) for d in h.open("report_from_agency")} == {"Fri 14 March 2025 23:59"}


def test_the_invitation_asks_for_it_and_says_by_when_and_no_family_member_is_asked() -> None:
    h = ahead()
    asked = h.sent(SendInvitation, "w-health")[-1].report_due_at
    assert asked and in_words(asked) == "Fri 14 March 2025 23:59"
    assert {i.report_due_at for i in h.sent(SendInvitation, "mother")} == {None}
    chair = h.meeting().booked
    assert chair and {i.report_due_at for i in h.sent(SendInvitation, chair.chair or "")} == {None}


def test_the_treatment_service_is_asked_through_the_gate_alone() -> None:
    h = ahead().episode()
    assert not h.duties("report_from_agency", service="clearway") and h.duties("ask_report_treatment")
    assert {i.report_due_at for i in h.sent(SendInvitation, "w-key")} == {None}


def test_a_core_group_asks_for_no_report() -> None:
    plan = e.Plan(plan="PLAN-1", category="neglect", core_group=("w-social",))
    h = ahead().sits(there("w-social"), plan=plan)
    assert {d.meeting for d in h.open("report_from_agency")} == {"review-conference:PLAN-1:1"}
    assert any(m.due.kind == "core_group" and m.booked for m in h.file.meetings.values())


def test_it_ends_with_the_report_of_anybody_of_the_agency() -> None:
    h = ahead().told("partnership", a_worker("w-nurse", "health"))
    assert reports(h, "w-nurse").duty("report_from_agency", service="health").ended == "evidence"
    assert h.duty("report_from_agency", service="council").ended is None


def test_what_is_late_is_chased_of_the_invitee_first_then_up_the_ladder() -> None:
    h = ahead().at("Mon 17 March 2025 08:00")
    assert "w-health" not in {n.to.person for n in h.sent(SendNotice)}
    assert "w-health" in {n.to.person for n in h.at("Mon 17 March 2025 12:00").sent(SendNotice)}
    (duty,) = h.at("Tue 18 March 2025 12:00").open("report_from_agency", service="health")
    assert duty.rung > 0


def test_a_promised_report_is_chased_when_the_promised_day_has_passed() -> None:
    h = promises(ahead(), "Mon 17 March 2025 10:00")
    assert in_words(h.duty("report_from_agency", service="health").due_at) == "Mon 17 March 2025 23:59"
    assert "w-health" not in {n.to.person for n in h.at("Mon 17 March 2025 23:00").sent(SendNotice)}
    assert "w-health" in {n.to.person for n in h.at("Tue 18 March 2025 12:00").sent(SendNotice)}


def test_no_promise_reaches_beyond_the_meeting() -> None:
    h = promises(ahead(), "Fri 28 March 2025 10:00")
    assert in_words(h.duty("report_from_agency", service="health").due_at) == "Wed 19 March 2025 10:00"


def test_whoever_does_not_come_is_asked_once_more_by_letter() -> None:
    h = ahead().answers("w-health", reply="declined")
    (letter,) = h.sent(SendLetter, "w-health")
    assert letter.occasion == "report_asked" and letter.due_at and in_words(letter.due_at) == "Fri 14 March 2025 23:59"
    assert not h.sent(SendLetter, "w-social")


def test_an_agency_of_which_one_person_comes_is_not_asked_again_because_another_does_not() -> None:
    h = a_conference().family(e.ProfessionalInvolved("w-fip", "family_worker", ahead().now.date()))
    h.told("partnership", a_worker("w-fip", "health")).books("Wed 19 March 2025 10:00")
    assert not h.answers("w-fip", reply="declined").sent(SendLetter)
    assert h.duty("report_from_agency", service="health").to == "w-health"
    assert h.answers("w-health", reply="declined").sent(SendLetter)


def test_a_report_that_came_before_they_declined_needs_no_letter() -> None:
    assert not reports(ahead()).answers("w-health", reply="declined").sent(SendLetter, "w-health")


def test_it_lapses_when_the_meeting_sits_or_is_off() -> None:
    assert {d.ended for d in ahead().sits(there("w-health")).duties("report_from_agency")} == {"lapse"}
    assert {d.ended for d in ahead().cancels().duties("report_from_agency")} == {"lapse"}


def test_of_a_short_notice_the_report_is_not_late_before_the_invitation_can_have_been_read() -> None:
    h = a_conference()  # for Wed 5 March
    assert {in_words(d.due_at) for d in h.open("report_from_agency")} == {"Tue 4 March 2025 23:59"}


def test_a_pack_says_of_which_kinds_of_agency_reports_are_asked() -> None:
    h = Hearing(protocol=replace(england(), reports_asked_of=("health",))).household().worked_with().conference()
    assert {d.service for d in h.open("report_from_agency")} == {"health"}


def test_a_deputy_owes_the_report_of_the_agency_that_sent_them() -> None:
    h = ahead()
    deputy = e.Deputy(person="dep-1", name="D", address="d@else.example")
    h.family(e.DeputyNamed(CONFERENCE, "w-health", deputy, "w-health"))
    h.family(e.DeputyApproved(CONFERENCE, "w-health", "dep-1", "w-coordinator"))
    assert h.duty("report_from_agency", service="health").to == "dep-1"
    assert reports(h, "dep-1").duty("report_from_agency", service="health").ended == "evidence"
