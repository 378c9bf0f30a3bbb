"""Time is handed in, and nothing committed is tied to one day's machine or registry."""

import ast
import re
from collections.abc import Iterator

from tests.house.tree import ROOT, dotted, imports, our_files, parsed, python_files

CLOCKS = {
    *(f"datetime.datetime.{reading}" for reading in ("now", "utcnow", "today")),
    "datetime.date.today",
    *(f"time.{clock}{unit}" for clock in ("time", "monotonic", "perf_counter") for unit in ("", "_ns")),
    *(f"time.{reading}" for reading in ("localtime", "gmtime", "ctime", "process_time")),
}
MAY_READ_A_CLOCK = {"streams.clock"}

# Joined here, so that this file does not hold what it forbids.
HOSTS = [
    ".".join(parts)
    for parts in (
        ("pypi", "org"),
        ("pythonhosted", "org"),
        ("repo", "maven", "apache", "org"),
        ("repo1", "maven", "org"),
        ("central", "sonatype", "com"),
        ("npmjs", "org"),
        ("npmjs", "com"),
        ("yarnpkg", "com"),
        ("crates", "io"),
        ("proxy", "golang", "org"),
        ("sum", "golang", "org"),
        ("deb", "debian", "org"),
        ("security", "debian", "org"),
        ("ftp", "debian", "org"),
        ("snapshot", "debian", "org"),
        ("archive", "ubuntu", "com"),
    )
]
MACHINE_PATHS = ["/".join(("", room, "")) for room in ("work", "farm")]
REGISTRY = re.compile("|".join(map(re.escape, HOSTS)), re.IGNORECASE)
MACHINE = re.compile(rf"(?<![\w./-])({'|'.join(MACHINE_PATHS)})")


def clock_readings(tree: ast.Module) -> Iterator[int]:
    """Lines that name a clock, called or handed on, under whatever alias it was imported."""
    known = {here: target for here, target, _ in imports(tree)}
    for node in ast.walk(tree):
        if isinstance(node, ast.Name | ast.Attribute):
            base, _, rest = ast.unparse(node).partition(".")
            if f"{known.get(base)}.{rest}".rstrip(".") in CLOCKS:
                yield node.lineno


def committed_lines() -> Iterator[tuple[str, str]]:
    for name in our_files():
        try:
            text = (ROOT / name).read_text("utf-8")
        except UnicodeDecodeError:
            continue  # a picture or an archive
        yield from ((f"{name}:{number}", line) for number, line in enumerate(text.splitlines(), 1))


def test_rules_and_river_never_read_a_clock() -> None:
    assert not [
        f"{name}:{line}"
        for name in python_files("handlers", "streams")
        if dotted(name) not in MAY_READ_A_CLOCK
        for line in clock_readings(parsed(name))
    ]


def test_no_committed_file_names_a_registry() -> None:
    assert not [place for place, line in committed_lines() if REGISTRY.search(line)]


def test_no_committed_file_names_a_path_of_one_machine() -> None:
    assert not [place for place, line in committed_lines() if MACHINE.search(line)]
