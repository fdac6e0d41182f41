"""One shop's engines, each on a thread of its own, and the goods that they know.

Assembly only: what a turn does with them is in turn.py, what a conversation is in session.py.
"""

from __future__ import annotations

import threading
from collections.abc import AsyncGenerator, AsyncIterator, Iterator, Sequence
from contextlib import asynccontextmanager
from datetime import date, datetime
from pathlib import Path

import numpy as np

from runtime.asr.ear import Ear
from runtime.asr.engine import VoskEngine
from runtime.audio.endpoint import EndpointConfig
from runtime.audio.vad import WebRtcVad
from runtime.dialogue.tactics import Choice, choose_tactic
from runtime.errors import BadAudio, ModelMissing
from runtime.generation.copying import Copying
from runtime.generation.llama import Generator, LlamaEngine
from runtime.generation.prompt import build_messages, build_prompt, fact_lines, needs
from runtime.knowledge.catalogue import import_catalogue, read_catalogue
from runtime.knowledge.evidence import choose_evidence
from runtime.knowledge.index import Floats
from runtime.knowledge.retrieval import retrieve
from runtime.knowledge.view import View, build_view
from runtime.session import Sessions
from runtime.settings import DEMO_GOODS, Settings, model_path
from runtime.store.goods import Goods
from runtime.store.store import Store
from runtime.types import (
    SAMPLE_RATE_HZ,
    DialogueState,
    Draft,
    Evidence,
    Hit,
    Tactic,
    Turn,
    Understanding,
    Utterance,
)
from runtime.understanding.encoder import Encoder
from runtime.understanding.understand import understand
from runtime.worker import Worker

EMBED_BATCH = 32
NEVER_IMPORTED = 0  # catalogue version of a new database
NO_RECOGNISER = "no speech recogniser is installed: zhanggui models pull vosk-small-cn"


class _Embedder:
    """The encoder for the knowledge thread: few texts at a time, so that customers come in between."""

    def __init__(self, encoder: Encoder, owner: Worker) -> None:
        self.version = encoder.version
        self._encoder, self._owner = encoder, owner

    def embed(self, texts: Sequence[str]) -> Floats:
        parts = [texts[at : at + EMBED_BATCH] for at in range(0, len(texts), EMBED_BATCH)]
        return np.concatenate([self._owner.wait(self._encoder.embed, part) for part in parts])


def demo_goods() -> Goods:
    """What a shop sells until its merchant's first import; never stored, so nothing of it stays behind."""
    demo = read_catalogue(DEMO_GOODS)
    return Goods(demo.products, demo.promotions, demo.faqs, demo.scripts)


def _look_up(
    view: View, state: DialogueState, understanding: Understanding, today: date
) -> tuple[Choice, Evidence]:
    """What the shop has for this turn, what to do with it, and what may be said of it."""
    hits = retrieve(view, state, understanding.text, understanding.embedding, today)
    choice = choose_tactic(state, understanding, view.situation(hits, state, understanding, today))
    return choice, choose_evidence(view, hits, state, understanding, choice.tactic, today)


