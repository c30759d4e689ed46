"""The llama architecture in PyTorch: RMSNorm, rotary positions on neighbouring pairs (llama.cpp's NORM layout), GQA, SwiGLU, tied head."""
import math
from dataclasses import dataclass

import torch
import torch.nn as nn
import torch.nn.functional as F


@dataclass
class Shape:
    vocabulary: int
    width: int = 128
    layers: int = 4
    heads: int = 4
    kv_heads: int = 4
    ffn: int = 384
    context: int = 512
    epsilon: float = 1e-5
    rope_base: float = 1000.0

    @property
    def head(self):
        return self.width // self.heads


class Norm(nn.Module):
    def __init__(self, s):
        super().__init__()
        self.weight, self.epsilon = nn.Parameter(torch.ones(s.width)), s.epsilon

    def forward(self, x):
        return x * torch.rsqrt(x.pow(2).mean(-1, keepdim=True) + self.epsilon) * self.weight


def rotate(x, cos, sin):
    """x [batch, heads, tokens, head]; pairs (0,1), (2,3), ..."""
    a, b = x[..., 0::2], x[..., 1::2]
    return torch.stack((a * cos - b * sin, a * sin + b * cos), -1).flatten(-2)


class Layer(nn.Module):
    def __init__(self, s):
        super().__init__()
        self.s = s
        self.attn_norm, self.ffn_norm = Norm(s), Norm(s)
        self.attn_q = nn.Linear(s.width, s.width, bias=False)
        self.attn_k = nn.Linear(s.width, s.kv_heads * s.head, bias=False)
        self.attn_v = nn.Linear(s.width, s.kv_heads * s.head, bias=False)
        self.attn_output = nn.Linear(s.width, s.width, bias=False)
        self.ffn_gate = nn.Linear(s.width, s.ffn, bias=False)
        self.ffn_up = nn.Linear(s.width, s.ffn, bias=False)
        self.ffn_down = nn.Linear(s.ffn, s.width, bias=False)

    def forward(self, x, cos, sin, mask):
        s, (n, t, _) = self.s, x.shape
        h = self.attn_norm(x)
        q = rotate(self.attn_q(h).view(n, t, s.heads, s.head).transpose(1, 2), cos, sin)
        k = rotate(self.attn_k(h).view(n, t, s.kv_heads, s.head).transpose(1, 2), cos, sin)
        v = self.attn_v(h).view(n, t, s.kv_heads, s.head).transpose(1, 2)
        share = s.heads // s.kv_heads
        k, v = k.repeat_interleave(share, 1), v.repeat_interleave(share, 1)
        w = (q @ k.transpose(-1, -2) * (1 / math.sqrt(s.head)) + mask).softmax(-1)
        x = x + self.attn_output((w @ v).transpose(1, 2).reshape(n, t, s.width))
        h = self.ffn_norm(x)
        return x + self.ffn_down(F.silu(self.ffn_gate(h)) * self.ffn_up(h))


class Model(nn.Module):
    def __init__(self, s):
        super().__init__()
        self.s = s
        self.token_embd = nn.Embedding(s.vocabulary, s.width)
        self.blk = nn.ModuleList(Layer(s) for _ in range(s.layers))
        self.output_norm = Norm(s)
        angle = torch.arange(s.context)[:, None] * s.rope_base ** (-torch.arange(0, s.head, 2) / s.head)[None]
        self.register_buffer("cos", angle.cos(), persistent=False)
        self.register_buffer("sin", angle.sin(), persistent=False)
        self.register_buffer("mask", torch.full((s.context, s.context), float("-inf")).triu(1), persistent=False)
        for name, p in self.named_parameters():
            if p.dim() == 2:
                deep = name.endswith(("attn_output.weight", "ffn_down.weight"))
                nn.init.normal_(p, std=0.04 / (math.sqrt(2 * s.layers) if deep else 1))

    def hidden(self, ids):
        """Final-norm hidden states [batch, tokens, width]; padding at the end does no harm (causal)."""
        t = ids.shape[1]
        x = self.token_embd(ids)
        for layer in self.blk:
            x = layer(x, self.cos[:t], self.sin[:t], self.mask[:t, :t])
        return self.output_norm(x)

    def logits(self, hidden):
        return hidden @ self.token_embd.weight.T
