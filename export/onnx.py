"""From PyTorch to an INT8 ONNX graph, compared at every step, for understanding.py and emotion.py."""

from __future__ import annotations

import warnings
from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import onnxruntime as ort
import torch
from onnxruntime.quantization import QuantType, quantize_dynamic
from onnxruntime.quantization.shape_inference import quant_pre_process

from export.parity import agreement, largest_difference, require
from runtime.understanding.encoder import session_options

_OPSET = 17
_MAX_DIFFERENCE = 1e-3
_MIN_AGREEMENT = 0.98


@dataclass(frozen=True, slots=True)
class Graph:
    """Names of what goes in and comes out; the first axis of each is the batch."""

    inputs: tuple[str, ...]
    outputs: tuple[str, ...]
    by_token: frozenset[str]  # those whose second axis is the token
    unit: frozenset[str] = frozenset()  # outputs of unit length; the others are logits


def write_graph(model: torch.nn.Module, graph: Graph, inputs: dict[str, Any], path: Path) -> None:
    """Float32, any batch and any length."""
    names = (*graph.inputs, *graph.outputs)
    with warnings.catch_warnings():  # the newer exporter needs more packages and writes larger graphs
        warnings.simplefilter("ignore")
        torch.onnx.export(
            model,
            tuple(torch.from_numpy(inputs[name][:2]) for name in graph.inputs),
            str(path),
            dynamo=False,
            opset_version=_OPSET,
            input_names=graph.inputs,
            output_names=graph.outputs,
            dynamic_axes={
                name: {0: "batch", 1: "tokens"} if name in graph.by_token else {0: "batch"} for name in names
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


def run(path: Path, graph: Graph, inputs: dict[str, Any]) -> dict[str, Any]:
    """The graph's outputs by name."""
    session = ort.InferenceSession(str(path), session_options(), providers=["CPUExecutionProvider"])
    return dict(zip(graph.outputs, session.run(graph.outputs, inputs), strict=True))


def int8(model: torch.nn.Module, graph: Graph, inputs: dict[str, Any]) -> tuple[bytes, dict[str, float]]:
    """The INT8 graph and how well it and the float graph agree with PyTorch on these inputs.

    Raises ParityFailed beyond the limits.
    """
    with TemporaryDirectory() as scratch:
        whole, small = Path(scratch) / "float.onnx", Path(scratch) / "model.onnx"
        write_graph(model, graph, inputs, whole)
        quantise(whole, small)
        with torch.no_grad():
            outputs = model(*(torch.from_numpy(inputs[name]) for name in graph.inputs))
        trained = {name: value.numpy() for name, value in zip(graph.outputs, outputs, strict=True)}
        figures = _compared(graph, trained, run(whole, graph, inputs), run(small, graph, inputs), inputs)
        return small.read_bytes(), figures


def _compared(
    graph: Graph,
    trained: dict[str, Any],
    exported: dict[str, Any],
    small: dict[str, Any],
    inputs: dict[str, Any],
) -> dict[str, float]:
    read = inputs["attention_mask"].astype(bool)
    figures = {
        "onnx_max_difference": max(largest_difference(exported[name], trained[name]) for name in trained)
    }
    for name in graph.outputs:
        rows = read if name in graph.by_token else slice(None)
        if name in graph.unit:
            figures[f"int8_{name}_cosine"] = float((exported[name] * small[name]).sum(-1).mean())
            continue
        figures[f"onnx_{name}_agreement"] = agreement(exported[name][rows], trained[name][rows])
        figures[f"int8_{name}_agreement"] = agreement(small[name][rows], exported[name][rows])
    shares = {name: _MIN_AGREEMENT for name in figures if name != "onnx_max_difference"}
    require(figures, shares, {"onnx_max_difference": _MAX_DIFFERENCE})
    return figures
