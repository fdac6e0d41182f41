"""How well the understanding model does on hand-written sentences, beside two baselines.

What is sealed has its scores printed apart and its errors never shown, so that work on the errors of what
is open can be judged by it.
"""

from __future__ import annotations

import argparse
import json
from collections import Counter
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TypeVar

from sklearn.feature_extraction.text import TfidfVectorizer
from sklearn.linear_model import LogisticRegression
from sklearn.metrics import f1_score
from sklearn.pipeline import make_pipeline

from export.data.shop_language import examples
from export.manifest import attach
from runtime.knowledge.catalogue import read_catalogue
from runtime.settings import DEMO_GOODS
from runtime.types import Emotion, Intent, Utterance
from runtime.understanding.encoder import Encoder
from runtime.understanding.goods_names import CatalogueNames
from runtime.understanding.homophones import Homophones
from runtime.understanding.numbers import normalise_text
from runtime.understanding.schemes import scheme_a, scheme_b
from runtime.understanding.understand import understand

Label = TypeVar("Label")
Spans = tuple[tuple[str, str], ...]  # (slot name, text)

_GENERATED = 40_000

_KEYWORDS = {
    Intent.HUMAN: "人工|真人|客服|店员|经理",
    Intent.COMPLAINT: "坏|修|投诉|退款|不转|不亮|不制冷|漏水|故障",
    Intent.INSTALL: "安装|上门装|拆|移机|调试",
    Intent.DELIVERY: "送货|配送|快递|发货|几天到|自提|物流|运费|邮",
    Intent.WARRANTY: "保修|质保|退货|换货|发票|七天|三包",
    Intent.BARGAIN: "便宜|少点|优惠点|太贵|打折|抹零|再低|砍",
    Intent.PROMOTION: "优惠|活动|券|赠|以旧换新|满减|折",
    Intent.PRICE: "多少钱|价格|什么价|怎么卖|几钱|报价|贵不贵",
    Intent.COMPARE: "哪个好|区别|比较|对比|还是",
    Intent.CUSTOM: "定制|定做|刻字|团购|企业采购",
    Intent.STOCK: "有货|现货|库存|颜色|缺货|几种",
    Intent.ORDER: "下单|买了|我要了|付款|怎么付|就这个|刷卡",
    Intent.NO_INTEREST: "不需要|随便看|再看看|考虑|不买|不用了",
    Intent.RECOMMEND: "推荐|想买|想要|适合|预算|求",
    Intent.FUNCTION: "功能|怎么样|能不能|支持|参数|多大|好用|吗",
    Intent.GREETING: "你好|谢谢|再见|您好|拜拜|在吗",
}
_MOODS = {
    Emotion.ANGRY: "气|垃圾|投诉|骗|什么破|太差|烦|坑",
    Emotion.HAPPY: "太好|喜欢|谢谢|哈哈|不错|棒|开心",
    Emotion.HESITANT: "纠结|犹豫|考虑|再看|不知道|要不|拿不定|怕",
}


@dataclass(frozen=True, slots=True)
class Line:
    """One hand-written sentence, or what a reader made of it."""

    text: str
    intent: Intent
    emotion: Emotion
    slots: Spans = ()
    intent_p: float = 1.0


Reader = Callable[[Sequence[str]], list[Line]]


def read_lines(path: Path) -> list[Line]:
    """The hand-written sentences, their text normalised as on the box."""
    found = []
    for raw in path.read_text(encoding="utf-8").splitlines():
        line = json.loads(raw)
        slots = tuple((slot["name"], normalise_text(slot["text"])) for slot in line["slots"])
        found.append(
            Line(normalise_text(line["text"]), Intent(line["intent"]), Emotion(line["emotion"]), slots)
        )
    return found


def model_reader(folder: Path) -> Reader:
    """The exported model, as the box runs it."""
    encoder = Encoder(folder)

    def read(texts: Sequence[str]) -> list[Line]:
        return [
            Line(
                text,
                list(Intent)[one.intents.index(max(one.intents))],
                one.emotion.top(),
                tuple((name.value, text[start:end]) for start, end, name, _ in one.tags),
                max(one.intents),
            )
            for text, one in zip(texts, encoder.encode(texts), strict=True)
        ]

    return read


