"""A Hugging Face tokenizer as GGUF metadata, so that llama.cpp tokenises as training did.

Byte-fallback BPE (ours, and SentencePiece models such as Llama 2's) becomes "llama", which joins the
neighbours whose concatenation scores best; byte-level BPE (Qwen, Llama 3) becomes "gpt2" with its merges.
"""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import gguf
from transformers import AutoTokenizer, PreTrainedTokenizerFast

from export.errors import BadSource
from runtime.generation.prompt import END

# The expression by which a byte-level tokenizer cuts text, and llama.cpp's name for it.
_WORDS = r"(?i:'s|'t|'re|'ve|'m|'ll|'d)|[^\r\n\p{L}\p{N}]?\p{L}+|"
_REST = r"| ?[^\s\p{L}\p{N}]+[\r\n]*|\s*[\r\n]+|\s+(?!\S)|\s+"
QWEN2_CUT, LLAMA3_CUT = rf"{_WORDS}\p{{N}}{_REST}", rf"{_WORDS}\p{{N}}{{1,3}}{_REST}"
_CUTS = {QWEN2_CUT: "qwen2", LLAMA3_CUT: "llama-bpe", None: "gpt-2"}


def read_tokenizer(folder: Path) -> PreTrainedTokenizerFast:
    """The folder's tokenizer; a lone tokenizer.json is taken for one of ours."""
    if not (folder / "tokenizer.json").is_file():
        raise BadSource(f"{folder}: no tokenizer.json; save the tokenizer there with save_pretrained")
    if (folder / "tokenizer_config.json").is_file():
        return AutoTokenizer.from_pretrained(folder)
    return PreTrainedTokenizerFast(tokenizer_file=str(folder / "tokenizer.json"), eos_token=END)


def is_ours(tokenizer: PreTrainedTokenizerFast) -> bool:
    return END in tokenizer.get_vocab()


def write_vocabulary(writer: gguf.GGUFWriter, tokenizer: PreTrainedTokenizerFast, size: int) -> None:
    """Tokens, their kinds, how they join, special ids and the chat template; ``size`` is the embedding's."""
    state = json.loads(tokenizer.backend_tokenizer.to_str())
    model = state["model"]
    if model["type"] != "BPE":
        raise BadSource(f"a tokenizer of type {model['type']} cannot be exported, only BPE")
    tokens = {number: token for token, number in tokenizer.get_vocab().items()}
    listed = [tokens.get(number, f"[PAD{number}]") for number in range(size)]
    merges = [pair.split(" ") if isinstance(pair, str) else pair for pair in model["merges"]]
    if model["byte_fallback"]:
        writer.add_tokenizer_model("llama")
        writer.add_token_scores(_scores(listed, merges))
        writer.add_add_space_prefix("Prepend" in json.dumps([state["normalizer"], state["pre_tokenizer"]]))
    else:
        writer.add_tokenizer_model("gpt2")
        writer.add_tokenizer_pre(_pre(state["pre_tokenizer"]))
        writer.add_token_merges([" ".join(pair) for pair in merges])
    writer.add_token_list(listed)
    writer.add_token_types(_types(listed, tokens, state["added_tokens"], model))
    _write_specials(writer, tokenizer)


def _scores(tokens: list[str], merges: list[list[str]]) -> list[float]:
    """llama.cpp joins the neighbours with the highest score first: earlier merges score higher."""
    ranks: dict[str, int] = {}
    for rank, pair in enumerate(merges):
        ranks.setdefault("".join(pair), rank)
    return [-float(ranks.get(token, 0)) for token in tokens]


def _pre(pre_tokenizer: dict[str, Any]) -> str:
    steps = pre_tokenizer.get("pretokenizers", [pre_tokenizer])
    cuts = [step["pattern"].get("Regex") for step in steps if step["type"] == "Split"]
    cut = cuts[0] if cuts else None
    if len(cuts) > 1 or cut not in _CUTS:
        raise BadSource(f"llama.cpp's name for this way of cutting text is not known here: {cuts}")
    return _CUTS[cut]


def _types(
    listed: list[str], known: dict[int, str], added: list[dict[str, Any]], model: dict[str, Any]
) -> list[gguf.TokenType]:
    kind = gguf.TokenType
    types = [kind.NORMAL if number in known else kind.UNUSED for number in range(len(listed))]
    for number, token in enumerate(listed):
        if model["byte_fallback"] and token.startswith("<0x") and len(token) == 6:
            types[number] = kind.BYTE
    for one in added:
        types[one["id"]] = kind.CONTROL if one["special"] else kind.USER_DEFINED
    if model["unk_token"] in known.values():
        types[listed.index(model["unk_token"])] = kind.UNKNOWN
    return types


def _write_specials(writer: gguf.GGUFWriter, tokenizer: PreTrainedTokenizerFast) -> None:
    end = tokenizer.eos_token_id
    if end is None:
        raise BadSource("the tokenizer names no eos_token: a reply could not end")
    begin = end if tokenizer.bos_token_id is None else tokenizer.bos_token_id  # llama.cpp wants one
    around = tokenizer("x").input_ids
    writer.add_eos_token_id(end)
    writer.add_bos_token_id(begin)
    if tokenizer.unk_token_id is not None:
        writer.add_unk_token_id(tokenizer.unk_token_id)
    writer.add_add_bos_token(around[0] == begin)
    writer.add_add_eos_token(around[-1] == end)
    if tokenizer.chat_template:
        writer.add_chat_template(tokenizer.chat_template)
