"""Whoever is asked to a meeting is reminded of it, once for each morning, and of the time that stands."""

from msgspec.structs import replace

from handlers import events as e
from handlers.effects import SendReminder
from handlers.working_days import in_words
from infra.protocols.packs import protocol
from tests.handlers.hearing import CONFERENCE, Hearing, day, instant

EVERYBODY = {"mother", "w-social", "w-health", "w-chair-1"}
MEETS = "Mon 17 March 2025 10:00"
WEEK, EVE = "Mon 10 March 2025 09:00", "Fri 14 March 2025 09:00"


def a_conference(on: str = MEETS) -> Hearing:
    return Hearing().household().worked_with().conference().books(on)


def reminded(h: Hearing, person: str = "") -> list[str]:
    """When each reminder went, by the hour."""
    return [in_words(sent.stamped_at) for sent in h.sent(SendReminder, person)]


def test_everybody_asked_is_reminded_a_week_and_a_working_day_before() -> None:
    h = a_conference().at("Fri 14 March 2025 08:59")
    assert {x.to.person for x in h.sent(SendReminder)} == EVERYBODY and reminded(h, "mother") == [WEEK]
    assert reminded(h.at(MEETS), "mother") == [WEEK, EVE]
    assert len({x.message for x in h.sent(SendReminder)}) == 2 * len(EVERYBODY)


def test_a_reminder_says_when_and_where_and_whom_to_ring() -> None:
    (sent,) = a_conference().at(WEEK).sent(SendReminder, "mother")
    assert (in_words(sent.starts_at), sent.place) == (MEETS, "Room 1, Civic Centre")
    assert (sent.team, sent.telephone) == ("Riverside Conference Team", "01632 960 100")


def test_no_other_decision_sends_a_reminder_twice() -> None:
    h = a_conference().at("Mon 10 March 2025 12:00").answers("mother").answers("w-health", reply="tentative")
    assert reminded(h) == [WEEK] * len(EVERYBODY)


def test_a_reminder_moves_with_its_meeting() -> None:
    h = a_conference().at("Tue 11 March 2025 12:00").books("Mon 24 March 2025 10:00").at("Mon 24 March 2025 10:00")
    assert reminded(h, "mother") == [WEEK, "Mon 17 March 2025 09:00", "Fri 21 March 2025 09:00"]
    assert {in_words(x.starts_at) for x in h.sent(SendReminder)[-4:]} == {"Mon 24 March 2025 10:00"}


def test_a_meeting_that_is_off_or_was_held_reminds_nobody() -> None:
    assert reminded(a_conference().cancels().at(MEETS)) == []
    sat = e.MeetingHeld(CONFERENCE, (), instant("Mon 10 March 2025 10:00"), instant("Mon 10 March 2025 11:00"))
    assert reminded(a_conference().at("Mon 10 March 2025 12:00").family(sat).at(MEETS), "mother") == [WEEK]


def test_whoever_declined_is_not_reminded_until_the_time_is_new() -> None:
    h = a_conference().answers("w-health", reply="declined").at("Tue 11 March 2025 12:00")
    assert reminded(h, "w-health") == [] and reminded(h, "mother")
    assert reminded(h.books("Mon 24 March 2025 10:00").at("Mon 17 March 2025 09:00"), "w-health")


def test_an_invitation_sent_since_needs_no_reminder() -> None:
    h = a_conference("Wed 5 March 2025 10:00").at("Wed 5 March 2025 10:00")
    assert reminded(h, "mother") == ["Tue 4 March 2025 09:00"]
    late = a_conference("Tue 4 March 2025 10:00").at("Tue 4 March 2025 10:00")
    assert reminded(late, "mother") == []


def test_mornings_that_passed_unseen_make_one_reminder_and_none_once_it_has_begun() -> None:
    h = a_conference()
    h.wakes.clear()
    h.now = instant("Fri 14 March 2025 15:00")
    assert reminded(h.answers("w-health"), "mother") == ["Fri 14 March 2025 15:00"]
    gone = a_conference()
    gone.wakes.clear()
    gone.now = instant(MEETS)
    assert reminded(gone.answers("w-health")) == []


def test_whoever_cannot_be_reached_or_is_no_longer_asked_is_not_reminded() -> None:
    h = a_conference().relayed("w-health", "bounced").family(e.ProfessionalLeft("w-social", day("Mon 3 March 2025")))
    assert {x.to.person for x in h.at(WEEK).sent(SendReminder)} == {"mother", "w-chair-1"}


def test_a_reminder_whose_fate_is_unknown_is_not_repeated() -> None:
    h = a_conference().at(WEEK)
    (sent,) = h.sent(SendReminder, "mother")
    assert reminded(h.posted("unknown", sent.message, "mother", "reminder", CONFERENCE), "mother") == [WEEK]


def test_an_area_may_name_its_own_mornings_or_none() -> None:
    for names, expected in (((), []), (("REM-02",), [EVE])):
        h = Hearing(protocol=replace(protocol("england"), reminders=names))
        h.household().worked_with().conference().books(MEETS).at(MEETS)
        assert reminded(h, "mother") == expected
