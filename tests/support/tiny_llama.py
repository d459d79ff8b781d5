"""A Llama of one layer that says what it was made to say, as a GGUF file of half a megabyte.

It is a real model for llama.cpp: tokens, chat template, attention, a KV cache. But its
attention adds nothing, each token is a direction of its own, and the output matrix leads
from each token of the reply to the next. So at temperature 0 it gives the same reply to
every prompt that ends in a line feed, as all chat templates do, and then stops.
"""

from __future__ import annotations

import re
from itertools import pairwise
from pathlib import Path

import gguf
import numpy as np

WORDS = "zero one two three four five six seven eight nine ten eleven twelve".split()
REPLY = "OK: " + " ".join(WORDS) + "."
TRAINED_TOKENS = 4096
LAYERS, HEADS, KV_HEADS, WIDTH = 1, 4, 2, 320

CHATML = (
    "{% for message in messages %}<|im_start|>{{ message.role }}\n"
    "{{ message.content }}<|im_end|>\n{% endfor %}{{ '<|im_start|>assistant\\n' }}"
)
_SPECIAL = ["<|im_start|>", "<|im_end|>"]
_BLANK = "\u0120"
_PAIR = f"{_BLANK}{_BLANK}"  # the one merge: llama.cpp wants a tokenizer to have some
_LINE_FEED, _START, _END = ord("\n"), 256, 257


def tiny_llama(
    path: Path,
    reply: str = REPLY,
    *,
    endless: bool = False,
    template: str | None = CHATML,
) -> Path:
    """Write the model to *path* and return that.

    Args:
        reply: Words and signs that are all different; the model has a token for each.
        endless: Whether the reply begins anew where it should end.
        template: The chat template; None for a file without one.
    """
    pieces = re.findall(r"\s*(?:\w+|[^\w\s])", reply)
    assert len(set(pieces)) == len(pieces), "a token can lead to one other only"
    letters = [_spelled(bytes([n])) for n in range(256)]
    said = [_spelled(piece.encode()) for piece in pieces]
    new = [piece for piece in said if piece not in letters]
    tokens = [*letters, *_SPECIAL, _PAIR, *new]
    chain = [_LINE_FEED, *(tokens.index(piece) for piece in said)]
    chain.append(chain[1] if endless else _END)
    written = gguf.GGUFWriter(path, "llama")
    _describe(written, tokens, template)
    _fill(written, len(tokens), chain)
    written.write_header_to_file()
    written.write_kv_data_to_file()
    written.write_tensors_to_file()
    written.close()
    return path


def _describe(to: gguf.GGUFWriter, tokens: list[str], template: str | None) -> None:
    """Write what the model is, and its tokens: all bytes, the special ones, others."""
    to.add_name("tiny")
    to.add_context_length(TRAINED_TOKENS)
    to.add_embedding_length(WIDTH)
    to.add_block_count(LAYERS)
    to.add_feed_forward_length(32)
    to.add_head_count(HEADS)
    to.add_head_count_kv(KV_HEADS)
    to.add_layer_norm_rms_eps(1e-5)
    to.add_rope_dimension_count(WIDTH // HEADS)
    normal, control = gguf.TokenType.NORMAL, gguf.TokenType.CONTROL
    to.add_tokenizer_model("gpt2")
    to.add_tokenizer_pre("gpt-2")
    to.add_token_list(tokens)
    to.add_token_types([control if t in _SPECIAL else normal for t in tokens])
    to.add_token_merges([f"{_BLANK} {_BLANK}"])
    to.add_bos_token_id(_START)
    to.add_eos_token_id(_END)
    to.add_add_bos_token(False)
    if template is not None:
        to.add_chat_template(template)


def _fill(to: gguf.GGUFWriter, tokens: int, chain: list[int]) -> None:
    """Write the weights, which lead along the chain."""
    assert tokens <= WIDTH
    leads = np.zeros((tokens, WIDTH), np.float32)
    for this, following in pairwise(chain):
        leads[following, this] = 1
    narrow = WIDTH // HEADS * KV_HEADS
    shapes = {
        "attn_q": (WIDTH, WIDTH),
        "attn_k": (narrow, WIDTH),
        "attn_v": (narrow, WIDTH),
        "attn_output": (WIDTH, WIDTH),
        "ffn_gate": (32, WIDTH),
        "ffn_up": (32, WIDTH),
        "ffn_down": (WIDTH, 32),
    }
    to.add_tensor("token_embd.weight", np.eye(tokens, WIDTH, dtype=np.float32))
    to.add_tensor("output_norm.weight", np.ones(WIDTH, np.float32))
    to.add_tensor("output.weight", leads)
    for name in ("attn_norm", "ffn_norm"):
        to.add_tensor(f"blk.0.{name}.weight", np.ones(WIDTH, np.float32))
    for name, shape in shapes.items():
        to.add_tensor(f"blk.0.{name}.weight", np.zeros(shape, np.float16))


def _spelled(data: bytes) -> str:
    """Return bytes as byte-level tokenizers spell them: printable, one letter each."""
    plain = [*range(33, 127), *range(161, 173), *range(174, 256)]
    others = [n for n in range(256) if n not in plain]
    return "".join(chr(n) if n in plain else chr(256 + others.index(n)) for n in data)
