"""A merchant's goods, promotions, FAQs and scripts, imported whole or not at all.

Each kind of sheet replaces what the shop had of that kind: the goods sheet is the shop's goods, an
uploaded FAQ sheet leaves goods and scripts alone. Promotions come from two places: those in a goods
row are replaced with the goods, those on a sheet of their own with that sheet.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path
from typing import TypeVar

from runtime.errors import BadInput, BadRow
from runtime.knowledge import cells
from runtime.knowledge.fact_text import yuan
from runtime.knowledge.headings import Layout, read_headings, required_titles
from runtime.knowledge.rows import Row
from runtime.knowledge.sheets import Cell, Sheet, read_sheets
from runtime.store.goods import Goods, Kind, offer_id
from runtime.store.store import Store
from runtime.types import Emotion, Faq, Intent, Product, Promotion, Script, SlotName
from runtime.understanding import lexicon
from runtime.understanding.numbers import normalise_text

M = TypeVar("M", Intent, Emotion)

HEADING_ROWS = 10  # a title and notes may stand above the headings
SHOWN_ERRORS = 50
_ANY = {"", "通用", "全部", "任意", "所有", "any"}
_PREFIX = {Kind.FAQS: "FAQ", Kind.SCRIPTS: "S", Kind.PROMOTIONS: "PROMO"}
_OTHER = "其他"
_TOTALS = {"合计", "总计", "小计"}


class BadCatalogue(BadInput):
    """Cells that cannot be imported: all are counted, the first SHOWN_ERRORS kept in ``rows``."""

    code = "bad-catalogue"

    def __init__(self, rows: Iterable[BadRow]) -> None:
        every = tuple(rows)
        more = f"（另有 {len(every) - 1} 处）" if len(every) > 1 else ""
        super().__init__(f"{every[0].args[0]}{more}")
        self.rows = every[:SHOWN_ERRORS]
        self.count = len(every)


@dataclass(frozen=True, slots=True)
class Reference:
    """A cell that names a product by its id."""

    file: str
    row: int
    column: str
    product_id: str


@dataclass(frozen=True, slots=True)
class Catalogue:
    """What a file holds; ``kinds`` are those it has a sheet of."""

    products: tuple[Product, ...] = ()
    promotions: tuple[Promotion, ...] = ()
    faqs: tuple[Faq, ...] = ()
    scripts: tuple[Script, ...] = ()
    kinds: frozenset[Kind] = frozenset()
    references: tuple[Reference, ...] = ()


def read_catalogue(path: Path) -> Catalogue:
    """Read a CSV, XLSX or JSON file, or a folder of them.

    Raises BadInput when a file cannot be read at all, BadCatalogue naming every bad cell otherwise.
    """
    reader = _Reader()
    for sheet in read_sheets(path):
        reader.read(sheet)
    if not reader.kinds and not reader.errors:
        reader.errors.append(BadRow(path.name, 1, "表头", _expected_headings()))
    if reader.errors:
        raise BadCatalogue(reader.errors)
    return Catalogue(
        tuple(reader.products),
        tuple(reader.promotions),
        tuple(reader.faqs),
        tuple(reader.scripts),
        frozenset(reader.kinds),
        tuple(reader.references),
    )


def import_catalogue(store: Store, catalogue: Catalogue) -> int:
    """Replace each kind that the catalogue has, in one transaction; the new catalogue version.

    Raises BadCatalogue when a cell names goods that the shop does not have, StoreFailed.
    """
    products = catalogue.products if Kind.GOODS in catalogue.kinds else store.goods().products
    known = {product.id for product in products}
    unknown = [
        BadRow(r.file, r.row, r.column, "店里一件商品的编号", r.product_id)
        for r in catalogue.references
        if r.product_id not in known
    ]
    if unknown:
        raise BadCatalogue(unknown)
    goods = Goods(catalogue.products, catalogue.promotions, catalogue.faqs, catalogue.scripts)
    return store.replace_goods(goods, catalogue.kinds)


class _Reader:
    """Gathers values and errors over all sheets."""

    def __init__(self) -> None:
        self.products: list[Product] = []
        self.promotions: list[Promotion] = []
        self.faqs: list[Faq] = []
        self.scripts: list[Script] = []
        self.kinds: set[Kind] = set()
        self.references: list[Reference] = []
        self.errors: list[BadRow] = []
        self._ids: dict[tuple[Kind, str], str] = {}  # id -> where it stood first

    def read(self, sheet: Sheet) -> None:
        """A sheet without known headings is a note to people and left alone."""
        found = _find_headings(sheet)
        if found is None:
            return
        at, layout = found
        row = sheet.rows[at][0]
        for heading in layout.repeated:
            self.errors.append(BadRow(sheet.file, row, heading, "唯一的一列（另有一列意思相同）"))
        for heading in layout.missing:
            self.errors.append(BadRow(sheet.file, row, heading, f"{layout.kind}表必有的表头"))
        if layout.repeated or layout.missing:
            return
        if not sheet.rows[at + 1 :]:
            self.errors.append(BadRow(sheet.file, row + 1, layout.kind, "至少一行内容"))
        self.kinds.add(layout.kind)
        read_row = {
            Kind.GOODS: self._read_product,
            Kind.FAQS: self._read_faq,
            Kind.SCRIPTS: self._read_script,
            Kind.PROMOTIONS: self._read_promotion,
        }[layout.kind]
        for number, values in sheet.rows[at + 1 :]:
            if next(filter(None, values)) not in _TOTALS:
                read_row(Row(sheet.file, number, layout, values, self.errors))

    def _read_product(self, row: Row) -> None:
        name = row.required("name", cells.read_name)
        brand, model = row.optional("brand", cells.read_text, ""), row.optional("model", cells.read_text, "")
        price = row.required("price", row.money("price"))
        derived = _derived_id(brand, model or name or "")
        product_id = self._claim(row, row.optional("id", cells.read_id, derived))
        category = row.optional("category", cells.read_text, "") or _category_in(name or "")
        product = Product(
            id=product_id,
            name=name or "",
            category=category,
            brand=brand,
            model=model,
            price=price or 0.0,
            stock=row.optional("stock", cells.read_stock, None),
            specs=row.specs(),
            features=row.optional("features", cells.read_list, ()),
            colors=row.optional("colors", cells.read_list, ()),
            warranty=row.optional("warranty", cells.read_text, ""),
            delivery=row.optional("delivery", cells.read_text, ""),
            installation=row.optional("installation", cells.read_text, ""),
            description=row.optional("description", cells.read_text, ""),
        )
        self.products.append(product)
        self._read_offer(row, product)

    def _read_offer(self, row: Row, product: Product) -> None:
        """The promotion in a product's own row: a text, a price or both."""
        text = row.optional("promotion", cells.read_offer, "")
        price = row.optional("promotion_price", row.money("promotion_price"), None)
        starts, ends = row.period("promotion_starts", "promotion_ends")
        if price is not None and product.price and price > product.price:
            row.reject("promotion_price", "不高于原价的价格")
        if text or price is not None:
            text = text or f"促销价{yuan(price or 0.0)}"
            self.promotions.append(
                Promotion(offer_id(product.id), text, product.id, None, price, starts, ends)
            )

    def _read_promotion(self, row: Row) -> None:
        text = row.required("text", cells.read_name) or ""
        starts, ends = row.period("starts", "ends")
        category = row.optional("category", cells.read_text, "")
        self.promotions.append(
            Promotion(
                id=self._numbered(row, len(self.promotions)),
                text=text,
                product_id=self._reference(row),
                category=None if category in _ANY else category,
                price=row.optional("price", row.money("price"), None),
                starts=starts,
                ends=ends,
            )
        )

    def _read_faq(self, row: Row) -> None:
        question = row.required("question", cells.read_text) or ""
        answer = row.required("answer", cells.read_text) or ""
        self.faqs.append(Faq(self._numbered(row, len(self.faqs)), question, answer, self._reference(row)))

    def _read_script(self, row: Row) -> None:
        text = row.required("text", cells.read_text) or ""
        intent = row.optional("intent", _read_intent, None)
        emotion = row.optional("emotion", _read_emotion, None)
        self.scripts.append(Script(self._numbered(row, len(self.scripts)), intent, emotion, text))

    def _reference(self, row: Row) -> str | None:
        product_id = row.optional("product_id", cells.read_id, "")
        if product_id in _ANY:
            return None
        self.references.append(Reference(row.file, row.number, row.heading("product_id"), product_id))
        return product_id

    def _numbered(self, row: Row, before: int) -> str:
        """The row's id, with the kind's prefix where it is a bare number: facts of a turn share one space."""
        prefix = _PREFIX[row.layout.kind]
        given = row.optional("id", cells.read_id, "")
        if not given:
            given = f"{before + 1:03d}"
        return self._claim(row, prefix + given if given.isdigit() else given)

    def _claim(self, row: Row, id: str) -> str:
        here = f"{row.file} 第 {row.number} 行"
        first = self._ids.setdefault((row.layout.kind, id), here)
        if first != here:
            row.reject("id", f"不重复的编号（{first} 已用 {id}）")
        return id


