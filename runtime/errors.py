"""Errors that carry a code. Everything that is raised on purpose is one of these.

ZhangguiError
├── BadInput            what a customer or merchant gave cannot be used
│   ├── BadRow          one cell of an import
│   ├── BadAudio
│   └── BadMessage      a socket message, a batch line, a request
├── BadSetting          a profile's key or value
├── ModelMissing        a model folder or file that is named but not there
├── ModelDamaged        checksum or format does not match the manifest
├── EngineFailed        an engine stopped working
└── StoreFailed         the database refused
"""

from __future__ import annotations


class ZhangguiError(Exception):
    """Base of all our errors; ``code`` is stable and safe to show, ``str()`` is one line."""

    code = "internal"

    def __init__(self, message: str, *, code: str | None = None) -> None:
        super().__init__(message)
        if code is not None:
            self.code = code

    def __str__(self) -> str:
        return f"{super().__str__()} [{self.code}]"


class BadInput(ZhangguiError):
    code = "bad-input"


class BadRow(BadInput):
    """One cell that cannot be imported: where it is and what was expected there."""

    code = "bad-row"

    def __init__(self, file: str, row: int, column: str, expected: str, got: str = "") -> None:
        # In Chinese, as everything that a merchant is told about a sheet.
        shown = f"“{got}”" if got else "空"
        super().__init__(f"{file}：第 {row} 行，“{column}”列：应为{expected}；现在是{shown}")
        self.file, self.row, self.column, self.expected, self.got = file, row, column, expected, got


class BadAudio(BadInput):
    code = "bad-audio"


class BadMessage(BadInput):
    code = "bad-message"


class BadSetting(ZhangguiError):
    code = "bad-setting"


class ModelMissing(ZhangguiError):
    code = "model-missing"


class ModelDamaged(ZhangguiError):
    code = "model-damaged"


class EngineFailed(ZhangguiError):
    code = "engine-failed"


class StoreFailed(ZhangguiError):
    code = "store-failed"
