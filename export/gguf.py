"""Our Llama folder -> GGUF F16 -> 4 and 8 bits, with parity as part of the export.

The export fails when llama.cpp tokenises 500 prompts otherwise than the training tokenizer did, or when
its F16 logits pick another token than PyTorch's in more than 1 % of places.
"""

from __future__ import annotations

import argparse
import ctypes
import json
import sys
from dataclasses import asdict
from datetime import date
from itertools import islice
from pathlib import Path
from typing import Any

import gguf
import llama_cpp as lc
import numpy as np
import torch
from numpy.typing import NDArray
from tokenizers import Tokenizer  # type: ignore[import-untyped]
from transformers import LlamaConfig, LlamaForCausalLM

from export.data.replies import samples
from export.manifest import Entry, record
from export.report_generator import HELD_OUT_SEED, measure
from export.train.tokenizer import UNKNOWN, is_merged
from runtime.generation.prompt import END, SPECIALS

QUANTISATIONS = {
    "q4_0": lc.LLAMA_FTYPE_MOSTLY_Q4_0,
    "q4_k_m": lc.LLAMA_FTYPE_MOSTLY_Q4_K_M,
    "q8_0": lc.LLAMA_FTYPE_MOSTLY_Q8_0,
}
MODELS, DEMO = Path("models"), Path("firmware_config/demo")
COMMAND = (
    "python -m export tokenizer --to work/tokenizer.json && "
    "python -m export train-generator --tokenizer work/tokenizer.json --to work/generator "
    "--minutes 43 --rate 1.2e-3 && "
    "python -m export gguf --from work/generator --to work/gguf --ship q4_0"
)
PARITY_PROMPTS, TOKENIZER_PROMPTS = 40, 500
MIN_AGREEMENT = 0.99

_LAYER_TENSORS = {
    "self_attn.q_proj": "attn_q",
    "self_attn.k_proj": "attn_k",
    "self_attn.v_proj": "attn_v",
    "self_attn.o_proj": "attn_output",
    "mlp.gate_proj": "ffn_gate",
    "mlp.up_proj": "ffn_up",
    "mlp.down_proj": "ffn_down",
    "input_layernorm": "attn_norm",
    "post_attention_layernorm": "ffn_norm",
}


def main(argv: list[str]) -> int:
    parser = argparse.ArgumentParser(prog="export gguf", description=__doc__)
    parser.add_argument("--from", dest="source", type=Path, required=True, help="folder of train-generator")
    parser.add_argument("--to", type=Path, required=True, help="folder for generator-*.gguf")
    parser.add_argument("--ship", choices=QUANTISATIONS, help="the one to put into models/ and its manifest")
    parser.add_argument("--threads", type=int, default=1)
    arguments = parser.parse_args(argv)
    torch.set_num_threads(arguments.threads)
    lc.llama_log_set(_quiet, ctypes.c_void_p(0))
    arguments.to.mkdir(parents=True, exist_ok=True)
    tokenizer = Tokenizer.from_file(str(arguments.source / "tokenizer.json"))
    model = LlamaForCausalLM.from_pretrained(arguments.source / "model").eval()
    full = arguments.to / "generator-f16.gguf"
    write_f16(model, tokenizer, full)
    found = parity(model, tokenizer, full)
    for name, kind in QUANTISATIONS.items():
        found[name] = quantise(full, arguments.to / f"generator-{name}.gguf", kind, tokenizer)
    print(json.dumps(found, indent=1))
    if not found["passed"]:
        return 1
    if arguments.ship:
        ship(arguments.source, arguments.to / f"generator-{arguments.ship}.gguf", found)
    return 0


def ship(source: Path, quantised: Path, found: dict[str, Any]) -> None:
    """Copy a quantised model into models/ and record it with what it scores there."""
    shipped = MODELS / "generator" / quantised.name
    shipped.parent.mkdir(parents=True, exist_ok=True)
    shipped.write_bytes(quantised.read_bytes())
    training = json.loads((source / "training.json").read_text("utf-8"))
    metrics = {f"training_{key}": value for key, value in training.items()}
    metrics["f16_top1_agreement"] = found["top1_agreement"]
    metrics["perplexity_ratio_to_f16"] = found[quantised.stem.removeprefix("generator-")]["perplexity_ratio"]
    for name, scored, _, _ in measure(shipped, DEMO, count=200):
        metrics |= {f"{name.replace(' ', '_')}_{key}": value for key, value in asdict(scored).items()}
    entry = Entry(
        name="generator",
        version="1",
        command=COMMAND,
        made=date.today(),
        data=[
            {"name": "export/data/replies.py and goods.py, generated with the seed", "licence": "Apache-2.0"}
        ],
        metrics=metrics,
        files=[shipped],
    )
    record(MODELS, entry)


