"""Deputies: an invitee sends somebody of their agency, who is asked in their place once that is agreed."""

import pytest

from handlers import events as e
from handlers.effects import SendInvitation, SendLetter, SendMinutes
from handlers.working_days import in_words
from tests.handlers.hearing import CONFERENCE, Hearing, a_conference, a_worker, clearway, there

STRANGER = e.Deputy(person="dep-1", name="D", address="d@agency.example", domain="agency.example")


def sends(h: Hearing, person: str, deputy: e.Deputy | str) -> Hearing:
    who = e.Deputy(person=deputy) if isinstance(deputy, str) else deputy
    return h.family(e.DeputyNamed(CONFERENCE, person, who, person))


def agreed(h: Hearing, person: str, deputy: str = "dep-1") -> Hearing:
    return h.family(e.DeputyApproved(CONFERENCE, person, deputy, "w-coordinator"))


def refused(h: Hearing, person: str, deputy: str = "dep-1") -> Hearing:
    return h.family(e.DeputyRefused(CONFERENCE, person, deputy, "w-coordinator", "Nobody knows them."))


def mails(h: Hearing, person: str) -> list[str]:
    return [i.method for i in h.sent(SendInvitation, person)]


def ahead() -> Hearing:
    """A conference on Wed 19 March, the mother in treatment with w-key, who knows of it."""
    return a_conference().books("Wed 19 March 2025 10:00").episode().answers("w-key")


# --- who may be one


def test_somebody_unknown_to_the_directory_is_asked_only_once_the_coordinator_agrees() -> None:
    h = sends(ahead(), "w-health", STRANGER)
    assert mails(h, "dep-1") == [] and mails(h, "w-health") == ["REQUEST", "REQUEST"]
    agreed(h, "w-health")
    assert mails(h, "dep-1") == ["REQUEST"] and mails(h, "w-health")[-1] == "CANCEL"
    assert h.sent(SendInvitation, "w-health")[-1].goes_on


def test_a_worker_of_the_same_agency_is_asked_at_once() -> None:
    h = sends(ahead().told("partnership", a_worker("w-health-2", "health")), "w-health", "w-health-2")
    assert mails(h, "w-health-2") == ["REQUEST"] and not h.duties("approve_deputy")


def test_an_address_in_a_domain_of_the_agency_is_asked_at_once_whatever_its_case() -> None:
    h = ahead().told("partnership", e.AgencyRecorded("health", "Health", "health", domains=("agency.example",)))
    assert mails(sends(h.fork(), "w-health", STRANGER), "dep-1") == ["REQUEST"]
    shouted = e.Deputy(person="dep-1", name="D", address="D@AGENCY.EXAMPLE", domain="AGENCY.EXAMPLE")
    assert mails(sends(h, "w-health", shouted), "dep-1") == ["REQUEST"]


@pytest.mark.parametrize(
    ("person", "deputy", "why"),
    [
        ("w-health", e.Deputy(person="w-fip"), "w-fip is of fip, not of health"),
        ("w-health", e.Deputy(person="nobody"), "the directory does not know nobody; add name and address"),
        ("mother", STRANGER, "mother is of no agency"),
        ("w-fip", STRANGER, "w-fip is not asked"),
        ("w-health", e.Deputy(person="w-social"), "w-social is asked to .* already"),
        ("w-health", e.Deputy(person="w-health"), "w-health is asked to .* already"),
        ("w-chair-1", STRANGER, "w-chair-1 chairs"),
        (
            "w-health",
            e.Deputy(person="child", name="D", address="d@else.example"),
            "child is the id of somebody else",
        ),
    ],
)
def test_nobody_else_may_be_one_and_the_sentence_says_why(person: str, deputy: e.Deputy, why: str) -> None:
    with pytest.raises(e.Impossible, match=why):
        sends(ahead(), person, deputy)


def test_a_deputy_sends_no_deputy_and_comes_for_one_invitee_alone() -> None:
    h = agreed(sends(ahead(), "w-health", STRANGER), "w-health")
    with pytest.raises(e.Impossible, match="dep-1 is a deputy and sends none"):
        sends(h, "dep-1", "w-social")
    with pytest.raises(e.Impossible, match="dep-1 is asked to"):
        sends(h, "w-social", STRANGER)


def test_an_id_stays_with_the_person_to_whom_it_was_given() -> None:
    h = agreed(sends(ahead(), "w-health", STRANGER), "w-health")
    with pytest.raises(e.Impossible, match="dep-1 is the id of somebody else"):
        sends(h, "w-health", e.Deputy(person="dep-1", name="D", address="other@agency.example"))


