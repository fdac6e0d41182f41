"""The manifest, its verification, and downloads from a server that misbehaves."""

from __future__ import annotations

import asyncio
import hashlib
import io
import zipfile
from collections.abc import AsyncIterator
from dataclasses import dataclass, field
from http.client import HTTPMessage
from pathlib import Path
from urllib.request import Request

import pytest
from aiohttp import web
from aiohttp.test_utils import TestServer

from runtime.download import NoDowngrade
from runtime.errors import BadInput, BadSetting, ModelDamaged, ModelMissing
from runtime.models import Model, ModelFile, Status, named, pull, read_manifest, verify

CONTENT = bytes(range(256)) * 4096  # 1 MiB
SHA = hashlib.sha256(CONTENT).hexdigest()


# --- the manifest ------------------------------------------------------------------------------


def test_our_own_manifest_is_sound() -> None:
    models = read_manifest(Path(__file__).parents[1] / "models" / "manifest.toml")
    qwen = named(models, "qwen3-0.6b").file[0]
    assert qwen.bytes == 428_970_080
    assert named(models, "vosk-small-cn").file[0].unpack
    assert all(model.licence for model in models)


GOOD = """\
[[model]]
name = "one"
version = "1"
licence = "MIT"
[[model.file]]
path = "one/a.bin"
bytes = 3
sha256 = "{sha}"
""".format(sha="0" * 64)


@pytest.mark.parametrize(
    ("old", "new", "words"),
    [
        ('version = "1"', "version = 1", "model.0.version"),
        ('licence = "MIT"', "", "model.0.licence"),
        ("bytes = 3", "bytes = -3", "model.0.file.0.bytes"),
        ("bytes = 3", "bites = 3", "model.0.file.0.bites"),
        ("bytes = 3", "", "without a url needs bytes and sha256"),
        ("00000", "x", "model.0.file.0.sha256"),
        ("one/a.bin", "../a.bin", "below the models folder"),
        ("one/a.bin", "/etc/passwd", "below the models folder"),
        ("one/a.bin", "pins.toml", "below the models folder"),
        ("bytes = 3", 'url = "file:///etc/passwd"', "model.0.file.0.url"),
        ("[[model]]", "[[model", "manifest.toml"),
        ("[[model]]", GOOD + "[[model]]", "name given twice: one"),
    ],
)
def test_a_bad_manifest_is_named(tmp_path: Path, old: str, new: str, words: str) -> None:
    path = tmp_path / "manifest.toml"
    path.write_text(GOOD.replace(old, new, 1))
    with pytest.raises(BadSetting, match=words):
        read_manifest(path)


def test_a_missing_manifest_is_named(tmp_path: Path) -> None:
    with pytest.raises(BadSetting, match="No such file"):
        read_manifest(tmp_path / "manifest.toml")


def test_an_unknown_name_lists_the_known_ones() -> None:
    with pytest.raises(BadInput, match="there are: one"):
        named([model(ModelFile(path="a", url="http://x/"))], "two")


# --- verification ------------------------------------------------------------------------------


def model(*files: ModelFile) -> Model:
    return Model(name="one", version="1", licence="MIT", file=files)


def bundled(path: str = "a.bin") -> Model:
    return model(ModelFile(path=path, bytes=len(CONTENT), sha256=SHA))


def status(found: Model, *folders: Path) -> Status:
    (check,) = verify([found], folders)
    return check.status


def test_a_whole_file_is_found_in_any_of_the_folders(tmp_path: Path) -> None:
    (tmp_path / "data").mkdir()
    (tmp_path / "data/a.bin").write_bytes(CONTENT)
    assert status(bundled(), tmp_path / "models", tmp_path / "data") is Status.OK


@pytest.mark.parametrize("content", [b"", CONTENT[:-1], CONTENT[:-1] + b"x"])
def test_one_wrong_byte_is_found(tmp_path: Path, content: bytes) -> None:
    (tmp_path / "a.bin").write_bytes(content)
    assert status(bundled(), tmp_path) is Status.DAMAGED


def test_a_bundled_file_may_not_be_missing_and_a_fetched_one_may(tmp_path: Path) -> None:
    checks = verify([bundled(), model(ModelFile(path="b", url="http://x/"))], [tmp_path])
    assert [(check.status, check.ok) for check in checks] == [(Status.MISSING, False), (Status.ABSENT, True)]
    assert checks[1].detail == "zhanggui models pull one"


# --- downloads ---------------------------------------------------------------------------------


