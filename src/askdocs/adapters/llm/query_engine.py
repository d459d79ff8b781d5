"""Passages and a question become a streamed reply, by LlamaIndex's query engine.

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

from askdocs.adapters.llm.partial_answers import Drafts, unless_refused
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
_ENDLESS = 10**9


class FixedRetriever(BaseRetriever):  # type: ignore[misc]  # llama_index is skipped by mypy: Any
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


class WholePassageTree(TreeSummarize):  # type: ignore[misc]  # llama_index is skipped by mypy: Any
    """LlamaIndex's TreeSummarize, which never cuts a passage and listens to each reply.

    Theirs cuts passages where a window ends, and lets the model's `chat` make a draft,
    which takes a reply that just stops for a whole one.
    """

    def __init__(
        self, prompt: Prompt, drafts: Drafts, merge: ChatPromptTemplate, **kwargs: Any
    ) -> None:
        """Group as *prompt* says; *merge* is the template of drafts."""
        super().__init__(**kwargs)
        self._prompt = prompt
        self._drafts = drafts
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
            told = self._drafts.shown(self._replies(template, query_str, groups))
            if len(told) < 2:
                return (said for said in [self._drafts.best or NOT_IN_DOCS])
            groups, template = self._prompt.merges(query_str, told), self._merge
        if template is self._merge:
            self._drafts.tell("merging drafts")
        pieces: Iterator[str] = self._call(template, query_str, groups[0])
        return pieces

    def _replies(
        self, template: ChatPromptTemplate, asked: str, groups: list[list[str]]
    ) -> Iterator[str]:
        """Yield the whole reply of each call; a draft alone needs none."""
        for number, group in enumerate(groups, start=1):
            if template is self._merge and len(group) == 1:
                yield group[0].partition("\n")[2].rpartition("\n")[0]
            else:
                self._drafts.tell(f"draft {number} of {len(groups)}")
                yield "".join(self._call(template, asked, group))

    def _call(self, template: ChatPromptTemplate, asked: str, group: list[str]) -> Any:
        context = "\n\n".join(group)
        return self._llm.stream(template, query_str=asked, context_str=context)


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
        asked = clean(question)
        mark = fence(asked, passages)
        drafts = Drafts(mark, len(passages), self._on_call)
        engine = RetrieverQueryEngine(
            FixedRetriever(passages, mark),
            response_synthesizer=self._synthesizer(mark, drafts),
        )
        yield from unless_refused(engine.query(asked).response_gen, drafts)

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

    def _synthesizer(self, mark_of_fence: str, drafts: Drafts) -> BaseSynthesizer:
        """Return what makes the calls of the mode.

        Raises:
            ValueError: if the mode makes none.
        """
        asked = self._template(self._prompt.template.user, mark_of_fence)
        given = {
            "llm": self._llm,
            "streaming": True,
            "callback_manager": CallbackManager(),
            "prompt_helper": PromptHelper(_ENDLESS, num_output=0, tokenizer=list),
            "chat_prompt_helper": ChatPromptHelper(_ENDLESS, tokenizer=list),
        }
        if self._prompt.mode is Mode.NO_TEXT:
            raise ValueError("no_text asks no model")
        if self._prompt.mode is Mode.TREE_SUMMARIZE:
            merge = self._template(MERGE, mark_of_fence)
            return WholePassageTree(
                self._prompt, drafts, merge, summary_template=asked, **given
            )
        if self._prompt.mode is Mode.REFINE:
            drafts.read()
        refine = self._template(REFINE, mark_of_fence)
        # Not a method: LlamaIndex copies the template deeply, and would copy its owner.
        refine.function_mappings = {
            "existing_answer": lambda **said: drafts.refined(
                said["existing_answer"], real=bool(said["context_msg"])
            )
        }
        return get_response_synthesizer(
            text_qa_template=asked,
            refine_template=refine,
            response_mode=ResponseMode(self._prompt.mode.value),
            **given,
        )

    def _template(self, user: str, mark_of_fence: str) -> ChatPromptTemplate:
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
            fence=mark_of_fence,
            **BRACES,
        )


def to_node(passage: Passage, number: int, mark_of_fence: str) -> NodeWithScore:
    """Return a passage as LlamaIndex holds one; its text is what the model reads."""
    text = format_passage(passage, number, mark_of_fence)
    return NodeWithScore(node=TextNode(id_=passage.id, text=text), score=passage.score)
