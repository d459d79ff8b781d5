"""An answer becomes what stands under its text, a transcript, or an open page."""

from __future__ import annotations

import sys
import webbrowser
from collections.abc import Sequence
from pathlib import Path

from askdocs.cli import show
from askdocs.domain.answer import Answer, Passage
from askdocs.domain.errors import ConfigError, NotWritable


def finish(answer: Answer, product: str, *, quiet: bool) -> None:
    """Print what follows the streamed text: sources, the link, and what was left out."""
    if answer.text:
        show.answer_end(answer, product)
    else:
        show.passages(answer.retrieved)
        show.out(show.closing(answer, product), href=answer.link)
    show.degraded(answer.degraded, quiet=quiet)
    show.verdicts(answer, quiet=quiet)
    if answer.problem:
        show.problem(answer.problem, answer.hint)


def numbered(answer: Answer) -> list[tuple[int, Passage]]:
    """Return what `rag open` opens, by the number that the reader has seen."""
    if answer.text:
        return show.marks(answer)
    return list(enumerate(answer.retrieved, start=1))


def source(number: int, passage: Passage) -> None:
    """Print one source with its link."""
    line = f"[{number}] {show.one_line(passage.trail)} - {passage.link}"
    show.out(line, href=passage.link)


def opened(url: str) -> None:
    """Print an address, and open it in a browser if a person is there to see it."""
    show.out(url, href=url)
    if sys.stdout.isatty() and not webbrowser.open(url):
        show.warning("no browser could be started")


def transcript(said: Sequence[tuple[str, Answer]], product: str) -> str:
    """Return a conversation in Markdown, with the sources of each answer."""
    parts = []
    for line, answer in said:
        sources = [f"[^{n}]: [{p.trail}]({p.link})" for n, p in show.marks(answer)]
        text = answer.text or answer.problem
        told = (f"## {line}", text, show.closing(answer, product), "\n".join(sources))
        parts += [part for part in told if part]
    return "\n\n".join(parts) + "\n"


def saved(file: Path, text: str) -> None:
    """Write a new file; one that is there stays as it is.

    Raises:
        ConfigError: if there is such a file.
        NotWritable: if it cannot be written.
    """
    try:
        with file.open("x", encoding="utf-8") as opened_file:
            opened_file.write(text)
    except FileExistsError as err:
        raise ConfigError(f"{file} exists", hint="/save another-name.md") from err
    except OSError as err:
        raise NotWritable(
            f"{file} cannot be written: {err.strerror}", hint="/save another-name.md"
        ) from err
    show.err(f"saved: {file}")
