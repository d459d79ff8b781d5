"""`rag chat`: a conversation about the docs, each answer checked as that of `rag ask`."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from dataclasses import dataclass, field, replace
from difflib import get_close_matches
from functools import partial
from typing import TYPE_CHECKING, Annotated

import typer

from askdocs import assemble
from askdocs.cli.flags import settings
from askdocs.cli.line_input import LineInput
from askdocs.cli.render import terminal
from askdocs.cli.render.answer import (
    finish,
    notes,
    numbered,
    opened,
    saved,
    shortened,
    transcript,
)
from askdocs.cli.search_options import SearchOptions, parse_filter, with_search_options
from askdocs.domain.answer import Answer, Status
from askdocs.domain.errors import AskDocsError, ConfigError, NothingMatches
from askdocs.domain.search import Filter
from askdocs.flows.chat import Conversation
from askdocs.steps.search.question import MAX_QUESTION_CHARS, checked_question

if TYPE_CHECKING:
    from askdocs.settings import Loaded

_FILTERS = ("product", "category", "tag", "path", "validated-since")
_OPTION = re.compile(r"--([a-z-]+)[ =]")
_HELP = """\
/sources          the sources of the last answer, again
/open N           open source N in the browser
/filter NAME=...  ask only some pages, as product=..., path=...; /filter alone: all
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
    _answering: assemble.Answering = field(init=False)
    _opened: ExitStack = field(init=False, default_factory=ExitStack)

    def run(self, lines: Iterator[str]) -> None:
        """Answer line by line."""
        try:
            self._ask_only(self.only)
            while not self.left:
                line = next(lines, None)
                if line is None:
                    self.left = True
                elif line.strip():
                    self._take(line.strip())
        finally:
            self._opened.close()

    def _ask_only(self, only: Filter) -> None:
        """Open the index for these pages; what was open stays so if that fails."""
        with ExitStack() as fresh:
            answering = fresh.enter_context(
                assemble.asker(
                    self.loaded,
                    llm=True,
                    only=only,
                    rerank=self.rerank,
                    on_wait=None if self.quiet else terminal.err,
                )
            )
            self._opened.close()
            self._opened = fresh.pop_all()
        self._answering, self.only = answering, only

    def _take(self, line: str) -> None:
        """Obey a command, or answer a question; what goes wrong ends neither."""
        try:
            if line.startswith("/"):
                self._obey(line)
            else:
                self._answer(line)
        except AskDocsError as err:
            terminal.problem(str(err), err.hint)
        except KeyboardInterrupt:
            terminal.out()
            terminal.err("stopped")

    def _answer(self, line: str) -> None:
        typed = checked_question(line)
        question = self.conversation.standalone(typed, self._answering.chat_model)
        asked = f"asked as: {question}" if self.verbose and question != typed else ""
        guarded = bool(self.loaded.settings.guard)
        if asked and not guarded:
            terminal.err(asked)
        listed = None if self.quiet else terminal.listed
        answer = self._answering.answerer.answer(
            question, only=self._answering.only, show=terminal.piece, listed=listed
        )
        left_out = (self.conversation.note,) if self.conversation.note else ()
        answer = replace(answer, degraded=(*answer.degraded, *left_out))
        finish(answer, self.loaded.settings.product)
        notes(answer, quiet=self.quiet)
        if asked and guarded and answer.status is not Status.GUARDRAIL:
            terminal.err(asked)
        terminal.out()
        self.conversation.add(answer)
        self.said.append((line, answer))
        keep = partial(assemble.remember, self.loaded, question, answer.status.value)
        terminal.kept(partial(keep, numbered(answer)))

    def _obey(self, line: str) -> None:
        name, *rest = line.split(maxsplit=1)
        commands: dict[str, Callable[[str], None]] = {
            "/sources": self._sources,
            "/open": self._open,
            "/filter": self._filter,
            "/save": self._save,
            "/clear": self._clear,
            "/help": self._help,
            "/quit": self._quit,
            "/exit": self._quit,
        }
        if name not in commands:
            near = get_close_matches(name.casefold(), commands, n=1)
            hint = f"did you mean {near[0]}?" if near else "/help lists the commands"
            raise ConfigError(f"there is no command {shortened(name)}", hint=hint)
        commands[name](rest[0] if rest else "")

    def _last(self) -> Answer:
        if not self.said:
            raise ConfigError("nothing was asked yet", hint="type a question")
        return self.said[-1][1]

    def _sources(self, _: str) -> None:
        sources = numbered(self._last())
        for n, passage in sources:
            terminal.source(n, passage)
        if not sources:
            terminal.err("the last answer has no sources")

    def _open(self, number: str) -> None:
        held = {str(n): p for n, p in numbered(self._last())}
        if number not in held:
            what = f"there is no source {shortened(number)}"
            raise ConfigError(
                what if number else "/open needs the number of a source",
                hint=f"the last answer has {', '.join(held) or 'none'}",
            )
        opened(held[number].link)

    def _filter(self, typed: str) -> None:
        named: dict[str, list[str]] = {}
        for word in typed.split():
            name, equals, value = word.partition("=")
            if not equals or name not in _FILTERS:
                raise ConfigError(
                    f"{shortened(word)} is no filter",
                    hint="/filter product=serverless path=serverless/jobs",
                )
            named.setdefault(name.replace("-", "_"), []).append(value)
        try:
            self._ask_only(parse_filter(named))
        except (ConfigError, NothingMatches) as err:
            hint = err.hint
            if hint.startswith("--"):
                hint = "/filter " + _OPTION.sub(r"\1=", hint)
            raise type(err)(str(err).removeprefix("--"), hint=hint) from err
        if not self.quiet:
            terminal.err(f"asking only {typed}" if named else "asking all pages")

    def _save(self, name: str) -> None:
        if not name:
            raise ConfigError("/save needs the name of a file", hint="/save chat.md")
        self._last()
        saved(name, transcript(self.said, self.loaded.settings.product))

    def _clear(self, _: str) -> None:
        self.conversation.clear()
        self.said.clear()

    def _help(self, _: str) -> None:
        terminal.out(_HELP)

    def _quit(self, _: str) -> None:
        self.left = True


@with_search_options
def chat(
    ctx: typer.Context,
    options: SearchOptions,
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
    only = options.filter()
    room = (conf.llm_num_ctx - conf.llm_num_predict) // 2
    talk = Conversation(conf.product, room, MAX_QUESTION_CHARS)
    session = Session(loaded, talk, only, not options.no_rerank, quiet, verbose)
    lines = LineInput(assemble.history_file(loaded))
    if lines.terminal and not quiet:
        terminal.err(f"Ask about {conf.product}; /help lists the commands.")
    session.run(lines)
