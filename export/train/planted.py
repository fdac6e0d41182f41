"""First weights that already copy: an induction circuit planted in the first two layers.

What this generator must do above all is to continue what it has begun to quote. A Transformer finds
that circuit by itself, but only after far more turns than two CPU cores can read in an hour. So it is
written down. In the residual stream of 256:

    0           a constant, from which layer 0 makes queries and keys that know only their distance
    CODE        each token's own random code of +-scale, the same in and out (tied)
    BEFORE_1-3  the codes of the tokens one to three places before, put there by heads of layer 0

Every head of layer 1 looks for the place whose three predecessors are the present token and the two
before it (three, or the nines of 2999 could not be told apart), and adds that place's code to the
stream, which is to say: predicts it. All else starts random, small, and everything is trained.
"""

from __future__ import annotations

import math

import torch
from transformers import LlamaForCausalLM

WIDTH, HEADS = 256, 4
SCALE, CONSTANT = 0.1, 0.4  # of the code and of the constant in the embedding
CODE, BEFORE_1, BEFORE_2, BEFORE_3 = range(1, 97), range(97, 161), range(161, 209), range(209, 256)
DISTANCE_SHARPNESS, MATCH_SHARPNESS, COPY_GAIN = 20.0, 1.2, 3.0
REST = 0.3  # how small everything else starts
SLOW = 0.003  # radians a token: rotations too slow to spoil a comparison of contents


def plant(model: LlamaForCausalLM, seed: int) -> None:
    """Overwrite the weights of a fresh model of WIDTH and HEADS."""
    generator = torch.Generator().manual_seed(seed)
    with torch.no_grad():
        embedding = model.model.embed_tokens.weight
        embedding.mul_(REST)
        embedding[:, 0] = CONSTANT
        signs = torch.randint(0, 2, (embedding.shape[0], len(CODE)), generator=generator) * 2.0 - 1
        embedding[:, CODE.start : CODE.stop] = SCALE * signs
        for layer in model.model.layers:
            layer.self_attn.o_proj.weight.mul_(REST)
            layer.mlp.down_proj.weight.mul_(REST)
        angles = [model.config.rope_theta ** (-2 * i / _size()) for i in range(_size() // 2)]
        _look_back(model.model.layers[0].self_attn, angles)
        _continue_the_same(model.model.layers[1].self_attn, angles, generator)


def _size() -> int:
    return WIDTH // HEADS


def _norm(*parts: range) -> float:
    """What RMSNorm divides by where the stream holds the constant and codes in these parts."""
    return math.sqrt((CONSTANT**2 + SCALE**2 * sum(map(len, parts))) / WIDTH)


def _look_back(attention: torch.nn.Module, angles: list[float]) -> None:
    """Head 0 fetches the code one place before, head 1 that two places before, head 2 three."""
    norm = _norm(CODE)
    strength = math.sqrt(DISTANCE_SHARPNESS * math.sqrt(_size())) / (CONSTANT / norm)
    gain = math.sqrt(norm)  # twice applied, it undoes the norm
    for head, (distance, target) in enumerate(((1, BEFORE_1), (2, BEFORE_2), (3, BEFORE_3))):
        first = head * _size()
        rows = slice(first, first + _size())
        for projection in (attention.q_proj, attention.k_proj, attention.v_proj):
            projection.weight[rows] = 0
        attention.o_proj.weight[:, rows] = 0
        for pair in range(7):  # the quickest rotations tell neighbours apart
            turned = distance * angles[pair]
            attention.q_proj.weight[first + pair, 0] = strength
            attention.k_proj.weight[first + pair, 0] = strength * math.cos(turned)
            attention.k_proj.weight[first + pair + _size() // 2, 0] = strength * math.sin(turned)
        for place, (source, goal) in enumerate(zip(CODE, target, strict=False)):
            attention.v_proj.weight[first + place, source] = gain
            attention.o_proj.weight[goal, first + place] = gain


def _continue_the_same(attention: torch.nn.Module, angles: list[float], generator: torch.Generator) -> None:
    """Each head compares other parts of the codes, and copies another quarter of what followed."""
    norm = _norm(CODE, BEFORE_1, BEFORE_2, BEFORE_3)
    slow = [pair for pair, angle in enumerate(angles) if angle < SLOW]
    places = slow + [pair + _size() // 2 for pair in slow]
    strength = math.sqrt(MATCH_SHARPNESS * math.sqrt(_size())) * norm / SCALE
    gain = math.sqrt(COPY_GAIN * norm)
    for projection in (attention.q_proj, attention.k_proj, attention.v_proj, attention.o_proj):
        projection.weight.normal_(0.0, 0.01, generator=generator)
    for head in range(HEADS):
        first = head * _size()
        compared: list[tuple[int, int]] = []
        for codes, earlier, count in (
            (CODE, BEFORE_1, 16),
            (BEFORE_2, BEFORE_3, 8),
            (BEFORE_1, BEFORE_2, 12),
        ):
            chosen = torch.randperm(len(earlier), generator=generator).tolist()[:count]
            compared += [(codes[i], earlier[i]) for i in chosen]
        for place, (mine, theirs) in zip(places, compared, strict=True):
            attention.q_proj.weight[first + place, mine] = strength
            attention.k_proj.weight[first + place, theirs] = strength
        quarter = len(CODE) // HEADS
        for place in range(quarter):
            code = CODE[head * quarter + place]
            attention.v_proj.weight[first + place, code] = gain
            attention.o_proj.weight[code, first + place] = gain
