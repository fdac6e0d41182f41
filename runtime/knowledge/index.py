"""Nearest neighbours over embeddings, and their cache on disk. The database is the truth.

A cache is two files: a graph whose name holds its own checksum, and a small JSON beside it that says
what the graph was built from. The JSON is renamed into place last, so it never names a half-written
graph. A graph is read only after its checksum was verified: hnswlib crashes on, or silently accepts,
a single flipped bit. On any doubt the index is built again.
"""

from __future__ import annotations

import hashlib
import json
import logging
import os
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import hnswlib
import numpy as np
from numpy.typing import NDArray

log = logging.getLogger(__name__)

Floats = NDArray[np.float32]
Embed = Callable[[Sequence[str]], Floats]  # texts to unit vectors of shape (len(texts), DIMENSIONS)

DIMENSIONS = 128
_FORMAT = 1
_LINKS, _BUILD_WIDTH, _SEARCH_WIDTH = 16, 100, 128


@dataclass(frozen=True, slots=True)
class VectorIndex:
    """Unit vectors and the graph over them; a row is a vector's place. Never changed once built."""

    vectors: Floats  # shape (rows, DIMENSIONS)
    graph: Any  # hnswlib.Index

    def nearest(self, vector: Floats, k: int) -> list[tuple[int, float]]:
        """Up to ``k`` rows with their cosine, best first."""
        k = min(k, len(self.vectors))
        if k == 0:
            return []
        try:
            rows, distances = self.graph.knn_query(vector, k=k, num_threads=1)
        except RuntimeError:  # the graph reached fewer than k
            cosines = self.vectors @ vector
            best = np.argsort(-cosines)[:k]
            return [(int(row), float(cosines[row])) for row in best]
        return [(int(row), 1.0 - float(d)) for row, d in zip(rows[0], distances[0], strict=True)]


def open_index(folder: Path, name: str, texts: Sequence[str], embed: Embed, encoder: str) -> VectorIndex:
    """The index over ``texts`` as the ``encoder`` (its version) sees them.

    Vectors of texts that the cache knows are reused, so a changed price embeds one row again.
    """
    digests = [hashlib.sha256(text.encode("utf-8", "surrogatepass")).hexdigest()[:32] for text in texts]
    cached = _load(folder, name, encoder)
    if cached and cached[0] == digests:
        return cached[1]
    index = _build(texts, digests, embed, cached)
    try:
        _save(folder, name, encoder, digests, index)
    except OSError as error:
        log.warning("the index cache was not written: %s", error.strerror)
    return index


def _build(
    texts: Sequence[str], digests: list[str], embed: Embed, cached: tuple[list[str], VectorIndex] | None
) -> VectorIndex:
    known = dict(zip(cached[0], cached[1].vectors, strict=True)) if cached else {}
    vectors = np.zeros((len(texts), DIMENSIONS), np.float32)
    new = [row for row, digest in enumerate(digests) if digest not in known]
    if new:
        vectors[new] = embed([texts[row] for row in new])
    for row, digest in enumerate(digests):
        if digest in known:
            vectors[row] = known[digest]
    graph = hnswlib.Index(space="ip", dim=DIMENSIONS)
    graph.init_index(max(1, len(texts)), ef_construction=_BUILD_WIDTH, M=_LINKS, random_seed=1)
    graph.set_ef(_SEARCH_WIDTH)
    if len(texts):
        # One thread: the same index every time, and a core left for the customer.
        graph.add_items(vectors, np.arange(len(texts)), num_threads=1)
    return VectorIndex(vectors, graph)


def _load(folder: Path, name: str, encoder: str) -> tuple[list[str], VectorIndex] | None:
    """The cached rows' digests and their index; None on any doubt."""
    try:
        about = json.loads((folder / f"{name}.json").read_text("utf-8"))
        digests = about["digests"]
        if about["format"] != _FORMAT or about["encoder"] != encoder or not digests:
            return None
        path = folder / about["file"]
        if hashlib.sha256(path.read_bytes()).hexdigest() != about["sha256"]:
            return None
        graph = hnswlib.Index(space="ip", dim=DIMENSIONS)
        graph.load_index(str(path), max_elements=len(digests))
        graph.set_ef(_SEARCH_WIDTH)
        vectors = np.asarray(graph.get_items(range(len(digests))), np.float32)
        return (digests, VectorIndex(vectors, graph)) if len(vectors) == graph.get_current_count() else None
    except (OSError, ValueError, KeyError, TypeError, RuntimeError):
        return None


def _save(folder: Path, name: str, encoder: str, digests: list[str], index: VectorIndex) -> None:
    folder.mkdir(parents=True, exist_ok=True)
    beside = folder / f"{name}.tmp"
    index.graph.save_index(str(beside))
    _sync(beside)
    sha256 = hashlib.sha256(beside.read_bytes()).hexdigest()
    path = folder / f"{name}-{sha256[:16]}.hnsw"
    beside.rename(path)
    about = {
        "format": _FORMAT,
        "encoder": encoder,
        "file": path.name,
        "sha256": sha256,
        "digests": digests,
    }
    beside.write_text(json.dumps(about), "utf-8")
    _sync(beside)
    beside.rename(folder / f"{name}.json")
    _sync(folder)
    for old in folder.glob(f"{name}-*.hnsw"):
        if old != path:
            old.unlink(missing_ok=True)


def _sync(path: Path) -> None:
    descriptor = os.open(path, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
