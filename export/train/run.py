"""A long run in a folder of its own: a budget of minutes, a log, checkpoints, and going on after a stop."""

from __future__ import annotations

import logging
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import torch

log = logging.getLogger(__name__)

_LOG_S, _SAVE_S = 30.0, 180.0


@contextmanager
def logged(folder: Path) -> Iterator[None]:
    """What the exports log goes to the folder's train.log and to the terminal."""
    folder.mkdir(parents=True, exist_ok=True)
    ours = logging.getLogger("export")
    ours.setLevel(logging.INFO)
    handlers: list[logging.Handler] = [
        logging.FileHandler(folder / "train.log", encoding="utf-8"),
        logging.StreamHandler(),
    ]
    for handler in handlers:
        handler.setFormatter(logging.Formatter("%(asctime)s %(message)s"))
        ours.addHandler(handler)
    try:
        yield
    finally:
        for handler in handlers:
            ours.removeHandler(handler)
            handler.close()


class Run:
    """Goes on from the folder's checkpoint where there is one.

    ``parts`` are what a checkpoint keeps: modules and optimisers. Put the loss of each step into ``loss``.
    """

    def __init__(self, folder: Path, minutes: float, parts: Mapping[str, Any]) -> None:
        self.step, self.spent, self.loss = 0, 0.0, 0.0
        self._checkpoint, self._budget, self._parts = folder / "checkpoint.pt", minutes * 60, parts
        if self._checkpoint.is_file():
            saved = torch.load(self._checkpoint, weights_only=True, map_location="cpu")
            self.step, self.spent = saved["step"], saved["spent"]
            for name, part in parts.items():
                part.load_state_dict(saved[name])
            log.info("resumed at step %d, %.1f min spent", self.step, self.spent / 60)

    def progress(self) -> Iterator[float]:
        """The share of the budget that is spent, before each step."""
        before, began = self.spent, time.monotonic()
        logged = saved = began
        losses: list[float] = []
        while self.spent < self._budget:
            yield self.spent / self._budget
            now = time.monotonic()
            self.step, self.spent = self.step + 1, before + now - began
            losses.append(self.loss)
            if now - logged > _LOG_S:
                left = max(0.0, self._budget - self.spent) / 60
                log.info("step %d loss %.3f %.1f min left", self.step, sum(losses) / len(losses), left)
                logged, losses = now, []
            if now - saved > _SAVE_S:
                self._save()
                saved = now
        self._save()

    def _save(self) -> None:
        """Written beside and renamed, so that a stopped run never leaves half a checkpoint."""
        state = {name: part.state_dict() for name, part in self._parts.items()}
        beside = self._checkpoint.with_suffix(".part")
        torch.save({**state, "step": self.step, "spent": self.spent}, beside)
        beside.replace(self._checkpoint)
