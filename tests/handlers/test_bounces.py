"""Mail that is refused or comes back: it reopens, moves the duty to whoever can be reached, and climbs ours first.

Decision 13, rules 3.41: until the relay took our mail the failure is ours; their silence climbs theirs afterwards.
"""

import pytest

from handlers import events as e
from handlers import facts as f
from handlers.effects import SendInvitation, SendLetter, SendMinutes, SendNotice
from handlers.working_days import in_words
from tests.handlers.hearing import CONFERENCE, POSTS, Fate, Hearing, a_conference, a_worker, day, there


def weeks_ahead() -> Hearing:
    """Booked for Wed 12 March."""
    return a_conference().books("Wed 12 March 2025 10:00").episode()


def climbed(h: Hearing, kind: str = "tell_treatment") -> list[tuple[str, int, str, str | None]]:
    """Ladder, rung, role and person, of this kind of duty."""
    ids = {d.id for d in h.file.duties.values() if d.kind == kind}
    return [(c.ladder, c.rung, c.role, c.person) for c in h.facts(f.RungClimbed) if c.duty in ids]


# --- who is told then


@pytest.mark.parametrize("how", ["refused", "bounced"])
def test_mail_that_comes_back_moves_the_duty_to_whoever_can_be_reached(how: Fate) -> None:
    h = weeks_ahead().relayed("w-key", how)
    assert h.duty("tell_treatment", ended=None).to == "w-spoc" and "w-spoc" in h.meeting().invitations
    assert h.duty("send_invitation", to="w-key").ended is None


def test_mail_whose_fate_is_unknown_moves_nothing() -> None:
    h = weeks_ahead().relayed("w-key", "unknown")
    assert h.duty("tell_treatment").to == "w-key" and not climbed(h, "send_invitation")


def test_an_address_recorded_again_brings_the_key_worker_back_and_sends_the_invitation_again() -> None:
    h = weeks_ahead().relayed("w-key", "bounced").at("Mon 3 March 2025 11:00")
    h.told("partnership", a_worker("w-key", "clearway"))
    assert h.duty("tell_treatment").to == "w-key"
    assert [i.sequence for i in h.sent(SendInvitation, "w-key")] == [0, 1]


@pytest.mark.parametrize("how", ["accepted", "unknown"])
def test_what_did_not_fail_for_certain_is_not_sent_again_to_a_new_address(how: Fate) -> None:
    h = (
        weeks_ahead()
        .relayed("w-key", how)
        .at("Mon 3 March 2025 11:00")
        .told("partnership", a_worker("w-key", "clearway"))
    )
    assert len(h.answers("mother").sent(SendInvitation, "w-key")) == 1


def test_a_word_from_somebody_whose_mail_came_back_shows_that_they_can_be_reached() -> None:
    h = weeks_ahead().relayed("w-key", "bounced").at("Mon 3 March 2025 11:00").answers("w-key")
    assert h.duty("tell_treatment").ended == "evidence"
    assert h.at("Mon 3 March 2025 12:00").books("Wed 19 March 2025 10:00").duty("tell_treatment").to == "w-key"


def test_a_call_that_nobody_took_does_not() -> None:
    h = weeks_ahead().relayed("w-key", "bounced").at("Mon 3 March 2025 11:00")
    h.family(e.CallLogged(CONFERENCE, "w-key", "no_answer", "w-coordinator"))
    assert h.duty("tell_treatment").to == "w-spoc"


def test_when_mail_to_everybody_comes_back_the_duty_stays_open_and_a_name_is_owed() -> None:
    h = weeks_ahead()
    for person in ("w-key", "w-spoc", "w-deputy"):
        h.relayed(person, "bounced")
    assert h.duty("tell_treatment", ended=None).to is None and h.open("name_representative")


def test_whoever_was_asked_for_the_service_keeps_the_seat_when_mail_comes_back() -> None:
    """To call the meeting off to somebody whom we still seek would be wrong, and each word of theirs asks anew."""
    h = a_conference().books("Wed 12 March 2025 10:00").unreachable("w-deputy").factor("1B", person="mother")
    h.relayed("w-spoc", "refused").answers("w-spoc").at("Tue 4 March 2025 10:00").relayed("w-spoc", "bounced")
    assert h.duty("tell_treatment", service="clearway", ended=None).to is None
    assert [(i.method, i.sequence) for i in h.sent(SendInvitation, "w-spoc")] == [("REQUEST", 0)]


