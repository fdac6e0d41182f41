"""Models of every architecture that can be exported, random and tiny, with tokenizers trained on the spot.

Only the export environment has torch: test modules import this after ``pytest.importorskip("torch")``.
"""

from __future__ import annotations

import re
from itertools import chain
from pathlib import Path

import torch
from tokenizers import (  # type: ignore[import-untyped]
    Regex,
    Tokenizer,
    decoders,
    models,
    normalizers,
    pre_tokenizers,
    trainers,
)
from transformers import (
    AutoModelForCausalLM,
    AutoModelForSequenceClassification,
    BertConfig,
    DistilBertConfig,
    ElectraConfig,
    LlamaConfig,
    PretrainedConfig,
    PreTrainedTokenizerFast,
    Qwen2Config,
    Qwen3Config,
)

from export.bert_family import bare, write_vocabulary
from export.data.replies import samples
from export.train.model import Understander
from export.train.vocab import build
from export.vocabulary import LLAMA3_CUT, QWEN2_CUT

START, END, EMPTY = "<|im_start|>", "<|im_end|>", "<|endoftext|>"
CHAT_TEMPLATE = (
    "{% for m in messages %}<|im_start|>{{ m['role'] }}\n{{ m['content'] }}<|im_end|>\n{% endfor %}"
    "{% if add_generation_prompt %}<|im_start|>assistant\n{% endif %}"
)
_WIDTH, _HEADS = 64, 4


def texts() -> list[str]:
    """Some of what a shop says, without our marks, to learn tokens from."""
    said = chain.from_iterable((turn.prompt, turn.reply) for turn in samples(3, 40))
    return [re.sub(r"<\|\w+\|>", "\n", text) for text in said]


def byte_level(cut: str) -> Tokenizer:
    """Qwen's kind (QWEN2_CUT) or Llama 3's, which takes a whole word that is a token as it stands."""
    tokenizer = Tokenizer(models.BPE(ignore_merges=cut == LLAMA3_CUT))
    tokenizer.normalizer = normalizers.NFC() if cut == QWEN2_CUT else None
    tokenizer.pre_tokenizer = pre_tokenizers.Sequence(
        [
            pre_tokenizers.Split(Regex(cut), "isolated"),
            pre_tokenizers.ByteLevel(add_prefix_space=False, use_regex=False),
        ]
    )
    tokenizer.decoder = decoders.ByteLevel()
    alphabet = pre_tokenizers.ByteLevel.alphabet()
    trainer = trainers.BpeTrainer(vocab_size=500, initial_alphabet=alphabet, show_progress=False)
    tokenizer.train_from_iterator(texts(), trainer)
    tokenizer.add_special_tokens([EMPTY, START, END])
    return tokenizer


def sentence_piece() -> Tokenizer:
    """Llama 2's kind: byte fallback, a blank put in front; every way to build a token is a merge."""
    learner = Tokenizer(models.BPE())
    learner.pre_tokenizer = pre_tokenizers.Split("▁", "merged_with_next")
    plain = [text.replace(" ", "▁") for text in texts()]
    learner.train_from_iterator(plain, trainers.BpeTrainer(vocab_size=1500, show_progress=False))
    learned = sorted(learner.get_vocab().items(), key=lambda item: item[1])
    tokens = [
        "<unk>",
        "<s>",
        "</s>",
        *(f"<0x{byte:02X}>" for byte in range(256)),
        *(one for one, _ in learned),
    ]
    known = {token: number for number, token in enumerate(dict.fromkeys(tokens))}
    merges = [
        (token[:cut], token[cut:])
        for token in known
        if not token.startswith("<")
        for cut in range(1, len(token))
        if token[:cut] in known and token[cut:] in known
    ]
    tokenizer = Tokenizer(models.BPE(known, merges, unk_token="<unk>", byte_fallback=True, fuse_unk=True))
    tokenizer.normalizer = normalizers.Sequence([normalizers.Prepend("▁"), normalizers.Replace(" ", "▁")])
    tokenizer.decoder = decoders.Sequence(
        [decoders.Replace("▁", " "), decoders.ByteFallback(), decoders.Fuse(), decoders.Strip(" ", 1, 0)]
    )
    tokenizer.add_special_tokens(["<unk>", "<s>", "</s>"])
    return tokenizer


def tokenizer_of(kind: str) -> PreTrainedTokenizerFast:
    if kind == "llama":
        return PreTrainedTokenizerFast(
            tokenizer_object=sentence_piece(), bos_token="<s>", eos_token="</s>", unk_token="<unk>"
        )
    cut = LLAMA3_CUT if kind == "llama3" else QWEN2_CUT
    return PreTrainedTokenizerFast(
        tokenizer_object=byte_level(cut), eos_token=END, pad_token=EMPTY, chat_template=CHAT_TEMPLATE
    )


