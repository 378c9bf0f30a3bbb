"""Where a process's time goes: seconds on the processor by stage, each without those inside it."""

from __future__ import annotations

import time
from collections import defaultdict
from collections.abc import Awaitable, Callable, Iterator
from contextlib import ExitStack, contextmanager
from typing import Any
from unittest.mock import patch

from sqlalchemy import event

from infra.dispatch import Dispatch
from infra.office import Office, Sitting
from infra.wiring import House
from streams import intake

DECIDE, CODE, POST, REST = (
    "decide",
    "read, seal, hash, encode, decode",
    "compose mails, receipts",
    "clock, waves, the rest",
)
SQL, SQL_OF_POST = "SQL of settling", "SQL of the post"


class Stages:
    """One task only: whatever it awaits belongs to the stage that it is in."""

    def __init__(self) -> None:
        self.seconds: dict[str, float] = defaultdict(float)
        self._inside = [REST]
        self._since = time.process_time()

    def _charge(self) -> None:
        now = time.process_time()
        self.seconds[self._inside[-1]] += now - self._since
        self._since = now

    def enter(self, stage: str) -> None:
        self._charge()
        self._inside.append(SQL_OF_POST if stage == SQL and POST in self._inside else stage)

    def leave(self, *_: Any) -> None:
        self._charge()
        self._inside.pop()

    def timed(self, stage: str, call: Callable[..., Any]) -> Callable[..., Any]:
        def within(*args: Any, **more: Any) -> Any:
            self.enter(stage)
            try:
                return call(*args, **more)
            finally:
                self.leave()

        return within

    def awaited(self, stage: str, call: Callable[..., Awaitable[Any]]) -> Callable[..., Awaitable[Any]]:
        async def within(*args: Any, **more: Any) -> Any:
            self.enter(stage)
            try:
                return await call(*args, **more)
            finally:
                self.leave()

        return within


@contextmanager
def watched(house: House) -> Iterator[Stages]:
    """The seconds of this house on the embedded engine, while the block lasts."""
    stages, engine = Stages(), house.engine.sync_engine
    say = (lambda *_: stages.enter(SQL)), (lambda *_: stages.leave())
    with ExitStack() as stack:
        for of, name in ((intake, "decide"), (intake, "read")):
            stage = DECIDE if name == "decide" else CODE
            stack.enter_context(patch.object(of, name, stages.timed(stage, getattr(of, name))))
        commit = stages.timed(SQL, engine.dialect.do_commit)
        stack.enter_context(patch.object(engine.dialect, "do_commit", commit))
        for owner, name, stage in (
            (Office, "seal", CODE),
            (Sitting, "seen", CODE),
            (Sitting, "open", CODE),
            (Sitting, "settle", CODE),
            (Dispatch, "send", POST),
        ):
            stack.enter_context(patch.object(owner, name, stages.awaited(stage, getattr(owner, name))))
        for when, listener in zip(("before_cursor_execute", "after_cursor_execute"), say, strict=True):
            event.listen(engine, when, listener)
        try:
            yield stages
        finally:
            for when, listener in zip(("before_cursor_execute", "after_cursor_execute"), say, strict=True):
                event.remove(engine, when, listener)
            stages._charge()
