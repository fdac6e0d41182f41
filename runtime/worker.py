"""One thread owns each engine; the event loop never blocks."""

from __future__ import annotations

import asyncio
import threading
from collections.abc import AsyncGenerator, Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from typing import ParamSpec, TypeVar

P = ParamSpec("P")
T = TypeVar("T")


class Worker:
    """A named thread that runs one call after another, in order."""

    def __init__(self, name: str) -> None:
        self._pool = ThreadPoolExecutor(max_workers=1, thread_name_prefix=name)

    async def call(self, function: Callable[P, T], *args: P.args, **kwargs: P.kwargs) -> T:
        """Run ``function`` on the thread and wait for its result."""
        loop = asyncio.get_running_loop()
        return await loop.run_in_executor(self._pool, lambda: function(*args, **kwargs))

    def wait(self, function: Callable[P, T], *args: P.args, **kwargs: P.kwargs) -> T:
        """The same for another worker's thread, which may block."""
        return self._pool.submit(function, *args, **kwargs).result()

    async def stream(
        self, produce: Callable[[threading.Event], Iterator[T]], deadline_s: float
    ) -> AsyncGenerator[T, None]:
        """Run an iterator on the thread and yield its items here.

        ``produce`` gets an event that is set when the consumer stops early; it should end soon after.
        Raises TimeoutError when ``deadline_s`` seconds, waiting for the thread included, were not enough.
        """
        loop = asyncio.get_running_loop()
        items: asyncio.Queue[T | None] = asyncio.Queue()
        cancelled = threading.Event()

        def run() -> None:
            try:
                for item in produce(cancelled):
                    loop.call_soon_threadsafe(items.put_nowait, item)
                    if cancelled.is_set():
                        return
            finally:
                loop.call_soon_threadsafe(items.put_nowait, None)

        done = loop.run_in_executor(self._pool, run)
        done.add_done_callback(_look_at)
        end = loop.time() + deadline_s
        try:
            while (item := await asyncio.wait_for(items.get(), end - loop.time())) is not None:
                yield item
            await done
        finally:
            cancelled.set()

    def close(self) -> None:
        self._pool.shutdown(wait=True, cancel_futures=True)


def _look_at(done: asyncio.Future[None]) -> None:
    """Nobody else does when the consumer has stopped, and asyncio would complain."""
    if not done.cancelled():
        done.exception()
