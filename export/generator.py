"""A Llama-, Qwen2- or Qwen3-architecture folder -> GGUF F16 -> Q4_0, Q4_K_M and Q8_0, with parity.

On 200 turns that no training has seen, llama.cpp must tokenise as the tokenizer did, pick the tokens that
transformers picks, and lose little by quantisation. Beyond a limit the export fails, and no manifest
lists it.
"""

from __future__ import annotations

import argparse
import hashlib
import json
from collections.abc import Sequence
from datetime import date
from pathlib import Path

import numpy as np
import torch
from transformers import AutoModelForCausalLM, PreTrainedModel, PreTrainedTokenizerFast

from export.data.replies import samples
from export.errors import BadSource
from export.gguf import write_f16
from export.llama import QUANTISATIONS, Loaded, quantise
from export.manifest import Entry, record
from export.origin import Origin, further, read_origin, read_scores
from export.parity import Floats, agreement, divergence, losses, require
from export.report_generator import HELD_OUT_SEED, headline, measure
from export.turns import Turn, read_turns, token_ids
from export.vocabulary import read_tokenizer

MODELS, DEMO = Path("models"), Path("firmware_config/demo")
TURNS, LONGEST = 200, 1024
AT_LEAST = {"f16_top1_agreement": 0.99}
AT_MOST = {
    "tokenised_otherwise": 0,
    "f16_divergence": 1e-3,
    "q4_0_perplexity_ratio": 1.15,
    "q4_k_m_perplexity_ratio": 1.15,
    "q8_0_perplexity_ratio": 1.02,
}
_ODD = (
    "ＡＢ c  d",
    "鑫淼 emoji😀 x",
    "① 100㎡ 1.5匹",
    "<|user|>龘<|bot|>",
    "Wi-Fi 6E ​５Ｇ",
    "I'm 2999\n\n元\t。",
)


def load(source: Path, adapter: Path | None) -> tuple[PreTrainedModel, PreTrainedTokenizerFast]:
    """The model in single precision, an adapter merged into it, and its tokenizer."""
    tokenizer = read_tokenizer(source)
    weights = source / "model" if (source / "model").is_dir() else source  # as train-generator leaves them
    if not (weights / "config.json").is_file():
        raise BadSource(f"{weights}: no config.json; a Hugging Face model folder is expected")
    model = AutoModelForCausalLM.from_pretrained(weights, dtype=torch.float32)
    if adapter:
        from peft import PeftModel  # slow to load, and most exports have no adapter

        model = PeftModel.from_pretrained(model, adapter).merge_and_unload()
    return model.eval(), tokenizer


def compare(
    model: PreTrainedModel, tokenizer: PreTrainedTokenizerFast, full: Path, told: Sequence[Turn]
) -> tuple[dict[str, float], float]:
    """F16 in llama.cpp against transformers; also F16's own mean loss on the replies, in nats."""
    scored: list[tuple[float, float, float, int]] = []
    missed = []
    with Loaded(full, max(len(turn.ids) for turn in told)) as loaded:
        otherwise = [
            text
            for text in (*(turn.text for turn in told), *_ODD)
            if loaded.tokens(text) != token_ids(tokenizer, text)
        ]
        same_template = loaded.chat_template() == (tokenizer.chat_template or None)
        for turn in told:
            with torch.inference_mode():
                expected = model(input_ids=torch.tensor([turn.ids])).logits[0].float().numpy()
            found = loaded.logits(turn.ids)
            scored.append(
                (
                    agreement(expected, found),
                    divergence(expected, found),
                    float(np.abs(expected - found).max()),
                    len(turn.ids),
                )
            )
            missed.append(_missed(turn, found))
    same, apart, differences, places = (np.array(column) for column in zip(*scored, strict=True))
    return {
        "tokenised_otherwise": len(otherwise) + (not same_template),
        "f16_top1_agreement": float(np.average(same, weights=places)),
        "f16_divergence": float(np.average(apart, weights=places)),
        "f16_max_logit_difference": float(differences.max()),
    }, float(np.concatenate(missed).mean())


