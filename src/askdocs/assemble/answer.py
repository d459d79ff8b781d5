"""Settings become what finds passages, and what answers a question."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from functools import partial
from typing import TYPE_CHECKING, Any

from askdocs.assemble.config import places
from askdocs.assemble.index import open_store, require_same_model, required
from askdocs.domain.errors import ModelUnavailable
from askdocs.domain.ports import EVERYTHING

if TYPE_CHECKING:
    from askdocs.domain.answer import Answer, Found, Passage
    from askdocs.domain.index import Manifest, Space
    from askdocs.domain.ports import ChatModel, QueryEmbedder, Store, Vector
    from askdocs.domain.search import Filter
    from askdocs.flows.checked_answer import Rules, Show
    from askdocs.settings import Loaded

Listed = Callable[["Sequence[Passage]"], None]

_WIDER = 50
"""Passages that are looked at to say where matches are."""


@dataclass(frozen=True, slots=True)
class Answering:
    """Answers questions from one index.

    Attributes:
        answer: Called with the question, what shows the text, sentence by sentence, and
            what is told the passages before.
        index: Which index that is, for the record.
        speaker: The language model without passages; None where none is asked.
        warnings: What is doubtful about how the model is asked.
    """

    answer: Callable[[str, Show | None, Listed | None], Answer]
    index: dict[str, Any]
    speaker: ChatModel | None = None
    warnings: tuple[str, ...] = ()


@contextmanager
def searcher(
    loaded: Loaded,
    *,
    only: Filter = EVERYTHING,
    rerank: bool = True,
    strict: bool = False,
) -> Iterator[Callable[[str], Found]]:
    """Open what finds passages on pages that a filter allows, as a person typed it.

    With *rerank* a reranker has the last word on their order, if the settings name one.
    Without an embedding model words alone must do, unless it is *strict*.

    Raises:
        NothingMatches: for a filter that no page fits; also when it is called.
        IndexMissing: if nothing was ever ingested.
        IndexMismatch: if another model is asked for than the index was built with.
        ModelUnavailable: if the embedding model is of no use, and it is strict.
    """
    with _open(loaded, only, rerank=rerank, strict=strict) as (find, _, _):
        yield find


@contextmanager
def asker(
    loaded: Loaded,
    *,
    llm: bool,
    only: Filter = EVERYTHING,
    rerank: bool = True,
    on_wait: Callable[[str], None] | None = None,
) -> Iterator[Answering]:
    """Open what answers questions; without *llm* it only finds passages.

    Whatever a long silence of the model waits for, *on_wait* is told.
    """
    from askdocs.assemble.llm import LateEngine
    from askdocs.assemble.prompt import prompt_for
    from askdocs.assemble.verifying import verify_for
    from askdocs.flows.answer import ask
    from askdocs.flows.checked_answer import nowhere
    from askdocs.flows.guardrail import guarded
    from askdocs.steps.answer.prompt import Mode

    conf = loaded.settings
    prompt = prompt_for(loaded)
    speaks = llm and prompt.mode is not Mode.NO_TEXT
    engine = LateEngine(loaded, prompt, on_wait) if speaks else None
    guard = None
    if engine and conf.guard:
        guard = LateEngine(loaded, prompt, on_wait, model=conf.guard)
    with _open(loaded, only, rerank=rerank) as (find, live, encoder):
        if engine:
            engine.prepare()
        index = {
            "generation": live.generation,
            "commit": live.root.commit,
            "finished": live.finished,
            "age_s": _age_s(live.finished),
        }
        rules = _rules(loaded, live, encoder)
        if engine:
            rules = replace(rules, verify=verify_for(loaded))

        def answer(question: str, show: Show | None, listed: Listed | None) -> Answer:
            told = partial(
                ask,
                retrieve=find,
                engine=engine,
                prompt=prompt,
                rules=rules,
                listed=listed,
            )
            if guard is None:
                return told(question, show=show)
            return guarded(
                question,
                lambda asked, passed: told(asked, show=passed),
                guard,
                site=prompt.site,
                show=show or nowhere,
            )

        yield Answering(answer, index, engine, prompt.template.warnings)


def _age_s(finished: str) -> int | None:
    """Return how old an index is, in seconds; None if it does not say so."""
    try:
        then = datetime.fromisoformat(finished)
        return max(0, round((datetime.now(UTC) - then).total_seconds()))
    except (ValueError, TypeError):
        return None


def _rules(loaded: Loaded, live: Manifest, encoder: QueryEmbedder) -> Rules:
    """Return how answers from an index are checked."""
    import numpy as np

    from askdocs.flows.checked_answer import Rules, Unverified
    from askdocs.flows.thresholds import unit

    def embed(texts: Sequence[str]) -> Vector | None:
        if isinstance(encoder, _NoEncoder):
            return None
        return unit(np.stack([encoder.embed_question(text) for text in texts]))

    return Rules(
        known=(loaded.settings.product,),
        refuse_below=live.thresholds.get("refuse_below"),
        similar=live.thresholds.get("similar", 1.0),
        embed=embed,
        unverified=Unverified(loaded.settings.unverified),
    )


def facets(loaded: Loaded, name: str, only: Filter = EVERYTHING) -> dict[str, int]:
    """Return how many pages have each value of a field of `Filter` that tells something.

    Raises:
        IndexMissing: if nothing was ever ingested.
        StoreUnavailable: if the database does not answer.
    """
    from askdocs.flows.filter import telling

    with open_store(loaded) as store:
        required(store.manifest())
        return telling(name, store, only)


@contextmanager
def _open(
    loaded: Loaded, typed: Filter, *, rerank: bool, strict: bool = False
) -> Iterator[tuple[Callable[[str], Found], Manifest, QueryEmbedder]]:
    from askdocs.assemble.reranking import reranker_for
    from askdocs.flows.filter import understood
    from askdocs.flows.retrieve import retrieve

    with open_store(loaded) as store:
        live = required(store.manifest())
        require_same_model(loaded, live)
        only = understood(typed, store)
        encoder = encoder_for(loaded, live) if strict else _usable(loaded, live)
        find = partial(
            retrieve,
            encoder=encoder,
            store=store,
            k=loaded.settings.passages,
            reranker=reranker_for(loaded) if rerank else None,
            limit_s=loaded.settings.reranker_seconds,
        )
        yield partial(_find, find=find, only=only, store=store), live, encoder


def _find(
    question: str, *, find: Callable[..., Found], only: Filter, store: Store
) -> Found:
    """Return what is found, or raise where there is something if it were not for a filter."""
    from askdocs.flows.filter import nothing

    found = find(question, only=only)
    if only and not found.passages:
        wider = partial(find, question, k=_WIDER, reranker=None)
        raise nothing(only, lambda other: wider(only=other), store)
    return found


def _usable(loaded: Loaded, live: Manifest) -> QueryEmbedder:
    """Return what encodes questions, or what says with each why nothing does."""
    try:
        return encoder_for(loaded, live)
    except ModelUnavailable as err:
        return _NoEncoder(live.space, err)


class _NoEncoder:
    """The port `QueryEmbedder` where the embedding model cannot be loaded."""

    degraded: tuple[str, ...] = ()

    def __init__(self, space: Space, why: ModelUnavailable) -> None:
        self.space = space
        self._why = why

    def embed_question(self, text: str) -> Vector:  # noqa: ARG002 (it cannot be read)
        """Raise ModelUnavailable."""
        raise self._why


def encoder_for(loaded: Loaded, live: Manifest) -> QueryEmbedder:
    """Return what encodes questions for an index; the export of its model if it can be.

    The first question on a machine makes the export, which takes torch and some seconds.
    """
    from askdocs.adapters.embedding.onnx_encoder import OnnxEncoder, cached

    cache, space = places(loaded)["cache"], live.space
    if folder := cached(cache, space):
        return OnnxEncoder(folder, space)
    from askdocs.adapters.embedding.model_files import locate, verify

    source = locate(space.model, cache=cache)
    verify(source, space)
    from askdocs.adapters.embedding.onnx_export import export

    if made := export(source, space, cache):
        return OnnxEncoder(made, space)
    from askdocs.adapters.embedding.embedder import TorchEncoder

    return TorchEncoder(source, space)