def test_whoever_was_called_back_says_nothing_more_of_the_meeting() -> None:
    h = ahead().family(e.ProfessionalLeft("w-health", ahead().now.date()))
    with pytest.raises(e.Impossible, match="w-health is not asked to"):
        sends(h, "w-health", STRANGER)


def test_a_meeting_that_is_past_or_off_takes_no_deputies() -> None:
    with pytest.raises(e.Impossible, match="is past"):
        sends(ahead().at("Wed 19 March 2025 10:00"), "w-health", STRANGER)
    with pytest.raises(e.Impossible, match="was called off"):
        sends(ahead().cancels(), "w-health", STRANGER)


def test_a_verdict_on_somebody_whom_nobody_named_is_refused() -> None:
    with pytest.raises(e.Impossible, match="did not name dep-1"):
        agreed(ahead(), "w-health")


# --- the answer is owed


def test_the_coordinator_owes_an_answer_by_the_next_working_day() -> None:
    h = sends(ahead(), "w-health", STRANGER)
    duty = h.duty("approve_deputy", ended=None)
    assert (duty.owner, in_words(duty.due_at)) == ("coordinator", "Tue 4 March 2025 23:59")
    assert agreed(h, "w-health").duty("approve_deputy").ended == "evidence"


def test_it_is_due_before_the_meeting_begins() -> None:
    h = sends(ahead().at("Tue 18 March 2025 09:00"), "w-health", STRANGER)
    assert in_words(h.duty("approve_deputy").due_at) == "Wed 19 March 2025 10:00"


def test_whoever_is_refused_a_deputy_stays_asked_and_is_told() -> None:
    h = refused(sends(ahead(), "w-health", STRANGER), "w-health")
    assert mails(h, "dep-1") == [] and "CANCEL" not in mails(h, "w-health")
    (letter,) = h.sent(SendLetter, "w-health")
    assert (letter.occasion, letter.what) == ("declined", "deputy")
    h.posted("accepted", letter.message, "w-health", "letter")
    assert h.duty("tell_declined").ended == "evidence"


def test_another_deputy_takes_the_place_of_the_first_whose_invitation_is_called_back() -> None:
    h = agreed(sends(ahead(), "w-health", STRANGER), "w-health")
    sends(h, "w-health", e.Deputy(person="dep-2", name="E", address="e@else.example"))
    assert mails(h, "dep-1") == ["REQUEST", "CANCEL"] and h.open("approve_deputy")
    assert mails(agreed(h, "w-health", "dep-2"), "dep-2") == ["REQUEST"]
    with pytest.raises(e.Impossible, match="did not name dep-1"):
        refused(h, "w-health")


def test_whoever_comes_after_all_has_their_seat_back() -> None:
    h = agreed(sends(ahead(), "w-health", STRANGER), "w-health").answers("w-health")
    assert mails(h, "w-health")[-1] == "REQUEST" and mails(h, "dep-1") == ["REQUEST", "CANCEL"]


def test_a_deputy_hears_of_a_new_time_and_whoever_sent_them_does_not() -> None:
    h = agreed(sends(ahead(), "w-health", STRANGER), "w-health")
    before = len(mails(h, "w-health"))
    h.books("Thu 20 March 2025 10:00")
    assert mails(h, "dep-1") == ["REQUEST", "REQUEST"] and len(mails(h, "w-health")) == before


def test_both_have_the_minutes() -> None:
    h = agreed(sends(ahead(), "w-health", STRANGER), "w-health").sits(there("dep-1", deputy_for="w-health")).minuted()
    assert len(h.sent(SendMinutes, "dep-1")) == len(h.sent(SendMinutes, "w-health")) == 1


# --- the treatment service's deputy


def of_clearway() -> Hearing:
    """The key worker sends a colleague who is in the directory."""
    return sends(ahead(), "w-key", "w-key-2")


def test_whoever_sends_a_deputy_has_shown_that_they_know_until_the_deputy_is_agreed() -> None:
    h = a_conference().books("Wed 19 March 2025 10:00").episode()
    assert h.open("tell_treatment", to="w-key")
    duty = sends(h, "w-key", STRANGER).duty("tell_treatment")
    assert (duty.ended, duty.to) == ("evidence", "w-key")


def test_the_service_is_told_once_its_deputy_knows_and_not_by_whoever_sent_them() -> None:
    h = of_clearway()
    assert h.duty("tell_treatment", ended=None).to == "w-key-2"
    h.relayed("w-key-2").answers("w-key", reply="declined")
    assert h.open("tell_treatment")
    assert h.answers("w-key-2").duty("tell_treatment").ended == "evidence"


