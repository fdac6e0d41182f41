"""How facts read."""

from __future__ import annotations

from datetime import date

import pytest

from runtime.knowledge.fact_text import promotion_text


@pytest.mark.parametrize(
    ("ends", "text"),
    [
        (None, "促销:直降200元"),
        (date(2026, 12, 31), "促销:直降200元(12月31日止)"),
        (date(2027, 12, 31), "促销:直降200元(2027年12月31日止)"),
    ],
)
def test_a_last_day_of_another_year_has_its_year(ends: date | None, text: str) -> None:
    assert promotion_text("直降200元", ends, date(2026, 11, 21)) == text
