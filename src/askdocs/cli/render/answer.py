"""Print what stands under an answer, save a conversation, open a page in the browser."""

from __future__ import annotations

import sys
import webbrowser
from collections.abc import Sequence
from pathlib import Path

from askdocs.cli.render import terminal
from askdocs.domain.answer import Answer, Passage
from askdocs.domain.citation_mark import LONG_MARK, write_mark
from askdocs.domain.errors import ConfigError, NotWritable
from askdocs.domain.text import visible

_MAX_SHOWN_CHARS = 60


def print_footer(answer: Answer, product: str) -> None:
    """Print what follows the streamed text: the sources and the link."""
    if answer.text:
        terminal.answer_footer(answer, product)
    else:
        terminal.passages(answer.retrieved)
        terminal.out(terminal.closing_line(answer, product), href=answer.link)


def print_notes(answer: Answer, *, quiet: bool) -> None:
    """Print on stderr how a question ended, and what went wrong on the way."""
    terminal.warnings(answer.degraded, quiet=quiet)
    terminal.answer_status(answer, quiet=quiet)
    for verdict in () if quiet else answer.safety:
        if not verdict.safe:
            why = f" ({verdict.why})" if verdict.why else ""
            categories = ", ".join(verdict.categories)
            terminal.err(f"guard: {verdict.stage}: {categories}{why}")
    if answer.problem:
        terminal.error(answer.problem, answer.hint)


def numbered_passages(answer: Answer) -> list[tuple[int, Passage]]:
    """Return what `rag open` opens, by the number that the reader has seen."""
    if answer.text:
        return terminal.numbered_citations(answer)
    return list(enumerate(answer.retrieved, start=1))


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
            for n, p in terminal.numbered_citations(answer)
        ]
        text = LONG_MARK.sub(mark, answer.text) or answer.problem
        question = f"## {terminal.one_line(line)}"
        end = terminal.closing_line(answer, product)
        parts += [part for part in (question, text, end, "\n".join(sources)) if part]
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
