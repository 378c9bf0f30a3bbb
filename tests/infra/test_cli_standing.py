"""The area's standing meetings at the command line."""

from handlers import events as e
from tests.house.tree import ROOT
from tests.infra.commands import Home, first_evening, home, referred
from tests.journeys.story import at, told

__all__ = ["first_evening", "home", "referred"]


def test_standing_meetings_are_listed_with_what_they_lack_and_whether_one_is_late(referred: Home) -> None:
    none = referred.says("standing")
    assert none.startswith("No standing meeting is recorded: add one with quorate publish FILE, an event like ")
    assert "StandingMeetingRecorded" not in none and (ROOT / none.split("like ")[1].split()[0]).is_file()
    on = at("2025-01-06").date()
    group = e.StandingMeetingRecorded(
        "CG-1", "commissioning_group", "Joint Commissioning", on, 2, "w-head", ("clearway", "w-social"), ("training",)
    )
    over = e.StandingMeetingRecorded("CF-1", "carers_forum", "Carers", on, 1, "w-head", ended_on=on)
    when = at("2025-01-06", "18:00")
    referred.publish([told(when, "partnership", group), told(when, "partnership", over)])
    referred.says("run", "--until", "2025-01-07")
    row = referred.one("standing")
    assert row["late"] and row["next_on"] == "2025-01-06" and row["lacks"] == ["no item families"]
    said = referred.says("standing")
    assert "Clearway Drug and Alcohol Service, W-SOCIAL Surname" in said and "Mon 6 January 2025" in said
    held = e.StandingMeetingHeld("CG-1", on, "w-head")
    referred.publish([told(at("2025-01-08", "10:00"), "partnership", held)])
    referred.says("run", "--until", "2025-01-08T12:00")
    row = referred.one("standing")
    assert not row["late"] and row["next_on"] == "2025-03-06" and row["last_held_on"] == "2025-01-06"
