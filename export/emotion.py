"""A classifier of text emotion, on any encoder of the BERT family -> ONNX INT8.

Its four labels are ours (愤怒 开心 中性 犹豫) in any order; the graph gives them in the order of ``Emotion``.
"""

from __future__ import annotations

import argparse
import json
from collections.abc import Sequence
from pathlib import Path
from tempfile import TemporaryDirectory

import numpy as np
from torch import Tensor, nn
from transformers import AutoModelForSequenceClassification, AutoTokenizer

from export.bert_family import longest, padded_ids, read_config, vocabulary, write_vocabulary
from export.data.shop_language import examples
from export.errors import BadSource
from export.onnx import Graph, int8
from export.onnx_folder import list_folder, write_folder
from export.origin import further, read_origin
from export.parity import require
from runtime.types import Emotion
from runtime.understanding.numbers import normalise_text

GRAPH = Graph(
    inputs=("input_ids", "attention_mask"),
    outputs=("emotion",),
    by_token=frozenset({"input_ids", "attention_mask"}),
)
_TEXTS = 500
_TOKENISED_ALIKE = 0.98


class Feelings(nn.Module):  # type: ignore[misc]  # torch is not installed where types are checked
    """[B,T], [B,T] -> emotion logits [B,4] in the order of ``Emotion``."""

    def __init__(self, folder: Path) -> None:
        super().__init__()
        config = read_config(folder, attn_implementation="eager")
        labels = {str(label): number for number, label in config.id2label.items()}
        if set(labels) != {*Emotion}:
            raise BadSource(f"{folder}: id2label names {sorted(labels)}, not {[*Emotion]}")
        self.order = [int(labels[emotion]) for emotion in Emotion]
        self.model = AutoModelForSequenceClassification.from_pretrained(folder, config=config)

    def forward(self, input_ids: Tensor, attention_mask: Tensor) -> tuple[Tensor]:
        return (self.model(input_ids=input_ids, attention_mask=attention_mask).logits[:, self.order],)


def tokenised_alike(folder: Path, vocab: Path, texts: Sequence[str], max_tokens: int) -> float:
    """Share of texts that the folder's own tokenizer reads as the box does, which normalises first."""
    normal = [normalise_text(text) for text in texts]
    ours = padded_ids(vocab, normal, max_tokens)
    theirs = AutoTokenizer.from_pretrained(folder)(normal, truncation=True, max_length=max_tokens).input_ids
    return float(np.mean([row[row != 0].tolist() == ids for row, ids in zip(ours, theirs, strict=True)]))


def export(source: Path, to: Path, texts: Sequence[str]) -> dict[str, float]:
    """Write the folder ``to`` and its entry in the manifest beside it; returns the figures of parity."""
    model, tokens = Feelings(source).eval(), vocabulary(source)
    max_tokens = longest(model.model.config)
    with TemporaryDirectory() as scratch:
        write_vocabulary(Path(scratch), tokens)
        vocab = Path(scratch) / "vocab.txt"
        alike = tokenised_alike(source, vocab, texts, max_tokens)
        ids = padded_ids(vocab, texts, max_tokens)
    require({"tokenised_alike": alike}, at_least={"tokenised_alike": _TOKENISED_ALIKE})
    content, figures = int8(model, GRAPH, {"input_ids": ids, "attention_mask": (ids != 0).astype(np.int64)})
    figures["tokenised_alike"] = alike
    version = write_folder(to, content, tokens, {"max_tokens": max_tokens, "emotions": [*Emotion]})
    command = f"python -m export emotion --from {source.name} --to {to.name}"
    list_folder(to, version, further(read_origin(source), command), figures)
    return figures


def main(argv: Sequence[str]) -> int:
    parser = argparse.ArgumentParser(
        prog="python -m export emotion",
        description="Export a sequence classifier over 愤怒 开心 中性 犹豫 to ONNX INT8.",
        epilog="example: python -m export emotion --from emotion-bert --to work/emotion",
    )
    parser.add_argument("--from", dest="source", type=Path, required=True, help="a Hugging Face folder")
    parser.add_argument("--to", type=Path, required=True)
    args = parser.parse_args(argv)
    texts = [example.text for example in examples(99, _TEXTS)]
    print(json.dumps(export(args.source, args.to, texts), indent=1))
    return 0
