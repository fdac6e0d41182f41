"""What makes the models has a lock of its own, and none of it reaches the box."""

from __future__ import annotations

import tomllib
from pathlib import Path

ROOT = Path(__file__).parents[2]
HEAVY = {"torch", "transformers", "peft", "onnx", "scikit-learn"}


def pins(lines: list[str]) -> dict[str, str]:
    found = (line.split("#")[0].strip().partition("==") for line in lines)
    return {name.lower().replace("_", "-"): version for name, _, version in found if version}


def lock(name: str) -> dict[str, str]:
    return pins((ROOT / name).read_text(encoding="utf-8").splitlines())


def test_every_export_package_is_locked_as_it_is_pinned() -> None:
    project = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]
    wanted = pins(project["optional-dependencies"]["export"] + project["dependencies"])
    locked = lock("requirements-export.lock")
    assert {name: locked.get(name) for name in wanted} == wanted
    assert wanted.keys() >= HEAVY


def test_no_export_package_reaches_the_box() -> None:
    assert not HEAVY & lock("requirements.lock").keys()
