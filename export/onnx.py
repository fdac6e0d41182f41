"""From the trained understanding model to what the box runs: ONNX, INT8, checked for parity, timed.

Nothing is written into the model folder, and nothing listed in the manifest, unless every check passes.
"""

from __future__ import annotations

import argparse
import hashlib
import json
import statistics
import time
from collections.abc import Sequence
from datetime import date
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import numpy as np
import onnxruntime as ort
import torch
from onnxruntime.quantization import QuantType, quantize_dynamic
from onnxruntime.quantization.shape_inference import quant_pre_process
from transformers import BertConfig, BertModel

from export import manifest
from export.data.shop_language import examples
from export.train.corpora import SOURCES
from export.train.model import Understander
from export.train.understanding import MAX_TOKENS
from runtime.types import Intent
from runtime.understanding.encoder import TAGS, Encoder, session_options, tokenizer

_OPSET = 17
_INPUTS = ("input_ids", "attention_mask", "emotion", "behaviour")
_OUTPUTS = ("intent", "text_emotion", "slots", "embedding")
_TEXTS = 500
_MAX_DIFFERENCE = 1e-3
_MIN_AGREEMENT = 0.98
_MAX_BYTES = 12 * 1024 * 1024
_COMMAND = (
    "python -m export pretrain --corpora CORPORA --minutes 25 --seed 7 && "
    "python -m export understanding --minutes 45 --seed 7 && python -m export onnx"
)


class ParityError(Exception):
    """The exported model does not say what the trained one says."""


def load(folder: Path) -> Understander:
    """The trained model, ready to be exported."""
    config = BertConfig.from_pretrained(folder, attn_implementation="eager")
    model = Understander(BertModel(config, add_pooling_layer=False))
    model.load_state_dict(torch.load(folder / "model.pt", weights_only=True))
    model.eval()
    return model


def feeds(folder: Path, texts: Sequence[str]) -> dict[str, Any]:
    """The graph's inputs for these texts; every third has an emotion and every fourth a behaviour."""
    encodings = tokenizer(folder / "vocab.txt", MAX_TOKENS).encode_batch(list(texts))
    ids = np.zeros((len(texts), max(len(one.ids) for one in encodings)), np.int64)
    for row, one in enumerate(encodings):
        ids[row, : len(one.ids)] = one.ids
    emotion, behaviour = np.zeros((len(texts), 4), np.float32), np.zeros((len(texts), 2), np.float32)
    emotion[::3] = (0.1, 0.1, 0.2, 0.6)
    behaviour[::4] = (0.7, 0.5)
    return dict(zip(_INPUTS, (ids, (ids != 0).astype(np.int64), emotion, behaviour), strict=True))


def write_graph(model: Understander, inputs: dict[str, Any], path: Path) -> None:
    """One graph, float32, any batch and any length."""
    torch.onnx.export(
        model,
        tuple(torch.from_numpy(inputs[name][:2]) for name in _INPUTS),
        str(path),
        dynamo=False,
        opset_version=_OPSET,
        input_names=_INPUTS,
        output_names=_OUTPUTS,
        dynamic_axes={
            "input_ids": {0: "batch", 1: "tokens"},
            "attention_mask": {0: "batch", 1: "tokens"},
            "slots": {0: "batch", 1: "tokens"},
            **{
                name: {0: "batch"} for name in ("emotion", "behaviour", "intent", "text_emotion", "embedding")
            },
        },
    )


def quantise(whole: Path, small: Path) -> None:
    """INT8 weights per channel, 7 bits of range: without VNNI the 8-bit kernels would saturate."""
    with TemporaryDirectory() as scratch:
        prepared = Path(scratch) / "prepared.onnx"
        quant_pre_process(str(whole), str(prepared), skip_symbolic_shape=True)
        quantize_dynamic(
            str(prepared), str(small), per_channel=True, reduce_range=True, weight_type=QuantType.QInt8
        )


def run(path: Path, inputs: dict[str, Any]) -> dict[str, Any]:
    """The graph's outputs by name."""
    session = ort.InferenceSession(str(path), session_options(), providers=["CPUExecutionProvider"])
    return dict(zip(_OUTPUTS, session.run(_OUTPUTS, inputs), strict=True))


