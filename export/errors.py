"""Why an export stops. Torch-free, so that ``python -m export`` can name the reason on one line.

ExportFailed
├── BadSource      the folder or file is not what the command can take
├── ParityFailed   the exported model does not say what the trained one says
└── Stopped        a training run was told to stop and can go on
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


class Stopped(ExportFailed):
    """The message says at which step, and where its checkpoint is."""

    code = "stopped"
