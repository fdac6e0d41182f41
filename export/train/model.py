"""The understanding model in PyTorch: a BERT encoder with intent, emotion, slot and embedding heads."""

from __future__ import annotations

import torch
from torch import Tensor, nn
from transformers import BertModel

from runtime.types import Emotion, Intent
from runtime.understanding.encoder import EMBEDDING, TAGS

_DROPOUT = 0.1


class Understander(nn.Module):  # type: ignore[misc]  # torch is not installed where types are checked
    """Any Hugging Face BERT may be the encoder. The intent head is the seed design's fusion."""

    def __init__(self, encoder: BertModel) -> None:
        super().__init__()
        width = encoder.config.hidden_size
        self.encoder = encoder
        self.emotion_head = nn.Linear(width, len(Emotion))
        self.emotion_in = nn.Sequential(nn.Linear(len(Emotion), 128), nn.GELU())
        self.behaviour_in = nn.Sequential(nn.Linear(2, 32), nn.GELU())
        self.fusion = nn.Sequential(nn.Linear(width + 128 + 32, 256), nn.GELU(), nn.Dropout(_DROPOUT))
        self.intent_head = nn.Linear(256, len(Intent))
        self.slot_head = nn.Linear(width, len(TAGS))
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
        hidden = self.encoder(input_ids=input_ids, attention_mask=attention_mask).last_hidden_state
        first = self.dropout(hidden[:, 0])
        felt = self.emotion_head(first) / self.emotion_temperature
        heard = emotion + (1 - emotion.sum(-1, keepdim=True)) * felt.softmax(-1).detach()
        fused = self.fusion(torch.cat([first, self.emotion_in(heard), self.behaviour_in(behaviour)], -1))
        intent = self.intent_head(fused) / self.intent_temperature
        return intent, felt, self.slot_head(self.dropout(hidden)), self._embedding(hidden, attention_mask)

    def embed(self, input_ids: Tensor, attention_mask: Tensor) -> Tensor:
        """Unit-length embeddings [B,128] alone."""
        hidden = self.encoder(input_ids=input_ids, attention_mask=attention_mask).last_hidden_state
        return self._embedding(hidden, attention_mask)

    def _embedding(self, hidden: Tensor, attention_mask: Tensor) -> Tensor:
        weights = attention_mask.unsqueeze(-1).to(hidden.dtype)
        mean = (hidden * weights).sum(1) / weights.sum(1)
        return nn.functional.normalize(self.embedding_head(mean), dim=-1)
