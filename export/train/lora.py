"""LoRA: a small adapter (peft) trained on a Llama- or Qwen-architecture folder, then merged into it.

Only replies are learnt. ``python -m export generator`` takes the merged folder; the adapter is kept too.
"""

from __future__ import annotations

import argparse
import json
import logging
from collections.abc import Iterator, Sequence
from itertools import count
from pathlib import Path
from random import Random

import torch
from peft import LoraConfig, PeftModel, get_peft_model
from torch import Tensor
from torch.nn import functional
from transformers import PreTrainedModel

from export.data.replies import samples
from export.errors import BadSource
from export.generator import load
from export.origin import GENERATED, UNKNOWN_LICENCE, further, read_origin, write_origin, write_scores
from export.report_generator import HELD_OUT_SEED
from export.train.pretrain import rate
from export.train.run import Run, accelerator, logged
from export.turns import Turn, read_turns

log = logging.getLogger(__name__)

GENERATED_DATA = "generated"
_RANK, _DROPOUT, _PEAK_RATE = 8, 0.05, 1e-3
_BATCH, _LONGEST, _HELD_OUT = 4, 512, 40


def read_data(path: Path) -> list[tuple[str, str]]:
    """Prompt and reply of each JSON line. Raises BadSource with the line that is wrong."""
    found = []
    for number, raw in enumerate(path.read_text(encoding="utf-8").splitlines(), 1):
        try:
            line = json.loads(raw)
            found.append((str(line["prompt"]), str(line["reply"])))
        except (ValueError, KeyError, TypeError) as error:
            raise BadSource(f'{path}, line {number}: {{"prompt": …, "reply": …}} is expected') from error
    return found


def endless(data: str, seed: int) -> Iterator[tuple[str, str]]:
    """Prompts and replies without end: the file's in ever new order, all but the last tenth, or generated."""
    if data == GENERATED_DATA:
        for more in count(seed):
            yield from ((one.prompt, one.reply) for one in samples(more, 20_000))
    lines, chance = read_data(Path(data)), Random(seed)
    while True:
        yield from chance.sample(kept := lines[: -max(1, len(lines) // 10)], len(kept))


def held_out(data: str) -> list[tuple[str, str]]:
    """The last tenth of the file, or turns of a seed that is never trained on."""
    if data == GENERATED_DATA:
        return [(one.prompt, one.reply) for one in samples(HELD_OUT_SEED, _HELD_OUT)]
    lines = read_data(Path(data))
    return lines[-max(1, len(lines) // 10) :]


def reply_loss(model: torch.nn.Module, batch: Sequence[Turn], device: torch.device) -> Tensor:
    """Mean cross-entropy in nats of the replies' tokens."""
    width = max(len(turn.ids) for turn in batch)
    ids = torch.tensor([turn.ids + [0] * (width - len(turn.ids)) for turn in batch], device=device)
    seen = torch.tensor([[place < len(turn.ids) for place in range(width)] for turn in batch], device=device)
    learn = torch.tensor(
        [[turn.reply_at <= place < len(turn.ids) for place in range(width)] for turn in batch], device=device
    )
    logits = model(input_ids=ids, attention_mask=seen.long()).logits[:, :-1]
    return functional.cross_entropy(logits[learn[:, 1:]].float(), ids[:, 1:][learn[:, 1:]])


def adapted(base: PreTrainedModel) -> PeftModel:
    """The base frozen, with an adapter on every matrix of its layers that changes nothing yet."""
    config = LoraConfig(
        r=_RANK,
        lora_alpha=2 * _RANK,
        lora_dropout=_DROPOUT,
        target_modules="all-linear",
        task_type="CAUSAL_LM",
    )
    return get_peft_model(base, config)


class Adapter:
    """The part of a model that a checkpoint keeps."""

    def __init__(self, model: PeftModel) -> None:
        self._learnt = {name: each for name, each in model.named_parameters() if each.requires_grad}

    def parameters(self) -> list[Tensor]:
        return list(self._learnt.values())

    def state_dict(self) -> dict[str, Tensor]:
        return {name: each.detach() for name, each in self._learnt.items()}

    def load_state_dict(self, state: dict[str, Tensor]) -> None:
        for name, each in self._learnt.items():
            each.data.copy_(state[name])


def mean_loss(model: torch.nn.Module, told: Sequence[Turn], device: torch.device) -> float:
    model.eval()
    with torch.no_grad():
        return float(sum(reply_loss(model, [turn], device).item() for turn in told) / len(told))


def train(base: Path, data: str, to: Path, minutes: float, seed: int) -> dict[str, float]:
    """Leaves the merged model in ``to``, the adapter in ``to/adapter``; goes on from a checkpoint there."""
    device = accelerator()
    plain, tokenizer = load(base, None)
    told = list(read_turns(tokenizer, held_out(data), _LONGEST))
    torch.manual_seed(seed)
    model = adapted(plain).to(device)
    figures = {"held_out_loss_before": mean_loss(model, told, device)}
    adapter = Adapter(model)
    optimiser = torch.optim.AdamW(adapter.parameters(), lr=_PEAK_RATE)
    run = Run(to, minutes, {"adapter": adapter, "optimiser": optimiser})
    fresh = read_turns(tokenizer, endless(data, seed + run.step), _LONGEST)
    model.train()
    for progress in run.progress():
        for group in optimiser.param_groups:
            group["lr"] = _PEAK_RATE * rate(progress)
        missed = reply_loss(model, [next(fresh) for _ in range(_BATCH)], device)
        optimiser.zero_grad()
        missed.backward()
        torch.nn.utils.clip_grad_norm_(adapter.parameters(), 1.0)
        optimiser.step()
        run.note(loss=missed.item())
    figures |= {"held_out_loss_after": mean_loss(model, told, device), "steps": run.step}
    model.save_pretrained(to / "adapter")
    model.merge_and_unload().save_pretrained(to)
    tokenizer.save_pretrained(to)
    write_scores(to, figures)
    return figures


def main(argv: Sequence[str]) -> int:
    parser = argparse.ArgumentParser(
        prog="python -m export lora",
        description="Train a LoRA adapter on a Llama or Qwen folder and merge it; goes on if stopped.",
        epilog="example: python -m export lora --base Qwen3-0.6B --data generated --to work/lora",
    )
    parser.add_argument("--base", type=Path, required=True, help="a Hugging Face folder")
    parser.add_argument("--data", required=True, help='JSON lines {"prompt": …, "reply": …}, or: generated')
    parser.add_argument("--to", type=Path, required=True)
    parser.add_argument("--minutes", type=float, default=45.0)
    parser.add_argument("--seed", type=int, default=7)
    parser.add_argument("--threads", type=int, default=1)
    args = parser.parse_args(argv)
    torch.set_num_threads(args.threads)
    with logged(args.to):
        log.info("%s", train(args.base, args.data, args.to, args.minutes, args.seed))
    command = (
        f"python -m export lora --base {args.base.name} --data {Path(args.data).name} "
        f"--minutes {args.minutes:g} --seed {args.seed}"
    )
    learnt = (
        GENERATED
        if args.data == GENERATED_DATA
        else {"name": Path(args.data).name, "licence": UNKNOWN_LICENCE}
    )
    write_origin(args.to, further(read_origin(args.base), command, learnt))
    return 0
