"""Invented goods are plausible, varied, and the same for the same seed."""

from __future__ import annotations

import re
from random import Random

from export.data.goods import KINDS, draw, random_goods, random_promotions


def test_a_seed_always_gives_the_same_goods() -> None:
    assert random_goods(7, 40) == random_goods(7, 40)
    assert random_goods(7, 40) != random_goods(8, 40)


def test_goods_are_whole() -> None:
    for product in random_goods(1, 400):
        assert product.name.startswith(product.brand)
        assert product.price > 0
        assert product.specs
        assert product.features
        assert product.warranty
        assert product.delivery
        assert product.installation
        assert not re.search(r"[|\[\]]|<\|", repr(product.name) + product.warranty + product.delivery)


def test_goods_are_too_many_to_remember() -> None:
    goods = random_goods(2, 2000)
    assert len({product.name for product in goods}) > 1950
    assert len({product.brand for product in goods}) > 1200
    assert {product.category for product in goods} == {kind.category for kind in KINDS}


def test_patterns() -> None:
    assert draw(Random(1), "满[10..10]元减[3..3]元") == "满10元减3元"
    assert {draw(Random(seed), "甲|乙") for seed in range(20)} == {"甲", "乙"}
    assert {draw(Random(seed), "[5..15:5]L/min") for seed in range(40)} == {"5L/min", "10L/min", "15L/min"}


def test_promotions_name_what_they_are_for() -> None:
    goods = random_goods(3, 20)
    ids = {product.id for product in goods}
    for promotion in random_promotions(Random(4), goods, 100):
        assert promotion.text
        assert promotion.product_id is None or promotion.product_id in ids
        assert promotion.product_id is None or promotion.category is None
