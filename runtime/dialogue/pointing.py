"""A clause that may point at goods, and the words of pointing that all ways of doing so share."""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import date

from runtime.knowledge.descriptions import Descriptions
from runtime.knowledge.items import Item, comes_in
from runtime.types import DialogueState, Slot, SlotName
from runtime.understanding.numbers import render_quantity

Found = tuple[tuple[str, ...], tuple[tuple[int, int], ...]]  # ids, and where in the clause they are described
NOTHING: Found = ((), ())

KIND = r"(?:个|款|台|种|件|套|部|张|把|只|支|块|条|盏|辆)"
THAT_WORDS = rf"(?:[那这嗰][一两]?{KIND}|呢[部只])"
THAT = re.compile(THAT_WORDS)
COMPARES = re.compile(
    r"(?<!价)比(?!较[^一]|如|例|价)|区别|不同(?!意)|不一样|差别|差在|差哪|哪一?[个款台种](?!牌)|选哪|啥关系"
)
WHICH_IS = re.compile(rf"的?(是|叫)(哪一?{KIND}|什么)|的?(是)?哪一?{KIND}来着")
WISHES = re.compile(
    rf"有没有|有.{{1,8}}的[吗么没]|想[要买看]|推荐|[换找来]一?{KIND}|预算|便宜|以[内下]|左右|一?[点些]的|不要|(?<!是)不是|别的"
)


@dataclass(frozen=True, slots=True)
class Clause:
    """Part of what was said, the talk before it, and the shop's goods."""

    text: str
    slots: tuple[Slot, ...]  # counted from its beginning
    category: str | None  # of the goods that are meant
    state: DialogueState  # before these words
    goods: Descriptions
    today: date

    def of_kind(self, ids: tuple[str, ...]) -> list[Item]:
        """Those of ``ids`` that the shop still has and that are of the category meant."""
        return [item for item in self.goods.known(ids) if self.category in (None, item.product.category)]


def has(item: Item, slot: Slot) -> bool:
    """Whether a product has the brand, colour, feature or size that was said."""
    if slot.name is SlotName.BRAND:
        return item.product.brand == slot.value
    if slot.name in (SlotName.COLOR, SlotName.FEATURE):
        return slot.value in item.traits or slot.value in item.product.colors
    return comes_in(item, slot.value if isinstance(slot.value, str) else render_quantity(slot.value))
