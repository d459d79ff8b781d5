"""Questions to a language model as LlamaIndex has one, and what comes of them."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from llama_index.core.base.llms.types import ChatMessage
from llama_index.core.llms import LLM

from askdocs.adapters.llm.options import Limits, Sampling
from askdocs.domain.errors import AskDocsError

HASTY = Limits(connect_s=2, first_s=10, idle_s=0.3, total_s=60, retry_s=0)
HASTIER = Limits(connect_s=2, first_s=0.2, idle_s=0.2, total_s=60, retry_s=0)
PLENTY = Sampling(num_ctx=4096, num_predict=64, temperature=0, keep_alive="5m")


def pieces_of(llm: LLM, text: str = "Say OK.") -> Iterator[str]:
    """Yield the pieces of the reply to one message."""
    for response in llm.stream_chat([ChatMessage(text)]):
        yield response.delta or ""


def failure(llm: LLM, text: str = "Say OK.") -> tuple[list[str], AskDocsError]:
    """Return what came before the error, and the error."""
    seen: list[str] = []
    try:
        for piece in pieces_of(llm, text):
            seen.append(piece)  # noqa: PERF402  # the pieces before the error count
    except AskDocsError as err:
        return seen, err
    return pytest.fail(f"no error after {seen}")
