"""A long run in a folder of its own: a budget of minutes, a log, checkpoints, and going on after a stop."""

from __future__ import annotations

import logging
import signal
import time
from collections import defaultdict
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from threading import Event
from typing import Any

import torch

from export.errors import Stopped

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


def accelerator() -> torch.device:
    """CUDA where there is one. As a context it makes new tensors there."""
    return torch.device("cuda" if torch.cuda.is_available() else "cpu")


class Run:
    """Goes on from the folder's checkpoint where there is one.

    ``parts`` are what a checkpoint keeps: modules and optimisers, on the device where they are to stay.
    Ctrl-C and SIGTERM end a run after the step in hand, with a checkpoint; ``progress`` raises Stopped then.
    """

    def __init__(self, folder: Path, minutes: float, parts: Mapping[str, Any]) -> None:
        folder.mkdir(parents=True, exist_ok=True)
        self.step, self.spent = 0, 0.0
        self._losses: dict[str, list[float]] = defaultdict(list)
        self._checkpoint, self._budget, self._parts = folder / "checkpoint.pt", minutes * 60, parts
        if self._checkpoint.is_file():
            saved = torch.load(self._checkpoint, weights_only=True, map_location="cpu")
            self.step, self.spent = saved["step"], saved["spent"]
            for name, part in parts.items():
                part.load_state_dict(saved[name])
            log.info("resumed at step %d, %.1f min spent", self.step, self.spent / 60)

    def note(self, **losses: float) -> None:
        """Losses of this step by their names; the log has the mean of each since its line before."""
        for name, loss in losses.items():
            self._losses[name].append(loss)

    def progress(self) -> Iterator[float]:
        """The share of the budget that is spent, before each step."""
        before, began = self.spent, time.monotonic()
        logged = saved = began
        with _stopping() as stop:
            while self.spent < self._budget and not stop.is_set():
                yield self.spent / self._budget
                now = time.monotonic()
                self.step, self.spent = self.step + 1, before + now - began
                if now - logged > _LOG_S:
                    self._log()
                    logged = now
                if now - saved > _SAVE_S:
                    self._save()
                    saved = now
        self._log()
        self._save()
        if stop.is_set():
            raise Stopped(f"at step {self.step}; the same command goes on from {self._checkpoint}")

    def _log(self) -> None:
        means = [f"{name} {sum(found) / len(found):.3f}" for name, found in self._losses.items()]
        left = max(0.0, self._budget - self.spent) / 60
        log.info("%s", " ".join([f"step {self.step}", *means, f"{left:.1f} min left"]))
        self._losses.clear()

    def _save(self) -> None:
        """Written beside and renamed, so that a stopped run never leaves half a checkpoint."""
        state = {name: part.state_dict() for name, part in self._parts.items()}
        beside = self._checkpoint.with_suffix(".part")
        torch.save({**state, "step": self.step, "spent": self.spent}, beside)
        beside.replace(self._checkpoint)


@contextmanager
def _stopping() -> Iterator[Event]:
    """Set by the first Ctrl-C or SIGTERM."""
    stop = Event()
    signals = (signal.SIGINT, signal.SIGTERM)
    before = [signal.signal(each, lambda *_: stop.set()) for each in signals]
    try:
        yield stop
    finally:
        for each, handler in zip(signals, before, strict=True):
            signal.signal(each, handler)
