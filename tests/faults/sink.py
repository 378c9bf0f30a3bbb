"""The mail server of the fault tests: a process of its own that keeps every delivery, in whatever manner it is told."""

from __future__ import annotations

import sys
from pathlib import Path

from infra.mail.mailbox import Mailbox, Manner, by_local_part


def main(folder: Path) -> None:
    """Serve until standard input ends; the file `manner`, if any, says what is done to everybody now."""
    manner = folder / "manner"

    def now(address: str) -> Manner:
        return manner.read_text() if manner.exists() else by_local_part(address)  # type: ignore[return-value]

    with Mailbox.opened(folder, now) as mailbox:
        sys.stdout.write(f"{mailbox.port}\n")
        sys.stdout.flush()
        sys.stdin.read()


if __name__ == "__main__":
    main(Path(sys.argv[1]))
