"""Eight customers at once for five minutes inside 4 GB: no error, no cross-talk, flat memory.

    .venv/bin/python -m tests.soak [--minutes 5] [--sessions 8]

Last output (2026-11-21): 11888 turns, 0 errors, 0 cross-talk; first words: median 6 ms,
p95 11 ms; resident: first quarter 283 MB, last quarter 287 MB, limit 4096 MB
"""

from __future__ import annotations

import argparse
import asyncio
import statistics
import tempfile
import time
from dataclasses import dataclass, field
from pathlib import Path

from tests.serving import Page, Served, served

LIMIT = 4 * 1024**3
CATEGORIES = ("空调", "冰箱", "洗衣机", "电视", "热水器", "手机", "平板", "耳机")
LINES = (
    "{}多少钱",
    "有优惠吗",
    "保修几年",
    "能送货吗",
    "声音大不大",
    "便宜点行不行",
    "推荐一款{}，家里老人用",
    "还有别的吗",
)


@dataclass
class Tally:
    turns: int = 0
    errors: list[str] = field(default_factory=list)
    crosstalk: list[str] = field(default_factory=list)
    first_ms: list[float] = field(default_factory=list)


async def customer(url: str, category: str, until: float, tally: Tally) -> None:
    async with Page.opened(url) as page:
        await page.receive("welcome")
        while time.monotonic() < until:
            for line in LINES:
                begun = time.monotonic()
                await page.send(type="say", text=line.format(category))
                first = await page.receive("piece", "error")
                tally.first_ms.append((time.monotonic() - begun) * 1000)
                answer = first if first["type"] == "error" else await page.receive("done", "error")
                tally.turns += 1
                if answer["type"] == "error":
                    tally.errors.append(answer["code"])
                else:
                    foreign = {card["category"] for card in answer["cards"]} - {category}
                    tally.crosstalk += [f"{category}: {line} -> {other}" for other in foreign]


def resident_mb(server: Served) -> float:
    for line in Path(f"/proc/{server.process.pid}/status").read_text().splitlines():
        if line.startswith("VmRSS"):
            return int(line.split()[1]) / 1024
    return 0.0


async def watch(server: Served, until: float) -> list[float]:
    seen = []
    while time.monotonic() < until:
        await asyncio.sleep(5)
        seen.append(resident_mb(server))
    return seen


async def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--minutes", type=float, default=5)
    parser.add_argument("--sessions", type=int, default=8)
    args = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        async with served(Path(folder), address_space=LIMIT) as server:
            tally, until = Tally(), time.monotonic() + args.minutes * 60
            customers = [
                customer(server.url, CATEGORIES[number % len(CATEGORIES)], until, tally)
                for number in range(args.sessions)
            ]
            watching = asyncio.create_task(watch(server, until))
            await asyncio.gather(*customers)
            memory = await watching
    quarter = len(memory) // 4 or 1
    before, after = statistics.mean(memory[:quarter]), statistics.mean(memory[-quarter:])
    p95 = statistics.quantiles(tally.first_ms, n=20)[-1]
    print(f"{tally.turns} turns, {len(tally.errors)} errors, {len(tally.crosstalk)} cross-talk")
    print(f"first words: median {statistics.median(tally.first_ms):.0f} ms, p95 {p95:.0f} ms")
    print(f"resident: first quarter {before:.0f} MB, last quarter {after:.0f} MB, limit 4096 MB")
    print(*tally.errors[:10], *tally.crosstalk[:10], sep="\n")


if __name__ == "__main__":
    asyncio.run(main())