def test_a_stand_in_whose_mail_came_back_is_called_back_when_the_key_worker_can_be_told() -> None:
    h = a_conference().books("Wed 12 March 2025 10:00").factor("1B", person="mother").relayed("w-spoc", "bounced")
    assert not h.meeting().invitations["w-spoc"].cancelled and h.meeting().invitations["w-deputy"]
    assert h.episode().meeting().invitations["w-spoc"].cancelled


def test_a_stand_in_who_was_called_back_is_not_asked_again_while_another_can_be_told() -> None:
    h = a_conference().books("Wed 12 March 2025 10:00").factor("1B", person="mother").episode()
    assert h.meeting().invitations["w-spoc"].cancelled
    h.leave("w-spoc", "Tue 4 March 2025", "Tue 4 March 2025").at("Tue 4 March 2025 10:00").relayed("w-key", "bounced")
    assert h.duty("tell_treatment", service="clearway", ended=None).to == "w-deputy"
    assert h.meeting().invitations["w-spoc"].cancelled


def test_a_notice_that_comes_back_shows_as_well_that_nobody_reads_there() -> None:
    h = weeks_ahead().relayed("w-key").at("Wed 5 March 2025 09:00")
    (late,) = [n for n in h.sent(SendNotice, "w-key") if n.duty == h.duty("tell_treatment").id]
    assert h.posted("bounced", late.message, "w-key", "notice").duty("tell_treatment").to == "w-spoc"


def test_an_old_receipt_delivered_late_undoes_nothing() -> None:
    h = weeks_ahead().at("Mon 3 March 2025 11:00")
    early, sent = h.now, h.meeting().invitations["w-key"].message
    h.at("Mon 3 March 2025 12:00").answers("w-key")
    failed = e.MessageFailed(sent, CONFERENCE, "w-key", "invitation", "bounced")
    h.deliver(e.Event("late", "post", h.file.stream, early, early, failed))
    assert h.duty("tell_treatment").ended == "evidence"
    assert h.at("Mon 3 March 2025 13:00").books("Wed 19 March 2025 10:00").duty("tell_treatment").to == "w-key"


# --- what it reopens


def test_a_bounce_after_the_answer_reopens_the_telling_with_a_deadline_of_its_own() -> None:
    h = weeks_ahead().answers("w-key").at("Fri 7 March 2025 11:00").relayed("w-key", "bounced")
    duty = h.duty("tell_treatment")
    assert (duty.ended, duty.to, in_words(duty.due_at)) == (None, "w-spoc", "Mon 10 March 2025 23:59")


def test_a_bounce_after_the_worker_took_part_reopens_nothing() -> None:
    h = weeks_ahead().sits(there("w-key")).relayed("w-key", "bounced")
    assert h.duty("tell_treatment").ended == "evidence"


def test_a_bounce_of_an_earlier_invitation_reopens_nothing() -> None:
    h = weeks_ahead()
    old = h.meeting().invitations["w-key"].message
    h.at("Mon 3 March 2025 11:00").books("Wed 19 March 2025 10:00").relayed("w-key").answers("w-key")
    h.at("Mon 3 March 2025 12:00").posted("accepted", old, "w-key", "invitation", CONFERENCE)
    assert h.duty("tell_treatment").ended == "evidence"


def test_minutes_that_come_back_are_owed_to_whoever_can_be_reached_and_sent_there() -> None:
    h = weeks_ahead().sits(there("w-key")).minuted()
    paper = h.meeting().papers["w-key"].message
    h.posted("accepted", paper, "w-key", "minutes", CONFERENCE)
    assert h.duty("send_minutes_treatment").ended == "evidence"
    h.at("Wed 12 March 2025 15:00").posted("bounced", paper, "w-key", "minutes", CONFERENCE)
    assert h.duty("send_minutes_treatment", ended=None).to == "w-spoc" and h.sent(SendMinutes, "w-spoc")


# --- whose ladder


def test_a_failed_invitation_lies_before_the_coordinator_at_once() -> None:
    h = weeks_ahead().relayed("w-key", "refused")
    assert climbed(h, "send_invitation") == [("send_invitation", 0, "coordinator", "w-coordinator")]
    (notice,) = h.sent(SendNotice, "w-coordinator")
    assert notice.duty == h.duty("send_invitation", to="w-key").id and notice.due_at > notice.stamped_at


def test_what_was_never_handed_over_climbs_our_ladder_and_not_theirs() -> None:
    h = weeks_ahead().at("Thu 6 March 2025 09:00")
    assert climbed(h) == [
        ("send_treatment", 0, "coordinator", "w-coordinator"),
        ("send_treatment", 1, "conference_unit_manager", "w-unit"),
    ]


