"""Show an answer for a person: what is read meanwhile, its text, what stands under it."""

from __future__ import annotations

import sys
import textwrap
import webbrowser
from collections.abc import Mapping, Sequence
from pathlib import Path
from types import TracebackType
from typing import Any

from askdocs.cli.render import terminal
from askdocs.cli.render.markdown.style import Span
from askdocs.cli.render.markdown.view import MarkdownView
from askdocs.cli.render.markdown.wrap import Wrapper, words
from askdocs.cli.render.search_result import SNIPPET_CHARS
from askdocs.cli.render.sources import (
    closing_line,
    numbered_passages,
    print_footer,
    unmentioned_line,
)
from askdocs.cli.render.waiting import WaitingLine
from askdocs.domain.answer import Answer, Passage, Sentence, Status, Verdict
from askdocs.domain.citation_mark import LONG_MARK, write_mark
from askdocs.domain.errors import ConfigError, NotWritable
from askdocs.domain.text import visible

_MAX_SHOWN_CHARS = 60


class AnswerView:
    """Shows one answer as text: rendered on a terminal, as it is in a pipe.

    While it is entered, a line says what is waited for.

    Args:
        quiet: Show the answer alone.
    """

    def __init__(self, *, quiet: bool) -> None:
        self._quiet = quiet
        self._waiting = WaitingLine()
        self._links: dict[int, str] = {}
        screen = terminal.screen(sys.stdout)
        self._markdown = MarkdownView(screen, self._links) if screen else None

    def __enter__(self) -> AnswerView:
        """Begin to wait."""
        if not self._quiet:
            self._waiting.start("searching")
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        err: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        """Leave a clean line behind."""
        self._waiting.stop()
        if kind and self._markdown and self._markdown.began:
            terminal.out()

    def wait_for(self, text: str) -> None:
        """Say what a long silence waits for."""
        if self._waiting.drawn:
            self._waiting.say(text.rstrip("."))
        elif not self._quiet:
            terminal.err(text)

    def listed(self, passages: Sequence[Passage]) -> None:
        """Take the passages that are read; the marks of the text lead to them."""
        self._links.update(_links(passages))
        pages = len({passage.path for passage in passages})
        self._waiting.say(
            f"reading {_count(len(passages), 'passage')} from {_count(pages, 'page')}"
        )

    def judged(self, sentence: Sentence) -> None:
        """Take a sentence with its verdict; a person reads those that are shown."""

    def show(self, text: str) -> None:
        """Show the next part of the text."""
        self._waiting.stop()
        if self._markdown:
            terminal.out_painted(self._markdown.feed(text))
        else:
            terminal.stream(text)

    def finish(self, answer: Answer, document: Mapping[str, Any]) -> None:
        """Print what stands under the text, which is shown.

        Args:
            answer: The whole answer.
            document: What `--json` prints of it.
        """
        self._waiting.stop()
        if self._markdown:
            terminal.out_painted(self._markdown.end())
        print_footer(answer, document["closing"])

    def show_again(self, answer: Answer, document: Mapping[str, Any]) -> None:
        """Show an answer that is whole already."""
        self._links.update(_links(answer.retrieved))
        if answer.text:
            self.show(answer.text)
        self.finish(answer, document)


def _links(passages: Sequence[Passage]) -> dict[int, str]:
    return {n: passage.link for n, passage in enumerate(passages, start=1)}


def _count(number: int, what: str) -> str:
    return f"{number} {what}{'s' * (number != 1)}"


def print_notes(answer: Answer, *, quiet: bool) -> None:
    """Print on stderr how a question ended, and what went wrong on the way."""
    terminal.warnings(answer.degraded, quiet=quiet)
    if not quiet:
        _print_status(answer)
        _print_safety(answer)
    if answer.problem:
        terminal.error(answer.problem, answer.hint)
    elif answer.hint and not quiet:
        terminal.note(answer.hint)