def _find_headings(sheet: Sheet) -> tuple[int, Layout] | None:
    """Where the heading row stands and what it says; None where no row has two known headings."""
    layouts = [read_headings(tuple(map(cells.show, row))) for _, row in sheet.rows[:HEADING_ROWS]]
    best = max(range(len(layouts)), key=lambda at: (len(layouts[at].places), -at), default=None)
    return (best, layouts[best]) if best is not None and len(layouts[best].places) > 1 else None


def _expected_headings() -> str:
    return "，或".join(f"{kind}表（{'、'.join(required_titles(kind))}）" for kind in Kind)


def _derived_id(brand: str, model: str) -> str:
    """The same goods keep their id from import to import, wherever their row stands."""
    return "G" + hashlib.sha256(f"{brand}\n{model}".encode()).hexdigest()[:10].upper()


def _category_in(name: str) -> str:
    """The kind of thing that a name ends in: 静享变频空调 -> 空调."""
    found = [word for _, _, slot, word in lexicon.scan(normalise_text(name)) if slot is SlotName.CATEGORY]
    return found[-1] if found else _OTHER


def _read_intent(cell: Cell) -> Intent | None:
    return _read_member(Intent, cell)


def _read_emotion(cell: Cell) -> Emotion | None:
    return _read_member(Emotion, cell)


def _read_member(members: type[M], cell: Cell) -> M | None:
    text = cells.read_text(cell)
    if text in _ANY:
        return None
    try:
        return members(text)
    except ValueError:
        raise ValueError(f"其中之一：{' '.join(members)}，或“通用”") from None
