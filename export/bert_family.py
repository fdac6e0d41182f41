"""Hugging Face folders of the BERT family (BERT, ELECTRA, DistilBERT …) with a WordPiece vocabulary.

The box has one tokenizer (``runtime.understanding.encoder.tokenizer``): a vocabulary is all it needs of a
folder.
"""

from __future__ import annotations

import inspect
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np
from transformers import AutoConfig, AutoModel, AutoTokenizer, PretrainedConfig, PreTrainedModel
from transformers.models.auto.modeling_auto import MODEL_MAPPING

from export.errors import BadSource
from runtime.understanding.encoder import tokenizer

MAX_TOKENS = 64
PAD = "[PAD]"


def read_config(folder: Path, **changed: Any) -> PretrainedConfig:
    """Raises BadSource where there is no config.json."""
    if not (folder / "config.json").is_file():
        raise BadSource(f"{folder}: no config.json; a Hugging Face folder of the BERT family is expected")
    return AutoConfig.from_pretrained(folder, **changed)


def bare(config: PretrainedConfig) -> PreTrainedModel:
    """An encoder of this shape without weights, and without the pooler that our heads don't use."""
    return AutoModel.from_config(config, **_no_pooler(config))


def pretrained(folder: Path, **changed: Any) -> PreTrainedModel:
    """The folder's encoder with its weights; ``changed`` replaces fields of its configuration."""
    config = read_config(folder, **changed)
    return AutoModel.from_pretrained(folder, config=config, **_no_pooler(config))


def _no_pooler(config: PretrainedConfig) -> dict[str, bool]:
    known = inspect.signature(MODEL_MAPPING[type(config)].__init__).parameters
    return {"add_pooling_layer": False} if "add_pooling_layer" in known else {}


def longest(config: PretrainedConfig) -> int:
    """Tokens of the longest text that both the box and the encoder read."""
    return min(MAX_TOKENS, int(config.max_position_embeddings))


def vocabulary(folder: Path) -> list[str]:
    """Tokens in the order of their ids. Raises BadSource where the box could not use them."""
    path = folder / "vocab.txt"
    if path.is_file():
        tokens = path.read_text(encoding="utf-8").rstrip("\n").split("\n")
    elif (folder / "tokenizer.json").is_file():
        known = AutoTokenizer.from_pretrained(folder).get_vocab()
        tokens = sorted(known, key=lambda token: int(known[token]))
    else:
        raise BadSource(f"{folder}: neither vocab.txt nor tokenizer.json")
    if tokens[0] != PAD:
        raise BadSource(f"{folder}: token 0 is {tokens[0]}, not {PAD}: no WordPiece vocabulary")
    return tokens


def write_vocabulary(folder: Path, tokens: Sequence[str]) -> None:
    (folder / "vocab.txt").write_text("\n".join(tokens) + "\n", encoding="utf-8")


def padded_ids(vocab: Path, texts: Sequence[str], max_tokens: int) -> Any:
    """Token ids int64 [B,T] as the box makes them, padded with zeros to the longest text."""
    encodings = tokenizer(vocab, max_tokens).encode_batch(list(texts))
    ids = np.zeros((len(texts), max(len(one.ids) for one in encodings)), np.int64)
    for row, one in enumerate(encodings):
        ids[row, : len(one.ids)] = one.ids
    return ids
