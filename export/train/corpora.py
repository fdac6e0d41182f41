"""Chinese text with a clean licence, read from a folder of corpora into documents.

A document is a list of sentences or messages that belong together. Sources (licence beside each in the
folder): KdConv and CrossWOZ dialogues, CMRC 2018 passages and questions, sales questions and answers,
ChatterBot's Chinese conversations.
"""

from __future__ import annotations

import json
import re
import zipfile
from collections.abc import Iterator
from pathlib import Path
from typing import Any

Document = list[str]

SOURCES = (
    {"name": "KdConv", "licence": "Apache-2.0"},
    {"name": "CrossWOZ", "licence": "Apache-2.0"},
    {"name": "CMRC 2018", "licence": "CC BY-SA 4.0"},
    {"name": "multiple_types_sales_chatbot", "licence": "Apache-2.0"},
    {"name": "chatterbot-corpus", "licence": "BSD-3-Clause"},
)

_SENTENCE = re.compile(r"[^。！？!?；;\n]+[。！？!?；;]*")
_YAML_LINE = re.compile(r"^ *- (?:- )?(.+)$")


def documents(corpora: Path) -> Iterator[Document]:
    """Every document of every corpus, always in the same order."""
    for path in sorted((corpora / "kdconv").glob("*_*.json")):
        if "_kb_" not in path.name:
            yield from ([turn["message"] for turn in talk["messages"]] for talk in _json(path))
    for path in sorted((corpora / "crosswoz").glob("*.json.zip")):
        with zipfile.ZipFile(path) as archive:
            talks = json.loads(archive.read(archive.namelist()[0]))
        yield from ([turn["content"] for turn in talk["messages"]] for talk in talks.values())
    for path in sorted((corpora / "cmrc2018").glob("*.json")):
        for passage in _json(path):
            yield _SENTENCE.findall(passage["context_text"])
            yield [question["query_text"] for question in passage["qas"]]
    for path in sorted((corpora / "sales_qa_gpt").glob("*_sales_data.txt")):
        for block in path.read_text(encoding="utf-8").split("\n\n"):
            yield [line.partition("：")[2].strip() for line in block.splitlines() if "：" in line]
    for path in sorted((corpora / "chatterbot_zh").glob("*.yml")):
        _, _, body = path.read_text(encoding="utf-8").partition("conversations:")
        yield [found[1].strip() for line in body.splitlines() if (found := _YAML_LINE.match(line))]


def _json(path: Path) -> Any:
    return json.loads(path.read_text(encoding="utf-8"))
