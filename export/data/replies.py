"""Training turns for the generator: facts, needs, tactic, history and question -> an honest, warm reply.

Replies are put together from the parts in replies.toml. Prompts come from the runtime's own
``build_prompt``; every figure in a reply is copied from a fact of the product it speaks about.
Turns come in scenes: those of one scene share history, facts and needs, so their prompts are equal up
to the last ``<|user|>``, and training can read that part once.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from itertools import islice
from random import Random

from export.data.clerk import Clerk, Turn
from export.data.opened import continued
from export.data.scenes import Scene, random_scene
from export.data.turns import TURNS
from runtime.generation.prompt import MAX_FACTS, build_prompt
from runtime.types import DialogueState, Evidence, Exchange, Product, Tactic

TURNS_PER_SCENE = 8
CONTINUED = 0.9  # share of turns that the template opens, as the runtime has most of them open
FORBIDDEN = ("保证", "一定", "成交价", "最好", "第一", "国家级", "最便宜", "顶级", "唯一")
_MAKERS, _WEIGHTS = zip(*TURNS, strict=True)


@dataclass(frozen=True, slots=True)
class Sample:
    """One turn to learn from; ``reply`` follows ``prompt`` and ends before the end token.

    Of the reply only what is added to the ``opening`` is learned: the template says that much itself.
    """

    prompt: str
    reply: str
    opening: str
    tactic: Tactic
    facts: tuple[str, ...]  # ids of the facts that the reply states
    state: DialogueState  # what the prompt was made of
    evidence: Evidence

    @property
    def given(self) -> str:
        """What stands before the words to be learned."""
        return self.prompt + self.opening

    @property
    def added(self) -> str:
        return self.reply.removeprefix(self.opening)


def samples(seed: int, count: int, shelf: Sequence[Product] = ()) -> Iterator[Sample]:
    """``count`` turns about invented goods or those on ``shelf``; the same seed gives the same turns."""
    return islice(_endless(Random(seed), shelf), count)


def _endless(random: Random, shelf: Sequence[Product]) -> Iterator[Sample]:
    while True:
        scene = with_history(random, random_scene(random, shelf))
        names = {product.name for product in scene.goods}
        if len(scene.evidence.facts) > MAX_FACTS or len(names) < len(scene.goods):
            continue  # the prompt would leave some facts out, or could not tell the goods apart
        for _ in range(TURNS_PER_SCENE):
            turn = random_turn(random, scene)
            state = replace(scene.state, goal=turn.goal)
            prompt = build_prompt(state, scene.evidence, turn.question, turn.tactic)
            yield Sample(
                prompt.text, turn.reply, turn.opening, turn.tactic, turn.facts, state, scene.evidence
            )


def with_history(random: Random, scene: Scene) -> Scene:
    past = [random_turn(random, scene) for _ in range(random.choice((0, 0, 0, 1, 1, 2)))]
    history = tuple(Exchange(turn.question, turn.reply) for turn in past)
    return replace(scene, state=replace(scene.state, history=history))


def random_turn(random: Random, scene: Scene) -> Turn:
    while True:
        clerk = Clerk(random, scene)
        make = continued if random.random() < CONTINUED else random.choices(_MAKERS, _WEIGHTS)[0]
        turn = make(clerk)
        if turn and not any(word in turn.reply for word in FORBIDDEN):
            return replace(turn, goal=clerk.goal)
