"""A served shop in a process of its own, for tests that talk to it as a page does, or kill it."""

from __future__ import annotations

import asyncio
import json
import re
import sys
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import aiohttp

READY = re.compile(r"http://127\.0\.0\.1:(\d+)")


@dataclass
class Served:
    process: asyncio.subprocess.Process
    url: str

    async def kill(self) -> None:
        """As a power cut does: no goodbye."""
        self.process.kill()
        await self.process.wait()


@asynccontextmanager
async def served(data_dir: Path, *, port: int = 0, address_space: int | None = None) -> AsyncIterator[Served]:
    """``zhanggui serve`` on ``port`` or any free one; ``address_space`` limits the process, in bytes."""
    command = [sys.executable, "-m", "runtime", "serve", "--port", str(port), "--data-dir", str(data_dir)]
    if address_space is not None:
        command = ["prlimit", f"--as={address_space}", *command]
    process = await asyncio.create_subprocess_exec(*command, stdout=asyncio.subprocess.PIPE)
    assert process.stdout is not None
    try:
        async for line in process.stdout:
            if found := READY.search(line.decode()):
                yield Served(process, f"http://127.0.0.1:{found[1]}")
                return
        raise AssertionError(f"the server ended with status {await process.wait()}")
    finally:
        if process.returncode is None:
            process.terminate()
            await process.wait()


class Page:
    """What kiosk.js is to the server."""

    def __init__(self, socket: aiohttp.ClientWebSocketResponse) -> None:
        self.socket = socket
        self.session = ""

    @classmethod
    @asynccontextmanager
    async def opened(cls, url: str, session: str | None = None) -> AsyncIterator[Page]:
        async with aiohttp.ClientSession() as client, client.ws_connect(f"{url}/ws") as socket:
            page = cls(socket)
            await page.send(type="hello", session=session)
            yield page

    async def send(self, **message: Any) -> None:
        await self.socket.send_str(json.dumps(message))

    async def receive(self, *types: str) -> dict[str, Any]:
        """The next message of one of these types."""
        while True:
            message: dict[str, Any] = await self.socket.receive_json()
            if message["type"] in types:
                return message

    async def say(self, text: str) -> dict[str, Any]:
        """The finished turn, or the error."""
        await self.send(type="say", text=text)
        return await self.receive("done", "error")
