"""Trains the generator: a small Llama that states the prompt's facts in a good shop assistant's words.

Turns of one scene are packed behind the prefix they share, so facts are read once for several replies;
each branch sees the prefix and itself only. The loss counts the tokens of replies that the
template does not say. The learning rate follows the
clock: ``--minutes`` of training give a finished model whatever the machine does meanwhile.
"""

from __future__ import annotations

import argparse
import logging
import math
import time
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import groupby, islice
from pathlib import Path
from random import Random

import torch
from tokenizers import Tokenizer  # type: ignore[import-untyped]
from transformers import LlamaConfig, LlamaForCausalLM

from export.data.replies import Sample, samples
from export.figures import misquoted
from export.origin import GENERATED, Origin, write_origin, write_scores
from export.report_generator import HELD_OUT_SEED
from export.train.planted import HEADS, WIDTH, plant
from export.train.run import Run, accelerator, logged
from runtime.generation.prompt import BOT, END, USER

log = logging.getLogger(__name__)

DIGIT_WEIGHT = 2.0  # a wrong digit costs more than a wrong word
MAX_REPLY_TOKENS = 90
SCENES_PER_BATCH, POOL = 4, 48
DRILLS, DRILL_PIECES, LAST_DRILL = 0.2, 15, 0.8  # the last: a share of the run
WARM_STEPS, LEAST_RATE = 150, 0.02
LOOK_S = 600.0


@dataclass(frozen=True, slots=True)
class Packed:
    """One scene: the tokens of the shared prefix, then of each branch."""

    ids: list[int]
    positions: list[int]
    branch: list[int]  # 0 for the prefix, then 1, 2 …
    learn: list[bool]  # the next token of the same branch is part of a reply


class Tally:
    """Tokens read so far, as a checkpoint keeps them."""

    tokens = 0

    def state_dict(self) -> dict[str, int]:
        return {"tokens": self.tokens}

    def load_state_dict(self, state: dict[str, int]) -> None:
        self.tokens = state["tokens"]


def new_model(layers: int, vocabulary: int, seed: int) -> LlamaForCausalLM:
    torch.manual_seed(seed)
    model = LlamaForCausalLM(
        LlamaConfig(
            vocab_size=vocabulary,
            hidden_size=WIDTH,
            num_hidden_layers=layers,
            num_attention_heads=HEADS,
            num_key_value_heads=HEADS,
            intermediate_size=WIDTH * 3,
            max_position_embeddings=512,
            rope_theta=1_000_000.0,
            tie_word_embeddings=True,
            attn_implementation="sdpa",
        )
    )
    plant(model, seed)
    return model


def new_optimizer(model: LlamaForCausalLM) -> torch.optim.AdamW:
    """The embedding moves slowly: rare tokens must keep the codes by which they are copied."""
    embedding = model.model.embed_tokens.weight
    rest = [weight for weight in model.parameters() if weight is not embedding]
    groups = [{"params": rest, "scale": 1.0}, {"params": [embedding], "scale": 0.2, "eps": 1e-6}]
    return torch.optim.AdamW(groups, betas=(0.9, 0.98), weight_decay=0.01, fused=True)


def train(
    tokenizer: Tokenizer, to: Path, layers: int, minutes: float, peak: float, seed: int
) -> dict[str, float]:
    """Leaves the model in ``to/model`` and what it took; goes on from a checkpoint, with other turns."""
    device = accelerator()
    model = new_model(layers, tokenizer.get_vocab_size(), seed).to(device)
    optimizer, tally = new_optimizer(model), Tally()
    run = Run(to, minutes, {"model": model, "optimizer": optimizer, "tally": tally})
    random, fresh = Random(seed + run.step), batches(tokenizer, seed + run.step)
    weights = digits_weigh_more(tokenizer).to(device)
    looked = time.monotonic()
    for progress in run.progress():
        for group in optimizer.param_groups:
            group["lr"] = peak * rate(progress, run.step) * group["scale"]
        scenes = next(fresh)
        if progress < LAST_DRILL and random.random() < DRILLS:
            scenes = [drill(random, tokenizer), *scenes[:-1]]
        ids, positions, mask, learn = (part.to(device) for part in collate(scenes))
        hidden = model.model(input_ids=ids, position_ids=positions, attention_mask=mask).last_hidden_state
        logits = model.lm_head(hidden[:, :-1][learn[:, :-1]])
        loss = torch.nn.functional.cross_entropy(logits, ids[:, 1:][learn[:, :-1]], weight=weights)
        loss.backward()
        torch.nn.utils.clip_grad_norm_(model.parameters(), 1.0)
        optimizer.step()
        optimizer.zero_grad()
        run.note(loss=loss.item())
        tally.tokens += ids.numel()
        if time.monotonic() - looked > LOOK_S:
            look(model, tokenizer)
            looked = time.monotonic()
    look(model, tokenizer)
    model.save_pretrained(to / "model")
    return {"steps": run.step, "tokens": tally.tokens, "minutes": round(run.spent / 60, 1), "seed": seed}


