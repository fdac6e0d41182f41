"""The linear reader of n-grams: what it learns, and what it leaves unread."""

from __future__ import annotations

from typing import Any

import pytest

torch = pytest.importorskip("torch")

from export.train.ngrams import NgramReader  # noqa: E402

CLS, SEP = 2, 3
CHEAP, BROKEN, GLAD, CROSS = 100, 200, 300, 400


def texts(*words: int) -> list[list[int]]:
    return [[CLS, word, filler, SEP] for word in words for filler in range(10, 18)]


@pytest.fixture(scope="module")
def reader() -> NgramReader:
    """Two intents by one word, two emotions by another."""
    fitted = NgramReader(2, 2)
    said = [
        ([*text[:2], mood, *text[2:]], (intent, felt))
        for intent, word in enumerate((CHEAP, BROKEN))
        for felt, mood in enumerate((GLAD, CROSS))
        for text in texts(word)
    ]
    fitted.fit([text for text, _ in said], torch.tensor([labels for _, labels in said]), seed=7)
    return fitted


def logits(reader: NgramReader, *text: int) -> Any:
    ids = torch.tensor([text])
    return reader(ids, (ids != 0).long())[0]


def test_each_head_learns_its_own_words(reader: NgramReader) -> None:
    read = logits(reader, CLS, BROKEN, GLAD, 10, SEP)
    assert read[1] > read[0]
    assert read[2] > read[3]


def test_padding_changes_nothing(reader: NgramReader) -> None:
    plain, wide = (logits(reader, CLS, CHEAP, 99, SEP, *[0] * more) for more in (0, 5))
    assert torch.allclose(plain, wide)


def test_who_shares_a_row_with_another_is_not_read(reader: NgramReader) -> None:
    crowded = NgramReader(2, 2)
    crowded.load_state_dict(reader.state_dict())
    crowded.table.weight.fill_(1.0)
    assert logits(crowded, CLS, CHEAP).all()
    crowded.marks.copy_((crowded.marks + 1) % 127)
    assert not logits(crowded, CLS, CHEAP).any()


def test_what_was_seen_once_is_nobodys() -> None:
    single = NgramReader(2)
    single.fit([[CLS, CHEAP, SEP], [CLS, BROKEN, SEP]], torch.tensor([[0], [1]]), seed=7)
    assert torch.equal(logits(single, CHEAP), logits(single, BROKEN))
