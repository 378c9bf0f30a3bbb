"""An episode belongs to the person, and every family in which the adult is in scope hears of it (decision 7, F7)."""

from itertools import permutations

from msgspec.structs import replace

from handlers import events as e
from handlers import facts as f
from handlers.effects import TellStream
from handlers.person_file import PersonFile
from tests.handlers.hearing import AREA, FATHER, LODGER, MOTHER, Hearing, day

LEFT = e.MemberLeft("mother", day("Mon 3 March 2025"))


def person(h: Hearing, id_: str = "mother") -> PersonFile:
    file = h.files[AREA.sibling("person", id_)]
    assert isinstance(file, PersonFile)
    return file


def told(h: Hearing, kind: type[e.Body]) -> list[e.Body]:
    bodies = [x.body for d in h.decisions for x in d.effects if isinstance(x, TellStream)]
    return [x for x in bodies if isinstance(x, kind)]


def test_an_adult_in_scope_is_told_so_once() -> None:
    h = Hearing().household().household().worked_with()
    assert told(h, e.MembershipBegan) == [e.MembershipBegan("F-1")] and person(h).families == ("F-1",)


def test_children_and_adults_without_care_are_not_told() -> None:
    bump = e.Member(person="bump", name="B", relation="unborn", cares=True)
    h = Hearing().household(LODGER, bump)
    assert not told(h, e.MembershipBegan) and not told(h, e.MembershipEnded)


def test_a_member_who_leaves_ends_the_membership() -> None:
    h = Hearing().household().family(LEFT)
    assert told(h, e.MembershipEnded) == [e.MembershipEnded("F-1")] and person(h).families == ()


def test_a_member_whom_a_later_household_omits_has_left_too() -> None:
    h = Hearing().household(MOTHER, FATHER).household(MOTHER)
    assert told(h, e.MembershipEnded) == [e.MembershipEnded("F-1")] and person(h, "father").families == ()


def test_an_adult_who_takes_on_or_gives_up_care_comes_into_or_out_of_scope() -> None:
    carer = replace(LODGER, cares=True)
    h = Hearing().household(LODGER).family(e.MemberJoined(carer, day("Mon 3 March 2025")))
    assert person(h, "lodger").families == ("F-1",)
    assert person(h.household(LODGER), "lodger").families == ()


def test_a_partner_who_moves_in_brings_his_episode_with_him() -> None:
    h = Hearing().household().conference().episode("father", "beacon", "w-beacon-key")
    assert not h.file.episodes
    h.family(e.MemberJoined(FATHER, day("Mon 3 March 2025")))
    assert h.duty("tell_treatment").adult == "father"


def test_each_state_of_an_episode_is_passed_on_once() -> None:
    h = Hearing().household().episode()
    h.told("person/mother", e.ReferenceRecorded("lcs", "1"), e.MembershipBegan("F-1"))
    assert len(told(h, e.EpisodeTold)) == len(h.facts(f.PassedOn)) == 1
    h.told("person/mother", e.EpisodeHandedOver("E-mother", "w-key-2", day("Mon 3 March 2025")))
    h.told("person/mother", e.EpisodeClosed("E-mother", day("Mon 3 March 2025")))
    assert len(told(h, e.EpisodeTold)) == 3


def test_a_family_hears_all_that_concerns_the_episode() -> None:
    heard = Hearing().household().episode().file.episodes["E-mother"].told
    assert (heard.person, heard.service, heard.workers, heard.basis) == ("mother", "clearway", ("w-key",), "consent")
    assert (heard.opened_on, heard.ended_on, heard.client_reference) == (day("Mon 3 March 2025"), None, "CW-7741")


def test_an_adult_in_two_families_is_told_of_in_both() -> None:
    h = Hearing().household().told("family/F-2", e.HouseholdRecorded((MOTHER,))).episode()
    assert person(h).families == ("F-1", "F-2") and len(told(h, e.EpisodeTold)) == 2


def test_a_family_that_the_adult_has_left_hears_no_more() -> None:
    h = Hearing().household().episode().family(LEFT)
    h.told("person/mother", e.EpisodeClosed("E-mother", day("Mon 3 March 2025")))
    assert not h.file.episodes


def test_an_adult_who_comes_back_brings_the_episode_as_it_is_by_then() -> None:
    h = Hearing().household().episode().family(LEFT)
    h.told("person/mother", e.EpisodeClosed("E-mother", day("Mon 3 March 2025"))).household()
    assert h.file.episodes["E-mother"].told.ended_on == day("Mon 3 March 2025")


def test_an_episode_without_a_key_worker_names_none() -> None:
    assert Hearing().household().episode(worker="").file.episodes["E-mother"].told.workers == ()


def test_a_held_record_of_an_adult_is_each_familys_coordinators_business() -> None:
    h = Hearing().household().told("person/mother", e.RecordHeld("H-1", "no_basis"))
    assert h.open("mend_record")
    assert h.told("person/mother", e.RecordReleased("H-1")).duty("mend_record").ended == "evidence"


def test_a_held_record_of_an_adult_who_left_is_nobodys_business_here_until_they_are_back() -> None:
    h = Hearing().household().told("person/mother", e.RecordHeld("H-1", "no_basis")).family(LEFT)
    assert h.duty("mend_record").ended == "lapse"
    assert h.fork().household().open("mend_record")
    assert not h.told("person/mother", e.RecordReleased("H-1")).household().open("mend_record")


def test_a_familys_own_held_record_is_passed_to_nobody() -> None:
    assert not told(Hearing().household().family(e.RecordHeld("H-1", "clash")), e.RecordHeld)


def test_household_and_episode_may_come_in_either_order_and_from_two_sources() -> None:
    def after(order: tuple[int, ...]) -> tuple[object, ...]:
        h = Hearing()
        for step in order:
            (h.household, h.episode, h.conference)[step]()
        return (h.file.episodes, h.file.told_members, [d.id for d in h.open("tell_treatment")])

    outcomes = [after(order) for order in permutations(range(3))]
    assert all(x == outcomes[0] for x in outcomes) and outcomes[0][2]
