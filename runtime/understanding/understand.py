"""From an utterance to its meaning: one forward pass, slots, and both emotions made one."""

from __future__ import annotations

from runtime.types import EmotionVector, Understanding, Utterance
from runtime.understanding.encoder import EncoderLike
from runtime.understanding.numbers import normalise_text
from runtime.understanding.slots import CatalogueNames, find_slots


def understand(encoder: EncoderLike, utterance: Utterance, names: CatalogueNames) -> Understanding:
    """What ``utterance`` means in a shop whose goods are called ``names``."""
    text = normalise_text(utterance.text)
    encoded = encoder.encode([text], [utterance.emotion], [utterance.behaviour])[0]
    return Understanding(
        text=text,
        intents=encoded.intents,
        emotion=fuse_emotions(encoded.emotion, utterance.emotion),
        slots=find_slots(text, encoded.tags, names),
        embedding=encoded.embedding,
    )


def fuse_emotions(words: EmotionVector, heard: EmotionVector | None) -> EmotionVector:
    """The voice decides as far as the words are neutral; clear words are never overridden."""
    if heard is None:
        return words
    clear = 1 - words.neutral
    pairs = zip(words.as_tuple(), heard.as_tuple(), strict=True)
    return EmotionVector(*(clear * word + (1 - clear) * voice for word, voice in pairs))
