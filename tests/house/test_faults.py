"""The judge's hand-made faults still have a place in our code: `make check` says so, before `make test` plays them."""

import pytest

from tests.simulation.human_faults import FAULTS, file_of


@pytest.mark.parametrize("name", FAULTS)
def test_the_lines_that_a_fault_alters_stand_there_once(name: str) -> None:
    fault = FAULTS[name]
    found = file_of(fault.module).read_text("utf-8").count(fault.stands)
    assert found == 1, f"{fault.module} says {found} times: {fault.stands}"