@dataclass
class Shelf:
    """A file server that can cut the line, change the file, and forget how to resume."""

    content: bytes = CONTENT
    etag: str = '"v1"'
    cuts: list[int] = field(default_factory=list)  # bytes after which the next answers break off
    ranges: bool = True
    asked: list[str] = field(default_factory=list)  # the Range header of each request
    url: str = ""

    async def answer(self, request: web.Request) -> web.StreamResponse:
        wanted = request.headers.get("Range", "")
        self.asked.append(wanted)
        if wanted and int(wanted[6:-1]) > len(self.content):
            raise web.HTTPRequestRangeNotSatisfiable
        start = int(wanted.removeprefix("bytes=").rstrip("-") or 0)
        if not self.ranges or request.headers.get("If-Range") != self.etag:
            start = 0
        response = web.StreamResponse(status=206 if start else 200)
        response.content_length = len(self.content) - start
        if self.etag:
            response.headers["ETag"] = self.etag
        if start:
            response.headers["Content-Range"] = f"bytes {start}-{len(self.content) - 1}/{len(self.content)}"
        await response.prepare(request)
        stop = self.cuts.pop(0) if self.cuts else len(self.content)
        await response.write(self.content[start:][:stop])
        if start + stop < len(self.content):
            assert request.transport
            request.transport.close()
        return response


@pytest.fixture
async def shelf() -> AsyncIterator[Shelf]:
    shelf, app = Shelf(), web.Application()
    app.router.add_get("/a.bin", shelf.answer)
    async with TestServer(app) as server:
        shelf.url = str(server.make_url("/a.bin"))
        yield shelf


async def fetch(found: Model, folder: Path) -> list[tuple[str, int, int | None]]:
    steps: list[tuple[str, int, int | None]] = []
    await asyncio.to_thread(pull, found, folder, lambda *step: steps.append(step))
    return steps


def names(folder: Path) -> list[str]:
    return sorted(path.name for path in folder.iterdir())


def known(shelf: Shelf) -> Model:
    return model(ModelFile(path="sub/a.bin", bytes=len(CONTENT), sha256=SHA, url=shelf.url))


def unknown(shelf: Shelf) -> Model:
    return model(ModelFile(path="sub/a.bin", url=shelf.url))


def zipped(shelf: Shelf) -> Model:
    return model(ModelFile(path="folder", url=shelf.url, unpack=True))


async def test_a_file_is_fetched_checked_and_reported(shelf: Shelf, tmp_path: Path) -> None:
    steps = await fetch(known(shelf), tmp_path)
    assert (tmp_path / "sub/a.bin").read_bytes() == CONTENT
    assert steps[-1] == ("sub/a.bin", len(CONTENT), len(CONTENT))
    assert [done for _, done, _ in steps] == sorted(done for _, done, _ in steps)
    assert names(tmp_path / "sub") == ["a.bin"]


async def test_what_is_there_is_not_fetched_again(shelf: Shelf, tmp_path: Path) -> None:
    await fetch(known(shelf), tmp_path)
    assert await fetch(known(shelf), tmp_path) == []
    assert len(shelf.asked) == 1


async def test_a_cut_connection_is_resumed_where_it_broke(shelf: Shelf, tmp_path: Path) -> None:
    shelf.cuts = [300_000, 300_000]
    await fetch(known(shelf), tmp_path)
    assert shelf.asked == ["", "bytes=300000-", "bytes=600000-"]
    assert status(known(shelf), tmp_path) is Status.OK


async def test_a_dead_line_keeps_what_came_for_the_next_call(shelf: Shelf, tmp_path: Path) -> None:
    shelf.cuts = [300_000, 0]
    with pytest.raises(ModelMissing, match="broke at 300000 bytes") as caught:
        await fetch(known(shelf), tmp_path)
    assert caught.value.code == "model-offline"
    await fetch(known(shelf), tmp_path)
    assert shelf.asked[-1] == "bytes=300000-"
    assert status(known(shelf), tmp_path) is Status.OK


async def test_a_server_without_ranges_starts_over(shelf: Shelf, tmp_path: Path) -> None:
    shelf.cuts, shelf.ranges = [300_000], False
    await fetch(known(shelf), tmp_path)
    assert status(known(shelf), tmp_path) is Status.OK


@pytest.mark.parametrize("etag", ["", 'W/"v1"'])
async def test_without_a_strong_etag_two_versions_are_not_mixed(
    shelf: Shelf, tmp_path: Path, etag: str
) -> None:
    shelf.etag, shelf.cuts = etag, [300_000, 300_000]
    with pytest.raises(ModelMissing):
        await fetch(unknown(shelf), tmp_path)
    await fetch(unknown(shelf), tmp_path)
    assert set(shelf.asked) == {""}
    assert (tmp_path / "sub/a.bin").read_bytes() == CONTENT


