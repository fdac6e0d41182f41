"""Speech recognition: frames in, growing text out.

One thread owns an engine and all of its recognisers; nothing here may run on the event loop.
"""

from __future__ import annotations

import json
import re
from dataclasses import dataclass, field
from itertools import takewhile
from pathlib import Path
from typing import Any, Protocol

import vosk

from runtime.errors import EngineFailed, ModelDamaged, ModelMissing
from runtime.types import SAMPLE_RATE_HZ, AudioFrame, Partial, Utterance

PULL = "zhanggui models pull vosk-small-cn"
# Either layout that vosk knows: with conf/model.conf, or everything in one folder.
LAYOUTS = (("am/final.mdl", "conf/model.conf"), ("final.mdl", "mfcc.conf"))
SILENCE_PHONES = (
    b"--endpoint.silence-phones="  # without it the model loads, and the first word ends the process
)
UNKNOWN = ("[unk]", "<unk>")
NOTHING_YET = Partial("", stable_chars=0, at_ms=0)
SPACE_BESIDE_CHINESE = re.compile(r"(?<![0-9A-Za-z])\s+|\s+(?![0-9A-Za-z])")

vosk.SetLogLevel(-1)  # it tells stderr about every file that it reads


class Recogniser(Protocol):
    """Hears one stream, utterance after utterance."""

    def accept(self, frame: AudioFrame) -> Partial | None:
        """Hear one frame. A Partial when the text, or how much of it is stable, has changed."""

    def final(self) -> Utterance:
        """The finished utterance; the recogniser is then ready for the next one."""

    def reset(self) -> None:
        """Forget what was heard since the last utterance."""


class VoskEngine:
    """A Vosk model, loaded once and shared by its recognisers."""

    def __init__(self, folder: Path) -> None:
        """Raises ModelMissing or ModelDamaged."""
        check_folder(folder)
        try:
            self._model = vosk.Model(str(folder))
        except Exception as error:  # vosk raises nothing narrower
            raise ModelDamaged(f"{folder}: vosk cannot load this model; pull it again: {PULL}") from error

    def recogniser(self) -> VoskRecogniser:
        """A recogniser for one session. Raises ModelDamaged."""
        try:
            return VoskRecogniser(vosk.KaldiRecognizer(self._model, SAMPLE_RATE_HZ))
        except Exception as error:
            raise ModelDamaged(f"vosk cannot use this model; pull it again: {PULL}") from error


@dataclass(slots=True)
class _Heard:
    """What a recogniser has of the open utterance."""

    words: list[tuple[str, float]] = field(default_factory=list)  # of the pieces that vosk has closed
    start_ms: int | None = None
    end_ms: int = 0
    partial: Partial = NOTHING_YET


class VoskRecogniser:
    """One session's recogniser. Vosk ends utterances by its own rules too: those pieces are joined."""

    def __init__(self, kaldi: Any) -> None:
        self._kaldi = kaldi
        self._kaldi.SetWords(True)
        self._heard = _Heard()

    def accept(self, frame: AudioFrame) -> Partial | None:
        """Raises EngineFailed."""
        heard = self._heard
        heard.start_ms = frame.start_ms if heard.start_ms is None else heard.start_ms
        heard.end_ms = frame.start_ms + frame.duration_ms
        try:
            if self._kaldi.AcceptWaveform(frame.pcm):
                heard.words += words_of(self._kaldi.Result())
            open_text = json.loads(self._kaldi.PartialResult()).get("partial", "")
        except Exception as error:  # vosk raises nothing narrower
            raise EngineFailed("vosk failed on a frame of sound") from error
        text = join_words([*(word for word, _ in heard.words), open_text])
        before, heard.partial = (
            heard.partial,
            Partial(text, common_prefix(heard.partial.text, text), heard.end_ms),
        )
        news = (text, heard.partial.stable_chars) != (before.text, before.stable_chars)
        return heard.partial if news else None

    def final(self) -> Utterance:
        """Raises EngineFailed."""
        heard, self._heard = self._heard, _Heard()
        try:
            words = heard.words + words_of(self._kaldi.FinalResult())
        except Exception as error:
            raise EngineFailed("vosk failed to finish an utterance") from error
        return Utterance(
            text=join_words([word for word, _ in words]),
            voiced=True,
            start_ms=heard.start_ms or 0,
            end_ms=heard.end_ms,
            confidence=confidence(words),
        )

    def reset(self) -> None:
        """Raises EngineFailed."""
        self.final()  # vosk's own Reset() keeps the last half second, which then begins the next utterance


def check_folder(folder: Path) -> None:
    """Raises ModelMissing without the folder, ModelDamaged without the files that every model has."""
    if not folder.is_dir():
        raise ModelMissing(f"{folder}: no Vosk model there; get one with: {PULL}")
    if not any(all((folder / name).is_file() for name in layout) for layout in LAYOUTS):
        expected = " or ".join(" and ".join(layout) for layout in LAYOUTS)
        raise ModelDamaged(f"{folder}: not a Vosk model, expected {expected}; get one with: {PULL}")
    conf = folder / "conf/model.conf"
    if conf.is_file() and SILENCE_PHONES not in conf.read_bytes():
        raise ModelDamaged(f"{conf}: expected {SILENCE_PHONES.decode()}; pull it again: {PULL}")


def words_of(result: str) -> list[tuple[str, float]]:
    """The words of a Vosk result and their confidences 0..1; a result without words gives its text."""
    found = json.loads(result)
    if "result" in found:
        return [(word["word"], word["conf"]) for word in found["result"]]
    return [(found["text"], 0.0)] if found.get("text") else []


def join_words(words: list[str]) -> str:
    """Chinese is written without spaces, "wifi 6" is not; sounds that are no word are left out."""
    known = (word for word in " ".join(words).split() if word.lower() not in UNKNOWN)
    return SPACE_BESIDE_CHINESE.sub("", " ".join(known))


def confidence(words: list[tuple[str, float]]) -> float:
    """The mean over characters; 0 when nothing was understood."""
    characters = sum(len(word) for word, _ in words)
    return sum(len(word) * conf for word, conf in words) / characters if characters else 0.0


def common_prefix(before: str, now: str) -> int:
    """How many leading characters two texts share."""
    same = takewhile(lambda pair: pair[0] == pair[1], zip(before, now, strict=False))
    return sum(1 for _ in same)
