"""The llama.cpp engine: prompts in, unchecked text out.

The low-level C API is used because the high-level one keeps a single conversation: here every
session has a sequence of its own in one context, so that a prompt which begins as last time costs
only its new tokens. One thread must own the engine (a context is not thread-safe).
"""

from __future__ import annotations

import codecs
import ctypes
import threading
from collections import OrderedDict
from collections.abc import Iterator
from pathlib import Path
from typing import Any, Protocol

import llama_cpp as lc
import numpy as np
from jinja2 import TemplateError
from llama_cpp.llama_chat_format import Jinja2ChatFormatter

from runtime.errors import EngineFailed, ModelDamaged, ModelMissing
from runtime.generation.copying import Copying, FigureTokens, Logits
from runtime.generation.prompt import BOT, END
from runtime.types import Draft

CHUNK = 64  # prompt tokens evaluated between two looks at ``cancelled``
ALTERNATIVES = 8  # tokens looked at when the likeliest one repeats what was just said
LONGEST_CIRCLE = 8  # tokens
ABORTED = 2  # llama_decode's return value


class Generator(Protocol):
    """What the turn needs of a language model."""

    chat_template: bool  # True: prompts are rendered from messages with the model's own template

    def render(self, messages: list[dict[str, str]]) -> str:
        """Chat messages in the model's own template, ready to be continued."""
        ...

    def stream(
        self,
        session: str,
        prompt: str,
        max_tokens: int,
        cancelled: threading.Event,
        copying: Copying | None = None,
    ) -> Iterator[Draft]:
        """Continue ``prompt`` greedily until an end token or ``max_tokens``.

        With ``copying`` (used up by this call) no figure is written but those that it allows.
        """
        ...

    def close(self) -> None:
        """Give back what the model holds; nothing may be called afterwards."""
        ...


# llama.cpp would write to stderr; the callback must live as long as the process.
_QUIET = lc.llama_log_callback(lambda _level, _text, _data: None)


