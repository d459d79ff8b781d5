"""Answer a question from the docs, or say honestly "I don't know.".

Retrieve, make the passages fit, let the model speak, show what the passages say too:
each step can end the matter, and each ending has its own status.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from typing import TypeAlias

from askdocs.domain.answer import REFUSAL, Answer, Passage, SearchResult, Status
from askdocs.domain.errors import AnswerIncomplete, AskDocsError, ModelUnavailable
from askdocs.domain.ports import EVERYTHING, ChatModel, Engine
from askdocs.domain.search import Filter
from askdocs.flows.checked_answer import (
    CheckedAnswer,
    Rules,
    Show,
    Unverified,
    show_nothing,
)
from askdocs.flows.guardrail import judge, judged_answer, refused_question
from askdocs.flows.quotes import Quoter, with_quotes
from askdocs.flows.retrieve import Retriever
from askdocs.flows.stopwatch import Stopwatch
from askdocs.steps.answer.prompt import Prompt
from askdocs.steps.answer.reply import cited_numbers
from askdocs.steps.search.language import language_of

ENTITLED = 2 / 3
"""Share of a question's words in the title or headings of one page with which it is in
scope, however far the nearest passage: a few words make a vague vector.
"""

FAR = 0.92
FAR_IN_ANOTHER_LANGUAGE = 0.75
"""Share of the threshold below which a question is out of scope. The threshold lies above
all strange questions that it was found with; .92 of it still refuses 92 % of the 1,100 of
FeedbackQA, and .5 % of 218 that the docs answer: python bench/grounding.py. A model that
knows English calls all that is in another language less similar.
"""

NEAR = 0.7
"""Similarity from which a question is answered though the docs lack a name in it."""

NEAREST_PAGES = 3

ANYTHING = Rules()

Listed: TypeAlias = Callable[[Sequence[Passage]], None]
"""Is told the passages that the model is given, and those that quotes are of."""


@dataclass(frozen=True, slots=True)
class _Reader:
    """Who reads an answer while it comes."""

    show: Show
    listed: Listed


class Answerer:
    """Answers questions from the docs, or says that they do not hold the answer.

    Args:
        retriever: Finds passages.
        engine: The language model; None, or one without a name, quotes the docs.
        prompt: How it is asked; its `site` is the link of a refusal.
        passages_only: Neither asks nor quotes: the passages are the result.
        rules: How the answer is checked.
        guard: A model that judges each question and answer, if there is one; nothing is
            shown before the whole answer has passed.
    """

    def __init__(
        self,
        retriever: Retriever,
        engine: Engine | None,
        prompt: Prompt,
        *,
        passages_only: bool = False,
        rules: Rules = ANYTHING,
        guard: ChatModel | None = None,
    ) -> None:
        self._retriever = retriever
        self._engine = engine
        self._prompt = prompt
        self._passages_only = passages_only
        self._rules = rules
        self._quoter = Quoter(retriever, prompt.product, rules.embed)
        self._guard = guard

    def answer(
        self,
        question: str,
        *,
        only: Filter = EVERYTHING,
        show: Show | None = None,
        listed: Listed | None = None,
    ) -> Answer:
        """Answer a question.

        What *show* was given, joined, is the text of the answer whatever its status;
        mark [^n] in it stands for `retrieved[n - 1]`.

        Args:
            question: In plain words, as typed.
            only: Which pages are asked, in the words of the index.
            show: Called with each sentence of the text as soon as it is certain.
            listed: Called with the passages that the marks of the text count, before
                it is shown: those that the model is given, before it speaks; and, where
                the docs are quoted, the `retrieved` of that answer.

        Raises:
            ConfigError: if the window has no room for even one passage.
            AskDocsError: whatever the retriever raises.
        """
        show = show or show_nothing
        if self._guard is None:
            return self._answer(question, only, show, listed)
        site = self._prompt.site
        safety = judge(self._guard, question)
        if not safety.safe:
            show(REFUSAL)
            return refused_question(question, safety, site=site)
        pieces: list[str] = []
        answer = self._answer(question, only, pieces.append, listed)
        answer = judged_answer(self._guard, answer, safety, site=site)
        refused = answer.status is Status.GUARDRAIL
        show(REFUSAL if refused else "".join(pieces))
        return answer

    def _answer(
        self, question: str, only: Filter, show: Show, listed: Listed | None
    ) -> Answer:
        """Retrieve, and let the docs or the model speak; what took how long is kept."""
        stopwatch = Stopwatch()
        with stopwatch.timed("retrieve"):
            result = self._retriever.find(question, only)
        with stopwatch.timed("answer"):
            reader = _Reader(show, listed or _list_nothing)
            answer = self._answer_from(result, question, reader)
        spent = {stage: seconds * 1000 for stage, seconds in stopwatch.seconds.items()}
        return replace(answer, spent_ms={**result.spent_ms, **spent})

    def _answer_from(
        self, result: SearchResult, question: str, reader: _Reader
    ) -> Answer:
        """Return the answer that the passages of a search give."""
        passages, site = result.passages, self._prompt.site
        answer = Answer(
            question,
            Status.PASSAGES_ONLY,
            "",
            (),
            passages,
            most_relevant(passages).url if passages else site,
            degraded=result.degraded,
        )
        if not passages:
            return _refuse(answer, Status.NO_MATCH, site, reader.show)
        if self._passages_only:
            return answer
        if _is_out_of_scope(result, question, self._rules):
            return self._refuse(answer, Status.NO_MATCH, result, reader)
        if self._engine is None or not self._engine.model:
            return self._quoted(answer, result, reader)
        fitted = self._prompt.fit(question, passages)
        answer = replace(
            answer,
            retrieved=fitted.passages,
            degraded=answer.degraded + ((fitted.note,) if fitted.note else ()),
            model=self._engine.model,
        )
        reader.listed(fitted.passages)
        return self._generate(answer, self._engine, result, reader)

    def _generate(
        self, answer: Answer, engine: Engine, result: SearchResult, reader: _Reader
    ) -> Answer:
        """Return the answer with what the model made of its passages.

        Where no sentence of it is proven nothing of it is shown, and the docs are quoted.
        """
        checked = CheckedAnswer(answer.retrieved, self._rules, reader.show)
        failure: AskDocsError | None = None
        try:
            _stream_into(checked, engine, answer)
        except (ModelUnavailable, AnswerIncomplete) as err:
            failure = err
        answer = _with_text(answer, checked)
        if failure is None and checked.refused:
            return self._refuse(answer, Status.NOT_IN_CONTEXT, result, reader)
        if failure is None and not checked.sentences:
            failure = AnswerIncomplete(
                "the model said nothing of use", hint="ask again"
            )
        if failure:
            answer = _failed(answer, failure)
            return answer if answer.text else self._stand_in(answer, result, reader)
        if not answer.text:
            if self._rules.unverified is Unverified.REFUSE:
                return self._refuse(answer, Status.UNVERIFIED, result, reader)
            note = "model: the docs prove no sentence of it; quoted instead"
            answer = self._quoted(answer, result, reader)
            notes = (note,) if answer.quoted else ()
            return replace(answer, degraded=answer.degraded + notes)
        status = Status.PARTIAL if checked.struck else Status.ANSWERED
        return replace(answer, status=status)

    def _stand_in(
        self, answer: Answer, result: SearchResult, reader: _Reader
    ) -> Answer:
        """Return an answer that failed, with quotes if the docs have some for it."""
        if not (quotes := self._quoter.quotes(answer.question, result)):
            return answer
        note = "model: the passages' own sentences instead"
        answer = replace(answer, degraded=(*answer.degraded, note))
        return _show_quotes(with_quotes(answer, quotes, result.passages), reader)

    def _quoted(self, answer: Answer, result: SearchResult, reader: _Reader) -> Answer:
        """Return the answer in the words of the docs, or a refusal if they have none."""
        missing = self._quoter.unmentioned(answer.question, result.passages)
        answer, site = replace(answer, unmentioned=missing), self._prompt.site
        if missing and (result.nearest or 0.0) < NEAR:
            return _refuse(answer, Status.NOT_IN_CONTEXT, site, reader.show)
        quotes = self._quoter.quotes(answer.question, result)
        if not quotes:
            return _refuse(answer, Status.NO_MATCH, site, reader.show)
        answer = replace(answer, status=Status.ANSWERED)
        return _show_quotes(with_quotes(answer, quotes, result.passages), reader)

    def _refuse(
        self, answer: Answer, status: Status, result: SearchResult, reader: _Reader
    ) -> Answer:
        """Return the answer as a refusal that says which name no passage has."""
        missing = self._quoter.unmentioned(answer.question, result.passages)
        answer = replace(answer, unmentioned=missing)
        return _refuse(answer, status, self._prompt.site, reader.show)


def most_relevant(passages: Sequence[Passage]) -> Passage:
    """Return the passage whose page the closing paragraph links.

    The first one; of those with the same score, the one whose file_path has the fewest
    parts, because a shallow page is the more general one; then the earlier.
    """
    first = passages[0]
    equal = [p for p in passages if p.score == first.score]
    return min(equal, key=lambda p: p.file_path.count("/"))


def _is_out_of_scope(result: SearchResult, question: str, rules: Rules) -> bool:
    """Whether a question is about something else than these docs."""
    if rules.refuse_below is None or result.nearest is None:
        return False
    far = FAR_IN_ANOTHER_LANGUAGE if language_of(question) else FAR
    return result.nearest < far * rules.refuse_below and result.entitled < ENTITLED


def _list_nothing(passages: Sequence[Passage]) -> None:
    """List nothing; fits `Listed`."""


def _show_quotes(answer: Answer, reader: _Reader) -> Answer:
    """Show an answer that is whole already, after the passages that its marks count."""
    reader.listed(answer.retrieved)
    reader.show(answer.text)
    return answer


def _stream_into(checked: CheckedAnswer, engine: Engine, answer: Answer) -> None:
    """Check and show what the model says while it speaks; after a refusal, stop it."""
    for piece in engine.stream(answer.question, answer.retrieved):
        checked.hear(piece)
        if checked.refused:
            return


def _with_text(answer: Answer, checked: CheckedAnswer) -> Answer:
    """Return the answer with all that was said, its citations and its link."""
    checked.end()
    text = checked.text.rstrip()
    numbers = cited_numbers(text, len(answer.retrieved)) or list(
        dict.fromkeys(s.passage for s in checked.sentences if s.shown and s.passage)
    )
    passages = tuple(answer.retrieved[n - 1] for n in numbers)
    link = most_relevant(passages or answer.retrieved).url
    return replace(
        answer,
        text=text,
        cited=passages,
        link=link,
        sentences=tuple(checked.sentences),
    )


def _failed(answer: Answer, err: AskDocsError) -> Answer:
    """Return the answer with what went wrong; its passages are still worth reading."""
    status = Status.INCOMPLETE
    if isinstance(err, ModelUnavailable):
        status = Status.MODEL_UNAVAILABLE
    return replace(answer, status=status, problem=str(err), hint=err.hint)


def _refuse(answer: Answer, status: Status, site: str, show: Show) -> Answer:
    """Return the answer as a refusal that links the site, and show it."""
    show(REFUSAL)
    hidden = tuple(replace(sentence, shown=False) for sentence in answer.sentences)
    pages: dict[str, Passage] = {}
    for passage in answer.retrieved:
        pages.setdefault(passage.path, passage)
    return replace(
        answer,
        status=status,
        text=REFUSAL,
        cited=(),
        link=site,
        sentences=hidden,
        nearest=tuple(pages.values())[:NEAREST_PAGES],
    )
