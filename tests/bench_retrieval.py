"""How long retrieval takes in a large shop: python -m tests.bench_retrieval [goods]

Prints the time of building the view, and p50, p95 and p99 of a query and of choosing its evidence: by the
clock, and of the processor, which is what counts where other work shares the cores.
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
from numpy.typing import NDArray

from runtime.knowledge.catalogue import read_catalogue
from runtime.knowledge.evidence import choose_evidence
from runtime.knowledge.index import DIMENSIONS, Floats
from runtime.knowledge.retrieval import retrieve
from runtime.knowledge.view import View, build_view
from runtime.settings import DEMO_GOODS
from runtime.store.goods import Goods
from runtime.types import DialogueState, EmotionVector, Intent, Product, Tactic, Understanding
from runtime.understanding.numbers import normalise_text

Times = NDArray[np.float64]  # shape (queries, 4)
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


def timed(view: View, encoder: RandomEncoder, rounds: int) -> Times:
    """Milliseconds of the clock and of the processor for each query, and for choosing its evidence."""
    times = np.zeros((rounds, 4))
    for turn in range(rounds):
        text, wishes = QUERIES[turn % len(QUERIES)]
        state, plain = DialogueState(turn=turn, **wishes), normalise_text(text)
        intents = tuple(float(intent is Intent.RECOMMEND) for intent in Intent)
        embedding = encoder.embed([plain])[0]
        understanding = Understanding(plain, intents, EmotionVector(0, 0, 1, 0), (), embedding)
        begun = time.perf_counter(), time.thread_time()
        hits = retrieve(view, state, plain, embedding, TODAY)
        found = time.perf_counter(), time.thread_time()
        choose_evidence(view, hits, state, understanding, Tactic.RECOMMEND, TODAY)
        done = time.perf_counter(), time.thread_time()
        times[turn] = (*np.subtract(found, begun), *np.subtract(done, found))
    return times * 1000


def main() -> None:
    count = int(sys.argv[1]) if len(sys.argv) > 1 else 20_000
    goods, encoder = many(count), RandomEncoder()
    with tempfile.TemporaryDirectory() as folder:
        for what in ("new", "cached"):
            begun = time.perf_counter()
            view = build_view(goods, encoder, Path(folder))
            print(f"{count} goods, view built ({what} index): {time.perf_counter() - begun:.1f} s")
    timed(view, encoder, len(QUERIES))
    times = timed(view, encoder, 100 * len(QUERIES))
    for column, name in enumerate(("retrieve", "retrieve, CPU", "evidence", "evidence, CPU")):
        p50, p95, p99 = np.percentile(times[:, column], (50, 95, 99))
        print(f"{name:14}: p50 {p50:5.2f} ms, p95 {p95:5.2f} ms, p99 {p99:5.2f} ms")
    for at, (text, _) in enumerate(QUERIES):
        print(f"  {np.median(times[at :: len(QUERIES), 1]):5.2f} ms CPU  {text}")


if __name__ == "__main__":
    main()
