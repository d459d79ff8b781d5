"""An answer becomes what stands under its text, a transcript, or an open page."""

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

_SHOWN = 60


def finish(answer: Answer, product: str) -> None:
    """Print what follows the streamed text: the sources and the link."""
    if answer.text:
        terminal.answer_end(answer, product)
    else:
        terminal.passages(answer.retrieved)
        terminal.out(terminal.closing(answer, product), href=answer.link)


def notes(answer: Answer, *, quiet: bool) -> None:
    """Print on stderr how a question ended, and what went wrong on the way."""
    terminal.degraded(answer.degraded, quiet=quiet)
    terminal.verdicts(answer, quiet=quiet)
    for said in () if quiet else answer.safety:
        if not said.safe:
            named = ", ".join(said.categories)
            terminal.err(
                f"guard: {said.stage}: {named}" + (f" ({said.why})" if said.why else "")
            )
    if answer.problem:
        terminal.problem(answer.problem, answer.hint)


def numbered(answer: Answer) -> list[tuple[int, Passage]]:
    """Return what `rag open` opens, by the number that the reader has seen."""
    if answer.text:
        return terminal.marks(answer)
    return list(enumerate(answer.retrieved, start=1))


def opened(url: str, *, browse: bool = True) -> None:
    """Print an address, and open it in a browser if a person is there to see it."""
    terminal.out(url, href=url)
    if browse and sys.stdout.isatty() and not webbrowser.open(url):
        terminal.warning("no browser could be started")


def transcript(said: Sequence[tuple[str, Answer]], product: str) -> str:
    """Return a conversation in Markdown, with the sources of each answer.

    Footnotes are numbered anew: [^2-1] is source 1 of the second answer.
    """
    parts = []
    for turn, (line, answer) in enumerate(said, start=1):
        mark = write_mark(rf"{turn}-\1")
        sources = [
            f"{write_mark(f'{turn}-{n}')}: [{terminal.one_line(p.trail)}]({p.link})"
            for n, p in terminal.marks(answer)
        ]
        text = LONG_MARK.sub(mark, answer.text) or answer.problem
        asked, end = f"## {terminal.one_line(line)}", terminal.closing(answer, product)
        parts += [part for part in (asked, text, end, "\n".join(sources)) if part]
    return visible("\n\n".join(parts) + "\n")


def saved(name: str, text: str) -> None:
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
        raise ConfigError(f"{shortened(name)} exists", hint=hint) from err
    except (OSError, RuntimeError, ValueError) as err:  # no such ~user, a name with NUL
        why = getattr(err, "strerror", None) or str(err)
        what = f"{shortened(name)} cannot be written: {why}"
        raise NotWritable(what, hint=hint) from err
    terminal.err(f"saved: {name}")


def shortened(text: str) -> str:
    """Return what was typed as an error can name it."""
    return text if len(text) <= _SHOWN else f"{text[:_SHOWN]} ..."
