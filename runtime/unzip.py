"""Unpacking an archive that somebody else made: nothing is written outside the folder."""

from __future__ import annotations

import errno
import hashlib
import lzma
import os
import stat
import zipfile
import zlib
from pathlib import Path, PurePosixPath

from runtime.errors import ModelDamaged

MAX_BYTES = 4 << 30  # unpacked
BLOCK_BYTES = 1 << 18
# What zipfile and its decompressors were seen to raise on flipped bits. OSError: a seek before the start,
# a bad stream, a name that is both a file and a folder.
DAMAGE = (
    zipfile.BadZipFile, zlib.error, lzma.LZMAError, EOFError, ValueError, LookupError, RuntimeError, OSError,
)  # fmt: skip
DISK_FAULTS = (errno.ENOSPC, errno.EDQUOT, errno.EROFS, errno.EACCES, errno.EIO)


def unzip(archive: Path, folder: Path) -> dict[str, str]:
    """Unpack into a new folder, without the archive's own single top folder.

    Returns the sha256 of each file by its path below the folder. Raises ModelDamaged (archive-unsafe,
    archive-damaged) or OSError when the disk fails.
    """
    try:
        with zipfile.ZipFile(archive) as zipped:
            members = [member for member in zipped.infolist() if not member.is_dir()]
            _check(archive, members)
            top = _common_top(members)
            return {
                name: _extract(zipped, member, folder / name)
                for member in members
                if (name := str(PurePosixPath(member.filename).relative_to(top)))
            }
    except DAMAGE as error:
        if isinstance(error, OSError) and error.errno in DISK_FAULTS:
            raise
        raise ModelDamaged(f"{archive.name}: cannot be unpacked: {error}", code="archive-damaged") from error


def _check(archive: Path, members: list[zipfile.ZipInfo]) -> None:
    for member in members:
        if not safe_path(member.filename) or not _is_plain(member):
            raise ModelDamaged(
                f"{archive.name}: refused to unpack {member.filename!r}: not a plain file below its folder",
                code="archive-unsafe",
            )
    if sum(member.file_size for member in members) > MAX_BYTES:
        raise ModelDamaged(
            f"{archive.name}: more than {MAX_BYTES} bytes when unpacked", code="archive-unsafe"
        )


def safe_path(text: str) -> bool:
    """Whether this names something below the folder that it is joined to, on any system."""
    parts = text.split("/")
    return text.isprintable() and not {"", ".", ".."} & set(parts) and not set("\\:") & set(text)


def _is_plain(member: zipfile.ZipInfo) -> bool:
    mode = member.external_attr >> 16
    return mode == 0 or stat.S_IFMT(mode) in (0, stat.S_IFREG)


def _common_top(members: list[zipfile.ZipInfo]) -> str:
    tops = {PurePosixPath(member.filename).parts[0] for member in members}
    nested = all("/" in member.filename for member in members)
    return tops.pop() if nested and len(tops) == 1 else "."


def _extract(zipped: zipfile.ZipFile, member: zipfile.ZipInfo, target: Path) -> str:
    target.parent.mkdir(parents=True, exist_ok=True)
    digest = hashlib.sha256()
    with zipped.open(member) as source, target.open("xb") as file:
        while block := source.read(BLOCK_BYTES):
            digest.update(block)
            file.write(block)
        file.flush()
        os.fsync(file.fileno())
    return digest.hexdigest()
