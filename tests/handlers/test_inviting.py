"""Whoever should hold an invitation holds one, and whoever should not has been told so (decision 22; 3.24, 3.47)."""

from msgspec.structs import replace

from handlers import events as e
from handlers.effects import SendInvitation
from handlers.working_days import in_words
from tests.handlers.hearing import CONFERENCE, FATHER, MOTHER, Hearing, day, instant, there

EVERYBODY = {"mother", "w-social", "w-health", "w-chair-1"}


def a_conference(post: bool = False) -> Hearing:
    h = Hearing()
    h.post = "accepted" if post else None
    return h.household().worked_with().conference()


def methods(h: Hearing, person: str) -> list[tuple[str, int]]:
    return [(i.method, i.sequence) for i in h.sent(SendInvitation, person)]


def test_parents_workers_and_the_chair_are_invited_each_by_a_paper_of_their_own() -> None:
    sent = a_conference().sent(SendInvitation)
    assert {i.to.person for i in sent} == EVERYBODY and len({i.message for i in sent}) == len(sent) == 4
    assert all((i.method, i.sequence, i.revision, i.goes_on) == ("REQUEST", 0, 1, False) for i in sent)
    assert {i.place for i in sent} == {"Room 1, Civic Centre"} and {i.client_reference for i in sent} == {None}


def test_an_invitation_says_when_where_and_whom_to_ring() -> None:
    (sent,) = a_conference().sent(SendInvitation, "mother")
    assert (in_words(sent.starts_at), in_words(sent.ends_at)) == ("Wed 5 March 2025 09:00", "Wed 5 March 2025 11:00")
    assert (sent.team, sent.telephone) == ("Riverside Conference Team", "01632 960 100")
    assert (sent.stamped_at, sent.moved_from) == (instant("Mon 3 March 2025 10:00"), None)
    assert sent.because == "invited to the initial child protection conference"


def test_a_partner_who_is_neither_parent_nor_carer_is_not_invited() -> None:
    h = Hearing().household(MOTHER, FATHER).conference()
    assert "father" not in h.meeting().invitations


def test_somebody_without_an_address_is_asked_by_other_means_and_the_duty_stays_open() -> None:
    homeless = e.Member(person="mother", name="M", relation="parent", cares=True)
    h = Hearing().household(homeless).conference()
    assert "mother" in h.meeting().invitations and not h.sent(SendInvitation, "mother")
    assert h.open("send_invitation", to="mother")
    assert h.family(e.CallLogged(CONFERENCE, "mother", "spoke", "w-coordinator")).duties(
        "send_invitation", ended="evidence"
    )


def test_somebody_who_joins_later_is_invited_alone() -> None:
    h = a_conference().family(e.ProfessionalInvolved("w-fip", "fip_worker", day("Mon 3 March 2025")))
    assert methods(h, "w-fip") == [("REQUEST", 0)] and methods(h, "mother") == [("REQUEST", 0)]


def test_somebody_no_longer_asked_hears_that_the_meeting_goes_on_without_them() -> None:
    h = a_conference().family(e.ProfessionalLeft("w-health", day("Mon 3 March 2025")))
    assert methods(h, "w-health") == [("REQUEST", 0), ("CANCEL", 1)] and methods(h, "mother") == [("REQUEST", 0)]
    assert h.sent(SendInvitation, "w-health")[-1].goes_on


def test_a_move_reaches_everybody_under_the_next_number_and_names_the_old_time() -> None:
    h = a_conference().books("Wed 12 March 2025 10:00")
    assert {methods(h, p)[-1] for p in EVERYBODY} == {("REQUEST", 1)}
    moved = h.sent(SendInvitation, "mother")[-1]
    assert moved.moved_from == instant("Wed 5 March 2025 09:00") and moved.because.endswith("was moved")
    assert in_words(moved.starts_at) == "Wed 12 March 2025 10:00"


def test_a_cancellation_reaches_everybody_who_was_asked_and_says_that_it_is_off() -> None:
    h = a_conference().cancels()
    assert {methods(h, p)[-1] for p in EVERYBODY} == {("CANCEL", 1)}
    off = h.sent(SendInvitation, "mother")[-1]
    assert not off.goes_on and off.moved_from is None and "is off" in off.because


def test_a_cancellation_is_sent_once() -> None:
    assert len(a_conference().cancels().answers("mother").sent(SendInvitation, "mother")) == 2


def test_a_new_time_after_a_cancellation_invites_again_as_if_for_the_first_time() -> None:
    h = a_conference().cancels().books("Wed 12 March 2025 10:00")
    assert methods(h, "mother") == [("REQUEST", 0), ("CANCEL", 1), ("REQUEST", 2)]
    again = h.sent(SendInvitation, "mother")[-1]
    assert again.moved_from is None and again.because.startswith("invited to")


