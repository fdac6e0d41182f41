"""The last gate before the customer: nothing that this turn's facts do not say gets through.

Text is fed as it is generated. What can no longer become part of a claim is released at once; a claim
being formed (a figure, a claiming word, a product's name) is held until it is whole and then checked.
At the first claim without a fact the guard closes for good: ``released`` ends before that claim, and the
caller goes on with a template. Characters are taken one by one, so how the text was cut into pieces never
changes the outcome.
"""

from __future__ import annotations

import re
import unicodedata
from dataclasses import dataclass, replace

from runtime.generation.guard_facts import COUNTS, Claim, Scope, canonical, index_evidence, view_char
from runtime.generation.guard_words import (
    FREE_OF,
    LATIN,
    LONGEST,
    MEASURE,
    MEASURED,
    NEGATION,
    PREFIXES,
    UNPROMISED,
    WORDS,
    Means,
    Word,
)
from runtime.types import Evidence, FactKind, Quantity
from runtime.understanding.numbers import QuantitySpan, parse_quantities

_CLAUSE_END = re.compile(r"[，。!?;\n]|,(?![0-9])")
_SENTENCE_END = re.compile(r"[。!?\n]")
_STOP = re.compile(r"[，。!?;\n、]")
_NUMERALS = "零〇一二两兩三四五六七八九十百千万亿壹贰貳叁參肆伍陆陸柒捌玖拾佰仟萬億俩仨半几"
_ODD_NUMERALS = "廿卅卌皕幺弌弍弎弐壱亖㐅"
_NUMERAL_RUN = re.compile(rf"[0-9a-z.%\-_/+~¥°]+|[{_NUMERALS}]+|,(?=[0-9])")
_LATIN = re.compile(r"[a-z0-9]+(?:[-_./+][a-z0-9]+)*")
_FIGURE_START = re.compile(rf"[0-9a-z¥{_NUMERALS}]")
_SPACED = re.compile(rf"[{_NUMERALS}](?:[^\w\s，。!?;、]+[{_NUMERALS}])+")
_GOES_ON = re.compile(r"分之|[a-z]")
_AHEAD = 4  # characters that must follow a figure before it counts as whole
_BEHIND = 60  # characters of a clause that are read again for a figure
_FREE_AHEAD, _GIFT_AHEAD = 8, 14
_FEW = re.compile(r"剩|库存|最后|仅|只有|送|赠|买|满|第|减|换|免费|限|售|卖|销|每")
_GIVEN = re.compile(r"免费|送|赠")
_NEED = re.compile(r"您|预算|家里|咱家|房|客厅|卧室|老人|孩子|要求")
_BUDGET = re.compile(r"预算|想花|价位|打算花")
_ALL = re.compile(r"都|均|全部")
_COMPARES = re.compile(r"比|跟|和|与|还是|而")
_GIVES = re.compile(r"[买单就再还白]$")
_FITS = re.compile(r"适用|适合|能用|覆盖|可用|够用|管")
_PRICED = re.compile(
    r"现价|卖|只要|售价|到手|给您|给你|成交|拿走|带走|一口价|算您|就行|定价|标价|价格|拿下|买下|就能|够买|刚好|正好"
)
_SIGNS = "🔟💯🆓🈚🈶🈹🈵🈳🈷🈯🉐🥇🏆"
_EMOJI = "\ufe0f"  # variation selector: shows the sign before it in colour
_SYMBOLS = "“”‘’\"'·—…～~、。，!?;:()《》「」【】[]%¥°×+-/.,_ \n㎡&#^=√•"


@dataclass(frozen=True, slots=True)
class Verdict:
    """What may be shown, why the rest may not, and which facts it rests on."""

    released: str
    blocked: str | None = None  # reason: number, claim, commitment, absolute, leak, contact, script, control
    facts: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class _Step:
    """One thing read from the held text: where it ends and what it was."""

    end: int
    blocked: str | None = None
    fact: str | None = None
    products: tuple[str, ...] = ()
    claim: Claim | None = None


