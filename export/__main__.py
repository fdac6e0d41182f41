"""``python -m export COMMAND …``: everything that makes the models. Each command has its own --help."""

from __future__ import annotations

import sys
from importlib import import_module

from export.errors import ExportFailed

# name -> module:function(argv) -> exit code; imported only when asked for, since torch is slow to load
COMMANDS = {
    "pretrain": "export.train.pretrain:main",
    "train-understanding": "export.train.understanding:main",
    "distill": "export.train.distill:main",
    "fewshot": "export.train.fewshot:main",
    "understanding": "export.understanding:main",
    "emotion": "export.emotion:main",
    "near-duplicates": "export.near_duplicates:main",
    "report-understanding": "export.report:main",
    "ablations": "export.ablations:main",
    "report-dialogues": "export.evaluate:main",
    "pairs": "export.pairs:main",
    "report-repairs": "export.report_repairs:main",
    "tokenizer": "export.train.tokenizer:main",
    "train-generator": "export.train.generator:main",
    "lora": "export.train.lora:main",
    "count-replies": "export.count_replies:main",
    "generator": "export.generator:main",
    "report-generator": "export.report_generator:main",
}


def main(argv: list[str]) -> int:
    if not argv or argv[0] not in COMMANDS:
        print(f"usage: python -m export {{{'|'.join(COMMANDS)}}} …", file=sys.stderr)
        return 2
    module, function = COMMANDS[argv[0]].split(":")
    try:
        return int(getattr(import_module(module), function)(argv[1:]))
    except ExportFailed as failure:
        print(f"{failure.code}: {failure}", file=sys.stderr)
        return 1


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
