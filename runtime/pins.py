"""Checksums as first downloaded: what the manifest does not know is trusted once and then held to."""

from __future__ import annotations

import json
import os
import tomllib
from collections.abc import Mapping
from pathlib import Path

from runtime.errors import BadSetting

PINS = "pins.toml"  # beside the files


def read_pins(folder: Path) -> dict[str, str]:
    """The sha256 by path below the folder, or by address for an archive. Raises BadSetting."""
    path = folder / PINS
    if not path.exists():
        return {}
    try:
        pins = tomllib.loads(path.read_text("utf-8"))["sha256"]
        return {str(key): str(value) for key, value in pins.items()}
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        raise BadSetting(f"{path}: {error}") from error
    except (KeyError, AttributeError) as error:
        raise BadSetting(f"{path}: expected a table [sha256]") from error


def write_pins(folder: Path, pins: Mapping[str, str]) -> None:
    """Replace the file as a whole; a power cut leaves the old one or the new one."""
    fresh = folder / (PINS + ".new")
    with fresh.open("w", encoding="utf-8") as file:
        file.write("# Checksums as first downloaded. Remove a line to accept another file.\n[sha256]\n")
        for key, sha256 in sorted(pins.items()):
            file.write(f"{json.dumps(key, ensure_ascii=False)} = {json.dumps(sha256)}\n")
        file.flush()
        os.fsync(file.fileno())
    fresh.rename(folder / PINS)
    sync_folder(folder)


def sync_folder(folder: Path) -> None:
    """Make the renames in it survive a power cut."""
    handle = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)
