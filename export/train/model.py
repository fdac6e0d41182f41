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

    Two experts judge intent and emotion, each trained by itself: the encoder's heads, and a linear reader of
    n-grams, which is sound where words decide. Their logits are mixed by weights fitted on sentences that
    neither has seen; until then the encoder speaks alone. The slot head sees each token's pairs as well.
    ``ignored`` inputs (emotion, behaviour) never reach the intent head: what an ablation measures.
    """

    def __init__(self, encoder: BertModel, ignored: frozenset[str] = frozenset()) -> None:
        super().__init__()
        width = encoder.config.hidden_size
        self.encoder = encoder
        self.ignored = ignored
        self.ngrams = NgramReader(len(Intent), len(Emotion))
        self.pairs = nn.Embedding(_PAIRS, _WIDTH, _weight=torch.zeros(_PAIRS, _WIDTH))
        self.emotion_head = nn.Linear(width, len(Emotion))
        self.emotion_in = nn.Sequential(nn.Linear(len(Emotion), 128), nn.GELU())
        self.behaviour_in = nn.Sequential(nn.Linear(2, 32), nn.GELU())
        self.fusion = nn.Sequential(nn.Linear(width + 128 + 32, 256), nn.GELU(), nn.Dropout(_DROPOUT))
        self.intent_head = nn.Linear(256, len(Intent))
        self.slot_head = nn.Linear(width + 2 * _WIDTH, len(TAGS))
        self.embedding_head = nn.Linear(width, EMBEDDING)
        self.dropout = nn.Dropout(_DROPOUT)
        self.register_buffer("intent_mix", torch.tensor([1.0, 0.0]))
        self.register_buffer("emotion_mix", torch.tensor([1.0, 0.0]))

    def forward(
        self, input_ids: Tensor, attention_mask: Tensor, emotion: Tensor, behaviour: Tensor
    ) -> tuple[Tensor, Tensor, Tensor, Tensor]:
        """[B,T], [B,T], [B,4], [B,2] -> intent [B,17], emotion [B,4], slots [B,T,K], embedding [B,128].

        ``emotion`` is what is known from elsewhere; what it leaves open (1 - its sum) the words fill.
        """
        hidden, mean = self._encoded(input_ids, attention_mask)
        plain = self.ngrams(input_ids, attention_mask)
        said = self.dropout(hidden[:, 0] + mean)
        felt = mixed(self.emotion_mix, self.emotion_head(said), plain[:, len(Intent) :])
        heard = emotion + (1 - emotion.sum(-1, keepdim=True)) * felt.softmax(-1).detach()
        if "emotion" in self.ignored:
            heard = torch.zeros_like(heard)
        if "behaviour" in self.ignored:
            behaviour = torch.zeros_like(behaviour)
        fused = self.fusion(torch.cat([said, self.emotion_in(heard), self.behaviour_in(behaviour)], -1))
        intent = mixed(self.intent_mix, self.intent_head(fused), plain[:, : len(Intent)])
        return intent, felt, self.tag(hidden, input_ids), self._embedding(mean)

    def tag(self, hidden: Tensor, input_ids: Tensor) -> Tensor:
        """Slot logits [B,T,K] from the encoder's states [B,T,width] and the pairs around a token."""
        left = self.pairs(pair_hash(input_ids, _PAIRS))
        right = nn.functional.pad(left[:, 1:], (0, 0, 0, 1))
        return self.slot_head(self.dropout(torch.cat([hidden, left, right], -1)))

    def embed(self, input_ids: Tensor, attention_mask: Tensor) -> Tensor:
        """Unit-length embeddings [B,128] alone."""
        return self._embedding(self._encoded(input_ids, attention_mask)[1])

    def _encoded(self, input_ids: Tensor, attention_mask: Tensor) -> tuple[Tensor, Tensor]:
        """Token states [B,T,width] and their mean [B,width]."""
        hidden = self.encoder(input_ids=input_ids, attention_mask=attention_mask).last_hidden_state
        weights = attention_mask.unsqueeze(-1).to(hidden.dtype)
        return hidden, (hidden * weights).sum(1) / weights.sum(1)

    def _embedding(self, mean: Tensor) -> Tensor:
        return nn.functional.normalize(self.embedding_head(mean), dim=-1)


def mixed(mix: Tensor, encoder: Tensor, ngrams: Tensor) -> Tensor:
    """Logits of both experts, [B,n] each, weighed by ``mix`` [2], which divides by the temperature too."""
    return mix[0] * encoder + mix[1] * ngrams
