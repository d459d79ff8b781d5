"""Show an answer to a program: as one document, or as events while it comes.

The events are lines of JSON: `passages`, then `sentence` for each sentence that is
certain, shown or not, and last `end` with all that `--json` prints. Where quotes
stand in for the reply of a model, `passages` comes again: their marks count anew.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from askdocs.cli.render import json_document, terminal
from askdocs.domain.answer import Answer, Passage, Sentence, Verdict
from askdocs.domain.citation_mark import MARK, MARKS_WITH_BLANKS

_GROUP = re.compile(rf"\s*(.+?{MARKS_WITH_BLANKS.pattern})(?=\s*\n\s*\n|\s*\Z)", re.S)


class JsonView:
    """Prints nothing before the whole document."""

    def __enter__(self) -> JsonView:
        """Fit what shows an answer to a person."""
        return self

    def __exit__(self, *_: object) -> None:
        """Leave nothing behind."""

    def wait_for(self, text: str) -> None:
        """Say nothing of a long silence."""

    def listed(self, passages: Sequence[Passage]) -> None:
        """Take the passages that are read."""

    def judged(self, sentence: Sentence) -> None:
        """Take a sentence with its verdict."""

    def show(self, text: str) -> None:
        """Take the next part of the text."""

    def finish(self, answer: Answer, document: Mapping[str, Any]) -> None:  # noqa: ARG002
        """Print the document."""
        terminal.print_json(document)


class EventStream(JsonView):
    """Prints events, each at once.

    Args:
        held: Whether sentences wait for the end, because a guard model has the last word.
    """

    def __init__(self, *, held: bool) -> None:
        self._held = held
        self._listed = False
        self._count = 0

    def listed(self, passages: Sequence[Passage]) -> None:
        """Print the passages that are read; mark [^n] cites the nth."""
        self._listed = True
        terminal.print_event("passages", {"passages": json_document.passages(passages)})

    def judged(self, sentence: Sentence) -> None:
        """Print a sentence with its verdict."""
        if not self._held:
            self._print(sentence)

    def finish(self, answer: Answer, document: Mapping[str, Any]) -> None:
        """Print what is left to be told, and the whole document."""
        if not self._listed:
            self.listed(answer.retrieved)
        rest = answer.sentences[self._count :]
        for sentence in rest:
            self._print(sentence)
        if answer.quoted and not any(sentence.shown for sentence in rest):
            for sentence in _quotes(answer):
                self._print(sentence)
        terminal.print_end(document)

    def _print(self, sentence: Sentence) -> None:
        self._count += 1
        terminal.print_event("sentence", json_document.sentence(sentence))


def _quotes(answer: Answer) -> Iterator[Sentence]:
    """Yield what a quoted answer is made of: what each group of marks is behind."""
    for match in _GROUP.finditer(answer.text):
        number = int(MARK.findall(match[1])[-1])
        yield Sentence(match[1], Verdict.SUPPORTED, passage=number, covers=1.0)