@dataclass(frozen=True, slots=True)
class _Talk:
    """How far a text is checked, where its last parts begin, and which goods it speaks of."""

    done: int = 0
    sentence: int = 0
    clause: int = 0
    about: int = 0  # the clause's words after the last name in it
    name_end: int = 0
    named: tuple[str, ...] = ()  # goods named last, together
    pair: tuple[str, ...] = ()  # the last that were named together: 前者, 后者
    spoken: frozenset[str] = frozenset()  # all goods named so far
    claimed: bool = False  # whether anything was claimed since the last name
    early: tuple[Claim, ...] = ()  # claims of this clause before any name in it

    def after(self, step: _Step, text: str) -> _Talk:
        """The talk once a step is taken."""
        talk = self
        if step.products:
            together = not self.claimed and self.name_end > self.clause
            named = (*self.named, *step.products) if together else step.products
            if together and "比" in text[self.name_end : step.end]:
                named = self.named  # A比B便宜: it goes on about A
            pair = named if len(named) > 1 else self.pair
            talk = replace(
                talk, named=named, pair=pair, spoken=self.spoken | set(step.products), claimed=False, early=()
            )
            talk = replace(talk, name_end=step.end, about=step.end)
        if step.claim or step.fact:
            talk = replace(talk, claimed=True)
        if step.claim and talk.name_end <= talk.clause:
            talk = replace(talk, early=(*talk.early, step.claim))
        if end := _last_end(_CLAUSE_END, text, self.done, step.end):
            talk = replace(talk, clause=end, about=max(talk.about, end), early=())
        if end := _last_end(_SENTENCE_END, text, self.done, step.end):
            talk = replace(talk, sentence=end)
        return replace(talk, done=step.end)


