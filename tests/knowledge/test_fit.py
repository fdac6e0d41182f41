"""What goods are measured by, where the customer wants nothing special."""

from __future__ import annotations

from runtime.knowledge.fit import Usual, Wish
from runtime.knowledge.items import make_item
from runtime.types import DialogueState, Product
from tests.knowledge.shop import TODAY

ITEMS = tuple(
    make_item(Product(f"P{n}", f"空调{n}", "空调", "凉川", "", price, features=features), ())
    for n, (price, features) in enumerate(
        [
            (2000.0, ("变频", "冷暖")),
            (2900.0, ("变频", "冷暖", "静音")),
            (3300.0, ("变频", "静音")),
            (900.0, ("小巧",)),
            (16800.0, ("高端",)),
        ]
    )
)


def test_the_usual_is_of_middle_price_and_has_what_most_have() -> None:
    usual = Usual.of(ITEMS, TODAY)
    assert usual is not None
    likeness = [usual.likeness(item, item.product.price) for item in ITEMS]
    assert max(likeness) == likeness[1]
    assert sorted(likeness)[:2] == sorted(likeness[3:])
    assert Usual.of((), TODAY) is None


def test_a_customer_who_wants_something_special_gets_it() -> None:
    for state, special in (
        (DialogueState(category="空调"), False),
        (DialogueState(category="空调", budget_max=2000.0), True),
        (DialogueState(category="空调", features=("静音",)), True),
        (DialogueState(category="空调", who="老人"), True),
    ):
        assert (Wish.of(state, "空调", ITEMS, (), TODAY).usual is None) is special
