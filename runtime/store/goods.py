"""Goods in the database: products, promotions, FAQs and scripts, under one version."""

from __future__ import annotations

import json
import sqlite3
from dataclasses import dataclass
from datetime import date
from enum import StrEnum
from typing import Any

from runtime.types import Emotion, Faq, Intent, Product, Promotion, Script


class Kind(StrEnum):
    """What a merchant's sheet may hold; each is replaced as a whole."""

    GOODS = "商品"
    PROMOTIONS = "促销"
    FAQS = "问答"
    SCRIPTS = "话术"


@dataclass(frozen=True, slots=True)
class Goods:
    """Everything that the shop sells and says about it."""

    products: tuple[Product, ...] = ()
    promotions: tuple[Promotion, ...] = ()
    faqs: tuple[Faq, ...] = ()
    scripts: tuple[Script, ...] = ()
    version: int = 0  # grows by one with every import


def offer_id(product_id: str) -> str:
    """The id of the promotion that stands in a product's own row: it lives and goes with the goods sheet."""
    return f"{product_id}.offer"


def read_goods(connection: sqlite3.Connection) -> Goods:
    (version,) = connection.execute("SELECT version FROM catalogue").fetchone()
    return Goods(
        products=tuple(_product(row) for row in connection.execute("SELECT * FROM products ORDER BY rowid")),
        promotions=tuple(
            Promotion(id, text, product_id, category, price, _date(starts), _date(ends))
            for id, text, product_id, category, price, starts, ends in connection.execute(
                "SELECT * FROM promotions ORDER BY rowid"
            )
        ),
        faqs=tuple(Faq(*row) for row in connection.execute("SELECT * FROM faqs ORDER BY rowid")),
        scripts=tuple(
            Script(id, intent and Intent(intent), emotion and Emotion(emotion), text)
            for id, intent, emotion, text in connection.execute("SELECT * FROM scripts ORDER BY rowid")
        ),
        version=version,
    )


def replace_goods(connection: sqlite3.Connection, goods: Goods, kinds: frozenset[Kind]) -> int:
    """Replace each kind as a whole; kinds not named stay. Returns the new version."""
    own = tuple(p for p in goods.promotions if _stands_in_goods_row(p))
    if Kind.GOODS in kinds:
        connection.execute("DELETE FROM products")
        connection.execute("DELETE FROM promotions WHERE id = product_id || '.offer'")
        _insert(connection, "products", [_product_row(product) for product in goods.products])
        _insert(connection, "promotions", [_promotion_row(promotion) for promotion in own])
    if Kind.PROMOTIONS in kinds:
        connection.execute("DELETE FROM promotions WHERE id IS NOT product_id || '.offer'")
        others = [_promotion_row(p) for p in goods.promotions if not _stands_in_goods_row(p)]
        _insert(connection, "promotions", others)
    if Kind.FAQS in kinds:
        connection.execute("DELETE FROM faqs")
        _insert(connection, "faqs", [(f.id, f.question, f.answer, f.product_id) for f in goods.faqs])
    if Kind.SCRIPTS in kinds:
        connection.execute("DELETE FROM scripts")
        _insert(connection, "scripts", [(s.id, s.intent, s.emotion, s.text) for s in goods.scripts])
    (version,) = connection.execute("UPDATE catalogue SET version = version + 1 RETURNING version").fetchone()
    return int(version)


def _insert(connection: sqlite3.Connection, table: str, rows: list[tuple[Any, ...]]) -> None:
    if rows:
        marks = ", ".join("?" * len(rows[0]))
        connection.executemany(f"INSERT INTO {table} VALUES ({marks})", rows)


def _stands_in_goods_row(promotion: Promotion) -> bool:
    return promotion.product_id is not None and promotion.id == offer_id(promotion.product_id)


def _product_row(product: Product) -> tuple[Any, ...]:
    return (
        product.id,
        product.name,
        product.category,
        product.brand,
        product.model,
        product.price,
        product.stock,
        json.dumps(product.specs, ensure_ascii=False),
        json.dumps(product.features, ensure_ascii=False),
        json.dumps(product.colors, ensure_ascii=False),
        product.warranty,
        product.delivery,
        product.installation,
        product.description,
    )


def _product(row: tuple[Any, ...]) -> Product:
    id, name, category, brand, model, price, stock, specs, features, colors, *terms = row
    warranty, delivery, installation, description = terms
    return Product(
        id,
        name,
        category,
        brand,
        model,
        price,
        stock,
        tuple((key, value) for key, value in json.loads(specs)),
        tuple(json.loads(features)),
        tuple(json.loads(colors)),
        warranty,
        delivery,
        installation,
        description,
    )


def _promotion_row(promotion: Promotion) -> tuple[Any, ...]:
    return (
        promotion.id,
        promotion.text,
        promotion.product_id,
        promotion.category,
        promotion.price,
        promotion.starts and promotion.starts.isoformat(),
        promotion.ends and promotion.ends.isoformat(),
    )


def _date(text: str | None) -> date | None:
    return date.fromisoformat(text) if text else None