class Guard:
    """One reply. Raises nothing; ``verdict`` is valid at any time."""

    def __init__(self, evidence: Evidence, focus: str | None, quoted: tuple[Quantity, ...] = ()) -> None:
        """``quoted``: amounts of the customer's own needs, which may be said back as needs."""
        self._shelf = index_evidence(evidence)
        self._evidence, self._quoted = evidence, quoted
        self._focus = focus if focus in self._shelf.goods else None
        self._raw, self._text = "", ""
        self._raw_at: list[int] = []  # index in _raw of each character of _text
        self._space = False  # a space was read that may or may not matter
        self._released = 0  # in _raw
        self._blocked: str | None = None
        self._facts: dict[str, int] = {}  # id: where in _raw it is first told
        self._talk = _Talk()

    @property
    def verdict(self) -> Verdict:
        told = tuple(fact for fact, at in self._facts.items() if at < self._released)
        return Verdict(self._raw[: self._released], self._blocked, told)

    def feed(self, text: str) -> str:
        """Take more text; gives what may be shown of all that was held so far."""
        before = self._released
        for char in text:
            if self._blocked:
                break
            self._take(char)
            self._advance(final=False)
        return self._raw[before : self._released]

    def finish(self) -> str:
        """No more text will come; gives the rest that may be shown."""
        before = self._released
        if not self._blocked:
            self._advance(final=True)
        if not self._blocked:
            self._released = len(self._raw)
        self._echo()
        return self._raw[before : self._released]

    # -- reading

    def _take(self, char: str) -> None:
        seen = view_char(char)
        self._raw += char
        if _is_control(char) or (not seen and char != _EMOJI):
            self._blocked = "control"
        elif _is_odd_number(char, seen) or any(map(_is_foreign, seen)):
            self._blocked = "script"
        elif seen == " ":
            self._space = True
        else:
            self._append(seen)

    def _append(self, seen: str) -> None:
        """Keep a space only between Latin words, so that 2 9 9 9 is 2999 and A1 Pro is not A1Pro."""
        if self._space and seen[:1].isalnum() and seen[:1].isascii() and self._text[-1:].isascii():
            run = re.search(r"[a-z0-9.-]*$", self._text[-40:])
            code = run is not None and any(c.isalpha() for c in run.group())
            if self._text[-1:].isalnum() and (code or not (self._text[-1].isdigit() and seen[0].isdigit())):
                self._text += " "
                self._raw_at.append(len(self._raw) - 2)
        self._space = False
        self._text += seen
        self._raw_at.extend([len(self._raw) - 1] * len(seen))

    def _advance(self, *, final: bool) -> None:
        while not self._blocked and self._talk.done < len(self._text):
            step = self._step(self._talk.done, final)
            if step is None:
                break
            self._apply(step)
        if not self._blocked:
            whole = self._talk.done == len(self._text)
            self._released = len(self._raw) if whole and not self._space else self._raw_index()

    def _raw_index(self) -> int:
        """Where the checked part ends in the text as it came."""
        if self._talk.done < len(self._text):
            return self._raw_at[self._talk.done]
        return self._raw_at[-1] + 1 if self._raw_at else 0

    def _apply(self, step: _Step) -> None:
        if step.blocked:
            self._close(step.blocked)
            return
        if step.fact:
            self._facts.setdefault(step.fact, self._raw_index())
        self._talk = self._talk.after(step, self._text)

    def _close(self, reason: str) -> None:
        """Stop before the claim, or before its clause if none of that has been shown."""
        self._blocked = reason
        clause = self._raw_at[self._talk.clause] if self._talk.clause < len(self._raw_at) else len(self._raw)
        self._released = self._raw_index() if self._released > clause else max(self._released, clause)

    def _step(self, pos: int, final: bool) -> _Step | None:
        """The next thing in the text, or None while it could still become something else."""
        rest = self._text[pos:]
        if not final and (rest in PREFIXES or rest in self._shelf.starts):
            return None
        if named := self._shelf.name_at(self._text, pos):
            return self._name(pos, *named)
        if rest[:2] in ("前者", "后者"):
            if len(self._talk.pair) < 2:
                return _Step(pos, blocked="claim")  # of no two goods that were named
            return _Step(pos + 2, products=(self._talk.pair[0 if rest[0] == "前" else -1],))
        if colour := self._shelf.colour_at(self._text, pos):
            known = self._shelf.has_colour(colour, self._scope())
            return _Step(pos + len(colour), blocked=None if known else "claim")
        word = next((rest[:n] for n in range(min(LONGEST, len(rest)), 0, -1) if rest[:n] in WORDS), "")
        means = WORDS[word].means if word else Means.HARMLESS
        if means is Means.BOUND:
            return self._bound(pos, pos + len(word), final)
        if means is not Means.HARMLESS:
            return self._word(pos, word, WORDS[word], final)
        if rest[0] == "最" and not word:
            return self._superlative(pos, final)
        if _FIGURE_START.match(rest):
            return self._figure(pos, pos, len(word), final)
        return _Step(pos + (len(word) or 1))

    # -- names

    def _name(self, pos: int, name: str, products: tuple[str, ...]) -> _Step:
        """只要1999元就能买到…: a figure told before the name must be true of it, too."""
        scope, between = frozenset(products), self._text[self._talk.clause : pos]
        compared = self._talk.named and _COMPARES.search(between)
        if not compared and any(self._shelf.number(claim, scope) is None for claim in self._talk.early):
            return _Step(pos, blocked="number")
        return _Step(pos + len(name), products=products)

    def _scope(self) -> Scope:
        if self._talk.named:
            return frozenset(self._talk.named)
        return frozenset((self._focus,)) if self._focus else None

    # -- words

    def _word(self, pos: int, text: str, word: Word, final: bool) -> _Step | None:
        end, scope, left = pos + len(text), self._scope(), self._text[self._talk.about : pos]
        if word.means in (Means.ABSOLUTE, Means.LEAK):
            return _Step(end, blocked=word.means.value)
        if word.means in (Means.COMMITMENT, Means.CONTACT):
            promised = not (UNPROMISED.search(left) or self._shelf.says(text, scope))
            return _Step(end, blocked=word.means.value if promised else None)
        if NEGATION.search(left):
            return _Step(end)
        if (fact := self._shelf.verbatim(left + text, len(text), scope)) is not None:
            return _Step(end, fact=fact)
        if word.means is Means.CLAIM:
            fact = self._shelf.word(word, text, left + text, scope)
            return _Step(end, blocked="claim" if fact is None else None, fact=fact)
        if word.means is Means.FREE:
            return self._free(pos, end, left, final)
        return self._gift(text, end, left, final)

    def _free(self, pos: int, end: int, left: str, final: bool) -> _Step | None:
        """What is free stands after the word, before it, or a clause before: 送货安装一次完成，不另收费."""
        ahead, scope = self._ahead(end, _FREE_AHEAD, final), self._scope()
        if ahead is None:
            return None
        fact = self._shelf.free(ahead, scope) or self._shelf.free(left, scope)
        if fact is None and not FREE_OF.search(ahead + left):
            before = self._text[max(self._talk.name_end, pos - 20) : pos]
            fact = self._shelf.free(before, scope, whole=True)
        return _Step(end, blocked="claim" if fact is None else None, fact=fact)

    def _gift(self, text: str, end: int, left: str, final: bool) -> _Step | None:
        ahead = self._ahead(end, _GIFT_AHEAD, final)
        if ahead is None:
            return None
        nothing = not ahead.strip("哦呢呀啊吧哈的了")
        if nothing and text == "送" and not _GIVES.search(left):
            return _Step(end)  # 没有电梯也送
        fact = self._shelf.gift(left[-8:] if nothing else ahead, self._scope())
        return _Step(end, blocked="claim" if fact is None else None, fact=fact)

    def _ahead(self, pos: int, count: int, final: bool) -> str | None:
        """What follows, up to ``count`` characters of the same phrase; None while more may come."""
        found = _CLAUSE_END.search(self._text, pos)
        if found and found.start() <= pos + count:
            return self._text[pos : found.start()]
        return self._text[pos : pos + count] if final or len(self._text) >= pos + count else None

    def _superlative(self, pos: int, final: bool) -> _Step | None:
        ahead = self._ahead(pos + 1, 5, final)
        if ahead is None:
            return None
        if ahead[:1] in tuple(MEASURED):
            figure = re.match(rf".(?:[可能支持达减省抵补贴到立约为是])*(?=[0-9{_NUMERALS}])", ahead)
            same = len(ahead) > 1 and self._shelf.says("最" + ahead[:2], self._scope())
            if figure or MEASURE.match(ahead, 1) or same:
                return _Step(pos + 1 + (figure.end() if figure else 1))
        return _Step(pos, blocked="absolute")

    # -- figures

    def _bound(self, pos: int, end: int, final: bool) -> _Step | None:
        """不到, 大约: part of the figure, if one follows."""
        if not final and len(self._text) <= end + 1:
            return None
        start = end + self._text.startswith(("是", "在", "要"), end)
        if _FIGURE_START.match(self._text, start):
            return self._figure(pos, start, 0, final)
        return _Step(end)

    def _figure(self, pos: int, numeral: int, harmless: int, final: bool) -> _Step | None:
        """A figure whose own characters begin at ``numeral``."""
        run = _NUMERAL_RUN.match(self._text, numeral)
        end = run.end() if run else numeral + 1
        if not self._is_whole(end, final):
            return None if not harmless else _Step(pos + harmless)
        span = self._span_at(numeral)
        if span is None:
            return _Step(pos + harmless) if harmless else self._loose(numeral, end)
        end = self._window() + span.end
        if pos + harmless > end:
            return _Step(pos + harmless)  # 一天不用老充电
        if not self._is_whole(end, final):
            return None
        return self._check(span, pos, end)

    def _is_whole(self, end: int, final: bool) -> bool:
        return final or len(self._text) - end >= _AHEAD or bool(_STOP.search(self._text, end, end + _AHEAD))

    def _window(self) -> int:
        """Where figures are looked for from: the clause's beginning, if it is near."""
        return max(self._talk.clause, self._talk.done - _BEHIND)

    def _span_at(self, pos: int) -> QuantitySpan | None:
        start = self._window()
        for span in parse_quantities(self._text[start:]):
            if start + span.start <= pos < start + span.end:
                return span
        return None

    def _check(self, span: QuantitySpan, pos: int, end: int) -> _Step:
        start = self._window() + span.start
        left = self._text[self._talk.about : start]
        after = _CLAUSE_END.search(self._text, end)
        right = self._text[end : min(end + 6, after.start() if after else len(self._text))]
        last = max((s.end for s in parse_quantities(left)), default=0)
        sentence = self._text[self._talk.sentence : start]
        claim = Claim(span.quantity, left, left[last:], right, span.text, sentence)
        if _is_hundred_percent(span.quantity):
            return _Step(end, blocked="absolute")
        if self._is_need(claim) or self._is_small_count(claim):
            return _Step(end)
        fact = self._support(claim)
        return _Step(end, blocked="number" if fact is None else None, fact=fact, claim=claim)

    def _support(self, claim: Claim) -> str | None:
        """A fact for a figure; of goods named together 都 speaks of all, 分别 of one after the other."""
        named = self._talk.named
        if len(named) > 1 and _ALL.search(claim.left):
            found = [self._shelf.number(claim, frozenset((id,))) for id in named]
            return None if None in found else found[0]
        if len(named) > 1 and "分别" in self._text[: self._talk.done]:
            return self._shelf.number(claim, frozenset((named[min(self._told(), len(named) - 1)],)))
        return self._shelf.number(claim, self._scope())

    def _told(self) -> int:
        """How many amounts have been told since 分别."""
        return len(parse_quantities(self._text[self._text.rfind("分别") : self._talk.done]))

    def _is_need(self, claim: Claim) -> bool:
        """Said back from the customer's needs, as a need and never as a price."""
        around = claim.near + claim.right
        money = claim.quantity.unit in ("元", "")
        needs, claims = (_BUDGET, _PRICED) if money else (_NEED, _FITS)
        if claims.search(around) or not needs.search(claim.left + claim.right):
            return False
        return any(_same_need(claim.quantity, need) for need in self._quoted)

    def _is_small_count(self, claim: Claim) -> bool:
        """一款, 两款, 一台: no more than are shown, and not of stock, gifts or sales."""
        quantity = claim.quantity
        if quantity.unit not in COUNTS or quantity.low is None or quantity.low != quantity.high:
            return False
        most = (len(self._evidence.hits) or 3) if quantity.unit in "款种个台件样" else 1
        if claim.right.startswith(("优惠", "活动")):
            most = sum(fact.kind is FactKind.PROMOTION for fact in self._evidence.facts)
        if quantity.unit in "台件套" and claim.near.endswith("有"):
            return False
        few = quantity.low in range(1, most + 1) and not (
            _FEW.search(claim.near[-6:]) or _GIVEN.match(claim.right)
        )
        return few and not self._shelf.labelled(claim, self._scope())

    def _loose(self, pos: int, end: int) -> _Step:
        """Digits, letters or numerals that are no amount: a known code, a word, or a figure in disguise."""
        if latin := _LATIN.match(self._text, pos):
            token = latin.group()
            plain = token.isalpha() and token not in LATIN
            anywhere = self._shelf.token(token, None)
            known = self._shelf.token(token, self._scope()) if anywhere else plain
            return _Step(latin.end(), blocked=None if known else "number")
        run = self._text[pos:end]
        spaced = _SPACED.match(self._text, pos)
        odd = len(run) > 1 or run == "¥" or spaced or _GOES_ON.match(self._text, end)
        if odd and not self._shelf.says(spaced.group() if spaced else run, self._scope()):
            return _Step(pos, blocked="number")
        return _Step(end)

    # -- facts that were told without a figure

    def _echo(self) -> None:
        """Add the facts whose words the released text repeats about the goods that it speaks of."""
        shown = sum(at < self._released for at in self._raw_at)
        spoken = self._talk.spoken or frozenset(filter(None, (self._focus,))) or self._shelf.goods
        for fact in self._evidence.facts:
            about = fact.product_id is None or fact.product_id in spoken
            if about and self._shelf.repeats(self._text[:shown], fact):
                self._facts.setdefault(fact.id, 0)