def write_f16(model: LlamaForCausalLM, tokenizer: Tokenizer, path: Path) -> None:
    writer = gguf.GGUFWriter(path, "llama")
    config = model.config
    writer.add_name("Zhanggui generator")
    writer.add_license("Apache-2.0")
    writer.add_file_type(gguf.LlamaFileType.MOSTLY_F16)
    writer.add_vocab_size(config.vocab_size)
    writer.add_context_length(config.max_position_embeddings)
    writer.add_embedding_length(config.hidden_size)
    writer.add_block_count(config.num_hidden_layers)
    writer.add_feed_forward_length(config.intermediate_size)
    writer.add_head_count(config.num_attention_heads)
    writer.add_head_count_kv(config.num_key_value_heads)
    writer.add_rope_dimension_count(config.hidden_size // config.num_attention_heads)
    writer.add_rope_freq_base(config.rope_theta)
    writer.add_layer_norm_rms_eps(config.rms_norm_eps)
    _write_vocabulary(writer, tokenizer)
    for name, values in _tensors(model.state_dict(), config):
        writer.add_tensor(name, values)
    writer.write_header_to_file()
    writer.write_kv_data_to_file()
    writer.write_tensors_to_file()
    writer.close()


def _write_vocabulary(writer: gguf.GGUFWriter, tokenizer: Tokenizer) -> None:
    tokens = [tokenizer.id_to_token(number) for number in range(tokenizer.get_vocab_size())]
    writer.add_tokenizer_model("llama")
    writer.add_token_list(tokens)
    # llama.cpp joins the neighbours with the highest score first: earlier merges score higher.
    writer.add_token_scores([-float(n) if is_merged(token) else 0.0 for n, token in enumerate(tokens)])
    writer.add_token_types([_token_type(token) for token in tokens])
    end = tokenizer.token_to_id(END)
    writer.add_unk_token_id(tokenizer.token_to_id(UNKNOWN))
    writer.add_bos_token_id(end)  # never added; llama.cpp wants one
    writer.add_eos_token_id(end)
    writer.add_add_bos_token(False)
    writer.add_add_eos_token(False)
    writer.add_add_space_prefix(False)


def _token_type(token: str) -> gguf.TokenType:
    if token == UNKNOWN:
        return gguf.TokenType.UNKNOWN
    if token in SPECIALS:
        return gguf.TokenType.CONTROL
    return gguf.TokenType.BYTE if token.startswith("<0x") else gguf.TokenType.NORMAL


def _tensors(state: dict[str, torch.Tensor], config: LlamaConfig) -> list[tuple[str, NDArray[np.float32]]]:
    """GGUF names and values; matrices in half precision, norms in full. Output is tied to the embedding."""
    named = {"token_embd": "model.embed_tokens", "output_norm": "model.norm"}
    for layer in range(config.num_hidden_layers):
        named |= {
            f"blk.{layer}.{ours}": f"model.layers.{layer}.{theirs}" for theirs, ours in _LAYER_TENSORS.items()
        }
    found = []
    for name, source in named.items():
        values = state[f"{source}.weight"].float().numpy()
        if name.endswith(("attn_q", "attn_k")):
            values = _interleave(values, config.num_attention_heads)
        found.append((f"{name}.weight", values.astype(np.float16) if values.ndim == 2 else values))
    return found


def _interleave(weights: NDArray[np.float32], heads: int) -> NDArray[np.float32]:
    """Hugging Face rotates halves of a head, llama.cpp rotates neighbours."""
    rows, columns = weights.shape
    return weights.reshape(heads, 2, rows // heads // 2, columns).swapaxes(1, 2).reshape(rows, columns)


# --- parity ----------------------------------------------------------------------------------


class Loaded:
    """A GGUF model in llama.cpp that scores whole texts."""

    def __init__(self, path: Path, context: int = 512) -> None:
        self.model = lc.llama_model_load_from_file(str(path).encode(), lc.llama_model_default_params())
        if not self.model:
            raise SystemExit(f"{path}: llama.cpp cannot load it")
        params = lc.llama_context_default_params()
        params.n_ctx = params.n_batch = params.n_ubatch = context
        params.n_threads = params.n_threads_batch = 1
        self.context = lc.llama_init_from_model(self.model, params)
        self.vocab = lc.llama_model_get_vocab(self.model)

    def tokens(self, text: str) -> list[int]:
        raw = text.encode()
        buffer = (lc.llama_token * (len(raw) + 8))()
        return list(buffer[: lc.llama_tokenize(self.vocab, raw, len(raw), buffer, len(buffer), False, True)])

    def logits(self, tokens: list[int]) -> NDArray[np.float32]:
        """Shape (tokens, vocabulary)."""
        lc.llama_memory_clear(lc.llama_get_memory(self.context), True)
        batch = lc.llama_batch_init(len(tokens), 0, 1)
        batch.n_tokens = len(tokens)
        for place, token in enumerate(tokens):
            batch.token[place], batch.pos[place] = token, place
            batch.n_seq_id[place], batch.seq_id[place][0], batch.logits[place] = 1, 0, 1
        if lc.llama_decode(self.context, batch) != 0:
            raise SystemExit("llama.cpp could not decode a prompt")
        size = lc.llama_vocab_n_tokens(self.vocab)
        flat = lc.llama_get_logits(self.context)
        found = np.ctypeslib.as_array(flat, shape=(len(tokens), size)).copy()
        lc.llama_batch_free(batch)
        return found

    def close(self) -> None:
        lc.llama_free(self.context)
        lc.llama_model_free(self.model)


def parity(model: LlamaForCausalLM, tokenizer: Tokenizer, path: Path) -> dict[str, Any]:
    """F16 in llama.cpp against PyTorch: tokens, best token at every place, largest difference of logits."""
    loaded = Loaded(path)
    texts = [sample.prompt + sample.reply for sample in samples(HELD_OUT_SEED, TOKENIZER_PROMPTS)]
    odd = ["ＡＢ c  d", "鑫淼 emoji😀 x", "① 100㎡ 1.5匹", "<|user|>龘<|bot|>", "Wi-Fi 6E ​５Ｇ", "▁_▁"]
    differ = [t for t in [*texts, *odd] if loaded.tokens(t) != tokenizer.encode(t).ids]
    for text in differ[:3]:
        print("tokenised otherwise:", text, file=sys.stderr)
    same = places = 0
    worst = 0.0
    for text in texts[:: TOKENIZER_PROMPTS // PARITY_PROMPTS]:
        ids = tokenizer.encode(text).ids
        with torch.inference_mode():
            expected = model(input_ids=torch.tensor([ids])).logits[0].numpy()
        got = loaded.logits(ids)
        same += int((got.argmax(1) == expected.argmax(1)).sum())
        places += len(ids)
        worst = max(worst, float(np.abs(got - expected).max()))
    loaded.close()
    agreement = same / places
    return {
        "tokenised_otherwise": len(differ),
        "top1_agreement": round(agreement, 5),
        "max_logit_difference": round(worst, 4),
        "passed": not differ and agreement >= MIN_AGREEMENT,
    }


def quantise(full: Path, to: Path, kind: int, tokenizer: Tokenizer) -> dict[str, Any]:
    """Writes ``to``; gives its bytes and how much worse it predicts replies than F16 (perplexity ratio)."""
    params = lc.llama_model_quantize_default_params()
    params.ftype, params.nthread = kind, 1
    if lc.llama_model_quantize(str(full).encode(), str(to).encode(), ctypes.byref(params)) != 0:
        raise SystemExit(f"{to}: quantisation failed")
    ratio = float(np.exp(_loss(to, tokenizer) - _loss(full, tokenizer)))
    return {"bytes": to.stat().st_size, "perplexity_ratio": round(ratio, 4)}


def _loss(path: Path, tokenizer: Tokenizer) -> float:
    """Mean negative log-likelihood of held-out reply tokens, in nats."""
    loaded = Loaded(path)
    losses = []
    for sample in islice(samples(HELD_OUT_SEED, 300), 0, None, 5):
        start = len(tokenizer.encode(sample.prompt).ids)
        ids = tokenizer.encode(sample.prompt + sample.reply + END).ids
        logits = loaded.logits(ids)[start - 1 : -1]
        peak = logits.max(1, keepdims=True)
        total = peak[:, 0] + np.log(np.exp(logits - peak).sum(1))
        losses.append(total - logits[np.arange(len(logits)), ids[start:]])
    loaded.close()
    return float(np.concatenate(losses).mean())


def _ignore(_level: int, _text: bytes, _data: ctypes.c_void_p) -> None:
    pass


_quiet = lc.llama_log_callback(_ignore)
