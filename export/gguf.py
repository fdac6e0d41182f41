"""A Llama, Qwen2 or Qwen3 model as a GGUF file in half precision. Tensor names are the gguf package's."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import gguf
import numpy as np
import torch
from numpy.typing import NDArray
from transformers import PreTrainedModel, PreTrainedTokenizerFast

from export.errors import BadSource
from export.vocabulary import write_vocabulary

_ARCHITECTURES = {
    "llama": gguf.MODEL_ARCH.LLAMA,
    "qwen2": gguf.MODEL_ARCH.QWEN2,
    "qwen3": gguf.MODEL_ARCH.QWEN3,
}
_OWN_FREQUENCIES = "llama"  # the only one of them for which llama.cpp reads rope_freqs


def write_f16(
    model: PreTrainedModel, tokenizer: PreTrainedTokenizerFast, path: Path, name: str, licence: str
) -> None:
    """Matrices in half precision, vectors in full. Raises BadSource for other architectures."""
    config = model.config
    if config.model_type not in _ARCHITECTURES:
        raise BadSource(f"{config.model_type} models cannot be exported, only {', '.join(_ARCHITECTURES)}")
    writer = gguf.GGUFWriter(path, gguf.MODEL_ARCH_NAMES[_ARCHITECTURES[config.model_type]])
    writer.add_name(name)
    writer.add_license(licence)
    writer.add_file_type(gguf.LlamaFileType.MOSTLY_F16)
    _write_shape(writer, config)
    write_vocabulary(writer, tokenizer, config.vocab_size)
    for tensor, values in _tensors(model):
        writer.add_tensor(tensor, values)
    writer.write_header_to_file()
    writer.write_kv_data_to_file()
    writer.write_tensors_to_file()
    writer.close()


def _write_shape(writer: gguf.GGUFWriter, config: Any) -> None:
    head = _head_size(config)
    writer.add_vocab_size(config.vocab_size)
    writer.add_context_length(config.max_position_embeddings)
    writer.add_embedding_length(config.hidden_size)
    writer.add_block_count(config.num_hidden_layers)
    writer.add_feed_forward_length(config.intermediate_size)
    writer.add_head_count(config.num_attention_heads)
    writer.add_head_count_kv(config.num_key_value_heads)
    writer.add_key_length(head)
    writer.add_value_length(head)
    writer.add_rope_dimension_count(head)
    writer.add_rope_freq_base(config.rope_theta)
    writer.add_layer_norm_rms_eps(config.rms_norm_eps)


def _head_size(config: Any) -> int:
    return int(getattr(config, "head_dim", None) or config.hidden_size // config.num_attention_heads)


def _tensors(model: PreTrainedModel) -> Iterator[tuple[str, NDArray[Any]]]:
    """GGUF names and values; an output that is tied to the embedding is left out."""
    config = model.config
    names = gguf.get_tensor_name_map(_ARCHITECTURES[config.model_type], config.num_hidden_layers)
    heads = {"q_proj": config.num_attention_heads, "k_proj": config.num_key_value_heads}
    for source, tensor in model.state_dict().items():
        if source == "lm_head.weight" and config.tie_word_embeddings:
            continue
        name = names.get_name(source, try_suffixes=(".weight", ".bias"))
        if name is None:
            raise BadSource(f"{source} has no place in a {config.model_type} GGUF file")
        values = tensor.float().numpy()
        part = source.split(".")[-2]
        if config.model_type == "llama" and part in heads:
            values = interleave(values, heads[part])
        yield name, values.astype(np.float16) if values.ndim == 2 else values
    yield from _frequencies(model)


def _frequencies(model: PreTrainedModel) -> Iterator[tuple[str, NDArray[Any]]]:
    """By how much each rotation is slowed down, where the model stretches its context (Llama 3)."""
    config = model.config
    head = _head_size(config)
    plain = 1.0 / config.rope_theta ** (torch.arange(0, head, 2).float() / head)
    slower = plain / model.model.rotary_emb.inv_freq.float()
    if torch.allclose(slower, torch.ones_like(slower)):
        return
    if config.model_type != _OWN_FREQUENCIES:
        raise BadSource(f"rope_scaling of a {config.model_type} model cannot be exported")
    yield "rope_freqs.weight", slower.numpy()


def interleave(values: NDArray[Any], heads: int) -> NDArray[Any]:
    """Rows of a matrix or bias: Hugging Face rotates halves of a head, llama.cpp rotates neighbours."""
    rest = values.shape[1:]
    halves = values.reshape(heads, 2, -1, *rest)
    return halves.swapaxes(1, 2).reshape(values.shape)