def test_a_deputy_who_sat_closes_the_telling_and_one_who_was_absent_does_not() -> None:
    h = a_conference().books("Wed 19 March 2025 10:00").episode()
    h = sends(h, "w-key", e.Deputy(person="w-key-2"))
    assert h.duty("tell_treatment").ended is None
    assert h.fork().sits(there("w-key-2")).duty("tell_treatment").ended == "evidence"
    assert h.fork().sits(there("w-key-2", "deputy", "w-key")).duty("tell_treatment").ended == "evidence"


def test_a_deputy_who_was_refused_and_came_all_the_same_shows_nothing_of_the_service() -> None:
    h = a_conference().books("Wed 19 March 2025 10:00").episode()
    refused(sends(h, "w-key", STRANGER), "w-key").books("Thu 20 March 2025 10:00")
    assert h.sits(there("dep-1")).duty("tell_treatment").ended is None


def test_a_deputy_whom_the_directory_does_not_know_speaks_for_the_service_too() -> None:
    h = agreed(sends(ahead(), "w-key", STRANGER), "w-key")
    assert h.duty("tell_treatment", ended=None).to == "dep-1"
    assert h.fork().answers("dep-1").duty("tell_treatment").ended == "evidence"
    assert h.sits(there("dep-1")).duty("tell_treatment").ended == "evidence"


def test_a_deputy_of_the_service_is_quoted_its_reference_and_one_of_another_agency_is_not() -> None:
    h = agreed(sends(ahead(), "w-key", STRANGER), "w-key")
    assert [i.client_reference for i in h.sent(SendInvitation, "dep-1")] == ["CW-7741"]
    other = agreed(sends(ahead(), "w-health", STRANGER), "w-health")
    assert [i.client_reference for i in other.sent(SendInvitation, "dep-1")] == [None]


def test_where_the_deputy_cannot_be_reached_the_key_worker_speaks_again() -> None:
    h = of_clearway()
    assert h.open("tell_treatment", to="w-key-2") and mails(h, "w-key")[-1] == "CANCEL"
    h.unreachable("w-key-2")
    assert mails(h, "w-key")[-1] == "REQUEST"
    assert h.duty("tell_treatment").ended == "evidence"  # they knew when they sent somebody
    bounced = agreed(sends(ahead(), "w-key", STRANGER), "w-key").relayed("dep-1", "bounced")
    assert mails(bounced, "w-key")[-1] == "REQUEST"
    bounced.books("Thu 20 March 2025 10:00")
    assert bounced.duty("tell_treatment", ended=None).to == "w-key"


def test_a_deputy_who_is_away_on_the_day_does_not_speak() -> None:
    h = of_clearway().leave("w-key-2", "Wed 19 March 2025", "Wed 19 March 2025")
    assert mails(h, "w-key")[-1] == "REQUEST"
    assert h.books("Wed 19 March 2025 14:00").duty("tell_treatment", ended=None).to == "w-key"


def test_a_handover_ends_what_the_former_key_worker_arranged() -> None:
    h = ahead().told("partnership", a_worker("w-key-3", "clearway"))
    h = sends(h, "w-key", "w-key-3")
    h.told("person/mother", e.EpisodeHandedOver("E-mother", "w-key-2", h.now.date()))
    assert h.duty("tell_treatment", ended=None).to == "w-key-2" and mails(h, "w-key-3")[-1] == "CANCEL"


def test_the_service_itself_may_have_the_deputys_domain() -> None:
    h = ahead().told("partnership", clearway(domains=("agency.example",)))
    assert sends(h, "w-key", STRANGER).duty("tell_treatment", ended=None).to == "dep-1"


def test_after_the_meeting_the_minutes_go_to_the_key_worker_and_to_the_deputy_who_came() -> None:
    h = of_clearway().sits(there("w-key-2", "deputy", "w-key"))
    h.post = "accepted"
    h.minuted()
    assert len(h.sent(SendMinutes, "w-key")) == len(h.sent(SendMinutes, "w-key-2")) == 1
    assert h.duty("send_minutes_treatment").ended == "evidence"


def test_without_consent_no_deputy_of_the_service_is_asked_to_a_project_review() -> None:
    h = Hearing().household().worked_with().episode().fip().consent(True).at("Thu 10 April 2025 09:00")
    review = next(m.id for m in h.file.meetings.values() if m.due.kind == "fip_review")
    h.family(e.DeputyNamed(review, "w-key", e.Deputy(person="w-key-2"), "w-key"))
    assert mails(h, "w-key-2") == ["REQUEST"]
    assert mails(h.consent(False), "w-key-2") == ["REQUEST", "CANCEL"]
