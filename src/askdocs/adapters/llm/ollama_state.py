"""Ask Ollama about its models: which it has, which weights, what it is doing."""

from __future__ import annotations

import time
from collections.abc import Callable
from contextlib import closing
from typing import Any

import ollama

from askdocs.adapters.llm.http_stream import client_options
from askdocs.adapters.llm.llm_errors import without_credentials
from askdocs.adapters.llm.memory import QUANTISATION, Memory, memory_of_shape
from askdocs.adapters.llm.ollama_errors import CLIENT_ERRORS, missing_model, unavailable
from askdocs.adapters.llm.options import Limits

CHECK_TIMEOUT_S = 3.0
_STATE_TIMEOUT_S = 1.0
_INTERVAL_S = 0.2


def check(url: str, model: str, *, limit_s: float = CHECK_TIMEOUT_S) -> None:
    """Ask Ollama whether it is there and has the model, within *limit_s* seconds.

    Raises:
        ModelUnavailable: if not.
    """
    try:
        digests = _digests(url, limit_s)
    except CLIENT_ERRORS as err:
        raise unavailable(err, without_credentials(url), model) from err
    if _tagged(model) not in digests:
        raise missing_model(model)


def digest(url: str, model: str, *, limit_s: float = CHECK_TIMEOUT_S) -> str:
    """Return the digest of a model's weights; "" if Ollama does not tell.

    The same tag can be other weights next month: only this says which ones answered.
    """
    try:
        return _digests(url, limit_s).get(_tagged(model), "")
    except CLIENT_ERRORS:
        return ""


def waits_for(
    url: str, model: str, pause: Callable[[float], object] = time.sleep
) -> str:
    """Return in words why a model has not begun to answer; "" if Ollama does not tell.

    Ollama lists a model from the moment it begins to load it, and reckons its expiry
    from "now" until it has answered once: so an expiry that moves is no model at rest.
    """
    try:
        first = _running_model(url, model)
        pause(_INTERVAL_S)
        second = _running_model(url, model)
    except CLIENT_ERRORS:
        return ""
    if first and second and first.expires_at == second.expires_at:
        return f"waiting for model {model}: it reads, or answers someone else first"
    return f"loading model {model}..."


def loaded_window(url: str, model: str) -> int:
    """Return for how many tokens a model is loaded; 0 if Ollama does not tell."""
    try:
        running = _running_model(url, model)
    except CLIENT_ERRORS:
        return 0
    return (running.context_length or 0) if running else 0


def needed_memory(
    url: str, model: str, num_ctx: int, *, limit_s: float = CHECK_TIMEOUT_S
) -> Memory | None:
    """Return the memory that a model needs; None if Ollama does not tell.

    For one question at a time: with OLLAMA_NUM_PARALLEL the cache is that many times
    as large.
    """
    try:
        with closing(_client(url, limit_s)) as client:
            info, listed = client.show(model), client.list().models
    except CLIENT_ERRORS:
        return None
    quantisation = info.details.quantization_level if info.details else ""
    shape = {**(info.modelinfo or {}), QUANTISATION: quantisation}
    sizes = {_tagged(m.model or ""): int(m.size or 0) for m in listed}
    return memory_of_shape(shape, sizes.get(_tagged(model), 0), num_ctx)


def _digests(url: str, limit_s: float) -> dict[str, str]:
    """Return the digests of all models, by name."""
    with closing(_client(url, limit_s)) as client:
        models = client.list().models
    return {(m.model or "").casefold(): m.digest or "" for m in models}


def _running_model(url: str, model: str) -> Any:
    """Return what Ollama says of a model that it has loaded or loads; None if neither."""
    with closing(_client(url, _STATE_TIMEOUT_S)) as client:
        models = client.ps().models
    named = (m for m in models if _tagged(m.model or "") == _tagged(model))
    return next(named, None)


def _client(url: str, limit_s: float) -> Any:
    return ollama.Client(host=url, **client_options(url, Limits(*[limit_s] * 4)))


def _tagged(model: str) -> str:
    """Return a name as Ollama compares it: in one case, and "latest" if not tagged."""
    tagged = model if ":" in model.rpartition("/")[2] else f"{model}:latest"
    return tagged.casefold()
