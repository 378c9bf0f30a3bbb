"""One word for one thing: the words we left behind do not come back as names."""

import ast
import re
from collections.abc import Iterator
from pathlib import PurePosixPath

from tests.house.tree import ROOMS, dotted, our_files, parsed, python_files, words

# Searched in a name's words ("dead letter shelf"); the second half is what we say.
BANNED = {
    r"\bparticipants?\b": "invitee",
    r"\bcontacts?\b": "representative",
    r"\breps?\b": "representative",
    r"\bdelegates?\b": "deputy",
    r"\balerts?\b": "notice",
    r"\bnotes\b": "minutes",
    r"\bmailouts?\b|\bmail outs?\b": "distribution",
    r"\balarms?\b": "escalation",
    r"\bpolic(y|ies)\b|\bconfigs?\b": "protocol (settings, for a machine's own)",
    r"\bslas?\b|\betas?\b": "deadline, due",
    r"\bbusiness days?\b": "working day",
    r"\bcontext\b|\bpayloads?\b": "case file, body",
    r"\bdead letters?\b|\bdlqs?\b": "held",
    r"^data$": "what it is: body, row, record",
}
BANNED_ENDING = re.compile(r"\b(manager|service|helper|util|processor)s?$|\b(data|info)$")

# The field's own terms, taken out of a name before it is judged.
OUR_TERMS = re.compile(
    r"\bsingle points? of contact\b|\bdirect contact\b|\bcontact details\b"
    r"|\btreatment services?\b|\b(service|conference unit) managers?\b"
)
# A standard's own words, where it is spoken: iTIP (RFC 5546), CloudEvents 1.0, Prometheus.
FOREIGN = {
    "infra.papers": {r"\bdelegates?\b", r"\bcontacts?\b", r"\balarms?\b"},
    "infra.mail": {r"\bdelegates?\b", r"\bcontacts?\b", r"\balarms?\b"},
    "streams.wire": {r"^data$"},
    "infra.deploy.alerts.yml": {r"\balerts?\b"},
}


def names(tree: ast.Module) -> Iterator[tuple[str, int]]:
    """Each class, function, argument and field that the module gives a name to, and its line."""
    for node in ast.walk(tree):
        if isinstance(node, ast.ClassDef):
            yield node.name, node.lineno
            for part in node.body:
                targets = part.targets if isinstance(part, ast.Assign) else [getattr(part, "target", None)]
                yield from ((target.id, part.lineno) for target in targets if isinstance(target, ast.Name))
        elif isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
            yield node.name, node.lineno
        elif isinstance(node, ast.arg):
            yield node.arg, node.lineno


def faults(name: str, module: str) -> list[str]:
    spoken = OUR_TERMS.sub("", words(name)).strip()
    allowed = {word for room, own in FOREIGN.items() if f"{module}.".startswith(f"{room}.") for word in own}
    return [f"{name}: say {ours}" for word, ours in BANNED.items() if word not in allowed and re.search(word, spoken)]


def bad_ending(name: str) -> bool:
    return bool(BANNED_ENDING.search(OUR_TERMS.sub("", words(name)).strip()))


def test_no_file_is_named_with_a_word_we_left_behind() -> None:
    parts = {
        (part, dotted(path))
        for path in our_files()
        if path.startswith(tuple(f"{room}/" for room in ROOMS))
        for part in PurePosixPath(path).with_suffix("").parts
    }
    assert not [fault for part, module in sorted(parts) for fault in faults(part, module)]


def test_no_name_in_the_code_is_a_word_we_left_behind() -> None:
    assert not [
        f"{path}:{line} {fault}"
        for path in python_files(*ROOMS)
        for name, line in names(parsed(path))
        for fault in faults(name, dotted(path))
    ]


def test_no_class_or_module_ends_in_a_word_that_says_nothing() -> None:
    modules = [path for path in python_files(*ROOMS) if bad_ending(dotted(path).rpartition(".")[2])]
    classes = [
        f"{path}:{node.lineno} {node.name}"
        for path in python_files(*ROOMS)
        for node in ast.walk(parsed(path))
        if isinstance(node, ast.ClassDef) and bad_ending(node.name)
    ]
    assert not modules + classes


def test_the_words_of_the_field_stand() -> None:
    for name in (
        "single_point_of_contact",
        "TreatmentService",
        "service_manager",
        "noted_on",
        "beta",
        "report",
    ):
        assert not faults(name, "handlers.people") and not bad_ending(name), name
    for name in ("CaseContext", "dead_letters", "DLQShelf", "minutes_notes", "SLADays", "policy"):
        assert faults(name, "handlers.people"), name
