"""What customers ask about goods, whatever the shop calls it: the rows of topics.toml as patterns."""

from __future__ import annotations

import re
import tomllib
from dataclasses import dataclass
from functools import lru_cache
from importlib import resources
from typing import Any

from runtime.types import Fact, FactKind

_NEVER = "(?!)"


@dataclass(frozen=True, slots=True)
class Topic:
    ask: re.Pattern[str]
    vague: re.Pattern[str]
    spec: re.Pattern[str]
    told: re.Pattern[str]
    strict: bool

    def tells(self, fact: Fact) -> bool:
        if fact.kind is FactKind.SPEC:
            return bool(self.spec.search(spec_name(fact)) or self.told.search(fact.text))
        return fact.kind in (FactKind.FEATURE, FactKind.INSTALL) and bool(self.told.search(fact.text))


@lru_cache(maxsize=1)
def topics() -> tuple[Topic, ...]:
    table = tomllib.loads(resources.files(__package__).joinpath("topics.toml").read_text("utf-8"))
    return tuple(_topic(row) for row in table["topic"])


def _topic(row: dict[str, Any]) -> Topic:
    def pattern(key: str) -> re.Pattern[str]:
        return re.compile(row.get(key, _NEVER))

    return Topic(
        pattern("ask"), pattern("vague"), pattern("spec"), pattern("told"), strict=row.get("strict", False)
    )


def is_about(feature: str, spec: str) -> bool:
    """Whether the spec of that name tells what somebody wants who wants the feature."""
    return any(topic.ask.search(feature) and topic.spec.search(spec) for topic in topics())


def spec_name(fact: Fact) -> str:
    return fact.id.rpartition(".")[2].lower()
