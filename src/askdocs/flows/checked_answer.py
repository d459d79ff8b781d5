"""Check a reply sentence by sentence while the model speaks, and show what may be shown.

Each sentence is judged by the passages before it is shown; what they do not say is left
out, and what only announces it ("Do this:") waits for something to announce. What is
unproven waits for something that is proven: a reply of which nothing is shows nothing.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from enum import Enum
from typing import TYPE_CHECKING

from askdocs.domain.answer import Passage, Sentence, Verdict
from askdocs.domain.citation_mark import MARKS_WITH_BLANKS, read_numbers, write_mark
from askdocs.domain.errors import ModelUnavailable
from askdocs.domain.ports import QueryEmbedder
from askdocs.domain.text import visible
from askdocs.flows.thresholds import unit
from askdocs.steps.answer.ground import Ground, Verify
from askdocs.steps.answer.markdown import ITEM_OR_ROW, LEAD_IN
from askdocs.steps.answer.quote.relevance import Embed
from askdocs.steps.answer.reply import ReplyReader
from askdocs.steps.answer.sanitize import REMOVED_LINK, addresses, sanitize
from askdocs.steps.answer.sentences import Sentences

if TYPE_CHECKING:
    from askdocs.domain.ports import Vector

Show = Callable[[str], None]
Judged = Callable[[Sentence], None]

_HALF_LINK = re.compile(rf"\]\({re.escape(REMOVED_LINK)}\)?")


class Unverified(Enum):
    """What becomes of a sentence that no passage supports.

    Kept is the unproven, and left out what is contradicted or foreign; struck are both,
    shown are both, or the answer is refused for either.
    """

    KEEP = "keep"
    STRIKE = "strike"
    SHOW = "show"
    REFUSE = "refuse"


@dataclass(frozen=True, slots=True)
class Rules:
    """How answers are checked.

    Attributes:
        known: Words that need no source: the name of the product.
        refuse_below: A question whose nearest passage is less like it than this is out
            of scope; None never refuses.
        embed: Makes vectors of sentences to quote; None without a model.
        verify: How sure a verifier is that texts say what a sentence does; decides in
            the place of the learned weights.
        unverified: What becomes of a sentence that no passage supports.
        judged: Is told each sentence once it is certain what becomes of it, shown or
            not; what only announces something once that is there.
    """

    known: Sequence[str] = ()
    refuse_below: float | None = None
    embed: Embed | None = None
    verify: Verify | None = None
    unverified: Unverified = Unverified.KEEP
    judged: Judged | None = None


class SentenceEmbedder:
    """Makes vectors of sentences by what embeds questions; fits `Embed`.

    Args:
        encoder: Of the index's own model.
    """

    def __init__(self, encoder: QueryEmbedder) -> None:
        self._encoder = encoder

    def __call__(self, texts: Sequence[str]) -> Vector | None:
        """Return shape (len(texts), dim), rows of length 1; None if the model is away."""
        try:
            return unit(self._encoder.embed_texts(texts))
        except ModelUnavailable:
            return None


class CheckedAnswer:
    """Takes a reply in pieces of any size and shows what may be shown of it.

    All that *show* was given, joined, is `text`.

    Args:
        passages: Those that the model was given.
        rules: How the reply is checked.
        show: Called with each sentence once it is certain.
    """

    def __init__(self, passages: Sequence[Passage], rules: Rules, show: Show) -> None:
        self.text = ""
        self.sentences: list[Sentence] = []
        self._passages = passages
        self._rules = rules
        self._show = show
        self._reader = ReplyReader(len(passages))
        self._pieces = Sentences()
        self._ground = Ground(
            passages,
            known=rules.known,
            verify=rules.verify,
        )
        self._waiting: list[int] = []
        self._blank = ""
        self._left_out = False
        self._holding = rules.unverified is Unverified.KEEP
        self._held_text = ""
        self._held: list[Sentence] = []

    @property
    def refused(self) -> bool:
        """Whether the model said that the passages do not answer."""
        return self._reader.refused

    @property
    def struck(self) -> bool:
        """Whether a sentence has too little support, shown or not."""
        return any(map(self._lacks_support, self.sentences))

    def hear(self, text: str) -> None:
        """Take what the model says next."""
        for piece in self._pieces.feed(self._reader.feed(visible(text))):
            self._judge(piece)

    def end(self) -> None:
        """Take note that nothing more comes."""
        for piece in self._pieces.feed(self._reader.end()) + self._pieces.end():
            self._judge(piece)
        self._drop_waiting(lambda _: True)
        if self._rules.unverified is Unverified.REFUSE:
            if not self.struck:
                self._emit("".join(s.text for s in self.sentences if s.shown))
            for sentence in self.sentences:
                self._tell(replace(sentence, shown=sentence.shown and not self.struck))
        if self._holding:
            self._show_nothing_held()

    def _judge(self, piece: str) -> None:
        judged = self._ground.judge(piece)
        urls = self._addresses(piece, judged)
        text, why = sanitize(piece, urls), sanitize(judged.why, urls)
        evidence = tuple(
            replace(said, text=_HALF_LINK.sub("", sanitize(said.text, urls)))
            for said in judged.evidence
        )
        judged = replace(
            judged, text=_cite_source(text, judged), why=why, evidence=evidence
        )
        showing = self._rules.unverified is Unverified.SHOW
        shown = showing or not self._lacks_support(judged)
        self.sentences.append(replace(judged, shown=shown))
        if judged.verdict is Verdict.NO_CLAIM:
            self._drop_waiting(lambda _: self._left_out)
            self._waiting.append(len(self.sentences) - 1)
        elif shown:
            item = bool(ITEM_OR_ROW.match(piece))
            self._drop_waiting(
                lambda lead: self._left_out and not item and LEAD_IN.search(lead)
            )
            self._show_last()
        else:
            self._tell_certain(self.sentences[-1])
            self._left_out = True
            lines = piece[len(piece.rstrip()) :].count("\n")
            self._blank = max(self._blank.lstrip(" "), "\n" * lines) or self._blank

    def _lacks_support(self, judged: Sentence) -> bool:
        """Whether a sentence has less support than the rules ask for."""
        if judged.verdict is Verdict.UNSURE:
            return self._rules.unverified in (Unverified.STRIKE, Unverified.REFUSE)
        return judged.verdict is Verdict.UNSUPPORTED

    def _drop_waiting(self, announces_nothing: Callable[[str], object]) -> None:
        """Leave out what waits for something that was left out."""
        for place in self._waiting[:]:
            if announces_nothing(self.sentences[place].text):
                self.sentences[place] = replace(self.sentences[place], shown=False)
                self._waiting.remove(place)
                self._tell_certain(self.sentences[place])
        self._left_out = False

    def _show_last(self) -> None:
        """Show the last sentence, and what announced it."""
        shown = [self.sentences[place] for place in self._waiting]
        shown.append(self.sentences[-1])
        self._waiting.clear()
        if self._holding and shown[-1].verdict is Verdict.SUPPORTED:
            self._show_held()
        for sentence in shown:
            self._tell_certain(sentence)
        if self._rules.unverified is not Unverified.REFUSE:
            self._emit("".join(sentence.text for sentence in shown))

    def _show_held(self) -> None:
        """Show what waited for a proven sentence, and hold nothing from now on."""
        self._holding = False
        for sentence in self._held:
            self._tell(sentence)
        self._show_now(self._held_text)
        self._held_text = ""

    def _show_nothing_held(self) -> None:
        """Leave all out: no sentence is proven."""
        self._holding = False
        self.sentences = [replace(s, shown=False) for s in self.sentences]
        for sentence in self._held:
            self._tell(replace(sentence, shown=False))

    def _tell_certain(self, sentence: Sentence) -> None:
        """Tell a sentence of which nothing can change; a whole answer may be refused."""
        if self._rules.unverified is not Unverified.REFUSE:
            self._tell(sentence)

    def _tell(self, sentence: Sentence) -> None:
        if self._holding:
            self._held.append(sentence)
        elif self._rules.judged:
            self._rules.judged(sentence)

    def _emit(self, text: str) -> None:
        """Show a text; the blanks at its end only if something follows."""
        shown = text.rstrip()
        if shown:
            begun = self.text or self._held_text
            shown = self._blank + shown if begun else shown.lstrip()
            self._blank = text[len(text.rstrip()) :]
            if self._holding:
                self._held_text += shown
            else:
                self._show_now(shown)

    def _show_now(self, text: str) -> None:
        if text:
            self.text += text
            self._show(text)

    def _addresses(self, piece: str, judged: Sentence) -> set[str]:
        """Return the addresses that a sentence may show: of the pages, and what it cites."""
        if "/" not in piece:
            return set()
        proven = judged.verdict is Verdict.SUPPORTED
        cited = read_numbers(piece) | ({judged.passage} if proven else set())
        urls = {url for p in self._passages for url in (p.url, p.link)}
        for number, passage in enumerate(self._passages, start=1):
            if number in cited:
                urls |= addresses(passage.text)
        return urls


def show_nothing(text: str) -> None:
    """Show nothing; fits `Show`."""


def _cite_source(text: str, judged: Sentence) -> str:
    """Return a sentence whose mark is that of the passage which says so."""
    marks = read_numbers(text)
    if not marks or not judged.passage or judged.passage in marks:
        return text
    first, *rest = MARKS_WITH_BLANKS.split(text)
    return f"{first} {write_mark(judged.passage)}{''.join(rest)}"
