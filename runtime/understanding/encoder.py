"""The understanding model: one ONNX forward pass gives intent, emotion, slot tags and embedding.

A model folder holds ``model.onnx``, ``vocab.txt`` and ``config.json``, as ``python -m export understanding``
writes it.
"""

from __future__ import annotations

import json
import math
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Protocol, TypeAlias

import numpy as np
import onnxruntime as ort
from numpy.typing import NDArray
from tokenizers import BertWordPieceTokenizer  # type: ignore[import-untyped]
from tokenizers import normalizers as normal

from runtime.errors import EngineFailed, ModelDamaged, ModelMissing
from runtime.types import Behaviour, EmotionVector, Intent, SlotName

TAGS = ("O", *(f"{mark}-{name}" for name in SlotName for mark in "BI"))
EMBEDDING = 128
_OUTPUTS = ("intent", "text_emotion", "slots", "embedding")
_WIDTHS = (16, 32, 64)  # a few fixed shapes keep the session's memory bounded
_BATCH = 32

Floats = NDArray[np.float32]
Tokenizer: TypeAlias = BertWordPieceTokenizer
Span = tuple[int, int, SlotName, float]  # start, end (exclusive), what it fills, probability


@dataclass(frozen=True, slots=True)
class Encoded:
    """What the model makes of one text."""

    intents: tuple[float, ...]  # calibrated probabilities in the order of Intent
    emotion: EmotionVector  # of the words alone
    tags: tuple[Span, ...]  # spans of the text as given, in order, without overlap
    embedding: Floats = field(compare=False, repr=False)  # shape (128,), unit length


class EncoderLike(Protocol):
    """What the chain needs of an encoder."""

    def encode(
        self,
        texts: Sequence[str],
        emotions: Sequence[EmotionVector | None] | None = None,
        behaviours: Sequence[Behaviour | None] | None = None,
    ) -> list[Encoded]: ...

    def embed(self, texts: Sequence[str]) -> Floats: ...


class Encoder:
    """A loaded model folder. One thread owns it.

    Raises ModelMissing when a file is not there, ModelDamaged when the files cannot be read or do not fit
    this version's intents and tags.
    """

    def __init__(self, folder: Path) -> None:
        paths = [folder / name for name in ("config.json", "vocab.txt", "model.onnx")]
        for path in paths:
            if not path.is_file():
                raise ModelMissing(f"understanding model: {path} is not there")
        try:
            config = json.loads(paths[0].read_text(encoding="utf-8"))
            self.version = str(config["version"])
            fits = config["intents"] == [*Intent] and config["tags"] == [*TAGS]
            self._tokenizer = tokenizer(paths[1], min(int(config["max_tokens"]), _WIDTHS[-1]))
            self._session = ort.InferenceSession(
                str(paths[2]), session_options(), providers=["CPUExecutionProvider"]
            )
        except Exception as error:  # the tokeniser and the engine raise types of their own
            raise ModelDamaged(f"understanding model in {folder} cannot be read: {error!r:.200}") from error
        if not fits or {output.name for output in self._session.get_outputs()} != {*_OUTPUTS}:
            raise ModelDamaged(f"understanding model in {folder} is of another version: export it again")

    def encode(
        self,
        texts: Sequence[str],
        emotions: Sequence[EmotionVector | None] | None = None,
        behaviours: Sequence[Behaviour | None] | None = None,
    ) -> list[Encoded]:
        """Understand each text; an emotion or behaviour known from elsewhere helps its intent."""
        heard = np.zeros((len(texts), 4), np.float32)
        for row, emotion in enumerate(emotions or ()):
            if emotion:
                heard[row] = emotion.as_tuple()
        done = np.zeros((len(texts), 2), np.float32)
        for row, behaviour in enumerate(behaviours or ()):
            if behaviour:
                done[row] = behaviour_features(behaviour)
        found = []
        for part in _parts(len(texts)):
            intents, feelings, slots, embeddings, offsets = self._run(texts[part], heard[part], done[part])
            shares, moods = softmax(intents), softmax(feelings)
            for row, spans in enumerate(offsets):
                tags = decode_tags(slots[row, : len(spans)], spans)
                mood = EmotionVector(*moods[row].tolist())
                found.append(Encoded(tuple(shares[row].tolist()), mood, tags, embeddings[row].copy()))
        return found

    def embed(self, texts: Sequence[str]) -> Floats:
        """Embeddings of shape (len(texts), 128), each of unit length."""
        found = np.zeros((len(texts), EMBEDDING), np.float32)
        for part in _parts(len(texts)):
            count = len(texts[part])
            nothing = np.zeros((count, 4), np.float32), np.zeros((count, 2), np.float32)
            found[part] = self._run(texts[part], *nothing)[3]
        return found

    def _run(self, texts: Sequence[str], emotion: Floats, behaviour: Floats) -> tuple[Any, ...]:
        encodings = self._tokenizer.encode_batch(list(texts))
        width = next(width for width in _WIDTHS if width >= max(len(one.ids) for one in encodings))
        ids = np.zeros((len(texts), width), np.int64)
        for row, one in enumerate(encodings):
            ids[row, : len(one.ids)] = one.ids
        feeds = {
            "input_ids": ids,
            "attention_mask": (ids != 0).astype(np.int64),
            "emotion": emotion,
            "behaviour": behaviour,
        }
        try:
            outputs = self._session.run(_OUTPUTS, feeds)
        except Exception as error:  # the engine's exceptions share no base of their own
            raise EngineFailed(f"understanding model failed: {type(error).__name__}") from error
        return *outputs, [one.offsets for one in encodings]


