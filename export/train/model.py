"""The understanding model in PyTorch: a BERT encoder with intent, emotion, slot and embedding heads."""

from __future__ import annotations

import torch
from torch import Tensor, nn
from transformers import BertModel

from export.train.ngrams import NgramReader, pair_hash
from runtime.types import Emotion, Intent
from runtime.understanding.encoder import EMBEDDING, TAGS

_DROPOUT = 0.1
_PAIRS, _WIDTH = 1 << 15, 32


class Understander(nn.Module):  # type: ignore[misc]  # torch is not installed where types are checked
    """Any Hugging Face BERT may be the encoder. The intent head is the seed design's fusion.

    A small encoder trained from scratch is slow to find words, so n-grams speak first: a linear reader's
    logits are added to those of the intent and emotion heads, and the slot head sees each token's pairs.
    """

    def __init__(self, encoder: BertModel) -> None:
        super().__init__()
        width = encoder.config.hidden_size
        self.encoder = encoder
        self.ngrams = NgramReader(len(Intent) + len(Emotion))
        self.pairs = nn.Embedding(_PAIRS, _WIDTH, _weight=torch.zeros(_PAIRS, _WIDTH))
        self.emotion_head = nn.Linear(width, len(Emotion))
        self.emotion_in = nn.Sequential(nn.Linear(len(Emotion), 128), nn.GELU())
        self.behaviour_in = nn.Sequential(nn.Linear(2, 32), nn.GELU())
        self.fusion = nn.Sequential(nn.Linear(width + 128 + 32, 256), nn.GELU(), nn.Dropout(_DROPOUT))
        self.intent_head = nn.Linear(256, len(Intent))
        self.slot_head = nn.Linear(width + 2 * _WIDTH, len(TAGS))
        self.embedding_head = nn.Linear(width, EMBEDDING)
        self.dropout = nn.Dropout(_DROPOUT)
        self.register_buffer("intent_temperature", torch.ones(()))
        self.register_buffer("emotion_temperature", torch.ones(()))

    def forward(
        self, input_ids: Tensor, attention_mask: Tensor, emotion: Tensor, behaviour: Tensor
    ) -> tuple[Tensor, Tensor, Tensor, Tensor]:
        """[B,T], [B,T], [B,4], [B,2] -> intent [B,17], emotion [B,4], slots [B,T,K], embedding [B,128].

        ``emotion`` is what is known from elsewhere; what it leaves open (1 - its sum) the words fill.
        """
        hidden, mean = self._encoded(input_ids, attention_mask)
        plain = self.ngrams(input_ids, attention_mask)
        said = self.dropout(hidden[:, 0] + mean)
        felt = (self.emotion_head(said) + plain[:, len(Intent) :]) / self.emotion_temperature
        heard = emotion + (1 - emotion.sum(-1, keepdim=True)) * felt.softmax(-1).detach()
        fused = self.fusion(torch.cat([said, self.emotion_in(heard), self.behaviour_in(behaviour)], -1))
        intent = (self.intent_head(fused) + plain[:, : len(Intent)]) / self.intent_temperature
        return intent, felt, self.tag(hidden, input_ids), self._embedding(mean)

    def tag(self, hidden: Tensor, input_ids: Tensor) -> Tensor:
        """Slot logits [B,T,K] from the encoder's states [B,T,256] and the pairs on both sides of a token."""
        left = self.pairs(pair_hash(input_ids, _PAIRS))
        right = nn.functional.pad(left[:, 1:], (0, 0, 0, 1))
        return self.slot_head(self.dropout(torch.cat([hidden, left, right], -1)))

    def embed(self, input_ids: Tensor, attention_mask: Tensor) -> Tensor:
        """Unit-length embeddings [B,128] alone."""
        return self._embedding(self._encoded(input_ids, attention_mask)[1])

    def _encoded(self, input_ids: Tensor, attention_mask: Tensor) -> tuple[Tensor, Tensor]:
        """Token states [B,T,256] and their mean [B,256]."""
        hidden = self.encoder(input_ids=input_ids, attention_mask=attention_mask).last_hidden_state
        weights = attention_mask.unsqueeze(-1).to(hidden.dtype)
        return hidden, (hidden * weights).sum(1) / weights.sum(1)

    def _embedding(self, mean: Tensor) -> Tensor:
        return nn.functional.normalize(self.embedding_head(mean), dim=-1)