def rate(progress: float, step: int) -> float:
    """Share of the peak learning rate: linear over the first steps, a cosine over the run."""
    return min(1.0, (step + 1) / WARM_STEPS) * (
        LEAST_RATE + (1 - LEAST_RATE) * (1 + math.cos(math.pi * min(1.0, progress))) / 2
    )


def digits_weigh_more(tokenizer: Tokenizer) -> torch.Tensor:
    """The weight of each token in the loss, shape [vocabulary]."""
    weights = torch.ones(tokenizer.get_vocab_size())
    weights[[tokenizer.token_to_id(digit) for digit in "0123456789"]] = DIGIT_WEIGHT
    return weights


def look(model: LlamaForCausalLM, tokenizer: Tokenizer) -> None:
    """Logs greedy replies to prompts that training never sees, and how many quote their facts rightly."""
    right, held_out = 0, list(islice(samples(HELD_OUT_SEED, 400), 0, None, 16))
    model.eval()
    for number, sample in enumerate(held_out):
        reply = sample.opening + greedy(model, tokenizer, sample.given)
        right += not misquoted(sample.prompt, reply)
        if number < 12:
            asked = sample.prompt.rsplit(USER, 1)[1].removesuffix(BOT)
            log.info("  %s => %s  (for example: %s)", asked, reply, sample.reply)
    model.train()
    log.info("figures right in %d of %d replies", right, len(held_out))


