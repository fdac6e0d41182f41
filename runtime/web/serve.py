"""The serving process: from a profile to an open port, until a signal ends it."""

from __future__ import annotations

import asyncio
import logging
import signal
from pathlib import Path

from aiohttp import web

from runtime.errors import BadSetting, ModelDamaged, ModelMissing
from runtime.models import Status, read_manifest, verify
from runtime.settings import MODELS, Settings
from runtime.shop import Shop
from runtime.web.app import make_app

KEEP_ALIVE_S = 75  # aiohttp's default is an hour


async def serve(settings: Settings, data_dir: Path, port: int | None = None) -> None:
    """Serve until SIGINT or SIGTERM.

    Raises ModelDamaged or ModelMissing when a bundled file is not what the manifest says.
    """
    # A traceback for every request that is no HTTP, and it quotes the request; our own errors app.py logs.
    logging.getLogger("aiohttp.server").setLevel(logging.CRITICAL)
    await asyncio.to_thread(_check_models, data_dir)
    async with Shop.opened(settings, data_dir) as shop:
        if shop.is_demo:
            print("Nothing was imported yet: showing the demo goods.", flush=True)
        runner = web.AppRunner(make_app(shop), keepalive_timeout=KEEP_ALIVE_S, access_log=None)
        await runner.setup()
        host, wanted = settings.web.host, settings.web.port if port is None else port
        try:
            site = web.TCPSite(runner, host, wanted)
            await site.start()
        except OSError as error:
            await runner.cleanup()
            raise BadSetting(f"web.port: cannot listen on {host}:{wanted}: {error.strerror}") from None
        bound = runner.addresses[0][1]
        url = f"http://{host}:{bound}"
        print(f"{settings.shop.name}: {url}  (merchant: {url}/merchant)", flush=True)
        await _signalled()
        await runner.cleanup()


def _check_models(data_dir: Path) -> None:
    for check in verify(read_manifest(MODELS / "manifest.toml"), (MODELS, data_dir / "models")):
        if not check.ok:
            raise (ModelMissing if check.status is Status.MISSING else ModelDamaged)(
                f"{check.path}: {check.detail}"
            )


async def _signalled() -> None:
    stop = asyncio.Event()
    loop = asyncio.get_running_loop()
    for number in (signal.SIGINT, signal.SIGTERM):
        loop.add_signal_handler(number, stop.set)
    await stop.wait()
