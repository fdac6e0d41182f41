"""A merchant's file as sheets of cells: CSV, XLSX, JSON, or a folder of them. Meaning comes later."""

from __future__ import annotations

import csv
import io
import json
import re
import unicodedata
import warnings
import zipfile
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import date, datetime
from itertools import chain
from pathlib import Path
from typing import Any

import openpyxl

from runtime.errors import BadInput

MAX_BYTES = 20 * 2**20  # of a file
MAX_UNPACKED_BYTES = 100 * 2**20  # of all parts of an XLSX together
MAX_ROWS = 50_000  # of a sheet, blank ones left out
MAX_COLUMNS = 200
SUFFIXES = (".csv", ".xlsx", ".json")

Cell = str | int | float | date | None  # text is clean and never empty: an empty cell is None

_LARGEST = 10**15  # a larger number, infinity or NaN is kept as text: nothing here is that large
_CONTROLS = re.compile(r"[\x00-\x08\x0e-\x1f\x7f-\x9f\u200b-\u200f\u2028-\u202e\ufeff\ud800-\udfff]")


@dataclass(frozen=True, slots=True)
class Sheet:
    """Rows of one table, blank rows left out, each with the number that the merchant's program shows."""

    file: str  # file name, and the sheet's name where there is one
    rows: tuple[tuple[int, tuple[Cell, ...]], ...]


def read_sheets(path: Path) -> tuple[Sheet, ...]:
    """The sheets of a file, or of every known file in a folder. Raises BadInput naming the file."""
    if path.is_dir():
        files = sorted(file for file in path.iterdir() if file.suffix.lower() in SUFFIXES)
        return tuple(chain.from_iterable(map(read_sheets, files)))
    readers = {".csv": _read_csv, ".xlsx": _read_xlsx, ".json": _read_json}
    reader = readers.get(path.suffix.lower())
    if reader is None:
        raise _bad(path, f"不认识这种文件，请另存为 {'、'.join(SUFFIXES)}")
    try:
        if path.stat().st_size > MAX_BYTES:
            raise _bad(path, f"文件超过 {MAX_BYTES // 2**20} MB")
        content = path.read_bytes()
    except OSError as error:
        raise _bad(path, f"读不出来（{error.strerror}）") from error
    return tuple(reader(path, content))


def _read_csv(path: Path, content: bytes) -> Iterator[Sheet]:
    text = _decode(path, content)
    head = text[:4096].partition("\n")[0] or text[:4096]
    delimiter = max(",\t;", key=head.count)
    try:
        rows = list(csv.reader(io.StringIO(text, newline=""), delimiter=delimiter))
    except csv.Error as error:
        raise _bad(path, "不是完好的 CSV，请重新导出") from error
    yield _sheet(path, path.name, rows)


def _decode(path: Path, content: bytes) -> str:
    excel_unicode = content.startswith((b"\xff\xfe", b"\xfe\xff"))  # its "Unicode text"
    for encoding in ["utf-16"] if excel_unicode else ["utf-8-sig", "gb18030"]:
        try:
            return content.decode(encoding)
        except UnicodeDecodeError:
            continue
    raise _bad(path, "文字编码不是 UTF-8 也不是 GBK，请重新导出")


def _read_xlsx(path: Path, content: bytes) -> Iterator[Sheet]:
    try:
        with zipfile.ZipFile(io.BytesIO(content)) as archive:
            unpacked = sum(part.file_size for part in archive.infolist())
        if unpacked > MAX_UNPACKED_BYTES:
            raise _bad(path, f"解开后超过 {MAX_UNPACKED_BYTES // 2**20} MB")
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # styles and extensions that openpyxl leaves out
            yield from _read_workbook(path, content)
    except BadInput:
        raise
    except Exception as error:  # a broken workbook raises whatever its broken part leads to
        raise _bad(path, f"不是完好的 XLSX，请用表格软件另存一次（{type(error).__name__}）") from error


def _read_workbook(path: Path, content: bytes) -> Iterator[Sheet]:
    workbook = openpyxl.load_workbook(io.BytesIO(content), read_only=True, data_only=True)
    try:
        for sheet in workbook.worksheets:
            sheet.reset_dimensions()  # files of other programs declare wrong ones
            rows = ([_xlsx_value(cell) for cell in row] for row in sheet.iter_rows())
            yield _sheet(path, f"{path.name}[{sheet.title}]", rows)
    finally:
        workbook.close()


def _xlsx_value(cell: Any) -> Any:
    """A cell's value; a percentage is kept as it is shown."""
    if isinstance(cell.value, int | float) and "%" in (cell.number_format or ""):
        return f"{cell.value * 100:.6g}%"
    return cell.value


def _read_json(path: Path, content: bytes) -> Iterator[Sheet]:
    try:
        value = json.loads(_decode(path, content))
    except (ValueError, RecursionError) as error:
        raise _bad(path, "不是完好的 JSON") from error
    lists = value if isinstance(value, dict) else {"": value}
    for name, items in lists.items():
        if not isinstance(items, list) or not all(isinstance(item, dict) for item in items):
            raise _bad(path, "应为对象的列表，或由这样的列表组成的对象")
        flat = [_flatten(item) for item in items]
        header = list(dict.fromkeys(key for item in flat for key in item))
        rows = [[item.get(key) for key in header] for item in flat]
        if rows:
            # The header counts as row 0, so that row 1 is the first item.
            yield _sheet(path, f"{path.name}[{name}]" if name else path.name, [header, *rows], first=0)


def _flatten(item: dict[str, Any]) -> dict[str, Any]:
    """Lists become 、 lists, and an inner object (specs) gives columns of its own."""
    flat: dict[str, Any] = {}
    for key, value in item.items():
        if isinstance(value, dict):
            flat.update(value)
        else:
            flat[key] = "、".join(map(str, value)) if isinstance(value, list) else value
    return flat


def _sheet(path: Path, file: str, rows: Iterable[Iterable[Any]], first: int = 1) -> Sheet:
    kept: list[tuple[int, tuple[Cell, ...]]] = []
    for number, row in enumerate(rows, first):
        cells = [_clean(value) for value in row]
        while cells and cells[-1] is None:
            cells.pop()
        if cells:
            if len(cells) > MAX_COLUMNS:
                raise _bad(path, f"第 {number} 行超过 {MAX_COLUMNS} 列")
            kept.append((number, tuple(cells)))
        if len(kept) > MAX_ROWS:
            raise _bad(path, f"超过 {MAX_ROWS} 行")
    return Sheet(file, tuple(kept))


def _clean(value: Any) -> Cell:
    if value is None or value == "":
        return None
    if isinstance(value, bool):
        return "是" if value else "否"
    if isinstance(value, datetime):
        return value.date()
    if isinstance(value, date) or (isinstance(value, int | float) and abs(value) < _LARGEST):
        return value
    text = _CONTROLS.sub("", unicodedata.normalize("NFC", str(value)))
    return " ".join(text.split()) or None


def _bad(path: Path, reason: str) -> BadInput:
    return BadInput(f"{path.name}：{reason}", code="bad-file")