class LlamaEngine:
    """One GGUF model in one context, with a sequence for each of the last ``slots`` sessions.

    Raises ModelMissing or ModelDamaged when the file cannot be used, EngineFailed when decoding fails.
    """

    def __init__(self, path: Path, *, context: int = 512, slots: int = 8, threads: int = 2) -> None:
        """``context`` is the longest prompt with its reply, in tokens, for each session."""
        if not path.is_file():
            raise ModelMissing(f"generator: no file {path}")
        lc.llama_log_set(_QUIET, ctypes.c_void_p(0))
        lc.llama_backend_init()
        model_params = lc.llama_model_default_params()
        self._model = lc.llama_model_load_from_file(str(path).encode(), model_params)
        if not self._model:
            raise ModelDamaged(f"generator: {path} is not a GGUF model that llama.cpp can load")
        self._vocab = lc.llama_model_get_vocab(self._model)
        self._vocab_size = lc.llama_vocab_n_tokens(self._vocab)
        self._context_size = context
        params = lc.llama_context_default_params()
        params.n_ctx = context * slots
        params.n_batch = params.n_ubatch = CHUNK
        params.n_seq_max = slots
        params.n_threads = params.n_threads_batch = 1 if self._small() else threads
        params.no_perf = True
        self._ctx = lc.llama_init_from_model(self._model, params)
        if not self._ctx:
            raise EngineFailed("generator: llama.cpp could not create a context")
        self._memory = lc.llama_get_memory(self._ctx)
        self._batch = lc.llama_batch_init(CHUNK, 0, 1)
        self._cancelled = threading.Event()
        self._abort = lc.ggml_abort_callback(lambda _data: self._cancelled.is_set())
        lc.llama_set_abort_callback(self._ctx, self._abort, ctypes.c_void_p(0))
        self._figure_tokens = FigureTokens.of(map(self._piece, range(self._vocab_size)))
        self._slots: OrderedDict[str, int] = OrderedDict()
        self._held: dict[int, list[int]] = {seq: [] for seq in range(slots)}
        end, bot = self._tokens(END), self._tokens(BOT)
        self.chat_template = not len(end) == len(bot) == 1  # a vocabulary with our marks is a model of ours
        self._own_end = -1 if self.chat_template else end[0]
        self._formatter = self._make_formatter() if self.chat_template else None

    def render(self, messages: list[dict[str, str]]) -> str:
        if self._formatter is None:
            raise EngineFailed("generator: the model carries no chat template")
        try:
            rendered: str = self._formatter(messages=messages, enable_thinking=False).prompt
        except (TemplateError, ValueError, TypeError) as error:  # some refuse a system message
            raise EngineFailed("generator: the model's chat template refused the messages") from error
        return rendered

    def stream(
        self,
        session: str,
        prompt: str,
        max_tokens: int,
        cancelled: threading.Event,
        copying: Copying | None = None,
    ) -> Iterator[Draft]:
        self._cancelled = cancelled
        tokens = self._tokens(prompt)
        room = self._context_size - max_tokens
        if len(tokens) > room:
            raise EngineFailed(
                f"generator: prompt of {len(tokens)} tokens exceeds {room}", code="prompt-too-long"
            )
        seq = self._sequence(session)
        if not self._prefill(seq, tokens):
            return
        decoder = codecs.getincrementaldecoder("utf-8")("ignore")
        spoken: list[int] = []
        for _ in range(max_tokens):
            token = self._next(spoken, copying)
            spoken.append(token)
            if token == self._own_end or lc.llama_vocab_is_eog(self._vocab, token):
                break
            if text := decoder.decode(self._piece(token)):
                if copying:
                    copying.say(text)
                yield Draft(text)
            if cancelled.is_set() or not self._evaluate(seq, [token]):
                return
        if text := decoder.decode(b"", final=True):
            yield Draft(text)

    def close(self) -> None:
        lc.llama_batch_free(self._batch)
        lc.llama_free(self._ctx)
        lc.llama_model_free(self._model)

    def _small(self) -> bool:
        # Too little work to share: threads that wait for each other lose whenever a core is wanted elsewhere.
        return int(lc.llama_model_n_params(self._model)) < 50_000_000

    def _make_formatter(self) -> Any:
        template = lc.llama_model_chat_template(self._model, None)
        if template is None:
            raise ModelDamaged("generator: the model carries no chat template", code="no-chat-template")
        bos, eos = (self._token_text(t(self._vocab)) for t in (lc.llama_vocab_bos, lc.llama_vocab_eos))
        try:
            return Jinja2ChatFormatter(template=template.decode(), eos_token=eos, bos_token=bos)
        except (TemplateError, UnicodeDecodeError) as error:
            raise ModelDamaged("generator: the model's chat template cannot be read") from error

    def _token_text(self, token: int) -> str:
        return self._piece(token, special=True).decode("utf-8", "ignore") if token >= 0 else ""

    def _tokens(self, text: str) -> list[int]:
        raw = text.encode()
        buffer = (lc.llama_token * (len(raw) + 8))()
        count = lc.llama_tokenize(self._vocab, raw, len(raw), buffer, len(buffer), False, True)
        if count < 0:
            raise EngineFailed("generator: the prompt could not be tokenised")
        return list(buffer[:count])

    def _piece(self, token: int, special: bool = False) -> bytes:
        buffer = ctypes.create_string_buffer(256)
        count = lc.llama_token_to_piece(self._vocab, token, buffer, len(buffer), 0, special)
        return buffer.raw[: max(count, 0)]

    def _logits(self) -> Logits:
        return np.ctypeslib.as_array(lc.llama_get_logits_ith(self._ctx, -1), (self._vocab_size,))

    def _next(self, spoken: list[int], copying: Copying | None) -> int:
        """The likeliest token that does not begin to go round in circles; figures may repeat: 2999, 5858."""
        logits = self._logits()
        if copying:
            copying.forbid(logits, self._figure_tokens)
        likely = np.argpartition(logits, -ALTERNATIVES)[-ALTERNATIVES:]
        likely = likely[logits[likely] > -np.inf]
        ranked = likely[np.argsort(-logits[likely], kind="stable")].tolist()
        return int(next((token for token in ranked if not self._circles([*spoken, token])), ranked[0]))

    def _circles(self, tokens: list[int]) -> bool:
        if self._piece(tokens[-1]).isdigit():
            return False
        thrice = len(tokens) > 2 and tokens[-1] == tokens[-2] == tokens[-3]
        spans = range(2, min(LONGEST_CIRCLE, len(tokens) // 2) + 1)
        return thrice or any(tokens[-span:] == tokens[-2 * span : -span] for span in spans)

    def _sequence(self, session: str) -> int:
        """The session's sequence; the least recently used one is taken over when all are in use."""
        if session not in self._slots:
            if len(self._slots) < len(self._held):
                self._slots[session] = len(self._slots)
            else:
                _, seq = self._slots.popitem(last=False)
                self._forget(seq, 0)
                self._slots[session] = seq
        self._slots.move_to_end(session)
        return self._slots[session]

    def _forget(self, seq: int, keep: int) -> None:
        lc.llama_memory_seq_rm(self._memory, seq, keep, -1)
        del self._held[seq][keep:]

    def _prefill(self, seq: int, tokens: list[int]) -> bool:
        """Evaluate what the sequence does not hold yet; at least one token, for its logits."""
        held = self._held[seq]
        same = next(
            (i for i, (a, b) in enumerate(zip(held, tokens, strict=False)) if a != b),
            min(len(held), len(tokens)),
        )
        self._forget(seq, min(same, len(tokens) - 1))
        rest = tokens[len(held) :]
        return all(self._evaluate(seq, rest[i : i + CHUNK]) for i in range(0, len(rest), CHUNK))

    def _evaluate(self, seq: int, tokens: list[int]) -> bool:
        """Append at most CHUNK tokens to the sequence. False: cancelled, nothing was appended."""
        held, batch = self._held[seq], self._batch
        batch.n_tokens = len(tokens)
        for i, token in enumerate(tokens):
            batch.token[i] = token
            batch.pos[i] = len(held) + i
            batch.n_seq_id[i] = 1
            batch.seq_id[i][0] = seq
            batch.logits[i] = i == len(tokens) - 1
        status = lc.llama_decode(self._ctx, batch)
        if status == 0:
            held.extend(tokens)
            return True
        self._forget(seq, len(held))
        if status == ABORTED:
            return False
        raise EngineFailed(f"generator: llama_decode returned {status}")