def causal_config(kind: str, vocab_size: int) -> PretrainedConfig:
    """Grouped keys; odd head sizes for Qwen3, a stretched context for Llama 3, padded rows as Qwen has."""
    shape = {
        "vocab_size": vocab_size + 5,
        "hidden_size": _WIDTH,
        "intermediate_size": 96,
        "num_hidden_layers": 2,
        "num_attention_heads": _HEADS,
        "num_key_value_heads": 2,
        "max_position_embeddings": 1024,
        "initializer_range": 0.3,  # choices far enough apart for agreement to mean something
        "bos_token_id": None,
        "eos_token_id": None,
    }
    if kind == "qwen2":
        return Qwen2Config(**shape, tie_word_embeddings=True)
    if kind == "qwen3":
        return Qwen3Config(**shape, head_dim=32, tie_word_embeddings=True)
    scaling = {
        "rope_type": "llama3",
        "factor": 8.0,
        "low_freq_factor": 1.0,
        "high_freq_factor": 4.0,
        "original_max_position_embeddings": 128,
    }
    stretched = {"rope_scaling": scaling, "attention_bias": True} if kind == "llama3" else {}
    return LlamaConfig(**shape, tie_word_embeddings=False, **stretched)


def causal_folder(kind: str, folder: Path) -> Path:
    """llama, llama3, qwen2 or qwen3: a folder as save_pretrained leaves it."""
    torch.manual_seed(7)
    tokenizer = tokenizer_of(kind)
    model = AutoModelForCausalLM.from_config(causal_config(kind, len(tokenizer)))
    for (
        name,
        values,
    ) in model.named_parameters():  # biases and norms begin as 0 and 1, which would hide errors
        if values.ndim == 1:
            torch.nn.init.normal_(values, 1.0 if "norm" in name else 0.0, 0.3)
    model.save_pretrained(folder)
    tokenizer.save_pretrained(folder)
    return folder


def bert_config(kind: str, vocab_size: int) -> PretrainedConfig:
    shape = {"vocab_size": vocab_size, "max_position_embeddings": 64}
    if kind == "distilbert":
        return DistilBertConfig(**shape, dim=_WIDTH, n_layers=2, n_heads=_HEADS, hidden_dim=96)
    known = {**shape, "hidden_size": _WIDTH, "num_hidden_layers": 2, "num_attention_heads": _HEADS}
    if kind == "electra":
        return ElectraConfig(**known, embedding_size=32, intermediate_size=96)
    return BertConfig(**known, intermediate_size=96)


def vocabulary() -> list[str]:
    return build(texts())


def encoder_folder(kind: str, folder: Path) -> Path:
    """bert, electra or distilbert, without heads."""
    torch.manual_seed(7)
    tokens = vocabulary()
    bare(bert_config(kind, len(tokens))).save_pretrained(folder)
    write_vocabulary(folder, tokens)
    return folder


def heads_folder(kind: str, folder: Path) -> Path:
    """As train-understanding leaves it."""
    torch.manual_seed(7)
    tokens = vocabulary()
    model = Understander(bare(bert_config(kind, len(tokens))))
    for head in (model.intent_head, model.emotion_head, model.slot_head):
        _decide(head)
    folder.mkdir()
    model.encoder.config.save_pretrained(folder)
    torch.save(model.state_dict(), folder / "model.pt")
    write_vocabulary(folder, tokens)
    return folder


def _decide(head: torch.nn.Linear) -> None:
    """Random choices are close calls, which INT8 decides otherwise: make them clearer."""
    torch.nn.init.normal_(head.bias, 0.0, 2.0)
    head.weight.data *= 0.1


def emotion_folder(folder: Path, labels: tuple[str, ...] = ("开心", "中性", "愤怒", "犹豫")) -> Path:
    torch.manual_seed(7)
    tokens = vocabulary()
    config = bert_config("bert", len(tokens))
    config.id2label = dict(enumerate(labels))
    config.label2id = {label: number for number, label in enumerate(labels)}
    model = AutoModelForSequenceClassification.from_config(config)
    _decide(model.classifier)
    model.save_pretrained(folder)
    write_vocabulary(folder, tokens)
    (folder / "tokenizer_config.json").write_text(
        '{"tokenizer_class": "BertTokenizer", "do_lower_case": true}', encoding="utf-8"
    )
    return folder