def box_reader(folder: Path) -> Reader:
    """The whole of the box's understanding: the model's slots joined by lexicon, numbers and goods' names."""
    encoder, products = Encoder(folder), read_catalogue(DEMO_GOODS).products
    names = CatalogueNames.of(products)
    homophones = Homophones.of(products, names)

    def read(texts: Sequence[str]) -> list[Line]:
        found = []
        for text in texts:
            one = understand(encoder, Utterance(text), names, homophones)
            slots = tuple((slot.name.value, slot.text) for slot in one.slots)
            found.append(Line(text, one.intent, one.emotion.top(), slots, one.intent_p))
        return found

    return read


def keyword_reader(texts: Sequence[str]) -> list[Line]:
    """Baseline: the first keyword list that the text meets."""
    return [
        Line(text, _first(_KEYWORDS, text, Intent.OTHER), _first(_MOODS, text, Emotion.NEUTRAL))
        for text in texts
    ]


def _first(table: dict[Label, str], text: str, otherwise: Label) -> Label:
    met = (label for label, words in table.items() if any(word in text for word in words.split("|")))
    return next(met, otherwise)


def ngram_reader() -> Reader:
    """Baseline: character 1-3-grams and logistic regression on the same generated language."""
    known = list(examples(7, _GENERATED))
    texts = [normalise_text(example.text) for example in known]
    heads = [make_pipeline(_ngrams(), LogisticRegression(max_iter=300, C=10)) for _ in range(2)]
    heads[0].fit(texts, [example.intent.value for example in known])
    heads[1].fit(texts, [example.emotion.value for example in known])

    def read(texts: Sequence[str]) -> list[Line]:
        sure = heads[0].predict_proba(texts).max(-1)
        said = zip(texts, heads[0].predict(texts), heads[1].predict(texts), sure, strict=True)
        return [Line(text, Intent(intent), Emotion(emotion), (), p) for text, intent, emotion, p in said]

    return read


def _ngrams() -> TfidfVectorizer:
    return TfidfVectorizer(analyzer="char", ngram_range=(1, 3), min_df=2, sublinear_tf=True)


def scores(wanted: Sequence[Line], read: Sequence[Line]) -> dict[str, float]:
    """Macro-F1 of intent (fine and both schemes) and emotion, accuracy of intent, micro-F1 of slots."""
    both = list(zip(wanted, read, strict=True))
    return {
        "intent_f1": _macro((a.intent.value, b.intent.value) for a, b in both),
        "intent_accuracy": sum(a.intent == b.intent for a, b in both) / len(both),
        "scheme_a_f1": _macro((scheme_a(a.intent), scheme_a(b.intent)) for a, b in both),
        "scheme_b_f1": _macro((scheme_b(a.intent), scheme_b(b.intent)) for a, b in both),
        "emotion_f1": _macro((a.emotion.value, b.emotion.value) for a, b in both),
        "slot_f1": slot_f1([line.slots for line in wanted], [line.slots for line in read]),
        "calibration_error": calibration_error([(b.intent_p, a.intent == b.intent) for a, b in both]),
    }


def _macro(labels: Iterable[tuple[str, str]]) -> float:
    wanted, read = zip(*labels, strict=True)
    return float(f1_score(wanted, read, labels=sorted(set(wanted)), average="macro", zero_division=0.0))


def slot_f1(wanted: Sequence[Spans], read: Sequence[Spans]) -> float:
    """A slot is right when its name and its whole text are."""
    right = sum((Counter(a) & Counter(b)).total() for a, b in zip(wanted, read, strict=True))
    named = sum(map(len, wanted)) + sum(map(len, read))
    return 2 * right / named if named else 1.0


def calibration_error(answers: Sequence[tuple[float, bool]]) -> float:
    """How far stated probabilities are from how often they are right, on average over ten bins."""
    bins: dict[int, list[float]] = {}
    for stated, right in answers:
        bins.setdefault(min(int(stated * 10), 9), []).append(right - stated)
    return sum(abs(sum(gaps)) for gaps in bins.values()) / len(answers)


