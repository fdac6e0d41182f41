"""Trains the generator: a small Llama that states the prompt's facts in a good shop assistant's words.

Turns of one scene are packed behind the prefix they share, so facts are read once for several replies;
each branch sees the prefix and itself only. The loss counts reply tokens. The learning rate follows the
clock: ``--minutes`` of training give a finished model whatever the machine does meanwhile.
"""

from __future__ import annotations

import argparse
import json
import math
import signal
import time
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import groupby, islice
from pathlib import Path
from random import Random
from types import FrameType

import torch
from tokenizers import Tokenizer  # type: ignore[import-untyped]
from transformers import LlamaConfig, LlamaForCausalLM

from export.data.replies import Sample, samples
from export.figures import misquoted
from export.report_generator import HELD_OUT_SEED
from export.train.planted import HEADS, WIDTH, plant
from runtime.generation.prompt import BOT, END, USER

DIGIT_WEIGHT = 2.0  # a wrong digit costs more than a wrong word
MAX_REPLY_TOKENS = 90
SCENES_PER_BATCH, POOL = 4, 48
DRILLS, DRILL_PIECES = 0.2, 15


@dataclass(frozen=True, slots=True)
class Packed:
    """One scene: the tokens of the shared prefix, then of each branch."""

    ids: list[int]
    positions: list[int]
    branch: list[int]  # 0 for the prefix, then 1, 2 …
    learn: list[bool]  # the next token of the same branch is part of a reply


def main(argv: list[str]) -> int:
    parser = argparse.ArgumentParser(prog="export train-generator", description=__doc__)
    parser.add_argument("--tokenizer", type=Path, required=True)
    parser.add_argument(
        "--to", type=Path, required=True, help="folder of checkpoint, log and the final model"
    )
    parser.add_argument("--minutes", type=float, default=80)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--layers", type=int, default=6)
    parser.add_argument("--rate", type=float, default=1.5e-3)
    parser.add_argument("--threads", type=int, default=2)
    parser.add_argument("--resume", action="store_true")
    Training(parser.parse_args(argv)).run()
    return 0


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


