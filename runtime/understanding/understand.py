"""From an utterance to its meaning: one forward pass, slots, and both emotions made one."""

from __future__ import annotations

from runtime.types import EmotionVector, Intent, Understanding, Utterance
from runtime.understanding.encoder import EncoderLike
from runtime.understanding.fills import filled
from runtime.understanding.homophones import Homophones
from runtime.understanding.numbers import normalise_text
from runtime.understanding.slots import CatalogueNames, find_slots

# How much less likely 其他 is of a sentence that names the shop's own goods: the encoder was trained
# on questions for other shops' goods in the same words.
OUT_OF_SCOPE = 0.25


def understand(
    encoder: EncoderLike, utterance: Utterance, names: CatalogueNames, homophones: Homophones
) -> Understanding:
    """What ``utterance`` means in a shop whose goods are called ``names``.

    Its text is what was meant: the words of ``homophones`` in their own characters.
    """
    text = homophones.repair(normalise_text(utterance.text)).text
    encoded = encoder.encode([text], [utterance.emotion], [utterance.behaviour])[0]
    intents = within_scope(encoded.intents) if any(names.find(text)) else encoded.intents
    return Understanding(
        text=text,
        intents=intents,
        emotion=fuse_emotions(encoded.emotion, utterance.emotion),
        slots=filled(find_slots(text, encoded.tags, names), intents),
        embedding=encoded.embedding,
    )


def within_scope(intents: tuple[float, ...]) -> tuple[float, ...]:
    """The shares of intents once the words are known to name goods of this shop."""
    weighed = [
        share * OUT_OF_SCOPE if intent is Intent.OTHER else share
        for intent, share in zip(Intent, intents, strict=True)
    ]
    whole = sum(weighed) or 1.0
    return tuple(share / whole for share in weighed)


def fuse_emotions(words: EmotionVector, heard: EmotionVector | None) -> EmotionVector:
    """The voice decides as far as the words are neutral; clear words are never overridden."""
    if heard is None:
        return words
    clear = 1 - words.neutral
    pairs = zip(words.as_tuple(), heard.as_tuple(), strict=True)
    return EmotionVector(*(clear * word + (1 - clear) * voice for word, voice in pairs))
