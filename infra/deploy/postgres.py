"""A real PostgreSQL server on this machine, for tests and the Kafka demo.

It listens on 127.0.0.1 only, trusts whoever reaches it there, keeps all it knows in one folder, and can be
killed and started again on the same folder and port. PostgreSQL refuses to run as root, so root starts it as
`nobody`. `fsync` is on unless a test gives it up: what was committed is on the disk.
"""

from __future__ import annotations

import os
import pwd
import re
import signal
import subprocess
from pathlib import Path
from typing import Self

from infra.deploy import asking, parts
from infra.deploy.leash import Leashed, NotStarted, free_port
from infra.deploy.server import Server

OWNER = "quorate"  # the server's own superuser, whoever runs it
NAME = re.compile(r"[a-z_][a-z0-9_]{0,62}")
INIT = ("--auth=trust", "-E", "UTF8", "--locale=C", "--no-sync")
UNSAFE = ("-c", "fsync=off", "-c", "synchronous_commit=off", "-c", "full_page_writes=off")


class Postgres(Server):
    """One server on one folder: `with Postgres.started(folder) as postgres: … postgres.create("name") …`."""

    UP = "database system is ready to accept connections"
    # the port; then what a killed server leaves for a moment: its last children, its lock file
    TAKEN = ("could not bind IPv4 address", "is still in use", "lock file")
    FAREWELL = signal.SIGINT

    def __init__(self, folder: Path, *, fsync: bool = True) -> None:
        """Only remembers; use `started`."""
        super().__init__(folder, "postgres.log")
        self._kept = self.folder / "kept"
        self._fsync = fsync
        self._port = 0

    @classmethod
    def started(cls, folder: Path, *, fsync: bool = True) -> Self:
        """A server that answers, on a free port; what the folder holds from an earlier run is kept.

        Raises PartMissing or NotStarted; for root, also when `nobody` cannot enter the folder's parents. The
        folder itself is opened for passing through, not for reading.
        """
        postgres = cls(folder, fsync=fsync)
        postgres._prepare()
        postgres._start_somewhere()
        return postgres

    def dsn(self, database: str) -> str:
        """SQLAlchemy's address of a database, there or not; for psycopg 3. The same after every restart."""
        return f"postgresql+psycopg://{OWNER}@127.0.0.1:{self._port}/{_checked(database)}"

    def has(self, database: str) -> bool:
        """Whether this database exists."""
        ask = f"SELECT 1 FROM pg_database WHERE datname = '{_checked(database)}'"
        return asking.sql(self._port, OWNER, "postgres", ask) == "SELECT 1"

    def create(self, database: str) -> str:
        """Make an empty database and return its dsn.

        Raises asking.Refused when there is one, ValueError for a name that is not 1 to 63 lower-case letters,
        digits and underscores, beginning with no digit.
        """
        asking.sql(self._port, OWNER, "postgres", f'CREATE DATABASE "{_checked(database)}"')
        return self.dsn(database)

    def _prepare(self) -> None:
        """The folder, and in it a new cluster unless there is one; `initdb` clears up after itself."""
        self._kept.mkdir(parents=True, exist_ok=True)
        user = _who(self._kept)
        if (self._kept / "PG_VERSION").exists():
            return
        done = subprocess.run(
            [_program("initdb"), "-D", str(self._kept), "-U", OWNER, *INIT],
            cwd=self.folder,
            user=user,
            group=pwd.getpwnam(user).pw_gid if user else None,
            extra_groups=[] if user else None,
            capture_output=True,
            text=True,
            check=False,
        )
        if done.returncode != 0:
            raise NotStarted(f"initdb failed on {self._kept}: {done.stderr.strip()[-500:]}")

    def _choose_ports(self) -> None:
        self._port = free_port()

    def _launched(self) -> Leashed:
        where = ("-D", str(self._kept), "-p", str(self._port), "-c", "listen_addresses=127.0.0.1", "-k", ".")
        command = [_program("postgres"), *where, *(() if self._fsync else UNSAFE)]
        return Leashed(command, self.log, user=_who(self._kept), parting=signal.SIGQUIT)

    def _answers(self) -> bool:
        try:
            return asking.sql(self._port, OWNER, "postgres", "SELECT 1") == "SELECT 1"
        except (OSError, asking.Refused):
            return False


def for_libpq(dsn: str) -> str:
    """SQLAlchemy's address as psycopg itself reads it."""
    return dsn.replace("+psycopg", "")


def _checked(database: str) -> str:
    if not NAME.fullmatch(database):
        raise ValueError(f"Not a name for a database: {database!r}")
    return database


def _program(name: str) -> str:
    return str(parts.postgres_home() / "bin" / name)


def _who(kept: Path) -> str | None:
    """Who runs the server: ourselves (None), or for root nobody, who is given `kept` and a way to it.

    The parents are not ours to open: pytest, for one, closes its own again while another pytest uses them.
    """
    if os.geteuid() != 0:
        return None
    owner, folder = pwd.getpwnam("nobody"), kept.parent
    folder.chmod(folder.stat().st_mode | 0o001)
    if closed := parts.closed_parent(folder):
        raise NotStarted(
            f"PostgreSQL does not run as root, and the user nobody cannot enter {closed}: "
            "give it a folder directly in /tmp or /var/tmp (pytest's tmp_path will not do)."
        )
    os.chown(kept, owner.pw_uid, owner.pw_gid)
    kept.chmod(0o700)
    return owner.pw_name