def check(model: Understander, whole: Path, small: Path, inputs: dict[str, Any]) -> dict[str, float]:
    """Differences of PyTorch, ONNX and INT8 on the same texts. Raises ParityError beyond the limits."""
    with torch.no_grad():
        trained = model(*(torch.from_numpy(inputs[name]) for name in _INPUTS))
    exported, quantised = run(whole, inputs), run(small, inputs)
    difference = max(
        float(np.abs(exported[name] - value.numpy()).max())
        for name, value in zip(_OUTPUTS, trained, strict=True)
    )
    asked = inputs["attention_mask"].astype(bool)
    figures = {
        "onnx_max_difference": difference,
        "int8_intent_agreement": _agreement(exported["intent"], quantised["intent"]),
        "int8_emotion_agreement": _agreement(exported["text_emotion"], quantised["text_emotion"]),
        "int8_tag_agreement": _agreement(exported["slots"][asked], quantised["slots"][asked]),
        "int8_embedding_cosine": float((exported["embedding"] * quantised["embedding"]).sum(-1).mean()),
    }
    if difference > _MAX_DIFFERENCE:
        raise ParityError(f"ONNX differs from PyTorch by {difference:.2g}, more than {_MAX_DIFFERENCE}")
    if min(share for name, share in figures.items() if name.startswith("int8")) < _MIN_AGREEMENT:
        raise ParityError(f"INT8 agrees with FP32 on less than {_MIN_AGREEMENT:.0%}: {figures}")
    if small.stat().st_size > _MAX_BYTES:
        raise ParityError(f"the INT8 model has {small.stat().st_size} bytes, more than {_MAX_BYTES}")
    return figures


def _agreement(one: Any, other: Any) -> float:
    return float((one.argmax(-1) == other.argmax(-1)).mean())


def median_ms(folder: Path, texts: Sequence[str]) -> float:
    """Milliseconds of processor time for one text, tokenising and decoding included."""
    encoder, times = Encoder(folder), []
    for text in texts:
        started = time.process_time()
        encoder.encode([text])
        times.append((time.process_time() - started) * 1000)
    return statistics.median(times)


def main(argv: Sequence[str]) -> int:
    parser = argparse.ArgumentParser(
        prog="python -m export onnx",
        description="Export the trained understanding model to ONNX INT8 and list it in the manifest.",
        epilog="example: python -m export onnx --trained work/understanding --models models",
    )
    parser.add_argument("--trained", type=Path, default=Path("work/understanding"))
    parser.add_argument("--models", type=Path, default=Path("models"))
    args = parser.parse_args(argv)
    model = load(args.trained)
    texts = [example.text for example in examples(99, _TEXTS)]
    inputs = feeds(args.trained, texts)
    with TemporaryDirectory(dir=args.trained) as scratch:
        whole, small = Path(scratch) / "float.onnx", Path(scratch) / "model.onnx"
        write_graph(model, inputs, whole)
        quantise(whole, small)
        figures = check(model, whole, small, inputs)
        content = small.read_bytes()
    version = hashlib.sha256(content).hexdigest()[:12]
    folder = args.models / "understanding"
    folder.mkdir(parents=True, exist_ok=True)
    (folder / "model.onnx").write_bytes(content)
    (folder / "vocab.txt").write_bytes((args.trained / "vocab.txt").read_bytes())
    config = {"max_tokens": MAX_TOKENS, "intents": [*Intent], "tags": [*TAGS], "version": version}
    (folder / "config.json").write_text(json.dumps(config, ensure_ascii=False) + "\n", encoding="utf-8")
    figures["median_ms"] = median_ms(folder, texts)
    print(f"{folder}: {len(content)} bytes, version {version}")
    print(json.dumps(figures, indent=1))
    trained = json.loads((args.trained / "training.json").read_text(encoding="utf-8"))
    entry = manifest.Entry(
        name="understanding",
        version=version,
        command=_COMMAND,
        made=date.today(),
        data=[*SOURCES, {"name": "export/data/shop_language.py", "licence": "Apache-2.0"}],
        metrics={name: round(value, 4) for name, value in {**trained, **figures}.items()},
        files=[folder / name for name in ("model.onnx", "vocab.txt", "config.json")],
    )
    manifest.record(args.models, entry)
    return 0
