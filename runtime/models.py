"""The models that the box runs: which there are, whether they are whole, and where to get them.

``models/manifest.toml`` names every file with its size and sha256. Bundled files lie beside it;
fetched ones in the data folder. A checksum that the manifest does not know is pinned at the first
download, in ``pins.toml`` beside the files, and a different one is refused ever after.
"""

from __future__ import annotations

import fcntl
import hashlib
import os
import shutil
import tomllib
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import date as Date
from enum import StrEnum
from functools import partial
from pathlib import Path
from typing import Annotated

from pydantic import AfterValidator, BaseModel, ConfigDict, Field, ValidationError, model_validator

from runtime.download import download, forget
from runtime.errors import BadInput, BadSetting, ModelDamaged, ModelMissing
from runtime.pins import PINS, read_pins, sync_folder, write_pins
from runtime.unzip import safe_path, unzip

Progress = Callable[[str, int, int | None], None]  # path, bytes so far, bytes in all if known


def _below(path: str) -> str:
    if not safe_path(path) or path == PINS:
        raise ValueError("expected a path below the models folder")
    return path


class ModelFile(BaseModel):
    """One file, or with ``unpack`` one folder that comes as a zip archive."""

    model_config = ConfigDict(frozen=True, strict=True, extra="forbid")

    path: Annotated[str, AfterValidator(_below)]  # below the models folder
    bytes: Annotated[int, Field(ge=0)] | None = None  # of the file, or of the archive
    sha256: Annotated[str, Field(pattern="^[0-9a-f]{64}$")] | None = None
    url: Annotated[str, Field(pattern="^https?://")] | None = None
    unpack: bool = False

    @model_validator(mode="after")
    def _can_be_checked(self) -> ModelFile:
        if self.url is None and (self.bytes is None or self.sha256 is None or self.unpack):
            raise ValueError("a file without a url needs bytes and sha256")
        return self

    @property
    def pin(self) -> str:
        """What its download is pinned under."""
        return str(self.url) if self.unpack else self.path


class Data(BaseModel):
    """Something that a model was trained on."""

    model_config = ConfigDict(frozen=True, strict=True, extra="forbid")

    name: str
    licence: str


class Model(BaseModel):
    """A model and its files. What was trained here also says from what, when, how, and how well it does."""

    model_config = ConfigDict(frozen=True, strict=True, extra="forbid")

    name: Annotated[str, Field(min_length=1)]
    version: str
    licence: str
    about: str = ""
    command: str = ""
    date: Date | None = None
    data: Annotated[tuple[Data, ...], Field(strict=False)] = ()
    metrics: Mapping[str, int | float] = Field(default_factory=dict)
    reports: tuple[Mapping[str, str], ...] = Field(default=(), strict=False)  # pages of models/REPORT.md
    file: Annotated[tuple[ModelFile, ...], Field(strict=False, min_length=1)]


class _Manifest(BaseModel):
    model_config = ConfigDict(frozen=True, strict=True, extra="forbid")

    model: Annotated[tuple[Model, ...], Field(strict=False)]

    @model_validator(mode="after")
    def _names_are_unique(self) -> _Manifest:
        for kind, names in (
            ("name", [model.name for model in self.model]),
            ("path", [file.path for model in self.model for file in model.file]),
        ):
            if twice := {name for name in names if names.count(name) > 1}:
                raise ValueError(f"{kind} given twice: {', '.join(sorted(twice))}")
        return self


class Status(StrEnum):
    OK = "ok"
    ABSENT = "absent"  # not fetched: `zhanggui models pull` gets it
    MISSING = "missing"  # belongs to the installation
    DAMAGED = "damaged"


@dataclass(frozen=True, slots=True)
class FileCheck:
    """What verification found of one file."""

    model: str
    path: str
    status: Status
    detail: str = ""

    @property
    def ok(self) -> bool:
        """Nothing to mend: whole, or not fetched."""
        return self.status in (Status.OK, Status.ABSENT)

    @property
    def here(self) -> bool:
        return self.status is Status.OK


def read_manifest(path: Path) -> tuple[Model, ...]:
    """Raises BadSetting, which names the file and the key."""
    try:
        return _Manifest.model_validate(tomllib.loads(path.read_text("utf-8"))).model
    except ValidationError as error:
        first = error.errors()[0]
        key = ".".join(map(str, first["loc"])) or "model"
        raise BadSetting(f"{path}: {key}: {first['msg']}") from error
    except (tomllib.TOMLDecodeError, UnicodeDecodeError, OSError) as error:
        raise BadSetting(f"{path}: {error}") from error


def named(models: Sequence[Model], name: str) -> Model:
    """Raises BadInput (model-unknown)."""
    for model in models:
        if model.name == name:
            return model
    known = ", ".join(model.name for model in models)
    raise BadInput(f"no model {name!r}; there are: {known}", code="model-unknown")


