"""`rag chat`: a conversation about the docs, each answer checked as that of `rag ask`."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from functools import partial
from pathlib import Path as File
from typing import TYPE_CHECKING, Annotated

import typer

from askdocs import assemble
from askdocs.cli import answers, filters, show
from askdocs.cli.flags import settings
from askdocs.cli.line import Lines
from askdocs.domain.answer import Answer
from askdocs.domain.errors import AskDocsError, ConfigError
from askdocs.domain.search import Filter
from askdocs.flows.chat import Conversation
from askdocs.steps.question import LONGEST, checked_question

if TYPE_CHECKING:
    from askdocs.settings import Loaded

_FILTERS = ("product", "category", "tag", "path", "validated-since")
_HELP = """\
/sources          the sources of the last answer, again
/open N           open source N in the browser
/filter NAME=...  ask only some pages: product, category, tag, path; /filter alone: all
/save FILE        write the conversation to a file
/clear            forget the conversation
/help             this
/quit             leave (or Ctrl-D; Ctrl-C stops an answer)"""


@dataclass
class Session:
    """A conversation at a terminal or through a pipe.

    Attributes:
        said: Every question as it was typed, with its answer; what `/save` writes.
        only: Which pages are asked.
        left: Whether the reader wants to leave.
    """

    loaded: Loaded
    conversation: Conversation
    only: Filter
    rerank: bool
    quiet: bool
    verbose: bool
    said: list[tuple[str, Answer]] = field(default_factory=list)
    left: bool = False

    def run(self, lines: Iterator[str]) -> None:
        """Answer line by line; a new filter opens the index anew."""
        while not self.left:
            only = self.only
            with assemble.asker(
                self.loaded,
                llm=True,
                only=only,
                rerank=self.rerank,
                on_wait=None if self.quiet else show.err,
            ) as answering:
                while not self.left and self.only == only:
                    line = next(lines, None)
                    if line is None:
                        self.left = True
                    elif line.strip():
                        self._take(line.strip(), answering)

    def _take(self, line: str, answering: assemble.Answering) -> None:
        """Obey a command, or answer a question; what goes wrong ends neither."""
        try:
            if line.startswith("/"):
                self._obey(line)
            else:
                self._answer(line, answering)
        except AskDocsError as err:
            show.problem(str(err), err.hint)
        except KeyboardInterrupt:
            show.err("\nstopped")

    def _answer(self, line: str, answering: assemble.Answering) -> None:
        question = self.conversation.standalone(
            checked_question(line), answering.speaker
        )
        if self.verbose and question != line:
            show.err(f"asked as: {question}")
        listed = None if self.quiet else show.listed
        answer = answering.answer(checked_question(question), show.piece, listed)
        notes = (self.conversation.note,) if self.conversation.note else ()
        answer = replace(answer, degraded=(*answer.degraded, *notes))
        answers.finish(answer, self.loaded.settings.product, quiet=self.quiet)
        show.out()
        self.conversation.add(answer)
        self.said.append((line, answer))
        keep = partial(assemble.remember, self.loaded, question, answer.status.value)
        show.kept(partial(keep, answers.numbered(answer)))

    def _obey(self, line: str) -> None:
        name, _, rest = line.partition(" ")
        obey = {
            "/sources": self._sources,
            "/open": self._open,
            "/filter": self._filter,
            "/save": self._save,
            "/clear": self._clear,
            "/help": self._help,
            "/quit": self._quit,
            "/exit": self._quit,
        }.get(name)
        if obey is None:
            raise ConfigError(f"there is no command {name}", hint="/help")
        obey(rest.strip())

    def _last(self) -> Answer:
        if not self.said:
            raise ConfigError("nothing was asked yet", hint="type a question")
        return self.said[-1][1]

    def _sources(self, _: str) -> None:
        for n, passage in answers.numbered(self._last()):
            answers.source(n, passage)

    def _open(self, number: str) -> None:
        held = {str(n): p for n, p in answers.numbered(self._last())}
        if number not in held:
            marks = ", ".join(held) or "none"
            raise ConfigError(
                f"there is no source {number or 'without a number'}",
                hint=f"/open one of: {marks}",
            )
        answers.opened(held[number].link)

    def _filter(self, typed: str) -> None:
        named: dict[str, list[str]] = {}
        for word in typed.split():
            name, equals, value = word.partition("=")
            if not equals or name not in _FILTERS:
                raise ConfigError(
                    f"{word} is no filter", hint="/filter product=serverless-jobs"
                )
            named.setdefault(name.replace("-", "_"), []).append(value)
        self.only = filters.typed(**named)

    def _save(self, name: str) -> None:
        if not name:
            raise ConfigError("/save needs the name of a file", hint="/save chat.md")
        answers.saved(
            File(name).expanduser(),
            answers.transcript(self.said, self.loaded.settings.product),
        )

    def _clear(self, _: str) -> None:
        self.conversation.clear()
        self.said.clear()

    def _help(self, _: str) -> None:
        show.out(_HELP)

    def _quit(self, _: str) -> None:
        self.left = True


def chat(
    ctx: typer.Context,
    product: filters.Product = None,
    category: filters.Category = None,
    tag: filters.Tag = None,
    path: filters.Path = None,
    validated_since: filters.ValidatedSince = None,
    no_rerank: filters.NoRerank = False,
    verbose: Annotated[
        bool, typer.Option("-v", "--verbose", help="Show how a follow-up is asked.")
    ] = False,
    quiet: Annotated[
        bool, typer.Option("-q", "--quiet", help="Print errors only beside the result.")
    ] = False,
) -> None:
    """Talk with the docs: follow-ups know what was said before.

    rag chat
    """
    loaded = settings(ctx, quiet=quiet)
    conf = loaded.settings
    only = filters.typed(
        product=product,
        category=category,
        tag=tag,
        path=path,
        validated_since=validated_since,
    )
    room = max(256, (conf.llm_num_ctx - conf.llm_num_predict) // 2)
    talk = Conversation(conf.product, room, LONGEST)
    session = Session(loaded, talk, only, not no_rerank, quiet, verbose)
    terminal = sys.stdin.isatty()
    if terminal and not quiet:
        show.err(f"Ask about {conf.product}; /help lists the commands.")
    with Lines(assemble.history_file(loaded) if terminal else None) as lines:
        session.run(lines)
