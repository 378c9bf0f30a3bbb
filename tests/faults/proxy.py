"""A line that can be cut, slowed or left dead: one TCP proxy between two parts of the house.

A dead line holds what is under way until it is mended, as a network does whose packets are sent again.
"""

from __future__ import annotations

import asyncio
import threading
from collections.abc import Callable, Coroutine
from contextlib import suppress
from types import TracebackType
from typing import Any, Literal, Self, TypeVar

T = TypeVar("T")

State = Literal["whole", "slow", "dead", "cut"]
SLOW_SECONDS = 0.15
CHUNK = 65_536


class Line:
    """Listens on `port` and hands on to the port `target`, in the state it was last set to."""

    def __init__(self, port: int) -> None:
        self.port, self.target = port, 0
        self.state: State = "whole"
        self._loop = asyncio.new_event_loop()
        self._open: set[asyncio.StreamWriter] = set()
        self._thread = threading.Thread(target=self._loop.run_forever, daemon=True)

    def __enter__(self) -> Self:
        self._thread.start()
        self._server = self._done(lambda: asyncio.start_server(self._joined, "127.0.0.1", self.port))
        return self

    def __exit__(self, _t: type[BaseException] | None, _e: BaseException | None, _b: TracebackType | None) -> None:
        self.set("cut")
        self._done(self._close)
        self._loop.call_soon_threadsafe(self._loop.stop)
        self._thread.join(10)
        self._loop.close()

    def set(self, state: State) -> None:
        """From now on; cutting ends what is open and refuses what comes."""
        self.state = state
        if state == "cut":
            self._done(self._hang_up)

    def _done(self, act: Callable[[], Coroutine[Any, Any, T]]) -> T:
        return asyncio.run_coroutine_threadsafe(act(), self._loop).result(10)

    async def _hang_up(self) -> None:
        for writer in self._open:
            writer.transport.abort()

    async def _close(self) -> None:
        self._server.close()
        tasks = [task for task in asyncio.all_tasks() if task is not asyncio.current_task()]
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)

    async def _joined(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self._open.add(writer)
        try:
            if self.state == "cut":
                return
            far_reader, far_writer = await asyncio.open_connection("127.0.0.1", self.target)
            self._open.add(far_writer)
            try:
                await asyncio.wait(
                    [
                        asyncio.ensure_future(self._hand_on(reader, far_writer)),
                        asyncio.ensure_future(self._hand_on(far_reader, writer)),
                    ],
                    return_when=asyncio.FIRST_COMPLETED,
                )
            finally:
                self._let_go(far_writer)
        except OSError:
            return  # nobody listens behind the line: hang up, as the far side would
        finally:
            self._let_go(writer)

    def _let_go(self, writer: asyncio.StreamWriter) -> None:
        self._open.discard(writer)
        writer.transport.abort()

    async def _hand_on(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        with suppress(OSError):
            while chunk := await reader.read(CHUNK):
                if self.state == "slow":
                    await asyncio.sleep(SLOW_SECONDS)
                while self.state == "dead":
                    await asyncio.sleep(0.05)
                writer.write(chunk)
                await writer.drain()
