"""An understanding model's folder: configuration of the encoder, weights, vocabulary, what it scored."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import torch

from export.bert_family import bare, read_config, write_vocabulary
from export.errors import BadSource
from export.origin import write_scores
from export.train.model import Understander

WEIGHTS = "model.pt"


def load(folder: Path, **changed: Any) -> Understander:
    """The trained model, in evaluation mode. Raises BadSource for a folder without our heads."""
    config = read_config(folder, **changed)
    if not (folder / WEIGHTS).is_file():
        raise BadSource(
            f"{folder}: no {WEIGHTS}; `python -m export train-understanding` puts our heads on an encoder"
        )
    model = Understander(bare(config))
    model.load_state_dict(torch.load(folder / WEIGHTS, weights_only=True, map_location="cpu"))
    model.eval()
    return model


def save(model: Understander, folder: Path, tokens: Sequence[str], scores: Mapping[str, float]) -> None:
    """As ``python -m export understanding`` takes it."""
    folder.mkdir(parents=True, exist_ok=True)
    write_vocabulary(folder, tokens)
    model.encoder.config.save_pretrained(folder)
    torch.save({name: values.cpu() for name, values in model.state_dict().items()}, folder / WEIGHTS)
    write_scores(folder, scores)
