"""Importing an area's posts: late duties climb to somebody, and where they would reach nobody it is said."""

from __future__ import annotations

from tests.infra.commands import Home, home
from tests.infra.test_importing import TABLE, WORKERS, counts, ran, table, written

__all__ = ["home"]
AREA = "team,telephone\nConference team,01632 960001\n"
POSTS = "post,worker\nCoordinator,w-1\nconference unit manager,w-1\n"


def roles(home: Home) -> dict[str, str]:
    found: dict[str, str] = home.snapshot("vale/partnership/vale")["area"]["roles"]
    return found


def asides(home: Home, name: str, text: str) -> str:
    return home.run("import", name, str(written(home, text, f"{name}.csv")), *TABLE).stderr


def test_posts_are_taken_in_and_those_that_a_file_leaves_out_stand(home: Home) -> None:
    table(home, "workers", WORKERS + "w-2,council,Yves,yves@council.example\n")
    assert counts(table(home, "posts", POSTS)) == (1, 0, 0, 0)
    assert counts(table(home, "posts", POSTS)) == (0, 0, 1, 0)
    assert counts(table(home, "posts", "post,worker\nboard,w-2\ncoordinator,w-2\n")) == (0, 1, 0, 0)
    ran(home)
    assert roles(home) == {"coordinator": "w-2", "conference_unit_manager": "w-1", "board": "w-2"}
    assert counts(table(home, "posts", "post,worker\nboard,w-2\n")) == (0, 0, 1, 0)


def test_a_post_named_twice_is_refused_and_one_of_a_stranger_too(home: Home) -> None:
    table(home, "workers", WORKERS)
    twice, total = table(home, "posts", POSTS + "coordinator,w-1\n", code=1)
    assert (twice["row"], twice["element"], total["new"]) == ("line 4", "post", 1)
    stranger, total = table(home, "posts", "post,worker\nboard,w-9\n", code=1)
    assert (stranger["element"], stranger["value"], total["refused"]) == ("worker", "w-9", 1)


def test_posts_that_nobody_holds_are_named_after_a_table_of_the_directory(home: Home) -> None:
    table(home, "agencies", "agency,name,kind\ncouncil,Council,social_care\n")
    table(home, "area", AREA)
    said = asides(home, "workers", WORKERS)
    assert said.startswith("Nobody with an address holds board, ") and "coordinator" in said
    named = said.removeprefix("Nobody with an address holds ").partition(":")[0].split(", ")
    assert asides(home, "posts", "post,worker\n" + "".join(f"{post},w-1\n" for post in named)) == ""
    assert asides(home, "workers", WORKERS) == ""


def test_a_post_of_a_stranger_is_refused_and_the_others_of_its_table_are_taken(home: Home) -> None:
    table(home, "workers", WORKERS)
    refused, total = table(home, "posts", POSTS + "board,w-9\n", code=1)
    assert (refused["row"], refused["value"], total["new"], total["refused"]) == ("the post board", "w-9", 1, 1)
    ran(home)
    assert roles(home) == {"coordinator": "w-1", "conference_unit_manager": "w-1"}


def test_an_area_of_tables_is_given_its_number_and_keeps_its_posts(home: Home) -> None:
    table(home, "workers", WORKERS)
    table(home, "posts", POSTS)
    assert "Letters have no number to ring" in asides(home, "agencies", "agency,name,kind\nc,Council,social_care\n")
    assert counts(table(home, "area", AREA)) == (0, 1, 0, 0)
    ran(home)
    area = home.snapshot("vale/partnership/vale")["area"]
    assert (area["telephone"], area["roles"]["coordinator"]) == ("01632 960001", "w-1")
    twice, _total = table(home, "area", "team,telephone\nTeam,01632 960001\nOther,01632 960002\n", code=1)
    assert twice["row"] == "line 3"


def test_workers_of_an_agency_that_is_not_on_record_yet_are_taken_and_the_agency_asked_for(home: Home) -> None:
    assert "No agency on record is called council: name them with quorate import agencies." in asides(
        home, "workers", WORKERS
    )
