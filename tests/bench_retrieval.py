"""How long retrieval takes in a large shop: python -m tests.bench_retrieval [goods]

Prints the time of building the view, p50/p95/p99 of a query and of choosing its evidence, in milliseconds.
"""

from __future__ import annotations

import sys
import tempfile
import time
from collections.abc import Sequence
from dataclasses import replace
from datetime import date
from pathlib import Path
from typing import Any

import numpy as np

from runtime.knowledge.catalogue import read_catalogue
from runtime.knowledge.evidence import choose_evidence
from runtime.knowledge.index import DIMENSIONS, Floats
from runtime.knowledge.retrieval import retrieve
from runtime.knowledge.view import View, build_view
from runtime.settings import DEMO_GOODS
from runtime.store.goods import Goods
from runtime.types import DialogueState, EmotionVector, Intent, Product, Tactic, Understanding
from runtime.understanding.numbers import normalise_text

TODAY = date(2026, 11, 21)
QUERIES: tuple[tuple[str, dict[str, Any]], ...] = (
    (
        "我家100平，预算5k，要省电的空调，老人用的",
        {"category": "空调", "budget_max": 5000.0, "area_m2": 100.0, "features": ("省电",), "who": "老人"},
    ),
    ("有什么好东西推荐", {}),
    ("三千以内的", {"budget_max": 3000.0}),
    ("要静音省电的", {"features": ("静音", "省电")}),
    ("凉船净想1.5匹变频空调多少钱", {"category": "空调"}),
    ("65寸的电视", {"category": "电视", "size": "65寸", "excluded": ("大屏",)}),
    ("便宜点的手机", {"category": "手机", "budget_max": 1.0}),
)


class RandomEncoder:
    """Random unit vectors: the worst case for a graph, and no time spent on a model."""

    version = "random"

    def __init__(self) -> None:
        self._random = np.random.default_rng(1)

    def embed(self, texts: Sequence[str]) -> Floats:
        vectors = self._random.standard_normal((len(texts), DIMENSIONS)).astype(np.float32)
        unit: Floats = vectors / np.linalg.norm(vectors, axis=1, keepdims=True)
        return unit


def many(count: int) -> Goods:
    """The demo shop, repeated under other names, models and prices."""
    demo = read_catalogue(DEMO_GOODS)
    syllables = "澜舟静享云岭松涛映月青禾远山晨光"

    def variant(n: int) -> Product:
        product = demo.products[n % len(demo.products)]
        series = syllables[n % 16] + syllables[n // 16 % 16] + syllables[n // 256 % 16]
        name = (
            product.name
            if n < len(demo.products)
            else product.name.replace(product.brand, product.brand + series)
        )
        return replace(
            product, id=f"P{n:05}", name=name, model=f"{product.model}-{n}", price=product.price + n % 97
        )

    return Goods(tuple(variant(n) for n in range(count)), demo.promotions, demo.faqs, demo.scripts, 1)


def timed(view: View, encoder: RandomEncoder, rounds: int) -> tuple[list[float], list[float]]:
    finding, choosing = [], []
    for turn in range(rounds):
        text, wishes = QUERIES[turn % len(QUERIES)]
        state, plain = DialogueState(turn=turn, **wishes), normalise_text(text)
        intents = tuple(float(intent is Intent.RECOMMEND) for intent in Intent)
        understanding = Understanding(
            plain, intents, EmotionVector(0, 0, 1, 0), (), encoder.embed([plain])[0]
        )
        begun = time.perf_counter()
        hits = retrieve(view, state, plain, understanding.embedding, TODAY)
        found = time.perf_counter()
        choose_evidence(view, hits, state, understanding, Tactic.RECOMMEND, TODAY)
        finding.append((found - begun) * 1000)
        choosing.append((time.perf_counter() - found) * 1000)
    return finding, choosing


def main() -> None:
    count = int(sys.argv[1]) if len(sys.argv) > 1 else 20_000
    goods, encoder = many(count), RandomEncoder()
    with tempfile.TemporaryDirectory() as folder:
        for what in ("new", "cached"):
            begun = time.perf_counter()
            view = build_view(goods, encoder, Path(folder))
            print(f"{count} goods, view built ({what} index): {time.perf_counter() - begun:.1f} s")
    timed(view, encoder, len(QUERIES))
    finding, choosing = timed(view, encoder, 100 * len(QUERIES))
    for name, times in (("retrieve", finding), ("evidence", choosing)):
        p50, p95, p99 = np.percentile(times, (50, 95, 99))
        print(f"{name}: p50 {p50:.2f} ms, p95 {p95:.2f} ms, p99 {p99:.2f} ms")
    for at, (text, _) in enumerate(QUERIES):
        print(f"  {np.median(finding[at :: len(QUERIES)]):6.2f} ms  {text}")


if __name__ == "__main__":
    main()