def reply_loss(path: Path, told: Sequence[Turn]) -> float:
    """Mean negative log-likelihood of the reply tokens, in nats."""
    with Loaded(path, max(len(turn.ids) for turn in told)) as loaded:
        return float(np.concatenate([_missed(turn, loaded.logits(turn.ids)) for turn in told]).mean())


def _missed(turn: Turn, logits: Floats) -> Floats:
    return losses(logits[turn.reply_at - 1 : -1], np.array(turn.ids[turn.reply_at :]))


def export(
    source: Path, adapter: Path | None, to: Path, origin: Origin, count: int = TURNS
) -> dict[str, float]:
    """Write the four files and their manifest entry beside ``to``; returns the figures.

    Raises BadSource for a folder of another kind and ParityFailed beyond a limit.
    """
    model, tokenizer = load(source, adapter)
    to.mkdir(parents=True, exist_ok=True)
    full = to / "generator-f16.gguf"
    write_f16(model, tokenizer, full, source.name, origin.licence)
    said = ((sample.given, sample.added) for sample in samples(HELD_OUT_SEED, count))
    told = list(read_turns(tokenizer, said, min(LONGEST, model.config.max_position_embeddings)))
    figures, whole_loss = compare(model, tokenizer, full, told)
    for name in QUANTISATIONS:
        small = to / f"generator-{name}.gguf"
        quantise(full, small, name)
        figures[f"{name}_perplexity_ratio"] = float(np.exp(reply_loss(small, told) - whole_loss))
    figures = {name: round(value, 6) for name, value in figures.items()}
    print(json.dumps(figures, indent=1))
    require(figures, AT_LEAST, AT_MOST)
    files = [full, *(to / f"generator-{name}.gguf" for name in QUANTISATIONS)]
    record(to.parent, _entry(to.name, origin, figures, files))
    return figures


def _entry(name: str, origin: Origin, figures: dict[str, float], files: list[Path]) -> Entry:
    return Entry(
        name=name,
        version=hashlib.sha256(files[0].read_bytes()).hexdigest()[:12],
        command=origin.command,
        made=date.today(),
        data=origin.data,
        metrics=figures,
        files=files,
        licence=origin.licence,
    )


def ship(source: Path, to: Path, name: str, origin: Origin, figures: dict[str, float]) -> None:
    """Copy a quantised model into models/ and record it with what it scores there."""
    shipped = MODELS / "generator" / f"generator-{name}.gguf"
    shipped.parent.mkdir(parents=True, exist_ok=True)
    shipped.write_bytes((to / shipped.name).read_bytes())
    metrics = {f"training_{key}": value for key, value in read_scores(source).items()}
    metrics |= {key: value for key, value in figures.items() if key.startswith(("f16", name))}
    metrics |= headline(measure(shipped, DEMO, count=200))
    record(MODELS, _entry("generator", origin, metrics, [shipped]))


def main(argv: Sequence[str]) -> int:
    parser = argparse.ArgumentParser(
        prog="python -m export generator",
        description="Export a Llama, Qwen2 or Qwen3 folder to GGUF: F16, Q4_0, Q4_K_M and Q8_0.",
        epilog="example: python -m export generator --from work/generator --to work/gguf --ship q4_0",
    )
    parser.add_argument("--from", dest="source", type=Path, required=True, help="a Hugging Face folder")
    parser.add_argument("--adapter", type=Path, help="a peft LoRA folder, merged before writing")
    parser.add_argument("--to", type=Path, required=True, help="folder for generator-*.gguf")
    parser.add_argument("--ship", choices=QUANTISATIONS, help="the one to put into models/ and its manifest")
    parser.add_argument("--threads", type=int, default=1)
    args = parser.parse_args(argv)
    torch.set_num_threads(args.threads)
    command = f"python -m export generator --from {args.source.name} --to {args.to.name}"
    learnt = read_origin(args.adapter).data if args.adapter else ()
    if args.adapter:
        command += f" --adapter {args.adapter.name}"
    if args.ship:
        command += f" --ship {args.ship}"
    origin = further(read_origin(args.source), command, *learnt)
    figures = export(args.source, args.adapter, args.to, origin)
    if args.ship:
        ship(args.source, args.to, args.ship, origin, figures)
    return 0