def tokenizer(vocab: Path, max_tokens: int) -> Tokenizer:
    """BERT's tokeniser on NFKC text in lower case; offsets refer to the text as it was given."""
    tokens = vocab.read_text(encoding="utf-8").rstrip("\n").split("\n")
    wordpiece = BertWordPieceTokenizer({token: at for at, token in enumerate(tokens)})
    wordpiece.normalizer = normal.Sequence(
        [normal.NFKC(), normal.BertNormalizer(strip_accents=False, lowercase=True)]
    )
    wordpiece.enable_truncation(max_tokens)
    return wordpiece


def session_options() -> ort.SessionOptions:
    """One thread that never spins, and no arena: its memory would grow and never shrink."""
    options = ort.SessionOptions()
    options.intra_op_num_threads = options.inter_op_num_threads = 1
    options.add_session_config_entry("session.intra_op.allow_spinning", "0")
    options.execution_mode = ort.ExecutionMode.ORT_SEQUENTIAL
    options.enable_cpu_mem_arena = options.enable_mem_pattern = False
    return options


def behaviour_features(behaviour: Behaviour) -> tuple[float, float]:
    """Dwell time and items viewed, squeezed to about 0..1; (0, 0) means unknown."""
    return math.log1p(max(0.0, behaviour.dwell_s)) / 6, math.log1p(max(0, behaviour.items_viewed)) / 3


def softmax(logits: Floats) -> Floats:
    """Probabilities along the last axis."""
    raised = np.exp(logits - logits.max(axis=-1, keepdims=True))
    shares: Floats = raised / raised.sum(axis=-1, keepdims=True)
    return shares


def decode_tags(logits: Floats, offsets: Sequence[tuple[int, int]]) -> tuple[Span, ...]:
    """Spans from BIO tag logits [T,K] and each token's characters; special tokens have empty offsets.

    An I that continues nothing of its name begins a span, so a missed B costs nothing.
    """
    shares = softmax(logits)
    best = shares.argmax(axis=-1)
    spans: list[tuple[int, int, SlotName, list[float]]] = []
    running = ""
    for at, (start, end) in enumerate(offsets):
        tag = TAGS[best[at]] if end > start else "O"
        mark, _, name = tag.partition("-")
        if mark == "I" and name == running:
            first, _, slot, sure = spans[-1]
            spans[-1] = first, end, slot, [*sure, float(shares[at, best[at]])]
        elif mark != "O":
            spans.append((start, end, SlotName(name), [float(shares[at, best[at]])]))
        running = name
    return tuple((start, end, slot, sum(sure) / len(sure)) for start, end, slot, sure in spans)


def _parts(count: int) -> Iterator[slice]:
    return (slice(start, min(start + _BATCH, count)) for start in range(0, count, _BATCH))