def main(argv: Sequence[str]) -> int:
    parser = argparse.ArgumentParser(
        prog="python -m export report-understanding",
        description="Score the exported model and two baselines on the hand-written sentences.",
        epilog="example: python -m export report-understanding --errors",
    )
    parser.add_argument("--model", type=Path, default=Path("models/understanding"))
    parser.add_argument("--dev", type=Path, default=Path("export/data/dev"))
    parser.add_argument(
        "--errors", action="store_true", help="also print what the model got wrong of the open ones"
    )
    args = parser.parse_args(argv)
    parts = {part: read_lines(args.dev / part / "utterances.jsonl") for part in ("open", "sealed")}
    readers = {
        "model": model_reader(args.model),
        "box": box_reader(args.model),
        "ngrams": ngram_reader(),
        "keywords": keyword_reader,
    }
    table = {
        f"{part}/{name}": scores(wanted, read([line.text for line in wanted]))
        for part, wanted in parts.items()
        if wanted
        for name, read in readers.items()
    }
    box = {part: readers["box"]([line.text for line in wanted]) for part, wanted in parts.items()}
    page = "\n\n".join(
        [
            figures_table(table, {part: len(wanted) for part, wanted in parts.items()}),
            "Intents, open and sealed together (down: labelled; across: read as):",
            confusion([line for wanted in parts.values() for line in wanted], [*box["open"], *box["sealed"]]),
            "The open sentences it was surest about and wrong:",
            worst(parts["open"], box["open"]),
        ]
    )
    attach(args.model.parent, args.model.name, "Understanding", "python -m export report-understanding", page)
    print(page)
    if args.errors:
        _print_errors(parts["open"], readers["box"])
    return 0


def figures_table(table: Mapping[str, Mapping[str, float]], sizes: Mapping[str, int]) -> str:
    """Markdown: a row for each reader and part (``open/model``), a column for each figure."""
    columns = [*next(iter(table.values()))]
    head = f"| | n | {' | '.join(column.replace('_', ' ') for column in columns)} |"
    rows = [
        f"| {name} | {sizes[name.partition('/')[0]]} | {' | '.join(f'{row[c]:.3f}' for c in columns)} |"
        for name, row in table.items()
    ]
    return "\n".join([head, "|---" * (len(columns) + 2) + "|", *rows])


def confusion(wanted: Sequence[Line], read: Sequence[Line]) -> str:
    """Markdown matrix of the fine intents."""
    counts = Counter((a.intent, b.intent) for a, b in zip(wanted, read, strict=True))
    rows = [
        f"| {a.value} | {' | '.join(str(counts[a, b]) if counts[a, b] else '' for b in Intent)} |"
        for a in Intent
    ]
    return "\n".join([f"| | {' | '.join(Intent)} |", "|---" * (len(Intent) + 1) + "|", *rows])


def worst(wanted: Sequence[Line], read: Sequence[Line], count: int = 30) -> str:
    """The surest mistakes, in words."""
    wrong = [(b.intent_p, a, b) for a, b in zip(wanted, read, strict=True) if a.intent != b.intent]
    wrong.sort(key=lambda one: -one[0])
    return "\n".join(f"- {a.text}: {a.intent}, read as {b.intent} ({p:.2f})" for p, a, b in wrong[:count])


def _print_errors(wanted: Sequence[Line], read: Reader) -> None:
    for line, got in zip(wanted, read([line.text for line in wanted]), strict=True):
        if line.intent != got.intent:
            print(f"intent  {line.intent} read as {got.intent}: {line.text}")
        if line.emotion != got.emotion:
            print(f"emotion {line.emotion} read as {got.emotion}: {line.text}")
        if Counter(line.slots) != Counter(got.slots):
            missed, extra = Counter(line.slots) - Counter(got.slots), Counter(got.slots) - Counter(line.slots)
            print(f"slots   missed {[*missed]} extra {[*extra]}: {line.text}")
