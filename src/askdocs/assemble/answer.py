"""Assemble what finds passages, and what answers a question."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any

from askdocs.assemble.config import app_folders
from askdocs.assemble.index import open_store, require_same_model, required
from askdocs.domain.errors import ModelUnavailable
from askdocs.domain.ports import EVERYTHING

if TYPE_CHECKING:
    from askdocs.assemble.llm import LazyEngine
    from askdocs.domain.answer import Answer
    from askdocs.domain.index import Manifest
    from askdocs.domain.ports import QueryEmbedder
    from askdocs.domain.search import Filter
    from askdocs.flows.answer import Answerer
    from askdocs.flows.checked_answer import Judged, Rules
    from askdocs.flows.retrieve import Retriever
    from askdocs.settings import Loaded


@dataclass(frozen=True, slots=True)
class Search:
    """A live index, open to be searched.

    Attributes:
        retriever: Finds passages.
        only: The filter that was typed, in the words of the index.
        manifest: What built the index.
        encoder: Of its model.
        english_only: Whether that model knows no other language.
    """

    retriever: Retriever
    only: Filter
    manifest: Manifest
    encoder: QueryEmbedder
    english_only: bool = False


@dataclass(frozen=True, slots=True)
class Answering:
    """What answers questions from one index.

    Attributes:
        answerer: Answers.
        only: The filter that was typed, in the words of the index.
        index: Which index that is, for the record.
        chat_model: The language model without passages; None where none is asked.
        warnings: What is doubtful about how the model is asked.
        unasked: Why none is asked, as who asked for that would say it.
        english_only: Whether the embedding model knows no other language.
    """

    answerer: Answerer
    only: Filter
    index: dict[str, Any]
    chat_model: LazyEngine | None = None
    warnings: tuple[str, ...] = ()
    unasked: str = ""
    english_only: bool = False

    @property
    def notices(self) -> tuple[str, ...]:
        """Which model was asked, if that was not to be expected; known with an answer."""
        chosen = self.chat_model.chosen if self.chat_model else None
        return (chosen.notice,) if chosen and chosen.notice else ()

    def advised(self, answer: Answer) -> Answer:
        """Return a quoted answer with a hint how to have it put into words."""
        chosen = self.chat_model.chosen if self.chat_model else None
        none = chosen is not None and not chosen.model
        if answer.problem or not answer.quoted or not (none or self.unasked):
            return answer
        hint = f"; to have it put into words: {chosen.hint}" if chosen else ""
        why = hint or f" ({self.unasked})"
        return replace(answer, hint=f"quoted from the docs{why}")


@contextmanager
def searcher(
    loaded: Loaded,
    *,
    only: Filter = EVERYTHING,
    rerank: bool = True,
    strict: bool = False,
) -> Iterator[Search]:
    """Open what finds passages on pages that a filter allows, as a person typed it.

    With *rerank* a reranker has the last word on their order, if the settings name one.
    Without an embedding model words alone must do, unless it is *strict*.

    Raises:
        NothingMatches: for a filter that no page fits.
        IndexMissing: if nothing was ever ingested.
        IndexMismatch: if another model is asked for than the index was built with.
        ModelUnavailable: if the embedding model is of no use, and it is strict.
    """
    from askdocs.adapters.embedding.vocabulary import vocabulary_size
    from askdocs.assemble.cross_encoders import reranker_for
    from askdocs.flows.filter import resolve_in_index
    from askdocs.flows.retrieve import Retriever
    from askdocs.steps.search.language import knows_english_only

    with open_store(loaded) as store:
        live = required(store.manifest())
        require_same_model(loaded, live)
        resolved = resolve_in_index(only, store)
        encoder = encoder_for(loaded, live) if strict else _encoder(loaded, live)
        retriever = Retriever(
            encoder,
            store,
            k=loaded.settings.passages,
            reranker=reranker_for(loaded) if rerank else None,
            limit_s=loaded.settings.reranker_seconds,
        )
        model = live.space.model
        english_only = knows_english_only(model, vocabulary_size(model))
        yield Search(retriever, resolved, live, encoder, english_only)


@contextmanager
def asker(
    loaded: Loaded,
    *,
    llm: bool,
    only: Filter = EVERYTHING,
    rerank: bool = True,
    on_wait: Callable[[str], None] | None = None,
    judged: Judged | None = None,
) -> Iterator[Answering]:
    """Open what answers questions; without *llm* no language model is asked.

    Whatever a long silence of the model waits for, *on_wait* is told; *judged* is told
    each sentence with its verdict.
    """
    from askdocs.adapters.local.clock import age_s
    from askdocs.assemble.cross_encoders import verifier_for
    from askdocs.assemble.llm import NONE, LazyEngine
    from askdocs.assemble.prompt import prompt_for
    from askdocs.flows.answer import Answerer
    from askdocs.steps.answer.prompt import Mode

    conf = loaded.settings
    prompt = prompt_for(loaded)
    unasked = "" if llm else "--no-llm"
    if conf.llm_model == NONE:
        unasked = unasked or "RAG_LLM_MODEL=none"
    speaks = not unasked and prompt.mode is not Mode.NO_TEXT
    engine = LazyEngine(loaded, prompt, on_wait) if speaks else None
    if engine:
        engine.look()
    guard = None
    if engine and conf.guard:
        guard = LazyEngine(loaded, prompt, on_wait, model=conf.guard)
    with searcher(loaded, only=only, rerank=rerank) as search:
        if engine:
            engine.prepare()
        live = search.manifest
        index = {
            "generation": live.generation,
            "commit": live.root.commit,
            "finished": live.finished,
            "age_s": age_s(live.finished),
        }
        rules = rules_for(loaded, search)
        if engine:
            rules = replace(rules, verify=verifier_for(loaded), judged=judged)
        answerer = Answerer(
            search.retriever,
            engine,
            prompt,
            passages_only=prompt.mode is Mode.NO_TEXT,
            rules=rules,
            guard=guard,
        )
        yield Answering(
            answerer,
            search.only,
            index,
            engine,
            prompt.template.warnings,
            english_only=search.english_only,
            unasked=unasked,
        )


def rules_for(loaded: Loaded, search: Search) -> Rules:
    """Return how answers from an index are checked, but for a verifier."""
    from askdocs.flows.checked_answer import Rules, SentenceEmbedder, Unverified

    thresholds = search.manifest.thresholds
    return Rules(
        known=(loaded.settings.product,),
        refuse_below=thresholds.get("refuse_below"),
        embed=SentenceEmbedder(search.encoder),
        unverified=Unverified(loaded.settings.unverified),
    )


def facets(loaded: Loaded, name: str, only: Filter = EVERYTHING) -> dict[str, int]:
    """Return how many pages have each value of a field of `Filter` that tells something.

    Raises:
        IndexMissing: if nothing was ever ingested.
        StoreUnavailable: if the database does not answer.
    """
    from askdocs.flows.filter import informative_values

    with open_store(loaded) as store:
        required(store.manifest())
        return informative_values(name, store, only)


def _encoder(loaded: Loaded, live: Manifest) -> QueryEmbedder:
    """Return what encodes questions, or what says with each why nothing does."""
    try:
        return encoder_for(loaded, live)
    except ModelUnavailable as err:
        from askdocs.adapters.embedding.unavailable import UnavailableEncoder

        return UnavailableEncoder(live.space, err)


def encoder_for(loaded: Loaded, live: Manifest) -> QueryEmbedder:
    """Return what encodes questions for an index; the export of its model if it can be.

    The first question on a machine makes the export, which takes torch and some seconds.
    """
    from askdocs.adapters.embedding.onnx_encoder import OnnxEncoder, cached

    cache, space = app_folders(loaded)["cache"], live.space
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
