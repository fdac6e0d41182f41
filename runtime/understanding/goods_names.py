"""What the shop's own goods are called, ready to be found in a sentence."""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass

from runtime.types import Product, SlotName
from runtime.understanding import lexicon
from runtime.understanding.clauses import cuts_a_word
from runtime.understanding.numbers import normalise_text


@dataclass(frozen=True, slots=True)
class CatalogueNames:
    """What the shop's own goods are called; built from the goods whenever they change."""

    entries: Mapping[str, tuple[SlotName, str]]  # normalised spoken form -> slot and canonical value
    lengths: Mapping[str, tuple[int, ...]]  # first character -> lengths of the forms, longest first
    ids: Mapping[str, tuple[str, ...]]  # value of a MODEL slot -> ids of the goods that carry it
    goods: tuple[tuple[str, str], ...]  # normalised name and id of everything

    def named(self, model: str) -> tuple[str, ...]:
        """Ids of the goods of that model or series, or else of those in whose name it stands."""
        form = normalise_text(model)
        return self.ids.get(model) or tuple(id for name, id in self.goods if len(form) > 1 and form in name)

    @classmethod
    def of(cls, products: Iterable[Product]) -> CatalogueNames:
        """Names, their series, models (also without dashes), brands, categories and colours."""
        entries: dict[str, tuple[SlotName, str]] = {}
        ids: defaultdict[str, list[str]] = defaultdict(list)
        series: defaultdict[str, list[Product]] = defaultdict(list)
        goods = tuple(products)
        for product in goods:
            model = product.model or product.name
            ids[model].append(product.id)
            if own := _series(product):
                series[own].append(product)
            for spoken, slot, value in (
                (product.category, SlotName.CATEGORY, product.category),
                (product.brand, SlotName.BRAND, product.brand),
                (product.model, SlotName.MODEL, model),
                (re.sub(r"[-/ ]", "", product.model), SlotName.MODEL, model),
                (product.name, SlotName.MODEL, model),
                *((color, SlotName.COLOR, color) for color in product.colors),
            ):
                form = normalise_text(spoken)
                if len(form) > 1:
                    entries.setdefault(form, (slot, value))
        for own, members in series.items():
            models = {product.model or product.name for product in members}
            brands = {product.brand for product in members}
            name = own if len(brands) > 1 else brands.pop() + own
            value = models.pop() if len(models) == 1 else name
            if entries.setdefault(normalise_text(own), (SlotName.MODEL, value))[1] == name:
                ids[name] = [product.id for product in members]
        lengths: defaultdict[str, set[int]] = defaultdict(set)
        for form in entries:
            lengths[form[0]].add(len(form))
        return cls(
            entries=entries,
            lengths={first: tuple(sorted(known, reverse=True)) for first, known in lengths.items()},
            ids={model: tuple(found) for model, found in ids.items()},
            goods=tuple((normalise_text(product.name), product.id) for product in goods),
        )

    def find(self, text: str) -> Iterator[tuple[int, int, SlotName, str]]:
        """Every occurrence as (start, end, slot, value), longest first at each position."""
        for start, first in enumerate(text):
            for length in self.lengths.get(first, ()):
                end = start + length
                known = self.entries.get(text[start:end]) if end <= len(text) else None
                if known and not cuts_a_word(text, start, end):
                    yield (start, end, *known)


def _series(product: Product) -> str:
    """What sets a name apart from others of its brand: 静享 of 凉川静享1.5匹变频空调; "" if only kinds do."""
    name = product.name.removesuffix(product.category)
    own = re.split(r"[0-9]", name.removeprefix(product.brand))[0].strip()
    if own == name:
        return ""
    own = own[: lexicon.first_kind(normalise_text(own))]
    return own if len(own) > 1 else ""
