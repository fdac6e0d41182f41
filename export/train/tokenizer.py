"""The generator's tokenizer: BPE with byte fallback that llama.cpp's "llama" tokenizer reproduces.

Only runs of Chinese characters merge: every digit, letter, mark and space is a token of its own, so a
figure is copied digit by digit and never hides in a word. llama.cpp merges any two neighbours whose
concatenation is a token, by score; therefore the merge list holds every way to build each token.
"""

from __future__ import annotations

import argparse
import re
from collections.abc import Iterator, Sequence
from itertools import groupby
from pathlib import Path

from tokenizers import (  # type: ignore[import-untyped]
    Regex,
    Tokenizer,
    decoders,
    models,
    normalizers,
    pre_tokenizers,
    trainers,
)

from export.data.replies import samples
from runtime.generation.prompt import SPECIALS

VOCABULARY = 6144
UNKNOWN = "<unk>"
SPACE = "▁"
_HAN = "\u4e00-\u9fff"
_MARKS = "，。？！；：、（）“”‘’《》【】…—～·→℃㎡³²×±￥%°" + "".join(map(chr, range(33, 127)))


def main(argv: Sequence[str]) -> int:
    parser = argparse.ArgumentParser(
        prog="python -m export tokenizer",
        description="Learn the generator's tokenizer from generated turns.",
        epilog="example: python -m export tokenizer --to work/tokenizer.json",
    )
    parser.add_argument("--to", type=Path, required=True, help="tokenizer.json to write")
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--samples", type=int, default=30_000)
    args = parser.parse_args(argv)
    tokenizer = train(args.seed, args.samples)
    args.to.parent.mkdir(parents=True, exist_ok=True)
    tokenizer.save(str(args.to))
    print(f"{args.to}: {tokenizer.get_vocab_size()} tokens")
    return 0


def train(seed: int, count: int) -> Tokenizer:
    """A tokenizer of exactly VOCABULARY tokens, learned from ``count`` generated turns."""
    learner = Tokenizer(models.BPE())
    learner.pre_tokenizer = pre_tokenizers.Split(Regex(f"[^{_HAN}]"), "isolated")
    reserved = [UNKNOWN, *SPECIALS, *(f"<0x{byte:02X}>" for byte in range(256))]
    trainer = trainers.BpeTrainer(
        vocab_size=VOCABULARY - len(reserved),
        initial_alphabet=common_characters(),
        min_frequency=8,
        max_token_length=5,
        show_progress=False,
    )
    learner.train_from_iterator(_texts(seed, count), trainer)
    learned = sorted(learner.get_vocab().items(), key=lambda item: item[1])
    return assemble([*reserved, *(token for token, _ in learned)])


def assemble(tokens: list[str]) -> Tokenizer:
    """The tokenizer of these tokens, earlier ones preferred; the order is the ids and the merge ranks."""
    vocabulary = {token: number for number, token in enumerate(tokens)}
    merges = [
        (token[:cut], token[cut:])
        for token in tokens
        if is_merged(token)
        for cut in range(1, len(token))
        if token[:cut] in vocabulary and token[cut:] in vocabulary
    ]
    tokenizer = Tokenizer(
        models.BPE(vocabulary, merges, unk_token=UNKNOWN, byte_fallback=True, fuse_unk=False)
    )
    tokenizer.normalizer = normalizers.Replace(" ", SPACE)
    tokenizer.decoder = decoders.Sequence(
        [decoders.Replace(SPACE, " "), decoders.ByteFallback(), decoders.Fuse()]
    )
    tokenizer.add_special_tokens([UNKNOWN, *SPECIALS])
    return tokenizer


def is_merged(token: str) -> bool:
    return len(token) > 1 and re.fullmatch(f"[{_HAN}]+", token) is not None


def common_characters() -> list[str]:
    """The 3,755 characters of GB 2312's first level, and the marks, digits and letters we write with."""
    rows = (bytes((high, low)) for high in range(0xB0, 0xD8) for low in range(0xA1, 0xFF))
    common = [pair.decode("gb2312") for pair in rows if pair < b"\xd7\xfa"]
    return [*common, *_MARKS, SPACE]


def _texts(seed: int, count: int) -> Iterator[str]:
    """Each shared prefix once, then every question and reply, as training will see them."""
    for prefix, group in groupby(
        samples(seed, count), key=lambda sample: sample.prompt.rsplit(SPECIALS[0], 1)[0]
    ):
        yield _plain(prefix)
        for sample in group:
            yield _plain(sample.prompt.removeprefix(prefix))
            yield sample.reply


def _plain(text: str) -> str:
    return re.sub(r"<\|[a-z]+\|>", "\n", text).replace(" ", SPACE)