def test_nobody_is_invited_to_a_meeting_that_has_begun() -> None:
    h = a_conference().at("Wed 5 March 2025 09:00")
    assert "w-fip" not in h.family(e.ProfessionalInvolved("w-fip", "fip", h.now.date())).meeting().invitations
    before = a_conference().at("Wed 5 March 2025 08:59")
    assert "w-fip" in before.family(e.ProfessionalInvolved("w-fip", "fip", before.now.date())).meeting().invitations


def test_nobody_is_asked_to_or_off_a_meeting_that_was_held() -> None:
    h = a_conference().sits().family(e.ProfessionalLeft("w-health", day("Wed 5 March 2025")))
    assert methods(h, "w-health") == [("REQUEST", 0)]


def test_the_sending_is_owed_on_the_working_day_of_the_fixing() -> None:
    duty = a_conference().duty("send_invitation", to="w-social")
    assert (duty.owner, duty.closes_on, duty.rule, duty.revision) == ("coordinator", "accepted", "INV-01", 1)
    assert in_words(duty.due_at) == "Mon 3 March 2025 23:59"
    assert duty.sentence.startswith("Send w-social the invitation to the initial child protection conference.")


def test_fixed_on_a_saturday_it_is_owed_on_the_monday() -> None:
    h = Hearing("Sat 1 March 2025 10:00").household().conference()
    assert in_words(h.duty("send_invitation", to="mother").due_at) == "Mon 3 March 2025 23:59"


def test_an_invitation_is_sent_when_the_relay_took_it_and_owed_again_when_it_comes_back() -> None:
    h = a_conference(post=True)
    assert h.duty("send_invitation", to="mother").ended_by == "the mail relay"
    message = h.meeting().invitations["mother"].message
    h.family(e.MessageFailed(message, CONFERENCE, "mother", "invitation", "bounced"))
    assert h.duty("send_invitation", to="mother").ended is None


def test_a_refused_mail_leaves_the_sending_open() -> None:
    h = Hearing()
    h.post = "refused"
    assert len(h.household().conference().open("send_invitation")) == 2  # the mother and the chair


def test_an_answer_shows_that_the_invitation_came_even_if_the_post_said_otherwise() -> None:
    h = Hearing()
    h.post = "refused"
    duty = h.household().conference().answers("mother").duty("send_invitation", to="mother")
    assert (duty.ended, duty.ended_by) == ("evidence", "accepted, recorded by w-coordinator")


def test_having_sent_apologies_shows_it_too() -> None:
    h = a_conference().sits(there("w-health", "apologies"), there("mother", "absent"))
    assert h.duty("send_invitation", to="w-health").ended_by == "took part, or sent word"
    assert h.open("send_invitation", to="mother")


def test_a_cancellation_is_owed_its_own_sending() -> None:
    h = a_conference(post=True).at("Mon 3 March 2025 11:00")
    h.post = None
    h.cancels()
    duty = h.duty("send_cancellation", to="mother")
    assert duty.ended is None and duty.sentence.startswith("Send mother the cancellation of the initial")
    off = h.meeting().invitations["mother"].message
    assert h.family(e.MessageAccepted(off, CONFERENCE, "mother", "cancellation")).duties(
        "send_cancellation", ended="evidence"
    )


def test_a_cancellation_is_known_to_whoever_spoke_with_us_after_it_not_before() -> None:
    h = a_conference().answers("mother").at("Mon 3 March 2025 11:00").cancels()
    assert h.open("send_cancellation", to="mother")
    h.at("Mon 3 March 2025 12:00").family(e.CallLogged(CONFERENCE, "mother", "spoke", "w-coordinator"))
    duty = h.duty("send_cancellation", to="mother")
    assert (duty.ended, duty.ended_by) == ("evidence", "spoken with, recorded by w-coordinator")


def test_a_parent_who_left_the_family_is_asked_off_at_the_address_that_she_had() -> None:
    h = a_conference().family(e.MemberLeft("mother", day("Mon 3 March 2025")))
    assert methods(h, "mother") == [("REQUEST", 0), ("CANCEL", 1)]
    assert h.meeting().invitations["mother"].cancelled and h.open("send_cancellation", to="mother")


def test_an_invitation_that_is_asked_for_again_goes_as_it_stands_to_whoever_asks_alone() -> None:
    h = a_conference().at("Mon 3 March 2025 12:00").family(e.CopyAsked(CONFERENCE, "w-social"))
    first, again = h.sent(SendInvitation, "w-social")
    other = {"message": again.message, "copy_of": first.message, "stamped_at": h.now, "because": "asked for once more"}
    assert again.message != first.message and again == replace(first, **other)
    assert len(h.sent(SendInvitation)) == 5 and h.meeting().invitations["w-social"].message == first.message


def test_nobody_is_sent_again_what_no_longer_stands_or_was_never_sent() -> None:
    begun = a_conference().at("Wed 5 March 2025 09:00")
    for h, person in ((a_conference().cancels(), "mother"), (begun, "mother"), (a_conference(), "w-nobody")):
        before = len(h.sent(SendInvitation))
        assert len(h.family(e.CopyAsked(CONFERENCE, person)).sent(SendInvitation)) == before
