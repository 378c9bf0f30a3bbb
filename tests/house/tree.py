"""The tree as the shape tests see it: which files there are, parsed once, and how a name falls into words."""

import ast
import re
import subprocess
from collections.abc import Iterator
from functools import cache
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
ROOMS = ("handlers", "streams", "infra")
LEFTOVERS = re.compile(r"(^|/)(\.(?!ci/)[^/]+|__pycache__|[^/]+\.egg-info)(/|$)|^(build|dist|var)/")


def python_files(*rooms: str) -> list[str]:
    """Paths of Python files, relative to the root, in path order."""
    return sorted(
        path.relative_to(ROOT).as_posix()
        for room in rooms
        for path in (ROOT / room).rglob("*.py")
        if not LEFTOVERS.search(path.relative_to(ROOT).as_posix())
    )


def our_files(*, untracked: bool = True) -> list[str]:
    """Every file that is, or could next be, committed; without git, all but leftovers of a build."""
    listing = _git("ls-files", "-z", "--cached", *(("--others", "--exclude-standard") if untracked else ()))
    if listing is not None:
        return sorted(name for name in listing.split("\0") if name and (ROOT / name).is_file())
    everything = (path.relative_to(ROOT).as_posix() for path in ROOT.rglob("*") if path.is_file())
    return sorted(name for name in everything if not LEFTOVERS.search(name))


def _git(*arguments: str) -> str | None:
    """None when this is no checkout of its own, or git is absent or refuses (another user's folder)."""
    if not (ROOT / ".git").exists():
        return None
    try:
        done = subprocess.run(["git", *arguments], cwd=ROOT, capture_output=True, text=True, check=False)
    except FileNotFoundError:
        return None
    return done.stdout if done.returncode == 0 else None


@cache
def parsed(name: str) -> ast.Module:
    return ast.parse((ROOT / name).read_text(encoding="utf-8"), name)


def dotted(name: str) -> str:
    """infra/db/tables.py → infra.db.tables; a package is named without its __init__."""
    return name.removesuffix(".py").removesuffix("/__init__").replace("/", ".")


def imports(tree: ast.Module) -> Iterator[tuple[str, str, int]]:
    """(name it has here, full dotted name, line) of each absolute import, wherever it stands."""
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            for alias in node.names:
                here = alias.asname or alias.name.partition(".")[0]
                yield here, alias.name if alias.asname else here, node.lineno
        elif isinstance(node, ast.ImportFrom) and node.level == 0:
            for alias in node.names:
                yield alias.asname or alias.name, f"{node.module}.{alias.name}", node.lineno


def words(name: str) -> str:
    """DeadLetterShelf and dead_letter_shelf → "dead letter shelf"."""
    return " ".join(re.findall(r"[A-Z]+(?![a-z])|[A-Z]?[a-z]+|\d+", name)).lower()
