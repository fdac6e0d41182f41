"""Why an export stops. Torch-free, so that ``python -m export`` can name the reason on one line.

ExportFailed
├── BadSource      the folder or file is not what the command can take
└── ParityFailed   the exported model does not say what the trained one says
"""

from __future__ import annotations


class ExportFailed(Exception):
    """Nothing was written that could be taken for a good model."""

    code = "export-failed"


class BadSource(ExportFailed):
    """The message names the folder or file and what was expected of it."""

    code = "bad-source"


class ParityFailed(ExportFailed):
    """The message names every figure beyond its limit."""

    code = "parity"