def verify(models: Sequence[Model], folders: Sequence[Path]) -> tuple[FileCheck, ...]:
    """Check every file in the first of the folders that has it. Reads each byte: a second for 500 MB."""
    return tuple(_verify_file(model.name, file, folders) for model in models for file in model.file)


def pull(model: Model, folder: Path, progress: Progress) -> None:
    """Fetch what is not there yet. Can be broken off at any time and called again.

    Raises ModelMissing (model-offline, model-gone, disk-full, disk), ModelDamaged (model-checksum,
    model-changed, archive-unsafe, archive-damaged) or BadInput (model-bundled, pull-running).
    """
    if not any(file.url for file in model.file):
        raise BadInput(
            f"{model.name} comes with the installation; there is nothing to fetch", code="model-bundled"
        )
    folder.mkdir(parents=True, exist_ok=True)
    with _only_pull(folder):
        for file in model.file:
            if file.url and _verify_file(model.name, file, [folder]).status is not Status.OK:
                _pull_file(file, file.url, folder, partial(progress, file.path))


def _verify_file(model: str, file: ModelFile, folders: Sequence[Path]) -> FileCheck:
    folder = next((folder for folder in folders if (folder / file.path).exists()), None)
    if folder is None:
        status = Status.ABSENT if file.url else Status.MISSING
        detail = f"zhanggui models pull {model}" if file.url else f"expected in {folders[0]}"
        return FileCheck(model, file.path, status, detail)
    problem = _problem(file, folder)
    return FileCheck(model, file.path, Status.DAMAGED if problem else Status.OK, problem)


def _problem(file: ModelFile, folder: Path) -> str:
    pins = read_pins(folder)
    if file.unpack:
        if not (folder / file.path).is_dir():
            return f"{folder / file.path} is no folder"
        inside = {path: sha for path, sha in pins.items() if path.startswith(file.path + "/")}
        return next((bad for path, sha in inside.items() if (bad := _wrong(folder / path, None, sha))), "")
    return _wrong(folder / file.path, file.bytes, file.sha256 or pins.get(file.pin))


def _wrong(path: Path, size: int | None, sha256: str | None) -> str:
    if not path.is_file():
        return f"{path} is missing"
    if size is not None and path.stat().st_size != size:
        return f"{path} has {path.stat().st_size} bytes, expected {size}"
    if sha256 is not None and _sha256(path) != sha256:
        return f"{path} does not match its sha256"
    return ""


def _pull_file(file: ModelFile, url: str, folder: Path, progress: Callable[[int, int | None], None]) -> None:
    target = folder / file.path
    part, fresh = target.with_name(target.name + ".part"), target.with_name(target.name + ".new")
    part.parent.mkdir(parents=True, exist_ok=True)
    download(url, part, file.bytes, progress)
    pins = read_pins(folder)
    found = {file.pin: _checked(file, part, pins)}
    if file.unpack:
        found |= {f"{file.path}/{name}": sha for name, sha in _unpacked(part, fresh).items()}
    if file.unpack or file.sha256 is None:
        others = {key: sha for key, sha in pins.items() if not key.startswith(file.path + "/")}
        write_pins(folder, others | found)
    if file.unpack:
        shutil.rmtree(target, ignore_errors=True)
        fresh.rename(target)
    else:
        part.rename(target)
    sync_folder(target.parent)
    forget(part)


def _unpacked(part: Path, fresh: Path) -> dict[str, str]:
    shutil.rmtree(fresh, ignore_errors=True)
    try:
        return unzip(part, fresh)
    except ModelDamaged:
        forget(part)
        shutil.rmtree(fresh, ignore_errors=True)
        raise


def _checked(file: ModelFile, part: Path, pins: Mapping[str, str]) -> str:
    found, expected = _sha256(part), file.sha256 or pins.get(file.pin)
    if expected in (None, found):
        return found
    forget(part)
    if file.sha256:
        raise ModelDamaged(
            f"{file.url}: what came does not match its sha256; pull it again", code="model-checksum"
        )
    raise ModelDamaged(
        f"{file.url}: not the file of the first download; if the change is wanted, remove it from {PINS}",
        code="model-changed",
    )


def _sha256(path: Path) -> str:
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


@contextmanager
def _only_pull(folder: Path) -> Iterator[None]:
    handle = os.open(folder, os.O_RDONLY)
    try:
        fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
        yield
    except BlockingIOError as error:
        raise BadInput(f"{folder}: another pull is running", code="pull-running") from error
    except OSError as error:
        raise ModelMissing(f"{folder}: cannot be written: {error.strerror}", code="disk") from error
    finally:
        os.close(handle)