def batches(tokenizer: Tokenizer, seed: int) -> Iterator[list[Packed]]:
    """Endless batches of scenes of similar length; one seed, one stream."""
    generator = torch.Generator().manual_seed(seed)
    scenes = (pack(tokenizer, group) for group in _scenes(seed))
    while True:
        pool = sorted(islice(scenes, POOL), key=lambda packed: len(packed.ids))
        for start in torch.randperm(POOL // SCENES_PER_BATCH, generator=generator).tolist():
            yield pool[start * SCENES_PER_BATCH : (start + 1) * SCENES_PER_BATCH]


def _scenes(seed: int) -> Iterator[list[Sample]]:
    while True:
        for _, group in groupby(
            samples(seed, 1_000_000), key=lambda sample: sample.prompt.rsplit(USER, 1)[0]
        ):
            yield list(group)
        seed += 1_000_003


def pack(tokenizer: Tokenizer, turns: list[Sample]) -> Packed:
    prefix = turns[0].prompt.rsplit(USER, 1)[0]
    ids = tokenizer.encode(prefix).ids
    shared = len(ids)
    positions, branch, learn = list(range(shared)), [0] * shared, [False] * shared
    for number, turn in enumerate(turns, 1):
        asked = tokenizer.encode(turn.given.removeprefix(prefix)).ids
        answer = tokenizer.encode(turn.added + END).ids
        length = len(asked) + len(answer)
        ids += asked + answer
        positions += range(shared, shared + length)
        branch += [number] * length
        learn += [False] * (len(asked) - 1) + [True] * len(answer) + [False]
    return Packed(ids, positions, branch, learn)


def drill(random: Random, tokenizer: Tokenizer) -> Packed:
    """Pieces of random tokens and figures, then the same pieces in another order, to be copied."""
    first_word = tokenizer.token_to_id("<0xFF>") + 1
    bar, comma = tokenizer.token_to_id("|"), tokenizer.token_to_id("，")
    digits = [tokenizer.token_to_id(digit) for digit in "0123456789"]

    def piece() -> list[int]:
        words = [
            random.randrange(first_word, tokenizer.get_vocab_size()) for _ in range(random.randint(2, 7))
        ]
        if random.random() < 0.5:
            few = random.sample(digits, random.randint(1, 6))  # so that figures repeat digits, as 2999 does
            words[1:1] = random.choices(few, k=random.randint(1, 5))
        return words

    pieces = [piece() for _ in range(DRILL_PIECES)]
    ids = [token for words in pieces for token in (*words, bar)]
    learn = [False] * len(ids)
    for words in random.sample(pieces, len(pieces)):
        ids += [*words, comma]
        learn += [*([True] * len(words)), False]
    return Packed(ids, list(range(len(ids))), [0] * len(ids), learn)


def collate(scenes: list[Packed]) -> tuple[torch.Tensor, torch.Tensor, torch.Tensor, torch.Tensor]:
    """ids, positions [B,T], mask [B,1,T,T] (true: may look), learn [B,T]; padding looks at itself only."""
    longest = max(len(scene.ids) for scene in scenes)

    def padded(values: list[list[int]], fill: int) -> torch.Tensor:
        return torch.tensor([row + [fill] * (longest - len(row)) for row in values])

    ids = padded([scene.ids for scene in scenes], 0)
    positions = padded([scene.positions for scene in scenes], 0)
    branch = padded([scene.branch for scene in scenes], -1)
    learn = padded([[int(flag) for flag in scene.learn] for scene in scenes], 0).bool()
    same = branch[:, :, None] == branch[:, None, :]
    mask = (same | (branch[:, None, :] == 0)) & torch.ones(longest, longest, dtype=torch.bool).tril()
    mask |= torch.eye(longest, dtype=torch.bool)
    return ids, positions, mask[:, None], learn


def greedy(model: LlamaForCausalLM, tokenizer: Tokenizer, prompt: str) -> str:
    end = tokenizer.token_to_id(END)
    ids = torch.tensor([tokenizer.encode(prompt).ids], device=model.device)
    cache, made = None, []
    for _ in range(MAX_REPLY_TOKENS):
        with torch.inference_mode():
            out = model(input_ids=ids, past_key_values=cache, use_cache=True)
        token = int(out.logits[0, -1].argmax())
        if token == end:
            break
        made.append(token)
        cache, ids = out.past_key_values, torch.tensor([[token]], device=model.device)
    return str(tokenizer.decode(made, skip_special_tokens=False))


def main(argv: Sequence[str]) -> int:
    parser = argparse.ArgumentParser(
        prog="python -m export train-generator",
        description="Train the generator from a planted copying circuit; goes on if stopped.",
        epilog="example: python -m export train-generator --tokenizer tokenizer.json --to work/generator",
    )
    parser.add_argument("--tokenizer", type=Path, required=True, help="a tokenizer.json")
    parser.add_argument("--to", type=Path, required=True, help="folder of checkpoint, log and model")
    parser.add_argument("--minutes", type=float, default=80.0)
    parser.add_argument("--layers", type=int, default=6)
    parser.add_argument("--rate", type=float, default=1.5e-3, help="the highest learning rate")
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--threads", type=int, default=1)
    args = parser.parse_args(argv)
    torch.set_num_threads(args.threads)
    tokenizer = Tokenizer.from_file(str(args.tokenizer))
    with logged(args.to):
        tokenizer.save(str(args.to / "tokenizer.json"))
        figures = train(tokenizer, args.to, args.layers, args.minutes, args.rate, args.seed)
        log.info("%s", figures)
    write_scores(args.to, figures)
    command = (
        "python -m export tokenizer --to work/tokenizer.json && "
        "python -m export train-generator --tokenizer work/tokenizer.json --to work/generator "
        f"--layers {args.layers} --minutes {args.minutes:g} --rate {args.rate:g} --seed {args.seed}"
    )
    write_origin(args.to, Origin(command, "Apache-2.0", [GENERATED]))
    return 0
