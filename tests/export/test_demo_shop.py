"""The demo shop is big enough, imports whole, and promises nothing that no fact could support."""

from __future__ import annotations

import re
from collections import Counter
from datetime import date
from functools import cache
from pathlib import Path

from runtime.knowledge.catalogue import Catalogue, read_catalogue

DEMO = Path(__file__).resolve().parents[2] / "firmware_config/demo"


@cache
def shop() -> Catalogue:
    return read_catalogue(DEMO)


def test_the_shop_is_big_enough() -> None:
    categories = Counter(product.category for product in shop().products)
    assert len(shop().products) >= 170
    assert len(categories) == 23
    assert min(categories.values()) >= 5
    assert len(shop().faqs) >= 60
    assert len(shop().scripts) >= 44


def test_names_and_models_are_unique() -> None:
    for names in ([p.name for p in shop().products], [p.model for p in shop().products]):
        assert len(set(names)) == len(names)


def test_every_product_has_price_features_and_terms() -> None:
    for product in shop().products:
        assert product.price > 0
        assert product.features
        assert product.warranty
        assert product.delivery
        assert product.installation
        assert product.description


def test_promotions_are_running_past_and_future() -> None:
    today = date(2026, 11, 21)
    offers = [(offer.starts or date.min, offer.ends or date.max) for offer in shop().promotions]
    assert sum(starts <= today <= ends for starts, ends in offers) >= 40
    assert sum(ends < today for _, ends in offers) >= 10
    assert sum(starts > today for starts, _ in offers) >= 3


def test_a_promotional_price_is_lower() -> None:
    prices = {product.id: product.price for product in shop().products}
    for offer in shop().promotions:
        assert offer.price is None or (offer.product_id and offer.price < prices[offer.product_id])


def test_scripts_hold_no_figure_and_no_commitment() -> None:
    forbidden = re.compile(r"\d|保证|一定|最|绝对|国家级|[一二两三四五六七八九十百千万]+[元折块]")
    assert [script.text for script in shop().scripts if forbidden.search(script.text)] == []