async def test_a_file_that_changed_meanwhile_starts_over(shelf: Shelf, tmp_path: Path) -> None:
    shelf.cuts = [300_000, 0]
    with pytest.raises(ModelMissing):
        await fetch(unknown(shelf), tmp_path)
    shelf.content, shelf.etag = CONTENT[::-1], '"v2"'
    await fetch(unknown(shelf), tmp_path)
    assert (tmp_path / "sub/a.bin").read_bytes() == CONTENT[::-1]


async def test_wrong_content_is_refused_and_not_kept(shelf: Shelf, tmp_path: Path) -> None:
    shelf.content = CONTENT[:-1] + b"x"
    with pytest.raises(ModelDamaged, match="does not match its sha256") as caught:
        await fetch(known(shelf), tmp_path)
    assert caught.value.code == "model-checksum"
    assert names(tmp_path / "sub") == []


async def test_a_wrong_length_is_refused_before_the_download(shelf: Shelf, tmp_path: Path) -> None:
    shelf.content = CONTENT + b"x"
    with pytest.raises(ModelDamaged, match=f"expected {len(CONTENT)} bytes, the server has") as caught:
        await fetch(known(shelf), tmp_path)
    assert caught.value.code == "model-changed"


async def test_an_unknown_checksum_is_pinned_and_a_change_refused(shelf: Shelf, tmp_path: Path) -> None:
    await fetch(unknown(shelf), tmp_path)
    assert SHA in (tmp_path / "pins.toml").read_text()
    (tmp_path / "sub/a.bin").write_bytes(b"damaged on the disk")
    assert status(unknown(shelf), tmp_path) is Status.DAMAGED
    shelf.content, shelf.etag = CONTENT[::-1], '"v2"'
    with pytest.raises(ModelDamaged, match="not the file of the first download") as caught:
        await fetch(unknown(shelf), tmp_path)
    assert caught.value.code == "model-changed"
    shelf.content = CONTENT
    await fetch(unknown(shelf), tmp_path)
    assert status(unknown(shelf), tmp_path) is Status.OK


async def test_a_missing_page_and_a_missing_server_are_told_apart(shelf: Shelf, tmp_path: Path) -> None:
    for url, code in ((shelf.url + "x", "model-gone"), ("http://127.0.0.1:9/a.bin", "model-offline")):
        with pytest.raises(ModelMissing) as caught:
            await fetch(model(ModelFile(path="a", url=url)), tmp_path)
        assert caught.value.code == code


async def test_a_part_that_cannot_be_resumed_starts_over_next_time(shelf: Shelf, tmp_path: Path) -> None:
    shelf.cuts = [300_000, 0]
    with pytest.raises(ModelMissing):
        await fetch(unknown(shelf), tmp_path)
    shelf.content = CONTENT[:10]
    with pytest.raises(ModelMissing, match="run it again to start over"):
        await fetch(unknown(shelf), tmp_path)
    await fetch(unknown(shelf), tmp_path)
    assert (tmp_path / "sub/a.bin").read_bytes() == CONTENT[:10]


@pytest.mark.parametrize("newurl", ["http://example.com/a", "ftp://example.com/a"])
def test_a_redirect_to_an_unsafe_address_is_refused(newurl: str) -> None:
    request = Request("https://example.com/a")
    with pytest.raises(ModelMissing, match="redirects to an unsafe address"):
        NoDowngrade().redirect_request(request, io.BytesIO(), 302, "Found", HTTPMessage(), newurl)


async def test_a_folder_that_cannot_be_written_is_named(shelf: Shelf, tmp_path: Path) -> None:
    (tmp_path / "sub").write_text("a file where a folder is needed")
    with pytest.raises(ModelMissing, match="cannot be written"):
        await fetch(known(shelf), tmp_path)


async def test_one_pull_at_a_time(shelf: Shelf, tmp_path: Path) -> None:
    def second(*_: object) -> None:
        with pytest.raises(BadInput, match="another pull is running"):
            pull(known(shelf), tmp_path, lambda *_: None)

    await asyncio.to_thread(pull, known(shelf), tmp_path, second)


def test_a_bundled_model_cannot_be_pulled(tmp_path: Path) -> None:
    with pytest.raises(BadInput, match="comes with the installation"):
        pull(bundled(), tmp_path, lambda *_: None)


# --- archives ----------------------------------------------------------------------------------