class Shop:
    """Everything that a turn needs. Opened once in a process, with ``Shop.opened``."""

    view: View  # the goods as they are now; a turn keeps the one that it began with

    def __init__(self, settings: Settings, data_dir: Path) -> None:
        self.settings = settings
        self._data_dir = data_dir
        self._storing, self._knowing = Worker("store"), Worker("knowledge")
        self._importing = Worker("import")  # its own: turns go on while a catalogue is made ready
        self._thinking, self._speaking = Worker("understanding"), Worker("generation")
        self.hearing = Worker("hearing")
        self._vosk: VoskEngine | None = None
        self.sessions = Sessions(self)

    @classmethod
    @asynccontextmanager
    async def opened(cls, settings: Settings, data_dir: Path) -> AsyncIterator[Shop]:
        """Load every engine. Raises ModelMissing, ModelDamaged, StoreFailed."""
        shop = cls(settings, data_dir)
        try:
            await shop._load()
            yield shop
        finally:
            await shop._close()

    @property
    def can_hear(self) -> bool:
        """Whether a recogniser was there when the shop was opened."""
        return self._vosk is not None

    @property
    def is_demo(self) -> bool:
        return self.view.version == NEVER_IMPORTED

    def counts(self) -> dict[str, int]:
        return self.view.counts()

    async def _load(self) -> None:
        self._store = await self._storing.call(Store, self._data_dir)
        self._encoder = await self._thinking.call(
            Encoder, model_path(self.settings.understanding.path, self._data_dir)
        )
        wanted = self.settings.generator
        self._generator: Generator = await self._speaking.call(
            LlamaEngine,
            model_path(wanted.path, self._data_dir),
            context=wanted.context,
            slots=wanted.slots,
            threads=wanted.threads,
        )
        recogniser = model_path(self.settings.asr.path, self._data_dir)
        if recogniser.exists():
            self._vosk = await self.hearing.call(VoskEngine, recogniser)
        await self._renew_view()

    async def _close(self) -> None:
        if hasattr(self, "_store"):
            await self._storing.call(self._store.close)
        if hasattr(self, "_generator"):
            await self._speaking.call(self._generator.close)
        for worker in (
            self._storing,
            self._knowing,
            self._importing,
            self._thinking,
            self._speaking,
            self.hearing,
        ):
            worker.close()

    # --- goods ---

    async def import_goods(self, path: Path) -> None:
        """Replace the kinds of sheet that the file or folder holds, for all later turns.

        Raises BadInput or BadCatalogue; then nothing was imported.
        """
        catalogue = await self._importing.call(read_catalogue, path)
        await self._storing.call(import_catalogue, self._store, catalogue)
        await self._renew_view()

    async def search(self, text: str) -> tuple[Hit, ...]:
        """Goods that fit words alone."""
        understanding = await self.understand(self.view, Utterance(text))
        return await self.retrieve(self.view, DialogueState(), understanding, date.today())

    async def _renew_view(self) -> None:
        goods = await self._storing.call(self._store.goods)
        if goods.version == NEVER_IMPORTED:
            goods = await self._importing.call(demo_goods)
        embedder = _Embedder(self._encoder, self._thinking)
        self.view = await self._importing.call(build_view, goods, embedder, self._data_dir / "index")

    # --- the stages of a turn ---

    async def understand(self, view: View, utterance: Utterance) -> Understanding:
        return await self._thinking.call(understand, self._encoder, utterance, view.names, view.homophones)

    async def retrieve(
        self, view: View, state: DialogueState, understanding: Understanding, today: date
    ) -> tuple[Hit, ...]:
        return await self._knowing.call(
            retrieve, view, state, understanding.text, understanding.embedding, today
        )

    async def look_up(
        self, view: View, state: DialogueState, understanding: Understanding, today: date
    ) -> tuple[Choice, Evidence]:
        return await self._knowing.call(_look_up, view, state, understanding, today)

    def generate(
        self,
        session: str,
        state: DialogueState,
        evidence: Evidence,
        question: str,
        tactic: Tactic,
        opening: str,
    ) -> AsyncGenerator[Draft, None]:
        """Unchecked words that go on from ``opening``, as they are formed.

        Raises EngineFailed, or TimeoutError after the deadline.
        """
        limits = self.settings.generator

        def produce(cancelled: threading.Event) -> Iterator[Draft]:
            engine = self._generator
            if engine.chat_template:
                prompt = engine.render(build_messages(state, evidence, question, tactic))
            else:
                prompt = build_prompt(state, evidence, question, tactic).text
            copying = Copying(fact_lines(state, evidence), needs(state), opening)
            return engine.stream(session, prompt + opening, limits.max_tokens, cancelled, copying)

        return self._speaking.stream(produce, limits.deadline_ms / 1000)

    # --- hearing and remembering ---

    async def open_ear(self, sample_rate_hz: int) -> Ear:
        """An ear for one microphone. Raises BadAudio for another rate, ModelMissing without a recogniser."""
        if sample_rate_hz != SAMPLE_RATE_HZ:
            raise BadAudio(f"expected {SAMPLE_RATE_HZ} Hz, got {sample_rate_hz}", code="audio-rate")
        if self._vosk is None:
            raise ModelMissing(NO_RECOGNISER)
        return await self.hearing.call(self._make_ear, self._vosk)

    def _make_ear(self, engine: VoskEngine) -> Ear:
        wanted = self.settings.endpoint
        config = EndpointConfig(
            hangover_ms=wanted.silence_ms,
            min_speech_ms=wanted.min_speech_ms,
            max_utterance_ms=wanted.max_utterance_ms,
            pre_roll_ms=wanted.pre_roll_ms,
        )
        return Ear(WebRtcVad(self.settings.vad.aggressiveness), engine.recogniser(), config)

    async def load_state(self, session: str) -> DialogueState | None:
        return await self._storing.call(self._store.load_state, session)

    async def save_turn(self, turn: Turn, now: datetime) -> None:
        """Durable when it returns."""
        await self._storing.call(self._store.commit_turn, turn, now)