def _print_status(answer: Answer) -> None:
    """Print how a question ended if it is not simply answered, and what is doubtful.

    What was left out is counted and not quoted: it may be what a page, and no reader,
    wanted to be said. `--json` has it.
    """
    if line := _proven_line(answer):
        _note(line)
    if answer.status in {Status.ANSWERED, Status.PASSAGES_ONLY}:
        return
    doubtful = [
        s
        for s in answer.sentences
        if s.verdict in (Verdict.UNSURE, Verdict.UNSUPPORTED)
    ]
    count = sum(not s.shown for s in doubtful)
    of = f"{count} of {len(answer.sentences)} sentences left out: no passage says so"
    _note(f"status: {answer.status.value}" + (f" ({of})" if count else ""))
    for sentence in doubtful:
        if sentence.shown and sentence.verdict is Verdict.UNSUPPORTED:
            text = textwrap.shorten(
                terminal.one_line(sentence.text), SNIPPET_CHARS, placeholder=" …"
            )
            _note(f"not supported: {text} ({sentence.why})")


def _proven_line(answer: Answer) -> str:
    """Return how many of the sentences are proven; "" if all that is shown is."""
    claims = [s for s in answer.sentences if s.verdict is not Verdict.NO_CLAIM]
    proven = sum(s.verdict is Verdict.SUPPORTED for s in claims)
    if all(s.verdict is Verdict.SUPPORTED for s in claims if s.shown):
        return ""
    return f"{proven} of {_count(len(claims), 'sentence')} proven by the docs"


def _note(text: str) -> None:
    """Print a sentence beside the answer, on a terminal wrapped to its width."""
    screen = terminal.screen(sys.stderr)
    if screen is None:
        terminal.note(text)
        return
    wrapped = Wrapper(screen.columns).put(words([Span(terminal.one_line(text))]))
    for line in "".join(span.text for span in wrapped).split("\n"):
        terminal.note(line)


def _print_safety(answer: Answer) -> None:
    for verdict in answer.safety:
        if not verdict.safe:
            why = f" ({verdict.why})" if verdict.why else ""
            categories = ", ".join(verdict.categories)
            terminal.err(f"guard: {verdict.stage}: {categories}{why}")


def open_url(url: str, *, browse: bool = True) -> None:
    """Print an address, and open it in a browser if a person is there to see it."""
    terminal.out(url, href=url)
    if browse and sys.stdout.isatty() and not webbrowser.open(url):
        terminal.warning("no browser could be started")


def transcript(history: Sequence[tuple[str, Answer]], product: str) -> str:
    """Return a conversation in Markdown, with the sources of each answer.

    Footnotes are numbered anew: [^2-1] is source 1 of the second answer.
    """
    parts = []
    for turn, (line, answer) in enumerate(history, start=1):
        mark = write_mark(rf"{turn}-\1")
        sources = [
            f"{write_mark(f'{turn}-{n}')}: [{terminal.one_line(p.trail)}]({p.link})"
            for n, p in (numbered_passages(answer) if answer.text else ())
        ]
        text = LONG_MARK.sub(mark, answer.text) or answer.problem
        missing = unmentioned_line(answer)
        question = f"## {terminal.one_line(line)}"
        end = closing_line(answer, product)
        parts += [
            part for part in (question, text, missing, end, "\n".join(sources)) if part
        ]
    return visible("\n\n".join(parts) + "\n")


def save_transcript(name: str, text: str) -> None:
    """Write a new file; one that is there stays as it is.

    Raises:
        ConfigError: if there is such a file.
        NotWritable: if it cannot be written.
    """
    hint = "/save another-name.md"
    try:
        with Path(name).expanduser().open("x", encoding="utf-8") as file:
            file.write(text)
    except FileExistsError as err:
        raise ConfigError(f"{shorten(name)} exists", hint=hint) from err
    except (OSError, RuntimeError, ValueError) as err:  # no such ~user, a name with NUL
        why = getattr(err, "strerror", None) or str(err)
        what = f"{shorten(name)} cannot be written: {why}"
        raise NotWritable(what, hint=hint) from err
    terminal.err(f"saved: {name}")


def shorten(text: str) -> str:
    """Return what was typed as an error can name it."""
    return text if len(text) <= _MAX_SHOWN_CHARS else f"{text[:_MAX_SHOWN_CHARS]} ..."
