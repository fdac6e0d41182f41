"""llama.cpp as the exports need it: a GGUF model that scores whole texts, and its quantiser."""

from __future__ import annotations

import ctypes
from pathlib import Path

import llama_cpp as lc
import numpy as np
from numpy.typing import NDArray

from export.errors import ExportFailed

QUANTISATIONS = {
    "q4_0": lc.LLAMA_FTYPE_MOSTLY_Q4_0,
    "q4_k_m": lc.LLAMA_FTYPE_MOSTLY_Q4_K_M,
    "q8_0": lc.LLAMA_FTYPE_MOSTLY_Q8_0,
}
# llama.cpp would write to stderr; the callback must live as long as the process.
_QUIET = lc.llama_log_callback(lambda _level, _text, _data: None)


class Loaded:
    """A GGUF model on one thread. Use it as a context manager: llama.cpp's memory is not Python's."""

    def __init__(self, path: Path, context: int) -> None:
        lc.llama_log_set(_QUIET, ctypes.c_void_p(0))
        self.model = lc.llama_model_load_from_file(str(path).encode(), lc.llama_model_default_params())
        if not self.model:
            raise ExportFailed(f"{path}: llama.cpp cannot load it")
        params = lc.llama_context_default_params()
        params.n_ctx = params.n_batch = params.n_ubatch = context
        params.n_threads = params.n_threads_batch = 1
        self.context = lc.llama_init_from_model(self.model, params)
        self.vocab = lc.llama_model_get_vocab(self.model)

    def __enter__(self) -> Loaded:
        return self

    def __exit__(self, *_raised: object) -> None:
        lc.llama_free(self.context)
        lc.llama_model_free(self.model)

    def tokens(self, text: str) -> list[int]:
        """Special tokens that stand in the text are read as such; none is added."""
        raw = text.encode()
        buffer = (lc.llama_token * (3 * len(raw) + 8))()  # a blank may be read as three bytes
        return list(buffer[: lc.llama_tokenize(self.vocab, raw, len(raw), buffer, len(buffer), False, True)])

    def chat_template(self) -> str | None:
        template = lc.llama_model_chat_template(self.model, None)
        return template.decode() if template else None

    def logits(self, tokens: list[int]) -> NDArray[np.float32]:
        """Shape (tokens, vocabulary)."""
        lc.llama_memory_clear(lc.llama_get_memory(self.context), True)
        batch = lc.llama_batch_init(len(tokens), 0, 1)
        batch.n_tokens = len(tokens)
        for place, token in enumerate(tokens):
            batch.token[place], batch.pos[place] = token, place
            batch.n_seq_id[place], batch.seq_id[place][0], batch.logits[place] = 1, 0, 1
        if lc.llama_decode(self.context, batch) != 0:
            raise ExportFailed("llama.cpp could not decode a prompt")
        size = lc.llama_vocab_n_tokens(self.vocab)
        flat = lc.llama_get_logits(self.context)
        found = np.ctypeslib.as_array(flat, shape=(len(tokens), size)).copy()
        lc.llama_batch_free(batch)
        return found


def quantise(full: Path, to: Path, name: str) -> None:
    """Write ``to`` from an F16 file; ``name`` is one of QUANTISATIONS."""
    params = lc.llama_model_quantize_default_params()
    params.ftype, params.nthread = QUANTISATIONS[name], 1
    if lc.llama_model_quantize(str(full).encode(), str(to).encode(), ctypes.byref(params)) != 0:
        raise ExportFailed(f"{to}: quantisation failed")
