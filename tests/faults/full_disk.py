"""A full disk under the outbox: the embedded house on a small tmpfs that is filled up, again and again."""

from __future__ import annotations

import asyncio
import os
import subprocess
import sys
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path

from handlers.events import Event
from infra.cli.common import CANNOT_NOW
from infra.mail.mailbox import Mailbox
from infra.settings import Settings, read
from infra.wiring import house
from tests.faults.doors import RUN
from tests.faults.judge import Kept, Verdict, judged, kept
from tests.faults.stage import UNTIL
from tests.office.engines import ROOT

SIZE = 12 * 1024 * 1024
MORE = 256 * 1024  # how much room each try has beyond the last


@contextmanager
def small_disk(folder: Path) -> Iterator[Path]:
    """A tmpfs of a few megabytes. Raises PermissionError with the mend where nobody may mount one."""
    if os.geteuid() != 0:
        raise PermissionError("only root may mount a small disk: run it as root, or under `unshare -Urm`")
    folder.mkdir()
    subprocess.run(["mount", "-t", "tmpfs", "-o", f"size={SIZE}", "quorate-full", str(folder)], check=True)
    try:
        yield folder
    finally:
        subprocess.run(["umount", str(folder)], check=True)


def leave_free(disk: Path, room: int) -> None:
    """Fill all but so many bytes; room of the whole disk: fill nothing."""
    ballast = disk / "ballast"
    ballast.unlink(missing_ok=True)
    free = os.statvfs(disk).f_bavail * os.statvfs(disk).f_frsize
    if room < SIZE:
        ballast.write_bytes(bytes(max(0, free - room)))


def run_out_of_room(folder: Path, events: Sequence[Event], right: Kept, strikes: int) -> tuple[int, Verdict, int]:
    """How often it ran out of room; what came of it once there was room; how often it ended without its sentence."""
    with small_disk(folder) as disk, Mailbox.opened(folder.with_name("full-mail")) as mailbox:
        environment = {"QUORATE_SMTP_HOST": "127.0.0.1", "QUORATE_SMTP_PORT": str(mailbox.port)}
        settings = read(environment, disk)
        asyncio.run(_let_in(settings, events))
        tried = unclean = 0

        def life() -> tuple[int, str]:
            done = subprocess.run(
                [sys.executable, "-c", RUN, "--home", str(disk), "run", "--until", UNTIL, "--quiet"],
                cwd=ROOT,
                env={**os.environ, **environment},
                capture_output=True,
                text=True,
                timeout=240,
                check=False,
            )
            return done.returncode, done.stderr

        while tried < strikes:
            leave_free(disk, MORE)
            code, said = life()
            if code == 0:
                break
            tried += 1
            if code != CANNOT_NOW or "Traceback" in said:
                unclean += 1
                sys.stderr.write(said)
        leave_free(disk, SIZE)
        code, said = life()
        assert code == 0, said
        return tried, judged(right, asyncio.run(kept(settings, list(right.ledgers))), events, mailbox.folder), unclean


async def _let_in(settings: Settings, events: Sequence[Event]) -> None:
    async with house(settings) as open_house:
        await open_house.office.submit(events)
