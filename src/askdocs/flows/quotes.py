"""Quote the docs: read the pages that were found, and let their own words answer."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from askdocs.domain.answer import Answer, Passage, SearchResult, Sentence
from askdocs.domain.citation_mark import without_marks, write_mark
from askdocs.flows.retrieve import Retriever
from askdocs.steps.answer.markdown import is_row
from askdocs.steps.answer.quote.markdown_blocks import open_fence
from askdocs.steps.answer.quote.mentions import unmentioned_names
from askdocs.steps.answer.quote.page_sections import join_sections
from askdocs.steps.answer.quote.quotation import Quote, quote
from askdocs.steps.answer.quote.relevance import Embed
from askdocs.steps.answer.sanitize import addresses, sanitize
from askdocs.steps.search.language import language_of

_APART = "\n\n"


class Quoter:
    """Chooses what the docs themselves say to a question.

    Args:
        retriever: Reads whole pages.
        product: Whose docs these are.
        embed: Makes vectors of texts; None without a model.
    """

    def __init__(self, retriever: Retriever, product: str, embed: Embed | None) -> None:
        self._retriever = retriever
        self._product = product
        self._embed = embed

    def quotes(self, question: str, result: SearchResult) -> list[Quote]:
        """Return what the pages of a search say; [] if that answers nothing."""
        chunks = self._retriever.read_pages(question, result)
        return quote(
            question,
            join_sections(chunks, result.passages),
            product=self._product,
            embed=self._embed if result.vector is not None else None,
        )

    def unmentioned(
        self, question: str, passages: Sequence[Passage]
    ) -> tuple[str, ...]:
        """Return the names in a question in English that no passage has."""
        if language_of(question):
            return ()
        texts = [f"{passage.trail}\n{passage.text}" for passage in passages]
        return unmentioned_names(question, texts, product=self._product)


def with_quotes(
    answer: Answer, quotes: Sequence[Quote], found: Sequence[Passage]
) -> Answer:
    """Return an answer with quotes as its text; nothing else that was said is shown.

    The sections that are quoted are the first passages of it, so that marks count from
    1 as they are read; what else was found stands behind them.
    """
    cited = tuple(dict.fromkeys(q.section.passage for q in quotes))
    numbers = {passage: n for n, passage in enumerate(cited, start=1)}
    places = {(passage.path, passage.heading) for passage in cited}
    rest = tuple(p for p in found if (p.path, p.heading) not in places)
    retrieved = cited + rest
    text = "\n\n".join(
        _marked(q.text, numbers[q.section.passage], q.section.passage) for q in quotes
    )
    return replace(
        answer,
        text=text,
        quoted=True,
        cited=cited,
        retrieved=retrieved,
        link=cited[0].url,
        sentences=_renumbered(answer, retrieved),
    )


def _renumbered(answer: Answer, retrieved: Sequence[Passage]) -> tuple[Sentence, ...]:
    """Return what a model wrote, with the numbers that its passages have in *retrieved*.

    A chunk is found again as the section that holds it.
    """
    numbers = {(p.path, p.heading): n for n, p in enumerate(retrieved, start=1)}
    ids = {passage.id: n for n, passage in enumerate(retrieved, start=1)}
    sentences = []
    for sentence in answer.sentences:
        number = 0
        if sentence.passage:
            source = answer.retrieved[sentence.passage - 1]
            place = numbers.get((source.path, source.heading), 0)
            number = ids.get(source.id, place)
        sentences.append(replace(sentence, passage=number, shown=False))
    return tuple(sentences)


def _marked(text: str, number: int, passage: Passage) -> str:
    """Return what a passage says as it may be shown, with its mark and no other.

    A mark behind a code fence would keep it open, and one behind a row be a cell.
    """
    urls = addresses(passage.text)
    pieces = [sanitize(piece, urls) for piece in _prose_and_code(without_marks(text))]
    quote = "\n".join(pieces).rstrip()
    last = quote.rsplit("\n", 1)[-1]
    apart = quote.endswith(("`" * 3, "~" * 3)) or is_row(last)
    gap = _APART if apart else " "
    return f"{quote}{gap}{write_mark(number)}"


def _prose_and_code(text: str) -> list[str]:
    """Return what stands between code blocks, and these: a tag in code is no tag."""
    pieces: list[list[str]] = [[]]
    fence = ""
    for line in text.split("\n"):
        before, fence = fence, open_fence(fence, line)
        if fence and not before:
            pieces.append([])
        pieces[-1].append(line)
        if before and not fence:
            pieces.append([])
    return ["\n".join(piece) for piece in pieces if piece]
