"""The understanding model in PyTorch: a BERT encoder with intent, emotion, slot and embedding heads."""

from __future__ import annotations

import torch
from torch import Tensor, nn
from transformers import BertModel

from runtime.types import Emotion, Intent
from runtime.understanding.encoder import EMBEDDING, TAGS

_DROPOUT = 0.1
_PAIRS, _TRIPLES, _WIDTH = 1 << 14, 1 << 15, 32


class Ngrams(nn.Module):  # type: ignore[misc]  # torch is not installed where types are checked
    """Hashed character pairs and triples: a small encoder alone is slow to find the words."""

    def __init__(self) -> None:
        super().__init__()
        self.pairs = nn.Embedding(_PAIRS, _WIDTH, padding_idx=0)
        self.triples = nn.Embedding(_TRIPLES, _WIDTH, padding_idx=0)
        for table in (self.pairs, self.triples):
            nn.init.normal_(table.weight, std=0.05)

    def forward(self, ids: Tensor, mask: Tensor) -> tuple[Tensor, Tensor]:
        """[B,T], [B,T] -> the text's n-grams [B,64] and those at each token [B,T,96]."""
        before = nn.functional.pad(ids[:, :-1], (1, 0))
        after = nn.functional.pad(ids[:, 1:], (0, 1))
        pairs = self.pairs((before * 8191 + ids) % (_PAIRS - 1) * mask + mask)
        triples = self.triples((before * 131071 + ids * 8191 + after) % (_TRIPLES - 1) * mask + mask)
        here = mask.unsqueeze(-1).to(pairs.dtype)
        text = (torch.cat([pairs, triples], -1) * here).sum(1) / here.sum(1).sqrt()
        return text, torch.cat([pairs, nn.functional.pad(pairs[:, 1:], (0, 0, 0, 1)), triples], -1)


class Understander(nn.Module):  # type: ignore[misc]
    """Any Hugging Face BERT may be the encoder. The intent head is the seed design's fusion, with n-grams."""

    def __init__(self, encoder: BertModel) -> None:
        super().__init__()
        width = encoder.config.hidden_size
        self.encoder = encoder
        self.ngrams = Ngrams()
        self.emotion_head = nn.Linear(width + 2 * _WIDTH, len(Emotion))
        self.emotion_in = nn.Sequential(nn.Linear(len(Emotion), 128), nn.GELU())
        self.behaviour_in = nn.Sequential(nn.Linear(2, 32), nn.GELU())
        fused = width + 2 * _WIDTH + 128 + 32
        self.fusion = nn.Sequential(nn.Linear(fused, 256), nn.GELU(), nn.Dropout(_DROPOUT))
        self.intent_head = nn.Linear(256, len(Intent))
        self.slot_head = nn.Linear(width + 3 * _WIDTH, len(TAGS))
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
        read = self.read(hidden, mean, input_ids, attention_mask, emotion, behaviour)
        return *read, self._embedding(mean)

    def read(
        self,
        hidden: Tensor,
        mean: Tensor,
        input_ids: Tensor,
        attention_mask: Tensor,
        emotion: Tensor,
        behaviour: Tensor,
    ) -> tuple[Tensor, Tensor, Tensor]:
        """Intent, emotion and slots from the encoder's states [B,T,256], their mean, and the n-grams."""
        text, tokens = self.ngrams(input_ids, attention_mask)
        said = self.dropout(torch.cat([hidden[:, 0] + mean, text], -1))
        felt = self.emotion_head(said) / self.emotion_temperature
        heard = emotion + (1 - emotion.sum(-1, keepdim=True)) * felt.softmax(-1).detach()
        fused = self.fusion(torch.cat([said, self.emotion_in(heard), self.behaviour_in(behaviour)], -1))
        intent = self.intent_head(fused) / self.intent_temperature
        return intent, felt, self.slot_head(self.dropout(torch.cat([hidden, tokens], -1)))

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
