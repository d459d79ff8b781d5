"""Stream a reply to a question and its passages by LlamaIndex's query engine.

The passages are already retrieved, so the retriever hands over what it was given. Every
part that LlamaIndex would otherwise look up in its global Settings is passed: there the
default is OpenAI, and private docs would leave the machine.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from typing import Any

from llama_index.core.base.llms.types import ChatMessage, MessageRole
from llama_index.core.callbacks.base import CallbackManager
from llama_index.core.indices.prompt_helper import ChatPromptHelper, PromptHelper
from llama_index.core.llms import LLM
from llama_index.core.prompts import ChatPromptTemplate
from llama_index.core.query_engine import RetrieverQueryEngine
from llama_index.core.response_synthesizers import (
    BaseSynthesizer,
    ResponseMode,
    TreeSummarize,
    get_response_synthesizer,
)
from llama_index.core.retrievers import BaseRetriever
from llama_index.core.schema import NodeWithScore, QueryBundle, TextNode

from askdocs.adapters.llm.partial_answers import PartialAnswers, with_fallback
from askdocs.domain.answer import NOT_IN_DOCS, Passage
from askdocs.steps.answer.prompt import (
    BRACES,
    MERGE,
    REFINE,
    Mode,
    Prompt,
    clean,
    fence,
    format_passage,
)

# `Prompt.fit` has already made everything fit. A window without end keeps LlamaIndex
# from splitting the passages over several calls, and `list` from loading tiktoken (2.5 s).
_UNLIMITED_TOKENS = 10**9


class FixedRetriever(BaseRetriever):  # type: ignore[misc]  # llama_index is skipped by mypy: Any
    """A retriever that returns the passages it was made with."""

    def __init__(self, passages: Sequence[Passage], fence_mark: str) -> None:
        """Take the passages; their numbers are their places, counted from 1."""
        super().__init__(callback_manager=CallbackManager())
        self._nodes = [
            to_node(passage, number, fence_mark)
            for number, passage in enumerate(passages, start=1)
        ]

    def _retrieve(self, query_bundle: QueryBundle) -> list[NodeWithScore]:  # noqa: ARG002  # the question was asked before
        return self._nodes


class WholePassageTree(TreeSummarize):  # type: ignore[misc]  # llama_index is skipped by mypy: Any
    """LlamaIndex's TreeSummarize, which never cuts a passage and listens to each reply.

    Theirs cuts passages where a window ends, and lets the model's `chat` make a draft,
    which takes a reply that just stops for a whole one.
    """

    def __init__(
        self,
        prompt: Prompt,
        partials: PartialAnswers,
        merge: ChatPromptTemplate,
        **kwargs: Any,
    ) -> None:
        """Group as *prompt* says; *merge* is the template of drafts."""
        super().__init__(**kwargs)
        self._prompt = prompt
        self._partials = partials
        self._merge = merge

    def get_response(
        self,
        query_str: str,
        text_chunks: Sequence[str],
        **response_kwargs: Any,  # noqa: ARG002  # theirs to name; we pass none
    ) -> Iterator[str]:
        """Return the pieces of the last reply; those before it are heard to their end."""
        template = self._summary_template
        groups = self._prompt.windows(query_str, text_chunks)
        while len(groups) > 1:
            drafts = self._partials.for_merging(
                self._replies(template, query_str, groups)
            )
            if len(drafts) < 2:
                return (draft for draft in [self._partials.best or NOT_IN_DOCS])
            groups, template = self._prompt.merges(query_str, drafts), self._merge
        if template is self._merge:
            self._partials.notify("merging drafts")
        pieces: Iterator[str] = self._call(template, query_str, groups[0])
        return pieces

    def _replies(
        self, template: ChatPromptTemplate, question: str, groups: list[list[str]]
    ) -> Iterator[str]:
        """Yield the whole reply of each call; a draft alone needs none."""
        for number, group in enumerate(groups, start=1):
            if template is self._merge and len(group) == 1:
                yield group[0].partition("\n")[2].rpartition("\n")[0]
            else:
                self._partials.notify(f"draft {number} of {len(groups)}")
                yield "".join(self._call(template, question, group))

    def _call(
        self, template: ChatPromptTemplate, question: str, group: list[str]
    ) -> Any:
        context = "\n\n".join(group)
        return self._llm.stream(template, query_str=question, context_str=context)


class QueryEngine:
    """The ports `Engine` and `ChatModel`: as many calls of the model as its mode makes."""

    def __init__(
        self,
        llm: LLM,
        prompt: Prompt,
        on_call: Callable[[str], None] | None = None,
    ) -> None:
        """Ask *llm* as *prompt* says; contact nobody yet.

        *on_call* is told in words which of several calls begins ("draft 2 of 5..."): a
        reader sees nothing of any but the last.
        """
        self.model: str = llm.metadata.model_name
        self._llm = llm
        self._prompt = prompt
        self._on_call = on_call

    def stream(self, question: str, passages: Sequence[Passage]) -> Iterator[str]:
        """Yield the pieces of the reply as they come; closing stops the model.

        Args:
            question: In the user's words.
            passages: At least one; they are numbered from 1 in this order, and
                `Prompt.fit` has seen that they fit.

        Raises:
            ModelUnavailable: if the server does not answer or has no such model.
            AnswerIncomplete: if the reply ends before the model said it was done.
            ValueError: if there is no passage: LlamaIndex would make up a reply.
        """
        if not passages:
            raise ValueError("no passages")
        question = clean(question)
        fence_mark = fence(question, passages)
        partials = PartialAnswers(fence_mark, len(passages), self._on_call)
        engine = RetrieverQueryEngine(
            FixedRetriever(passages, fence_mark),
            response_synthesizer=self._synthesizer(fence_mark, partials),
        )
        yield from with_fallback(engine.query(question).response_gen, partials)

    def reply(self, messages: Sequence[tuple[str, str]]) -> Iterator[str]:
        """Yield the pieces of the reply to messages of (role, text), without passages.

        Raises:
            ModelUnavailable: if the server does not answer or has no such model.
            AnswerIncomplete: if the reply ends before the model said it was done.
        """
        chat = [ChatMessage(role=MessageRole(r), content=clean(t)) for r, t in messages]
        for response in self._llm.stream_chat(chat):
            if response.delta:
                yield response.delta

    def _synthesizer(
        self, fence_mark: str, partials: PartialAnswers
    ) -> BaseSynthesizer:
        """Return what makes the calls of the mode.

        Raises:
            ValueError: if the mode makes none.
        """
        first = self._template(self._prompt.template.user, fence_mark)
        common = {
            "llm": self._llm,
            "streaming": True,
            "callback_manager": CallbackManager(),
            "prompt_helper": PromptHelper(
                _UNLIMITED_TOKENS, num_output=0, tokenizer=list
            ),
            "chat_prompt_helper": ChatPromptHelper(_UNLIMITED_TOKENS, tokenizer=list),
        }
        if self._prompt.mode is Mode.NO_TEXT:
            raise ValueError("no_text asks no model")
        if self._prompt.mode is Mode.TREE_SUMMARIZE:
            merge = self._template(MERGE, fence_mark)
            return WholePassageTree(
                self._prompt, partials, merge, summary_template=first, **common
            )
        if self._prompt.mode is Mode.REFINE:
            partials.begin_passage()
        refine = self._template(REFINE, fence_mark)
        # Not a method: LlamaIndex copies the template deeply, and would copy its owner.
        refine.function_mappings = {
            "existing_answer": lambda **values: partials.for_refining(
                values["existing_answer"], real=bool(values["context_msg"])
            )
        }
        return get_response_synthesizer(
            text_qa_template=first,
            refine_template=refine,
            response_mode=ResponseMode(self._prompt.mode.value),
            **common,
        )

    def _template(self, user: str, fence_mark: str) -> ChatPromptTemplate:
        """Return a template; what is put into it is never read for braces."""
        return ChatPromptTemplate(
            [
                ChatMessage(
                    role=MessageRole.SYSTEM, content=self._prompt.template.system
                ),
                ChatMessage(role=MessageRole.USER, content=user),
            ],
            product=self._prompt.product,
            site=self._prompt.site,
            fence=fence_mark,
            **BRACES,
        )


def to_node(passage: Passage, number: int, fence_mark: str) -> NodeWithScore:
    """Return a passage as LlamaIndex holds one; its text is what the model reads."""
    text = format_passage(passage, number, fence_mark)
    return NodeWithScore(node=TextNode(id_=passage.id, text=text), score=passage.score)
