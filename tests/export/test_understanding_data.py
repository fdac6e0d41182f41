"""The torch-free parts of the understanding model's training: vocabulary, corpora, pairs."""

from __future__ import annotations

import json
import random
from collections import Counter
from pathlib import Path

from export.data.goods import random_goods
from export.train.corpora import documents
from export.train.pairs import by_category, pairs
from export.train.vocab import SPECIAL, build, gb2312
from runtime.types import Product


def product(number: int, *features: str) -> Product:
    return Product(
        f"P{number}", f"静享{number}号空调", "空调", "澜舟", f"KF-{number}", 1999.0, features=features
    )


def test_the_vocabulary_spells_ascii_and_knows_gb2312() -> None:
    tokens = build(["喆" * 3, "，，，", "龘"])
    assert tuple(tokens[:5]) == SPECIAL
    assert len(gb2312()) == 6763
    assert {"5", "##5", "k", "##k", "匹", "喆", ","} <= {*tokens}
    assert "龘" not in tokens  # seen once
    assert len(tokens) == len({*tokens})


def test_corpora_become_documents(tmp_path: Path) -> None:
    (tmp_path / "kdconv").mkdir()
    talk = [{"messages": [{"message": "你好"}, {"message": "再见"}]}]
    (tmp_path / "kdconv" / "film_dev.json").write_text(json.dumps(talk), encoding="utf-8")
    (tmp_path / "cmrc2018").mkdir()
    passage = [{"context_text": "甲。乙？", "qas": [{"query_text": "丙？"}]}]
    (tmp_path / "cmrc2018" / "dev.json").write_text(json.dumps(passage), encoding="utf-8")
    (tmp_path / "chatterbot_zh").mkdir()
    (tmp_path / "chatterbot_zh" / "ai.yml").write_text("conversations:\n- - 问\n  - 答\n", encoding="utf-8")
    assert [*documents(tmp_path)] == [["你好", "再见"], ["甲。", "乙？"], ["丙？"], ["问", "答"]]


def test_a_question_by_kind_is_answered_by_every_product_of_that_kind() -> None:
    goods = [product(1, "静音", "省电"), product(2, "静音"), product(3)]
    for pair in pairs([goods], 200, random.Random(1)):
        assert pair.answered_by(pair.product)
        for other in goods:
            named = pair.name in ("", other.name) and pair.features <= {*other.features}
            assert pair.answered_by(other) == named


def test_half_of_a_batch_shares_a_shelf() -> None:
    shelves = by_category(random_goods(3, 400))
    kinds = Counter(pair.product.category for pair in pairs(shelves, 40, random.Random(2)))
    assert max(kinds.values()) >= 20
    assert len(kinds) > 3
