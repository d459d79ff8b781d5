"""Settings become what finds passages, and what answers a question."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from functools import partial
from typing import TYPE_CHECKING, Any

from askdocs.assemble.config import places
from askdocs.assemble.indexing import open_store, require_same_model, required
from askdocs.domain.ports import EVERYTHING

if TYPE_CHECKING:
    from askdocs.domain.answer import Answer, Found, Passage
    from askdocs.domain.index import Manifest
    from askdocs.domain.ports import Encoder, Store
    from askdocs.domain.search import Filter
    from askdocs.flows.ask import Show
    from askdocs.settings import Loaded
    from askdocs.steps.prompt import Prompt

_WIDER = 50
"""Passages that are looked at to say where matches are."""


@dataclass(frozen=True, slots=True)
class Answering:
    """Answers questions from one index.

    Attributes:
        answer: Called with the question and what shows the pieces of the text.
        index: Which index that is, for the record.
    """

    answer: Callable[[str, Show | None], Answer]
    index: dict[str, Any]


@contextmanager
def searcher(
    loaded: Loaded, *, only: Filter = EVERYTHING, rerank: bool = True
) -> Iterator[Callable[[str], Found]]:
    """Open what finds passages on pages that a filter allows, as a person typed it.

    With *rerank* a reranker has the last word on their order, if the settings name one.

    Raises:
        NothingMatches: for a filter that no page fits; also when it is called.
        IndexMissing: if nothing was ever ingested.
        IndexMismatch: if another model is asked for than the index was built with.
    """
    with _open(loaded, only, rerank=rerank) as (find, _):
        yield find


@contextmanager
def asker(
    loaded: Loaded, *, llm: bool, only: Filter = EVERYTHING, rerank: bool = True
) -> Iterator[Answering]:
    """Open what answers questions; without *llm* it only finds passages."""
    from askdocs.flows.ask import ask
    from askdocs.steps.prompt import Prompt

    conf = loaded.settings
    with _open(loaded, only, rerank=rerank) as (find, live):
        prompt = Prompt(
            conf.product, conf.base_url, conf.llm_num_ctx, conf.llm_num_predict
        )
        engine = _LateEngine(loaded, prompt) if llm else None
        index = {
            "generation": live.generation,
            "commit": live.root.commit,
            "finished": live.finished,
        }

        def answer(question: str, show: Show | None) -> Answer:
            return ask(question, retrieve=find, engine=engine, prompt=prompt, show=show)

        yield Answering(answer, index)


def facets(loaded: Loaded, name: str, only: Filter = EVERYTHING) -> dict[str, int]:
    """Return how many pages have each value of a field of `Filter` that tells something.

    Raises:
        IndexMissing: if nothing was ever ingested.
        StoreUnavailable: if the database does not answer.
    """
    from askdocs.flows.narrow import telling

    with open_store(loaded) as store:
        required(store.manifest())
        return telling(name, store, only)


@contextmanager
def _open(
    loaded: Loaded, typed: Filter, *, rerank: bool
) -> Iterator[tuple[Callable[[str], Found], Manifest]]:
    from askdocs.assemble.reranking import reranker_for
    from askdocs.flows.narrow import understood
    from askdocs.flows.retrieve import retrieve

    with open_store(loaded) as store:
        live = required(store.manifest())
        require_same_model(loaded, live)
        only = understood(typed, store)
        find = partial(
            retrieve,
            encoder=encoder_for(loaded, live),
            store=store,
            k=loaded.settings.passages,
            reranker=reranker_for(loaded) if rerank else None,
            limit_s=loaded.settings.reranker_seconds,
        )
        yield partial(_find, find=find, only=only, store=store), live


def _find(
    question: str, *, find: Callable[..., Found], only: Filter, store: Store
) -> Found:
    """Return what is found, or raise where there is something if it were not for a filter."""
    from askdocs.flows.narrow import nothing

    found = find(question, only=only)
    if only and not found.passages:
        wider = partial(find, question, k=_WIDER, reranker=None)
        raise nothing(only, lambda other: wider(only=other), store)
    return found


def encoder_for(loaded: Loaded, live: Manifest) -> Encoder:
    """Return what encodes questions for an index; the export of its model if it can be.

    The first question on a machine makes the export, which takes torch and some seconds.
    """
    from askdocs.adapters.encoder import OnnxEncoder, cached

    cache, space = places(loaded)["cache"], live.space
    if folder := cached(cache, space):
        return OnnxEncoder(folder, space)
    from askdocs.adapters.model import locate, verify

    source = locate(space.model, cache=cache)
    verify(source, space)
    from askdocs.adapters.export import export

    if made := export(source, space, cache):
        return OnnxEncoder(made, space)
    from askdocs.adapters.embedder import TorchEncoder

    return TorchEncoder(source, space)


class _LateEngine:
    """The query engine, imported when the model is to speak and not before."""

    def __init__(self, loaded: Loaded, prompt: Prompt) -> None:
        self.model = loaded.settings.llm_model
        self._loaded = loaded
        self._prompt = prompt

    def stream(self, question: str, passages: Sequence[Passage]) -> Iterator[str]:
        """Yield the pieces of the reply (see `ports.Engine`)."""
        from askdocs.adapters.engine import QueryEngine
        from askdocs.adapters.limits import Limits
        from askdocs.adapters.ollama import Llama, Sampling

        conf = self._loaded.settings
        sampling = Sampling(
            num_ctx=conf.llm_num_ctx,
            num_predict=conf.llm_num_predict,
            temperature=conf.llm_temperature,
            keep_alive=conf.llm_keep_alive,
            top_k=conf.llm_top_k,
            top_p=conf.llm_top_p,
            seed=conf.llm_seed,
        )
        total = conf.llm_timeout_s
        limits = Limits(first_s=min(Limits().first_s, total), total_s=total)
        llm = Llama(conf.ollama_url, self.model, sampling=sampling, limits=limits)
        return QueryEngine(llm, self._prompt).stream(question, passages)
