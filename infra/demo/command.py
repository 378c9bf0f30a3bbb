"""The demo as a command: which engine, in which folder, and one sentence when it cannot be done."""

from __future__ import annotations

import asyncio
from pathlib import Path

from rich.console import Console

from infra.demo.play import Engine, NotADemoHome, on_this_machine, play_demo, set_up
from infra.demo.servers import on_servers
from infra.deploy.leash import NotStarted
from infra.deploy.parts import PartMissing
from infra.settings import read
from streams.office import CannotNow

WRONG, CANNOT_NOW = 2, 75  # the second as in sysexits.h
ENGINES: dict[str, Engine] = {"local": on_this_machine, "kafka": on_servers}


def run_demo(engine: str, home: Path) -> int:
    """Play the invented quarter in this folder and print how it stands; the exit code.

    The environment's own database and relay are left out of it: invented families never meet real ones.
    """
    complaints = Console(stderr=True, highlight=False, soft_wrap=True)
    if engine not in ENGINES:
        complaints.print(f"there is no engine called {engine}: say --engine {' or --engine '.join(ENGINES)}")
        return WRONG
    try:
        set_up(home)
        asyncio.run(play_demo(read({}, home), ENGINES[engine]))
    except NotADemoHome as error:
        complaints.print(str(error))
        return WRONG
    except (CannotNow, NotStarted, OSError, PartMissing) as error:
        complaints.print(f"{error}: mend that and try again; nothing is lost")
        return CANNOT_NOW
    return 0
