"""Passages and a question become a streamed reply, by LlamaIndex's query engine.

The passages are already retrieved, so the retriever hands over what it was given. Every
part that LlamaIndex would otherwise look up in its global Settings is passed: there the
default is OpenAI, and private docs would leave the machine.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from llama_index.core.base.llms.types import ChatMessage, MessageRole
from llama_index.core.callbacks.base import CallbackManager
from llama_index.core.indices.prompt_helper import ChatPromptHelper, PromptHelper
from llama_index.core.llms import LLM
from llama_index.core.prompts import ChatPromptTemplate
from llama_index.core.query_engine import RetrieverQueryEngine
from llama_index.core.response_synthesizers import (
    ResponseMode,
    get_response_synthesizer,
)
from llama_index.core.retrievers import BaseRetriever
from llama_index.core.schema import NodeWithScore, QueryBundle, TextNode

from askdocs.domain.answer import Passage
from askdocs.steps.prompt import SYSTEM, USER, Prompt, clean, fence, shown

# `Prompt.fit` has already made everything fit. A window without end keeps LlamaIndex
# from splitting the passages over several calls, and `list` from loading tiktoken (2.5 s).
_ENDLESS = 10**9


class Given(BaseRetriever):  # type: ignore[misc]  # llama_index is skipped by mypy: Any
    """A retriever that returns the passages it was made with."""

    def __init__(self, passages: Sequence[Passage], mark_of_fence: str) -> None:
        """Take the passages; their numbers are their places, counted from 1."""
        super().__init__(callback_manager=CallbackManager())
        self._nodes = [
            to_node(passage, number, mark_of_fence)
            for number, passage in enumerate(passages, start=1)
        ]

    def _retrieve(self, query_bundle: QueryBundle) -> list[NodeWithScore]:  # noqa: ARG002  # the question was asked before
        return self._nodes


class QueryEngine:
    """The ports `Engine` and `Speaker`: one call of the model for one question."""

    def __init__(self, llm: LLM, prompt: Prompt) -> None:
        """Ask *llm* as *prompt* says; contact nobody yet."""
        self.model: str = llm.metadata.model_name
        self._llm = llm
        self._prompt = prompt

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
        asked = clean(question)
        mark = fence(asked, passages)
        engine = RetrieverQueryEngine(
            Given(passages, mark),
            response_synthesizer=get_response_synthesizer(
                llm=self._llm,
                text_qa_template=self._template(mark),
                response_mode=ResponseMode.COMPACT,
                streaming=True,
                callback_manager=CallbackManager(),
                prompt_helper=PromptHelper(_ENDLESS, num_output=0, tokenizer=list),
                chat_prompt_helper=ChatPromptHelper(_ENDLESS, tokenizer=list),
            ),
        )
        yield from engine.query(asked).response_gen

    def reply(self, messages: Sequence[tuple[str, str]]) -> Iterator[str]:
        """Yield the pieces of the reply to messages of (role, text), without passages.

        Raises:
            ModelUnavailable: if the server does not answer or has no such model.
            AnswerIncomplete: if the reply ends before the model said it was done.
        """
        told = [ChatMessage(role=MessageRole(r), content=clean(t)) for r, t in messages]
        for piece in self._llm.stream_chat(told):
            if piece.delta:
                yield piece.delta

    def _template(self, mark_of_fence: str) -> ChatPromptTemplate:
        """Return the QA template; what is put into it is never read for braces."""
        return ChatPromptTemplate(
            [
                ChatMessage(role=MessageRole.SYSTEM, content=SYSTEM),
                ChatMessage(role=MessageRole.USER, content=USER),
            ],
            product=self._prompt.product,
            site=self._prompt.site,
            fence=mark_of_fence,
        )


def to_node(passage: Passage, number: int, mark_of_fence: str) -> NodeWithScore:
    """Return a passage as LlamaIndex holds one; its text is what the model reads."""
    text = shown(passage, number, mark_of_fence)
    return NodeWithScore(node=TextNode(id_=passage.id, text=text), score=passage.score)