class Training:
    """A run that can be stopped and resumed; all its files are in one folder."""

    def __init__(self, arguments: argparse.Namespace) -> None:
        self.to: Path = arguments.to
        self.to.mkdir(parents=True, exist_ok=True)
        self.minutes, self.rate, self.seed = arguments.minutes, arguments.rate, arguments.seed
        torch.set_num_threads(arguments.threads)
        self.device = "cuda" if torch.cuda.is_available() else "cpu"
        self.tokenizer = Tokenizer.from_file(str(arguments.tokenizer))
        self.tokenizer.save(str(self.to / "tokenizer.json"))
        vocabulary = self.tokenizer.get_vocab_size()
        self.model = new_model(arguments.layers, vocabulary, arguments.seed).to(self.device)
        self.optimizer = new_optimizer(self.model)
        self.random = Random(arguments.seed)
        self.stopped = False
        signal.signal(signal.SIGTERM, self._stop)
        self.step, self.tokens, self.spent = 0, 0, 0.0
        if arguments.resume:
            self._load()
        weights = torch.ones(self.tokenizer.get_vocab_size(), device=self.device)
        weights[[self.tokenizer.token_to_id(digit) for digit in "0123456789"]] = DIGIT_WEIGHT
        self.weights = weights

    def run(self) -> None:
        began = last_log = last_save = last_look = time.monotonic()
        before, tokens_then, losses = self.spent, self.tokens, []
        for packed in batches(self.tokenizer, self.seed + self.step):
            losses.append(self._learn([*self._drills(), *packed][: len(packed)]))
            now = time.monotonic()
            self.spent = before + now - began
            if now - last_log > 30:
                speed = (self.tokens - tokens_then) / (now - last_log)
                self._log(
                    f"step {self.step} loss {sum(losses) / len(losses):.3f} {speed:.0f} tok/s, "
                    f"{self.minutes - self.spent / 60:.1f} min left"
                )
                last_log, tokens_then, losses = now, self.tokens, []
            if now - last_save > 240:
                self._save()
                last_save = now
            if now - last_look > 600:
                self._look()
                last_look = now
            if self.stopped or self.spent >= self.minutes * 60:
                break
        self._save()
        if not self.stopped:
            self._look()

    def _stop(self, _signal: int, _frame: FrameType | None) -> None:
        self.stopped = True

    def _drills(self) -> list[Packed]:
        """Now and then copying by itself, of any token there is; not in the last fifth."""
        wanted = self.random.random() < DRILLS and self.spent < self.minutes * 48
        return [drill(self.random, self.tokenizer)] if wanted else []

    def _learn(self, scenes: list[Packed]) -> float:
        done = min(1.0, self.spent / (self.minutes * 60))
        rate = (
            self.rate * min(1.0, (self.step + 1) / 150) * (0.02 + 0.98 * (1 + math.cos(math.pi * done)) / 2)
        )
        for group in self.optimizer.param_groups:
            group["lr"] = rate * group["scale"]
        ids, positions, mask, learn = (part.to(self.device) for part in collate(scenes))
        hidden = self.model.model(
            input_ids=ids, position_ids=positions, attention_mask=mask
        ).last_hidden_state
        logits = self.model.lm_head(hidden[:, :-1][learn[:, :-1]])
        loss = torch.nn.functional.cross_entropy(logits, ids[:, 1:][learn[:, :-1]], weight=self.weights)
        loss.backward()
        torch.nn.utils.clip_grad_norm_(self.model.parameters(), 1.0)
        self.optimizer.step()
        self.optimizer.zero_grad()
        self.step += 1
        self.tokens += ids.numel()
        return float(loss.detach())

    def _look(self) -> None:
        """Greedy replies to prompts that training never sees."""
        right, held_out = 0, list(islice(samples(HELD_OUT_SEED, 400), 0, None, 16))
        self.model.eval()
        for number, sample in enumerate(held_out):
            reply = greedy(self.model, self.tokenizer, sample.prompt)
            right += not misquoted(sample.prompt, reply)
            if number < 12:
                asked = sample.prompt.rsplit(USER, 1)[1].removesuffix(BOT)
                self._log(f"  {asked} => {reply}  (for example: {sample.reply})")
        self.model.train()
        self._log(f"figures right in {right} of {len(held_out)} replies; {self.tokens} tokens so far")

    def _log(self, line: str) -> None:
        stamped = f"{time.strftime('%H:%M:%S')} {line}"
        print(stamped, flush=True)
        with (self.to / "train.log").open("a", encoding="utf-8") as log:
            log.write(stamped + "\n")

    def _save(self) -> None:
        self.model.save_pretrained(self.to / "model")
        state = {
            "optimizer": self.optimizer.state_dict(),
            "step": self.step,
            "spent": self.spent,
            "tokens": self.tokens,
        }
        part = self.to / "checkpoint.part"
        torch.save(state, part)
        part.replace(self.to / "checkpoint.pt")
        (self.to / "training.json").write_text(
            json.dumps(
                {
                    "steps": self.step,
                    "tokens": self.tokens,
                    "minutes": round(self.spent / 60, 1),
                    "seed": self.seed,
                }
            )
        )

    def _load(self) -> None:
        state = torch.load(self.to / "checkpoint.pt", weights_only=True, map_location=self.device)
        self.model = LlamaForCausalLM.from_pretrained(self.to / "model").to(self.device)
        self.optimizer = new_optimizer(self.model)
        self.optimizer.load_state_dict(state["optimizer"])
        self.step, self.spent, self.tokens = state["step"], state["spent"], state["tokens"]


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
        asked = tokenizer.encode(turn.prompt.removeprefix(prefix)).ids
        answer = tokenizer.encode(turn.reply + END).ids
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
