"""The small changes that a mutant makes: one comparison, one word, one step left out; one at a time, each by name."""

from __future__ import annotations

import ast
import copy
from collections.abc import Callable, Iterator
from dataclasses import dataclass

COMPARED: dict[type[ast.cmpop], tuple[type[ast.cmpop], ...]] = {
    ast.Eq: (ast.NotEq,),
    ast.NotEq: (ast.Eq,),
    ast.Lt: (ast.LtE, ast.Gt),
    ast.LtE: (ast.Lt, ast.Gt),
    ast.Gt: (ast.GtE, ast.Lt),
    ast.GtE: (ast.Gt, ast.Lt),
    ast.Is: (ast.IsNot,),
    ast.IsNot: (ast.Is,),
    ast.In: (ast.NotIn,),
    ast.NotIn: (ast.In,),
}
SWAPPED = {"max": "min", "min": "max", "any": "all", "all": "any"}
Step = Callable[[ast.AST], None]


@dataclass(frozen=True)
class Mutant:
    """One change. place: which node of the file's tree; line: the source line, without its indentation."""

    function: str
    line: str
    change: str
    place: int
    step: Step

    @property
    def name(self) -> str:
        return f"{self.function}: {self.change}: {self.line}"

    def made(self, tree: ast.Module) -> ast.Module:
        """The tree with the change in it."""
        changed = copy.deepcopy(tree)
        self.step(list(ast.walk(changed))[self.place])
        return ast.fix_missing_locations(changed)


def mutants(source: str) -> Iterator[Mutant]:
    """Every mutant of the functions of this file, in a settled order."""
    tree, lines = ast.parse(source), source.splitlines()
    functions = dict(_functions(tree))
    docstrings = {id(d) for d in _docstrings(tree)}
    for place, node in enumerate(ast.walk(tree)):
        function = functions.get(id(node))
        if function is None or id(node) in docstrings:
            continue
        for change, step in _changes(node):
            yield Mutant(function, lines[_lineno(node) - 1].strip(), change, place, step)


def _lineno(node: ast.AST) -> int:
    """A comprehension has no line of its own: it is where its first name is."""
    placed = node.target if isinstance(node, ast.comprehension) else node
    return int(getattr(placed, "lineno", 1))


def _functions(tree: ast.Module) -> Iterator[tuple[int, str]]:
    """Of each node inside a function's body, the function's name with its class."""
    for outer in tree.body:
        inside = outer.body if isinstance(outer, ast.ClassDef) else [outer]
        prefix = f"{outer.name}." if isinstance(outer, ast.ClassDef) else ""
        for function in inside:
            if isinstance(function, ast.FunctionDef):
                for statement in function.body:
                    yield from ((id(node), prefix + function.name) for node in ast.walk(statement))


def _docstrings(tree: ast.Module) -> Iterator[ast.AST]:
    for node in ast.walk(tree):
        if isinstance(node, ast.FunctionDef | ast.ClassDef | ast.Module) and ast.get_docstring(node) is not None:
            yield node.body[0]
            yield from ast.walk(node.body[0])


def _changes(node: ast.AST) -> Iterator[tuple[str, Step]]:
    match node:
        case ast.Compare(ops=[op, *_]):
            for other in COMPARED[type(op)]:
                yield f"{type(op).__name__} → {other.__name__}", _setting("ops", [other(), *node.ops[1:]])
        case ast.BoolOp():
            yield from _of_conditions(node)
        case ast.If() | ast.IfExp() | ast.While():
            yield "condition negated", _setting("test", ast.UnaryOp(ast.Not(), node.test))
        case ast.comprehension(ifs=[_, *_]):
            yield "filter dropped", _setting("ifs", [])
        case ast.Return(value=ast.expr()):
            if not (isinstance(node.value, ast.Constant) and not node.value.value):  # None is as good as False
                yield "returns None", _setting("value", ast.Constant(None))
        case ast.Expr(value=ast.Yield() | ast.YieldFrom()):
            yield "not yielded", _setting("value", ast.YieldFrom(ast.Tuple([], ast.Load())))
        case ast.Call():
            yield from _of_calls(node)
        case _:
            yield from _of_values(node)


def _of_conditions(node: ast.BoolOp) -> Iterator[tuple[str, Step]]:
    other = ast.Or() if isinstance(node.op, ast.And) else ast.And()
    yield f"{type(node.op).__name__} → {type(other).__name__}", _setting("op", other)
    for left_out in node.values:
        if isinstance(left_out, ast.Constant) and left_out.value == "":
            continue  # `x or ""`: without it the types are wrong, which is not for a test to find
        left = [v for v in node.values if v is not left_out]
        left = left if left[1:] else left * 2  # one alone does not compile
        yield f"without {ast.unparse(left_out)}", _setting("values", left)


def _of_calls(node: ast.Call) -> Iterator[tuple[str, Step]]:
    """The other function of its pair; one argument less, where it has a name."""
    if isinstance(node.func, ast.Name) and node.func.id in SWAPPED:
        other = SWAPPED[node.func.id]
        yield f"{node.func.id} → {other}", _setting("func", ast.Name(other, ast.Load()))
    for left_out in node.keywords:
        others = [k for k in node.keywords if k is not left_out]
        yield f"without {left_out.arg}", _setting("keywords", others)


def _of_values(node: ast.AST) -> Iterator[tuple[str, Step]]:
    match node:
        case ast.UnaryOp(op=ast.Not()):
            yield "not dropped", _setting("op", ast.Not(), operand=ast.UnaryOp(ast.Not(), node.operand))
        case ast.BinOp(op=ast.Add()):
            yield "+ → -", _setting("op", ast.Sub())
        case ast.BinOp(op=ast.Sub()):
            yield "- → +", _setting("op", ast.Add())
        case ast.Constant(value=bool(value)):
            yield f"{value} → {not value}", _setting("value", not value)
        case ast.Constant(value=int(value)):
            yield f"{value} → {value + 1}", _setting("value", value + 1)
        case ast.Constant(value=str(value)) if value and " " not in value:  # words for people are read, not judged
            yield f"{value!r} → other", _setting("value", f"{value}x")


def _setting(name: str, value: object, **also: object) -> Step:
    def step(node: ast.AST) -> None:
        for field, new in {name: value, **also}.items():
            setattr(node, field, copy.deepcopy(new))

    return step
