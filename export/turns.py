"""Turns of a shop in the form that a model reads: our marks, its own chat template, or plain lines."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from transformers import PreTrainedTokenizerFast

from export.vocabulary import is_ours
from runtime.generation.prompt import END

_MARK = re.compile(r"<\|\w+\|>")


@dataclass(frozen=True, slots=True)
class Turn:
    """A prompt with its reply, as token ids and as the text they come from."""

    text: str
    ids: list[int]
    reply_at: int  # where the reply begins in ``ids``


def read_turns(
    tokenizer: PreTrainedTokenizerFast, said: Iterable[tuple[str, str]], longest: int
) -> Iterator[Turn]:
    """Prompts and replies as ids, cut at ``longest`` tokens; a turn whose reply is cut off is left out."""
    for prompt, reply in said:
        before, after = in_form(tokenizer, prompt, reply)
        start = len(token_ids(tokenizer, before))
        ids = token_ids(tokenizer, before + after)[:longest]
        if 0 < start < len(ids):
            yield Turn(before + after, ids, start)


def in_form(tokenizer: PreTrainedTokenizerFast, prompt: str, reply: str) -> tuple[str, str]:
    """The prompt as the model gets it, and the reply with what ends it."""
    if is_ours(tokenizer):
        return prompt, reply + END
    plain = _MARK.sub("\n", prompt).strip()
    end = tokenizer.eos_token or ""
    if not tokenizer.chat_template:
        return f"{plain}\n", reply + end
    messages = [{"role": "user", "content": plain}]
    rendered = tokenizer.apply_chat_template(messages, add_generation_prompt=True, tokenize=False)
    return str(rendered), reply + end


def token_ids(tokenizer: PreTrainedTokenizerFast, text: str) -> list[int]:
    """Special tokens that stand in the text are read as such; none is added."""
    return list(tokenizer.backend_tokenizer.encode(text, add_special_tokens=False).ids)
