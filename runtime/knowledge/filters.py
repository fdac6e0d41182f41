"""What the customer asked for, as conditions that SQL can check."""

from __future__ import annotations

import json
from dataclasses import dataclass, replace
from datetime import date

from runtime.types import DialogueState

TOLERANCE = 1.1  # a tenth above the ceiling is still worth showing where nothing else fits

SCHEMA = """
CREATE TABLE item (row INTEGER PRIMARY KEY, brand TEXT, price REAL, available INTEGER);
CREATE TABLE kind (category TEXT, row INTEGER, PRIMARY KEY (category, row)) WITHOUT ROWID;
CREATE TABLE trait (word TEXT, row INTEGER, PRIMARY KEY (word, row)) WITHOUT ROWID;
CREATE TABLE offer (row INTEGER, price REAL, starts TEXT, ends TEXT);
CREATE INDEX item_brand ON item (brand);
"""

# Features that a person needs, whoever names the person.
NEEDS_OF = {"老人": "适合老人", "孩子": "适合儿童", "孕妇": "静音"}


@dataclass(frozen=True, slots=True)
class Filters:
    """Conditions on goods; None or empty: any. ``wanted`` does not exclude but comes first."""

    categories: tuple[str, ...] = ()
    brand: str | None = None
    low: float | None = None  # yuan
    high: float | None = None  # yuan
    excluded: tuple[str, ...] = ()  # brands, categories, features and colours turned down
    rejected: tuple[int, ...] = ()  # rows turned down
    wanted: tuple[str, ...] = ()  # features and a colour

    @property
    def selects(self) -> bool:
        """Whether anything is asked for that would choose among the goods."""
        return bool(self.categories or self.brand or self.low or self.high or self.wanted)

    def relaxed(self) -> tuple[Filters, ...]:
        """Itself, then what to give up, step by step, while nothing fits. Never the category."""
        steps = [self]
        if self.low or self.high:
            near = replace(
                self, low=self.low and self.low / TOLERANCE, high=self.high and self.high * TOLERANCE
            )
            steps += [near, replace(self, low=None, high=None)]
        if self.brand:
            steps += [replace(self, brand=None), replace(self, brand=None, low=None, high=None)]
        return tuple(dict.fromkeys(steps))

    def where(self, today: date) -> tuple[str, dict[str, object]]:
        """The condition on ``item`` and its parameters."""
        clauses = ["1"]
        if self.categories:
            clauses.append(
                "row IN (SELECT row FROM kind WHERE category IN (SELECT value FROM json_each(:categories)))"
            )
        if self.brand:
            clauses.append("brand = :brand")
        if self.low:
            clauses.append("price >= :low")
        if self.high:
            clauses.append(
                "(price <= :high OR row IN (SELECT row FROM offer WHERE price <= :high"
                " AND (starts IS NULL OR starts <= :today) AND (ends IS NULL OR ends >= :today)))"
            )
        if self.excluded:
            clauses.append(
                "brand NOT IN (SELECT value FROM json_each(:excluded))"
                " AND row NOT IN (SELECT row FROM kind JOIN json_each(:excluded) ON category = value)"
                " AND row NOT IN (SELECT row FROM trait JOIN json_each(:excluded) ON word = value)"
            )
        if self.rejected:
            clauses.append("row NOT IN (SELECT value FROM json_each(:rejected))")
        parameters: dict[str, object] = {
            "categories": json.dumps(self.categories),
            "brand": self.brand,
            "low": self.low,
            "high": self.high,
            "today": today.isoformat(),
            "excluded": json.dumps(self.excluded),
            "rejected": json.dumps(self.rejected),
            "wanted": json.dumps(self.wanted),
        }
        return " AND ".join(clauses), parameters


def wanted_traits(state: DialogueState) -> tuple[str, ...]:
    """The features and the colour that the state asks for, the person's needs included."""
    words = [*state.features, *filter(None, (NEEDS_OF.get(state.who or ""), state.color))]
    return tuple(dict.fromkeys(words))
