"""The index cache is used only when it is beyond doubt."""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np
import pytest

from runtime.knowledge.index import open_index
from tests.knowledge.shop import PairEncoder

TEXTS = tuple(f"凉川{n}号{'静音' if n % 2 else '省电'}空调" for n in range(40))


def opened(folder: Path, texts: tuple[str, ...] = TEXTS, version: str = "v1") -> list[str]:
    """What had to be embedded to open the index."""
    encoder = PairEncoder()
    index = open_index(folder, "goods", texts, encoder.embed, version)
    assert len(index.vectors) == len(texts)
    assert np.allclose(index.vectors, PairEncoder().embed(texts))
    for row in (0, len(texts) - 1):
        best, cosine = index.nearest(index.vectors[row], 1)[0]
        assert (texts[best], round(cosine, 3)) == (texts[row], 1.0)
    return encoder.embedded


def graph_file(folder: Path) -> Path:
    (path,) = folder.glob("*.hnsw")
    return path


def test_a_second_opening_embeds_nothing(tmp_path: Path) -> None:
    assert opened(tmp_path) == [*TEXTS]
    assert opened(tmp_path) == []
    assert sorted(path.suffix for path in tmp_path.iterdir()) == [".hnsw", ".json"]


def test_only_changed_rows_are_embedded_again(tmp_path: Path) -> None:
    opened(tmp_path)
    changed = (*TEXTS[5:], "新到的冰箱", TEXTS[0])
    assert opened(tmp_path, changed) == ["新到的冰箱"]
    assert opened(tmp_path, changed) == []
    assert len(list(tmp_path.glob("*.hnsw"))) == 1


def test_another_encoder_embeds_everything(tmp_path: Path) -> None:
    opened(tmp_path)
    assert opened(tmp_path, version="v2") == [*TEXTS]


@pytest.mark.parametrize("place", [0, 100, -1])
def test_a_flipped_bit_is_noticed(tmp_path: Path, place: int) -> None:
    opened(tmp_path)
    content = bytearray(graph_file(tmp_path).read_bytes())
    content[place] ^= 1
    graph_file(tmp_path).write_bytes(content)
    assert opened(tmp_path) == [*TEXTS]
    assert opened(tmp_path) == []


@pytest.mark.parametrize(
    "text",
    [
        "",
        "{}",
        "[]",
        "null",
        '{"format": 1, "encoder": "v1", "digests": ["x"], "file": "../x", "sha256": ""}',
    ],
)
def test_a_damaged_description_is_noticed(tmp_path: Path, text: str) -> None:
    opened(tmp_path)
    (tmp_path / "goods.json").write_text(text, "utf-8")
    assert opened(tmp_path) == [*TEXTS]


def test_a_description_of_other_rows_is_noticed(tmp_path: Path) -> None:
    opened(tmp_path)
    about = json.loads((tmp_path / "goods.json").read_text("utf-8"))
    about["digests"] = about["digests"][:-1]
    (tmp_path / "goods.json").write_text(json.dumps(about), "utf-8")
    assert opened(tmp_path) == [*TEXTS]


def test_a_missing_graph_is_built_again(tmp_path: Path) -> None:
    opened(tmp_path)
    graph_file(tmp_path).unlink()
    assert opened(tmp_path) == [*TEXTS]


def test_a_folder_that_cannot_be_written_costs_only_the_cache(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("in the way")
    assert opened(tmp_path / "file" / "index") == [*TEXTS]


def test_no_goods_at_all(tmp_path: Path) -> None:
    for _ in range(2):
        index = open_index(tmp_path, "goods", (), PairEncoder().embed, "v1")
        assert index.nearest(np.ones(128, np.float32), 5) == []


def test_more_neighbours_than_rows(tmp_path: Path) -> None:
    index = open_index(tmp_path, "goods", TEXTS[:3], PairEncoder().embed, "v1")
    assert sorted(row for row, _ in index.nearest(index.vectors[0], 10)) == [0, 1, 2]


def test_rows_alike_are_all_found(tmp_path: Path) -> None:
    index = open_index(tmp_path, "goods", ("空调",) * 300, PairEncoder().embed, "v1")
    assert len(index.nearest(index.vectors[0], 50)) == 50
