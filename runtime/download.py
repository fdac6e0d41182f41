"""Fetching one big file over a bad line: resumed where it broke off, never mixed from two versions."""

from __future__ import annotations

import http.client
import os
import shutil
import urllib.error
import urllib.request
from collections.abc import Callable
from pathlib import Path
from urllib.parse import urlsplit

from runtime.errors import ModelDamaged, ModelMissing

BLOCK_BYTES = 1 << 18
TIMEOUT_S = 30.0  # without a byte
HEADERS = {"User-Agent": "zhanggui", "Accept-Encoding": "identity"}  # a compressed body has other offsets

Progress = Callable[[int, int | None], None]  # bytes so far, bytes in all if the server says


class _ConnectionCut(Exception):
    """The body ended early; what came is in the part file."""


class NoDowngrade(urllib.request.HTTPRedirectHandler):
    """Follows redirects, but never from https to something that anybody on the way can change."""

    def redirect_request(
        self,
        req: urllib.request.Request,
        fp: object,
        code: int,
        msg: str,
        headers: http.client.HTTPMessage,
        newurl: str,
    ) -> urllib.request.Request | None:
        if urlsplit(newurl).scheme not in ("https", req.type):
            raise ModelMissing(
                f"{req.full_url}: the server redirects to an unsafe address", code="model-offline"
            )
        return super().redirect_request(req, fp, code, msg, headers, newurl)  # type: ignore[arg-type]


def download(url: str, part: Path, expected_bytes: int | None, progress: Progress) -> None:
    """Complete the part file, going on from what an earlier call left of it.

    Raises ModelMissing (model-offline, model-gone, disk-full) or ModelDamaged (model-changed: not the
    expected length). The part file stays for the next call.
    """
    while True:
        before = _size(part)
        try:
            return _attempt(url, part, expected_bytes, progress)
        except _ConnectionCut as cut:
            if _size(part) <= before:
                raise ModelMissing(
                    f"{url}: the connection broke at {_size(part)} bytes; run it again to go on from there",
                    code="model-offline",
                ) from cut


def forget(part: Path) -> None:
    """Remove a part file and what is known of it: the next download starts over."""
    part.unlink(missing_ok=True)
    _etag_file(part).unlink(missing_ok=True)


def _attempt(url: str, part: Path, expected_bytes: int | None, progress: Progress) -> None:
    etag = _etag_file(part).read_text() if _etag_file(part).exists() else ""
    if not etag:  # without it nothing would tell that the server's file has changed since
        forget(part)
    offset = _size(part)
    if offset and offset == expected_bytes:
        return
    with _open(url, part, offset, etag) as response:
        resumed = response.status == 206 and _range_start(response) == offset
        done = offset if resumed else 0
        total = _total(response, done)
        if None not in (total, expected_bytes) and total != expected_bytes:
            raise ModelDamaged(
                f"{url}: expected {expected_bytes} bytes, the server has {total}", code="model-changed"
            )
        _check_space(part, (total or expected_bytes or 0) - done)
        with part.open("ab" if resumed else "wb") as file:
            _etag_file(part).write_text(_strong_etag(response))
            progress(done, total)
            while block := _read(response):
                file.write(block)
                done += len(block)
                progress(done, total)
            file.flush()
            os.fsync(file.fileno())
    if total is not None and done < total:
        raise _ConnectionCut


def _open(url: str, part: Path, offset: int, etag: str) -> http.client.HTTPResponse:
    resume = {"Range": f"bytes={offset}-", "If-Range": etag} if offset else {}
    request = urllib.request.Request(url, headers=HEADERS | resume)
    try:
        response = urllib.request.build_opener(NoDowngrade).open(request, timeout=TIMEOUT_S)
    except urllib.error.HTTPError as error:
        error.close()
        if error.code == 416:
            forget(part)
            raise ModelMissing(
                f"{url}: cannot be resumed; run it again to start over", code="model-offline"
            ) from error
        code = "model-gone" if error.code in (404, 410) else "model-offline"
        raise ModelMissing(f"{url}: the server answers {error.code} {error.reason}", code=code) from error
    except (OSError, http.client.HTTPException) as error:
        reason = getattr(error, "reason", error)
        raise ModelMissing(f"{url}: cannot be reached: {reason}", code="model-offline") from error
    assert isinstance(response, http.client.HTTPResponse)
    return response


def _read(response: http.client.HTTPResponse) -> bytes:
    try:
        return response.read(BLOCK_BYTES)
    except (OSError, http.client.HTTPException):
        return b""  # the count tells that it was cut


def _range_start(response: http.client.HTTPResponse) -> int | None:
    first = response.headers.get("Content-Range", "").removeprefix("bytes ").partition("-")[0]
    return int(first) if first.isdecimal() else None


def _total(response: http.client.HTTPResponse, offset: int) -> int | None:
    length = response.headers.get("Content-Length", "")
    return offset + int(length) if length.isdecimal() else None


def _strong_etag(response: http.client.HTTPResponse) -> str:
    etag: str = response.headers.get("ETag", "")
    return "" if etag.startswith("W/") else etag


def _check_space(part: Path, needed_bytes: int) -> None:
    free = shutil.disk_usage(part.parent).free
    if free < needed_bytes:
        raise ModelMissing(
            f"{part.parent}: {needed_bytes} bytes are needed and {free} are free", code="disk-full"
        )


def _etag_file(part: Path) -> Path:
    return part.with_name(part.name + ".etag")


def _size(path: Path) -> int:
    return path.stat().st_size if path.exists() else 0
