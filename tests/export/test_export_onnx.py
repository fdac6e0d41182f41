"""Encoders of several architectures through the whole export; what differs fails it."""

from __future__ import annotations

import json
import tomllib
from pathlib import Path

import numpy as np
import pytest

torch = pytest.importorskip("torch", reason="only the export environment has torch")

from export import emotion, onnx, understanding  # noqa: E402
from export.bert_family import padded_ids  # noqa: E402
from export.errors import BadSource, ParityFailed  # noqa: E402
from runtime.types import Emotion  # noqa: E402
from runtime.understanding.encoder import Encoder  # noqa: E402
from tests.export import tiny_torch  # noqa: E402

TEXTS = ("这款空调多少钱", "太贵了，能便宜点吗", "iPhone 15 有货吗", "我再考虑考虑", "都坏了三次了！") * 8


@pytest.mark.parametrize("kind", ["bert", "electra", "distilbert"])
def test_any_encoder_with_our_heads_becomes_what_the_box_loads(kind: str, tmp_path: Path) -> None:
    source, to = tiny_torch.heads_folder(kind, tmp_path / kind), tmp_path / "understanding"
    figures = understanding.export(source, to, TEXTS)
    assert figures["onnx_max_difference"] < 1e-3
    said = Encoder(to).encode(TEXTS[:2])
    assert [len(one.intents) for one in said] == [17, 17]
    (entry,) = tomllib.loads((tmp_path / "manifest.toml").read_text(encoding="utf-8"))["model"]
    assert entry["name"] == "understanding"


def test_an_emotion_classifier_gives_our_order(tmp_path: Path) -> None:
    source, to = tiny_torch.emotion_folder(tmp_path / "emotion-bert"), tmp_path / "emotion"
    emotion.export(source, to, TEXTS)
    assert json.loads((to / "config.json").read_text(encoding="utf-8"))["emotions"] == [*Emotion]
    ids = onnx_inputs(to)
    own = torch.no_grad()(emotion.Feelings(source).eval().model)(input_ids=torch.from_numpy(ids["input_ids"]))
    found = onnx.run(to / "model.onnx", emotion.GRAPH, ids)["emotion"]
    reordered = own.logits[:, [2, 0, 1, 3]].numpy()  # the folder's labels begin with 开心, 中性, 愤怒
    assert np.abs(found - reordered).max() < 0.05


def onnx_inputs(folder: Path) -> dict[str, np.ndarray]:
    ids = padded_ids(folder / "vocab.txt", TEXTS[:1], 64)
    return {"input_ids": ids, "attention_mask": np.ones_like(ids)}


def test_other_labels_are_named(tmp_path: Path) -> None:
    source = tiny_torch.emotion_folder(tmp_path / "bert", ("negative", "positive", "neutral", "other"))
    with pytest.raises(BadSource, match="negative"):
        emotion.export(source, tmp_path / "emotion", TEXTS)


def test_a_folder_without_heads_is_named(tmp_path: Path) -> None:
    source = tiny_torch.encoder_folder("bert", tmp_path / "bert")
    with pytest.raises(BadSource, match="train-understanding"):
        understanding.export(source, tmp_path / "understanding", TEXTS)


def test_a_graph_that_says_otherwise_fails_the_export(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    source = tiny_torch.heads_folder("bert", tmp_path / "bert")
    honest = onnx.run

    def distorted(path: Path, graph: onnx.Graph, inputs: dict[str, np.ndarray]) -> dict[str, np.ndarray]:
        return {name: values + 0.01 for name, values in honest(path, graph, inputs).items()}

    monkeypatch.setattr(onnx, "run", distorted)
    with pytest.raises(ParityFailed, match="onnx_max_difference"):
        understanding.export(source, tmp_path / "understanding", TEXTS)
    assert not (tmp_path / "understanding").exists()
