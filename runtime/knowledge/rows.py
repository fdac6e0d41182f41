"""One row of a merchant's sheet, read field by field: a bad cell is noted and reading goes on."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date
from functools import partial
from typing import TypeVar

from runtime.errors import BadRow
from runtime.knowledge import cells
from runtime.knowledge.headings import Column, Layout, title
from runtime.knowledge.sheets import Cell

T = TypeVar("T")

_SHOWN = 60  # characters of a bad cell


@dataclass(frozen=True, slots=True)
class Row:
    file: str
    number: int  # as the merchant's program shows it
    layout: Layout
    values: tuple[Cell, ...]
    errors: list[BadRow]  # shared by all rows

    def required(self, field: str, read: Callable[[Cell], T]) -> T | None:
        """None only after an error was noted."""
        return self._read(self.heading(field), self._cell(field), read)

    def optional(self, field: str, read: Callable[[Cell], T], default: T) -> T:
        """``default`` for a missing column, an empty cell, or after an error was noted."""
        cell = self._cell(field)
        value = None if cell is None else self._read(self.heading(field), cell, read)
        return default if value is None else value

    def money(self, field: str) -> Callable[[Cell], float]:
        """A reader of yuan that knows the column's unit (万元)."""
        column = self._column(field)
        return partial(cells.read_money, unit=column.unit if column else "")

    def period(self, starts: str, ends: str) -> tuple[date | None, date | None]:
        first, last = self.optional(starts, _date, None), self.optional(ends, _date, None)
        if first and last and last < first:
            self.reject(ends, "不早于开始日期的一天")
        return first, last

    def specs(self) -> tuple[tuple[str, str], ...]:
        """The free columns that are filled in."""
        found = []
        for column, cell in zip(self.layout.columns, self.values, strict=False):
            if column and column.field is None and cell is not None:
                value = self._read(column.heading, cell, partial(cells.read_spec, unit=column.unit))
                if value:
                    found.append((column.name, value))
        return tuple(found)

    def reject(self, field: str, expected: str) -> None:
        self._note(self.heading(field), expected, self._cell(field))

    def heading(self, field: str) -> str:
        """The merchant's own heading of a field, else the usual one."""
        column = self._column(field)
        return column.heading if column else title(self.layout.kind, field)

    def _read(self, heading: str, cell: Cell, read: Callable[[Cell], T]) -> T | None:
        try:
            return read(cell)
        except ValueError as error:
            self._note(heading, str(error), cell)
            return None

    def _note(self, heading: str, expected: str, cell: Cell) -> None:
        self.errors.append(BadRow(self.file, self.number, heading, expected, cells.show(cell)[:_SHOWN]))

    def _column(self, field: str) -> Column | None:
        at = self.layout.places.get(field)
        return None if at is None else self.layout.columns[at]

    def _cell(self, field: str) -> Cell:
        at = self.layout.places.get(field, len(self.values))
        return self.values[at] if at < len(self.values) else None


def _date(cell: Cell) -> date | None:
    return cells.read_date(cell)
