"""The trained understanding model, on any encoder of the BERT family -> the INT8 folder that the box runs.

Nothing is written, and nothing listed in the manifest, unless every check passes.
"""

from __future__ import annotations

import argparse
import json
import statistics
import time
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np

from export.bert_family import longest, padded_ids, vocabulary
from export.data.shop_language import examples
from export.onnx import Graph, int8
from export.onnx_folder import list_folder, write_folder
from export.origin import further, read_origin, read_scores
from export.parity import require
from export.train.heads import load
from runtime.types import Intent
from runtime.understanding.encoder import TAGS, Encoder

GRAPH = Graph(
    inputs=("input_ids", "attention_mask", "emotion", "behaviour"),
    outputs=("intent", "text_emotion", "slots", "embedding"),
    by_token=frozenset({"input_ids", "attention_mask", "slots"}),
    unit=frozenset({"embedding"}),
)
SHIPPED = Path("models/understanding")
_TEXTS = 500
_MAX_BYTES = 12 * 1024 * 1024  # of what this repository ships
_COMMAND = "python -m export understanding"


def feeds(vocab: Path, texts: Sequence[str], max_tokens: int) -> dict[str, Any]:
    """The graph's inputs for these texts; every third has an emotion and every fourth a behaviour."""
    ids = padded_ids(vocab, texts, max_tokens)
    emotion, behaviour = np.zeros((len(texts), 4), np.float32), np.zeros((len(texts), 2), np.float32)
    emotion[::3] = (0.1, 0.1, 0.2, 0.6)
    behaviour[::4] = (0.7, 0.5)
    return dict(zip(GRAPH.inputs, (ids, (ids != 0).astype(np.int64), emotion, behaviour), strict=True))


def median_ms(folder: Path, texts: Sequence[str]) -> float:
    """Milliseconds of processor time for one text, tokenising and decoding included."""
    encoder, times = Encoder(folder), []
    for text in texts:
        started = time.process_time()
        encoder.encode([text])
        times.append((time.process_time() - started) * 1000)
    return statistics.median(times)


def export(source: Path, to: Path, texts: Sequence[str]) -> dict[str, float]:
    """Write the folder ``to`` and its entry in the manifest beside it; returns the figures of parity."""
    tokens, model = vocabulary(source), load(source, attn_implementation="eager")
    max_tokens = longest(model.encoder.config)
    content, figures = int8(model, GRAPH, feeds(source / "vocab.txt", texts, max_tokens))
    if to.resolve() == SHIPPED.resolve():
        require({"bytes": len(content)}, at_most={"bytes": _MAX_BYTES})
    config = {"max_tokens": max_tokens, "intents": [*Intent], "tags": [*TAGS]}
    version = write_folder(to, content, tokens, config)
    figures["median_ms"] = median_ms(to, texts)
    origin = further(read_origin(source), _COMMAND)
    list_folder(to, version, origin, {**read_scores(source), **figures})
    return figures


def main(argv: Sequence[str]) -> int:
    parser = argparse.ArgumentParser(
        prog="python -m export understanding",
        description="Export a trained understanding model to ONNX INT8, listed in the manifest beside --to.",
        epilog="example: python -m export understanding --from work/understanding --to models/understanding",
    )
    parser.add_argument(
        "--from", dest="source", type=Path, default=Path("work/understanding"),
        help="what train-understanding, distill or fewshot leaves",
    )  # fmt: skip
    parser.add_argument("--to", type=Path, default=SHIPPED)
    args = parser.parse_args(argv)
    texts = [example.text for example in examples(99, _TEXTS)]
    print(json.dumps(export(args.source, args.to, texts), indent=1))
    return 0
