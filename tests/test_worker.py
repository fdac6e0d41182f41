"""A worker's thread: order, streams, early ends, deadlines."""

from __future__ import annotations

import asyncio
import gc
import threading
from collections.abc import AsyncIterator, Iterator

import pytest

from runtime.worker import Worker


@pytest.fixture
async def worker() -> AsyncIterator[Worker]:
    worker = Worker("test")
    yield worker
    worker.close()


async def test_calls_run_in_order_on_one_other_thread(worker: Worker) -> None:
    seen: list[tuple[int, int]] = []

    def note(number: int) -> None:
        seen.append((number, threading.get_ident()))

    await asyncio.gather(*(worker.call(note, number) for number in range(20)))
    assert [number for number, _ in seen] == list(range(20))
    assert {ident for _, ident in seen} != {threading.get_ident()}
    assert len({ident for _, ident in seen}) == 1


async def test_a_stream_arrives_whole(worker: Worker) -> None:
    def count(_cancelled: threading.Event) -> Iterator[int]:
        yield from range(5)

    assert [item async for item in worker.stream(count, 10)] == [0, 1, 2, 3, 4]


async def test_a_failing_stream_raises_after_its_items(worker: Worker) -> None:
    def fail(_cancelled: threading.Event) -> Iterator[int]:
        yield 1
        raise RuntimeError("engine")

    stream = worker.stream(fail, 10)
    assert await anext(stream) == 1
    with pytest.raises(RuntimeError, match="engine"):
        await anext(stream)


async def test_leaving_early_stops_the_producer(worker: Worker) -> None:
    def forever(cancelled: threading.Event) -> Iterator[int]:
        number = 0
        while not cancelled.is_set():
            yield (number := number + 1)

    stream = worker.stream(forever, 60)
    assert await anext(stream) == 1
    await stream.aclose()
    assert await worker.call(lambda: "free") == "free"


async def test_a_deadline_ends_the_wait_and_the_producer(worker: Worker) -> None:
    released = threading.Event()

    def stuck(cancelled: threading.Event) -> Iterator[int]:
        cancelled.wait(60)
        released.set()
        yield from ()

    with pytest.raises(TimeoutError):
        await anext(worker.stream(stuck, 0.01))
    await worker.call(lambda: None)
    assert released.is_set()


async def test_a_failure_after_the_consumer_has_gone_is_nobodys_complaint(worker: Worker) -> None:
    def fail_late(cancelled: threading.Event) -> Iterator[int]:
        yield 1
        cancelled.wait(60)
        raise RuntimeError("engine")

    complaints: list[object] = []
    asyncio.get_running_loop().set_exception_handler(lambda _loop, context: complaints.append(context))
    stream = worker.stream(fail_late, 60)
    await anext(stream)
    await stream.aclose()
    await worker.call(lambda: None)
    gc.collect()
    assert not complaints
