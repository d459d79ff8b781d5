"""Estimate the memory that a model needs from what it says of its shape.

The shape is the metadata of a GGUF file; Ollama gives the same by /api/show.
"""

from __future__ import annotations

import os
import re
from collections.abc import Mapping
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from askdocs.adapters.llm.gguf.gguf_metadata import read_metadata

QUANTISATION = "quantization_level"
"""Key of the shape that GGUF does not have: "Q4_K_M", as Ollama says beside it."""

_CACHED_BYTES = 2
"""Of a number in the KV cache: llama.cpp and Ollama keep 16 bits unless told otherwise."""

_WORKING_SHARE = 0.05
"""Share of the weights that computing takes besides; llama.cpp tells about 0.3 of 5 GB."""

_BITS = {"F32": 32.0, "F16": 16.0, "BF16": 16.0, "Q8": 8.5, "Q6": 6.6, "Q5": 5.7}
_BITS |= {"Q4": 4.9, "IQ4": 4.5, "MXFP4": 4.3, "Q3": 3.9, "IQ3": 3.6, "Q2": 3.0}
"""Bits per parameter, by the beginning of a quantisation's name, rounded up."""


_MEM_AVAILABLE = re.compile(r"^MemAvailable:\s+(\d+) kB$", re.M)
_INACTIVE_FILE = re.compile(r"^inactive_file (\d+)$", re.M)


@dataclass(frozen=True, slots=True)
class Memory:
    """Memory that a model needs, in bytes; an estimate, rather too much than too little.

    Attributes:
        weights: The parameters.
        cache: Keys and values of all tokens of the window.
        working: What computing takes besides.
    """

    weights: int
    cache: int
    working: int

    @property
    def total(self) -> int:
        """All of it."""
        return self.weights + self.cache + self.working


def memory_of_file(path: Path, num_ctx: int) -> Memory:
    """Return what a GGUF file needs with a window of *num_ctx* tokens.

    Raises:
        ConfigError: if there is no such file, or it cannot be read.
        ModelUnavailable: if it is no GGUF file, or not all of one.
    """
    return memory_of_shape(read_metadata(path), path.stat().st_size, num_ctx)


def memory_of_shape(shape: Mapping[str, Any], size_bytes: int, num_ctx: int) -> Memory:
    """Return what a model needs that is *size_bytes* large on disk.

    Args:
        shape: Its metadata, by GGUF's keys; what is missing counts as nothing.
        size_bytes: 0 if unknown; then parameters and quantisation must do.
        num_ctx: Tokens of the window; the model's own, if that is smaller.
    """
    weights = size_bytes or _weight_bytes(shape)
    return Memory(
        weights, _cache_bytes(shape, num_ctx), round(weights * _WORKING_SHARE)
    )


def available_bytes() -> int | None:
    """Return how much memory a new process could have; None if nobody tells.

    In a container, what the machine has is not what we may take.
    """
    candidates = []
    with suppress(OSError, ValueError, TypeError):
        meminfo = Path("/proc/meminfo").read_text(encoding="ascii")
        candidates.append(int(_MEM_AVAILABLE.search(meminfo)[1]) * 1024)  # type: ignore[index]
    with suppress(OSError, ValueError, TypeError):
        candidates.append(_container_bytes())
    if not candidates:
        with suppress(OSError, ValueError, AttributeError):
            candidates.append(os.sysconf("SC_PHYS_PAGES") * os.sysconf("SC_PAGE_SIZE"))
    return max(0, min(candidates)) if candidates else None


def _container_bytes() -> int:
    """Return what a container may still take; files that are only cached count as free."""
    limit, used, stat = (
        Path("/sys/fs/cgroup", name).read_text(encoding="ascii")
        for name in ("memory.max", "memory.current", "memory.stat")
    )
    cached = int(_INACTIVE_FILE.search(stat)[1])  # type: ignore[index]
    return int(limit) - int(used) + cached


def _cache_bytes(shape: Mapping[str, Any], num_ctx: int) -> int:
    """Return the bytes of the KV cache."""
    architecture = _About(shape)
    layers = architecture.number("block_count")
    heads = architecture.number("attention.head_count")
    width = architecture.number("embedding_length") // heads if heads else 0
    key = architecture.number("attention.key_length") or width
    value = architecture.number("attention.value_length") or width
    trained_tokens = architecture.number("context_length") or num_ctx
    tokens = min(num_ctx, trained_tokens)
    kv_heads = architecture.get("attention.head_count_kv") or heads
    all_heads = sum(kv_heads) if isinstance(kv_heads, list) else int(kv_heads) * layers
    return all_heads * (key + value) * tokens * _CACHED_BYTES


def _weight_bytes(shape: Mapping[str, Any]) -> int:
    """Return the bytes of the parameters, as far as they are known."""
    name = str(shape.get(QUANTISATION) or "F16").upper()
    bits = next((b for kind, b in _BITS.items() if name.startswith(kind)), 16.0)
    return round(int(shape.get("general.parameter_count") or 0) * bits / 8)


class _About:
    """The metadata of a model's architecture, whatever that is called."""

    def __init__(self, shape: Mapping[str, Any]) -> None:
        self._shape = shape
        self._kind = shape.get("general.architecture", "llama")

    def get(self, name: str) -> Any:
        return self._shape.get(f"{self._kind}.{name}")

    def number(self, name: str) -> int:
        """Return a number; the largest, where each layer has its own; 0 if unknown."""
        value = self.get(name) or 0
        return int(max(value) if isinstance(value, list) else value)
