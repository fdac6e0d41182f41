"""Does a generated reply quote its facts? The measure of copying, before any guard.

A figure is right when it stands in the facts of the product that the reply speaks about at that place,
or in a fact about the shop. Torch-free, so that the tests can pin it.
"""

from __future__ import annotations

import re

from runtime.generation.prompt import DO, FACT, NEED, USER

_FIGURE = re.compile(r"\d+(?:\.\d+)?")


def fact_lines(prompt: str) -> list[str]:
    """The fact lines of a prompt as ``build_prompt`` wrote it."""
    body = prompt.rsplit(USER, 1)[0].split(NEED)[0]
    return [line.split("<|")[0] for line in body.split(FACT)[1:]]


def tactic_of(prompt: str) -> str:
    return re.split(r"[|<]", prompt.rsplit(DO, 1)[1])[0]


def stated(prompt: str, reply: str) -> tuple[tuple[str, bool], ...]:
    """The figures in ``reply`` outside of product names, each with whether it is right."""
    lines = fact_lines(prompt)
    goods = [line for line in lines if "|" in line]
    names = {line.split("|")[0] for line in goods}
    shop = [figure for line in lines if "|" not in line for figure in _FIGURE.findall(line)]
    found = []
    for line, part in _parts(goods, reply):
        if part not in names:
            known = {*shop, *_FIGURE.findall(line)}
            found += [(figure, figure in known) for figure in _FIGURE.findall(part)]
    return tuple(found)


def misquoted(prompt: str, reply: str) -> tuple[str, ...]:
    """The figures in ``reply`` that the facts do not hold for the product spoken about."""
    return tuple(figure for figure, right in stated(prompt, reply) if not right)


def _parts(goods: list[str], reply: str) -> list[tuple[str, str]]:
    """The reply cut at each product's name: (the product's fact line, what is said of it)."""
    lines = {line.split("|")[0]: line for line in goods}
    current = goods[0] if goods else ""
    if not lines:
        return [(current, reply)]
    order = [name for name in lines if name in reply]
    order.sort(key=reply.index)
    lines |= {word: lines[name] for word, name in zip(("前者", "后者"), order, strict=False)}
    names = sorted(lines, key=len, reverse=True)
    parts = []
    for part in re.split("(" + "|".join(map(re.escape, names)) + ")", reply):
        current = lines.get(part, current)
        parts.append((current, part))
    return parts