def archive(*members: tuple[str | zipfile.ZipInfo, bytes]) -> bytes:
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w", zipfile.ZIP_DEFLATED) as writing:
        for name, content in members:
            writing.writestr(name, content)
    return buffer.getvalue()


async def test_an_archive_becomes_a_folder_and_is_verified(shelf: Shelf, tmp_path: Path) -> None:
    shelf.content = archive(("vosk-0.22/am/final.mdl", b"model"), ("vosk-0.22/README", b"hello"))
    assert status(zipped(shelf), tmp_path) is Status.ABSENT
    await fetch(zipped(shelf), tmp_path)
    assert (tmp_path / "folder/am/final.mdl").read_bytes() == b"model"
    assert names(tmp_path) == ["folder", "pins.toml"]
    assert status(zipped(shelf), tmp_path) is Status.OK
    (tmp_path / "folder/am/final.mdl").write_bytes(b"molde")
    assert status(zipped(shelf), tmp_path) is Status.DAMAGED
    await fetch(zipped(shelf), tmp_path)
    assert status(zipped(shelf), tmp_path) is Status.OK
    (tmp_path / "folder/README").unlink()
    assert status(zipped(shelf), tmp_path) is Status.DAMAGED


def test_a_folder_that_was_copied_by_hand_is_taken_and_a_file_in_its_place_is_not(tmp_path: Path) -> None:
    found = model(ModelFile(path="folder", url="http://x/", unpack=True))
    (tmp_path / "folder").write_text("not unpacked")
    assert status(found, tmp_path) is Status.DAMAGED
    (tmp_path / "folder").unlink()
    (tmp_path / "folder").mkdir()
    assert status(found, tmp_path) is Status.OK


async def test_a_changed_archive_is_refused(shelf: Shelf, tmp_path: Path) -> None:
    shelf.content = archive(("top/a", b"1"))
    await fetch(zipped(shelf), tmp_path)
    (tmp_path / "folder/a").unlink()
    shelf.content, shelf.etag = archive(("top/a", b"2")), '"v2"'
    with pytest.raises(ModelDamaged, match="not the file of the first download"):
        await fetch(zipped(shelf), tmp_path)


def link(name: str) -> zipfile.ZipInfo:
    info = zipfile.ZipInfo(name)
    info.external_attr = 0o120777 << 16
    return info


@pytest.mark.parametrize(
    ("members", "code"),
    [
        ([("../evil", b"x")], "archive-unsafe"),
        ([("top/../../evil", b"x")], "archive-unsafe"),
        ([("/evil", b"x")], "archive-unsafe"),
        ([("top\\..\\evil", b"x")], "archive-unsafe"),
        ([("c:/evil", b"x")], "archive-unsafe"),
        ([("top/a\nb", b"x")], "archive-unsafe"),
        ([(link("top/evil"), b"/etc/passwd")], "archive-unsafe"),
        ([("top/a", b"x"), ("top/a/b", b"x")], "archive-damaged"),
    ],
)
async def test_an_archive_that_reaches_out_writes_nothing(
    shelf: Shelf, tmp_path: Path, members: list[tuple[str | zipfile.ZipInfo, bytes]], code: str
) -> None:
    shelf.content = archive(*members)
    inside = tmp_path / "models"
    with pytest.raises(ModelDamaged) as caught:
        await fetch(zipped(shelf), inside)
    assert caught.value.code == code
    assert names(inside) == []
    assert names(tmp_path) == ["models"]


@pytest.mark.parametrize("damage", [b"no archive at all", b""])
async def test_what_is_no_archive_is_named(shelf: Shelf, tmp_path: Path, damage: bytes) -> None:
    shelf.content = damage
    with pytest.raises(ModelDamaged) as caught:
        await fetch(zipped(shelf), tmp_path)
    assert caught.value.code == "archive-damaged"


async def test_a_flipped_bit_in_an_archive_is_found(shelf: Shelf, tmp_path: Path) -> None:
    content = bytearray(archive(("top/a", bytes(range(256)) * 8)))
    content[60] ^= 1
    shelf.content = bytes(content)
    with pytest.raises(ModelDamaged) as caught:
        await fetch(zipped(shelf), tmp_path)
    assert caught.value.code == "archive-damaged"


async def test_an_archive_too_big_when_unpacked_is_refused(
    shelf: Shelf, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("runtime.unzip.MAX_BYTES", 1000)
    shelf.content = archive(("top/a", bytes(2000)))
    with pytest.raises(ModelDamaged, match="more than 1000 bytes"):
        await fetch(zipped(shelf), tmp_path)
