"""A tiny random model of each architecture through the whole export; what differs fails it."""

from __future__ import annotations

import tomllib
from pathlib import Path

import numpy as np
import pytest

torch = pytest.importorskip("torch", reason="only the export environment has torch")

from export import generator  # noqa: E402
from export.errors import BadSource, ParityFailed  # noqa: E402
from export.llama import Loaded  # noqa: E402
from export.origin import read_origin  # noqa: E402
from tests.export import tiny_torch  # noqa: E402

FEW = 4


@pytest.fixture(autouse=True)
def _patience(monkeypatch: pytest.MonkeyPatch) -> None:
    """Random choices are close calls, and four bits cost random weights more than trained ones."""
    monkeypatch.setitem(generator.AT_LEAST, "f16_top1_agreement", 0.97)
    for name in ("q4_0", "q4_k_m"):
        monkeypatch.setitem(generator.AT_MOST, f"{name}_perplexity_ratio", 2.0)


def exported(source: Path, to: Path, adapter: Path | None = None) -> dict[str, float]:
    return generator.export(source, adapter, to, read_origin(source), FEW)


@pytest.mark.parametrize("kind", ["llama", "llama3", "qwen2", "qwen3"])
def test_every_architecture_says_the_same_in_llama_cpp(kind: str, tmp_path: Path) -> None:
    figures = exported(tiny_torch.causal_folder(kind, tmp_path / kind), tmp_path / "gguf")
    assert figures["tokenised_otherwise"] == 0
    assert figures["f16_top1_agreement"] >= 0.97
    (entry,) = tomllib.loads((tmp_path / "manifest.toml").read_text(encoding="utf-8"))["model"]
    assert {Path(file["path"]).name for file in entry["file"]} == {
        f"generator-{name}.gguf" for name in ("f16", "q4_0", "q4_k_m", "q8_0")
    }


def test_the_chat_template_comes_along(tmp_path: Path) -> None:
    exported(tiny_torch.causal_folder("qwen2", tmp_path / "qwen2"), tmp_path / "gguf")
    with Loaded(tmp_path / "gguf" / "generator-q4_0.gguf", 64) as loaded:
        assert loaded.chat_template() == tiny_torch.CHAT_TEMPLATE


def test_a_model_that_says_otherwise_fails_the_export(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Heads rotated the wrong way: the commonest mistake of such a writer."""
    monkeypatch.setattr("export.gguf.interleave", lambda values, _heads: values)
    with pytest.raises(ParityFailed, match="f16_top1_agreement"):
        exported(tiny_torch.causal_folder("llama", tmp_path / "llama"), tmp_path / "gguf")
    assert not (tmp_path / "manifest.toml").exists()


def test_a_quantisation_that_costs_too_much_fails_the_export(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(generator.AT_MOST, "q4_0_perplexity_ratio", 0.5)
    with pytest.raises(ParityFailed, match="q4_0_perplexity_ratio"):
        exported(tiny_torch.causal_folder("qwen3", tmp_path / "qwen3"), tmp_path / "gguf")


def test_an_adapter_is_merged(tmp_path: Path) -> None:
    peft = pytest.importorskip("peft")
    source = tiny_torch.causal_folder("qwen2", tmp_path / "qwen2")
    model, _ = generator.load(source, None)
    torch.manual_seed(7)
    config = peft.LoraConfig(r=2, target_modules=["q_proj", "v_proj"], init_lora_weights=False)
    peft.get_peft_model(model, config).save_pretrained(tmp_path / "adapter")
    plain, _ = generator.load(source, None)
    merged, _ = generator.load(source, tmp_path / "adapter")
    name = "model.layers.0.self_attn.q_proj.weight"
    assert not np.allclose(plain.state_dict()[name], merged.state_dict()[name])
    exported(source, tmp_path / "gguf", tmp_path / "adapter")


def test_another_kind_of_folder_is_named(tmp_path: Path) -> None:
    with pytest.raises(BadSource, match="tokenizer"):
        exported(tmp_path, tmp_path / "gguf")