def guard_text(
    text: str, evidence: Evidence, focus: str | None, quoted: tuple[Quantity, ...] = ()
) -> Verdict:
    """The verdict on a whole text."""
    guard = Guard(evidence, focus, quoted)
    guard.feed(text)
    guard.finish()
    return guard.verdict


def _last_end(ending: re.Pattern[str], text: str, start: int, end: int) -> int:
    """Where the last of the endings within text[start:end] ends; 0 if there is none."""
    return max((found.end() for found in ending.finditer(text, start, end)), default=0)


def _is_control(char: str) -> bool:
    return char != "\n" and unicodedata.category(char) in ("Cc", "Zl", "Zp")


def _is_odd_number(char: str, seen: str) -> bool:
    """Ⅳ, 🔟, 🆓: figures and claims that no normalisation turns into digits or words."""
    letter = unicodedata.category(char) == "Nl" and char != "〇"
    return char in _SIGNS or (letter and not seen.isdigit())


def _is_foreign(char: str) -> bool:
    """Letters and figures outside Chinese and ASCII may only be disguises."""
    if char.isascii() or char in _SYMBOLS:
        return False
    if "\u4e00" <= char <= "\u9fff" or "\u3400" <= char <= "\u4dbf" or char == "〇":
        return char in _ODD_NUMERALS
    return unicodedata.category(char)[0] in "LN"


def _is_hundred_percent(quantity: Quantity) -> bool:
    return quantity.unit == "%" and quantity.low == 100


def _same_need(said: Quantity, need: Quantity) -> bool:
    low, high, unit = canonical(said)
    need_low, need_high, need_unit = canonical(need)
    alike = unit == need_unit or {unit, need_unit} <= {"", "元"}
    return alike and {low, high} - {None} <= {need_low, need_high} - {None}
