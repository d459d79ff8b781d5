"""Answer a question from the docs, or say honestly "I don't know.".

Retrieve, make the passages fit, let the model speak, show what the passages say too:
each step can end the matter, and each ending has its own status.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import replace
from typing import TypeAlias

from askdocs.domain.answer import REFUSAL, Answer, Passage, SearchResult, Status
from askdocs.domain.citation_mark import without_marks, write_mark
from askdocs.domain.errors import AnswerIncomplete, AskDocsError, ModelUnavailable
from askdocs.domain.ports import EVERYTHING, ChatModel, Engine
from askdocs.domain.search import Filter
from askdocs.flows.checked_answer import CheckedAnswer, Rules, Show, show_nothing
from askdocs.flows.guardrail import judge, judged_answer, refused_question
from askdocs.flows.retrieve import Retriever
from askdocs.steps.answer.extract import extract
from askdocs.steps.answer.prompt import Prompt
from askdocs.steps.answer.reply import cited_numbers
from askdocs.steps.answer.sanitize import addresses, sanitize

ENTITLED = 2 / 3
"""Share of a question's words in the title or headings of one page with which it is in
scope, however far the nearest passage: a few words make a vague vector.
"""

ANYTHING = Rules()

Listed: TypeAlias = Callable[[Sequence[Passage]], None]
"""Is told the passages that the model is given."""

_BEHIND_CODE = "\n\n"


class Answerer:
    """Answers questions from the docs, or says that they do not hold the answer.

    Args:
        retriever: Finds passages.
        engine: The language model; None shows passages only.
        prompt: How it is asked; its `site` is the link of a refusal.
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
        rules: Rules = ANYTHING,
        guard: ChatModel | None = None,
    ) -> None:
        self._retriever = retriever
        self._engine = engine
        self._prompt = prompt
        self._rules = rules
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
            listed: Called with the passages that the model is given, before it speaks.

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
        """Retrieve, make the passages fit, and let the model speak."""
        site = self._prompt.site
        result = self._retriever.find(question, only)
        passages = result.passages
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
            return _refuse(answer, Status.NO_MATCH, site, show)
        if self._engine is None:
            return answer
        if _is_out_of_scope(result, self._rules):
            return _refuse(answer, Status.NO_MATCH, site, show)
        fitted = self._prompt.fit(question, passages)
        answer = replace(
            answer,
            retrieved=fitted.passages,
            degraded=answer.degraded + ((fitted.note,) if fitted.note else ()),
            model=self._engine.model,
        )
        if listed:
            listed(fitted.passages)
        return self._generate(answer, self._engine, show)

    def _generate(self, answer: Answer, engine: Engine, show: Show) -> Answer:
        """Return the answer with what the model made of its passages."""
        site = self._prompt.site
        checked = CheckedAnswer(answer.retrieved, self._rules, show)
        try:
            _stream_into(checked, engine, answer)
        except (ModelUnavailable, AnswerIncomplete) as err:
            product = self._prompt.product
            return _broken(_with_text(answer, checked), err, show, product)
        answer = _with_text(answer, checked)
        if checked.refused:
            return _refuse(answer, Status.NOT_IN_CONTEXT, site, show)
        if not checked.sentences:
            empty = AnswerIncomplete("the model said nothing of use", hint="ask again")
            return _failed(answer, empty)
        if not answer.text:
            return _refuse(answer, Status.UNVERIFIED, site, show)
        status = Status.PARTIAL if checked.struck else Status.ANSWERED
        return replace(answer, status=status)


def most_relevant(passages: Sequence[Passage]) -> Passage:
    """Return the passage whose page the closing paragraph links.

    The first one; of those with the same score, the one whose file_path has the fewest
    parts, because a shallow page is the more general one; then the earlier.
    """
    first = passages[0]
    equal = [p for p in passages if p.score == first.score]
    return min(equal, key=lambda p: p.file_path.count("/"))


def _is_out_of_scope(result: SearchResult, rules: Rules) -> bool:
    """Whether a question is about something else than these docs."""
    if rules.refuse_below is None or result.nearest is None:
        return False
    return result.nearest < rules.refuse_below and result.entitled < ENTITLED


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


def _broken(answer: Answer, err: AskDocsError, show: Show, product: str) -> Answer:
    """Return the answer with what went wrong; without a model the passages speak."""
    failed = _failed(answer, err)
    if failed.status is not Status.MODEL_UNAVAILABLE:
        return failed
    quotes = extract(answer.question, answer.retrieved, product=product)
    if not quotes:
        return failed
    text = "\n\n".join(_quoted(q, n, answer.retrieved[n - 1]) for q, n in quotes)
    show(text)
    numbers = dict.fromkeys(n for _, n in quotes)
    passages = tuple(answer.retrieved[n - 1] for n in numbers)
    return replace(
        failed,
        text=text,
        cited=passages,
        link=most_relevant(passages).url,
        degraded=(*failed.degraded, "model: the passages' own sentences instead"),
    )


def _quoted(text: str, number: int, passage: Passage) -> str:
    """Return what a passage says as it may be shown, with its mark and no other.

    A mark behind a code fence would keep it open.
    """
    quote = sanitize(without_marks(text), addresses(passage.text)).rstrip()
    gap = _BEHIND_CODE if quote.endswith("`" * 3) else " "
    return f"{quote}{gap}{write_mark(number)}"


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
    return replace(
        answer, status=status, text=REFUSAL, cited=(), link=site, sentences=hidden
    )
