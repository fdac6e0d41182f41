"""The llama.cpp engine: our own model and a foreign one, prefixes, sessions, cancelling, bad files."""

from __future__ import annotations

import re
import threading
from collections.abc import Iterator
from pathlib import Path

import pytest

from runtime.errors import EngineFailed, ModelDamaged, ModelMissing
from runtime.generation.copying import Copying
from runtime.generation.llama import LlamaEngine
from runtime.generation.prompt import BOT, DO, END, FACT, USER
from runtime.settings import MODELS
from tests.generation.tiny_chat_model import write_tiny_chat_model

OURS = MODELS / "generator/generator-q4_0.gguf"
FACTS = f"{FACT}凉川静享1.5匹变频空调|现价2999元|特点:省电、静音"


def prompt(question: str, history: str = "") -> str:
    return f"{history}{FACTS}{USER}{question}{DO}介绍{BOT}"


@pytest.fixture(scope="module")
def engine() -> Iterator[LlamaEngine]:
    engine = LlamaEngine(OURS, slots=2)
    yield engine
    engine.close()


def said(engine: LlamaEngine, text: str, session: str = "a", limit: int = 48) -> str:
    return "".join(draft.text for draft in engine.stream(session, text, limit, threading.Event()))


def test_it_speaks_and_stops(engine: LlamaEngine) -> None:
    reply = said(engine, prompt("多少钱"))
    assert reply
    assert "<|" not in reply


@pytest.mark.parametrize("opening", ["", "现价", "现价2", "现价29"])
def test_figures_are_copied(engine: LlamaEngine, opening: str) -> None:
    copying = Copying(["凉川静享空调|现价2999元|噪音18dB"], opening=opening)
    drafts = engine.stream("d", prompt("多少钱") + opening, 48, threading.Event(), copying)
    reply = opening + "".join(draft.text for draft in drafts)
    assert set(re.findall(r"[0-9.]+", reply)) <= {"2999", "18"}


def test_what_was_evaluated_before_changes_nothing(engine: LlamaEngine) -> None:
    """A reused prefix, a session in between and a taken-over slot all say the same as a fresh start."""
    fresh = said(engine, prompt("省电吗"), "fresh")
    said(engine, prompt("省不省"), "reused")
    assert said(engine, prompt("省电吗"), "reused") == fresh
    said(engine, prompt("别的"), "third")
    assert said(engine, prompt("省电吗"), "fourth") == fresh
    assert said(engine, prompt("省电吗"), "fresh") == fresh


def test_it_stops_when_told_and_can_go_on(engine: LlamaEngine) -> None:
    whole = said(engine, prompt("多少钱"), "b")
    cancelled = threading.Event()
    stream = engine.stream("b", prompt("多少钱"), 48, cancelled)
    first = next(stream).text
    cancelled.set()
    assert whole.startswith(first + "".join(draft.text for draft in stream))
    assert said(engine, prompt("多少钱"), "b") == whole


def test_cancelled_before_it_began_it_says_nothing(engine: LlamaEngine) -> None:
    cancelled = threading.Event()
    cancelled.set()
    assert list(engine.stream("c", prompt("多少钱"), 48, cancelled)) == []


def test_a_prompt_beyond_the_context_is_named(engine: LlamaEngine) -> None:
    with pytest.raises(EngineFailed) as caught:
        said(engine, prompt("多少钱" * 1000))
    assert caught.value.code == "prompt-too-long"


def test_our_format_is_known_by_its_vocabulary(engine: LlamaEngine) -> None:
    assert not engine.chat_template
    with pytest.raises(EngineFailed):
        engine.render([{"role": "user", "content": "你好"}])
    assert END not in said(engine, prompt("你好"))


def test_a_foreign_model_gets_its_own_template(tmp_path: Path) -> None:
    engine = LlamaEngine(write_tiny_chat_model(tmp_path / "chat.gguf"))
    assert engine.chat_template
    rendered = engine.render([{"role": "system", "content": "规则"}, {"role": "user", "content": "你好"}])
    assert (
        rendered
        == "<|im_start|>system\n规则<|im_end|>\n<|im_start|>user\n你好<|im_end|>\n<|im_start|>assistant\n"
    )
    assert isinstance(said(engine, rendered, limit=16), str)
    engine.close()


def test_a_foreign_model_without_a_template_is_refused(tmp_path: Path) -> None:
    with pytest.raises(ModelDamaged) as caught:
        LlamaEngine(write_tiny_chat_model(tmp_path / "chat.gguf", chat_template=None))
    assert caught.value.code == "no-chat-template"


def test_a_template_that_refuses_the_messages_is_named(tmp_path: Path) -> None:
    picky = "{{ raise_exception('System role not supported') }}"
    engine = LlamaEngine(write_tiny_chat_model(tmp_path / "chat.gguf", chat_template=picky))
    with pytest.raises(EngineFailed, match="refused"):
        engine.render([{"role": "system", "content": "你好"}])
    engine.close()


def test_a_template_that_cannot_be_read_is_named(tmp_path: Path) -> None:
    with pytest.raises(ModelDamaged, match="template"):
        LlamaEngine(write_tiny_chat_model(tmp_path / "chat.gguf", chat_template="{% for"))


def test_bad_files_are_named(tmp_path: Path) -> None:
    with pytest.raises(ModelMissing):
        LlamaEngine(tmp_path / "nothing.gguf")
    broken = tmp_path / "broken.gguf"
    broken.write_bytes(OURS.read_bytes()[:5000])
    with pytest.raises(ModelDamaged):
        LlamaEngine(broken)
