"""The lexicon: one meaning per word, spans in order, canonical words of the shop."""

from __future__ import annotations

from collections import Counter

import pytest
from hypothesis import given
from hypothesis import strategies as st

from runtime.types import SlotName
from runtime.understanding import lexicon

CATEGORIES = {
    *(
        "空调",
        "冰箱",
        "洗衣机",
        "电视",
        "热水器",
        "油烟机",
        "燃气灶",
        "电饭煲",
        "微波炉",
        "净水器",
        "空气净化器",
    ),
    *("扫地机器人", "吸尘器", "电风扇", "手机", "平板", "笔记本电脑", "耳机", "智能手表", "智能门锁", "床垫"),
    *("沙发", "台灯"),
}
FEATURES = {
    *(
        "省电",
        "静音",
        "变频",
        "智能",
        "语音控制",
        "适合老人",
        "适合儿童",
        "大容量",
        "小巧",
        "除菌",
        "自清洁",
        "快充",
    ),
    *(
        "续航长",
        "防水",
        "轻薄",
        "高清",
        "大屏",
        "游戏",
        "拍照好",
        "降噪",
        "除甲醛",
        "烘干",
        "恒温",
        "速热",
        "节水",
    ),
    *(
        "易清洁",
        "性价比高",
        "高端",
        "耐用",
        "大字体",
        "一键操作",
        "无线",
        "折叠",
        "护眼",
        "除湿",
        "冷暖",
        "新风",
    ),
    *("大吸力",),
}


@pytest.mark.parametrize("slot", lexicon.SLOTS)
def test_a_word_means_one_thing(slot: SlotName) -> None:
    table = lexicon.synonyms(slot)
    words = Counter([*table, *(other for others in table.values() for other in set(others) - set(table))])
    assert [word for word, times in words.items() if times > 1] == []
    assert [word for word in words if word != word.lower() or not word] == []


def test_no_word_is_in_two_slots() -> None:
    words = Counter(
        word
        for slot in lexicon.SLOTS
        for word in {*lexicon.synonyms(slot), *sum(lexicon.synonyms(slot).values(), ())}
        if len(word) > 1
    )
    assert [word for word, times in words.items() if times > 1] == []


def test_the_shops_words_are_known() -> None:
    assert set(lexicon.synonyms(SlotName.CATEGORY)) >= CATEGORIES
    assert set(lexicon.synonyms(SlotName.FEATURE)) >= FEATURES


@pytest.mark.parametrize(
    ("slot", "text", "expected"),
    [
        (SlotName.CATEGORY, "雪柜", "冰箱"),
        (SlotName.CATEGORY, "大容量双门冰箱", "冰箱"),
        (SlotName.CATEGORY, "锁", "智能门锁"),
        (SlotName.FEATURE, "不费电", "省电"),
        (SlotName.FEATURE, "比较省电的", "省电"),
        (SlotName.WHO, "我妈", "老人"),
        (SlotName.COLOR, "白", "白色"),
        (SlotName.PLACE, "主卧", "卧室"),
        (SlotName.BRAND, "格力", None),
        (SlotName.CATEGORY, "天气", None),
    ],
)
def test_canonical(slot: SlotName, text: str, expected: str | None) -> None:
    assert lexicon.canonical(slot, text) == expected


def test_scan_prefers_the_longer_word() -> None:
    text = "给我妈买个智能手表，不要太吵的空调"
    assert [(text[a:b], slot, word) for a, b, slot, word in lexicon.scan(text)] == [
        ("我妈", SlotName.WHO, "老人"),
        ("智能手表", SlotName.CATEGORY, "智能手表"),
        ("不要太吵", SlotName.FEATURE, "静音"),
        ("空调", SlotName.CATEGORY, "空调"),
    ]


def test_scan_hears_the_person_in_a_feature() -> None:
    assert [slot for _, _, slot, _ in lexicon.scan("适合老人的")] == [SlotName.WHO]


def test_scan_needs_whole_latin_words() -> None:
    assert lexicon.scan("vactv1") == ()
    assert [word for *_, word in lexicon.scan("ac和tv")] == ["空调", "电视"]


@given(st.text(alphabet="空调冷气我妈省电不费老人白色客厅tv 4k", max_size=30))
def test_scan_spans_are_ordered_and_apart(text: str) -> None:
    end = 0
    for start, stop, slot, word in lexicon.scan(text):
        assert end <= start < stop <= len(text)
        assert lexicon.canonical(slot, text[start:stop]) == word
        end = stop
