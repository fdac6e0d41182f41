"""What many tests stand on: the demo shop with its real engines, in a folder of the test's own."""

from __future__ import annotations

from collections.abc import AsyncIterator
from pathlib import Path

import pytest
from hypothesis import settings

import runtime.shop
from runtime.settings import Settings
from runtime.shop import Shop
from tests.fakes import ScriptedGenerator

# What an example takes depends on what else the machine does, and the first reads tables.
settings.register_profile("shop", deadline=None)
settings.load_profile("shop")


@pytest.fixture
async def demo_shop(tmp_path: Path) -> AsyncIterator[Shop]:
    """Every engine real."""
    async with Shop.opened(Settings(), tmp_path) as shop:
        yield shop


@pytest.fixture
async def scripted_shop(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> AsyncIterator[Shop]:
    """Every engine real but the generator, which says ``ScriptedGenerator.script``."""
    monkeypatch.setattr(runtime.shop, "LlamaEngine", ScriptedGenerator)
    async with Shop.opened(Settings(), tmp_path) as shop:
        yield shop
