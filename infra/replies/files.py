"""Mails as files keep them: one to a file, or many in one (mbox). No more of any is read than is looked at."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import BinaryIO

from infra.replies.verdicts import LIMITS

BEGINS = re.compile(rb"From \S+ +\w{3} +\w{3} +\d{1,2} +\d\d:\d\d.* \d{4}\s*$")
MOST = LIMITS.bytes_ + 1  # one byte more than is read, so that a larger mail is known to be
PIECE = 65_536


def mails_in(file: BinaryIO) -> Iterator[tuple[bytes, bool]]:
    """Each mail of a file that was opened, and whether it has a file of its own."""
    mail, blank = file.readline(PIECE), False
    if not BEGINS.match(mail):
        yield mail + file.read(MOST - len(mail)), True
        return
    while piece := file.readline(PIECE):
        if blank and BEGINS.match(piece):
            yield mail, False
            mail = b""
        mail += piece[: MOST - len(mail)]
        blank = not piece.strip()
    yield mail, False