def test_their_service_manager_hears_before_the_meeting_even_on_our_ladder() -> None:
    h = a_conference().episode().at("Wed 5 March 2025 08:59")
    assert [role for _, _, role, _ in climbed(h)] == ["coordinator", "conference_unit_manager", "service_manager"]


def test_once_it_was_handed_over_their_ladder_begins_at_its_foot_on_the_next_working_day() -> None:
    h = weeks_ahead().at("Wed 5 March 2025 10:00").relayed("w-key")
    assert len(climbed(h)) == 1
    h.at("Thu 6 March 2025 08:59")
    assert len(climbed(h)) == 1
    h.at("Thu 6 March 2025 09:00")
    assert climbed(h)[1:] == [("tell_treatment", 0, "treatment_worker", "w-key")]
    assert climbed(h.at("Fri 7 March 2025 09:00"))[2:] == [("tell_treatment", 1, "single_point_of_contact", "w-spoc")]


def test_a_bounce_on_their_ladder_takes_the_duty_back_to_ours() -> None:
    h = weeks_ahead().relayed("w-key").at("Wed 5 March 2025 09:00")
    assert [x[0] for x in climbed(h)] == ["tell_treatment"]
    h.relayed("w-key", "bounced").at("Thu 6 March 2025 09:00")
    assert climbed(h)[1:] == [("send_treatment", 0, "coordinator", "w-coordinator")]


def test_a_change_climbs_our_ladder_until_its_letter_was_taken_and_theirs_afterwards() -> None:
    def change(h: Hearing) -> Hearing:
        return h.family(e.SignificantChangeRecorded("C-1", "other", h.now.date(), "w-social"))

    h = change(weeks_ahead())
    (letter,) = [x for x in h.sent(SendLetter, "w-key") if x.occasion == "change"]
    taken = h.fork().posted("accepted", letter.message, "w-key", "letter")
    assert climbed(taken.at("Wed 5 March 2025 09:00"), "tell_change") == [
        ("tell_change", 0, "treatment_worker", "w-key")
    ]
    assert climbed(h.at("Wed 5 March 2025 09:00"), "tell_change") == [
        ("send_treatment", 0, "coordinator", "w-coordinator")
    ]


def test_a_letter_that_comes_back_puts_the_change_before_the_coordinator_and_goes_to_the_next() -> None:
    h = weeks_ahead().family(e.SignificantChangeRecorded("C-1", "other", day("Mon 3 March 2025"), "w-social"))
    (letter,) = [x for x in h.sent(SendLetter, "w-key") if x.occasion == "change"]
    h.posted("bounced", letter.message, "w-key", "letter")
    assert h.duty("tell_change").to == "w-spoc"
    assert [x.occasion for x in h.sent(SendLetter, "w-spoc")].count("change") == 1


# --- notices that reach nobody


def test_a_notice_that_fails_passes_the_duty_on_at_once() -> None:
    h = weeks_ahead().relayed("w-key").at("Wed 5 March 2025 09:00")
    (late,) = [n for n in h.sent(SendNotice, "w-key") if n.duty == h.duty("tell_treatment").id]
    h.at("Wed 5 March 2025 11:00")
    assert len(climbed(h)) == 1
    unread = h.fork().posted("unknown", late.message, "w-key", "notice")
    assert len(climbed(unread)) == 1  # perhaps it arrived
    h.posted("refused", late.message, "w-key", "notice")
    assert climbed(h)[1][2:] in [("coordinator", "w-coordinator"), ("single_point_of_contact", "w-spoc")]


def test_where_every_post_is_empty_the_ladder_is_climbed_to_its_top_at_once_and_says_so() -> None:
    posts = {k: v for k, v in POSTS.items() if k == "minute_taker"}
    h = weeks_ahead().told("partnership", e.AreaRecorded("Riverside", "Team", "1", posts)).at("Wed 5 March 2025 09:00")
    assert [(rung, who) for _, rung, _, who in climbed(h)] == [(0, None), (1, None), (2, None), (3, None)]


def test_a_refused_notice_to_our_own_post_passes_it_on_too() -> None:
    h = weeks_ahead().at("Wed 5 March 2025 09:00")
    (late,) = [n for n in h.sent(SendNotice, "w-coordinator") if n.duty == h.duty("tell_treatment").id]
    h.posted("refused", late.message, "w-coordinator", "notice")
    assert [who for _, _, _, who in climbed(h)] == ["w-coordinator", "w-unit"]
