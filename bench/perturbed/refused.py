"""What is answered of what the docs do not say; the third table of `bench/grounding.py`."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Callable, Iterator, Sequence
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, replace
from functools import partial
from math import sqrt
from pathlib import Path
from typing import Any

from bench import perturbed

from askdocs import assemble
from askdocs.adapters.local.eval_files import read_cases
from askdocs.assemble.answer import rules_for
from askdocs.domain.answer import (
    NOT_IN_DOCS,
    Answer,
    Passage,
    SearchResult,
    Status,
    Verdict,
)
from askdocs.domain.errors import AskDocsError
from askdocs.domain.search import Filter
from askdocs.flows.answer import Answerer
from askdocs.flows.checked_answer import Rules
from askdocs.steps.answer.prompt import Prompt
from askdocs.steps.answer.quote.page_sections import join_sections
from askdocs.steps.answer.quote.quotation import quote
from askdocs.steps.answer.sentences import units

Reply = Callable[[str, Sequence[Passage]], str]


@dataclass(frozen=True)
class Index:
    """What answers are made with: the search, the rules, and how the model is asked."""

    retriever: Any
    rules: Rules
    prompt: Prompt


@contextmanager
def open_index(*, quiet: bool = False) -> Iterator[Index | None]:
    """Open the index of RAG_HOME as `rag ask` does; None if there is none."""
    loaded = assemble.settings({})
    conf = loaded.settings
    prompt = Prompt(conf.product, conf.base_url, conf.llm_num_ctx, conf.llm_num_predict)
    with ExitStack() as stack:
        try:
            search = stack.enter_context(assemble.searcher(loaded))
        except AskDocsError as err:
            if not quiet:
                print(f"(judged by words alone, nothing is asked: {err})\n")
            yield None
            return
        yield Index(search.retriever, rules_for(loaded, search), prompt)


class Without:
    """A retriever whose passages lack a sentence."""

    def __init__(self, retriever: Any, sentence: str) -> None:
        self._retriever = retriever
        self._sentence = sentence

    def find(self, question: str, only: Filter) -> SearchResult:
        """Return the passages, each without the sentence."""
        result = self._retriever.find(question, only)
        return replace(result, passages=tuple(self._cut(result.passages)))

    def read_pages(self, question: str, result: SearchResult) -> list[Passage]:
        """Return the chunks of the pages, each without the sentence."""
        return self._cut(self._retriever.read_pages(question, result))

    def _cut(self, passages: Sequence[Passage]) -> list[Passage]:
        texts = [perturbed.without(p.text, self._sentence) for p in passages]
        return [replace(p, text=t) for p, t in zip(passages, texts, strict=True)]


class Engine:
    """The port `Engine`: a model that gives a scripted reply."""

    model = "scripted"

    def __init__(self, reply: Reply) -> None:
        self._reply = reply

    def stream(self, question: str, passages: Sequence[Passage]) -> Iterator[str]:
        """Yield all of it."""
        yield self._reply(question, passages)


def interval(hits: int, of: int) -> str:
    """Return a share with its 95 % interval.

    Source:
        Wilson, "Probable Inference, the Law of Succession, and Statistical Inference",
        JASA 1927.
    """
    if not of:
        return f"{'-':>21}"
    z, share = 1.96, hits / of
    middle = (share + z * z / (2 * of)) / (1 + z * z / of)
    half = z * sqrt(share * (1 - share) / of + z * z / (4 * of * of)) / (1 + z * z / of)
    return (
        f"{share:6.1%} [{max(0.0, middle - half):.3f}, {min(1.0, middle + half):.3f}]"
    )


def answer_scripted(
    index: Index, question: str, reply: Reply, *, gone: str = ""
) -> Answer:
    """Answer with a scripted reply, from passages without the sentence *gone*."""
    retriever: Any = Without(index.retriever, gone) if gone else index.retriever
    answerer = Answerer(retriever, Engine(reply), index.prompt, rules=index.rules)
    return answerer.answer(question)


def quote_passages(question: str, passages: Sequence[Passage], *, product: str) -> str:
    """Return what a faithful model would say: the best words of its passages."""
    numbers = {passage.id: n for n, passage in enumerate(passages, start=1)}
    quotes = quote(question, join_sections(passages, passages), product=product)
    best = [(q.text, numbers[q.section.passage.id]) for q in quotes]
    best = best or [(units(passages[0].text)[0], 1)]
    return "\n\n".join(cited(text, n) for text, n in best)


def cited(text: str, number: int) -> str:
    """Return a text with its mark, which no line that closes a fence may have."""
    return f"{text}{chr(10) if text.endswith(('```', '~~~')) else ' '}[^{number}]"


def refusals(index: Index, data: Path | None, docs: str) -> None:
    """Print which questions are refused at retrieval, and what is shown of the rest."""
    limit = index.rules.refuse_below
    stored = "not stored with this index" if limit is None else f"{limit:g}"
    print(f"refused: `refuse_below` is {stored}")
    print(
        f"{'':26}{'n':>6}{'at retrieval':>24}{'not answered':>24}{'part':>6}{'whole':>6}"
    )
    if data:
        in_scope(index, data)
    near, removed = defaultdict(list), defaultdict(list)
    for row in perturbed.near_scope():
        answer = answer_scripted(
            index, row["question"], always_replying(row["made_up"])
        )
        near[row["kind"]].append(answer)
    for fact in perturbed.facts_removed(docs):
        reply = always_replying(fact.made_up)
        answer = answer_scripted(index, fact.question, reply, gone=fact.gone[1])
        removed[fact.kind].append(answer)
    for name, by_kind in (("near scope", near), ("fact removed", removed)):
        every = [answer for answers in by_kind.values() for answer in answers]
        refusal_row(name, every, needs="not answered >= 90 %")
        for kind, answers in by_kind.items():
            refusal_row(f"  {kind}", answers)


def in_scope(index: Index, data: Path) -> None:
    """Print what becomes of questions that the docs answer, and of foreign ones."""
    cases = read_cases(data / "scaleway-dev.jsonl")
    quote = partial(quote_passages, product=index.prompt.product)
    answers = [answer_scripted(index, case.question, quote) for case in cases]
    refusal_row("in scope, quoted", answers, needs="at retrieval <= 3 %")
    sentences = [sentence for answer in answers for sentence in answer.sentences]
    flagged = sum(s.verdict is Verdict.UNSUPPORTED for s in sentences)
    print(f"  of {len(sentences)} sentences that were quoted, {flagged} are flagged")
    cases = read_cases(data / "feedbackqa" / "cases-valid.jsonl")
    answers = [
        answer_scripted(index, case.question, always_replying(NOT_IN_DOCS))
        for case in cases
    ]
    refusal_row("FeedbackQA", answers)


def always_replying(text: str) -> Reply:
    """Return a model that gives the same reply to every question."""
    return lambda _question, _passages: text


def refusal_row(name: str, answers: Sequence[Answer], *, needs: str = "") -> None:
    """Print one line of the refusal table."""
    n, ends = len(answers), Counter(answer.status for answer in answers)
    whole, part = ends[Status.ANSWERED], ends[Status.PARTIAL]
    cells = f"{name:26}{n:>6}{interval(ends[Status.NO_MATCH], n):>24}"
    if ends[Status.NOT_IN_CONTEXT]:
        cells += f"{'(the model refuses)':>24}{'':12}"
    else:
        cells += f"{interval(n - whole - part, n):>24}{part:>6}{whole:>6}"
    print(f"{cells}   {needs}".rstrip(), flush=True)
